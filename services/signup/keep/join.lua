-- join -- changes people of one contact, all or nothing: a proof and whom it
-- joins, a merge, a split, "not me", another contact.
-- needs: places record index note withdrawn commit strangers
--
-- KEYS  meta
-- ARGV  args join
-- Returns the feed's end; or 'STALE', and nothing is done: what was decided on
-- is not so any more.
event_tail = ARGV[JOIN_ARG_EVENT_TAIL]

-- Calls fn with what each of the rows says.
local function each_row(row, packed, fn)
  local at = 1
  while at <= #packed do
    local values = {struct.unpack(row, packed, at)}
    at = values[#values]
    fn(unpack(values))
  end
end

local slugs = read_slugs(ARGV[JOIN_ARG_SLUGS])

-- ---- is it as it was seen? ----

local is_stale = false
each_row(JOIN_SEEN_ROW, ARGV[JOIN_ARG_SEEN], function(number, flags, version)
  is_stale = is_stale or get_flags(number) ~= flags or
    string.sub(record_get(number), 1, #version) ~= version
end)
each_row(JOIN_LIST_ROW, ARGV[JOIN_ARG_LISTS], function(hash, people)
  is_stale = is_stale or index_get(hash) ~= people
end)
each_row(JOIN_PLACE_ROW, ARGV[JOIN_ARG_PLACES], function(action, number, state)
  is_stale = is_stale or get_place(number, action) ~= state
end)
if is_stale then
  pass_kept(ARGV[JOIN_ARG_KEPT])
  return 'STALE'
end
hear_kept(ARGV[JOIN_ARG_KEPT])

-- ---- places ----

local ranks = {[PLACE_NONE] = 0}
for _, row in ipairs(SIGNUP_RANKS) do
  ranks[row.state] = row.rank
end

local function tell(number, action, state)
  add_place_event(number, action, slugs[action], state,
    get_said('role', number), get_said('region', number))
end

local function change(number, action, was, state)
  if was ~= state then
    set_place(number, action, was, state)
    tell(number, action, state)
  end
end

-- What a state is for somebody who is proved, or vouched for: nothing is held
-- for them or only asked about. A seat that was held is free by now.
local function settled(number, action, state)
  if is_unproved(get_flags(number)) then
    return state
  elseif state == PLACE_HELD then
    return PLACE_CONFIRMED
  elseif state == PLACE_ASKED or state == PLACE_TWIN then
    return has_room(action) and PLACE_CONFIRMED or PLACE_WAITLISTED
  end
  return state
end

local function settle(action, number)
  local was = get_place(number, action)
  if was == PLACE_TWIN then
    change(number, action, was,
      settled(number, action, own_place(number, action)))
    promote(action, slugs[action])
  end
end

-- The better of the two stays, and keeps how long it has waited.
local function move(action, number, other)
  local was, from = get_place(number, action), get_place(other, action)
  if from == PLACE_NONE then
    return
  end
  local since, best = turn_of(other, action), own_place(number, action)
  local theirs = own_place(other, action)
  change(other, action, from, PLACE_NONE)
  best = ranks[theirs] > ranks[best] and theirs or best
  local state = settled(number, action, best)
  change(number, action, was, state)
  if state == PLACE_WAITLISTED then
    wait_since(action, number, since)
  end
  promote(action, slugs[action])
end

-- A seat only if there is one: it may have been given on.
local function seated(number, action, state)
  local of_unproved = is_unproved(get_flags(number))
  if state == PLACE_CANCELLED or state == PLACE_NONE or
     state == PLACE_WAITLISTED and not of_unproved then
    return state
  end
  return first_place(action, of_unproved)
end

local function take_back(action, number, other, state, left)
  local since = turn_of(other, action)
  change(other, action, get_place(other, action), left)
  local now = seated(number, action, state)
  change(number, action, get_place(number, action), now)
  if now == PLACE_WAITLISTED then
    wait_since(action, number, since)
  elseif now == PLACE_HELD then
    begin_hold(number, tonumber(ARGV[JOIN_ARG_NOW]))
  end
  promote(action, slugs[action])
end

-- Given up, for all who follow: not merely gone.
local function drop(action, number)
  local was = get_place(number, action)
  if was ~= PLACE_NONE then
    set_place(number, action, was, PLACE_NONE)
    tell(number, action, PLACE_CANCELLED)
    promote(action, slugs[action])
  end
end

-- ---- the rest of somebody ----

local function change_index(number, hash, is_in)
  local known, others = index_get(hash), {}
  each_number(known, function(one)
    if one ~= number then
      others[#others + 1] = text(one)
    end
  end)
  local bucket, field = index_place(hash)
  if is_in == 1 then
    index_add(hash, table.concat(others, ' '), number)
  elseif #others == 0 then
    call('HDEL', bucket, field)
  else
    call('HSET', bucket, field, table.concat(others, ' '))
  end
end

local function change_entry(number, hash, is_in, name)
  local key = prefix .. 'n:' .. string.sub(hash, 1, 4)
  local field = struct.pack(SIGNUP_ENTRY_ROW, string.sub(hash, 5), number)
  if is_in == 1 then
    call('HSET', key, field, name)
  else
    call('HDEL', key, field)
  end
end

-- What is taken back so stands in no file: after a replay it is said again.
local function change_said(what, hash, is_in)
  local said = text(what) .. hash
  local changed = call(is_in == 1 and 'SADD' or 'SREM', prefix .. 'x', said)
  if changed == 1 and is_in == 0 then
    note_time(said, tonumber(ARGV[JOIN_ARG_NOW]))
  end
end

-- STOP is the number's, also of one that was not looked at while it said so.
-- "No news" is kept with whoever said it, and true of whoever brings the
-- contact next.
local function hear(number, channel, is_new, hash)
  local flags = get_flags(number)
  local function has_said(what)
    return call('SISMEMBER', prefix .. 'x', text(what) .. hash) == 1
  end
  if channel == CHANNEL_SMS then
    flags = with_flags(flags, has_said(SU_SAID_STOP) and FLAG_SMS_STOP or 0,
      FLAG_SMS_STOP)
  end
  if is_new == 1 and
     has_said(channel == CHANNEL_SMS and SU_SAID_NO_TEXT or SU_SAID_NO_MAIL)
  then
    flags = with_flags(flags, withdrawn_flags[channel], given_flags[channel])
  end
  set_flags(number, flags)
end

-- {c}:su:f has what followers were told.
local function fold(number, is_folded, into)
  local key = prefix .. 'f'
  local known = call('HGET', key, text(number))
  if is_folded == 1 and known ~= text(into) then
    call('HSET', key, text(number), text(into))
    add_event(EVENT_FOLDED_KEY, FOLDED_NUMBER_KEY .. varint(number) ..
      FOLDED_INTO_KEY .. varint(into))
  elseif is_folded == 0 and known then
    call('HDEL', key, text(number))
    add_event(EVENT_FOLDED_KEY, FOLDED_NUMBER_KEY .. varint(number))
  end
end

local function change_due(number, at)
  call('ZREM', prefix .. 'holds', text(number))
  if at == 0 then
    call('ZREM', prefix .. 'due', text(number))
  else
    call('ZADD', prefix .. 'due', format('%.0f', at), text(number))
  end
end

local function say(number, column, value)
  local row = SIGNUP_COLUMNS[column + 1]
  set_value(row.name, row.bytes, number, value)
end

local function look_again(number)
  call('RPUSH', prefix .. 'q', struct.pack(SIGNUP_NUMBER_ROW, number))
end

-- ---- whom to tell ----

-- A link goes to whoever has a contact that somebody typed: to none that said
-- "Not me", and of texts to numbers of which nobody is known, with the codes
-- for such, to no more than so many a day. One contact has one a day (its key).
local function may_tell(item)
  local channel, kind, _, day, _, _, contact =
    struct.unpack(NOTE_ITEM_ROW, item)
  if kind ~= NOTE_LINK then
    return true
  end
  if call('SISMEMBER', prefix .. 'x', text(SU_SAID_NOT_ME) .. contact) == 1 then
    return false
  end
  if channel ~= CHANNEL_SMS or index_get(contact) ~= '' then
    return true
  end
  local now = tonumber(ARGV[JOIN_ARG_NOW])
  local strangers = strangers_read(now)
  strangers_write(strangers, true, now)
  return not strangers.is_full
end

-- ---- the steps ----

local steps = {
  [JOIN_PROVE] = {JOIN_ACTION_ROW, function(action, number)
    prove_place(number, action, slugs[action])
  end},
  [JOIN_SETTLE] = {JOIN_ACTION_ROW, settle},
  [JOIN_MOVE] = {JOIN_ACTION_ROW, move},
  [JOIN_TAKE_BACK] = {JOIN_ACTION_ROW, take_back},
  [JOIN_DROP] = {JOIN_ACTION_ROW, drop},
  [JOIN_FLAGS] = {JOIN_FLAGS_ROW, set_flags},
  [JOIN_RECORD] = {JOIN_RECORD_ROW, record_set},
  [JOIN_SAY] = {JOIN_SAY_ROW, say},
  [JOIN_INDEX] = {JOIN_INDEX_ROW, change_index},
  [JOIN_ENTRY] = {JOIN_INDEX_ROW, change_entry},
  [JOIN_SAID] = {JOIN_SAID_ROW, change_said},
  [JOIN_HEAR] = {JOIN_HEAR_ROW, hear},
  [JOIN_FOLD] = {JOIN_FOLD_ROW, fold},
  [JOIN_DUE] = {JOIN_DUE_ROW, change_due},
  [JOIN_LOOK] = {JOIN_LOOK_ROW, look_again},
}

local packed, at = ARGV[JOIN_ARG_STEPS], 1
while at <= #packed do
  local step = steps[string.byte(packed, at)]
  local values = {struct.unpack(step[1], packed, at + 1)}
  at = values[#values]
  step[2](unpack(values))
end
for i = JOIN_ARG_NOTES, #ARGV do
  if may_tell(ARGV[i]) then
    make_note(ARGV[i])
  end
end
return commit()
