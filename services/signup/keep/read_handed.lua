-- read_handed -- up to where broadcast's feed is applied.
-- writes nothing
--
-- KEYS  meta
-- Returns the seq, as text; 0: nothing yet.
return redis.call('HGET', string.sub(KEYS[1], 1, -2) .. 't', 'handed') or '0'
