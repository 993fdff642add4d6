#!/usr/bin/env bash
# packages -- the Debian packages that are missing, and the build. Sourced by
# ./muster.

# The packages of the given groups that are missing, one a line.
missing_packages() {
    local group package command
    while read -r group package command; do
        case " $* " in *" $group "*) ;; *) continue ;; esac
        if [ -n "$command" ] && command -v "$command" >/dev/null; then
            continue
        fi
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null |
            grep -q 'ok installed' || echo "$package"
    done <"$TOP/docker/packages.txt"
}

install_packages() {
    local -a packages as_root=()
    mapfile -t packages < <(missing_packages "$@")
    [ ${#packages[@]} -eq 0 ] && return
    say "Installing ${#packages[@]} Debian packages: ${packages[*]}"
    command -v apt-get >/dev/null ||
        fail "this is not a Debian, so packages cannot be installed." \
            "Install what these hold, then try again: ${packages[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "installing packages needs root, and there is no sudo." \
                "As root: apt-get install --no-install-recommends ${packages[*]}"
        as_root=(sudo)
    fi
    # Debian would start a Redis of its own; Muster brings its private one.
    if ! "${as_root[@]}" apt-get update -qq ||
        ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
            apt-get install -y -q -o Dpkg::Use-Pty=0 \
            --no-install-recommends "${packages[@]}"; then
        fail "the packages could not be installed; apt-get says why above." \
            "When it is mended: ./muster up"
    fi
}

# configure DIR [cmake option...]
configure() {
    local dir=$1
    shift
    [ -f "$dir/build.ninja" ] && return
    local -a ccache=()
    if command -v ccache >/dev/null; then
        ccache=(-DCMAKE_C_COMPILER_LAUNCHER=ccache
            -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    fi
    say "Configuring the build in ${dir#"$TOP/"}/"
    cmake -G Ninja -S "$TOP" -B "$dir" "${ccache[@]}" "$@" >"$dir.log" 2>&1 ||
        { tail -20 "$dir.log" >&2; fail "cmake failed; all of it: $dir.log"; }
}

# build DIR [target...]
build() {
    local dir=$1
    shift
    say "Building in ${dir#"$TOP/"}/"
    nice ninja -C "$dir" "$@" ||
        fail "the build failed; the first error above says where." \
            "A clean start: rm -r $dir && ./muster up"
}

build_programs() {
    mkdir -p "$BUILD"
    configure "$BUILD"
    build "$BUILD" "${SERVICES[@]/#/muster-}" muster-cli web
}
