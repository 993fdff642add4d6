-- expected -- applies one entry of signup's feed together with its number.
-- needs: refold
--
-- KEYS[1]  {campaign}:ci:feed
-- ARGV     the entry's seq (already applied, by another instance: no effect);
--          then each fact, a row "place_fact", "campaign_fact", "action_fact",
--          "fold_fact"
-- Returns {a row "changed" for each action whose counts changed, then for each
-- action fact its gates' ids in the order of their indexes}. A gate's index
-- is given once and for ever.
local meta = prefix .. 'meta'
local cursor = tonumber(call('HGET', meta, 'cursor') or 0)
local is_new = tonumber(ARGV[EXPECTED_ARG_SEQ]) > cursor
local results = {''}

-- What sum, of root, is once the person's place and role are others.
local function resum(n, root, was, person)
    local sum = sum_of(n, root)
    if was.role ~= person.role then
        sums[n][root] = nil
        return sum_of(n, root)
    end
    local function counts(place)
        return place == PLACE_CONFIRMED and 1 or 0
    end
    add_confirmed(sum, counts(person.place) - counts(was.place))
    return sum
end

local function apply_place(fact)
    local _, n, number, place, role = struct.unpack(PLACE_FACT_ROW, fact)
    local person = read_person(n, number)
    local was = {place = person.place, role = person.role}
    local who, root = counted_as(n, number, person)
    count(n, who, -1)
    person.place, person.role = place, role
    write_person(n, number, person)
    count(n, who == person and person or resum(n, root, was, person), 1)
end

local function apply_fold(fact)
    local _, number, is_folded, into = struct.unpack(FOLD_FACT_ROW, fact)
    refold(number, is_folded == 1 and into or nil)
end

-- A gate beyond ACTION_GATES_MAX gets no index.
local function with_new_gates(all, wanted)
    local _, count = string.gsub(all, '\n', '')
    for id in string.gmatch(wanted, '([^\n]+)\n') do
        if count < ACTION_GATES_MAX and
            not string.find('\n' .. all, '\n' .. id .. '\n', 1, true) then
            all = all .. id .. '\n'
            count = count + 1
        end
    end
    return all
end

local function apply_action(fact)
    local _, n, wanted, at = struct.unpack(ACTION_FACT_ROW, fact)
    local gates = call('HGET', meta, format('g%d', n)) or ''
    if is_new then
        gates = with_new_gates(gates, wanted)
        -- Of a new one nobody has seen a count.
        touched[n] = call('HEXISTS', meta, format('a%d', n)) == 1 or touched[n]
        call('HSET', meta, format('a%d', n), string.sub(fact, at),
            format('g%d', n), gates)
        if n > tonumber(call('HGET', meta, 'top')) then
            call('HSET', meta, 'top', format('%d', n))
        end
    end
    results[#results + 1] = gates
end

local function apply_campaign(fact)
    local _, at = struct.unpack(CAMPAIGN_FACT_ROW, fact)
    call('HSET', meta, 'c', string.sub(fact, at))
end

for i = EXPECTED_ARG_FACTS, #ARGV do
    local fact = ARGV[i]
    local which = string.byte(fact)
    if which == FACT_ACTION then
        apply_action(fact)
    elseif is_new and which == FACT_PLACE then
        apply_place(fact)
    elseif is_new and which == FACT_FOLD then
        apply_fold(fact)
    elseif is_new and which == FACT_CAMPAIGN then
        apply_campaign(fact)
    end
end
if is_new then
    call('HSET', meta, 'cursor', ARGV[EXPECTED_ARG_SEQ])
end
write_folds()
results[1] = write_counts()
return results
