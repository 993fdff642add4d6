-- prelude -- what every script that writes begins with; put before it.
--
-- KEYS[1] is the campaign's meta hash, {campaign}:su:m; every other key has
-- the same prefix and so the same slot. See store.c for all of them.
-- A script checks all it has to check before its first write, and ends with
-- commit(), which stamps the columns touched and appends to the feed.
local call, char, floor = redis.call, string.char, math.floor
local meta, prefix = KEYS[1], string.sub(KEYS[1], 1, -2)
local CHUNK, FEED_ENTRY_EVENTS_MAX, ARGS_MAX = 65536, 256, 4000
local CONFIRMED, WAITLISTED, OFFERED, CANCELLED = 1, 2, 3, 4
local touched, events, changed = {}, {}, {}
local event_tail = ''  -- field 15, at_ms, packed; set by the script

local function varint(n)
  local out = ''
  while n >= 128 do
    out = out .. char(n % 128 + 128)
    n = floor(n / 128)
  end
  return out .. char(n)
end

local function column_key(column, chunk)
  return prefix .. 'c:' .. column .. ':' .. chunk
end

local function touch(column, chunk)
  touched[column .. ':' .. chunk] = true
end

-- Least significant bit first, as the wire has it; Redis counts from the top.
local function bit_place(number)
  local i = number % CHUNK
  return floor(number / CHUNK), i + 7 - 2 * (i % 8)
end

local function get_bit(column, number)
  local chunk, i = bit_place(number)
  return call('GETBIT', column_key(column, chunk), i)
end

local function set_bit(column, number, bit)
  local chunk, i = bit_place(number)
  call('SETBIT', column_key(column, chunk), i, bit)
  touch(column, chunk)
end

local function get_byte(column, number)
  local i = number % CHUNK
  local got = call('GETRANGE', column_key(column, floor(number / CHUNK)), i, i)
  return got == '' and 0 or string.byte(got)
end

local function set_byte(column, number, byte)
  local chunk = floor(number / CHUNK)
  call('SETRANGE', column_key(column, chunk), number % CHUNK, char(byte))
  touch(column, chunk)
end

-- Counters of the meta hash, read once and written by commit().
local counters = {}
local function counter(field)
  if not counters[field] then
    counters[field] = tonumber(call('HGET', meta, field) or 0)
  end
  return counters[field]
end

local function count(field, by)
  counters[field] = counter(field) + by
  changed[field] = true
end

-- The bit column of each state is named by a letter and the action's number.
local STATE_COLUMN = {'c', 'w', 'o', 'x'}
local STATE_COUNTER = {'confirmed:', 'waitlisted:', 'offered:', 'cancelled:'}

local function get_place(number, action)
  for state = 1, 4 do
    if get_bit(STATE_COLUMN[state] .. action, number) == 1 then
      return state
    end
  end
  return 0
end

local function set_place(number, action, was, state)
  if was ~= 0 then
    set_bit(STATE_COLUMN[was] .. action, number, 0)
    count(STATE_COUNTER[was] .. action, -1)
    if was == WAITLISTED then
      call('ZREM', prefix .. 'w:' .. action, number)
    end
  end
  set_bit(STATE_COLUMN[state] .. action, number, 1)
  count(STATE_COUNTER[state] .. action, 1)
  if state == WAITLISTED then
    count('queued', 1)
    call('ZADD', prefix .. 'w:' .. action, counter('queued'), number)
  end
end

-- Offered places are held, so they count as taken.
local capacities = {}
local function has_room(action)
  if not capacities[action] then
    local capacity = call('HGET', prefix .. 'capacity', action)
    capacities[action] = capacity and tonumber(capacity) or math.huge
  end
  return counter('confirmed:' .. action) + counter('offered:' .. action) <
    capacities[action]
end

local function add_event(field, body)
  local event = char(field * 8 + 2) .. varint(#body) .. body .. event_tail
  events[#events + 1] = '\18' .. varint(#event) .. event
end

-- slug: field 3 of signup.PlaceChanged, packed.
local function add_place_event(number, action, slug, state, role, region)
  add_event(1, '\8' .. varint(number) .. '\16' .. varint(action) .. slug ..
    '\32' .. char(state) .. '\40' .. char(role) .. '\48' .. char(region))
end

-- channel: 1 SMS, 2 email.
local function add_consent_event(number, channel, is_given)
  add_event(4, '\8' .. varint(number) .. '\16' .. char(channel) .. '\24' ..
    char(is_given and 1 or 0))
end

-- Whoever waits longest gets the place that has become free.
local function promote(action, slug)
  while has_room(action) do
    local first = call('ZRANGE', prefix .. 'w:' .. action, 0, 0)[1]
    if not first then
      return
    end
    local number = tonumber(first)
    set_place(number, action, WAITLISTED, CONFIRMED)
    add_place_event(number, action, slug, CONFIRMED, get_byte('role', number),
      get_byte('region', number))
  end
end

local function flush_hash(key, fields)
  for first = 1, #fields, ARGS_MAX do
    call('HSET', key, unpack(fields, first,
      math.min(first + ARGS_MAX - 1, #fields)))
  end
end

local function append_feed()
  local seq = counter('seq')
  for first = 1, #events, FEED_ENTRY_EVENTS_MAX do
    local last = math.min(first + FEED_ENTRY_EVENTS_MAX - 1, #events)
    seq = seq + last - first + 1
    call('XADD', prefix .. 'feed', string.format('%.0f-0', seq), 'e',
      table.concat(events, '', first, last))
  end
  count('seq', #events)
end

-- A stamp is never used twice, even when Redis was restored from a backup in
-- between: a rising number and the time in microseconds.
local function stamp_columns()
  local time = call('TIME')
  count('stamp', 1)
  local stamp = string.format('%.0f.%s%06d', counter('stamp'), time[1], time[2])
  local fields = {}
  for field in pairs(touched) do
    fields[#fields + 1] = field
    fields[#fields + 1] = stamp
  end
  flush_hash(prefix .. 'v', fields)
end

-- Returns where the feed ends now.
local function commit()
  if #events > 0 then
    append_feed()
  end
  if next(touched) then
    stamp_columns()
  end
  local fields = {}
  for field in pairs(changed) do
    fields[#fields + 1] = field
    fields[#fields + 1] = string.format('%.0f', counters[field])
  end
  flush_hash(meta, fields)
  return counter('seq')
end

-- ---- the blind index: a hash of 8 bytes -> supporters ("12" or "12 57") ----

local INDEX_BUCKETS = 16384

local function index_place(hash)
  local a, b = string.byte(hash, 1, 2)
  return prefix .. 'i:' .. (a * 256 + b) % INDEX_BUCKETS, string.sub(hash, 3)
end

-- '' when nobody has it.
local function index_get(hash)
  if hash == '' then
    return ''
  end
  return call('HGET', index_place(hash)) or ''
end

local function index_add(hash, known, number)
  local bucket, field = index_place(hash)
  call('HSET', bucket, field, known == '' and number or known .. ' ' .. number)
end

local function each_number(list, fn)
  for text in string.gmatch(list, '%d+') do
    fn(tonumber(text))
  end
end

-- ---- records: 64 to a list, so that Redis packs them ----

local RECORDS_PER_LIST = 64

local function record_list(number)
  return prefix .. 'r:' .. floor(number / RECORDS_PER_LIST)
end

local function record_get(number)
  return call('LINDEX', record_list(number), number % RECORDS_PER_LIST) or ''
end

local function record_set(number, record)
  call('LSET', record_list(number), number % RECORDS_PER_LIST, record)
end
