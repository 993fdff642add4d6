-- feed -- not a script: the events that a script has made.
-- needs: meta
local events = {}
local event_tail = ''  -- Event.at_ms, packed; set by the script

local function varint(n)
  if n < 128 then
    return char(n)
  end
  local out = ''
  while n >= 128 do
    out = out .. char(n % 128 + 128)
    n = floor(n / 128)
  end
  return out .. char(n)
end

-- event: a packed signup.Event.
local function add_packed_event(event)
  events[#events + 1] = ENTRY_EVENTS_KEY .. varint(#event) .. event
end

-- key: of a field of signup.Event; body: packed.
local function add_event(key, body)
  local event = key .. varint(#body) .. body .. event_tail
  events[#events + 1] = ENTRY_EVENTS_KEY .. varint(#event) .. event
end

-- What is the same in all events about an action. slug: PlaceChanged.action,
-- packed.
local action_fields = {}
local function fields_of(action, slug)
  if not action_fields[action] then
    action_fields[action] = PLACE_CHANGED_ACTION_NUMBER_KEY ..
      varint(action) .. slug .. PLACE_CHANGED_STATE_KEY
  end
  return action_fields[action]
end

local function add_place_event(number, action, slug, state, role, region)
  add_event(EVENT_PLACE_CHANGED_KEY,
    PLACE_CHANGED_NUMBER_KEY .. varint(number) .. fields_of(action, slug) ..
    char(state) .. PLACE_CHANGED_ROLE_KEY .. varint(role) ..
    PLACE_CHANGED_REGION_KEY .. varint(region))
end

local function add_consent_event(number, channel, is_given)
  add_event(EVENT_CONSENT_CHANGED_KEY,
    CONSENT_CHANGED_NUMBER_KEY .. varint(number) ..
    CONSENT_CHANGED_CHANNEL_KEY .. varint(channel) ..
    CONSENT_CHANGED_IS_GIVEN_KEY .. varint(is_given and 1 or 0))
end

local function append_feed()
  local seq = counter('seq')
  for first = 1, #events, SU_FEED_ENTRY_EVENTS_MAX do
    local last = math.min(first + SU_FEED_ENTRY_EVENTS_MAX - 1, #events)
    seq = seq + last - first + 1
    call('XADD', prefix .. 'feed', format('%.0f-0', seq), 'e',
      table.concat(events, '', first, last))
  end
  count('seq', #events)
end
