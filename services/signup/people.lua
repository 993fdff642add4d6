-- people -- reads supporters as they are at this moment.
--
-- KEYS  meta
-- ARGV  action numbers as H each, then supporters' numbers
-- Returns for each a record ('' when there is none) and a string: role,
-- region, format, flags, and for each action the state, a byte each.
local call, char, floor = redis.call, string.char, math.floor
local prefix = string.sub(KEYS[1], 1, -2)
local CHUNK, RECORDS_PER_LIST = 65536, 64
local COLUMNS, STATES = {'role', 'region', 'format', 'flags'}, {'c', 'w', 'o', 'x'}

local function get_byte(column, chunk, i)
  local got = call('GETRANGE', prefix .. 'c:' .. column .. ':' .. chunk, i, i)
  return got == '' and '\0' or got
end

local function get_place(action, chunk, i)
  for state = 1, 4 do
    local key = prefix .. 'c:' .. STATES[state] .. action .. ':' .. chunk
    if call('GETBIT', key, i + 7 - 2 * (i % 8)) == 1 then
      return char(state)
    end
  end
  return '\0'
end

local actions = {}
for i = 1, #ARGV[1], 2 do
  actions[#actions + 1] = struct.unpack('<H', ARGV[1], i)
end
local out = {}
for i = 2, #ARGV do
  local number = tonumber(ARGV[i])
  local chunk, at = floor(number / CHUNK), number % CHUNK
  local facts = ''
  for _, column in ipairs(COLUMNS) do
    facts = facts .. get_byte(column, chunk, at)
  end
  for _, action in ipairs(actions) do
    facts = facts .. get_place(action, chunk, at)
  end
  out[#out + 1] = call('LINDEX', prefix .. 'r:' ..
    floor(number / RECORDS_PER_LIST), number % RECORDS_PER_LIST) or ''
  out[#out + 1] = facts
end
return out
