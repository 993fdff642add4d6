-- record -- not a script: sealed records, so many to a list that Redis packs
-- them.
-- needs: meta
local function record_list(number)
  return prefix .. 'r:' .. text(floor(number / SU_RECORDS_PER_LIST))
end

local function record_get(number)
  return call('LINDEX', record_list(number),
    text(number % SU_RECORDS_PER_LIST)) or ''
end

local function record_set(number, record)
  call('LSET', record_list(number), text(number % SU_RECORDS_PER_LIST), record)
end
