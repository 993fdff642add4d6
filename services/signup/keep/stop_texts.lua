-- stop_texts -- a number said STOP, or START: for everybody who has it, and
-- whoever brings it next.
-- needs: person index note withdrawn commit
--
-- KEYS  meta
-- ARGV  args stop_texts
-- Returns the feed's end, and whether that was new.
event_tail = ARGV[STOP_TEXTS_ARG_EVENT_TAIL]
local hash, note = ARGV[STOP_TEXTS_ARG_HASH], ARGV[STOP_TEXTS_ARG_NOTE]
local is_start = ARGV[STOP_TEXTS_ARG_IS_START] == '1'
local said = SU_SAID_STOP .. hash
local is_new = call(is_start and 'SREM' or 'SADD', prefix .. 'x', said) == 1
local set = is_start and 0 or FLAG_SMS_STOP
local clear = is_start and FLAG_SMS_STOP or 0
local holders = 0

hear_kept(ARGV[STOP_TEXTS_ARG_KEPT])

each_holder(hash, function(number)
  local before = get_flags(number)
  local flags = with_flags(before, set, clear)
  holders = holders + 1
  if flags ~= before then
    is_new = true
    set_flags(number, flags)
    add_consent_event(number, CHANNEL_SMS, is_start)
  end
end)
if is_new and not is_start and holders > 0 and note ~= '' then
  make_note(note)
end
return {commit(), is_new and 1 or 0}
