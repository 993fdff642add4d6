-- freeze -- writes one chunk of the audience to the ledger, once.
--
-- After ledger.lua's five:
-- ARGV[6]  channel      ARGV[7] chunk      ARGV[8] its bytes, all pending
-- ARGV[9]  how many     ARGV[10] the cursor this follows ("1:0")
-- ARGV[11] the cursor after it; '' when the audience is complete
-- Returns the broadcast's fields as they stand after it. A chunk that is there
-- already changes nothing.
-- Keys: b:<id> field frozen is the cursor, k<ch> the number of chunks.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local channel, chunk = ARGV[6], tonumber(ARGV[7])
local stage = number_of('stage')
if stage ~= 3 or call('HGET', B, 'frozen') ~= ARGV[10] then
    return fields()
end
local count = tonumber(ARGV[9])
if count > 0 then
    call('SET', P .. 'l:' .. ID .. ':' .. channel .. ':' .. chunk, ARGV[8])
    count_tally(channel, {[PENDING] = count})
    call('HSET', B, 'k' .. channel, chunk + 1)
end
call('HSET', B, 'frozen', ARGV[11])
if ARGV[11] == '' then
    set_stage(SENDING)
    settle_down(SENDING)
end
return fields()
