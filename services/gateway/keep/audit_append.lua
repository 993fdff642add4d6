-- audit_append: one more record, if the head is still what the writer thinks.
-- KEYS: {c}:gw:audit-head, {c}:gw:audit
-- ARGV: head before ("<seq>:<hex>"), head after, seq, AuditRecord, its hash
-- Returns {1, head after}, or {0, the head as it is}: somebody else was first
-- and nothing was written. (The head alone would not tell: two gateways may
-- record the very same act in the same millisecond.)
local head = redis.call('GET', KEYS[1]) or '0:'
if head ~= ARGV[1] then
  return {0, head}
end
redis.call('XADD', KEYS[2], ARGV[3] .. '-0', 'r', ARGV[4], 'h', ARGV[5])
redis.call('SET', KEYS[1], ARGV[2])
return {1, ARGV[2]}
