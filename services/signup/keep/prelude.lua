-- prelude -- what every script that writes begins with; put before it.
--
-- KEYS[1] is the campaign's meta hash, {campaign}:su:m; every other key has
-- the same prefix and so the same slot. See store.c for all of them.
-- A script checks all it has to check before its first write, and ends with
-- commit(), which stamps the columns touched and appends to the feed.
local call, char, floor, format = redis.call, string.char, math.floor,
  string.format
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

-- A number as text: Redis would print it as a float, which is slow.
local function text(number)
  return format('%d', number)
end

-- Keys and fields of chunks are made once a call: [column][chunk].
local column_keys = {}
local function column_key(column, chunk)
  local keys = column_keys[column]
  if not keys then
    keys = {}
    column_keys[column] = keys
  end
  if not keys[chunk] then
    keys[chunk] = prefix .. 'c:' .. column .. ':' .. text(chunk)
  end
  return keys[chunk]
end

local function touch(column, chunk)
  local chunks = touched[column]
  if not chunks then
    chunks = {}
    touched[column] = chunks
  end
  chunks[chunk] = true
end

-- Least significant bit first, as the wire has it; Redis counts from the top.
local function bit_place(number)
  local i = number % CHUNK
  return floor(number / CHUNK), text(i + 7 - 2 * (i % 8))
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
  local i = text(number % CHUNK)
  local got = call('GETRANGE', column_key(column, floor(number / CHUNK)), i, i)
  return got == '' and 0 or string.byte(got)
end

local function set_byte(column, number, byte)
  local chunk = floor(number / CHUNK)
  call('SETRANGE', column_key(column, chunk), text(number % CHUNK), char(byte))
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

-- Of an action: its columns and counters by state, its capacity.
local actions = {}
local function action_of(number)
  local action = actions[number]
  if not action then
    local id = text(number)
    local capacity = call('HGET', prefix .. 'capacity', id)
    action = {columns = {}, counters = {}, waiting = prefix .. 'w:' .. id,
              capacity = capacity and tonumber(capacity) or math.huge}
    for state = 1, 4 do
      action.columns[state] = STATE_COLUMN[state] .. id
      action.counters[state] = STATE_COUNTER[state] .. id
    end
    actions[number] = action
  end
  return action
end

local function get_place(number, action)
  for state = 1, 4 do
    if get_bit(action_of(action).columns[state], number) == 1 then
      return state
    end
  end
  return 0
end

local function join_queue(action, number)
  count('queued', 1)
  call('ZADD', action.waiting, text(counter('queued')), text(number))
end

local function set_place(number, action, was, state)
  local of = action_of(action)
  if was ~= 0 then
    set_bit(of.columns[was], number, '0')
    count(of.counters[was], -1)
    if was == WAITLISTED then
      call('ZREM', of.waiting, text(number))
    end
  end
  set_bit(of.columns[state], number, '1')
  count(of.counters[state], 1)
  if state == WAITLISTED then
    join_queue(of, number)
  end
end

-- Offered places are held, so they count as taken.
local function has_room(action)
  local of = action_of(action)
  return counter(of.counters[CONFIRMED]) + counter(of.counters[OFFERED]) <
    of.capacity
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
    local first = call('ZRANGE', action_of(action).waiting, 0, 0)[1]
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
    call('XADD', prefix .. 'feed', format('%.0f-0', seq), 'e',
      table.concat(events, '', first, last))
  end
  count('seq', #events)
end

-- A stamp is never used twice, even when Redis was restored from a backup in
-- between: a rising number and the time in microseconds.
local function stamp_columns()
  local time = call('TIME')
  count('stamp', 1)
  local stamp = format('%.0f.%s%06d', counter('stamp'), time[1], time[2])
  local fields = {}
  for column, chunks in pairs(touched) do
    for chunk in pairs(chunks) do
      fields[#fields + 1] = column .. ':' .. text(chunk)
      fields[#fields + 1] = stamp
    end
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
    fields[#fields + 1] = format('%.0f', counters[field])
  end
  flush_hash(meta, fields)
  return counter('seq')
end

-- ---- the blind index: a hash -> supporters ("12" or "12 57") ----

-- A hash is four hexadecimal digits, its bucket, and six bytes.
local function index_place(hash)
  return prefix .. 'i:' .. string.sub(hash, 1, 4), string.sub(hash, 5)
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
  local entry = text(number)
  call('HSET', bucket, field, known == '' and entry or known .. ' ' .. entry)
end

local function each_number(list, fn)
  for entry in string.gmatch(list, '%d+') do
    fn(tonumber(entry))
  end
end

-- ---- records: 64 to a list, so that Redis packs them ----

local RECORDS_PER_LIST = 64

local function record_list(number)
  return prefix .. 'r:' .. text(floor(number / RECORDS_PER_LIST))
end

local function record_get(number)
  return call('LINDEX', record_list(number),
    text(number % RECORDS_PER_LIST)) or ''
end

local function record_set(number, record)
  call('LSET', record_list(number), text(number % RECORDS_PER_LIST), record)
end
