-- era -- somebody remembers a grant that this store does not know: it has gone
-- back in time, and a new era begins.
-- needs: ledger
--
-- ARGV[era], ARGV[granted]  what is remembered
-- ARGV[place]               whose it is; '0': the planner's own
-- Returns {era, era done, granted, has risen}. Nothing changes when the store
-- has that grant; but while reports are waited for, this place is one of those.
-- Keys: plan {era, era_done, granted}; roster is {place = done} of those that
-- report: 0 not yet, 1 has; they are of places (grant.lua), of the last 14 days.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local DAYS_MS = 14 * 24 * 3600 * 1000
local plan, roster, place = P .. 'plan', P .. 'roster', ARGV[ERA_ARG_PLACE]
local kept = call('HMGET', plan, 'era', 'era_done', 'granted')
local era, done = tonumber(kept[1] or 0), tonumber(kept[2] or 0)
local granted = tonumber(kept[3] or 0)
local said_era, said = tonumber(ARGV[ERA_ARG_ERA]), tonumber(ARGV[ERA_ARG_GRANTED])

local function list_places()
    call('DEL', roster)
    local places = call('HGETALL', P .. 'places')
    for i = 1, #places, 2 do
        if tonumber(places[i + 1]) < tonumber(NOW) - DAYS_MS then
            call('HDEL', P .. 'places', places[i])
        else
            call('HSET', roster, places[i], 0)
        end
    end
end

local has_risen = said_era > era or said_era == era and said > granted
if has_risen then
    era = math.max(era, said_era) + 1
    granted = tonumber(rise(plan, 'granted', said))
    call('HSET', plan, 'era', string.format('%.0f', era))
    list_places()
    rise(plan)
end
if era ~= done and place ~= '0' then call('HSETNX', roster, place, 0) end
return {era, done, string.format('%.0f', granted), has_risen and 1 or 0}
