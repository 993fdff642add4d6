-- fold -- who counts as whom, and how several numbers count as one.
-- Not a script: mark.lua and expected.lua need it.
-- needs: person
--
-- KEYS[1]  {campaign}:ci:feed
--
-- A number may be folded into another (signup.Folded): its places and marks
-- count as the other's at every action, and as its own again when that is
-- undone. So records (person.lua) stay what each number itself was told of,
-- and what counts is their sum, here: the greatest stamp and the least
-- arrival of all, confirmed when one of them is. It is what the records and
-- the folds say, whatever order they came in.
--
-- {campaign}:ci:f is a hash: number -> a row "fold", its members behind it. A
-- number with members is no member itself, but what a chain would mean is
-- said too: it counts as the last of it.
local has_folds = call('EXISTS', prefix .. 'f') == 1
local folds, changed_folds, sums = {}, {}, {}

local function unpack_fold(packed)
    local fold = {members = {}}
    if packed then
        local is_folded, into = struct.unpack(FOLD_ROW, packed)
        fold.into = is_folded == 1 and into or nil
        for at = FOLD_ROW_BYTES + 1, #packed, FOLDED_NUMBER_ROW_BYTES do
            fold.members[#fold.members + 1] =
                struct.unpack(FOLDED_NUMBER_ROW, packed, at)
        end
    end
    return fold
end

local function fold_of(number)
    local fold = folds[number]
    if not fold then
        fold = unpack_fold(has_folds and
            call('HGET', prefix .. 'f', text[number]))
        folds[number] = fold
    end
    return fold
end

-- Reads those of many numbers at once; at most a batch of them.
local function know_folds(numbers)
    if #numbers > 0 then
        local packed = call('HMGET', prefix .. 'f', unpack(numbers))
        for i, number in ipairs(numbers) do
            folds[number] = unpack_fold(packed[i])
        end
    end
end

local function root_of(number)
    local into = fold_of(number).into
    while into do
        number, into = into, fold_of(into).into
    end
    return number
end

-- number, and all who count as it.
local function group_of(number)
    local group, at = {number}, 1
    while at <= #group do
        for _, member in ipairs(fold_of(group[at]).members) do
            group[#group + 1] = member
        end
        at = at + 1
    end
    return group
end

-- ---- sums -------------------------------------------------------------------

local function add_confirmed(sum, by)
    sum.confirmed = sum.confirmed + by
    sum.place = sum.confirmed > 0 and PLACE_CONFIRMED or 0
end

-- The role of the one they count as; of one that says none, the greatest of
-- the others' roles.
local function say_role(sum, is_root, role)
    if is_root then
        sum.own_role = role
    else
        sum.other_role = math.max(sum.other_role, role)
    end
    sum.role = sum.own_role ~= 0 and sum.own_role or sum.other_role
end

local function add_stamps(sum, person)
    if person.at then
        merge(sum, person.at, person.tail)
    end
    if person.first_at then
        merge(sum, person.first_at, person.first_tail)
    end
end

local function make_sum(n, root)
    local sum = {confirmed = 0, place = 0, own_role = 0, other_role = 0,
        role = 0}
    for _, number in ipairs(group_of(root)) do
        local person = read_person(n, number)
        add_stamps(sum, person)
        add_confirmed(sum, person.place == PLACE_CONFIRMED and 1 or 0)
        say_role(sum, number == root, person.role)
    end
    return sum
end

local function sum_of(n, root)
    sums[n] = sums[n] or {}
    local sum = sums[n][root]
    if not sum then
        sum = make_sum(n, root)
        sums[n][root] = sum
    end
    return sum
end

-- What person, the record of number, counts as, and under which number: its
-- own record, or the sum of those that count as one.
local function counted_as(n, number, person)
    if not has_folds then
        return person, number
    end
    local fold = fold_of(number)
    if not fold.into and #fold.members == 0 then
        return person, number
    end
    local root = root_of(number)
    return sum_of(n, root), root
end
