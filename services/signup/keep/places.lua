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
              capacity = capacity and tonumber(capacity) or math.huge}
    for _, row in ipairs(SIGNUP_PLACES) do
      action.columns[row.state] = row.letter .. id
      action.counters[row.state] = row.counter .. ':' .. id
    end
    actions[number] = action
  end
  return action
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

local function set_place(number, action, was, state)
  local of = action_of(action)
  if was ~= PLACE_NONE then
    set_bit(of.columns[was], number, '0')
    count(of.counters[was], -1)
    if was == PLACE_WAITLISTED then
      call('ZREM', of.waiting, text(number))
    end
  end
  set_bit(of.columns[state], number, '1')
  count(of.counters[state], 1)
  if state == PLACE_WAITLISTED then
    join_queue(of, number)
  end
end

-- Offered places are held, so they count as taken.
local function has_room(action)
  local of = action_of(action)
  return counter(of.counters[PLACE_CONFIRMED]) +
    counter(of.counters[PLACE_OFFERED]) < of.capacity
end

-- Whoever waits longest gets the place that has become free.
local function promote(action, slug)
  while has_room(action) do
    local first = call('ZRANGE', action_of(action).waiting, 0, 0)[1]
    if not first then
      return
    end
    local number = tonumber(first)
    set_place(number, action, PLACE_WAITLISTED, PLACE_CONFIRMED)
    add_place_event(number, action, slug, PLACE_CONFIRMED,
      get_said('role', number), get_said('region', number))
  end
end
