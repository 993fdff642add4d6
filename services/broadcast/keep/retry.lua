-- retry -- deferred recipients whose time has come are pending again.
-- needs: ledger
--
-- ARGV[channel]
-- Returns {stage, pending, chunk, chunk, ...}: the chunks it touched.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local channel = ARGV[RETRY_ARG_CHANNEL]
local due = P .. 'd:' .. ID .. ':' .. channel
local stage = stage_of('stage')
local members = call('ZRANGEBYSCORE', due, '-inf', NOW, 'LIMIT', 0,
                     KEEP_RETRIES_MAX)
local numbers, answer = {}, {stage, 0}
for i, member in ipairs(members) do numbers[i] = tonumber(member) end
table.sort(numbers)
for _, group in ipairs(by_chunk(numbers)) do
    local m = ledger_move(channel, group.chunk, group.offsets, nil,
                          EVENT_RETRY, stage)
    count_tally(channel, m.tally)
    answer[#answer + 1] = group.chunk
end
if #members > 0 then call('ZREM', due, unpack(members)) end
answer[2] = pending_on(channel)
return answer
