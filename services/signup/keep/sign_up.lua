-- sign_up -- commits a batch of sign-ups of one campaign.
-- needs: places record index commit
--
-- KEYS  meta
-- ARGV  args sign_up; an item: see signup_item in rows.txt
-- Returns 'STALE' (nothing done: read the definitions again), or the feed's
-- end and for each item a signup_done or a signup_who.
--
-- An item whose phone and email nobody has is a new supporter at once. One
-- with known contacts comes twice: who it is depends on names, which only
-- the asker can read. The second time it says what it saw, and if that has
-- changed meanwhile nothing is done for it but to say so again.
local revision = call('HGET', meta, 'definitions') or ''
if revision ~= ARGV[SIGN_UP_ARG_REVISION] then
  return 'STALE'
end
event_tail = ARGV[SIGN_UP_ARG_EVENT_TAIL]

local function read_slugs(packed)
  local slugs, at = {}, 1
  while at <= #packed do
    local number, slug
    number, slug, at = struct.unpack(SIGNUP_SLUG_ROW, packed, at)
    slugs[number] = slug
  end
  return slugs
end
local slugs = read_slugs(ARGV[SIGN_UP_ARG_ACTIONS])

local suppressed_key = prefix .. 'x'
local has_suppressed = call('EXISTS', suppressed_key) == 1
local function is_suppressed(channel, hash)
  return has_suppressed and hash ~= '' and
    call('SISMEMBER', suppressed_key, channel .. hash) == 1
end

-- ---- new supporters are written in runs at the end ----

local first_new = counter('people')
local new_records, new_flags, new_said = {}, {}, {}
for n = 1, #SIGNUP_COLUMNS do
  new_said[n] = {}
end

local function next_number()
  return first_new + #new_records
end

local width, role_at, region_at = #SIGNUP_COLUMNS, nil, nil
for c, row in ipairs(SIGNUP_COLUMNS) do
  role_at = row.name == 'role' and c or role_at
  region_at = row.name == 'region' and c or region_at
end

-- As the store has it: lists that are fixed have no "not said" there.
local function stored(row, said)
  return row.from == 'fixed' and said > 0 and said - 1 or said
end

local function add_person(item, flags)
  local n = #new_records + 1
  new_records[n], new_flags[n] = item.record, flags
  local said = item.said
  for c = 1, width do
    new_said[c][n] = said[c]
  end
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
  if state == PLACE_WAITLISTED then
    join_queue(of, number)
  end
end

-- Bits of one chunk as bytes: numbers[from..to]. Nobody's bits are overwritten
-- but those of the first byte, which are read before.
local function write_bits(column, numbers, from, to)
  local chunk = floor(numbers[from] / CHUNK_NUMBERS)
  local key = column_key(column, chunk)
  local first = floor(numbers[from] % CHUNK_NUMBERS / 8)
  local bytes = {get_byte(key, text(first))}
  for n = from, to do
    local i = numbers[n] % CHUNK_NUMBERS
    local place = floor(i / 8) - first + 1
    for gap = #bytes + 1, place do
      bytes[gap] = 0
    end
    bytes[place] = bytes[place] + 2 ^ (i % 8)
  end
  for place = 1, #bytes do
    bytes[place] = char(bytes[place])
  end
  call('SETRANGE', key, text(first), table.concat(bytes))
  touch(column, chunk)
end

local function write_places()
  for column, numbers in pairs(new_bits) do
    local from = 1
    for n = 1, #numbers do
      local is_last = n == #numbers or floor(numbers[n + 1] / CHUNK_NUMBERS) ~=
        floor(numbers[from] / CHUNK_NUMBERS)
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

-- As bytes, those of one chunk from a number on.
local function write_bytes(column, number, bytes)
  local chunk = floor(number / CHUNK_NUMBERS)
  call('SETRANGE', column_key(column, chunk), text(number % CHUNK_NUMBERS),
    table.concat(bytes))
  touch(column, chunk)
end

-- values[from..to] are of one chunk. Bytes that are 0 for all of them, but the
-- lowest, are not written: what is not there is 0.
local function write_column(name, width_bytes, values, from, to)
  local number, greatest, low = first_new + from - 1, 0, {}
  for n = from, to do
    local value = values[n]
    low[n - from + 1] = char(value % 256)
    if value > greatest then
      greatest = value
    end
  end
  write_bytes(name, number, low)
  for byte = 1, width_bytes - 1 do
    if greatest >= 256 ^ byte then
      local high = {}
      for n = from, to do
        high[n - from + 1] = char(byte_of(values[n], byte))
      end
      write_bytes(byte_column(name, byte), number, high)
    end
  end
end

local function stored_list(row, said)
  if row.from ~= 'fixed' then
    return said
  end
  local values = {}
  for n = 1, #said do
    values[n] = stored(row, said[n])
  end
  return values
end

local function write_people()
  each_run(SU_RECORDS_PER_LIST, function(run, from, to)
    call('RPUSH', prefix .. 'r:' .. text(run), unpack(new_records, from, to))
  end)
  each_run(CHUNK_NUMBERS, function(_, from, to)
    for c, row in ipairs(SIGNUP_COLUMNS) do
      write_column(row.name, row.bytes, stored_list(row, new_said[c]), from,
        to)
    end
    write_column('flags', SU_FLAGS_BYTES, new_flags, from, to)
  end)
  if #new_records > 0 then
    count('people', #new_records)
  end
end

-- ---- one item ----

local said_row = string.rep(SIGNUP_VALUE_ROW, width) .. SIGNUP_COUNT_ROW

-- said: an index + 1 each, 0: not said; behind them the number of actions, and
-- where they begin.
local function read_item(packed)
  local is_decided, phone, email, record, set, clear, lifts, at =
    struct.unpack(SIGNUP_ITEM_ROW, packed)
  local said = {struct.unpack(said_row, packed, at)}
  local item = {is_decided = is_decided == 1, phone = phone, email = email,
    record = record, set = set, clear = clear, lifts = lifts, said = said,
    actions = {}}
  at = said[width + 2]
  for i = 1, said[width + 1] do
    item.actions[i], at = struct.unpack(SIGNUP_ACTION_ROW, packed, at)
  end
  if item.is_decided then
    item.saw_phone, item.saw_email, item.target, item.version, item.adds_phone,
      item.adds_email = struct.unpack(SIGNUP_DECISION_ROW, packed, at)
  end
  return item
end

local function known_record(number)
  return new_records[number - first_new + 1] or record_get(number)
end

local function known_flags(number)
  return new_flags[number - first_new + 1] or get_flags(number)
end

local function ask_who(phone_entry, email_entry)
  local out = {struct.pack(SIGNUP_WHO_ROW, SIGNUP_WHO, #phone_entry,
    phone_entry, #email_entry, email_entry)}
  local seen = {}
  local function describe(number)
    if not seen[number] then
      seen[number] = true
      local record = known_record(number)
      out[#out + 1] = struct.pack(SIGNUP_KNOWN_ROW, number,
        known_flags(number), #record, record)
    end
  end
  each_number(phone_entry, describe)
  each_number(email_entry, describe)
  return table.concat(out)
end

local function is_as_seen(item, phone_entry, email_entry)
  if not item.is_decided then
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
  return with_flags(flags, withdrawn_flags[channel], given_flags[channel])
end

local function add_consent_events(number, before, after)
  for _, channel in ipairs(channels) do
    local given = given_flags[channel]
    if bit.band(before, given) ~= bit.band(after, given) then
      add_consent_event(number, channel, bit.band(after, given) ~= 0)
    end
  end
end

local function apply_flags(item, before)
  local flags = with_flags(before, item.set, item.clear)
  return suppress(suppress(flags, item, CHANNEL_SMS, item.phone), item,
    CHANNEL_EMAIL, item.email)
end

local function add_new(item, phone_entry, email_entry)
  local number = next_number()
  local flags = apply_flags(item, 0)
  add_person(item, flags)
  if item.phone ~= '' then
    index_add(item.phone, phone_entry, number)
  end
  if item.email ~= '' then
    index_add(item.email, email_entry, number)
  end
  add_consent_events(number, 0, flags)
  return number
end

local function change_said(item, number)
  for c, row in ipairs(SIGNUP_COLUMNS) do
    local value = stored(row, item.said[c])
    if item.said[c] ~= 0 and get_said(row.name, number) ~= value then
      set_value(row.name, row.bytes, number, value)
    end
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
    set_flags(number, flags)
    add_consent_events(number, before, flags)
  end
  change_said(item, number)
  return number
end

-- Asking again for a place one has changes nothing.
local function take_places(item, number, is_new, role, region)
  local states = {}
  for i, action in ipairs(item.actions) do
    local was = is_new and PLACE_NONE or get_place(number, action)
    local state = was
    if was == PLACE_NONE or was == PLACE_CANCELLED then
      state = has_room(action) and PLACE_CONFIRMED or PLACE_WAITLISTED
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
  local is_new = not item.is_decided or item.target < 0
  local put = is_new and add_new or change_known
  local number = put(item, phone_entry, email_entry)
  local role = is_new and item.said[role_at] or get_said('role', number)
  local region = is_new and item.said[region_at] or get_said('region', number)
  local states = take_places(item, number, is_new, role, region)
  return struct.pack(SIGNUP_DONE_ROW, SIGNUP_DONE, number, is_new and 1 or 0,
    role) .. states
end

local replies = {0}
for i = SIGN_UP_ARG_ITEMS, #ARGV do
  replies[#replies + 1] = sign_up(read_item(ARGV[i]))
end
write_people()
write_places()
replies[1] = commit()
return replies
