-- cancel -- gives up a supporter's place at an action; the first who waits
-- gets it.
--
-- KEYS  meta
-- ARGV  event tail, supporter, action number, packed slug field
-- Returns the feed's end, the state, the role; NOTFOUND: no such supporter,
-- or no place.
event_tail = ARGV[1]
local number, action, slug = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
if number >= counter('people') then
  return redis.error_reply('NOTFOUND this campaign has no such supporter')
end
local was, role = get_place(number, action), get_byte('role', number)
if was == 0 then
  return redis.error_reply('NOTFOUND there is no sign-up for this action')
end
if was ~= CANCELLED then
  set_place(number, action, was, CANCELLED)
  add_place_event(number, action, slug, CANCELLED, role,
    get_byte('region', number))
  promote(action, slug)
end
return {commit(), CANCELLED, role}
