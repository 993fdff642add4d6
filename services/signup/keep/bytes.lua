-- bytes -- not a script: columns of bytes and bits, one supporter at a time.
-- needs: meta
--
-- A column of more than one byte is one column of the store for each byte:
-- NAME has the lowest, NAME.1 the next. Those above the lowest are made when
-- something is written there, so what is short stays short.

-- Keys and fields of chunks are made once a call: [column][chunk].
local column_keys, touched = {}, {}
local function column_key(column, chunk)
  local keys = column_keys[column]
  if not keys then
    keys = {}
    column_keys[column] = keys
  end
  if not keys[chunk] then
    keys[chunk] = prefix .. 'c:' .. column .. ':' .. text(chunk)
  end
  return keys[chunk]
end

local function touch(column, chunk)
  local chunks = touched[column]
  if not chunks then
    chunks = {}
    touched[column] = chunks
  end
  chunks[chunk] = true
end

-- The store's column of a byte of a column, 0 the lowest.
local function byte_column(column, byte)
  return byte == 0 and column or column .. '.' .. byte
end

-- Whether there is anything in a chunk: asked once a call.
local has_chunk = {}
local function is_there(key)
  if has_chunk[key] == nil then
    has_chunk[key] = call('EXISTS', key) == 1
  end
  return has_chunk[key]
end

-- Of a number, the byte, 0 the lowest.
local function byte_of(value, byte)
  return byte == 0 and value % 256 or floor(value / 256 ^ byte) % 256
end

local function get_byte(key, i)
  local got = call('GETRANGE', key, i, i)
  return got == '' and 0 or string.byte(got)
end

local function get_value(column, bytes, number)
  local chunk, i = floor(number / CHUNK_NUMBERS), text(number % CHUNK_NUMBERS)
  local value = get_byte(column_key(column, chunk), i)
  for byte = 1, bytes - 1 do
    local key = column_key(byte_column(column, byte), chunk)
    if is_there(key) then
      value = value + get_byte(key, i) * 256 ^ byte
    end
  end
  return value
end

local function set_value(column, bytes, number, value)
  local chunk, i = floor(number / CHUNK_NUMBERS), text(number % CHUNK_NUMBERS)
  for byte = 0, bytes - 1 do
    local name, one = byte_column(column, byte), byte_of(value, byte)
    local key = column_key(name, chunk)
    if byte == 0 or one ~= 0 or is_there(key) then
      call('SETRANGE', key, i, char(one))
      has_chunk[key] = true
      touch(name, chunk)
    end
  end
end

-- Least significant bit first, as the wire has it; Redis counts from the top.
local function bit_place(number)
  local i = number % CHUNK_NUMBERS
  return floor(number / CHUNK_NUMBERS), text(i + 7 - 2 * (i % 8))
end

local function get_bit(column, number)
  local chunk, i = bit_place(number)
  return call('GETBIT', column_key(column, chunk), i)
end

local function set_bit(column, number, bit)
  local chunk, i = bit_place(number)
  call('SETBIT', column_key(column, chunk), i, bit)
  touch(column, chunk)
end
