-- staff_add: one more member of staff.
-- KEYS: {c}:gw:staff     ARGV: login, StaffRecord
-- Returns 1. CONFLICT when the login is taken.
if redis.call('HSETNX', KEYS[1], ARGV[STAFF_ADD_ARG_LOGIN],
        ARGV[STAFF_ADD_ARG_RECORD]) == 0 then
    return redis.error_reply('CONFLICT this login is taken')
end
return 1
