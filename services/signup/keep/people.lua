-- people -- reads supporters as they are at this moment.
-- writes nothing
--
-- KEYS  meta
-- ARGV  args people
-- Returns for each a record ('' when there is none) and a string: see
-- signup_facts in rows.txt.
--
-- Who is asked for stands mostly close together (a courier's lease), so each
-- column is read once from the first to the last of a chunk, and each list of
-- records once.
local call, char, floor, byte = redis.call, string.char, math.floor, string.byte
local prefix = string.sub(KEYS[1], 1, -2)
local sparse = 256 -- bytes read for each one that is wanted, at most

local actions, numbers, chunks, lists = {}, {}, {}, {}
local packed_actions = ARGV[PEOPLE_ARG_ACTIONS]
for i = 1, #packed_actions, SIGNUP_ACTION_ROW_BYTES do
  actions[#actions + 1] = struct.unpack(SIGNUP_ACTION_ROW, packed_actions, i)
end
for i = PEOPLE_ARG_NUMBERS, #ARGV do
  local number = tonumber(ARGV[i])
  local chunk, at = floor(number / CHUNK_NUMBERS), number % CHUNK_NUMBERS
  local list = floor(number / SU_RECORDS_PER_LIST)
  local c = chunks[chunk]
  if not c then
    c = {first = at, last = at, count = 0, read = {}}
    chunks[chunk] = c
  end
  if at < c.first then c.first = at end
  if at > c.last then c.last = at end
  c.count = c.count + 1
  lists[list] = lists[list] or {count = 0}
  lists[list].count = lists[list].count + 1
  numbers[#numbers + 1] = number
end

-- The byte at place of column; 0 behind its end.
local function get_byte(column, chunk, c, first, last, place)
  local bytes = c.read[column]
  if bytes then
    return byte(bytes, place - first + 1) or 0
  end
  local key = prefix .. 'c:' .. column .. ':' .. chunk
  if last - first >= sparse * c.count then
    return byte(call('GETRANGE', key, place, place)) or 0
  end
  bytes = call('GETRANGE', key, first, last)
  c.read[column] = bytes
  return byte(bytes, place - first + 1) or 0
end

-- Of a column, those of the store that are there in a chunk, and what each
-- counts: the lowest byte and the higher ones, if they were ever needed.
local function find_bytes(name, bytes, chunk)
  local found = {{column = name, times = 1}}
  for n = 1, bytes - 1 do
    local column = name .. '.' .. n
    if call('EXISTS', prefix .. 'c:' .. column .. ':' .. chunk) == 1 then
      found[#found + 1] = {column = column, times = 256 ^ n}
    end
  end
  return found
end

-- The flags and what is said, in the order of a reply.
local function find_columns(chunk)
  local columns = {find_bytes('flags', SU_FLAGS_BYTES, chunk)}
  for n, row in ipairs(SIGNUP_COLUMNS) do
    columns[n + 1] = find_bytes(row.name, row.bytes, chunk)
  end
  return columns
end

local function get_value(found, chunk, c, at)
  local value = 0
  for n = 1, #found do
    value = value + found[n].times *
      get_byte(found[n].column, chunk, c, c.first, c.last, at)
  end
  return value
end

-- Bits stand least significant first.
local function get_place(columns, chunk, c, at)
  local first, last = floor(c.first / 8), floor(c.last / 8)
  for n, row in ipairs(SIGNUP_PLACES) do
    local bits = get_byte(columns[n], chunk, c, first, last, floor(at / 8))
    if floor(bits / 2 ^ (at % 8)) % 2 == 1 then
      return row.state
    end
  end
  return PLACE_NONE
end

-- See become_twin in places.lua: nothing kept of a seat for good.
local is_own = ARGV[PEOPLE_ARG_IS_OWN] == '1'
local function place_before(action, number)
  local had = call('HGET', prefix .. 'ty:' .. action, number)
  if not had then
    return PLACE_CONFIRMED
  end
  return had == '' and PLACE_HELD or PLACE_WAITLISTED
end

local function get_record(number)
  local list, at = floor(number / SU_RECORDS_PER_LIST),
    number % SU_RECORDS_PER_LIST
  local kept = lists[list]
  if kept.count == 1 then
    return call('LINDEX', prefix .. 'r:' .. list, at) or ''
  end
  kept.records = kept.records or call('LRANGE', prefix .. 'r:' .. list, 0, -1)
  return kept.records[at + 1] or ''
end

local place_columns = {}
for i, action in ipairs(actions) do
  place_columns[i] = {}
  for n, row in ipairs(SIGNUP_PLACES) do
    place_columns[i][n] = row.letter .. action
  end
end

local facts_row = SIGNUP_FACTS_ROW ..
  string.rep(SIGNUP_VALUE_ROW, #SIGNUP_COLUMNS)

local function get_facts(number)
  local chunk, at = floor(number / CHUNK_NUMBERS), number % CHUNK_NUMBERS
  local c, values = chunks[chunk], {}
  c.columns = c.columns or find_columns(chunk)
  for n, found in ipairs(c.columns) do
    values[n] = get_value(found, chunk, c, at)
  end
  local facts = struct.pack(facts_row, unpack(values))
  for n = 1, #place_columns do
    local state = get_place(place_columns[n], chunk, c, at)
    if is_own and state == PLACE_TWIN then
      state = place_before(actions[n], number)
    end
    facts = facts .. char(state)
  end
  return facts
end

local out = {}
for _, number in ipairs(numbers) do
  out[#out + 1] = get_record(number)
  out[#out + 1] = get_facts(number)
end
return out
