#!/usr/bin/env bash
# lua -- luacheck finds nothing in the scripts (skipped where it is missing).
#
# A script is checked alone, so what the build puts before it is let through:
# names in capitals, and what other scripts of its service define.
set -u
. "$(dirname "$0")/sources.sh"
command -v luacheck >/dev/null || exit 0

# What a script's first column defines, a name a line, once a script.
names_of() {
    sed -nE 's/^local function (\w+).*/\1/p
        s/^local ([A-Za-z_][A-Za-z_0-9, ]*) *=.*/\1/p' "$1" | tr -s ', ' '\n' |
        sort -u | grep .
}

# Capitals, which the build may put before a script.
capitals_of() {
    grep -hoE '\b[A-Z][A-Z0-9_]+\b' "$@" | sort -u
}

found=0
for folder in $(git ls-files '*.lua' | cut -d/ -f1,2 | sort -u); do
    mapfile -t scripts < <(git ls-files "$folder/*.lua")
    names=()
    ignored=()
    for script in "${scripts[@]}"; do
        for name in $(names_of "$script"); do
            # Unused where it is defined, but not where it goes.
            if [ "$(grep -lw "$name" "${scripts[@]}" | wc -l)" -gt 1 ]; then
                names+=("$name")
                ignored+=("211/$name")
            fi
        done
    done
    mapfile -t capitals < <(capitals_of "${scripts[@]}")
    luacheck --std lua51 --no-color --codes --quiet --no-max-line-length \
        --ignore 'x^' "${ignored[@]}" \
        --globals redis cjson cmsgpack struct bit KEYS ARGV \
        "${names[@]}" "${capitals[@]}" -- "${scripts[@]}" || found=1
done
exit $found
