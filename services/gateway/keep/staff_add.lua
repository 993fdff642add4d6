-- staff_add: one more member of staff.
-- KEYS: {c}:gw:staff     ARGV: login, StaffRecord
-- Returns 1. CONFLICT when the login is taken.
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then
  return redis.error_reply('CONFLICT this login is taken')
end
return 1
