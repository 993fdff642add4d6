-- evidence -- numbers the words that consents are given to.
--
-- KEYS  meta
-- ARGV  args evidence; wanted: packed signup.Evidence
-- Returns the index of each that is wanted and, as a list, all from the
-- first that is not known; LIMIT when there would be too many.
local call = redis.call
local prefix = string.sub(KEYS[1], 1, -2)
local index, list = prefix .. 'ei', prefix .. 'e'
local known, indexes, fresh = call('LLEN', list), {}, {}
for i = EVIDENCE_ARG_WANTED, #ARGV do
  local found = call('HGET', index, ARGV[i])
  local at = i - EVIDENCE_ARG_WANTED + 1
  indexes[at] = found and tonumber(found) or fresh[ARGV[i]]
  if not indexes[at] then
    fresh[ARGV[i]] = known
    indexes[at] = known
    known = known + 1
  end
end
if next(fresh) and known > tonumber(ARGV[EVIDENCE_ARG_MAX]) then
  return redis.error_reply(
    'LIMIT this campaign has too many wordings of consent')
end
for i = EVIDENCE_ARG_WANTED, #ARGV do
  if fresh[ARGV[i]] then
    call('HSET', index, ARGV[i], fresh[ARGV[i]])
    call('RPUSH', list, ARGV[i])
    fresh[ARGV[i]] = nil
  end
end
return {indexes, call('LRANGE', list, ARGV[EVIDENCE_ARG_KNOWN], -1)}
