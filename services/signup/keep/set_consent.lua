-- set_consent -- gives or withdraws one consent.
-- needs: person record index commit
--
-- KEYS  meta
-- ARGV  args set_consent
-- Returns the feed's end, or 'STALE' (read the record again).
--
-- Withdrawing is about the address: whoever else has it is not sent to
-- either, and it stays on the list of suppressed hashes. Giving lifts that.
event_tail = ARGV[SET_CONSENT_ARG_EVENT_TAIL]
local number = tonumber(ARGV[SET_CONSENT_ARG_NUMBER])
local channel = tonumber(ARGV[SET_CONSENT_ARG_CHANNEL])
local is_given = ARGV[SET_CONSENT_ARG_IS_GIVEN] == '1'
local version, hash = ARGV[SET_CONSENT_ARG_VERSION], ARGV[SET_CONSENT_ARG_HASH]
if string.sub(record_get(number), 1, #version) ~= version then
  return 'STALE'
end
local given, withdrawn = given_flags[channel], withdrawn_flags[channel]

local function change(who)
  local before = get_flags(who)
  local flags = is_given and with_flags(before, given, withdrawn)
    or with_flags(before, withdrawn, given)
  if flags ~= before then
    set_flags(who, flags)
    add_consent_event(who, channel, is_given)
  end
end

record_set(number, ARGV[SET_CONSENT_ARG_RECORD])
change(number)
if hash ~= '' then
  local what = channel == CHANNEL_SMS and SU_SAID_NO_TEXT or SU_SAID_NO_MAIL
  call(is_given and 'SREM' or 'SADD', prefix .. 'x', what .. hash)
  if not is_given then
    each_holder(hash, change)
  end
end
return commit()
