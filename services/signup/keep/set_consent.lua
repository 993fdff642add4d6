-- set_consent -- turns one switch of one person.
-- needs: person record withdrawn commit
--
-- KEYS  meta
-- ARGV  args set_consent
-- Returns the feed's end, or 'STALE' (read the record again).
--
-- A switch is the person's own: whoever shares the contact has theirs. That a
-- contact has no news is remembered for whoever brings it next.
event_tail = ARGV[SET_CONSENT_ARG_EVENT_TAIL]
local number = tonumber(ARGV[SET_CONSENT_ARG_NUMBER])
local set = tonumber(ARGV[SET_CONSENT_ARG_SET])
local clear = tonumber(ARGV[SET_CONSENT_ARG_CLEAR])
local is_given = ARGV[SET_CONSENT_ARG_IS_GIVEN] == '1'
local version, record = ARGV[SET_CONSENT_ARG_VERSION],
  ARGV[SET_CONSENT_ARG_RECORD]
if string.sub(record_get(number), 1, #version) ~= version then
  pass_kept(ARGV[SET_CONSENT_ARG_KEPT])
  return 'STALE'
end
hear_kept(ARGV[SET_CONSENT_ARG_KEPT])
local before = get_flags(number)
local flags = with_flags(before, set, clear)
if flags ~= before then
  set_flags(number, flags)
end
if record ~= '' then
  record_set(number, record)
end
if ARGV[SET_CONSENT_ARG_SAID] ~= '' then
  call(is_given and 'SREM' or 'SADD', prefix .. 'x',
    ARGV[SET_CONSENT_ARG_SAID])
end
if ARGV[SET_CONSENT_ARG_TELLS] == '1' then
  add_consent_event(number, tonumber(ARGV[SET_CONSENT_ARG_CHANNEL]), is_given)
end
return commit()
