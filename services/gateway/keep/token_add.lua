-- token_add: keep a token; forget at most 100 that have run out.
-- KEYS: {c}:gw:tokens, {c}:gw:expiry
-- ARGV: hash (hex), TokenRecord, expires_at_ms ("" : never), now_ms
-- Returns how many were forgotten.
local hash = ARGV[TOKEN_ADD_ARG_HASH]
local expires_at = ARGV[TOKEN_ADD_ARG_EXPIRES_AT]
local old = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf',
    ARGV[TOKEN_ADD_ARG_NOW], 'LIMIT', 0, 100)
for _, gone in ipairs(old) do
    redis.call('HDEL', KEYS[1], gone)
    redis.call('ZREM', KEYS[2], gone)
end
redis.call('HSET', KEYS[1], hash, ARGV[TOKEN_ADD_ARG_RECORD])
if expires_at ~= '' then
    redis.call('ZADD', KEYS[2], expires_at, hash)
end
return #old
