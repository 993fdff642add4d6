-- demo_echo -- takes a row apart and puts it together again.
-- needs: demo_first
--
-- Returns {answer, the row packed anew, the sum of the widths, flags, what
-- was behind the fixed part, how a field of signup.PlaceChanged begins}.
local small, middle, third, large, huge, below, hash, short_word, long_word =
    struct.unpack(DEMO_ALL_ROW, ARGV[DEMO_ECHO_ARG_ROW])
local again = struct.pack(DEMO_ALL_ROW, small, middle, third, large, huge,
    below, hash, #short_word, short_word, #long_word, long_word)
local number, flags, at = struct.unpack(DEMO_FIXED_ROW, ARGV[DEMO_ECHO_ARG_FIXED])
local widths = 0
for _, column in ipairs(DEMO_COLUMNS) do
    widths = widths + column.width
end
return {agrees() and DEMO_AGREED or DEMO_REFUSED, again, widths,
    number + flags, string.sub(ARGV[DEMO_ECHO_ARG_FIXED], at),
    PLACE_CHANGED_NUMBER_KEY, PLACE_CANCELLED}
