#!/usr/bin/env bash
# clang -- clang has no warning either, under the flags of the build.
#
# needs: build
set -u
. "$(dirname "$0")/sources.sh"
flags=(-std=c11 -D_GNU_SOURCE '-DMUSTER_VERSION="0"' -I.
    -isystem "$BUILD/proto" -Werror -Wall -Wextra -Wshadow -Wconversion
    -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wformat=2 -Wvla)
read -ra libraries < <(pkg-config --cflags libzmq libevent hiredis \
    libprotobuf-c jansson libcurl libsodium libidn2 libqrencode inih cmocka)
c_files | xargs -P "${JOBS:-2}" -n 8 clang -fsyntax-only "${flags[@]}" "${libraries[@]}"
