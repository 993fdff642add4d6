-- make_code -- makes a code for a contact, and the note that brings it.
-- needs: note commit strangers
--
-- KEYS  meta
-- ARGV  args make_code
-- Returns the feed's end, or 0 when there were too many, or one a moment ago:
-- nothing is done; and 1 if it was held back since strangers' texts cost too
-- much today.
--
-- Whoever looks on must not learn whether anybody has the contact: the same
-- commands run, with as many bytes. A code that goes to nobody has a note too,
-- which no channel takes.
event_tail = ARGV[MAKE_CODE_ARG_EVENT_TAIL]
local now = tonumber(ARGV[MAKE_CODE_ARG_NOW])
local channel = tonumber(ARGV[MAKE_CODE_ARG_CHANNEL])
local contact = ARGV[MAKE_CODE_ARG_CONTACT]
local field = channel .. contact
local hour, day = 3600000, 86400000

local bucket, hash = string.sub(contact, 1, 4), string.sub(contact, 5)

local function has_entry()
  local found = false
  for _, entry in ipairs(call('HKEYS', prefix .. 'n:' .. bucket)) do
    found = found or string.sub(entry, 1, #hash) == hash
  end
  return found
end

local function said(digit)
  return call('SISMEMBER', prefix .. 'x', digit .. contact) == 1
end

-- Somebody proved or vouched for; or an entry, unless "Not me" was said.
local has_member = call('HEXISTS', prefix .. 'i:' .. bucket, hash) == 1
local is_open, is_refused = has_entry(), said(SU_SAID_NOT_ME)
local is_stranger = not has_member and is_open and not is_refused
local is_counted = is_stranger and channel == CHANNEL_SMS

local strangers = strangers_read(now)
local is_held_back = is_counted and strangers.is_full
local is_known = has_member or is_stranger and not is_held_back
local is_stopped = said(SU_SAID_STOP) and channel == CHANNEL_SMS

-- Those of the last day, the newest first; and how many of the last hour.
local function read_sends(packed)
  local sends, recent, at = {}, 0, 1
  while at <= #packed do
    local sent
    sent, at = struct.unpack(CODE_SEND_ROW, packed, at)
    if sent > now - day then
      sends[#sends + 1] = sent
      recent = recent + (sent > now - hour and 1 or 0)
    end
  end
  return sends, recent
end

local kept = call('HGET', codes, field)
local tried_on, tried, sends, recent = 0, 0, {}, 0
if kept then
  local _, _, _, _, _, on, tries, _, at = struct.unpack(CODE_KEPT_ROW, kept)
  tried_on, tried = on, tries
  sends, recent = read_sends(string.sub(kept, at))
end
if recent >= SU_CODE_SENDS_HOUR_MAX or #sends >= SU_CODE_SENDS_MAX or
   #sends > 0 and (is_stopped or sends[1] > now - SU_CODE_AGAIN_MS) then
  return {0, 0}
end

local item = is_stopped and ARGV[MAKE_CODE_ARG_STOP_ITEM] or
  ARGV[MAKE_CODE_ARG_ITEM]
local note = make_note(item, is_known and channel or CHANNEL_NONE)
if not note then
  return redis.error_reply('LIMIT this campaign has made too many notes')
end
local row = {struct.pack(CODE_KEPT_ROW, note, now, 0, 0, SU_CODE_TRIES_MAX,
  tried_on, tried, ARGV[MAKE_CODE_ARG_HASH]),
  struct.pack(CODE_SEND_ROW, now)}
for _, sent in ipairs(sends) do
  row[#row + 1] = struct.pack(CODE_SEND_ROW, sent)
end
call('HSET', codes, field, table.concat(row))
call('ZADD', prefix .. 'ox', format('%.0f', now + day), field)
strangers_write(strangers, is_counted, now)
return {commit(), is_held_back and 1 or 0}
