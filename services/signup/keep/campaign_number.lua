-- campaign_number -- gives a campaign its number, once.
--
-- KEYS  {muster}:su:campaigns: hash of campaign id -> number
-- ARGV  campaign id, greatest number
-- Returns the number; LIMIT when all are given.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then
  return tonumber(known)
end
local number = redis.call('HLEN', KEYS[1]) + 1
if number > tonumber(ARGV[2]) then
  return redis.error_reply('LIMIT there are as many campaigns as there can be')
end
redis.call('HSET', KEYS[1], ARGV[1], number)
return number
