-- since -- reads the feed of marks after a cursor.
-- writes nothing
--
-- KEYS[1]  {campaign}:ci:feed
-- ARGV     the cursor; how many entries at most
-- Returns {the feed's end, then for each entry: its seq, its events}.
local feed_end = redis.call('HGET', string.sub(KEYS[1], 1, -5) .. 'meta',
    'end') or '0'
local page = {feed_end}
local entries = redis.call('XRANGE', KEYS[1],
    '(' .. ARGV[SINCE_ARG_AFTER] .. '-0', '+',
    'COUNT', ARGV[SINCE_ARG_ENTRIES_MAX])
for _, entry in ipairs(entries) do
    page[#page + 1] = string.match(entry[1], '^%d+')
    page[#page + 1] = entry[2][2]
end
return page
