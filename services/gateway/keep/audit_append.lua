-- audit_append: one more record, if the head is still what the writer thinks.
-- KEYS: {c}:gw:audit-head, {c}:gw:audit
-- ARGV: head before ("<seq>:<hex>"), head after, seq, AuditRecord, its hash
-- Returns {1, head after}, or {0, the head as it is}: somebody else was first
-- and nothing was written. (The head alone would not tell: two gateways may
-- record the very same act in the same millisecond.)
local head = redis.call('GET', KEYS[1]) or '0:'
if head ~= ARGV[AUDIT_APPEND_ARG_HEAD_BEFORE] then
    return {0, head}
end
local head_after = ARGV[AUDIT_APPEND_ARG_HEAD_AFTER]
redis.call('XADD', KEYS[2], ARGV[AUDIT_APPEND_ARG_SEQ] .. '-0',
    'r', ARGV[AUDIT_APPEND_ARG_RECORD], 'h', ARGV[AUDIT_APPEND_ARG_HASH])
redis.call('SET', KEYS[1], head_after)
return {1, head_after}
