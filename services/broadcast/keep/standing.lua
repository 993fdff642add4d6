-- standing -- adds people to a standing broadcast, with the feed's cursor.
--
-- After ledger.lua's five:
-- ARGV[6]  seq of the feed entry
-- ARGV[7]  channels, "1", "2" or "12"
-- ARGV[8]  numbers, <I4 each, rising, none twice
-- ARGV[9]  EVENT_FREEZE
-- Returns {stage, added}. An entry applied before changes nothing.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local stage = number_of('stage')
if stage ~= STANDING and
   not (stage == PAUSED and number_of('resume_to') == STANDING) then
    return redis.error_reply('CONFLICT not standing')
end
if number_of('cursor') >= tonumber(ARGV[6]) then return {stage, 0} end
local added = 0
for _, group in ipairs(by_chunk(unpack_numbers(ARGV[8]))) do
    for channel in string.gmatch(ARGV[7], '.') do
        local m = ledger_move(channel, group.chunk, group.offsets, nil,
                              tonumber(ARGV[9]), stage)
        count_tally(channel, m.tally)
        added = added + m.changed
        if number_of('k' .. channel) <= group.chunk then
            call('HSET', B, 'k' .. channel, group.chunk + 1)
        end
    end
end
call('HSET', B, 'cursor', ARGV[6])
return {stage, added}
