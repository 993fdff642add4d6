-- mark -- commits a batch of one campaign's marks, in the order given.
--
-- KEYS[1]  {campaign}:ci:feed
-- ARGV[1]  now, UTC ms
-- ARGV[i]  one mark, packed big-endian: action u16, number u32, stamp 12 (time
--          u48; device, kind and gate as one u48), role u8 (0: not said), scan
--          hash 8, content hash 6, then its event as a field of feed.Entry
-- Returns {the feed's end, 3 bytes for each mark, changed actions as u16}; a
-- mark's bytes: 0 new, 1 repeated, 2 other content under a known scan id;
-- bit 0 changed who is present, bit 1 was present before; role.
--
-- A scan is remembered as content hash, bits, role: a repeat is answered as
-- the first time. Nothing here can fail half way: all refusals are answers.
local NEW, REPEATED, CONFLICT = 0, 1, 2
local events, answers, devices = {}, {}, {}

local function after(at, tail, than_at, than_tail)
    return at > than_at or (at == than_at and tail > than_tail)
end

-- As presence_merge. Returns whether the record changed.
local function merge(person, at, tail)
    local is_changed = false
    if not person.at or after(at, tail, person.at, person.tail) then
        person.at, person.tail = at, tail
        is_changed = true
    end
    if kind_of(tail) == ARRIVED and (not person.first_at or
            after(person.first_at, person.first_tail, at, tail)) then
        person.first_at, person.first_tail = at, tail
        is_changed = true
    end
    return is_changed
end

local function set_inside(n, number, is_in)
    local i = number % 65536
    local offset = i - i % 8 + 7 - i % 8
    call('SETBIT', format('%s:in:%d', action_key[n], (number - i) / 65536),
        format('%d', offset), is_in and '1' or '0')
end

-- Returns the answer's bits and the role the person is counted under.
local function apply(n, number, at, tail, role)
    local person = read_person(n, number)
    local was_inside = is_inside(person)
    count_presence(n, person, -1)
    if person.role == 0 and person.place == 0 then
        person.role = role
    end
    local is_changed = merge(person, at, tail)
    count_presence(n, person, 1)
    if is_changed then
        write_person(n, number, person)
    end
    local is_in = is_inside(person)
    if is_in ~= was_inside then
        set_inside(n, number, is_in)
    end
    return (is_in ~= was_inside and 1 or 0) + (was_inside and 2 or 0),
        person.role
end

-- Each device once a batch; a device not heard of before is a change.
local function hear(n, device)
    local heard = devices[n]
    if not heard then
        heard = {}
        devices[n] = heard
    end
    if heard[device] then
        return
    end
    heard[device] = true
    if call('ZADD', action_key[n] .. ':d', ARGV[1], text[device]) == 1 then
        touched[n] = true
    end
end

local function mark(packed)
    local n, number, at, tail, role, scan, content, next_at =
        struct.unpack('>I2I4I6I6Bc8c6', packed)
    local high, low = string.byte(scan, 1, 2)
    local scans = format('%ss:%d', prefix, high * 64 + floor(low / 4))
    hear(n, floor(tail / 65536))
    local known = call('HGET', scans, scan)
    if known then
        local status = string.sub(known, 1, 6) == content and REPEATED
            or CONFLICT
        return string.char(status) .. string.sub(known, 7, 8)
    end
    local bits, counted_role = apply(n, number, at, tail, role)
    local outcome = string.char(bits, counted_role)
    call('HSET', scans, scan, content .. outcome)
    events[#events + 1] = string.sub(packed, next_at)
    return string.char(NEW) .. outcome
end

for i = 2, #ARGV do
    answers[i - 1] = mark(ARGV[i])
end
local changed = write_counts()
local feed_end = call('HINCRBY', prefix .. 'known', 'end', #events)
if #events > 0 then
    call('XADD', KEYS[1], format('%d-0', feed_end), 'e', table.concat(events))
end
return {feed_end, table.concat(answers), changed}
