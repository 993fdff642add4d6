-- elect -- the fenced lock that makes one instance a campaign's planner.
--
-- KEYS[1]  {campaign}:bc:plan {holder, epoch, beat, rev}
-- ARGV[me]           who asks ("broadcast.0 17": instance and start number)
-- ARGV[stood_still]  the beat this asker has seen stand still too long, or ''
-- ARGV[wish]         'keep' or 'leave'
-- Returns {epoch, holder, beat, rev, how many broadcasts are active}.
--
-- No clock: the holder beats, the others watch the beat with clocks of their
-- own. An instance that starts again succeeds itself at once. Every change
-- of holder is a new epoch, and every script of a planner checks it.
local plan = KEYS[1]
local holder, epoch, beat =
    unpack(redis.call('HMGET', plan, 'holder', 'epoch', 'beat'))
local me, stood_still = ARGV[ELECT_ARG_ME], ARGV[ELECT_ARG_STOOD_STILL]
-- The same instance, started later.
local function is_reborn()
    local name, start = string.match(holder, '^(%S+) (%d+)$')
    local my_name, my_start = string.match(me, '^(%S+) (%d+)$')
    return name == my_name and tonumber(start) < tonumber(my_start)
end
if ARGV[ELECT_ARG_WISH] == 'leave' then
    if holder == me then redis.call('HSET', plan, 'holder', '') end
elseif holder == me then
    redis.call('HINCRBY', plan, 'beat', 1)
elseif not holder or holder == '' or is_reborn() or
       (stood_still ~= '' and stood_still == (epoch or '') .. '.' .. (beat or '')) then
    redis.call('HSET', plan, 'holder', me, 'beat', 0)
    redis.call('HINCRBY', plan, 'epoch', 1)
end
local now = redis.call('HMGET', plan, 'epoch', 'holder', 'beat', 'rev')
return {now[1] or '', now[2] or '', now[3] or '', now[4] or '',
        redis.call('SCARD', string.sub(plan, 1, -5) .. 'active')}
