-- meta -- not a script: the campaign's keys and its counters.
--
-- KEYS[1] is the campaign's meta hash, {campaign}:su:m; every other key has
-- the same prefix and so the same slot. See store.c for all of them.
local call, char, floor, format = redis.call, string.char, math.floor,
  string.format
local meta, prefix = KEYS[1], string.sub(KEYS[1], 1, -2)

-- A number as text: Redis would print it as a float, which is slow.
local function text(number)
  return format('%d', number)
end

-- Counters of the meta hash, read once and written by commit().
local counters, changed = {}, {}
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

-- Those that count() changed, as fields and values.
local function changed_counters()
  local fields = {}
  for field in pairs(changed) do
    fields[#fields + 1] = field
    fields[#fields + 1] = format('%.0f', counters[field])
  end
  return fields
end
