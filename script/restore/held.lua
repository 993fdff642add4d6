-- held -- what a backup holds, told by `./muster restore`; run in a Redis of
-- its own, by EVAL. It reads what services/signup/keep/store.c and
-- services/broadcast/keep/store.c say is there.
--
-- Returns lines: "campaigns N", "people N", and for each broadcast that was
-- being sent "open CAMPAIGN ID N", N: recipients not settled.
local call, lines, people, campaigns = redis.call, {}, 0, 0
for _, campaign in ipairs(call('HKEYS', '{muster}:su:campaigns')) do
  campaigns = campaigns + 1
  local meta = '{' .. campaign .. '}:su:m'
  people = people + tonumber(call('HGET', meta, 'people') or 0)
end
for _, campaign in ipairs(call('SMEMBERS', '{muster}:bc:campaigns')) do
  local prefix = '{' .. campaign .. '}:bc:'
  for _, id in ipairs(call('SMEMBERS', prefix .. 'busy')) do
    local open = 0
    -- On both channels: pending, leased, deferred.
    for _, field in ipairs({'n1.1', 'n1.2', 'n1.3', 'n2.1', 'n2.2', 'n2.3'}) do
      open = open + tonumber(call('HGET', prefix .. 'b:' .. id, field) or 0)
    end
    if open > 0 then
      lines[#lines + 1] = 'open ' .. campaign .. ' ' .. id .. ' ' .. open
    end
  end
end
table.insert(lines, 1, 'people ' .. people)
table.insert(lines, 1, 'campaigns ' .. campaigns)
return lines
