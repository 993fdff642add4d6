-- person -- not a script: what is said of one supporter, and their flags.
-- needs: bytes
local column_rows = {}
for _, row in ipairs(SIGNUP_COLUMNS) do
  column_rows[row.name] = row
end

local function get_said(name, number)
  return get_value(name, column_rows[name].bytes, number)
end

local function get_flags(number)
  return get_value('flags', SU_FLAGS_BYTES, number)
end

local function set_flags(number, flags)
  set_value('flags', SU_FLAGS_BYTES, number, flags)
end

-- The bit library's numbers have a sign; ours have 32 bits.
local function with_flags(flags, set, clear)
  return bit.bor(bit.band(flags, bit.bnot(clear)), set) % 4294967296
end

local channels = {CHANNEL_SMS, CHANNEL_EMAIL}
-- Of a channel, the flags.
local given_flags = {[CHANNEL_SMS] = FLAG_SMS_GIVEN,
  [CHANNEL_EMAIL] = FLAG_EMAIL_GIVEN}
local withdrawn_flags = {[CHANNEL_SMS] = FLAG_SMS_WITHDRAWN,
  [CHANNEL_EMAIL] = FLAG_EMAIL_WITHDRAWN}
