-- person -- a person's record at an action, and the counts it adds up to.
-- Not a script: mark.lua and expected.lua need it.
--
-- KEYS[1]  {campaign}:ci:feed; every other key has its prefix (one slot)
--
-- Numbers become text by string.format('%d'): Lua's own way goes by floating
-- point and took a tenth of the time.
--
-- A record is a row "who", then once marked the greatest "stamp", then once
-- arrived the least arrival; see rows.txt and presence.h. Counts are never
-- set, only moved by what a record stops and starts to add.
local call, floor, format = redis.call, math.floor, string.format
local prefix = string.sub(KEYS[1], 1, -5)
local moves, minutes, touched, used = {}, {}, {}, {}

-- names('gi')[3] is 'gi3', put together once.
local function names(prefix_of_name)
    return setmetatable({}, {__index = function(known, number)
        local name = format('%s%d', prefix_of_name, number)
        known[number] = name
        return name
    end})
end

-- By what it counts: a field, or names of fields by gate or role.
local counted = {}
for _, row in ipairs(COUNT_FIELDS) do
    counted[row.what] = row.items > 1 and names(row.field) or row.field
end
local inside, arrived, signed_up =
    counted.inside, counted.arrived, counted.signed_up
local gates_inside, gates_arrived = counted.gates_inside, counted.gates_arrived
local roles_inside, roles_arrived, roles_signed_up =
    counted.roles_inside, counted.roles_arrived, counted.roles_signed_up
local text, action_key = names(''), names(prefix)

local function kind_of(tail)
    return floor(tail / TAIL_KIND) % TAIL_KIND
end

local function is_inside(person)
    return person.at ~= nil and kind_of(person.tail) == ARRIVED
end

local function add(to, n, field, by)
    local fields = to[n]
    if not fields then
        fields = {}
        to[n] = fields
    end
    fields[field] = (fields[field] or 0) + by
end

-- The hash that holds PEOPLE_A_HASH people's records, and the field of one.
local function place_of(n, number)
    local field = number % PEOPLE_A_HASH
    return format('%s:p:%d', action_key[n], (number - field) / PEOPLE_A_HASH),
        text[field]
end

local function read_person(n, number)
    local key, field = place_of(n, number)
    local record = call('HGET', key, field)
    if not record then
        return {role = 0, place = 0}
    end
    local role, place, at = struct.unpack(WHO_ROW, record)
    local person = {role = role, place = place}
    if #record > WHO_ROW_BYTES then
        person.at, person.tail, at = struct.unpack(STAMP_ROW, record, at)
    end
    if #record > WHO_ROW_BYTES + STAMP_ROW_BYTES then
        person.first_at, person.first_tail =
            struct.unpack(STAMP_ROW, record, at)
    end
    return person
end

local function write_person(n, number, person)
    local key, field = place_of(n, number)
    local record = struct.pack(WHO_ROW, person.role, person.place)
    if person.at then
        record = record .. struct.pack(STAMP_ROW, person.at, person.tail)
    end
    if person.first_at then
        record = record ..
            struct.pack(STAMP_ROW, person.first_at, person.first_tail)
    end
    call('HSET', key, field, record)
    if not used[n] then
        used[n] = true
        call('SADD', prefix .. 'used', text[n])
    end
end

-- The bit that says who is inside, for whoever asks.
local function set_inside(n, number, is_in)
    local i = number % CHUNK_NUMBERS
    local offset = i - i % 8 + 7 - i % 8
    call('SETBIT', format('%s:in:%d', action_key[n], (number - i) / CHUNK_NUMBERS),
        format('%d', offset), is_in and '1' or '0')
end

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

-- by: 1 for what the person adds now, -1 for what they added before.
local function count_presence(n, person, by)
    if is_inside(person) then
        add(moves, n, inside, by)
        add(moves, n, gates_inside[person.tail % TAIL_KIND], by)
        add(moves, n, roles_inside[person.role], by)
    end
    if person.first_at then
        add(moves, n, arrived, by)
        add(moves, n, gates_arrived[person.first_tail % TAIL_KIND], by)
        add(moves, n, roles_arrived[person.role], by)
        add(minutes, n, text[floor(person.first_at / MINUTE_MS)], by)
    end
end

local function count(n, person, by)
    if person.place == PLACE_CONFIRMED then
        add(moves, n, signed_up, by)
        add(moves, n, roles_signed_up[person.role], by)
    end
    count_presence(n, person, by)
end

local function write_moves(from, suffix)
    for n, fields in pairs(from) do
        for field, by in pairs(fields) do
            if by ~= 0 then
                call('HINCRBY', action_key[n] .. suffix, field, by)
                touched[n] = true
            end
        end
    end
end

-- A revision is the time in microseconds, or one more than the last: so none is
-- below what somebody has seen, also when the store has gone back in time.
local function rise(key, now)
    local last = tonumber(call('HGET', key, counted.revision) or 0)
    call('HSET', key, counted.revision,
         format('%.0f', last < now and now or last + 1))
end

-- Writes the counts; returns the actions that changed as packed u16.
local function write_counts()
    write_moves(moves, ':n')
    write_moves(minutes, ':m')
    local changed, time = {}, call('TIME')
    local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
    for n in pairs(touched) do
        rise(action_key[n] .. ':n', now)
        changed[#changed + 1] = struct.pack(CHANGED_ROW, n)
    end
    return table.concat(changed)
end
