-- ledger -- what every script of this service shares.
--
-- KEYS[1]      {campaign}:bc:plan. The campaign's other keys are derived from
--              it: all have its hash tag, so they live in its slot.
-- ARGV[rules]  what may follow what (ledger_table), then for each stage the
--              states as that stage closes them (ledger_close). Nothing else
--              decides it here.
-- ARGV[epoch]  the asker's epoch, or '' where no planner is needed
-- ARGV[id]     of the broadcast    ARGV[now] UTC ms
-- ARGV[staff]  id, for the feed
local call, floor = redis.call, math.floor
local P = string.sub(KEYS[1], 1, -5)
local RULES, EPOCH = ARGV[LEDGER_ARG_RULES], ARGV[LEDGER_ARG_EPOCH]
local ID, NOW, STAFF = ARGV[LEDGER_ARG_ID], ARGV[LEDGER_ARG_NOW], ARGV[LEDGER_ARG_STAFF]
local B = P .. 'b:' .. ID
local CLOSING = EVENT_COUNT * LEDGER_ROW_STATES
local RUN_BYTES, GAP_BYTES = 2048, 64

-- A planner that has been succeeded may change nothing.
local function is_succeeded()
    return EPOCH ~= '' and call('HGET', P .. 'plan', 'epoch') ~= EPOCH
end

local function number_of(field)
    return tonumber(call('HGET', B, field) or 0)
end

-- The revision (or another field) in that hash rises, above least too. It is
-- the time in microseconds, or one more than the last: so none comes twice, and
-- none is below what somebody has seen, also when the store has gone back in
-- time.
local function rise(key, field, least)
    field = field or 'rev'
    local time = call('TIME')
    local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
    local last = tonumber(call('HGET', key, field) or 0)
    if least and least > last then last = least end
    local risen = string.format('%.0f', last < now and now or last + 1)
    call('HSET', key, field, risen)
    return risen
end

-- ---- stages, kept by name --------------------------------------------------

-- The number of a stage field; 0: there is none. A name that this version
-- does not know is refused before anything is written.
local function stage_of(field)
    local kept = call('HGET', B, field)
    if not kept then return 0 end
    for _, row in ipairs(STAGE_NAMES) do
        if row.name == kept then return row.number end
    end
    local number = tonumber(kept) -- as 0.1 kept it
    if not number then
        error({err = 'CONFLICT it is in a stage that this version does not know'})
    end
    return number
end

local function name_of(stage)
    for _, row in ipairs(STAGE_NAMES) do
        if row.number == stage then return row.name end
    end
    error({err = 'BADREQUEST no such stage'})
end

-- ---- states ----------------------------------------------------------------

local function next_state(state, event, stage)
    local after = string.byte(RULES, event * LEDGER_ROW_STATES + state + 1)
    if after == LEDGER_REFUSED then return nil end
    return string.byte(RULES, CLOSING + stage * LEDGER_ROW_STATES + after + 1)
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
        if state ~= NOT_IN_IT and n ~= 0 then
            call('HINCRBY', B, 'n' .. channel .. '.' .. state, n)
            is_changed = true
        end
    end
    if is_changed then rise(B) end
end

local function pending_on(channel)
    return number_of('n' .. channel .. '.' .. PENDING)
end

-- ---- the stage changes -----------------------------------------------------

local function varint(n)
    local out = {}
    while n >= 128 do
        out[#out + 1] = string.char(n % 128 + 128)
        n = floor(n / 128)
    end
    return table.concat(out) .. string.char(n)
end

-- broadcast.Event, packed by hand. Returns the feed's end.
local function tell(key, inner)
    local event = key .. varint(#inner) .. inner ..
                  EVENT_AT_MS_KEY .. varint(tonumber(NOW))
    local seq = call('INCR', P .. 'feed-end')
    call('XADD', P .. 'feed', string.format('%.0f-0', seq), 'e', event)
    return seq
end

local function tell_stage(stage)
    tell(EVENT_STAGE_CHANGED_KEY,
         STAGE_CHANGED_BROADCAST_KEY .. varint(#ID) .. ID ..
         STAGE_CHANGED_STAGE_KEY .. varint(stage) ..
         STAGE_CHANGED_STAFF_KEY .. varint(#STAFF) .. STAFF)
end

-- The class of what the system sends by itself; false: an organiser's.
local function system_class()
    return call('HGET', B, 'class')
end

-- The provider has these now (is_refused: nobody will have them): told of what
-- the system sends, for signup ends holds and begins codes by it. Returns the
-- feed's end; 0: nothing to tell.
local function tell_handed_over(channel, numbers, is_refused)
    local class = #numbers > 0 and system_class()
    if not class or is_refused and tonumber(class) ~= CLASS_CONFIRMATION then
        return 0
    end
    local packed = {}
    for i, number in ipairs(numbers) do packed[i] = varint(number) end
    packed = table.concat(packed)
    return tell(EVENT_HANDED_OVER_KEY,
                HANDED_OVER_CLASS__KEY .. varint(tonumber(class)) ..
                HANDED_OVER_CHANNEL_KEY .. varint(tonumber(channel)) ..
                HANDED_OVER_NUMBERS_KEY .. varint(#packed) .. packed ..
                (is_refused and HANDED_OVER_IS_REFUSED_KEY .. '\1' or ''))
end

local function is_ended(stage)
    return stage == DONE or stage == STAGE_STOPPED or stage == STAGE_EXPIRED
end

local function set_stage(stage)
    call('HSET', B, 'stage', name_of(stage))
    rise(B)
    rise(P .. 'plan')
    if is_ended(stage) then call('HSET', B, 'ended_at', NOW) end
    tell_stage(stage)
end

local function open_count(channel)
    return pending_on(channel) +
           number_of('n' .. channel .. '.' .. LEASED) +
           number_of('n' .. channel .. '.' .. DEFERRED)
end

-- It has something to send, or will have soon. How many have stands in the
-- plan, for other instances: they share the routes by it.
local function set_busy(is_busy)
    call(is_busy and 'SADD' or 'SREM', P .. 'busy', ID)
    call('HSET', P .. 'plan', 'active', call('SCARD', P .. 'busy'))
end

-- It is among those the planner holds.
local function set_active(is_active)
    call(is_active and 'SADD' or 'SREM', P .. 'active', ID)
    set_busy(is_active)
end

-- With nothing open a broadcast is done; with something open again it goes
-- on. Returns the stage it is in now.
local function settle_down(stage)
    local open = open_count(CHANNEL_SMS) + open_count(CHANNEL_EMAIL)
    if open == 0 then
        if stage == SENDING then
            stage = DONE
            set_stage(DONE)
        end
        if is_ended(stage) then set_active(false) end
        if stage == STANDING then set_busy(false) end
    elseif stage == DONE then
        stage = SENDING
        set_active(true)
        call('HDEL', B, 'ended_at')
        set_stage(SENDING)
    end
    return stage
end

-- The fields of the broadcast, for a script that answers with how it stands.
local function fields()
    return call('HGETALL', B)
end

-- ---- numbers ---------------------------------------------------------------

-- {number}, rising, to lists of offsets by chunk, in order
local function by_chunk(numbers)
    local groups = {}
    for _, number in ipairs(numbers) do
        local chunk = floor(number / CHUNK_NUMBERS)
        local group = groups[#groups]
        if not group or group.chunk ~= chunk then
            group = {chunk = chunk, offsets = {}}
            groups[#groups + 1] = group
        end
        group.offsets[#group.offsets + 1] = number % CHUNK_NUMBERS
    end
    return groups
end

local function unpack_numbers(packed)
    local numbers = {}
    for at = 1, #packed, NUMBER_ROW_BYTES do
        numbers[#numbers + 1] = (struct.unpack(NUMBER_ROW, packed, at))
    end
    return numbers
end

-- Adds numbers (rising) of one channel to a ledger that grows, each of them
-- once. Returns how many are new in it.
local function grow(channel, numbers, stage)
    local added = 0
    for _, group in ipairs(by_chunk(numbers)) do
        local m = ledger_move(channel, group.chunk, group.offsets, nil,
                              EVENT_FREEZE, stage)
        count_tally(channel, m.tally)
        added = added + m.changed
        if number_of('k' .. channel) <= group.chunk then
            call('HSET', B, 'k' .. channel, group.chunk + 1)
        end
    end
    if added > 0 then set_busy(true) end
    return added
end
