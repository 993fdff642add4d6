-- standing -- adds people to a standing broadcast, with the feed's cursor.
-- needs: ledger
--
-- ARGV[seq]       of the feed entry
-- ARGV[channels]  "1", "2" or "12"
-- ARGV[numbers]   rows "number", rising, none twice
-- ARGV[retires]   1: nobody is added any more; what is open goes out
-- Returns {stage, added}. An entry applied before changes nothing.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local stage = stage_of('stage')
if stage ~= STANDING and
   not (stage == PAUSED and stage_of('resume_to') == STANDING) then
    return redis.error_reply('CONFLICT not standing')
end
if number_of('cursor') >= tonumber(ARGV[STANDING_ARG_SEQ]) then return {stage, 0} end
if ARGV[STANDING_ARG_RETIRES] == '1' then
    call('HSET', B, 'retired', '1')
    if stage == PAUSED then
        call('HSET', B, 'resume_to', name_of(SENDING))
        rise(B)
        rise(P .. 'plan')
        return {stage, 0}
    end
    set_stage(SENDING)
    return {settle_down(SENDING), 0}
end
local added, numbers = 0, unpack_numbers(ARGV[STANDING_ARG_NUMBERS])
for channel in string.gmatch(ARGV[STANDING_ARG_CHANNELS], '.') do
    added = added + grow(channel, numbers, stage)
end
call('HSET', B, 'cursor', ARGV[STANDING_ARG_SEQ])
return {stage, added}
