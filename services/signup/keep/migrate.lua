-- migrate -- brings a campaign's data to the next format, all or nothing.
--
-- KEYS  meta
-- ARGV  the format it was read in, the campaign's number
-- Returns the format now. When it is another than was read, nothing is done:
-- read again.
--
-- Format 2 keeps the campaign's number in its meta hash.
local format = tonumber(redis.call('HGET', KEYS[1], 'format') or 1)
if format ~= tonumber(ARGV[1]) then
  return format
end
redis.call('HSET', KEYS[1], 'format', 2, 'number', ARGV[2])
return 2
