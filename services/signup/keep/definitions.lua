-- definitions -- a campaign's definitions with their revision, and counts.
-- writes nothing
--
-- KEYS  meta
-- ARGV  args definitions
-- Returns the revision ('' when there is no campaign), the meta hash as a
-- flat list of fields and values, and so the definitions (false: as known).
local meta, prefix = KEYS[1], string.sub(KEYS[1], 1, -2)
local revision = redis.call('HGET', meta, 'definitions') or ''
return {revision, redis.call('HGETALL', meta),
        revision ~= ARGV[DEFINITIONS_ARG_REVISION] and
           redis.call('HGETALL', prefix .. 'd')}
