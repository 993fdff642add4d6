-- demo_first -- not a script: what demo_echo.lua begins with.
local function agrees()
    return tonumber(ARGV[DEMO_FIRST_ARG_LIMIT]) == DEMO_LIMIT
end
