-- definitions -- a campaign's definitions with their revision, and counts.
--
-- KEYS  meta
-- Returns the revision ('' when there is no campaign), the meta hash and the
-- definitions, each as a flat list of fields and values.
local meta, prefix = KEYS[1], string.sub(KEYS[1], 1, -2)
return {redis.call('HGET', meta, 'definitions') or '',
        redis.call('HGETALL', meta), redis.call('HGETALL', prefix .. 'd')}
