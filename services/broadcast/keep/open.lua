-- open -- brings what is kept of a campaign to this version's form, in steps.
-- needs: ledger
--
-- Returns the format it had; an error when it is newer than this version.
-- Keys: meta {format}; without it, it is that of 0.1: format 1.

local function make_names(field)
    local stage = stage_of(field)
    if stage > 0 then call('HSET', B, field, name_of(stage)) end
end

-- steps[f] brings format f to f + 1.
local steps = {
    -- Stages by name.
    function()
        for i = 1, tonumber(call('GET', P .. 'last') or 0) do
            B = P .. 'b:b' .. string.format('%d', i)
            make_names('stage')
            make_names('resume_to')
        end
    end,
    -- Which of the active ones have something to send stands beside them.
    function()
        for _, id in ipairs(call('SMEMBERS', P .. 'active')) do
            ID, B = id, P .. 'b:' .. id
            local is_idle = stage_of('stage') == STANDING and
                open_count(CHANNEL_SMS) + open_count(CHANNEL_EMAIL) == 0
            set_busy(not is_idle)
        end
    end,
}

local format = tonumber(call('HGET', P .. 'meta', 'format') or 1)
if format > KEEP_FORMAT then
    return redis.error_reply('LIMIT this campaign is kept in format ' .. format)
end
for f = format, KEEP_FORMAT - 1 do steps[f]() end
if format < KEEP_FORMAT then call('HSET', P .. 'meta', 'format', KEEP_FORMAT) end
return format
