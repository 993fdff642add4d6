-- words -- the confirmation's words, as the campaign has them now.
-- needs: ledger
--
-- ARGV[hash]  of the content    ARGV[content] packed
-- Returns the broadcast's fields as they stand after it. What an organiser
-- wrote is never changed.
if is_succeeded() then return redis.error_reply('GONE another planner') end
if not system_class() then
    return redis.error_reply('CONFLICT it is an organiser\'s')
end
call('HSET', B, 'content', ARGV[WORDS_ARG_CONTENT], 'hash', ARGV[WORDS_ARG_HASH])
rise(B)
rise(P .. 'plan')
return fields()
