-- expected -- applies one entry of signup's feed together with its number.
--
-- KEYS[1]  {campaign}:ci:feed
-- ARGV[1]  the entry's seq; already applied (by another instance): no effect
-- ARGV[i]  one fact, its first byte says which:
--          p  a place: action u16, number u32, place u8, role u8
--          c  the campaign: its record
--          a  an action: number u16, then its gates' ids, each ended by a
--             newline, then NUL and its record
-- Returns {changed actions as u16, then for each action fact its gates' ids
-- in the order of their indexes}. A gate's index is given once and for ever.
local known = prefix .. 'known'
local cursor = tonumber(call('HGET', known, 'cursor') or 0)
local is_new = tonumber(ARGV[1]) > cursor
local results = {''}

local function apply_place(fact)
    local n, number, place, role = struct.unpack('>I2I4BB', fact, 2)
    local person = read_person(n, number)
    count(n, person, -1)
    person.place, person.role = place, role
    count(n, person, 1)
    write_person(n, number, person)
end

local function with_new_gates(all, wanted)
    for id in string.gmatch(wanted, '([^\n]+)\n') do
        if not string.find('\n' .. all, '\n' .. id .. '\n', 1, true) then
            all = all .. id .. '\n'
        end
    end
    return all
end

local function apply_action(fact)
    local n, at = struct.unpack('>I2', fact, 2)
    local nul = string.find(fact, '%z', at)
    local gates = call('HGET', known, format('g%d', n)) or ''
    if is_new then
        gates = with_new_gates(gates, string.sub(fact, at, nul - 1))
        call('HSET', known, format('a%d', n), string.sub(fact, nul + 1),
            format('g%d', n), gates)
        touched[n] = true
    end
    results[#results + 1] = gates
end

for i = 2, #ARGV do
    local fact = ARGV[i]
    local which = string.sub(fact, 1, 1)
    if which == 'a' then
        apply_action(fact)
    elseif is_new and which == 'p' then
        apply_place(fact)
    elseif is_new and which == 'c' then
        call('HSET', known, 'c', string.sub(fact, 2))
    end
end
if is_new then
    call('HSET', known, 'cursor', ARGV[1])
end
results[1] = write_counts()
return results
