-- lead -- one beat of a fenced lock, or the taking of it.
--
-- KEYS[1]            the lock: a hash {holder, epoch, beat}
-- ARGV[me]           who asks ("signup.0 17": instance and start number)
-- ARGV[stood_still]  the "<epoch>.<beat>" this asker saw stand still, or ''
-- ARGV[wish]         LEAD_KEEP or LEAD_LEAVE
-- Behind them: names of further fields of the hash.
-- Returns {epoch, holder, beat, the further fields...}.
--
-- No clock: the holder beats, the others watch the beat with clocks of their
-- own. An instance that starts again succeeds itself at once. Every change
-- of holder is a new epoch, and every script of a holder checks it.
local lock = KEYS[1]
local me, stood_still = ARGV[LEAD_ARG_ME], ARGV[LEAD_ARG_STOOD_STILL]
local holder, epoch, beat =
    unpack(redis.call('HMGET', lock, 'holder', 'epoch', 'beat'))

-- The same instance, started later.
local function is_reborn()
    local name, start = string.match(holder, '^(%S+) (%d+)$')
    local my_name, my_start = string.match(me, '^(%S+) (%d+)$')
    return name == my_name and tonumber(start) < tonumber(my_start)
end

local function has_stood_still()
    return stood_still ~= '' and stood_still == (epoch or '') .. '.' .. (beat or '')
end

if tonumber(ARGV[LEAD_ARG_WISH]) == LEAD_LEAVE then
    if holder == me then redis.call('HSET', lock, 'holder', '') end
elseif holder == me then
    redis.call('HINCRBY', lock, 'beat', 1)
elseif not holder or holder == '' or is_reborn() or has_stood_still() then
    redis.call('HSET', lock, 'holder', me, 'beat', 0)
    redis.call('HINCRBY', lock, 'epoch', 1)
end
local wanted = {'epoch', 'holder', 'beat'}
for i = LEAD_ARG_WISH + 1, #ARGV do wanted[#wanted + 1] = ARGV[i] end
local answer = redis.call('HMGET', lock, unpack(wanted))
for i = 1, #wanted do answer[i] = answer[i] or '' end
return answer
