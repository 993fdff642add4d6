-- members -- whom the people's index has for some contacts.
-- needs: index record
-- writes nothing
--
-- KEYS  meta
-- ARGV  args members
-- Returns for each a list of numbers and records, one after the other.
local out = {}
for i = MEMBERS_ARG_HASHES, #ARGV do
  local found = {}
  each_number(index_get(ARGV[i]), function(number)
    found[#found + 1] = number
    found[#found + 1] = record_get(number)
  end)
  out[#out + 1] = found
end
return out
