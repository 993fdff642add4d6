-- forget_notes -- removes notes that have expired, and codes nobody used for a
-- day.
-- needs: meta
--
-- KEYS  meta
-- ARGV  args forget_notes
-- Returns how many it removed: as many as max: there may be more.
local now, max = ARGV[FORGET_NOTES_ARG_NOW], ARGV[FORGET_NOTES_ARG_MAX]

local function due(key)
  return call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', '0', max)
end

local notes, codes = due(prefix .. 'zx'), due(prefix .. 'ox')
for _, note in ipairs(notes) do
  local item = call('HGET', prefix .. 'z', note)
  if item then
    local _, _, _, _, _, key = struct.unpack(NOTE_ITEM_ROW, item)
    call('HDEL', prefix .. 'zk', key)
    call('HDEL', prefix .. 'z', note)
    call('HDEL', prefix .. 'zp', note)
  end
  call('ZREM', prefix .. 'zx', note)
end
for _, contact in ipairs(codes) do
  call('HDEL', prefix .. 'o', contact)
  call('ZREM', prefix .. 'ox', contact)
end
return math.max(#notes, #codes)
