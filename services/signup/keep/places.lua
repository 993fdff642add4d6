-- places -- not a script: places at actions, and who waits for one.
-- needs: person feed

-- Of an action: its columns and counters by state, its capacity.
local actions = {}
local function action_of(number)
  local action = actions[number]
  if not action then
    local id = text(number)
    local capacity = call('HGET', prefix .. 'capacity', id)
    action = {columns = {}, counters = {}, waiting = prefix .. 'w:' .. id,
              unproved = 'unproved:' .. id,
              twins = prefix .. 'ty:' .. id,
              twins_held = 'twins-held:' .. id,
              twins_waiting = 'twins-waiting:' .. id,
              capacity = capacity and tonumber(capacity) or math.huge}
    for _, row in ipairs(SIGNUP_PLACES) do
      action.columns[row.state] = row.letter .. id
      action.counters[row.state] = row.counter .. ':' .. id
    end
    actions[number] = action
  end
  return action
end

-- What events name actions by: [number] = slug, of signup_slug rows.
local function read_slugs(packed)
  local slugs, at = {}, 1
  while at <= #packed do
    local number, slug
    number, slug, at = struct.unpack(SIGNUP_SLUG_ROW, packed, at)
    slugs[number] = slug
  end
  return slugs
end

local function get_place(number, action)
  for state, column in pairs(action_of(action).columns) do
    if get_bit(column, number) == 1 then
      return state
    end
  end
  return PLACE_NONE
end

local function join_queue(action, number)
  count('queued', 1)
  call('ZADD', action.waiting, text(counter('queued')), text(number))
end

local proved_flags = FLAG_SMS_PROVED + FLAG_EMAIL_PROVED + FLAG_VOUCHED

-- Neither proved nor vouched for.
local function is_unproved(flags)
  return bit.band(flags, proved_flags) == 0
end

-- Of those confirmed, the unproved are counted once more.
local function count_place(action, state, by, of_unproved)
  local of = action_of(action)
  count(of.counters[state], by)
  if state == PLACE_CONFIRMED and of_unproved then
    count(of.unproved, by)
  end
end

-- What a twin had is kept, where it was no seat for good: a seat that was held
-- counts as held until then, or a stranger would see whose twin's was given
-- on; who waited has her turn again. Returns its turn; false: it has none.
local function had_as_twin(of, number)
  local had = call('HGET', of.twins, text(number))
  return had and had ~= '' and had
end

local function become_twin(of, number, was)
  if was == PLACE_HELD then
    call('HSET', of.twins, text(number), '')
    count(of.twins_held, 1)
  elseif was == PLACE_WAITLISTED then
    call('HSET', of.twins, text(number),
      call('ZSCORE', of.waiting, text(number)))
    count(of.twins_waiting, 1)
  end
end

local function be_no_twin(of, number)
  local had = call('HGET', of.twins, text(number))
  if had then
    count(had == '' and of.twins_held or of.twins_waiting, -1)
    call('HDEL', of.twins, text(number))
  end
end

local function leave_place(number, action, was, of_unproved)
  local of = action_of(action)
  set_bit(of.columns[was], number, '0')
  count_place(action, was, -1, of_unproved)
  if was == PLACE_WAITLISTED then
    call('ZREM', of.waiting, text(number))
  elseif was == PLACE_TWIN then
    be_no_twin(of, number)
  end
end

-- As if nobody had found a twin: what there is to be had of one's own.
local function own_place(number, action)
  local state = get_place(number, action)
  local had = state == PLACE_TWIN and
    call('HGET', action_of(action).twins, text(number))
  if not had then
    return state
  end
  return had == '' and PLACE_HELD or PLACE_WAITLISTED
end

-- Of who waits, or did as a twin; nil or false: she does not.
local function turn_of(number, action)
  local of = action_of(action)
  return call('ZSCORE', of.waiting, text(number)) or had_as_twin(of, number)
end

-- The better of two turns is hers.
local function wait_since(action, number, turn)
  if turn then
    call('ZADD', action_of(action).waiting, 'LT', turn, text(number))
  end
end

-- was and state: PLACE_NONE, or one there is a column for.
local function set_place(number, action, was, state)
  local of, of_unproved = action_of(action), is_unproved(get_flags(number))
  local turn = was == PLACE_TWIN and had_as_twin(of, number)
  if state == PLACE_TWIN then
    become_twin(of, number, was)
  end
  if was ~= PLACE_NONE then
    leave_place(number, action, was, of_unproved)
  end
  if state == PLACE_NONE then
    return
  end
  set_bit(of.columns[state], number, '1')
  count_place(action, state, 1, of_unproved)
  if state == PLACE_WAITLISTED then
    join_queue(of, number)
    wait_since(action, number, turn)
  end
end

-- Of the capacity, what nobody has for good: held seats are free in this.
local function free_seats(action)
  local of = action_of(action)
  return of.capacity - counter(of.counters[PLACE_CONFIRMED]) -
    counter(of.counters[PLACE_OFFERED])
end

-- Also those of which it was found since that they are held twice for one.
local function held_seats(action)
  local of = action_of(action)
  return counter(of.counters[PLACE_HELD]) + counter(of.twins_held)
end

-- Offered and held seats are kept for somebody, so they count as taken.
local function has_room(action)
  return free_seats(action) > held_seats(action)
end

-- Unproved entries hold at most half of what is free, but at least one, so
-- that a stranger with many names cannot empty an action.
local function has_hold(action)
  local free = free_seats(action)
  return free > 0 and held_seats(action) < math.max(1, floor(free / 2))
end

-- Where somebody who asks for a place begins.
local function first_place(action, of_unproved)
  if not of_unproved then
    return has_room(action) and PLACE_CONFIRMED or PLACE_WAITLISTED
  end
  if action_of(action).capacity == math.huge then
    return PLACE_CONFIRMED
  end
  return has_room(action) and has_hold(action) and PLACE_HELD or PLACE_ASKED
end

-- An end of its hold, unless it has one.
local function begin_hold(number, now)
  call('ZADD', prefix .. 'holds', 'NX', text(now + SU_HOLD_UNKNOWN_MS),
    text(number))
end

local function move_place(number, action, slug, was, state)
  set_place(number, action, was, state)
  add_place_event(number, action, slug, state, get_said('role', number),
    get_said('region', number))
end

-- Whoever waits longest gets the place that has become free, and is to be told:
-- see freed.lua.
local function promote(action, slug)
  while has_room(action) do
    local first = call('ZRANGE', action_of(action).waiting, 0, 0, 'WITHSCORES')
    local number = tonumber(first[1])
    if not number then
      return
    end
    move_place(number, action, slug, PLACE_WAITLISTED, PLACE_CONFIRMED)
    call('RPUSH', prefix .. 'pf', struct.pack(FREED_ROW, number, action,
      tonumber(first[2])))
  end
end

-- For who is being proved, before their flags say so: what was held is theirs,
-- what was asked for is if there is room, else they wait. slugs: by action.
-- Returns the state there is now.
local function prove_place(number, action, slug)
  local was = get_place(number, action)
  if was == PLACE_CONFIRMED and is_unproved(get_flags(number)) then
    count(action_of(action).unproved, -1)
  end
  if was ~= PLACE_HELD and was ~= PLACE_ASKED then
    return was
  end
  local has_seat = was == PLACE_HELD or has_room(action)
  local state = has_seat and PLACE_CONFIRMED or PLACE_WAITLISTED
  move_place(number, action, slug, was, state)
  if state == PLACE_CONFIRMED and is_unproved(get_flags(number)) then
    count(action_of(action).unproved, -1)
  end
  return state
end
