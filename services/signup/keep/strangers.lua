-- strangers -- not a script: texts of today to numbers of which nobody is
-- proved or vouched for (codes, links), which may not be without end.
-- needs: meta
local codes = prefix .. 'o'

local function strangers_read(now)
  local today, kept = floor(now / 86400000), call('HGET', codes, 'day') or ''
  local of = {day = today, texts = 0, held = 0, since = 0, last = 0}
  if #kept == CODE_DAY_ROW_BYTES then
    local day, texts, held, since, last = struct.unpack(CODE_DAY_ROW, kept)
    if day == today then
      of.texts, of.held, of.since, of.last = texts, held, since, last
    end
  end
  of.is_full = of.texts >= SU_CODE_STRANGERS_DAY_MAX
  return of
end

-- Written also when nothing is counted: who looks on learns nothing from it.
local function strangers_write(of, is_counted, now)
  if is_counted and of.is_full then
    of.held, of.last = of.held + 1, now
    of.since = of.since == 0 and now or of.since
  elseif is_counted then
    of.texts = of.texts + 1
  end
  call('HSET', codes, 'day', struct.pack(CODE_DAY_ROW, of.day, of.texts,
    of.held, of.since, of.last))
end
