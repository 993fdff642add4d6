-- mark -- commits a batch of one campaign's marks, in the order given.
-- needs: person
--
-- KEYS[1]  {campaign}:ci:feed
-- ARGV     now, UTC ms; then each mark, a row "mark"
-- Returns {the feed's end, a row "marked" for each mark, a row "changed" for
-- each action whose counts changed}.
--
-- A scan is remembered as content hash, bits, role: a repeat is answered as
-- the first time. Nothing here can fail half way: all refusals are answers.
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
    local i = number % CHUNK_NUMBERS
    local offset = i - i % 8 + 7 - i % 8
    call('SETBIT', format('%s:in:%d', action_key[n], (number - i) / CHUNK_NUMBERS),
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
    return (is_in ~= was_inside and MARKED_IS_FIRST or 0) +
        (was_inside and MARKED_WAS_PRESENT or 0), person.role
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
    if call('ZADD', action_key[n] .. ':d', ARGV[MARK_ARG_NOW],
            text[device]) == 1 then
        touched[n] = true
    end
end

local function mark(packed)
    local n, number, at, tail, role, scan, content, next_at =
        struct.unpack(MARK_ROW, packed)
    local high, low = string.byte(scan, 1, 2)
    local scans = format('%ss:%d', prefix,
        floor((high * 256 + low) * SCAN_HASHES / 65536))
    hear(n, floor(tail / TAIL_DEVICE))
    local known = call('HGET', scans, scan)
    if known then
        local had, bits, counted_role = struct.unpack(SCAN_ROW, known)
        return struct.pack(MARKED_ROW, had == content and OUTCOME_REPEATED
            or OUTCOME_CONFLICT, bits, counted_role)
    end
    local bits, counted_role = apply(n, number, at, tail, role)
    call('HSET', scans, scan,
        struct.pack(SCAN_ROW, content, bits, counted_role))
    events[#events + 1] = string.sub(packed, next_at)
    return struct.pack(MARKED_ROW, OUTCOME_NEW, bits, counted_role)
end

for i = MARK_ARG_MARKS, #ARGV do
    answers[#answers + 1] = mark(ARGV[i])
end
local changed = write_counts()
local feed_end = call('HINCRBY', prefix .. 'meta', 'end', #events)
if #events > 0 then
    call('XADD', KEYS[1], format('%d-0', feed_end), 'e', table.concat(events))
end
return {feed_end, table.concat(answers), changed}
