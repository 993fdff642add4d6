-- token_drop: this token is nobody's any more.
-- KEYS: {c}:gw:tokens, {c}:gw:expiry     ARGV: hash (hex)
-- Returns 1, or 0 when it was not there.
redis.call('ZREM', KEYS[2], ARGV[TOKEN_DROP_ARG_HASH])
return redis.call('HDEL', KEYS[1], ARGV[TOKEN_DROP_ARG_HASH])
