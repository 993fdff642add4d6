-- campaign_number -- gives a campaign its number, once.
--
-- KEYS  {muster}:su:campaigns: hash of campaign id -> number
--       {muster}:su:meta: campaigns: the greatest number ever given
-- ARGV  args campaign_number
-- Returns the number; LIMIT when all are given; CONFLICT when the campaign's
-- own is another's.
--
-- A store that went back in time may have lost a campaign from this list and
-- not the campaign, whose people hold links and tickets with its number. So
-- a campaign's own number is put back, and a number once given is never given
-- again.
local id = ARGV[CAMPAIGN_NUMBER_ARG_ID]
local own = tonumber(ARGV[CAMPAIGN_NUMBER_ARG_OWN])
local known = tonumber(redis.call('HGET', KEYS[1], id) or 0)
if known > 0 and (own == 0 or own == known) then
  return known
end
local greatest = math.max(tonumber(ARGV[CAMPAIGN_NUMBER_ARG_FLOOR]), own,
  tonumber(redis.call('HGET', KEYS[2], 'campaigns') or 0))
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local number = tonumber(all[i + 1])
  if number == own and all[i] ~= id then
    return redis.error_reply('CONFLICT the campaigns ' .. id .. ' and ' ..
      all[i] .. ' both have the number ' .. own ..
      ': the store has lost what was written last')
  end
  greatest = math.max(greatest, number)
end
local number = own
if own == 0 then
  number = greatest + 1
  greatest = number
end
if number > tonumber(ARGV[CAMPAIGN_NUMBER_ARG_MAX]) then
  return redis.error_reply('LIMIT there are as many campaigns as there can be')
end
redis.call('HSET', KEYS[1], id, number)
redis.call('HSET', KEYS[2], 'campaigns', greatest)
return number
