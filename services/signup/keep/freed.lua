-- freed -- tells who waited that a place has become free for them.
-- needs: places note commit
--
-- KEYS  meta
-- ARGV  args freed
-- Returns the feed's end.
--
-- A row leaves the list in the same call in which its note is made: each is
-- told once, whenever we are killed. Nothing is said of a place that is lost
-- again; and the note keeps whose it is, so that whoever hands it over looks
-- once more (notes.lua). Whoever was merged meanwhile is told as whom she is
-- part of.
event_tail = ARGV[FREED_ARG_EVENT_TAIL]
local list, told = prefix .. 'pf', {}

local function tell(number, action, note)
  local once = number .. ':' .. action
  if note == '' or told[once] or
     get_place(number, action) ~= PLACE_CONFIRMED then
    return
  end
  told[once] = true
  local made = make_note(note)
  if made then
    call('HSET', prefix .. 'zp', text(made),
      struct.pack(NOTE_PLACE_ROW, number, action))
  end
end

for i = FREED_ARG_ITEMS, #ARGV do
  local number, action, turn, whose, note =
    struct.unpack(FREED_ITEM_ROW, ARGV[i])
  local row = struct.pack(FREED_ROW, number, action, turn)
  if call('LREM', list, '1', row) == 1 then
    if whose == number then
      tell(number, action, string.sub(ARGV[i], note))
    else
      call('RPUSH', list, struct.pack(FREED_ROW, whose, action, turn))
    end
  end
end
return commit()
