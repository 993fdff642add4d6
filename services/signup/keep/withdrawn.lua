-- withdrawn -- not a script: words that are kept in files too, outside Redis.
-- needs: meta
--
-- The hash {c}:su:xt has when each was last said or taken back: of a contact
-- (a digit and its hash, as in the set x), and of a person (the same, a colon
-- and the number). The later word wins, in whatever order files are replayed.
local times = prefix .. 'xt'

local function word_fields(what, number, hash)
  local said = text(what) .. hash
  if number == SU_SAID_NOBODY then
    return said, nil
  end
  return said, said .. ':' .. format('%.0f', number)
end

local function time_of(field)
  return tonumber(call('HGET', times, field) or 0)
end

local function note_time(field, at)
  if at > time_of(field) then
    call('HSET', times, field, format('%.0f', at))
  end
end

local function each_word(words, fn)
  local at = 1
  while at <= #words do
    local what, is_lifted, number, hash, said_at, next_at =
      struct.unpack(WITHDRAWN_ROW, words, at)
    at = next_at
    fn({what = what, is_lifted = is_lifted == 1, number = number, hash = hash,
      at = said_at})
  end
end

-- The meta hash has of each instance's file its id, how many of its words have
-- been applied, and when the last of them was said. Where some before these
-- are missing, it stays: they are replayed, and these once more. Returns the
-- words.
local function read_kept(packed)
  local id, before, count, at, instance, rest =
    struct.unpack(KEPT_ROW, packed)
  if instance ~= '' then
    local field = 'withdrawn:' .. instance
    local known, applied = string.match(call('HGET', meta, field) or '',
      '^(%x+) (%d+)')
    applied = known == id and tonumber(applied) or 0
    if before <= applied and applied < count then
      call('HSET', meta, field, format('%s %.0f %.0f', id, count, at))
    end
  end
  return string.sub(packed, rest)
end

-- Of a script that does nothing yet: it is run again, with words of its own.
local function pass_kept(packed)
  if packed ~= '' then
    read_kept(packed)
  end
end

-- Of a script that does what the words say.
local function hear_kept(packed)
  if packed == '' then
    return
  end
  each_word(read_kept(packed), function(word)
    local contact, person = word_fields(word.what, word.number, word.hash)
    if word.what <= SU_SAID_NOT_ME then
      note_time(contact, word.at)
    end
    if person then
      note_time(person, word.at)
    end
  end)
end
