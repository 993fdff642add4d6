-- cancel -- gives up a supporter's place at an action; the first who waits
-- gets it.
-- needs: places commit
--
-- KEYS  meta
-- ARGV  args cancel
-- Returns the feed's end, the state, the role; NOTFOUND: no such supporter,
-- or no place.
event_tail = ARGV[CANCEL_ARG_EVENT_TAIL]
local number = tonumber(ARGV[CANCEL_ARG_NUMBER])
local action, slug = tonumber(ARGV[CANCEL_ARG_ACTION]), ARGV[CANCEL_ARG_SLUG]
if number >= counter('people') then
  return redis.error_reply('NOTFOUND this campaign has no such supporter')
end
local was, role = get_place(number, action), get_said('role', number)
if was == PLACE_NONE then
  return redis.error_reply('NOTFOUND there is no sign-up for this action')
end
if was ~= PLACE_CANCELLED then
  set_place(number, action, was, PLACE_CANCELLED)
  add_place_event(number, action, slug, PLACE_CANCELLED, role,
    get_said('region', number))
  promote(action, slug)
  -- Whoever was counted with this one may count alone now: see twins.lua.
  call('RPUSH', prefix .. 'q', struct.pack(SIGNUP_NUMBER_ROW, number))
end
return {commit(), PLACE_CANCELLED, role}
