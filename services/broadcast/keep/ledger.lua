-- ledger -- what every script of this service shares; store.c puts it first.
--
-- KEYS[1]  {campaign}:bc:plan. The campaign's other keys are derived from it:
--          all have its hash tag, so they live in its slot.
-- ARGV[1]  rules: ledger_table, then for each stage the 16 states as that
--          stage closes them (ledger_close). Nothing else decides here what
--          may follow what.
-- ARGV[2]  the asker's epoch, or '' where no planner is needed
-- ARGV[3]  broadcast id
-- ARGV[4]  now, UTC ms
-- ARGV[5]  staff id, for the feed
local call, floor = redis.call, math.floor
local P = string.sub(KEYS[1], 1, -5)
local RULES, EPOCH, ID, NOW, STAFF = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local B = P .. 'b:' .. ID
local PENDING, LEASED, DEFERRED = 1, 2, 3
local SENDING, PAUSED, DONE, STOPPED, EXPIRED, STANDING = 4, 5, 6, 7, 8, 9
local STAGES = 10
local CLOSING = #RULES - STAGES * 16
local CHUNK, RUN_BYTES, GAP_BYTES = 65536, 2048, 64

-- A planner that has been succeeded may change nothing.
local function is_succeeded()
    return EPOCH ~= '' and call('HGET', P .. 'plan', 'epoch') ~= EPOCH
end

local function number_of(field)
    return tonumber(call('HGET', B, field) or 0)
end

local function next_state(state, event, stage)
    local after = string.byte(RULES, event * 16 + state + 1)
    if after == 255 then return nil end
    return string.byte(RULES, CLOSING + stage * 16 + after + 1)
end

-- One run of neighbours: from offsets[i] to offsets[j].
local function move_run(key, m, i, j, stage)
    local first = floor(m.offsets[i] / 2)
    local bytes = {string.byte(call('GETRANGE', key, first,
                                    floor(m.offsets[j] / 2)), 1, -1)}
    local is_changed = false
    for at = i, j do
        local offset, event = m.offsets[at], m.events[at] or m.event
        local b = floor(offset / 2) - first + 1
        local high = offset % 2 == 1
        local byte = bytes[b] or 0
        local state = high and floor(byte / 16) or byte % 16
        local after = next_state(state, event, stage)
        m.after[at] = after
        if after and after ~= state then
            is_changed = true
            m.changed = m.changed + 1
            m.tally[state] = (m.tally[state] or 0) - 1
            m.tally[after] = (m.tally[after] or 0) + 1
            for fill = #bytes + 1, b do bytes[fill] = 0 end
            bytes[b] = byte + (after - state) * (high and 16 or 1)
        end
    end
    if is_changed then
        call('SETRANGE', key, first, string.char(unpack(bytes)))
    end
end

-- Applies to each of offsets (rising, of one chunk) its event, or the one
-- for all. Afterwards after[i] is its state, nil where the table refused.
local function ledger_move(channel, chunk, offsets, events, event, stage)
    local m = {offsets = offsets, events = events or {}, event = event,
               after = {}, tally = {}, changed = 0}
    local key = P .. 'l:' .. ID .. ':' .. channel .. ':' .. chunk
    local i = 1
    while i <= #offsets do
        local first = floor(offsets[i] / 2)
        local j, last = i, first
        while j < #offsets do
            local byte = floor(offsets[j + 1] / 2)
            if byte - last > GAP_BYTES or byte - first >= RUN_BYTES then
                break
            end
            j, last = j + 1, byte
        end
        move_run(key, m, i, j, stage)
        i = j + 1
    end
    return m
end

-- The kept counters change with the bits, in the same script.
local function count_tally(channel, tally)
    local is_changed = false
    for state, n in pairs(tally) do
        if state ~= 0 and n ~= 0 then
            call('HINCRBY', B, 'n' .. channel .. '.' .. state, n)
            is_changed = true
        end
    end
    if is_changed then call('HINCRBY', B, 'rev', 1) end
end

local function varint(n)
    local out = {}
    while n >= 128 do
        out[#out + 1] = string.char(n % 128 + 128)
        n = floor(n / 128)
    end
    return table.concat(out) .. string.char(n)
end

-- broadcast.Event, packed by hand: three fields.
local function tell_stage(stage)
    local inner = '\10' .. varint(#ID) .. ID .. '\16' .. varint(stage) ..
                  '\26' .. varint(#STAFF) .. STAFF
    local event = '\10' .. varint(#inner) .. inner .. '\120' ..
                  varint(tonumber(NOW))
    local seq = call('INCR', P .. 'feed-end')
    call('XADD', P .. 'feed', string.format('%.0f-0', seq), 'e', event)
end

local function set_stage(stage)
    call('HSET', B, 'stage', stage)
    call('HINCRBY', B, 'rev', 1)
    call('HINCRBY', P .. 'plan', 'rev', 1)
    if stage == DONE or stage == STOPPED or stage == EXPIRED then
        call('HSET', B, 'ended_at', NOW)
    end
    tell_stage(stage)
end

local function open_count(channel)
    return number_of('n' .. channel .. '.' .. PENDING) +
           number_of('n' .. channel .. '.' .. LEASED) +
           number_of('n' .. channel .. '.' .. DEFERRED)
end

-- With nothing open a broadcast is done; with something open again it goes
-- on. Returns the stage it is in now.
local function settle_down(stage)
    local open = open_count(1) + open_count(2)
    if open == 0 then
        if stage == SENDING then
            stage = DONE
            set_stage(DONE)
        end
        if stage == DONE or stage == STOPPED or stage == EXPIRED then
            call('SREM', P .. 'active', ID)
        end
    elseif stage == DONE then
        stage = SENDING
        call('SADD', P .. 'active', ID)
        call('HDEL', B, 'ended_at')
        set_stage(SENDING)
    end
    return stage
end

-- The fields of the broadcast, for a script that answers with how it stands.
local function fields()
    return call('HGETALL', B)
end

-- {number} sorted and packed as <I4... to lists of offsets by chunk, in order
local function by_chunk(numbers)
    local groups = {}
    for _, number in ipairs(numbers) do
        local chunk = floor(number / CHUNK)
        local group = groups[#groups]
        if not group or group.chunk ~= chunk then
            group = {chunk = chunk, offsets = {}}
            groups[#groups + 1] = group
        end
        group.offsets[#group.offsets + 1] = number % CHUNK
    end
    return groups
end

local function unpack_numbers(packed)
    local numbers = {}
    for at = 1, #packed, 4 do
        numbers[#numbers + 1] = (struct.unpack('<I4', packed, at))
    end
    return numbers
end
