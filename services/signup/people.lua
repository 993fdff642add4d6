-- people -- reads supporters as they are at this moment.
--
-- KEYS  meta
-- ARGV  action numbers as H each, then supporters' numbers
-- Returns for each a record ('' when there is none) and a string: role,
-- region, format, flags, and for each action the state, a byte each.
local call, char, floor, format = redis.call, string.char, math.floor,
  string.format
local prefix = string.sub(KEYS[1], 1, -2)
local CHUNK, RECORDS_PER_LIST = 65536, 64
local COLUMNS, STATES = {'role', 'region', 'format', 'flags'},
  {'c', 'w', 'o', 'x'}

-- Numbers go to Redis as text: it would print them as floats, slowly.
local keys = {}
local function key_of(column, chunk)
  local name = column .. ':' .. chunk
  if not keys[name] then
    keys[name] = prefix .. 'c:' .. name
  end
  return keys[name]
end

local function get_byte(column, chunk, i)
  local got = call('GETRANGE', key_of(column, chunk), i, i)
  return got == '' and '\0' or got
end

local function get_place(columns, chunk, offset)
  for state = 1, 4 do
    if call('GETBIT', key_of(columns[state], chunk), offset) == 1 then
      return char(state)
    end
  end
  return '\0'
end

local actions = {}
for i = 1, #ARGV[1], 2 do
  local number, columns = format('%d', struct.unpack('<H', ARGV[1], i)), {}
  for state = 1, 4 do
    columns[state] = STATES[state] .. number
  end
  actions[#actions + 1] = columns
end
local out = {}
for i = 2, #ARGV do
  local number = tonumber(ARGV[i])
  local chunk, i = format('%d', floor(number / CHUNK)), number % CHUNK
  local at, offset = format('%d', i), format('%d', i + 7 - 2 * (i % 8))
  local facts = {}
  for _, column in ipairs(COLUMNS) do
    facts[#facts + 1] = get_byte(column, chunk, at)
  end
  for _, columns in ipairs(actions) do
    facts[#facts + 1] = get_place(columns, chunk, offset)
  end
  out[#out + 1] = call('LINDEX', prefix .. 'r:' ..
    format('%d', floor(number / RECORDS_PER_LIST)),
    format('%d', number % RECORDS_PER_LIST)) or ''
  out[#out + 1] = table.concat(facts)
end
return out
