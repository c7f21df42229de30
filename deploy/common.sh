# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
#
# Read by deploy/up and deploy/test: where the project is, and how a folder is configured and built.

# shellcheck disable=SC2034 # for the readers of this file
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
program=${0##*/}

fail() {
    printf 'deploy/%s: %s\n' "$program" "$*" >&2
    exit 1
}

say() {
    printf 'deploy/%s: %s\n' "$program" "$*"
}

# quietly LOG WHAT COMMAND…: the output goes to the log, and its end is shown when the command fails.
quietly() {
    local log=$1 what=$2
    shift 2
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        fail "$what failed; all of its output is in $log"
    fi
}

# build FOLDER OPTION…: configures and builds; with nothing changed this takes a second or two.
build() {
    local folder=$1 cache=$1/CMakeCache.txt fresh=()
    shift
    mkdir -p "$folder" || fail "cannot write to $folder"
    # A clone that was moved or copied: what CMake remembers is about another place.
    if [ -f "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
        fresh=(--fresh)
    fi
    if [ ! -f "$cache" ]; then
        say "building; the first time takes some minutes (log: $folder/build.log)"
    fi
    quietly "$folder/configure.log" "configuring" \
        cmake "${fresh[@]}" -S "$root" -B "$folder" "$@"
    quietly "$folder/build.log" "building" \
        cmake --build "$folder" --parallel "$(nproc)"
}
