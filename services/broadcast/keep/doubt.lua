-- doubt -- an organiser says of recipients in doubt what became of them.
--
-- After ledger.lua's five:
-- ARGV[6]  channel    ARGV[7] EVENT_TRUST or EVENT_RELEASE
-- ARGV[8]  numbers, <I4 each, rising, none twice
-- Returns {changed, stage}. Numbers that are not in doubt stay as they are.
local stage = number_of('stage')
if stage == 0 then return redis.error_reply('NOTFOUND no such broadcast') end
local changed = 0
for _, group in ipairs(by_chunk(unpack_numbers(ARGV[8]))) do
    local m = ledger_move(ARGV[6], group.chunk, group.offsets, nil,
                          tonumber(ARGV[7]), stage)
    count_tally(ARGV[6], m.tally)
    changed = changed + m.changed
end
if changed > 0 then call('HINCRBY', P .. 'plan', 'rev', 1) end
return {changed, settle_down(stage)}
