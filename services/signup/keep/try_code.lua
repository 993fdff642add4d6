-- try_code -- tries a code that somebody has typed for a contact.
-- needs: meta
--
-- KEYS  meta
-- ARGV  args try_code
-- Returns who has the contact: the people's index entry ("12 57", '': nobody)
-- and the first open entry's number (-1: none). NOTFOUND: not this code, or
-- none that may be tried.
local now = tonumber(ARGV[TRY_CODE_ARG_NOW])
local contact = ARGV[TRY_CODE_ARG_CONTACT]
local field = ARGV[TRY_CODE_ARG_CHANNEL] .. contact
local codes, day_ms = prefix .. 'o', 86400000
local refused = redis.error_reply('NOTFOUND not this code')

local kept = call('HGET', codes, field)
if not kept then
  return refused
end
local note, made, begins, used, tries, day, day_tries, hash, at =
  struct.unpack(CODE_KEPT_ROW, kept)
local today = floor(now / day_ms)
if day ~= today then
  day, day_tries = today, 0
end

-- Runs out from when the provider took it; before that after an hour.
local ends = begins > 0 and begins + SU_CODE_VALID_MS or
  made + SU_CODE_WAITS_MS
-- An answer may be lost, and who asked for it asks again.
local is_repeat = used > 0 and now < used + SU_CODE_REPEAT_MS
local may_try = now < ends and
  (used == 0 and tries > 0 and day_tries < SU_CODE_TRIES_DAY_MAX or is_repeat)
if not may_try then
  return refused
end

local is_right = hash == ARGV[TRY_CODE_ARG_HASH]
if is_right then
  used = used > 0 and used or now
elseif tries > 0 then
  tries, day_tries = tries - 1, day_tries + 1
end
call('HSET', codes, field, struct.pack(CODE_KEPT_ROW, note, made, begins, used,
  tries, day, day_tries, hash) .. string.sub(kept, at))
call('ZADD', prefix .. 'ox', format('%.0f', now + day_ms), field)
if not is_right then
  return refused
end

local bucket, own = string.sub(contact, 1, 4), string.sub(contact, 5)
local first = -1
for _, entry in ipairs(call('HKEYS', prefix .. 'n:' .. bucket)) do
  if string.sub(entry, 1, #own) == own then
    local number = struct.unpack('>I4', entry, #own + 1)
    first = (first < 0 or number < first) and number or first
  end
end
return {call('HGET', prefix .. 'i:' .. bucket, own) or '', first}
