-- put -- writes the definition of a campaign or of an action.
-- needs: places commit
--
-- KEYS  meta
-- ARGV  args put
-- Returns the feed's end, or 'STALE' (read the definitions again).
local revision = call('HGET', meta, 'definitions') or ''
if revision ~= ARGV[PUT_ARG_REVISION] then
  return 'STALE'
end
event_tail = ARGV[PUT_ARG_EVENT_TAIL]
if revision == '' then
  call('HSET', meta, 'number', ARGV[PUT_ARG_NUMBER], 'format', SU_FORMAT)
end
call('HSET', prefix .. 'd', ARGV[PUT_ARG_FIELD], ARGV[PUT_ARG_DEFINITION])
-- None comes twice, also when the store has gone back in time.
local time = call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
count('definitions', math.max(1, now - counter('definitions')))
add_packed_event(ARGV[PUT_ARG_EVENT])
local action = tonumber(ARGV[PUT_ARG_ACTION])
if action > 0 then
  if ARGV[PUT_ARG_CAPACITY] == '' then
    call('HDEL', prefix .. 'capacity', action)
  else
    call('HSET', prefix .. 'capacity', action, ARGV[PUT_ARG_CAPACITY])
  end
  promote(action, ARGV[PUT_ARG_SLUG])
end
return commit()
