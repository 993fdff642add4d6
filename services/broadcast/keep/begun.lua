-- begun -- a place has begun these, and this store has gone back since: who is
-- still to be sent to of them is in doubt.
-- needs: ledger
--
-- ARGV[era]      the campaign's; another: nothing changes
-- ARGV[channel], ARGV[chunk]
-- ARGV[bits]     bit i (least significant first) is offset i of the chunk
-- ARGV[is_all]   '1': also whom an organiser wishes to be sent to again, and
--                only while the era is not done; else those stay as they are,
--                for a set bit is normal there
-- Returns {changed}. Not of what the system sends: its numbers may be another's
-- by now.
local channel, chunk = ARGV[BEGUN_ARG_CHANNEL], ARGV[BEGUN_ARG_CHUNK]
local stage = stage_of('stage')
local is_all = ARGV[BEGUN_ARG_IS_ALL] == '1'
local kept = call('HMGET', P .. 'plan', 'era', 'era_done')
if stage == 0 or system_class() or kept[1] ~= ARGV[BEGUN_ARG_ERA] or
    is_all and kept[1] == kept[2] then
    return {0}
end
local wishes = P .. 'a:' .. ID .. ':' .. channel
local base = tonumber(chunk) * CHUNK_NUMBERS
local heeds_wishes = not is_all and call('EXISTS', wishes) == 1

local function is_wished(number)
    return heeds_wishes and call('HEXISTS', wishes, number) == 1
end

local function unpack_bits(bits)
    local offsets = {}
    for index = 1, #bits do
        local byte = string.byte(bits, index)
        for i = 0, byte == 0 and -1 or 7 do
            local offset = (index - 1) * 8 + i
            if floor(byte / 2 ^ i) % 2 == 1 and not is_wished(base + offset) then
                offsets[#offsets + 1] = offset
            end
        end
    end
    return offsets
end

local offsets = unpack_bits(ARGV[BEGUN_ARG_BITS])
local m = ledger_move(channel, chunk, offsets, nil, EVENT_BEGUN, stage)
if m.changed > 0 then
    for i, offset in ipairs(offsets) do
        if m.after[i] then
            call('ZREM', P .. 'd:' .. ID .. ':' .. channel, base + offset)
        end
    end
    count_tally(channel, m.tally)
    rise(P .. 'plan')
    settle_down(stage)
end
return {m.changed}
