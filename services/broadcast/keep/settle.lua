-- settle -- what became of a lease's recipients; each of them counts once.
-- needs: ledger
--
-- ARGV[channel], ARGV[lease] its id
-- ARGV[outcomes]  rows "outcome", rising by number: the live event, a random
--                 number for the back-off, the wait that the provider wished
-- ARGV[rest]      event for the numbers left open after those; EVENT_COUNT: none
-- ARGV[fate]      what to do with the lease: KEEP_STAY, _CLOSE, or _LAPSE
-- Returns {changed, stage, pending, is late, left open, feed's end or 0}; {0}
-- when the lease is not known.
-- Keys: as grant.lua; d:<b>:<ch> is {number: due ms}, t:<b>:<ch> is
-- {number = tries}, of those that were deferred and are not settled yet; of
-- a:<b>:<ch> (doubt.lua) goes who has an outcome.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local channel, lease = ARGV[SETTLE_ARG_CHANNEL], P .. 'lease:' .. ARGV[SETTLE_ARG_LEASE]
local rest_event, fate = tonumber(ARGV[SETTLE_ARG_REST]), tonumber(ARGV[SETTLE_ARG_FATE])
local L = call('HMGET', lease, 'b', 'ch', 'k', 'first', 'open', 'left', 'late')
if not L[1] then return {0} end
if L[1] ~= ID or L[2] ~= channel then
    return redis.error_reply('BADREQUEST the lease is of another broadcast')
end
local chunk, first, open = tonumber(L[3]), tonumber(L[4]), L[5]
local left, is_late = tonumber(L[6]), L[7] == '1'
local late = is_late and EVENT_LATE_ACCEPT - EVENT_ACCEPT or 0
local stage = stage_of('stage')
local due, tries = P .. 'd:' .. ID .. ':' .. channel, P .. 't:' .. ID .. ':' .. channel
local has_tries = call('EXISTS', tries) == 1
local room = nil
local offsets, events, waits, rules, tried = {}, {}, {}, {}, {}

-- Backoff with full jitter: a random part of the longest wait of this try.
local function defer_one(number, random, wish)
    room = room or KEEP_DEFERRED_MAX - call('ZCARD', due)
    if room <= 0 then return EVENT_RETURN end
    local try = has_tries and tonumber(call('HGET', tries, number) or 0) or 0
    local longest = KEEP_BACKOFF[try + 1]
    if not longest then return EVENT_FAIL end
    local wait = floor(longest.longest_ms * random / 65536)
    waits[#offsets + 1] = wait > wish and wait or wish
    tried[#offsets + 1] = try + 1
    room = room - 1
    return EVENT_DEFER
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

-- Takes what is open of the outcomes; offsets and events are theirs.
local function read_outcomes(packed)
    for from = 1, #packed, OUTCOME_ROW_BYTES do
        local number, event, rule, random, wish =
            struct.unpack(OUTCOME_ROW, packed, from)
        local offset = number - chunk * CHUNK_NUMBERS
        if take(offset) then
            if event == EVENT_DEFER then event = defer_one(number, random, wish) end
            if event == EVENT_WITHHOLD then rules[rule] = (rules[rule] or 0) + 1 end
            offsets[#offsets + 1] = offset
            events[#offsets] = event + late
        end
    end
    flush()
    open = table.concat(pieces) .. string.sub(open, copied + 1)
    left = left - #offsets
end

-- When the deferred are due, and how often they were tried.
local function keep_tries(after)
    local ended = {}
    for i, offset in ipairs(offsets) do
        local number = chunk * CHUNK_NUMBERS + offset
        if after[i] == DEFERRED then
            call('ZADD', due, tonumber(NOW) + waits[i], number)
            call('HSET', tries, number, tried[i])
        elseif has_tries and after[i] ~= PENDING then
            ended[#ended + 1] = number
        end
    end
    if #ended > 0 then call('HDEL', tries, unpack(ended)) end
end

-- Whom nothing will be sent to any more nobody wishes to be sent to again.
local function end_wishes(after)
    local wishes, ended = P .. 'a:' .. ID .. ':' .. channel, {}
    if call('EXISTS', wishes) == 0 then return end
    for i, offset in ipairs(offsets) do
        local state = after[i]
        if state and state ~= PENDING and state ~= DEFERRED and state ~= IN_DOUBT then
            ended[#ended + 1] = chunk * CHUNK_NUMBERS + offset
        end
    end
    if #ended > 0 then call('HDEL', wishes, unpack(ended)) end
end

-- The numbers that are in one of these states by this.
local function list_in(after, state, other)
    local numbers = {}
    for i, offset in ipairs(offsets) do
        if after[i] == state or after[i] == other then
            numbers[#numbers + 1] = chunk * CHUNK_NUMBERS + offset
        end
    end
    return numbers
end

-- The offsets that are open still.
local function list_open()
    local rest = {}
    for index = 1, #open do
        local bits = string.byte(open, index)
        for i = 0, bits == 0 and -1 or 7 do
            if floor(bits / 2 ^ i) % 2 == 1 then
                rest[#rest + 1] = first + (index - 1) * 8 + i
            end
        end
    end
    return rest
end

-- A lapse has no late twin: a lease lapses once.
local function settle_rest()
    if rest_event == EVENT_COUNT or left == 0 or (fate == KEEP_LAPSE and is_late) then
        return 0
    end
    local m = ledger_move(channel, chunk, list_open(), nil, rest_event + late, stage)
    count_tally(channel, m.tally)
    return m.changed
end

local function keep_lease()
    if fate == KEEP_CLOSE or left == 0 then
        call('DEL', lease)
        call('HDEL', P .. 'leases', ARGV[SETTLE_ARG_LEASE])
        left = 0
        return
    end
    call('HSET', lease, 'open', open, 'left', left)
    if fate == KEEP_LAPSE and not is_late then
        call('HSET', lease, 'late', 1)
        -- Appended: protobuf lets messages be joined.
        local line = call('HGET', P .. 'leases', ARGV[SETTLE_ARG_LEASE])
        call('HSET', P .. 'leases', ARGV[SETTLE_ARG_LEASE],
             line .. LEASE_KEPT_IS_LATE_KEY .. '\1')
    end
end

read_outcomes(ARGV[SETTLE_ARG_OUTCOMES])
local m = ledger_move(channel, chunk, offsets, events, nil, stage)
count_tally(channel, m.tally)
for rule, n in pairs(rules) do
    call('HINCRBY', B, 'w' .. channel .. '.' .. rule, n)
end
keep_tries(m.after)
end_wishes(m.after)
local told = math.max(
    tell_handed_over(channel, list_in(m.after, ACCEPTED)),
    tell_handed_over(channel, list_in(m.after, FAILED, WITHHELD), true))
local changed = m.changed + settle_rest()
keep_lease()
stage = settle_down(stage)
return {changed, stage, pending_on(channel), is_late and 1 or 0, left,
        told}
