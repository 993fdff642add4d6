-- migrate -- brings a campaign's data to the newest format, all or nothing.
-- needs: person commit
--
-- KEYS  meta
-- ARGV  args migrate
-- Returns the format now. When it is another than was read, nothing is done:
-- read again.
--
-- Format 2 keeps the campaign's number in its meta hash. Format 3 knows who is
-- proved: everybody of before is vouched for, with what they consented to; who
-- had withdrawn by text has said STOP.
local kept = tonumber(call('HGET', meta, 'format') or 1)
if kept ~= tonumber(ARGV[MIGRATE_ARG_FROM]) then
  return kept
end

-- What the lowest byte of flags becomes, and what the next is.
local function flag_bytes()
  local low, high = {}, {}
  for flags = 0, 255 do
    local has_stop = bit.band(flags, FLAG_SMS_WITHDRAWN) ~= 0
    low[char(flags)] = char(with_flags(flags, 0, FLAG_SMS_WITHDRAWN))
    high[char(flags)] = char(byte_of(FLAG_VOUCHED +
      (has_stop and FLAG_SMS_STOP or 0), 1))
  end
  return low, high
end

local function vouch_for_all()
  local people, chunk = counter('people'), 0
  local low, high = flag_bytes()
  while chunk * CHUNK_NUMBERS < people do
    local key = column_key('flags', chunk)
    local length = math.min(people - chunk * CHUNK_NUMBERS, CHUNK_NUMBERS)
    local flags = call('GET', key) or ''
    flags = flags .. string.rep('\0', length - #flags)
    call('SET', key, (string.gsub(flags, '.', low)))
    touch('flags', chunk)
    call('SET', column_key('flags.1', chunk), (string.gsub(flags, '.', high)))
    touch('flags.1', chunk)
    chunk = chunk + 1
  end
end

if kept < 2 then
  call('HSET', meta, 'number', ARGV[MIGRATE_ARG_NUMBER])
end
vouch_for_all()
commit()
call('HSET', meta, 'format', SU_FORMAT)
return SU_FORMAT
