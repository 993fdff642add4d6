-- handed -- what a provider has taken begins to run out.
-- needs: meta
--
-- KEYS  meta
-- ARGV  args handed
-- Returns 1; 0: this entry of broadcast's feed was seen before.
local at_key, seq = prefix .. 't', tonumber(ARGV[HANDED_ARG_SEQ])
if tonumber(call('HGET', at_key, 'handed') or 0) >= seq then
  return 0
end

local function each_row(row, packed, fn)
  local at = 1
  while at <= #packed do
    local got = {struct.unpack(row, packed, at)}
    at = got[#got]
    fn(unpack(got))
  end
end

-- Whoever was proved meanwhile is not due, and has no held seats. What was
-- taken back is due at 0, and a message on its way does not make it stay.
each_row(HANDED_ENTRY_ROW, ARGV[HANDED_ARG_ENTRIES],
  function(number, due, hold)
    local member = text(number)
    local was = call('ZSCORE', prefix .. 'due', member)
    if was and tonumber(was) > 0 then
      call('ZADD', prefix .. 'due', 'XX', text(due), member)
      if hold > 0 then
        call('ZADD', prefix .. 'holds', text(hold), member)
      end
    end
  end)

-- Nobody can press its button: it has as long as if it had been written to at
-- once. When it was typed stands in when it goes, as long as nobody has it.
each_row(SIGNUP_NUMBER_ROW, ARGV[HANDED_ARG_REFUSED], function(number)
  local due = call('ZSCORE', prefix .. 'due', text(number))
  if due then
    call('ZADD', prefix .. 'holds', 'XX', 'LT',
      text(tonumber(due) - SU_UNWRITTEN_MS + SU_HOLD_MS), text(number))
  end
end)

-- Of a code, only the newest counts.
local function begin_code(item, note, taken)
  local channel, _, _, _, _, _, contact = struct.unpack(NOTE_ITEM_ROW, item)
  local field = channel .. contact
  local kept = call('HGET', prefix .. 'o', field)
  if not kept then
    return
  end
  local newest, made, begins, used, tries, day, day_tries, hash, at =
    struct.unpack(CODE_KEPT_ROW, kept)
  if newest == note and begins == 0 then
    call('HSET', prefix .. 'o', field, struct.pack(CODE_KEPT_ROW, newest, made,
      taken, used, tries, day, day_tries, hash) .. string.sub(kept, at))
  end
end

each_row(HANDED_NOTE_ROW, ARGV[HANDED_ARG_NOTES], function(note, taken)
  local item = call('HGET', prefix .. 'z', text(note))
  local _, kind = struct.unpack(NOTE_ITEM_ROW, item or string.rep('\0', 64))
  if item and kind == NOTE_CODE then
    begin_code(item, note, taken)
  end
end)

call('HSET', at_key, 'handed', text(seq))
return 1
