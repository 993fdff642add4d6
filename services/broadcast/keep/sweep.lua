-- sweep -- what is not sent yet of one chunk ends with its broadcast.
-- needs: ledger
--
-- ARGV[channel], ARGV[chunk]
-- Returns how many changed. Safe to repeat; needs no planner, for a stopped or
-- expired broadcast can only be swept.
local channel = ARGV[SWEEP_ARG_CHANNEL]
local stage = stage_of('stage')
local event = stage == STAGE_STOPPED and EVENT_STOP or
              stage == STAGE_EXPIRED and EVENT_EXPIRE
if not event then return redis.error_reply('CONFLICT not stopped or expired') end
local key = P .. 'l:' .. ID .. ':' .. channel .. ':' .. ARGV[SWEEP_ARG_CHUNK]
local text = call('GET', key)
if not text then return 0 end

-- What becomes of each byte there can be: two recipients.
local function map_bytes()
    local map = {}
    for byte = 0, 255 do
        local low, high = byte % 16, floor(byte / 16)
        low = next_state(low, event, stage) or low
        high = next_state(high, event, stage) or high
        map[string.char(byte)] = string.char(low + high * 16)
    end
    return map
end

local map, seen = map_bytes(), {}
local swept = string.gsub(text, '.', function(c)
    seen[c] = (seen[c] or 0) + 1
    return map[c]
end)
local tally, changed = {}, 0
local function count(was, is, n)
    if was ~= is then
        tally[was] = (tally[was] or 0) - n
        tally[is] = (tally[is] or 0) + n
        changed = changed + n
    end
end
for c, n in pairs(seen) do
    local was, is = string.byte(c), string.byte(map[c])
    count(was % 16, is % 16, n)
    count(floor(was / 16), floor(is / 16), n)
end
if changed > 0 then
    call('SET', key, swept)
    count_tally(channel, tally)
end
call('DEL', P .. 'd:' .. ID .. ':' .. channel, P .. 't:' .. ID .. ':' .. channel,
     P .. 'a:' .. ID .. ':' .. channel)
settle_down(stage)
return changed
