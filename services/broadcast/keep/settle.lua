-- settle -- what became of a lease's recipients; each of them counts once.
--
-- After ledger.lua's five:
-- ARGV[6]  channel          ARGV[7]  lease id
-- ARGV[8]  outcomes, rising by number, <I4BBI2I4 each: number, event (the
--          live one), rule, random, wait wished in ms
-- ARGV[9]  event for the numbers left open after those; '' for none
-- ARGV[10] what to do with the lease: 'stay', 'close', or 'lapse'
-- ARGV[11] longest wait before try 2, 3, ..., <I4 each, ms: one try more and
--          a deferred recipient has failed
-- ARGV[12] the distance from a live event to its late one
-- ARGV[13] EVENT_DEFER  ARGV[14] EVENT_FAIL  ARGV[15] EVENT_RETURN
-- ARGV[16] EVENT_WITHHOLD  ARGV[17] most deferred recipients on this channel
-- Returns {changed, stage, pending, is late, left open}; {0} when the lease
-- is not known.
-- Keys: as grant.lua; d:<b>:<ch> is {number: due ms}, t:<b>:<ch> is
-- {number = tries}, of those that were deferred and are not settled yet.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local channel, lease = ARGV[6], P .. 'lease:' .. ARGV[7]
local defer, fail, unbegun, withhold =
    tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[15]),
    tonumber(ARGV[16])
local L = call('HMGET', lease, 'b', 'ch', 'k', 'first', 'open', 'left', 'late')
if not L[1] then return {0} end
if L[1] ~= ID or L[2] ~= channel then
    return redis.error_reply('BADREQUEST the lease is of another broadcast')
end
local chunk, first, open = tonumber(L[3]), tonumber(L[4]), L[5]
local left, is_late = tonumber(L[6]), L[7] == '1'
local late = is_late and tonumber(ARGV[12]) or 0
local stage = number_of('stage')
local due, tries = P .. 'd:' .. ID .. ':' .. channel, P .. 't:' .. ID .. ':' .. channel
local has_tries = call('EXISTS', tries) == 1
local room = nil
local offsets, events, waits, rules, tried = {}, {}, {}, {}, {}

-- Backoff with full jitter: a random part of the longest wait of this try.
local function defer_one(number, random, wish)
    room = room or tonumber(ARGV[17]) - call('ZCARD', due)
    if room <= 0 then return unbegun end
    local try = has_tries and tonumber(call('HGET', tries, number) or 0) or 0
    if (try + 1) * 4 > #ARGV[11] then return fail end
    local longest = struct.unpack('<I4', ARGV[11], try * 4 + 1)
    local wait = floor(longest * random / 65536)
    waits[#offsets + 1] = wait > wish and wait or wish
    tried[#offsets + 1] = try + 1
    room = room - 1
    return defer
end

-- Outcomes come rising, so the bitmap is rebuilt from left to right.
local pieces, copied, at, byte = {}, 0, nil, 0
local function flush()
    if at then
        pieces[#pieces + 1] = string.sub(open, copied + 1, at - 1)
        pieces[#pieces + 1] = string.char(byte)
        copied = at
    end
end
local function take(offset)
    local index = floor((offset - first) / 8) + 1
    if index < 1 or index > #open then return false end
    if index ~= at then
        flush()
        at, byte = index, string.byte(open, index)
    end
    local bit_of = 2 ^ (offset % 8)
    if floor(byte / bit_of) % 2 == 0 then return false end
    byte = byte - bit_of
    return true
end

local packed = ARGV[8]
for from = 1, #packed, 12 do
    local number, event, rule, random, wish =
        struct.unpack('<I4BBI2I4', packed, from)
    local offset = number - chunk * CHUNK
    if take(offset) then
        if event == defer then event = defer_one(number, random, wish) end
        if event == withhold then rules[rule] = (rules[rule] or 0) + 1 end
        offsets[#offsets + 1] = offset
        events[#offsets] = event + late
    end
end
flush()
open = table.concat(pieces) .. string.sub(open, copied + 1)
left = left - #offsets

local m = ledger_move(channel, chunk, offsets, events, nil, stage)
count_tally(channel, m.tally)
for rule, n in pairs(rules) do
    call('HINCRBY', B, 'w' .. channel .. '.' .. rule, n)
end
local ended = {}
for i, offset in ipairs(offsets) do
    local number = chunk * CHUNK + offset
    if m.after[i] == DEFERRED then
        call('ZADD', due, tonumber(NOW) + waits[i], number)
        call('HSET', tries, number, tried[i])
    elseif has_tries and m.after[i] ~= PENDING then
        ended[#ended + 1] = number
    end
end
if #ended > 0 then call('HDEL', tries, unpack(ended)) end

local changed = m.changed
-- A lapse has no late twin: a lease lapses once.
if ARGV[9] ~= '' and left > 0 and not (ARGV[10] == 'lapse' and is_late) then
    local rest = {}
    for index = 1, #open do
        local bits = string.byte(open, index)
        for i = 0, bits == 0 and -1 or 7 do
            if floor(bits / 2 ^ i) % 2 == 1 then
                rest[#rest + 1] = first + (index - 1) * 8 + i
            end
        end
    end
    local r = ledger_move(channel, chunk, rest, nil, tonumber(ARGV[9]) + late,
                          stage)
    count_tally(channel, r.tally)
    changed = changed + r.changed
end

if ARGV[10] == 'close' or left == 0 then
    call('DEL', lease)
    call('HDEL', P .. 'leases', ARGV[7])
    left = 0
else
    call('HSET', lease, 'open', open, 'left', left)
    if ARGV[10] == 'lapse' and not is_late then
        call('HSET', lease, 'late', 1)
        -- LeaseKept.is_late, appended: protobuf lets messages be joined
        local line = call('HGET', P .. 'leases', ARGV[7])
        call('HSET', P .. 'leases', ARGV[7], line .. '\72\1')
    end
end
stage = settle_down(stage)
return {changed, stage, number_of('n' .. channel .. '.' .. PENDING),
        is_late and 1 or 0, left}
