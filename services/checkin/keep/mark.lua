-- mark -- commits a batch of one campaign's marks, in the order given.
-- needs: fold
--
-- KEYS[1]  {campaign}:ci:feed
-- ARGV     now, UTC ms; then each mark, a row "mark"
-- Returns {the feed's end, a row "marked" for each mark, a row "changed" for
-- each action whose counts changed}.
--
-- A scan is remembered as content hash, bits, role: a repeat is answered as
-- the first time. Nothing here can fail half way: all refusals are answers.
local events, answers, devices = {}, {}, {}

-- Returns the answer's bits and the role the person is counted under.
local function apply(n, number, at, tail, role)
    local person = read_person(n, number)
    local who, root = counted_as(n, number, person)
    local tally = who == person and count_presence or count
    local was_inside = is_inside(who)
    tally(n, who, -1)
    local is_changed = merge(person, at, tail)
    if role ~= 0 and person.role == 0 and person.place == 0 then
        person.role = role
        is_changed = true
    end
    if who ~= person then
        merge(who, at, tail)
        say_role(who, number == root, person.role)
    end
    tally(n, who, 1)
    if is_changed then
        write_person(n, number, person)
    end
    local is_in = is_inside(who)
    if is_in ~= was_inside then
        set_inside(n, root, is_in)
    end
    return (is_in ~= was_inside and MARKED_IS_FIRST or 0) +
        (was_inside and MARKED_WAS_PRESENT or 0), who.role
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

-- One question for the whole batch, and none while nobody is folded.
local function read_folds()
    local numbers = {}
    for i = MARK_ARG_MARKS, has_folds and #ARGV or 0 do
        local _, number = struct.unpack(MARK_ROW, ARGV[i])
        numbers[#numbers + 1] = number
    end
    know_folds(numbers)
end

read_folds()
for i = MARK_ARG_MARKS, #ARGV do
    answers[#answers + 1] = mark(ARGV[i])
end
local changed = write_counts()
local feed_end = call('HINCRBY', prefix .. 'meta', 'end', #events)
if #events > 0 then
    call('XADD', KEYS[1], format('%d-0', feed_end), 'e', table.concat(events))
end
return {feed_end, table.concat(answers), changed}
