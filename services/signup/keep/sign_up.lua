-- sign_up -- commits a batch of sign-ups of one campaign.
--
-- KEYS  meta
-- ARGV  definitions' revision, event tail, actions, then one item each
--       actions: (H number, B s packed slug field)*
--       item: B is_decided, Bs phone hash, Bs email hash, Hs sealed record,
--             B role, B region, B format + 1, B flags set, B flags cleared,
--             B lifts, B n, n * H action number; if is_decided also
--             Hs expected phone entry, Hs expected email entry,
--             i4 target (-1: new), Bs target's record version,
--             B phone is added, B email is added
-- Returns 'STALE' (nothing done: read the definitions again), or the feed's
-- end and for each item
--       B 0, I4 number, B is_new, n * B state
--       B 1, Hs phone entry, Hs email entry, then for each supporter in them
--            I4 number, B flags, Hs record: decide who it is, ask again
--
-- An item whose phone and email nobody has is a new supporter at once. One
-- with known contacts comes twice: who it is depends on names, which only
-- the asker can read. The second time it says what it saw, and if that has
-- changed meanwhile nothing is done for it but to say so again.
local revision = call('HGET', meta, 'definitions') or ''
if revision ~= ARGV[1] then
  return 'STALE'
end
event_tail = ARGV[2]
local slugs, at = {}, 1
while at <= #ARGV[3] do
  local number, slug
  number, slug, at = struct.unpack('<HBc0', ARGV[3], at)
  slugs[number] = slug
end

local suppressed_key = prefix .. 'x'
local has_suppressed = call('EXISTS', suppressed_key) == 1
local function is_suppressed(channel, hash)
  return has_suppressed and hash ~= '' and
    call('SISMEMBER', suppressed_key, channel .. hash) == 1
end

-- ---- new supporters are written in runs at the end ----

local first_new = counter('people')
local new_records, new_flags = {}, {}
local new_columns = {role = {}, region = {}, format = {}, flags = {}}

local function next_number()
  return first_new + #new_records
end

local function add_person(record, role, region, format, flags)
  local n = #new_records + 1
  new_records[n], new_flags[n] = record, flags
  new_columns.role[n] = char(role)
  new_columns.region[n] = char(region)
  new_columns.format[n] = char(format)
  new_columns.flags[n] = char(flags)
end

-- The places of new supporters: [column] = their numbers, rising.
local new_bits = {}

local function take_new_place(number, action, state)
  local of = action_of(action)
  local numbers = new_bits[of.columns[state]]
  if not numbers then
    numbers = {}
    new_bits[of.columns[state]] = numbers
  end
  numbers[#numbers + 1] = number
  count(of.counters[state], 1)
  if state == WAITLISTED then
    join_queue(of, number)
  end
end

-- Bits of one chunk as bytes: numbers[from..to]. Nobody's bits are overwritten
-- but those of the first byte, which are read before.
local function write_bits(column, numbers, from, to)
  local chunk = floor(numbers[from] / CHUNK)
  local key, first = column_key(column, chunk), floor(numbers[from] % CHUNK / 8)
  local bytes = {string.byte(call('GETRANGE', key, text(first), text(first))) or 0}
  for n = from, to do
    local i = numbers[n] % CHUNK
    local at = floor(i / 8) - first + 1
    for gap = #bytes + 1, at do
      bytes[gap] = 0
    end
    bytes[at] = bytes[at] + 2 ^ (i % 8)
  end
  for at = 1, #bytes do
    bytes[at] = char(bytes[at])
  end
  call('SETRANGE', key, text(first), table.concat(bytes))
  touch(column, chunk)
end

local function write_places()
  for column, numbers in pairs(new_bits) do
    local from = 1
    for n = 1, #numbers do
      local is_last = n == #numbers or
        floor(numbers[n + 1] / CHUNK) ~= floor(numbers[from] / CHUNK)
      if is_last then
        write_bits(column, numbers, from, n)
        from = n + 1
      end
    end
  end
end

-- Calls fn(index of the run, from, to) for each run of new numbers that
-- shares floor(number / size).
local function each_run(size, fn)
  local n, from = #new_records, 1
  while from <= n do
    local run = floor((first_new + from - 1) / size)
    local to = math.min(n, (run + 1) * size - first_new)
    fn(run, from, to)
    from = to + 1
  end
end

local function write_people()
  each_run(RECORDS_PER_LIST, function(run, from, to)
    call('RPUSH', prefix .. 'r:' .. text(run), unpack(new_records, from, to))
  end)
  each_run(CHUNK, function(chunk, from, to)
    for column, bytes in pairs(new_columns) do
      call('SETRANGE', column_key(column, chunk),
        text((first_new + from - 1) % CHUNK), table.concat(bytes, '', from, to))
      touch(column, chunk)
    end
  end)
  if #new_records > 0 then
    count('people', #new_records)
  end
end

-- ---- one item ----

local function read_item(packed)
  local item, pos, n, _ = {actions = {}}
  item.is_decided, item.phone, item.email, item.record, item.role, item.region,
    item.format, item.set, item.clear, item.lifts, n, pos =
    struct.unpack('<BBc0Bc0Hc0BBBBBBB', packed)
  for i = 1, n do
    item.actions[i], pos = struct.unpack('<H', packed, pos)
  end
  if item.is_decided == 1 then
    item.saw_phone, item.saw_email, item.target, item.version, item.adds_phone,
      item.adds_email = struct.unpack('<Hc0Hc0i4Bc0BB', packed, pos)
  end
  return item
end

local function known_record(number)
  return new_records[number - first_new + 1] or record_get(number)
end

local function known_flags(number)
  return new_flags[number - first_new + 1] or get_byte('flags', number)
end

local function ask_who(phone_entry, email_entry)
  local out = {struct.pack('<BHc0Hc0', 1, #phone_entry, phone_entry,
    #email_entry, email_entry)}
  local seen = {}
  local function describe(number)
    if not seen[number] then
      seen[number] = true
      local record = known_record(number)
      out[#out + 1] = struct.pack('<I4BHc0', number, known_flags(number),
        #record, record)
    end
  end
  each_number(phone_entry, describe)
  each_number(email_entry, describe)
  return table.concat(out)
end

local function is_as_seen(item, phone_entry, email_entry)
  if item.is_decided == 0 then
    return phone_entry == '' and email_entry == ''
  end
  return item.saw_phone == phone_entry and item.saw_email == email_entry and
    (item.target < 0 or
     string.sub(known_record(item.target), 1, #item.version) == item.version)
end

-- An address that said STOP once stays stopped for whoever brings it next,
-- unless that person now asks for messages (lifts).
local function suppress(flags, item, channel, hash)
  if not is_suppressed(channel, hash) then
    return flags
  end
  if bit.band(item.lifts, channel) ~= 0 then
    call('SREM', suppressed_key, channel .. hash)
    return flags
  end
  local given, withdrawn = 4 * channel, 16 * channel
  return bit.bor(bit.band(flags, bit.bnot(given)), withdrawn)
end

local function add_consent_events(number, before, after)
  for channel = 1, 2 do
    local given = 4 * channel
    if bit.band(before, given) ~= bit.band(after, given) then
      add_consent_event(number, channel, bit.band(after, given) ~= 0)
    end
  end
end

local function apply_flags(item, before)
  local flags = bit.bor(bit.band(before, bit.bnot(item.clear)), item.set)
  return suppress(suppress(flags, item, 1, item.phone), item, 2, item.email)
end

local function add_new(item, phone_entry, email_entry)
  local number = next_number()
  local flags = apply_flags(item, 0)
  add_person(item.record, item.role, item.region, math.max(item.format - 1, 0),
    flags)
  if item.phone ~= '' then
    index_add(item.phone, phone_entry, number)
  end
  if item.email ~= '' then
    index_add(item.email, email_entry, number)
  end
  add_consent_events(number, 0, flags)
  return number, item.role, item.region
end

local function update_byte(column, number, byte)
  if get_byte(column, number) ~= byte then
    set_byte(column, number, byte)
  end
end

local function change_known(item, phone_entry, email_entry)
  local number, before = item.target, known_flags(item.target)
  local flags = apply_flags(item, before)
  if item.record ~= '' then
    record_set(number, item.record)
  end
  if item.adds_phone == 1 then
    index_add(item.phone, phone_entry, number)
  end
  if item.adds_email == 1 then
    index_add(item.email, email_entry, number)
  end
  if flags ~= before then
    set_byte('flags', number, flags)
    add_consent_events(number, before, flags)
  end
  if item.role ~= 0 then
    update_byte('role', number, item.role)
  end
  if item.region ~= 0 then
    update_byte('region', number, item.region)
  end
  if item.format ~= 0 then
    update_byte('format', number, item.format - 1)
  end
  return number, get_byte('role', number), get_byte('region', number)
end

-- Asking again for a place one has changes nothing.
local function take_places(item, number, is_new, role, region)
  local states = {}
  for i, action in ipairs(item.actions) do
    local was = is_new and 0 or get_place(number, action)
    local state = was
    if was == 0 or was == CANCELLED then
      state = has_room(action) and CONFIRMED or WAITLISTED
      if is_new then
        take_new_place(number, action, state)
      else
        set_place(number, action, was, state)
      end
      add_place_event(number, action, slugs[action], state, role, region)
    end
    states[i] = char(state)
  end
  return table.concat(states)
end

local function sign_up(item)
  local phone_entry, email_entry = index_get(item.phone), index_get(item.email)
  if not is_as_seen(item, phone_entry, email_entry) then
    return ask_who(phone_entry, email_entry)
  end
  local is_new = item.is_decided == 0 or item.target < 0
  local put = is_new and add_new or change_known
  local number, role, region = put(item, phone_entry, email_entry)
  local states = take_places(item, number, is_new, role, region)
  return struct.pack('<BI4BB', 0, number, is_new and 1 or 0, role) .. states
end

local replies = {0}
for i = 4, #ARGV do
  replies[#replies + 1] = sign_up(read_item(ARGV[i]))
end
write_people()
write_places()
replies[1] = commit()
return replies
