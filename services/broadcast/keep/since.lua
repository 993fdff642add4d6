-- since -- a page of this campaign's feed.
-- writes nothing
--
-- KEYS[1]      {campaign}:bc:plan
-- ARGV[after]  which seq
-- Returns {end, {seq, event}, {seq, event}, ...}: KEEP_PAGE_MAX entries and
-- KEEP_PAGE_BYTES_MAX at most, but for one entry.
local P = string.sub(KEYS[1], 1, -5)
local answer, bytes = {redis.call('GET', P .. 'feed-end') or '0'}, 0
for _, entry in ipairs(redis.call('XRANGE', P .. 'feed',
        '(' .. ARGV[SINCE_ARG_AFTER] .. '-0', '+', 'COUNT', KEEP_PAGE_MAX)) do
    bytes = bytes + #entry[2][2]
    if #answer > 1 and bytes > KEEP_PAGE_BYTES_MAX then break end
    answer[#answer + 1] = {string.match(entry[1], '^%d+'), entry[2][2]}
end
return answer
