-- note -- not a script: notes, each one message to one contact.
-- needs: feed

-- item: a note_item, packed. The same key is the same note, whatever else is
-- said. Returns its number; nil: there are as many as there can be.
-- told: the channel its event says, NONE: nobody is to send it.
local function make_note(item, told)
  local channel, _, _, day, expires, key = struct.unpack(NOTE_ITEM_ROW, item)
  local keys, number = prefix .. 'zk', counter('notes')
  local known = call('HGET', keys, key)
  if known then
    return tonumber(known)
  end
  if number > SU_NOTES_MAX then
    return nil
  end
  count('notes', 1)
  call('HSET', prefix .. 'z', text(number), item)
  call('HSET', keys, key, text(number))
  -- A day longer: what the provider took late is still told of.
  call('ZADD', prefix .. 'zx', format('%.0f', expires + 86400000),
    text(number))
  add_event(EVENT_NOTE_MADE_KEY, NOTE_MADE_NOTE_KEY .. varint(number) ..
    NOTE_MADE_CHANNEL_KEY .. varint(told or channel) ..
    NOTE_MADE_DAY_KEY .. varint(day))
  return number
end
