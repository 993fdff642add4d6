-- records -- reads whole lists of records.
--
-- KEYS  meta
-- ARGV  the lists' numbers (a list holds 64 supporters)
-- Returns the records of each list, as a list.
local prefix = string.sub(KEYS[1], 1, -2)
local out = {}
for i = 1, #ARGV do
  out[i] = redis.call('LRANGE', prefix .. 'r:' .. ARGV[i], 0, -1)
end
return out
