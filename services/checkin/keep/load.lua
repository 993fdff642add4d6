-- load -- what is known of a campaign, a page of its actions at a time;
-- first brings it to this format, step by step.
--
-- KEYS[1]  {campaign}:ci:feed
-- ARGV     the first action number wanted, how many numbers
-- Returns {cursor; old (see close_old.lua); the greatest action number; the
-- campaign's record; then for each known action of the page its number, its
-- gates' ids, its record}. LIMIT: stored by a newer Muster.
local call = redis.call
local known = string.sub(KEYS[1], 1, -5) .. 'known'

-- The greatest number among the fields a<number>.
local function find_top()
    local top = 0
    for _, field in ipairs(call('HKEYS', known)) do
        local number = tonumber(string.match(field, '^a(%d+)$') or 0)
        top = math.max(top, number)
    end
    return top
end

-- steps[f] brings format f to f + 1.
local steps = {
    -- 0.1 gave 14-character codes, for every action there was.
    function()
        call('HSET', known, 'top', find_top(), 'old', 'open')
    end,
}

local function format_of()
    if call('EXISTS', known) == 0 then
        call('HSET', known, 'top', 0, 'old', 0)
        return CHECKIN_FORMAT
    end
    return tonumber(call('HGET', known, 'format') or 1)
end

local format = format_of()
if format > CHECKIN_FORMAT then
    return redis.error_reply('LIMIT this campaign is of format ' .. format)
end
for f = format, CHECKIN_FORMAT - 1 do
    steps[f]()
end
call('HSET', known, 'format', CHECKIN_FORMAT)

local head = call('HMGET', known, 'cursor', 'old', 'top', 'c')
local page = {head[1] or '0', head[2], head[3], head[4] or ''}
local first = tonumber(ARGV[LOAD_ARG_FIRST])
local last = math.min(first + tonumber(ARGV[LOAD_ARG_COUNT]) - 1,
    tonumber(head[3]))
for number = first, last do
    local action = call('HMGET', known, 'a' .. number, 'g' .. number)
    if action[1] then
        page[#page + 1] = number
        page[#page + 1] = action[2] or ''
        page[#page + 1] = action[1]
    end
end
return page
