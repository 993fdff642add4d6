#!/usr/bin/env bash
# hardening -- the built programs have what cmake/hardening.cmake asks for.
#
# needs: build
set -u
. "$(dirname "$0")/sources.sh"
found=0

# check PROGRAM WHAT PATTERN [readelf option...]: its output has such a line.
check() {
    readelf -W "${@:4}" "$1" 2>/dev/null | grep -qE "$3" && return
    echo "$1: $2"
    found=1
}

for program in "$BUILD"/bin/*; do
    [ -x "$program" ] || continue
    check "$program" "not position-independent" 'Type: +DYN' -h
    check "$program" "no read-only relocations (-z relro)" 'GNU_RELRO' -l
    check "$program" "symbols are bound late (-z now)" 'BIND_NOW|FLAGS_1.*NOW' -d
    check "$program" "the stack may be executed" 'GNU_STACK.* RW ' -l
    check "$program" "no stack protector" ' __stack_chk_fail' --dyn-syms
    check "$program" "nothing is fortified" ' __[a-z]+_chk@' --dyn-syms
done
exit $found
