-- sign_up -- commits a batch of entries of one campaign.
-- needs: places record commit
--
-- KEYS  meta
-- ARGV  args sign_up; an item: see signup_item in rows.txt
-- Returns 'STALE' (nothing done: read the definitions again), 'BEHIND'
-- (nothing done: the store has gone back, see jump.lua), or the feed's end and
-- for each item a signup_done.
--
-- Each item is a fresh supporter, whoever it names: neither the index nor a
-- record is read, and a contact that is known takes the same commands as one
-- that is not. Who it belongs to is decided when the contact is proved. Only a
-- form's key that comes again finds what it made before.
local revision = call('HGET', meta, 'definitions') or ''
if revision ~= ARGV[SIGN_UP_ARG_REVISION] then
  return 'STALE'
end
if counter('people') < tonumber(ARGV[SIGN_UP_ARG_KNOWN]) then
  return 'BEHIND'
end
event_tail = ARGV[SIGN_UP_ARG_EVENT_TAIL]
local slugs = read_slugs(ARGV[SIGN_UP_ARG_ACTIONS])

-- What a contact has said before, for whoever brings it.
local said_key = prefix .. 'x'
local has_said = call('EXISTS', said_key) == 1
local function has_contact_said(what, hash)
  return has_said and hash ~= '' and
    call('SISMEMBER', said_key, what .. hash) == 1
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

local function take_place(number, action, state, of_unproved)
  local of = action_of(action)
  local numbers = new_bits[of.columns[state]]
  if not numbers then
    numbers = {}
    new_bits[of.columns[state]] = numbers
  end
  numbers[#numbers + 1] = number
  count_place(action, state, 1, of_unproved)
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
  local key, digest, phone, email, name, record, flags, confirms_by, due, at =
    struct.unpack(SIGNUP_ITEM_ROW, packed)
  local said = {struct.unpack(said_row, packed, at)}
  local item = {key = key, digest = digest, phone = phone, email = email,
    name = name, record = record, flags = flags, confirms_by = confirms_by,
    due = due, said = said, actions = {}}
  at = said[width + 2]
  for i = 1, said[width + 1] do
    item.actions[i], at = struct.unpack(SIGNUP_ACTION_ROW, packed, at)
  end
  return item
end

-- STOP is the number's, "no news" and "Not me" the contact's: what brings it
-- again undoes none of them.
local function flags_of(item)
  local flags = item.flags
  if has_contact_said(SU_SAID_STOP, item.phone) then
    flags = with_flags(flags, FLAG_SMS_STOP, 0)
  end
  if has_contact_said(SU_SAID_NO_TEXT, item.phone) then
    flags = with_flags(flags, FLAG_SMS_WITHDRAWN, FLAG_SMS_GIVEN)
  end
  if has_contact_said(SU_SAID_NO_MAIL, item.email) then
    flags = with_flags(flags, FLAG_EMAIL_WITHDRAWN, FLAG_EMAIL_GIVEN)
  end
  local by = item.confirms_by == CHANNEL_SMS and item.phone or item.email
  if has_contact_said(SU_SAID_NOT_ME, by) and is_unproved(flags) then
    flags = with_flags(flags, FLAG_NOT_ME, 0)
  end
  return flags
end

-- ---- a form's key ----

local today = floor(tonumber(ARGV[SIGN_UP_ARG_NOW]) / SU_KEY_DAY_MS)
local function key_hash(day)
  return prefix .. 'k:' .. text(day)
end

-- What a key made before: its digest, number and states; nil: nothing.
local function find_made(key)
  local made = call('HGET', key_hash(today), key) or
    call('HGET', key_hash(today - 1), key)
  if made then
    local digest, number, at = struct.unpack(SIGNUP_KEY_ROW, made)
    return digest, number, string.sub(made, at)
  end
end

local function keep_key(item, number, states)
  call('HSET', key_hash(today), item.key,
    struct.pack(SIGNUP_KEY_ROW, item.digest, number) .. states)
  call('PEXPIRE', key_hash(today), text(2 * SU_KEY_DAY_MS))
end

-- ---- written at the end, in as few commands as they fit in ----

local indexed = {} -- the entry index: [key] = fields and values
local fresh, dues, due_at, holds = {}, {}, {}, {}

local function index_entry(hash, number, name)
  if hash == '' then
    return
  end
  local key = prefix .. 'n:' .. string.sub(hash, 1, 4)
  local fields = indexed[key] or {}
  indexed[key] = fields
  fields[#fields + 1] = struct.pack(SIGNUP_ENTRY_ROW, string.sub(hash, 5),
    number)
  fields[#fields + 1] = name
end

local function write_entries()
  for key, fields in pairs(indexed) do
    call('HSET', key, unpack(fields))
  end
  if #fresh > 0 then
    call('RPUSH', prefix .. 'q', unpack(fresh))
  end
  if #dues > 0 then
    call('ZADD', prefix .. 'due', unpack(dues))
  end
  if #holds > 0 then
    call('ZADD', prefix .. 'holds', unpack(holds))
  end
end

-- ---- an entry ----

local function take_places(item, number, of_unproved)
  local states = {}
  for i, action in ipairs(item.actions) do
    local state = first_place(action, of_unproved)
    take_place(number, action, state, of_unproved)
    add_place_event(number, action, slugs[action], state, item.said[role_at],
      item.said[region_at])
    states[i] = char(state)
  end
  return table.concat(states)
end

-- Whom nobody writes to has as long as anybody.
local function hold_seats(item, number, states)
  if string.find(states, char(PLACE_HELD), 1, true) then
    local is_written_to = item.confirms_by ~= CHANNEL_NONE
    holds[#holds + 1] = text(tonumber(ARGV[SIGN_UP_ARG_NOW]) +
      (is_written_to and SU_HOLD_UNKNOWN_MS or SU_HOLD_MS))
    holds[#holds + 1] = text(number)
  end
end

local function announce_entry(item, number)
  if item.confirms_by ~= CHANNEL_NONE then
    add_event(EVENT_ENTERED_KEY, ENTERED_NUMBER_KEY .. varint(number) ..
      ENTERED_CHANNEL_KEY .. varint(item.confirms_by))
  end
end

local function make_entry(item)
  local number, flags = next_number(), flags_of(item)
  local of_unproved = is_unproved(flags)
  add_person(item, flags)
  index_entry(item.phone, number, item.name)
  index_entry(item.email, number, item.name)
  fresh[#fresh + 1] = struct.pack(SIGNUP_NUMBER_ROW, number)
  if of_unproved then
    dues[#dues + 1] = text(item.due)
    dues[#dues + 1] = text(number)
    due_at[number] = #dues - 1
  end
  for _, channel in ipairs(channels) do
    if bit.band(flags, given_flags[channel]) ~= 0 then
      add_consent_event(number, channel, true)
    end
  end
  local states = take_places(item, number, of_unproved)
  hold_seats(item, number, states)
  announce_entry(item, number)
  return number, states
end

local function done_of(item, number, states)
  return struct.pack(SIGNUP_DONE_ROW, number, item.said[role_at]) .. states
end

-- Whoever vouched is told how it is now. Whoever sends their own form again is
-- told what they were told: not whether the contact's holder has confirmed
-- meanwhile, or has been there before.
local function again(item, number, first)
  if is_unproved(item.flags) then
    return done_of(item, number, first)
  end
  local states = {}
  for i, action in ipairs(item.actions) do
    states[i] = char(own_place(number, action))
  end
  return done_of(item, number, table.concat(states))
end

-- What was typed first, by mistake: it goes at the next sweep, if it is still
-- unproved.
local function take_back(number)
  if due_at[number] then
    dues[due_at[number]] = '0'
  else
    call('ZADD', prefix .. 'due', 'XX', '0', text(number))
  end
end

-- Keys of this call's own items, whose places are not written yet.
local made_now = {}

local function sign_up(item)
  if item.key == '' then
    return done_of(item, make_entry(item))
  end
  local now = made_now[item.key]
  if now and now.digest == item.digest then
    return now.done
  end
  local digest, number, states = find_made(item.key)
  if digest == item.digest and not now then
    return again(item, number, states)
  end
  if digest then
    take_back(number)
  end
  local made, made_states = make_entry(item)
  local done = done_of(item, made, made_states)
  made_now[item.key] = {digest = item.digest, done = done}
  keep_key(item, made, made_states)
  return done
end

local replies = {0}
for i = SIGN_UP_ARG_ITEMS, #ARGV do
  replies[#replies + 1] = sign_up(read_item(ARGV[i]))
end
write_people()
write_places()
write_entries()
replies[1] = commit()
return replies
