-- create -- keeps a new broadcast, or finds the one made with this key.
--
-- After ledger.lua's five (the id is ''; it is given here):
-- ARGV[6]  idempotency key    ARGV[7] content hash    ARGV[8] content, packed
-- Returns {id, is new}.
-- Keys: idem is {key = "<hash> <id>"}; last counts broadcasts from 1.
local made = call('HGET', P .. 'idem', ARGV[6])
if made then
    local hash, id = string.match(made, '^(%S+) (%S+)$')
    if hash ~= ARGV[7] then
        return redis.error_reply('CONFLICT another broadcast was made with ' ..
                                 'this idempotency key')
    end
    return {id, 0}
end
ID = 'b' .. string.format('%.0f', call('INCR', P .. 'last'))
B = P .. 'b:' .. ID
call('HSET', P .. 'idem', ARGV[6], ARGV[7] .. ' ' .. ID)
call('HSET', B, 'content', ARGV[8], 'hash', ARGV[7], 'made_by', STAFF,
     'made_at', NOW)
set_stage(1)
return {ID, 1}
