-- jump -- a store that has gone back gives out no number again.
-- needs: person commit
--
-- KEYS  meta
-- ARGV  args jump
-- Returns how many people there are now; false: as many as were known of,
-- nothing was done.
--
-- The next number begins a list of records of its own, whatever is in the one
-- before. Numbers in between are as those of entries that were dropped: gone,
-- without a record.
local known, people = tonumber(ARGV[JUMP_ARG_PEOPLE]), counter('people')
if people >= known then
  return false
end
local target = (math.ceil(known / SU_GIVEN_STEP) + 1) * SU_GIVEN_STEP

-- FLAG_GONE in the byte where it stands.
local function fill_gone(number, to)
  for byte = 0, SU_FLAGS_BYTES - 1 do
    local value = byte_of(FLAG_GONE, byte)
    local name = byte_column('flags', byte)
    local chunk = floor(number / CHUNK_NUMBERS)
    if value > 0 then
      call('SETRANGE', column_key(name, chunk), text(number % CHUNK_NUMBERS),
        string.rep(char(value), to - number))
      touch(name, chunk)
    end
  end
end

local number = people
while number < target do
  local chunk_end = (floor(number / CHUNK_NUMBERS) + 1) * CHUNK_NUMBERS
  fill_gone(number, math.min(chunk_end, target))
  number = math.min(chunk_end, target)
end
count('people', target - people)
commit()
return target
