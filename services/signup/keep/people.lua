-- people -- reads supporters as they are at this moment.
--
-- KEYS  meta
-- ARGV  action numbers as H each, then supporters' numbers
-- Returns for each a record ('' when there is none) and a string: role,
-- region, format, flags, and for each action the state, a byte each.
--
-- Who is asked for stands mostly close together (a courier's lease), so each
-- column is read once from the first to the last of a chunk, and each list of
-- records once.
local call, char, floor, byte = redis.call, string.char, math.floor, string.byte
local prefix = string.sub(KEYS[1], 1, -2)
local CHUNK, RECORDS_PER_LIST = 65536, 64
local COLUMNS, STATES = {'role', 'region', 'format', 'flags'}, {'c', 'w', 'o', 'x'}
local SPARSE = 256 -- bytes read for each one that is wanted, at most

local actions, numbers, chunks, lists = {}, {}, {}, {}
for i = 1, #ARGV[1], 2 do
  actions[#actions + 1] = struct.unpack('<H', ARGV[1], i)
end
for i = 2, #ARGV do
  local number = tonumber(ARGV[i])
  local chunk, at = floor(number / CHUNK), number % CHUNK
  local list = floor(number / RECORDS_PER_LIST)
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
  numbers[i - 1] = number
end

-- The byte at place of column; 0 behind its end.
local function get_byte(column, chunk, c, first, last, place)
  if last - first >= SPARSE * c.count then
    local key = prefix .. 'c:' .. column .. ':' .. chunk
    return byte(call('GETRANGE', key, place, place)) or 0
  end
  local bytes = c.read[column]
  if not bytes then
    bytes = call('GETRANGE', prefix .. 'c:' .. column .. ':' .. chunk, first, last)
    c.read[column] = bytes
  end
  return byte(bytes, place - first + 1) or 0
end

-- Bits stand least significant first.
local function get_place(columns, chunk, c, at)
  local first, last = floor(c.first / 8), floor(c.last / 8)
  for state = 1, 4 do
    local bits = get_byte(columns[state], chunk, c, first, last, floor(at / 8))
    if floor(bits / 2 ^ (at % 8)) % 2 == 1 then
      return state
    end
  end
  return 0
end

local function get_record(number)
  local list, at = floor(number / RECORDS_PER_LIST), number % RECORDS_PER_LIST
  local kept = lists[list]
  if kept.count == 1 then
    return call('LINDEX', prefix .. 'r:' .. list, at) or ''
  end
  kept.records = kept.records or call('LRANGE', prefix .. 'r:' .. list, 0, -1)
  return kept.records[at + 1] or ''
end

local states = {}
for i, action in ipairs(actions) do
  states[i] = {}
  for state = 1, 4 do
    states[i][state] = STATES[state] .. action
  end
end
local out = {}
for i, number in ipairs(numbers) do
  local chunk, at = floor(number / CHUNK), number % CHUNK
  local c, facts = chunks[chunk], {}
  for n, column in ipairs(COLUMNS) do
    facts[n] = char(get_byte(column, chunk, c, c.first, c.last, at))
  end
  for n = 1, #actions do
    facts[#COLUMNS + n] = char(get_place(states[n], chunk, c, at))
  end
  out[2 * i - 1] = get_record(number)
  out[2 * i] = table.concat(facts)
end
return out
