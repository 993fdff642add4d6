# Debian's libraries by pkg-config, as MUSTER_OUTSIDE_<name>; libphonenumber
# ships no .pc file.
find_package(PkgConfig REQUIRED)
foreach(lib libzmq libevent hiredis libprotobuf-c jansson libcurl
            libsodium libidn2 libqrencode inih libcrypto)
  string(MAKE_C_IDENTIFIER ${lib} name)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${lib})
  set(MUSTER_OUTSIDE_${name} PkgConfig::${name})
endforeach()
find_library(PHONENUMBER_LIBRARY phonenumber REQUIRED)
find_package(Threads REQUIRED)
set(MUSTER_OUTSIDE_phonenumber ${PHONENUMBER_LIBRARY})
set(MUSTER_OUTSIDE_Threads Threads::Threads)

# A fuzz target learns from the branches of what it fuzzes.
if(MUSTER_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
