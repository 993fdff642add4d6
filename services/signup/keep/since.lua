-- since -- a page of the feed.
-- writes nothing
--
-- KEYS  meta
-- ARGV  args since
-- Returns the feed's end, then for each entry its sequence number and its
-- packed events: as many as fit, at least one if there is one.
local call = redis.call
local meta, prefix = KEYS[1], string.sub(KEYS[1], 1, -2)
local after = tonumber(ARGV[SINCE_ARG_AFTER])
local events_max = tonumber(ARGV[SINCE_ARG_EVENTS])
local bytes_left = tonumber(ARGV[SINCE_ARG_BYTES])
local feed_end = tonumber(call('HGET', meta, 'seq') or 0)
local out, at = {feed_end}, after

-- False: no more fits.
local function take(entry)
  local seq = tonumber(string.match(entry[1], '^%d+'))
  local body = entry[2][2]
  bytes_left = bytes_left - #body
  if #out > 1 and (seq - after > events_max or bytes_left < 0) then
    return false
  end
  out[#out + 1], out[#out + 2] = seq, body
  at = seq
  return true
end

while at < feed_end do
  local entries = call('XRANGE', prefix .. 'feed',
    string.format('(%.0f-0', at), '+', 'COUNT', 16)
  if #entries == 0 then
    return out
  end
  for _, entry in ipairs(entries) do
    if not take(entry) then
      return out
    end
  end
end
return out
