-- columns -- reads the chunks of columns that have changed.
-- writes nothing
--
-- KEYS  meta
-- ARGV  args columns; a stamp is the one that is known ('-': none)
-- Returns how many people there are, and for each column and chunk its stamp
-- and its bytes (false: as known).
local call = redis.call
local meta, prefix = KEYS[1], string.sub(KEYS[1], 1, -2)
local first = tonumber(ARGV[COLUMNS_ARG_FIRST])
local chunks = tonumber(ARGV[COLUMNS_ARG_CHUNKS])
local out = {tonumber(call('HGET', meta, 'people') or 0)}

local function read(column, chunk, known)
  local stamp = call('HGET', prefix .. 'v', column .. ':' .. chunk) or ''
  out[#out + 1] = stamp
  if stamp == known then
    out[#out + 1] = false
  else
    out[#out + 1] = call('GET', prefix .. 'c:' .. column .. ':' .. chunk) or ''
  end
end

for at = COLUMNS_ARG_WANTED, #ARGV, chunks + 1 do
  for i = 0, chunks - 1 do
    read(ARGV[at], first + i, ARGV[at + 1 + i])
  end
end
return out
