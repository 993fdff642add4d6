-- since -- a page of this campaign's feed.
--
-- KEYS[1]      {campaign}:bc:plan
-- ARGV[after]  which seq
-- Returns {end, {seq, event}, {seq, event}, ...}.
local P = string.sub(KEYS[1], 1, -5)
local answer = {redis.call('GET', P .. 'feed-end') or '0'}
for _, entry in ipairs(redis.call('XRANGE', P .. 'feed',
        '(' .. ARGV[SINCE_ARG_AFTER] .. '-0', '+', 'COUNT', KEEP_PAGE_MAX)) do
    answer[#answer + 1] = {string.match(entry[1], '^%d+'), entry[2][2]}
end
return answer
