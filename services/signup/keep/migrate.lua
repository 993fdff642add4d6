-- migrate -- brings a campaign's data to the next format, all or nothing.
--
-- KEYS  meta
-- ARGV  args migrate
-- Returns the format now. When it is another than was read, nothing is done:
-- read again.
--
-- Format 2 keeps the campaign's number in its meta hash.
local format = tonumber(redis.call('HGET', KEYS[1], 'format') or 1)
if format ~= tonumber(ARGV[MIGRATE_ARG_FROM]) then
  return format
end
redis.call('HSET', KEYS[1], 'format', 2, 'number', ARGV[MIGRATE_ARG_NUMBER])
return 2
