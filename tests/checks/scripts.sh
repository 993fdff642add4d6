#!/usr/bin/env bash
# scripts -- shellcheck has nothing to say (skipped where it is missing).
set -u
. "$(dirname "$0")/sources.sh"
command -v shellcheck >/dev/null || exit 0
git ls-files | while read -r file; do
    head -c 64 "$file" | head -1 | grep -qaE '^#!.*\b(ba)?sh$' && echo "$file"
done | xargs -r shellcheck --exclude=SC1091 --severity=warning
