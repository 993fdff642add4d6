-- audit_append: one more record, if the head is still what the writer thinks.
-- KEYS: {c}:gw:audit-head, {c}:gw:audit
-- ARGV: head before ("<seq>:<hex>"), head after, seq, AuditRecord, its hash
-- Returns the head as it now is; another than "head after" means that
-- somebody else was first and nothing was written.
local head = redis.call('GET', KEYS[1]) or '0:'
if head ~= ARGV[1] then
  return head
end
redis.call('XADD', KEYS[2], ARGV[3] .. '-0', 'r', ARGV[4], 'h', ARGV[5])
redis.call('SET', KEYS[1], ARGV[2])
return ARGV[2]
