-- load -- what is known of a campaign, a page of its actions at a time;
-- first brings it to this format, step by step.
--
-- 0.1 kept it in {campaign}:ci:known. What stands there now is no hash, so
-- that 0.1 can load no campaign of ours and answers "not now".
--
-- KEYS[1]  {campaign}:ci:feed
-- ARGV     the first action number wanted, how many numbers
-- Returns {cursor; old (see close_old.lua); the greatest action number; the
-- campaign's record; then for each known action of the page its number, its
-- gates' ids, its record}. LIMIT: stored by a newer Muster.
local call = redis.call
local meta = string.sub(KEYS[1], 1, -5) .. 'meta'
local known = string.sub(KEYS[1], 1, -5) .. 'known'

-- The greatest number among the fields a<number>.
local function find_top()
    local top = 0
    for _, field in ipairs(call('HKEYS', meta)) do
        local number = tonumber(string.match(field, '^a(%d+)$') or 0)
        top = math.max(top, number)
    end
    return top
end

-- steps[f] brings format f to f + 1.
local steps = {
    -- 0.1 gave 14-character codes, for every action there was.
    function()
        call('RENAME', known, meta)
        call('HSET', meta, 'top', find_top(), 'old', 'open')
    end,
    -- 0.2 did not say where there are records: there may be some at any.
    function()
        local top = tonumber(call('HGET', meta, 'top'))
        for n = 1, top do
            if call('HEXISTS', meta, 'a' .. n) == 1 then
                call('SADD', string.sub(KEYS[1], 1, -5) .. 'used', n)
            end
        end
    end,
}

local function format_of()
    if call('EXISTS', meta) == 1 then
        return tonumber(call('HGET', meta, 'format'))
    end
    if call('TYPE', known).ok == 'hash' then
        return 1
    end
    call('HSET', meta, 'top', 0, 'old', 0)
    return CHECKIN_FORMAT
end

local format = format_of()
if format > CHECKIN_FORMAT then
    return redis.error_reply('LIMIT this campaign is of format ' .. format)
end
for f = format, CHECKIN_FORMAT - 1 do
    steps[f]()
end
call('HSET', meta, 'format', CHECKIN_FORMAT)
call('SET', known, 'see {campaign}:ci:meta')

local head = call('HMGET', meta, 'cursor', 'old', 'top', 'c')
local page = {head[1] or '0', head[2], head[3], head[4] or ''}
local first = tonumber(ARGV[LOAD_ARG_FIRST])
local last = math.min(first + tonumber(ARGV[LOAD_ARG_COUNT]) - 1,
    tonumber(head[3]))
for number = first, last do
    local action = call('HMGET', meta, 'a' .. number, 'g' .. number)
    if action[1] then
        page[#page + 1] = number
        page[#page + 1] = action[2] or ''
        page[#page + 1] = action[1]
    end
end
return page
