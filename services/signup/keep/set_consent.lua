-- set_consent -- gives or withdraws one consent.
--
-- KEYS  meta
-- ARGV  event tail, supporter, version of the record read, new record,
--       channel (1 SMS, 2 email), is_given (0 or 1), hash of the address
-- Returns the feed's end, or 'STALE' (read the record again).
--
-- Withdrawing is about the address: whoever else has it is not sent to
-- either, and it stays on the list of suppressed hashes. Giving lifts that.
event_tail = ARGV[1]
local number, channel = tonumber(ARGV[2]), tonumber(ARGV[5])
local is_given, hash = ARGV[6] == '1', ARGV[7]
if string.sub(record_get(number), 1, #ARGV[3]) ~= ARGV[3] then
  return 'STALE'
end
local given, withdrawn = 4 * channel, 16 * channel

local function change(who)
  local before = get_byte('flags', who)
  local flags = is_given and bit.bor(bit.band(before, bit.bnot(withdrawn)), given)
    or bit.bor(bit.band(before, bit.bnot(given)), withdrawn)
  if flags ~= before then
    set_byte('flags', who, flags)
    add_consent_event(who, channel, is_given)
  end
end

record_set(number, ARGV[4])
change(number)
if hash ~= '' then
  call(is_given and 'SREM' or 'SADD', prefix .. 'x', channel .. hash)
  if not is_given then
    each_number(index_get(hash), change)
  end
end
return commit()
