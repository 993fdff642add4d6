-- notes -- reads notes as they are at this moment.
-- needs: places
-- writes nothing
--
-- KEYS  meta
-- ARGV  args notes
-- Returns for each its note_item ('' when there is none), whether its number
-- said STOP, and a note_holder ('' when it is about nobody's place).
local out, hops_max = {}, 4

-- Who was merged into another has her place there.
local function find_holder(number)
  for _ = 1, hops_max do
    local flags = get_flags(number)
    local into = bit.band(flags, FLAG_GONE) ~= 0 and
      call('HGET', prefix .. 'f', text(number))
    if not into then
      return number, flags
    end
    number = tonumber(into)
  end
  return number, get_flags(number)
end

local function read_holder(note)
  local place = call('HGET', prefix .. 'zp', note)
  if not place then
    return ''
  end
  local whose, action = struct.unpack(NOTE_PLACE_ROW, place)
  local number, flags = find_holder(whose)
  return struct.pack(NOTE_HOLDER_ROW, flags, get_place(number, action))
end

for i = NOTES_ARG_NUMBERS, #ARGV do
  local item, has_stop = call('HGET', prefix .. 'z', ARGV[i]) or '', 0
  if item ~= '' then
    local channel, _, _, _, _, _, contact = struct.unpack(NOTE_ITEM_ROW, item)
    if channel == CHANNEL_SMS then
      has_stop = call('SISMEMBER', prefix .. 'x', CHANNEL_SMS .. contact)
    end
  end
  out[#out + 1] = item
  out[#out + 1] = has_stop
  out[#out + 1] = item == '' and '' or read_holder(ARGV[i])
end
return out
