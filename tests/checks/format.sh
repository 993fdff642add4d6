#!/usr/bin/env bash
# format -- clang-format has nothing to change; of what it would, the change.
set -u
. "$(dirname "$0")/sources.sh"
mapfile -t ugly < <(c_files '*.h' '*.cc' | sort -u |
    xargs -P "$JOBS" -n 40 clang-format --dry-run -Werror 2>&1 |
    sed -nE 's/^([^:]+):[0-9]+:.*/\1/p' | sort -u)
for file in "${ugly[@]}"; do
    echo "$file: to be formatted:"
    diff -U1 --label as-it-is --label formatted "$file" \
        <(clang-format "$file") | head -20
done
[ ${#ugly[@]} -eq 0 ] || { echo "mend: clang-format -i ${ugly[*]}"; exit 1; }
