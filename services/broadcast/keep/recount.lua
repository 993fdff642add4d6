-- recount -- a broadcast's counters and ledger, as they are at one moment.
--
-- After ledger.lua's five:
-- ARGV[6]  channel    ARGV[7] chunks
-- Returns {the fields of b:<id>, {each chunk's bytes}}.
local chunks = {}
for chunk = 0, tonumber(ARGV[7]) - 1 do
    chunks[chunk + 1] = call('GET', P .. 'l:' .. ID .. ':' .. ARGV[6] .. ':' ..
                                    chunk) or ''
end
return {call('HGETALL', B), chunks}
