#!/usr/bin/env bash
# words -- nothing of one machine or one registry in what is committed, and
# no conflict of a merge.
set -u
. "$(dirname "$0")/sources.sh"
found=0
complain() {
    if grep -nEI "$1" "${@:2}" /dev/null; then
        echo "^ $why"
        found=1
    fi
}
mapfile -t files < <(git ls-files | grep -v '^tests/checks/words.sh$')
why="a path of somebody's machine"
complain '(^|[^[:alnum:]_.-])/(work|root|home)/[[:alnum:]]' "${files[@]}"
why="a registry's host (npm: omit-lockfile-registry-resolved=true)"
complain 'registry\.npmjs|deb\.debian\.org|"resolved":' "${files[@]}"
why="a conflict that nobody has resolved"
complain '^(<<<<<<<|>>>>>>>)( |$)' "${files[@]}"
exit $found
