-- allow -- who of the unproved may be written to now, and that it is counted.
-- needs: person
--
-- KEYS  meta
-- ARGV  args allow
-- Returns a string with an enum allow for each item.
--
-- Asking again for one broadcast and number is answered as before and counts
-- once. Class safety is counted and never kept back.
local now = tonumber(ARGV[ALLOW_ARG_NOW])
local digest = ARGV[ALLOW_ARG_BROADCAST]
local class = tonumber(ARGV[ALLOW_ARG_CLASS])
local entry_max, hour_max, day_max, block_tries, block_percent, text_micros,
  day_micros = struct.unpack(ALLOW_LIMITS_ROW, ARGV[ALLOW_ARG_LIMITS])
local second, day = floor(now / 1000), floor(now / 86400000)
local hour_s, day_s = 3600, 86400
local totals = prefix .. 'b:t:' .. text(day)
local entries_per_hash, keep_ms = 256, 90 * 86400000

local function total(field)
  return tonumber(call('HGET', totals, field) or 0)
end

local function raise_total(field, to)
  if total(field) < to then
    call('HSET', totals, field, text(to))
  end
end

-- ---- an entry: the digests of what it was sent ----

local function entry_place(number)
  return prefix .. 'b:n:' .. text(floor(number / entries_per_hash)),
    text(number)
end

local function has_had(sent)
  for at = 1, #sent, ALLOW_DIGEST_BYTES do
    if string.sub(sent, at, at + ALLOW_DIGEST_BYTES - 1) == digest then
      return true
    end
  end
  return false
end

-- ---- a contact: the seconds of its confirmations of a day ----

local function contact_key(item)
  return prefix .. 'b:c:' .. item.contact
end

-- How many in the last hour and day, and those of the day.
local function contact_times(item)
  local packed, hour, times = call('GET', contact_key(item)) or '', 0, {}
  for at = 1, #packed, 4 do
    local time = struct.unpack('>I4', packed, at)
    if time > second - day_s then
      times[#times + 1] = time
      hour = hour + (time > second - hour_s and 1 or 0)
    end
  end
  return hour, times
end

-- Of one broadcast about an action, no contact gets more than of a day's
-- confirmations, however many entries it is typed into.
local function ask_contact(item)
  if class ~= CLASS_CONFIRMATION then
    local had = call('HGET', prefix .. 'b:s:' .. digest, item.contact)
    return tonumber(had or 0) >= day_max and ALLOW_NOT_DAY or ALLOW_YES
  end
  local hour, times = contact_times(item)
  if #times >= day_max then
    return ALLOW_NOT_DAY
  end
  return hour >= hour_max and ALLOW_NOT_HOUR or ALLOW_YES
end

local function count_contact(item)
  if class ~= CLASS_CONFIRMATION then
    local key = prefix .. 'b:s:' .. digest
    call('HINCRBY', key, item.contact, '1')
    call('PEXPIRE', key, text(keep_ms))
    return
  end
  local hour, times = contact_times(item)
  local out = {}
  for n, time in ipairs(times) do
    out[n] = struct.pack('>I4', time)
  end
  out[#out + 1] = struct.pack('>I4', second)
  call('SET', contact_key(item), table.concat(out), 'PX', text(day_s * 1000))
  raise_total('hour', hour + 1)
  raise_total('day', #times + 1)
end

-- ---- a block: who was sent its newest texts ----

local function block_place(item)
  return prefix .. 'b:k:' .. string.sub(item.block, 1, 2),
    item.block
end

local function block_texts(item)
  local packed, texts = call('HGET', block_place(item)) or '', {}
  for at = 1, #packed, ALLOW_TEXT_ROW_BYTES do
    local number, on = struct.unpack(ALLOW_TEXT_ROW, packed, at)
    if on > day - ALLOW_BLOCK_DAYS then
      texts[#texts + 1] = {number = number, day = on}
    end
  end
  return texts
end

local confirmed = FLAG_SMS_PROVED + FLAG_VOUCHED

local function is_over_block(item)
  local texts, proved = block_texts(item), 0
  if #texts < block_tries then
    return false
  end
  for _, one in ipairs(texts) do
    local is_proved = bit.band(get_flags(one.number), confirmed) ~= 0
    proved = proved + (is_proved and 1 or 0)
  end
  return proved * 100 < block_percent * #texts
end

local function count_block(item)
  local texts, out = block_texts(item), {}
  texts[#texts + 1] = {number = item.number, day = day}
  raise_total('block', #texts)
  for n = math.max(1, #texts - ALLOW_BLOCK_KEPT + 1), #texts do
    out[#out + 1] = struct.pack(ALLOW_TEXT_ROW, texts[n].number, texts[n].day)
  end
  local key, field = block_place(item)
  call('HSET', key, field, table.concat(out))
  call('PEXPIRE', key, text((ALLOW_BLOCK_DAYS + 1) * 86400000))
end

-- ---- one item ----

local function is_over_money()
  return (total('texts') + 1) * text_micros > day_micros
end

-- The first that says no.
local function find_no(item, sent)
  if #sent / ALLOW_DIGEST_BYTES >= entry_max then
    return ALLOW_NOT_ENTRY
  end
  if item.is_text and not item.is_home then
    return ALLOW_NOT_COUNTRY
  end
  local verdict = ask_contact(item)
  if verdict ~= ALLOW_YES then
    return verdict
  end
  if item.has_block and is_over_block(item) then
    return ALLOW_NOT_BLOCK
  end
  return item.is_text and is_over_money() and ALLOW_NOT_MONEY or ALLOW_YES
end

local function count_sent(item, sent, key, field)
  call('HSET', key, field, sent .. digest)
  call('PEXPIRE', key, text(keep_ms))
  raise_total('entry', #sent / ALLOW_DIGEST_BYTES + 1)
  call('HINCRBY', totals, item.is_text and 'texts' or 'mails', '1')
  if class == CLASS_SAFETY then
    return
  end
  count_contact(item)
  if item.has_block then
    count_block(item)
  end
end

local function count_held(verdict)
  call('HINCRBY', totals, 'held:' .. text(verdict), '1')
  call('HSETNX', totals, 'since:' .. text(verdict), format('%.0f', now))
  call('HSET', prefix .. 'b:a', text(verdict), format('%.0f', now))
end

local function allow(item)
  local key, field = entry_place(item.number)
  local sent = call('HGET', key, field) or ''
  if has_had(sent) then
    return ALLOW_YES
  end
  local verdict = class == CLASS_SAFETY and ALLOW_YES or find_no(item, sent)
  if verdict == ALLOW_YES then
    count_sent(item, sent, key, field)
  else
    count_held(verdict)
  end
  return verdict
end

local out = {}
for i = ALLOW_ARG_ITEMS, #ARGV do
  local item = {}
  local is_text, is_home, has_block
  item.number, item.contact, item.block, is_text, is_home, has_block =
    struct.unpack(ALLOW_ITEM_ROW, ARGV[i])
  item.is_text, item.is_home = is_text == 1, is_home == 1
  item.has_block = has_block == 1
  out[#out + 1] = char(allow(item))
end
call('PEXPIRE', totals, text(2 * 86400000))
return table.concat(out)
