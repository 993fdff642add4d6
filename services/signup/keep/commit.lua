-- commit -- not a script: how every script that writes ends.
-- needs: bytes feed
--
-- A script checks all it has to check before its first write, and ends with
-- commit(), which stamps the columns touched and appends to the feed.
local args_max = 4000 -- of one command

local function flush_hash(key, fields)
  for first = 1, #fields, args_max do
    call('HSET', key, unpack(fields, first,
      math.min(first + args_max - 1, #fields)))
  end
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
  flush_hash(meta, changed_counters())
  return counter('seq')
end
