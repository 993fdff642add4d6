-- drop -- takes away entries that nobody has proved in time.
-- needs: items record commit
--
-- KEYS  meta
-- ARGV  args drop
-- Returns the feed's end, and how many went.
--
-- What somebody proved, or changed, since it was read stays; what could not be
-- opened (without a version) is tried again a day later. Places at actions
-- that are over stay as they were counted; others are given on. Of the person
-- nothing is left: the record is empty, and the indexes know nothing.
event_tail = ARGV[DROP_ARG_EVENT_TAIL]
local now = tonumber(ARGV[DROP_ARG_NOW])
local slugs, dropped = read_slugs(ARGV[DROP_ARG_SLUGS]), 0
local day_ms = 86400000

local function read_item(packed)
  local number, version, name, phone, email, actions, at =
    struct.unpack(DROP_ITEM_ROW, packed)
  return {number = number, version = version, name = name, phone = phone,
    email = email, actions = read_numbers(SIGNUP_ACTION_ROW, actions, packed,
    at)}
end

local function is_due(number)
  local at = call('ZSCORE', prefix .. 'due', text(number))
  return at and tonumber(at) <= now
end

-- No more than will be compared.
local function look_at_others(item, contact)
  local left = SU_TWINS_MAX
  each_namesake(contact, item.name, function(number)
    if number ~= item.number and left > 0 then
      left = left - 1
      look_again(number)
    end
  end)
end

local function forget_contact(item, contact)
  if contact ~= '' then
    call('HDEL', prefix .. 'n:' .. string.sub(contact, 1, 4),
      struct.pack(SIGNUP_ENTRY_ROW, string.sub(contact, 5), item.number))
    look_at_others(item, contact)
  end
end

local function leave(item)
  local number = item.number
  for _, action in ipairs(item.actions) do
    local was = get_place(number, action)
    if was ~= PLACE_NONE and was ~= PLACE_CANCELLED then
      set_place(number, action, was, PLACE_NONE)
      add_place_event(number, action, slugs[action], PLACE_CANCELLED,
        get_said('role', number), get_said('region', number))
      promote(action, slugs[action])
    end
  end
end

local function drop(item)
  local number, flags = item.number, get_flags(item.number)
  if not is_due(number) then
    return
  end
  local record = record_get(number)
  if record == '' or not is_unproved(flags) or
     bit.band(flags, FLAG_GONE) ~= 0 then
    call('ZREM', prefix .. 'due', text(number))
    return
  end
  if item.version == '' then
    call('ZADD', prefix .. 'due', 'XX', text(now + day_ms), text(number))
  end
  if item.version == '' or
     string.sub(record, 1, #item.version) ~= item.version then
    return
  end
  leave(item)
  record_set(number, '')
  set_flags(number, with_flags(flags, FLAG_GONE, FLAG_SMS_CONTACT +
    FLAG_EMAIL_CONTACT + FLAG_SMS_GIVEN + FLAG_EMAIL_GIVEN + FLAG_CALL))
  call('ZREM', prefix .. 'due', text(number))
  call('ZREM', prefix .. 'holds', text(number))
  call('HDEL', prefix .. 'f', text(number))
  forget_contact(item, item.phone)
  forget_contact(item, item.email)
  dropped = dropped + 1
end

for i = DROP_ARG_ITEMS, #ARGV do
  drop(read_item(ARGV[i]))
end
return {commit(), dropped}
