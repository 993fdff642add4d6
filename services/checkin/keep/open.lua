-- open -- whether what checkin has stored is of a format that it knows;
-- notes its own.
--
-- KEYS     {muster}:ci:campaigns; {muster}:ci:meta, a hash: format
-- Returns the campaigns' ids. LIMIT: stored by a newer Muster.
--
-- 0.1 noted none. What a newer format changes is changed campaign by
-- campaign, in load.lua.
local format = tonumber(redis.call('HGET', KEYS[2], 'format') or 1)
if format > CHECKIN_FORMAT then
    return redis.error_reply('LIMIT this data is of format ' .. format)
end
redis.call('HSET', KEYS[2], 'format', CHECKIN_FORMAT)
return redis.call('SMEMBERS', KEYS[1])
