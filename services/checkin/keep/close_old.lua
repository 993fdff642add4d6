-- close_old -- says up to which action the codes of 0.1 are good, for ever.
--
-- KEYS[1]  {campaign}:ci:feed
-- Returns that action's number.
--
-- Of {campaign}:ci:meta the field "old" is that number. From the upgrade
-- until signup's feed has been caught up with once it is "open": an action
-- that 0.1 knew of may still be in the feed alone.
local meta = string.sub(KEYS[1], 1, -5) .. 'meta'
local old = redis.call('HGET', meta, 'old')
if old == 'open' then
    old = redis.call('HGET', meta, 'top')
    redis.call('HSET', meta, 'old', old)
end
return tonumber(old)
