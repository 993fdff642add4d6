#!/usr/bin/env bash
# format -- clang-format has nothing to change.
set -u
. "$(dirname "$0")/sources.sh"
c_files '*.h' '*.cc' | sort -u |
    xargs -P "${JOBS:-2}" -n 40 clang-format --dry-run -Werror
