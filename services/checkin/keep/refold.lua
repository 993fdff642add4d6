-- refold -- a number becomes part of another, or itself again.
-- Not a script: expected.lua needs it.
-- needs: fold
--
-- Costs a look at every action that anybody has a record at, and for an undo
-- a look at all who count as one.
local all_used

-- The actions that anybody has a record at, as keys.
local function used_actions()
    if not all_used then
        all_used = {}
        for _, n in ipairs(call('SMEMBERS', prefix .. 'used')) do
            all_used[tonumber(n)] = true
        end
    end
    for n in pairs(used) do -- since then
        all_used[n] = true
    end
    return all_used
end

local function has_record(n, numbers)
    for _, number in ipairs(numbers) do
        local key, field = place_of(n, number)
        if call('HEXISTS', key, field) == 1 then
            return true
        end
    end
    return false
end

local function actions_of(numbers)
    local actions = {}
    for n in pairs(used_actions()) do
        if has_record(n, numbers) then
            actions[#actions + 1] = n
        end
    end
    return actions
end

local function set_fold(number, into)
    local fold = fold_of(number)
    if fold.into then
        local members = fold_of(fold.into).members
        for i = #members, 1, -1 do
            if members[i] == number then
                table.remove(members, i)
            end
        end
        changed_folds[fold.into] = true
    end
    fold.into = into
    changed_folds[number] = true
    if into then
        local members = fold_of(into).members
        members[#members + 1] = number
        changed_folds[into] = true
    end
    has_folds = true
end

-- Returns whether they were inside.
local function take_out(n, root)
    local sum = sum_of(n, root)
    count(n, sum, -1)
    return is_inside(sum)
end

local function put_back(n, root, was_inside)
    local is_in = false
    if root_of(root) == root then
        local sum = sum_of(n, root)
        count(n, sum, 1)
        is_in = is_inside(sum)
    end
    if is_in ~= was_inside then
        set_inside(n, root, is_in)
    end
end

-- Who was themselves is added; of who leaves others a sum is made anew.
local function join_sums(n, number, from, to)
    local more = sums[n][from]
    sums[n][from] = nil
    if from ~= number then
        sums[n][to] = nil
        return
    end
    local sum = sums[n][to]
    add_stamps(sum, more)
    add_confirmed(sum, more.confirmed)
    say_role(sum, false, math.max(more.own_role, more.other_role))
end

local function move(number, into, from, to)
    local actions, was_from, was_to = actions_of(group_of(number)), {}, {}
    for _, n in ipairs(actions) do
        was_from[n], was_to[n] = take_out(n, from), false
        if to ~= number then -- else it counts for nothing yet
            was_to[n] = take_out(n, to)
        end
    end
    set_fold(number, into)
    for _, n in ipairs(actions) do
        join_sums(n, number, from, to)
        put_back(n, from, was_from[n])
        put_back(n, to, was_to[n])
    end
end

local function is_under(number, other)
    while number and number ~= other do
        number = fold_of(number).into
    end
    return number ~= nil
end

-- into: nil: as itself again.
local function refold(number, into)
    if into == number then
        into = nil
    end
    if fold_of(number).into == into then
        return
    end
    if into and is_under(into, number) then
        refold(into, nil) -- said to be nobody's part any more
    end
    local from, to = root_of(number), into and root_of(into) or number
    if from == to then
        set_fold(number, into)
    else
        move(number, into, from, to)
    end
end

local function pack_fold(fold)
    local parts = {struct.pack(FOLD_ROW, fold.into and 1 or 0, fold.into or 0)}
    for i, member in ipairs(fold.members) do
        parts[i + 1] = struct.pack(FOLDED_NUMBER_ROW, member)
    end
    return table.concat(parts)
end

local function write_folds()
    for number in pairs(changed_folds) do
        local fold = folds[number]
        if fold.into or #fold.members > 0 then
            call('HSET', prefix .. 'f', text[number], pack_fold(fold))
        else
            call('HDEL', prefix .. 'f', text[number])
        end
    end
end
