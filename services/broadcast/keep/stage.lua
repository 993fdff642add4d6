-- stage -- takes a broadcast from one stage to another.
--
-- After ledger.lua's five:
-- ARGV[6]  the stages it may come from, as digits ("45")
-- ARGV[7]  the stage it goes to; 0: back to what was paused
-- ARGV[8]  the sentence when it may not
-- ARGV[9]... pairs of field and value to set with it
-- Returns the broadcast's fields as they stand after it. To be there already
-- is no error and changes nothing.
local stage = number_of('stage')
if stage == 0 then return redis.error_reply('NOTFOUND no such broadcast') end
local to = tonumber(ARGV[7])
if to == 0 then
    if stage ~= PAUSED and string.find(ARGV[6], stage, 1, true) then
        return fields()
    end
    to = number_of('resume_to')
end
if stage == to then return fields() end
if not string.find(ARGV[6], stage, 1, true) then
    return redis.error_reply('CONFLICT ' .. ARGV[8])
end
if is_succeeded() then return redis.error_reply('GONE another planner') end
for i = 9, #ARGV, 2 do call('HSET', B, ARGV[i], ARGV[i + 1]) end
if to == PAUSED then call('HSET', B, 'resume_to', stage) end
if to == 3 or to == STANDING then call('SADD', P .. 'active', ID) end
set_stage(to)
settle_down(to)
return fields()
