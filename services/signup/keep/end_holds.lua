-- end_holds -- ends the seats of unproved entries whose time is over.
-- needs: items commit
--
-- KEYS  meta
-- ARGV  args end_holds
-- Returns the feed's end.
--
-- What was held is asked for from now on, and so is a twin's place where seats
-- are few: its slip says the same as any other's. Whoever waits is given what
-- has become free.
event_tail = ARGV[END_HOLDS_ARG_EVENT_TAIL]
local now = tonumber(ARGV[END_HOLDS_ARG_NOW])
local slugs = read_slugs(ARGV[END_HOLDS_ARG_SLUGS])

local function end_place(number, action)
  local was = get_place(number, action)
  local is_few = action_of(action).capacity ~= math.huge
  if was == PLACE_HELD or was == PLACE_TWIN and is_few then
    move_place(number, action, slugs[action], was, PLACE_ASKED)
    promote(action, slugs[action])
  elseif was == PLACE_TWIN then
    be_no_twin(action_of(action), number)
  end
end

local function end_hold(packed)
  local number, actions, at = struct.unpack(HOLD_ITEM_ROW, packed)
  local ends = call('ZSCORE', prefix .. 'holds', text(number))
  if not ends or tonumber(ends) > now then
    return
  end
  call('ZREM', prefix .. 'holds', text(number))
  if not is_unproved(get_flags(number)) then
    return
  end
  for _, action in ipairs(read_numbers(SIGNUP_ACTION_ROW, actions, packed,
                                       at)) do
    end_place(number, action)
  end
end

for i = END_HOLDS_ARG_ITEMS, #ARGV do
  end_hold(ARGV[i])
end
return commit()
