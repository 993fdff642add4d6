-- contact -- who is found by a contact.
-- needs: index
-- writes nothing
--
-- KEYS  meta
-- ARGV  args contact
-- Returns what the people's index has for it, then the numbers of the entries
-- that were made with it, in no order.
local hash = ARGV[CONTACT_ARG_HASH]
local out = {index_get(hash)}
each_entry(hash, function(number)
  out[#out + 1] = number
end)
return out
