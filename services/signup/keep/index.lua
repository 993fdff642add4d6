-- index -- not a script: the blind index, a hash -> supporters ("12", "12 57").
-- needs: meta

-- A hash is four hexadecimal digits, its bucket, and six bytes.
local function index_place(hash)
  return prefix .. 'i:' .. string.sub(hash, 1, 4), string.sub(hash, 5)
end

-- '' when nobody has it.
local function index_get(hash)
  if hash == '' then
    return ''
  end
  return call('HGET', index_place(hash)) or ''
end

local function index_add(hash, known, number)
  local bucket, field = index_place(hash)
  local entry = text(number)
  call('HSET', bucket, field, known == '' and entry or known .. ' ' .. entry)
end

local function each_number(list, fn)
  for entry in string.gmatch(list, '%d+') do
    fn(tonumber(entry))
  end
end

-- The entry index: whoever was entered with a contact, found by reading its
-- bucket. See signup_entry in rows.txt.
local function each_entry(hash, fn)
  local contact = string.sub(hash, 5)
  local key = prefix .. 'n:' .. string.sub(hash, 1, 4)
  for _, field in ipairs(call('HKEYS', key)) do
    local of, number = struct.unpack(SIGNUP_ENTRY_ROW, field)
    if of == contact then
      fn(number)
    end
  end
end

-- Everybody who has a contact, proved or not.
local function each_holder(hash, fn)
  if hash ~= '' then
    each_number(index_get(hash), fn)
    each_entry(hash, fn)
  end
end
