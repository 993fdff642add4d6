# The C files of the tree, one a line; sourced by the checks written in shell.
# TREE: another tree, for the checks' own test. BUILD: the build directory.
cd "${TREE:-$(dirname "${BASH_SOURCE[0]}")/../..}" || exit 2
BUILD=${BUILD:-build}
JOBS=${JOBS:-$(nproc)}
c_files() {
    git ls-files 'common/*.c' 'services/*.c' 'tests/*.c' "$@"
}
