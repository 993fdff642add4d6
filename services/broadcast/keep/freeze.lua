-- freeze -- writes one chunk of the audience to the ledger, once.
-- needs: ledger
--
-- ARGV[channel], ARGV[chunk]
-- ARGV[bytes]    the chunk, all pending    ARGV[count] how many
-- ARGV[cursor]   the cursor this follows ("1:0")
-- ARGV[next]     the cursor after it; '' when the audience is complete
-- Returns the broadcast's fields as they stand after it. A chunk that is there
-- already changes nothing.
-- Keys: b:<id> field frozen is the cursor, k<ch> the number of chunks.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local channel, chunk = ARGV[FREEZE_ARG_CHANNEL], tonumber(ARGV[FREEZE_ARG_CHUNK])
if stage_of('stage') ~= FREEZING or
   call('HGET', B, 'frozen') ~= ARGV[FREEZE_ARG_CURSOR] then
    return fields()
end
local count = tonumber(ARGV[FREEZE_ARG_COUNT])
if count > 0 then
    call('SET', P .. 'l:' .. ID .. ':' .. channel .. ':' .. chunk,
         ARGV[FREEZE_ARG_BYTES])
    count_tally(channel, {[PENDING] = count})
    call('HSET', B, 'k' .. channel, chunk + 1)
end
call('HSET', B, 'frozen', ARGV[FREEZE_ARG_NEXT])
if ARGV[FREEZE_ARG_NEXT] == '' then
    set_stage(SENDING)
    settle_down(SENDING)
end
return fields()
