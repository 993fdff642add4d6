-- system -- what the system sends by itself: made, and grown with the feed.
-- needs: ledger
--
-- ARGV[seq]      of signup's feed entry; 0: none, they are only made
-- ARGV[made]     rows "system_made": broadcasts that must be there
-- ARGV[numbers]  rows "system_number": the feed's people and notes
-- Returns {id, day, added, id, day, added, ...}, one for each of made. An entry
-- applied before changes nothing. All in one call: a planner that is killed
-- has done it or has not.
-- Keys: b:b0 is the confirmation, whose field cursor is how far the feed has
-- been followed for all of them; notes is {day = id}.
if is_succeeded() then return redis.error_reply('GONE another planner') end

local function id_of(day)
    if day == 0 then return 'b0' end
    local id = call('HGET', P .. 'notes', day)
    if not id then
        id = 'b' .. string.format('%.0f', call('INCR', P .. 'last'))
        call('HSET', P .. 'notes', day, id)
    end
    return id
end

-- {number of the channel = {numbers}}, of that day
local function numbers_of(wanted)
    local packed, lists = ARGV[SYSTEM_ARG_NUMBERS], {}
    for at = 1, #packed, SYSTEM_NUMBER_ROW_BYTES do
        local day, channel, number = struct.unpack(SYSTEM_NUMBER_ROW, packed, at)
        if day == wanted then
            lists[channel] = lists[channel] or {}
            table.insert(lists[channel], number)
        end
    end
    return lists
end

local function make(class, expires, hash, content)
    call('HSET', B, 'class', class, 'content', content, 'hash', hash,
         'made_by', STAFF, 'made_at', NOW, 'started_at', NOW,
         'expires_at', string.format('%.0f', expires))
    call('HSETNX', P .. 'meta', 'format', KEEP_FORMAT)
    set_active(true)
    set_stage(STANDING)
    settle_down(STANDING)
end

local seq, answer = tonumber(ARGV[SYSTEM_ARG_SEQ]), {}
local is_known = tonumber(call('HGET', P .. 'b:b0', 'cursor') or 0) >= seq
local at, made = 1, ARGV[SYSTEM_ARG_MADE]
while at <= #made do
    local day, class, expires, hash, content
    day, class, expires, hash, content, at =
        struct.unpack(SYSTEM_MADE_ROW, made, at)
    ID = id_of(day)
    B = P .. 'b:' .. ID
    if call('EXISTS', B) == 0 then make(class, expires, hash, content) end
    local stage, added = stage_of('stage'), 0
    for channel, numbers in pairs(is_known and {} or numbers_of(day)) do
        added = added + grow(channel, numbers, stage)
    end
    if added > 0 then settle_down(stage) end
    answer[#answer + 1], answer[#answer + 2], answer[#answer + 3] = ID, day, added
end
if not is_known then call('HSET', P .. 'b:b0', 'cursor', ARGV[SYSTEM_ARG_SEQ]) end
return answer
