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
    is_small=$([ "$size" -ge 100000 ] && echo false || echo true) # to see that it works
    work=$build/bench
    csv=$work/points-$size.csv
    map_data=$work/map-$size
    mkdir -p "$work"
}

needs() {
    local command
    for command in "$@"; do
        [ -n "$(find_command "$command")" ] ||
            fail "$command is missing: deploy/packages bench installs it"
    done
}

# The modules of the peers in Node.js.
needs_modules() {
    [ "$bench/node_modules/.complete" -nt "$bench/package-lock.json" ] || {
        note "fetching modules"
        (cd "$bench" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2
        touch "$bench/node_modules/.complete"
    }
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

# ratio A B: the quotient with as many decimals as say something.
ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN {
        q = a / b
        printf "%.*f", (q >= 100 ? 0 : q >= 10 ? 1 : q >= 0.1 ? 2 : 4), q
    }'
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

median() {
    sort -n | awk '{ values[NR] = $1 } END { print values[int((NR + 1) / 2)] }'
}

# load PORT LIST once|SECONDS OPTION…: answers a second in `rate`; in `p50` and `p99` milliseconds.
load() {
    "$build/tests/bench/bench_load" "$@" >"$work/load" 2>"$work/log" || fail "$(cat "$work/log")"
    read -r rate p50 p99 _ <"$work/load"
    p50=$(divide "$p50" 1000 3)
    p99=$(divide "$p99" 1000 3)
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

# That map, unless an earlier benchmark made it.
need_map() {
    make_csv
    [ -e "$map_data/complete" ] || make_map
}

# The map as it was made, in `copy`: to be written to, or to be started without what a server keeps
# beside the database.
copy_map() {
    need_map
    copy=$work/copy
    rm -rf "$copy"
    mkdir "$copy"
    cp --reflink=auto "$map_data"/jalon.sqlite* "$copy"
}

# read_memory PID NAME…: kilobytes, as the kernel counts a process' memory.
read_memory() {
    local pid=$1
    shift
    awk -v names=" $* " 'index(names, " " substr($1, 1, length($1) - 1) " ") { sum += $2 }
        END { print sum }' "/proc/$pid/smaps_rollup"
}

# What the system cannot drop and read again; pages of files it can.
read_private() {
    read_memory "$1" Anonymous Pss_Shmem Swap
}

is_port_open() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A port nobody listens on, in `port`; below those that the system gives to clients.
find_port() {
    port=$((20000 + RANDOM % 12000))
    while is_port_open "$port"; do
        port=$((20000 + RANDOM % 12000))
    done
}

servers=()

# The last started first: it may be a client of those before it.
stop_servers() {
    local i
    for ((i = ${#servers[@]} - 1; i >= 0; i--)); do
        stop_server "${servers[i]}"
    done
}

# stop_server PID
stop_server() {
    local pid left=()
    for pid in "${servers[@]}"; do
        [ "$pid" = "$1" ] || left+=("$pid")
    done
    servers=("${left[@]}")
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}
trap stop_servers EXIT

# start_jalon FOLDER OPTION…: its port in `jalon_port` and process in `jalon_pid`, once the map is
# loaded; the seconds that took, in `elapsed`.
start_jalon() {
    local folder=$1 began=$EPOCHREALTIME
    shift
    find_port
    jalon_port=$port
    jalon_url=http://127.0.0.1:$port
    began=$EPOCHREALTIME
    start_server "$port" "$jalon_url/maps/bench/collections/accessibility/items?limit=1" \
        "$jalon" serve --data "$folder" --listen "127.0.0.1:$port" --log-level warning "$@"
    # shellcheck disable=SC2034 # for those who read this file
    jalon_pid=${servers[-1]}
    elapsed=$(awk -v a="${began/,/.}" -v b="${EPOCHREALTIME/,/.}" 'BEGIN { printf "%.3f", b - a }')
}

# --- PostgreSQL ---
postgres_helper=$bench/../postgres/cluster

has_postgres() {
    "$postgres_helper" bin >/dev/null 2>&1
}

# start_postgres NAME=VALUE…: a cluster of this benchmark's own with these settings, on a disk; its
# folder in `postgres`.
start_postgres() {
    local setting settings=()
    for setting in "$@"; do
        settings+=(--set "$setting")
    done
    postgres=$(TMPDIR=/var/tmp "$postgres_helper" start --for $$ "${settings[@]}") ||
        fail "no PostgreSQL"
}

# postgres_database NAME: makes it, prints its address.
postgres_database() {
    "$postgres_helper" database "$postgres" "$1"
}

# postgres_sql DATABASE ARGUMENT…: psql, values alone.
postgres_sql() {
    "$postgres_helper" sql "$postgres" "$@"
}

# start_nginx FOLDER [SERVER [HTTP]]: sends the files in it; its port in `nginx_port`. SERVER and HTTP
# are more lines of these blocks of its settings.
start_nginx() {
    local files=$1
    rm -rf "$files"
    mkdir -p "$files/temporary"
    find_port
    nginx_port=$port
    cat >"$files/nginx.conf" <<EOF
$([ "$(id -u)" -ne 0 ] || echo 'user root;')
worker_processes auto;
pid nginx.pid;
error_log stderr;
daemon off;
events { worker_connections 1024; }
http {
    access_log off;
    # Faster over the loopback interface than sendfile, whatever the size.
    sendfile off;
    output_buffers 2 512k;
    keepalive_requests 1000000000;
    open_file_cache max=10000 inactive=1h;
    default_type application/octet-stream;
    client_body_temp_path temporary;
    proxy_temp_path temporary;
    fastcgi_temp_path temporary;
    uwsgi_temp_path temporary;
    scgi_temp_path temporary;
    ${3:-}
    server {
        listen 127.0.0.1:$port;
        root .;
        ${2:-}
    }
}
EOF
    touch "$files/ready"
    start_server "$port" "http://127.0.0.1:$port/ready" \
        "$(find_command nginx)" -e stderr -p "$files" -c nginx.conf
}

# start_server PORT URL COMMAND…: returns when the URL is answered.
start_server() {
    local at=$1 url=$2 pid
    shift 2
    "$@" >"$work/server-$at.log" 2>&1 </dev/null &
    pid=$!
    servers+=("$pid")
    until is_port_open "$at" || ! kill -0 "$pid" 2>/dev/null; do
        sleep 0.002 # curl alone takes longer than some servers to start
    done
    until curl --silent --fail --output /dev/null "$url"; do
        kill -0 "$pid" 2>/dev/null || fail "no server: $(tail -n 5 "$work/server-$at.log")"
        sleep 0.02
    done
}
