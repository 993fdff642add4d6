-- person -- a person's record at an action, and the counts it adds up to.
-- Not a script: store.c puts it before mark.lua and expected.lua.
--
-- KEYS[1]  {campaign}:ci:feed; every other key has its prefix (one slot)
--
-- Numbers become text by string.format('%d'): Lua's own way goes by floating
-- point and took a tenth of the time.
--
-- A record is bytes: role, place, then once marked the greatest stamp (12),
-- then once arrived the least arrival (12); see presence.h. Counts are
-- never set, only moved by what a record stops and starts to add.
local call, floor, format = redis.call, math.floor, string.format
local prefix = string.sub(KEYS[1], 1, -5)
local moves, minutes, touched = {}, {}, {}

local PLACE_CONFIRMED, ARRIVED = 1, 1

-- names('gi')[3] is 'gi3', put together once.
local function names(prefix_of_name)
    return setmetatable({}, {__index = function(known, number)
        local name = format('%s%d', prefix_of_name, number)
        known[number] = name
        return name
    end})
end

local gate_inside, gate_arrived = names('gi'), names('ga')
local role_inside, role_arrived, role_signed_up =
    names('ri'), names('ra'), names('rs')
local text, action_key = names(''), names(prefix)

local function kind_of(tail)
    return floor(tail / 256) % 256
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

-- The hash that holds 64 people's records, and the field of one.
local function place_of(n, number)
    local field = number % 64
    return format('%s:p:%d', action_key[n], (number - field) / 64),
        text[field]
end

local function read_person(n, number)
    local key, field = place_of(n, number)
    local record = call('HGET', key, field)
    if not record then
        return {role = 0, place = 0}
    end
    local role, place, at = struct.unpack('BB', record)
    local person = {role = role, place = place}
    if #record > 2 then
        person.at, person.tail, at = struct.unpack('>I6I6', record, at)
    end
    if #record > 14 then
        person.first_at, person.first_tail =
            struct.unpack('>I6I6', record, at)
    end
    return person
end

local function write_person(n, number, person)
    local key, field = place_of(n, number)
    local record = struct.pack('BB', person.role, person.place)
    if person.at then
        record = record .. struct.pack('>I6I6', person.at, person.tail)
    end
    if person.first_at then
        record = record ..
            struct.pack('>I6I6', person.first_at, person.first_tail)
    end
    call('HSET', key, field, record)
end

-- by: 1 for what the person adds now, -1 for what they added before.
local function count_presence(n, person, by)
    if is_inside(person) then
        add(moves, n, 'i', by)
        add(moves, n, gate_inside[person.tail % 256], by)
        add(moves, n, role_inside[person.role], by)
    end
    if person.first_at then
        add(moves, n, 'a', by)
        add(moves, n, gate_arrived[person.first_tail % 256], by)
        add(moves, n, role_arrived[person.role], by)
        add(minutes, n, text[floor(person.first_at / 60000)], by)
    end
end

local function count(n, person, by)
    if person.place == PLACE_CONFIRMED then
        add(moves, n, 's', by)
        add(moves, n, role_signed_up[person.role], by)
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

-- Writes the counts; returns the actions that changed as packed u16.
local function write_counts()
    write_moves(moves, ':n')
    write_moves(minutes, ':m')
    local changed = {}
    for n in pairs(touched) do
        call('HINCRBY', action_key[n] .. ':n', 'v', 1)
        changed[#changed + 1] = struct.pack('>I2', n)
    end
    return table.concat(changed)
end
