-- make_note -- makes one note; the same key is the same note.
-- needs: note commit
--
-- KEYS  meta
-- ARGV  args make_note
-- Returns the feed's end and the note's number; LIMIT: there are too many.
event_tail = ARGV[MAKE_NOTE_ARG_EVENT_TAIL]
local number = make_note(ARGV[MAKE_NOTE_ARG_ITEM])
if not number then
  return redis.error_reply('LIMIT this campaign has made too many notes')
end
return {commit(), number}
