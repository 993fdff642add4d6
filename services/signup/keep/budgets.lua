-- budgets -- how much of each limit on messages to the unproved is used today.
-- needs: meta
-- writes nothing
--
-- KEYS  meta
-- ARGV  args budgets
-- Returns two lists of fields and values: today's totals (see allow.lua), and
-- for each enum allow the UTC ms when it last kept something back; and the
-- code_day, '' when there is none.
local day = floor(tonumber(ARGV[BUDGETS_ARG_NOW]) / 86400000)
return {call('HGETALL', prefix .. 'b:t:' .. text(day)),
  call('HGETALL', prefix .. 'b:a'), call('HGET', prefix .. 'o', 'day') or ''}
