-- recount -- a broadcast's counters and ledger, as they are at one moment.
-- needs: ledger
-- writes nothing
--
-- ARGV[channel]    ARGV[chunks] how many
-- Returns {the fields of b:<id>, {each chunk's bytes}}.
local key = P .. 'l:' .. ID .. ':' .. ARGV[RECOUNT_ARG_CHANNEL] .. ':'
local chunks = {}
for chunk = 0, tonumber(ARGV[RECOUNT_ARG_CHUNKS]) - 1 do
    chunks[chunk + 1] = call('GET', key .. chunk) or ''
end
return {fields(), chunks}
