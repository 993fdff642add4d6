-- put -- writes the definition of a campaign or of an action.
--
-- KEYS  meta
-- ARGV  definitions' revision it was decided on, field, packed definition,
--       packed feed event (or ''), event tail, action number (0: none),
--       capacity ('' no limit), packed slug field, and for a new campaign
--       its number and the format of what is stored
-- Returns the feed's end, or 'STALE' (read the definitions again).
local revision = call('HGET', meta, 'definitions') or ''
if revision ~= ARGV[1] then
  return 'STALE'
end
event_tail = ARGV[5]
if revision == '' then
  call('HSET', meta, 'number', ARGV[9], 'format', ARGV[10])
end
call('HSET', prefix .. 'd', ARGV[2], ARGV[3])
count('definitions', 1)
events[1] = '\18' .. varint(#ARGV[4]) .. ARGV[4]
local action = tonumber(ARGV[6])
if action > 0 then
  if ARGV[7] == '' then
    call('HDEL', prefix .. 'capacity', action)
  else
    call('HSET', prefix .. 'capacity', action, ARGV[7])
  end
  promote(action, ARGV[8])
end
return commit()
