-- records -- reads whole lists of records.
-- writes nothing
--
-- KEYS  meta
-- ARGV  args records: the lists' numbers
-- Returns the records of each list, as a list.
local prefix = string.sub(KEYS[1], 1, -2)
local out = {}
for i = RECORDS_ARG_LISTS, #ARGV do
  out[#out + 1] = redis.call('LRANGE', prefix .. 'r:' .. ARGV[i], 0, -1)
end
return out
