-- token_add: keep a token; forget at most 100 that have run out.
-- KEYS: {c}:gw:tokens, {c}:gw:expiry
-- ARGV: hash (hex), TokenRecord, expires_at_ms ("" : never), now_ms
-- Returns how many were forgotten.
local old = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[4],
                       'LIMIT', 0, 100)
for _, hash in ipairs(old) do
  redis.call('HDEL', KEYS[1], hash)
  redis.call('ZREM', KEYS[2], hash)
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if ARGV[3] ~= '' then
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
end
return #old
