-- grant -- leases recipients to a courier: compare and set, pending to leased.
--
-- After ledger.lua's five:
-- ARGV[6]  channel          ARGV[7]  chunk
-- ARGV[8]  offsets wanted, <I2 each, rising
-- ARGV[9]  lease id         ARGV[10] its line in the table of leases
-- ARGV[11] EVENT_GRANT
-- Returns {stage, pending left, first, open}: bit i of open (least
-- significant first) is offset first + i; '' when nothing was granted.
-- Keys: lease:<id> is {b, ch, k, first, open, left}; leases is {id = line}.
if is_succeeded() then return redis.error_reply('GONE another planner') end
local channel, chunk, wanted = ARGV[6], ARGV[7], ARGV[8]
local stage = number_of('stage')
local lease = P .. 'lease:' .. ARGV[9]
local pending = 'n' .. channel .. '.' .. PENDING
if stage ~= SENDING and stage ~= STANDING then
    return {stage, 0, 0, ''}
end
local offsets = {}
for at = 1, #wanted, 2 do
    offsets[#offsets + 1] = (struct.unpack('<I2', wanted, at))
end
local m = ledger_move(channel, chunk, offsets, nil, tonumber(ARGV[11]), stage)
if m.changed == 0 then
    return {stage, number_of(pending), 0, ''}
end
local first, bytes, last = nil, {}, 0
for i, offset in ipairs(offsets) do
    if m.after[i] == LEASED then
        first = first or floor(offset / 8) * 8
        local at = floor((offset - first) / 8) + 1
        for fill = last + 1, at - 1 do bytes[fill] = '\0' end
        local was = at == last and string.byte(bytes[at]) or 0
        bytes[at] = string.char(was + 2 ^ (offset % 8))
        last = at
    end
end
local open = table.concat(bytes)
count_tally(channel, m.tally)
call('HSET', lease, 'b', ID, 'ch', channel, 'k', chunk, 'first', first,
     'open', open, 'left', m.changed)
call('HSET', P .. 'leases', ARGV[9], ARGV[10])
return {stage, number_of(pending), first, open}
