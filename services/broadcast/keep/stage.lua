-- stage -- takes a broadcast from one stage to another.
-- needs: ledger
--
-- ARGV[from]     the stages it may come from: the sum of 2 ^ each
-- ARGV[to]       the stage it goes to; 0: back to what was paused
-- ARGV[refusal]  the sentence when it may not
-- Behind them: pairs of field and value to set with it.
-- Returns the broadcast's fields as they stand after it. To be there already
-- is no error and changes nothing.
local from, to = tonumber(ARGV[STAGE_ARG_FROM]), tonumber(ARGV[STAGE_ARG_TO])
local stage = stage_of('stage')
if stage == 0 then return redis.error_reply('NOTFOUND no such broadcast') end
-- An organiser has no epoch. The planner alone ends what the system sends.
if EPOCH == '' and system_class() then
    return redis.error_reply('FORBIDDEN the system sends it by itself')
end
local may_go = floor(from / 2 ^ stage) % 2 == 1
if to == STAGE_NONE then
    if stage ~= PAUSED and may_go then
        return fields()
    end
    to = stage_of('resume_to')
end
if stage == to then return fields() end
if not may_go then
    return redis.error_reply('CONFLICT ' .. ARGV[STAGE_ARG_REFUSAL])
end
if is_succeeded() then return redis.error_reply('GONE another planner') end
call('HDEL', B, 'why') -- why it was paused, if Muster did it
for i = STAGE_ARG_REFUSAL + 1, #ARGV, 2 do call('HSET', B, ARGV[i], ARGV[i + 1]) end
if to == PAUSED then call('HSET', B, 'resume_to', name_of(stage)) end
if to == FREEZING or to == STANDING then set_active(true) end
set_stage(to)
settle_down(to)
return fields()
