# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
#
# What the scripts here share: a data folder with the map `m` of a template, jalon run and looked at.
# JALON and GENERATE name the programs.
set -euo pipefail
: "${JALON:?is the program to test}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export JALON_DATA=$work/data
failures=0

fail() {
    echo "$*" >&2
    failures=$((failures + 1))
}

finish() {
    [ "$failures" -eq 0 ] || exit 1
}

make_map() {
    "$JALON" map create "$1" --template "$2" >/dev/null
}

# expect CODE WORDS ARGUMENT…: jalon with these arguments ends with this code and one line that holds
# the words, on stderr; "" asks for no line at all. out and err are kept.
expect() {
    local code=$1 words=$2 got=0
    shift 2
    "$JALON" "$@" >out 2>err || got=$?
    if [ "$got" -ne "$code" ]; then
        fail "jalon $*: exit $got instead of $code: $(cat err)"
    elif [ -z "$words" ] && [ -s err ]; then
        fail "jalon $*: says $(cat err)"
    elif [ -n "$words" ] && { [ "$(wc -l <err)" -ne 1 ] || ! grep -qF -- "$words" err; }; then
        fail "jalon $*: not one line with '$words' but: $(cat err)"
    fi
}

# counts "ROWS CREATED UPDATED UNCHANGED REFUSED" ARGUMENT…: an import that counts so.
counts() {
    local expected=$1 got
    shift
    "$JALON" import "$@" --json >out 2>err || true
    got=$({ grep '^{"rows"' out || true; } | tr -dc '0-9,' | cut -d, -f1-5 | tr , ' ')
    [ "$got" = "$expected" ] || fail "jalon import $*: $got instead of $expected: $(head -n 3 err out)"
}

postgres_helper=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)/../postgres/cluster
sql() {
    if [ -n "${JALON_DATABASE:-}" ]; then
        local url=${JALON_DATABASE%%\?*}
        "$postgres_helper" sql "$JALON_TEST_POSTGRES" "${url##*/}" -c "$1"
    else
        sqlite3 -readonly "$JALON_DATA/jalon.sqlite" "$1"
    fi
}

# Nothing lost, nothing twice: every contribution has revisions 1 … version, the events of a map go
# from 1 without gap, one for each revision.
check_history() {
    local wrong
    wrong=$(sql "
        SELECT 'contribution ' || number FROM contribution WHERE version !=
            (SELECT count(*) FROM revision WHERE revision.map = contribution.map
                AND revision.contribution = contribution.number
                AND revision.version BETWEEN 1 AND contribution.version)
        UNION ALL SELECT 'events of map ' || map FROM event GROUP BY map
            HAVING count(*) != max(seq) OR min(seq) != 1
                OR count(*) != (SELECT count(*) FROM revision WHERE revision.map = event.map)
        UNION ALL SELECT 'double ' || source_id FROM contribution
            WHERE source_id IS NOT NULL GROUP BY map, collection, source, source_id
            HAVING count(*) > 1
        LIMIT 5")
    if [ -z "${JALON_DATABASE:-}" ]; then
        wrong+=$(sql 'PRAGMA integrity_check' | { grep -vx ok || true; })
    fi
    [ -z "$wrong" ] || fail "the history is not whole: $wrong"
}
