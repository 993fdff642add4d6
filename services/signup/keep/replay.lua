-- replay -- applies words of a file of withdrawals to a store that has gone
-- back behind them.
-- needs: person index withdrawn commit
--
-- KEYS  meta
-- ARGV  args replay
-- Returns the feed's end, how many words changed something, and how many were
-- of people who are not there (any more).
--
-- A word that is older than what is known does nothing, so files may be
-- replayed in any order, again, and while others write. What was withdrawn is
-- kept back from then on; what was taken back is only no longer kept back: a
-- consent whose evidence was lost is not given again.
event_tail = ARGV[REPLAY_ARG_EVENT_TAIL]
local changed, missing = 0, 0

-- Of two words of one moment, the one that withdraws.
local function is_newer(field, word)
  local known = time_of(field)
  if word.at < known or (word.at == known and word.is_lifted) then
    return false
  end
  note_time(field, word.at)
  return true
end

local function change_flags(number, word, flag)
  local before = get_flags(number)
  local flags = with_flags(before, word.is_lifted and 0 or flag,
    word.is_lifted and flag or 0)
  if flags ~= before then
    set_flags(number, flags)
    changed = changed + 1
  end
  return flags ~= before
end

-- ---- of a contact ----

local function say_of_contact(word)
  local said = text(word.what) .. word.hash
  changed = changed + call(word.is_lifted and 'SREM' or 'SADD', prefix .. 'x',
    said)
  if word.what == SU_SAID_STOP then
    each_holder(word.hash, function(number)
      if change_flags(number, word, FLAG_SMS_STOP) then
        add_consent_event(number, CHANNEL_SMS, word.is_lifted)
      end
    end)
  end
end

-- ---- of a person ----

local person_flags = {
  [SU_SAID_NO_MAIL] = FLAG_EMAIL_WITHDRAWN,
  [SU_SAID_NO_TEXT] = FLAG_SMS_WITHDRAWN,
  [SU_SAID_NOT_ME] = FLAG_NOT_ME,
  [SU_SAID_NO_SERVICE_TEXT] = FLAG_SMS_SERVICE_OFF,
  [SU_SAID_NO_SERVICE_MAIL] = FLAG_EMAIL_SERVICE_OFF,
}
local news_channels = {[SU_SAID_NO_MAIL] = CHANNEL_EMAIL,
  [SU_SAID_NO_TEXT] = CHANNEL_SMS}

local function has_contact(number, hash)
  local has = false
  each_holder(hash, function(holder)
    has = has or holder == number
  end)
  return has
end

-- A number of now may have been another's before: with the contact it is the
-- same person. Without, only a switch is turned off.
local function may_change(word)
  if word.is_lifted then
    return has_contact(word.number, word.hash)
  end
  local known = FLAG_SMS_PROVED + FLAG_EMAIL_PROVED + FLAG_VOUCHED
  return word.what ~= SU_SAID_NOT_ME or
    has_contact(word.number, word.hash) and
    bit.band(get_flags(word.number), known) == 0
end

local function say_of_person(word)
  local number, flag = word.number, person_flags[word.what]
  if number >= counter('people') or
     bit.band(get_flags(number), FLAG_GONE) ~= 0 then
    missing = missing + 1
  elseif flag and may_change(word) and change_flags(number, word, flag) and
         news_channels[word.what] then
    add_consent_event(number, news_channels[word.what], word.is_lifted)
  end
end

each_word(read_kept(ARGV[REPLAY_ARG_KEPT]), function(word)
  local contact, person = word_fields(word.what, word.number, word.hash)
  if word.what <= SU_SAID_NOT_ME and is_newer(contact, word) then
    say_of_contact(word)
  end
  if person and is_newer(person, word) then
    say_of_person(word)
  end
end)
return {commit(), changed, missing}
