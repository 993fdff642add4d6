# The C files of the tree, one a line; sourced by the checks.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
BUILD=${BUILD:-build}
c_files() {
    git ls-files 'common/*.c' 'services/*.c' 'tests/*.c' "$@"
}
