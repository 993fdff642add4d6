-- standing -- adds people to a standing broadcast, with the feed's cursor.
-- needs: ledger
--
-- ARGV[seq]       of the feed entry
-- ARGV[channels]  "1", "2" or "12"
-- ARGV[numbers]   rows "number", rising, none twice
-- Returns {stage, added}. An entry applied before changes nothing.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local stage = stage_of('stage')
if stage ~= STANDING and
   not (stage == PAUSED and stage_of('resume_to') == STANDING) then
    return redis.error_reply('CONFLICT not standing')
end
if number_of('cursor') >= tonumber(ARGV[STANDING_ARG_SEQ]) then return {stage, 0} end
local added = 0
for _, group in ipairs(by_chunk(unpack_numbers(ARGV[STANDING_ARG_NUMBERS]))) do
    for channel in string.gmatch(ARGV[STANDING_ARG_CHANNELS], '.') do
        local m = ledger_move(channel, group.chunk, group.offsets, nil,
                              EVENT_FREEZE, stage)
        count_tally(channel, m.tally)
        added = added + m.changed
        if number_of('k' .. channel) <= group.chunk then
            call('HSET', B, 'k' .. channel, group.chunk + 1)
        end
    end
end
call('HSET', B, 'cursor', ARGV[STANDING_ARG_SEQ])
return {stage, added}
