#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# What sqlgen refuses, with file and line, and what it makes of a small schema.
#
#   sqlgen.sh SQLGEN
# shellcheck disable=SC2016 # parameters of SQL are for sqlgen
set -eu
sqlgen=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# Starts over with a schema that is right.
start() {
    rm -rf "$work/schema"
    mkdir -p "$work/schema/queries" "$work/schema/migrations"
    echo "CREATE TABLE t (a TEXT);" > "$work/schema/migrations/001_first.sql"
    cat > "$work/schema/queries/thing.sql" <<'SQL'
-- Words before the first block.
-- name: thing_find
SELECT a, '-- no comment; $9' FROM t -- a comment
WHERE a = $1;

-- name: thing_add
INSERT INTO t VALUES ($1);
INSERT INTO t VALUES ($2);
SQL
}

run() {
    "$sqlgen" "$work/schema" "$work/out.h" "$work/out.c" 2> "$work/words"
}

# refused WORDS: the schema must be refused, with these words.
refused() {
    if run; then
        echo "not refused: $1"
        failed=1
    elif ! grep -qF -- "$1" "$work/words"; then
        echo "wanted: $1"
        echo "got:    $(cat "$work/words")"
        failed=1
    fi
}

# made WORDS: the output must have this line.
made() {
    if ! cat "$work/out.h" "$work/out.c" | grep -qF -- "$1"; then
        echo "not made: $1"
        failed=1
    fi
}

start
run
made 'JALON_QUERY_THING_ADD,'
made '{"thing_find", 1, {'
made "\"SELECT a, '-- no comment; \$9' FROM t\\n\""
made '"WHERE a = ?1;",'
made '{"thing_add", 2, {'
made '{1, "first", {'

printf -- '-- name: thing_find\nSELECT 2 WHERE 1 = $1;\n' > "$work/schema/queries/thing.sqlite.sql"
run
made '"SELECT 2 WHERE 1 = ?1;",'
made '"WHERE a = $1;",'

# An engine's text may leave parameters out, and be nothing at all.
printf -- '-- name: thing_find\nSELECT 2 WHERE 1 = $3 AND $1 = $2;\n' \
    > "$work/schema/queries/thing.sqlite.sql"
printf -- '-- name: thing_find\nSELECT 3 WHERE 1 = $2;\n-- name: thing_add\n-- Nothing.\n;\n' \
    > "$work/schema/queries/thing.postgres.sql"
run
made '{"thing_find", 3, {'
made '"SELECT 2 WHERE 1 = ?3 AND ?1 = ?2;",'
made '"SELECT 3 WHERE 1 = $2;",'
made '        "",'

start
printf -- '\n-- name: thing_find\nSELECT 1;\n' >> "$work/schema/queries/thing.sql"
refused "queries/thing.sql:10: 'thing_find' is there twice"
start
printf -- '-- name: thing_list\nSELECT 1\n' >> "$work/schema/queries/thing.sql"
refused "queries/thing.sql:9: 'thing_list' does not end with ';'"
start
printf -- '-- name: thing_list\n' >> "$work/schema/queries/thing.sql"
refused "queries/thing.sql:9: 'thing_list' has no SQL"
start
printf -- '-- name: other_list\nSELECT 1;\n' >> "$work/schema/queries/thing.sql"
refused "queries/thing.sql:9: a name in this file starts with 'thing_'"
start
printf -- '-- name: thing_Find\nSELECT 1;\n' >> "$work/schema/queries/thing.sql"
refused "queries/thing.sql:9: a name has lower case letters, digits and '_' only"
start
printf 'SELECT 1;\n' > "$work/schema/queries/stray.sql"
refused "queries/stray.sql:1: SQL before the first '-- name:'"
start
printf -- '-- name: thing_list\nSELECT $1, $3;\n' >> "$work/schema/queries/thing.sql"
refused "parameter \$2 is missing for every engine"
start
printf -- '-- name: thing_find\nSELECT $1, $3;\n' > "$work/schema/queries/thing.sqlite.sql"
refused "parameter \$2 is missing for every engine"
start
printf -- '-- name: thing_list\n;\n' >> "$work/schema/queries/thing.sql"
refused "queries/thing.sql:9: 'thing_list' is empty for every engine"
start
printf -- '-- name: thing_list\nSELECT 1;\n' > "$work/schema/queries/thing.sqlite.sql"
refused "'thing_list' has no text for postgres"
start
printf -- "-- name: thing_list\nSELECT 'a;\n" >> "$work/schema/queries/thing.sql"
refused "thing_list"
start
printf 'SELECT 1;\n' > "$work/schema/queries/thing.oracle.sql"
refused "thing.oracle.sql:1: the name is neither"
start
echo "SELECT 1;" > "$work/schema/migrations/003_third.sql"
refused "migration 2 is missing"
start
echo "SELECT 1;" > "$work/schema/migrations/002.sql"
refused "002.sql:1: a migration is named NNN_what_it_does"
start
rm "$work/schema/queries/thing.sql"
refused "there is no SQL here"

exit "$failed"
