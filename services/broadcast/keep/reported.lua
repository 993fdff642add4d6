-- reported -- a place has reported all that it has begun.
-- needs: ledger
--
-- ARGV[era], ARGV[place]  '0': nobody's
-- ARGV[gives_up]          '1': the others are not waited for any more
-- Returns {how many are waited for still, the era that is done}. With none this
-- era is done: grants go on. Keys: as era.lua.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local plan, roster, place = P .. 'plan', P .. 'roster', ARGV[REPORTED_ARG_PLACE]
local kept = call('HMGET', plan, 'era', 'era_done')
if kept[1] ~= ARGV[REPORTED_ARG_ERA] or kept[1] == kept[2] then
    return {0, kept[2] or '0'}
end
if place ~= '0' then call('HSET', roster, place, 1) end
local waited = 0
for _, has in ipairs(call('HVALS', roster)) do
    if has == '0' then waited = waited + 1 end
end
if waited == 0 or ARGV[REPORTED_ARG_GIVES_UP] == '1' then
    call('DEL', roster)
    call('HSET', plan, 'era_done', kept[1])
    kept[2] = kept[1]
    rise(plan)
end
return {waited, kept[2] or '0'}
