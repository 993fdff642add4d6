-- evidence -- numbers the words that consents are given to.
--
-- KEYS  meta
-- ARGV  how many are known to the asker, the most there may be, then packed
--       signup.Evidence that are wanted
-- Returns the index of each that is wanted and, as a list, all from the
-- first that is not known; LIMIT when there would be too many.
local call = redis.call
local prefix = string.sub(KEYS[1], 1, -2)
local index, list = prefix .. 'ei', prefix .. 'e'
local known, indexes, fresh = call('LLEN', list), {}, {}
for i = 3, #ARGV do
  local found = call('HGET', index, ARGV[i])
  indexes[i - 2] = found and tonumber(found) or fresh[ARGV[i]]
  if not indexes[i - 2] then
    fresh[ARGV[i]] = known
    indexes[i - 2] = known
    known = known + 1
  end
end
if next(fresh) and known > tonumber(ARGV[2]) then
  return redis.error_reply(
    'LIMIT this campaign has too many wordings of consent')
end
for i = 3, #ARGV do
  if fresh[ARGV[i]] then
    call('HSET', index, ARGV[i], fresh[ARGV[i]])
    call('RPUSH', list, ARGV[i])
    fresh[ARGV[i]] = nil
  end
end
return {indexes, call('LRANGE', list, ARGV[1], -1)}
