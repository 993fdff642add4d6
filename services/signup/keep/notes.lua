-- notes -- reads notes as they are at this moment.
--
-- KEYS  meta
-- ARGV  args notes
-- Returns for each its note_item ('' when there is none) and whether its
-- number said STOP.
local call = redis.call
local prefix = string.sub(KEYS[1], 1, -2)
local out = {}
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
end
return out
