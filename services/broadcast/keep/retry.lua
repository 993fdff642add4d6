-- retry -- deferred recipients whose time has come are pending again.
--
-- After ledger.lua's five:
-- ARGV[6]  channel    ARGV[7] at most so many    ARGV[8] EVENT_RETRY
-- Returns {stage, pending, chunk, chunk, ...}: the chunks it touched.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local channel = ARGV[6]
local due = P .. 'd:' .. ID .. ':' .. channel
local stage = number_of('stage')
local members = call('ZRANGEBYSCORE', due, '-inf', NOW, 'LIMIT', 0, ARGV[7])
local numbers, answer = {}, {stage, 0}
for i, member in ipairs(members) do numbers[i] = tonumber(member) end
table.sort(numbers)
for _, group in ipairs(by_chunk(numbers)) do
    local m = ledger_move(channel, group.chunk, group.offsets, nil,
                          tonumber(ARGV[8]), stage)
    count_tally(channel, m.tally)
    answer[#answer + 1] = group.chunk
end
if #members > 0 then call('ZREM', due, unpack(members)) end
answer[2] = number_of('n' .. channel .. '.' .. PENDING)
return answer
