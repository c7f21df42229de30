# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
#
# Read by the benchmarks: options, the made-up map, servers and clocks.
#
# Every benchmark prints lines "name value unit ratio". The ratio is Jalon's speed divided by its
# peer's in the same run, so more is better; "-" where there is no peer.

bench=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
program=${0##*/}

fail() {
    printf 'bench/%s: %s\n' "$program" "$*" >&2
    exit 1
}

note() {
    printf 'bench/%s: %s\n' "$program" "$*" >&2
}

# read_options ARGUMENT…: sets size, seconds and build.
read_options() {
    size=1000000 seconds=4 build=$bench/../../build-bench
    while [ "$#" -gt 0 ]; do
        case $1 in
        --size | --seconds | --build)
            [ "$#" -ge 2 ] || fail "$1 takes a value"
            printf -v "${1#--}" '%s' "$2"
            shift 2
            ;;
        *) fail "unknown option $1; there are --size N, --seconds S and --build FOLDER" ;;
        esac
    done
    [[ $size =~ ^[1-9][0-9]*$ && $size -ge 2000 ]] || fail "--size is a number from 2000 on"
    [[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "--seconds is a number from 1 on"
    [ -d "$build" ] || fail "no folder $build: tests/bench/run builds it"
    build=$(CDPATH='' cd -- "$build" && pwd -P)
    jalon=$build/bin/jalon
    generate=$build/tests/bench/bench_generate
    work=$build/bench
    csv=$work/points-$size.csv
    map_data=$work/map-$size
    mkdir -p "$work"
}

needs() {
    local command
    for command in "$@"; do
        [ -n "$(find_command "$command")" ] ||
            fail "$command is missing: deploy/packages test installs it"
    done
}

# nginx lives where only root looks for programs.
find_command() {
    PATH=$PATH:/usr/sbin:/sbin command -v "$1" || true
}

report() {
    printf '%s %s %s %s\n' "$@"
}

# divide A B DECIMALS
divide() {
    awk -v a="$1" -v b="$2" -v d="$3" 'BEGIN { printf "%.*f", d, a / b }'
}

# timed COMMAND…: the seconds it took, in `elapsed`; its output goes to the log.
timed() {
    local start=$EPOCHREALTIME
    "$@" >"$work/log" 2>&1 </dev/null || {
        tail -n 20 "$work/log" >&2
        fail "failed: $*"
    }
    elapsed=$(awk -v a="${start/,/.}" -v b="${EPOCHREALTIME/,/.}" 'BEGIN { printf "%.3f", b - a }')
}

make_csv() {
    if [ ! -e "$csv" ]; then
        "$generate" csv "$size" >"$csv.part"
        mv "$csv.part" "$csv"
    fi
}

# A map of the made-up contributions; the time the import takes is in `elapsed`.
make_map() {
    make_csv
    rm -rf "$map_data"
    mkdir "$map_data"
    "$jalon" map create bench --template cartomobilite --title Bench --data "$map_data" \
        >"$work/log" 2>&1 || fail "no map: $(cat "$work/log")"
    timed "$jalon" import bench accessibility "$csv" --source bench --quiet --data "$map_data"
    touch "$map_data/complete"
}

is_port_open() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A port nobody listens on, in `port`.
find_port() {
    port=$((20000 + RANDOM))
    while is_port_open "$port"; do
        port=$((20000 + RANDOM))
    done
}

servers=()

stop_servers() {
    local pid
    for pid in "${servers[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    servers=()
}
trap stop_servers EXIT

# start_server PORT URL COMMAND…: returns when the URL is answered.
start_server() {
    local at=$1 url=$2 pid
    shift 2
    "$@" >"$work/server-$at.log" 2>&1 </dev/null &
    pid=$!
    servers+=("$pid")
    until curl --silent --fail --output /dev/null "$url"; do
        kill -0 "$pid" 2>/dev/null || fail "no server: $(tail -n 5 "$work/server-$at.log")"
        sleep 0.02
    done
}
