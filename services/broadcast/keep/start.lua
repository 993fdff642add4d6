-- start -- counts this start of an instance.
--
-- KEYS[1]  {muster}:bc:plan, for the slot alone
-- Returns the number: unique for ever, and rising: at least the time in
-- seconds, for a store that has gone back counts again what it has counted, and
-- couriers may hold leases whose ids were made of it.
--
-- 0.1 counted in {muster}:bc:starts. What stands there now is no number, so
-- that 0.1 does not start on what a newer version keeps.
local P = string.sub(KEYS[1], 1, -5)
local counted = redis.call('GET', P .. 'starts')
if tonumber(counted or '') then
    redis.call('HSET', P .. 'meta', 'starts', counted)
end
redis.call('SET', P .. 'starts', 'kept by Muster 0.2 or later, at ' .. P .. 'meta')
local number = tonumber(redis.call('HGET', P .. 'meta', 'starts') or 0) + 1
local now_s = tonumber(redis.call('TIME')[1])
if number < now_s then number = now_s end
redis.call('HSET', P .. 'meta', 'starts', number)
return number
