-- sweep -- what is not sent yet of one chunk ends with its broadcast.
--
-- After ledger.lua's five:
-- ARGV[6]  channel    ARGV[7] chunk
-- ARGV[8]  EVENT_STOP for a stopped broadcast, ARGV[9] EVENT_EXPIRE for an
--          expired one
-- Returns how many changed. Safe to repeat; needs no planner, for such a
-- broadcast can only be swept.
local channel = ARGV[6]
local stage = number_of('stage')
local event = stage == STOPPED and ARGV[8] or stage == EXPIRED and ARGV[9]
if not event then return redis.error_reply('CONFLICT not stopped or expired') end
local key = P .. 'l:' .. ID .. ':' .. channel .. ':' .. ARGV[7]
local text = call('GET', key)
if not text then return 0 end
local map, seen = {}, {}
for byte = 0, 255 do
    local low, high = byte % 16, floor(byte / 16)
    low = next_state(low, event, stage) or low
    high = next_state(high, event, stage) or high
    map[string.char(byte)] = string.char(low + high * 16)
end
local swept = string.gsub(text, '.', function(c)
    seen[c] = (seen[c] or 0) + 1
    return map[c]
end)
local tally, changed = {}, 0
for c, n in pairs(seen) do
    local was, is = string.byte(c), string.byte(map[c])
    for _, pair in ipairs({{was % 16, is % 16},
                           {floor(was / 16), floor(is / 16)}}) do
        if pair[1] ~= pair[2] then
            tally[pair[1]] = (tally[pair[1]] or 0) - n
            tally[pair[2]] = (tally[pair[2]] or 0) + n
            changed = changed + n
        end
    end
end
if changed > 0 then
    call('SET', key, swept)
    count_tally(channel, tally)
end
call('DEL', P .. 'd:' .. ID .. ':' .. channel, P .. 't:' .. ID .. ':' .. channel)
settle_down(stage)
return changed
