-- open -- whether this data belongs to the service's key and is of a format
-- that it knows; brings an older one to its own.
--
-- KEYS  {muster}:su:key: in format 1 the key's mark
--       {muster}:su:meta: format; key: the key's mark
-- ARGV  args open
-- Returns what it was: 0 nothing yet, or the format; CONFLICT: of another
-- key; LIMIT: of a newer format.
--
-- Format 1 is that of 0.1, which looks at the first of the two keys alone:
-- what stands there from now on is no key's mark, so that it will not start.
local kept = redis.call('HMGET', KEYS[2], 'format', 'key')
local mark = kept[2] or redis.call('GET', KEYS[1])
local format = tonumber(kept[1] or mark and 1 or 0)
if format > SU_FORMAT then
  return redis.error_reply('LIMIT this data is of format ' .. format)
end
if mark and mark ~= ARGV[OPEN_ARG_MARK] then
  return redis.error_reply('CONFLICT this data is of another key')
end
redis.call('HSET', KEYS[2], 'format', SU_FORMAT,
  'key', ARGV[OPEN_ARG_MARK])
redis.call('SET', KEYS[1], 'see {muster}:su:meta')
return format
