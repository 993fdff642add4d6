-- tend_look -- what there is to be done for entries at this moment.
-- needs: meta
--
-- KEYS  meta
-- ARGV  args tend_look
-- Returns three lists of numbers: whose twins are to be looked for, what is
-- due to go, whose held seats end; and one of freed rows, who is to be told.
--
-- One instance tends a campaign at a time, so that work is not done twice;
-- when it has gone, another does some seconds later. Nothing else hangs on
-- that: each script looks again at what it changes.
local holder = prefix .. 'th'
local who = ARGV[TEND_LOOK_ARG_WHO]
if call('GET', holder) ~= who and
   not call('SET', holder, who, 'NX', 'PX', SU_TEND_HOLD_MS) then
  return {{}, {}, {}, {}}
end
call('PEXPIRE', holder, SU_TEND_HOLD_MS)

local now, max = ARGV[TEND_LOOK_ARG_NOW], ARGV[TEND_LOOK_ARG_MAX]
local twins = {}
for i, row in ipairs(call('LRANGE', prefix .. 'q', '0', max - 1)) do
  twins[i] = struct.unpack(SIGNUP_NUMBER_ROW, row)
end

local function due(key)
  local numbers = call('ZRANGEBYSCORE', prefix .. key, '-inf', now, 'LIMIT',
    '0', max)
  for i, number in ipairs(numbers) do
    numbers[i] = tonumber(number)
  end
  return numbers
end

return {twins, due('due'), due('holds'),
  call('LRANGE', prefix .. 'pf', '0', max - 1)}
