#!/bin/sh
# log-short -- keeps Redis' log short, so that Redis is soon back after a crash.
#
#   log-short.sh SECONDS PID FOLDER redis-cli [option...]
#
# What came since the log was last rewritten (incr) takes Redis five times as
# long to read, byte for byte, as what was there then (base). Redis rewrites by
# growth alone (redis.conf), which a quiet day may never reach. So this looks
# every SECONDS, until process PID has ended, and asks for a rewrite when incr is
# more than a twentieth of base and a little; not while the disk has no room for
# it. Used by ./muster and redis.sh; FOLDER is Redis' own.
set -eu
seconds=$1
pid=$2
folder=$3
shift 3
LITTLE=1000000

# All bytes of the files named so.
total() {
    find "$folder/appendonlydir" -name "$1" -exec stat -c %s {} + |
        awk '{ sum += $1 } END { printf "%d\n", sum }'
}

free_bytes() {
    df -Pk "$folder" | awk 'NR == 2 { printf "%d\n", $4 * 1024 }'
}

has_grown() {
    base=$(total '*.base.*')
    incr=$(total '*.incr.aof')
    [ "$incr" -gt $((base / 20 + LITTLE)) ] &&
        [ "$(free_bytes)" -gt $((2 * (base + incr))) ]
}

asleep=
trap 'kill $asleep 2>/dev/null; exit 0' TERM INT
while kill -0 "$pid" 2>/dev/null; do
    if has_grown 2>/dev/null; then "$@" BGREWRITEAOF >/dev/null 2>&1 || true; fi
    sleep "$seconds" &
    asleep=$!
    wait $asleep || true
done
