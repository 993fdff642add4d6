#!/usr/bin/env bash
# clang -- clang has no warning either, under the flags of the build.
set -u
. "$(dirname "$0")/sources.sh"
export BUILD
flags='-std=c11 -D_GNU_SOURCE -DMUSTER_VERSION="0" -I. -isystem '$BUILD'/proto
 -Werror -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes
 -Wmissing-prototypes -Wswitch-enum -Wformat=2 -Wvla'
libraries=$(pkg-config --cflags libzmq libevent hiredis libprotobuf-c jansson \
    libcurl libsodium libidn2 libqrencode inih cmocka)
# shellcheck disable=SC2086  # the flags are words
c_files | xargs -P 2 -n 8 clang -fsyntax-only $flags $libraries
