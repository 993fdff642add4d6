-- attendance -- reads all that is counted at one action.
-- writes nothing
--
-- KEYS[1]  {campaign}:ci:feed
-- ARGV     the action's number; the first minute wanted (minutes since
--          1970), how many; devices not heard of since then (ms) are silent
-- Returns {counts as field, value, field, value; arrivals for each minute (nil: none);
-- devices heard of; devices silent}.
local at = string.sub(KEYS[1], 1, -5) .. ARGV[ATTENDANCE_ARG_ACTION]
local first = tonumber(ARGV[ATTENDANCE_ARG_MINUTE_FIRST])
local minutes = {}
for i = 1, tonumber(ARGV[ATTENDANCE_ARG_MINUTES]) do
    minutes[i] = first + i - 1
end
return {
    redis.call('HGETALL', at .. ':n'),
    redis.call('HMGET', at .. ':m', unpack(minutes)),
    redis.call('ZCARD', at .. ':d'),
    redis.call('ZCOUNT', at .. ':d', '-inf',
        '(' .. ARGV[ATTENDANCE_ARG_SILENT_SINCE]),
}
