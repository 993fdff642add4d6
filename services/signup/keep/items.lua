-- items -- not a script: items of tend's scripts, and what they name.
-- needs: places

-- So many rows of one number, from a place on; and the place behind them.
local function read_numbers(row, count_of, packed, at)
  local numbers = {}
  for i = 1, count_of do
    numbers[i], at = struct.unpack(row, packed, at)
  end
  return numbers, at
end

-- Calls fn(number, field) for each entry of a contact, by its hash, that has
-- this name: as the entry index has it. A contact is "four hexadecimal digits,
-- then six bytes".
local function each_namesake(contact, name, fn)
  if contact == '' then
    return
  end
  local own = string.sub(contact, 5)
  local all = call('HGETALL', prefix .. 'n:' .. string.sub(contact, 1, 4))
  for i = 1, #all, 2 do
    local hash, number = struct.unpack(SIGNUP_ENTRY_ROW, all[i])
    if hash == own and all[i + 1] == name then
      fn(number)
    end
  end
end

local function look_again(number)
  call('RPUSH', prefix .. 'q', struct.pack(SIGNUP_NUMBER_ROW, number))
end
