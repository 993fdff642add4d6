-- twins -- counts entries of the same contact and the same name once.
-- needs: items commit
--
-- KEYS  meta
-- ARGV  args twins
-- Returns the feed's end.
--
-- At each action one of them has the place: somebody proved, else vouched for,
-- else whoever is confirmed, else whoever holds a seat; the oldest of these.
-- What the others have is a twin of it, unless they are proved or only ask; who
-- is vouched for and waits is the twin of another who is proved or vouched for.
-- When that one has given its place up, the oldest twin gets one as if it
-- asked now, or waits as it did.
--
-- In attendance all of them count as one: the proved one, else the one vouched
-- for, else the oldest. {c}:su:f has into whom each is folded, so that what is
-- so already is not told again.
event_tail = ARGV[TWINS_ARG_EVENT_TAIL]
local now = tonumber(ARGV[TWINS_ARG_NOW])
local slugs = read_slugs(ARGV[TWINS_ARG_SLUGS])
local folded_key = prefix .. 'f'

local function read_item(packed)
  local number, name, phone, email, members, actions, at =
    struct.unpack(TWIN_ITEM_ROW, packed)
  local item = {number = number, name = name, phone = phone, email = email}
  item.members, at = read_numbers(SIGNUP_NUMBER_ROW, members, packed, at)
  item.actions = read_numbers(SIGNUP_ACTION_ROW, actions, packed, at)
  return item
end

local function is_proved(flags)
  return bit.band(flags, FLAG_SMS_PROVED + FLAG_EMAIL_PROVED) ~= 0
end

-- What was said for its contacts while it came in.
local function look_at_said(item)
  local flags = get_flags(item.number)
  local after = flags
  local function apply(digit, contact, set, clear)
    if contact ~= '' and
       call('SISMEMBER', prefix .. 'x', digit .. contact) == 1 then
      after = with_flags(after, set, clear)
    end
  end
  apply(SU_SAID_STOP, item.phone, FLAG_SMS_STOP, 0)
  if not is_proved(flags) then
    apply(SU_SAID_NO_TEXT, item.phone, FLAG_SMS_WITHDRAWN, FLAG_SMS_GIVEN)
    apply(SU_SAID_NO_MAIL, item.email, FLAG_EMAIL_WITHDRAWN, FLAG_EMAIL_GIVEN)
  end
  if after ~= flags then
    set_flags(item.number, after)
  end
end

-- Everybody of the same contact and name, the oldest first; none who is gone.
local function find_group(item)
  local seen, group = {}, {}
  local function add(number)
    if not seen[number] then
      seen[number] = true
      local flags = get_flags(number)
      if bit.band(flags, FLAG_GONE) == 0 then
        group[#group + 1] = {number = number, is_proved = is_proved(flags),
          is_unproved = is_unproved(flags)}
      end
    end
  end
  add(item.number)
  for _, number in ipairs(item.members) do
    add(number)
  end
  each_namesake(item.phone, item.name, add)
  each_namesake(item.email, item.name, add)
  table.sort(group, function(a, b) return a.number < b.number end)
  for i = SU_TWINS_MAX + 1, #group do
    group[i] = nil
  end
  return group
end

-- How good a claim to the one place is; nil: none.
local function claim_of(one, state)
  local has_seat = state == PLACE_CONFIRMED or state == PLACE_OFFERED
  if one.is_proved then
    return (has_seat or state == PLACE_WAITLISTED) and 1 or nil
  elseif not one.is_unproved then
    return has_seat and 2 or state == PLACE_WAITLISTED and 4 or nil
  end
  return has_seat and 3 or state == PLACE_HELD and 5 or nil
end

-- states: of each of the group at one action. Returns who has the place.
local function find_winner(group, states)
  local winner, best
  for i, one in ipairs(group) do
    local claim = claim_of(one, states[i])
    if claim and (not best or claim < best) then
      winner, best = i, claim
    end
  end
  return winner
end

local function tell(number, action, state)
  add_place_event(number, action, slugs[action], state,
    get_said('role', number), get_said('region', number))
end

local function change(group, states, i, action, state)
  set_place(group[i].number, action, states[i], state)
  states[i] = state
  tell(group[i].number, action, state)
end

-- As if it asked now, unless a seat is held for it still. A seat that is needed
-- for it is free by then.
local function begin_again(group, states, i, action)
  local one = group[i]
  local state = first_place(action, one.is_unproved)
  if own_place(one.number, action) == PLACE_HELD then
    state = one.is_unproved and PLACE_HELD or PLACE_CONFIRMED
  end
  change(group, states, i, action, state)
  if state == PLACE_HELD then
    begin_hold(one.number, now)
  end
end

local function make_twins(group, states, winner, action)
  for i, one in ipairs(group) do
    local has_place = states[i] == PLACE_CONFIRMED or
      states[i] == PLACE_HELD or
      states[i] == PLACE_WAITLISTED and not group[winner].is_unproved
    if i ~= winner and has_place and not one.is_proved then
      change(group, states, i, action, PLACE_TWIN)
    end
  end
end

-- A proved one is nobody's twin; without a winner the oldest twin is none
-- either.
local function free_twins(group, states, winner, action)
  for i, one in ipairs(group) do
    if states[i] == PLACE_TWIN and (one.is_proved or not winner) then
      if winner and not group[winner].is_proved then
        change(group, states, winner, action, PLACE_TWIN)
      end
      begin_again(group, states, i, action)
      winner = find_winner(group, states)
    end
  end
  return winner
end

local function settle(group, action)
  local states = {}
  for i, one in ipairs(group) do
    states[i] = get_place(one.number, action)
  end
  local winner = find_winner(group, states)
  winner = free_twins(group, states, winner, action)
  if winner then
    make_twins(group, states, winner, action)
  end
  for i, state in ipairs(states) do
    group[i].is_twin = group[i].is_twin or state == PLACE_TWIN
  end
  promote(action, slugs[action])
end

local function find_root(group)
  local vouched
  for _, one in ipairs(group) do
    if one.is_proved then
      return one.number
    end
    vouched = vouched or not one.is_unproved and one.number
  end
  return vouched or group[1].number
end

local function fold(number, into)
  local known = call('HGET', folded_key, text(number))
  if into == nil then
    if known then
      call('HDEL', folded_key, text(number))
      add_event(EVENT_FOLDED_KEY, FOLDED_NUMBER_KEY .. varint(number))
    end
  elseif known ~= text(into) then
    call('HSET', folded_key, text(number), text(into))
    add_event(EVENT_FOLDED_KEY, FOLDED_NUMBER_KEY .. varint(number) ..
      FOLDED_INTO_KEY .. varint(into))
  end
end

local function fold_group(group)
  local root = find_root(group)
  fold(root, nil)
  for _, one in ipairs(group) do
    if one.number ~= root and not one.is_proved and
       (one.is_twin or call('HEXISTS', folded_key, text(one.number)) == 1) then
      fold(one.number, root)
    end
  end
end

local function look_at(item)
  call('LREM', prefix .. 'q', '1',
    struct.pack(SIGNUP_NUMBER_ROW, item.number))
  if bit.band(get_flags(item.number), FLAG_GONE) ~= 0 then
    return
  end
  look_at_said(item)
  local group = find_group(item)
  for _, action in ipairs(item.actions) do
    settle(group, action)
  end
  fold_group(group)
end

for i = TWINS_ARG_ITEMS, #ARGV do
  look_at(read_item(ARGV[i]))
end
return commit()
