-- doubt -- an organiser says of recipients in doubt what became of them.
-- needs: ledger
--
-- ARGV[channel]
-- ARGV[event]    EVENT_TRUST or EVENT_RELEASE
-- ARGV[numbers]  rows "number", rising, none twice
-- Keys: a:<b>:<ch> is {number: wish} of those released, until they have an
-- outcome: a courier that has begun them before obeys each wish once.
-- Returns {changed, stage, feed's end or 0}. Numbers that are not in doubt stay as they are.
local channel, event = ARGV[DOUBT_ARG_CHANNEL], tonumber(ARGV[DOUBT_ARG_EVENT])
local stage = stage_of('stage')
if stage == 0 then return redis.error_reply('NOTFOUND no such broadcast') end
local wishes, now_s = P .. 'a:' .. ID .. ':' .. channel, floor(tonumber(NOW) / 1000)
local changed, trusted = 0, {}

local function wish_for(number)
    local last = tonumber(call('HGET', wishes, number) or 0)
    call('HSET', wishes, number, last < now_s and now_s or last + 1)
end

for _, group in ipairs(by_chunk(unpack_numbers(ARGV[DOUBT_ARG_NUMBERS]))) do
    local m = ledger_move(channel, group.chunk, group.offsets, nil, event, stage)
    count_tally(channel, m.tally)
    changed = changed + m.changed
    for i, offset in ipairs(group.offsets) do
        local number = group.chunk * CHUNK_NUMBERS + offset
        if m.after[i] == ACCEPTED then
            trusted[#trusted + 1] = number
            call('HDEL', wishes, number)
        elseif m.after[i] == PENDING then
            wish_for(number)
        end
    end
end
if changed > 0 then rise(P .. 'plan') end
local told = tell_handed_over(channel, trusted)
return {changed, settle_down(stage), told}
