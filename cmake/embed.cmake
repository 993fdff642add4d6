# cmake -DIN=x.lua -DOUT=x.lua.c -DNAME=lua_x -P embed.cmake
# Writes a C file that defines: const char NAME[] = "...";
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n"
       bytes "${bytes}")
# A byte above ASCII is a negative char.
string(REGEX REPLACE "(0x[89a-f].,)" "(char)\\1" bytes "${bytes}")
file(WRITE ${OUT} "extern const char ${NAME}[];\nconst char ${NAME}[] = {\n${bytes}0x00};\n")
