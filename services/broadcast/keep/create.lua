-- create -- keeps a new broadcast, or finds the one made with this key.
-- needs: ledger
--
-- ARGV[id]       '': it is given here
-- ARGV[key]      idempotency key
-- ARGV[hash]     of the content    ARGV[content] packed
-- Returns {id, is new}.
-- Keys: idem is {key = "<hash> <id>"}; last counts broadcasts from 1.
local key, hash = ARGV[CREATE_ARG_KEY], ARGV[CREATE_ARG_HASH]
local made = call('HGET', P .. 'idem', key)
if made then
    local its_hash, id = string.match(made, '^(%S+) (%S+)$')
    if its_hash ~= hash then
        return redis.error_reply('CONFLICT another broadcast was made with ' ..
                                 'this idempotency key')
    end
    return {id, 0}
end
ID = 'b' .. string.format('%.0f', call('INCR', P .. 'last'))
B = P .. 'b:' .. ID
call('HSET', P .. 'idem', key, hash .. ' ' .. ID)
call('HSET', B, 'content', ARGV[CREATE_ARG_CONTENT], 'hash', hash,
     'made_by', STAFF, 'made_at', NOW)
call('HSETNX', P .. 'meta', 'format', KEEP_FORMAT)
set_stage(DRAFT)
return {ID, 1}
