-- grant -- leases recipients to a courier: compare and set, pending to leased.
-- needs: ledger
--
-- ARGV[channel], ARGV[chunk]
-- ARGV[offsets]  wanted: rows "offset", rising
-- ARGV[lease]    its id    ARGV[line] its line in the table of leases
-- ARGV[fence]    the highest grant the planner has heard of; above what is kept
--                here, this store has gone back: nothing is granted
-- ARGV[place]    of the courier's notes; '0': not said
-- Returns {stage, pending left, first, open, again, granted}: bit i of open (least
-- significant first) is offset first + i; '' when nothing was granted. again:
-- rows "wish", rising, of those that somebody wished to be sent to again.
-- granted: the number of this grant, or of the last. While a new era waits for
-- reports (era.lua) nothing is granted.
-- Keys: lease:<id> is {b, ch, k, first, open, left, again}; leases is
-- {id = line}; a:<b>:<ch> as doubt.lua has it; places is {place: ms of its last
-- grant}.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local channel, chunk = ARGV[GRANT_ARG_CHANNEL], ARGV[GRANT_ARG_CHUNK]
local stage = stage_of('stage')
local kept = call('HMGET', P .. 'plan', 'granted', 'era', 'era_done')
local granted = kept[1] or '0'
if stage ~= SENDING and stage ~= STANDING then
    return {stage, 0, 0, '', '', granted}
end
if tonumber(granted) < tonumber(ARGV[GRANT_ARG_FENCE]) or
    tonumber(kept[2] or 0) ~= tonumber(kept[3] or 0) then
    return {stage, pending_on(channel), 0, '', '', granted}
end

local function unpack_offsets(packed)
    local offsets = {}
    for at = 1, #packed, OFFSET_ROW_BYTES do
        offsets[#offsets + 1] = (struct.unpack(OFFSET_ROW, packed, at))
    end
    return offsets
end

-- The leased ones of offsets as bits from the byte of the first of them.
local function pack_leased(offsets, after)
    local first, bytes, last = nil, {}, 0
    for i, offset in ipairs(offsets) do
        if after[i] == LEASED then
            first = first or floor(offset / 8) * 8
            local at = floor((offset - first) / 8) + 1
            for fill = last + 1, at - 1 do bytes[fill] = '\0' end
            local was = at == last and string.byte(bytes[at]) or 0
            bytes[at] = string.char(was + 2 ^ (offset % 8))
            last = at
        end
    end
    return first, table.concat(bytes)
end

local function pack_wishes(offsets, after)
    local wishes, rows = P .. 'a:' .. ID .. ':' .. channel, {}
    if call('EXISTS', wishes) == 0 then return '' end
    for i, offset in ipairs(offsets) do
        local number = tonumber(chunk) * CHUNK_NUMBERS + offset
        local wish = after[i] == LEASED and call('HGET', wishes, number)
        if wish then
            rows[#rows + 1] = struct.pack(WISH_ROW, number, tonumber(wish))
        end
    end
    return table.concat(rows)
end

local offsets = unpack_offsets(ARGV[GRANT_ARG_OFFSETS])
local m = ledger_move(channel, chunk, offsets, nil, EVENT_GRANT, stage)
if m.changed == 0 then
    return {stage, pending_on(channel), 0, '', '', granted}
end
local first, open = pack_leased(offsets, m.after)
local again = pack_wishes(offsets, m.after)
count_tally(channel, m.tally)
call('HSET', P .. 'lease:' .. ARGV[GRANT_ARG_LEASE], 'b', ID, 'ch', channel,
     'k', chunk, 'first', first, 'open', open, 'left', m.changed,
     'again', again)
call('HSET', P .. 'leases', ARGV[GRANT_ARG_LEASE], ARGV[GRANT_ARG_LINE])
if ARGV[GRANT_ARG_PLACE] ~= '0' then
    call('HSET', P .. 'places', ARGV[GRANT_ARG_PLACE], NOW)
end
return {stage, pending_on(channel), first, open, again,
        rise(P .. 'plan', 'granted')}
