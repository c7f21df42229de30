/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What SQLite alone takes for a page of a moderation desk's queue, with the rows that it is about.
 *
 *   bench_queue DATABASE TIMES CREATED CONTRIBUTION REASON STATE COLLECTION
 *
 * A page of 100 behind the key (CREATED, CONTRIBUTION); of one REASON, STATE or COLLECTION (its key), "-": of
 * any. The statement is the one that Jalon asks, with the columns of the contribution, prepared once. Prints
 * the median of so many TIMES in milliseconds, then the ids, one a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "jalon/clock.h"

enum { PAGE = 100, ID_SIZE = 37, TIMES_MAX = 1000 };

static const char statement_text[] =
    "SELECT contribution.id, contribution.*, review.created FROM review "
    "JOIN contribution ON contribution.map = review.map "
    "AND contribution.number = review.contribution "
    "WHERE review.map = 1 AND (review.created, review.contribution) > (?1, ?2) "
    "AND (?3 IS NULL OR review.reason = ?3) AND (?4 IS NULL OR contribution.moderation = ?4) "
    "AND (?5 IS NULL OR contribution.collection = ?5) "
    "AND NOT EXISTS (SELECT 1 FROM review AS other WHERE other.map = contribution.map "
    "AND other.contribution = contribution.number AND ?3 IS NULL "
    "AND (other.created, other.reason) < (review.created, review.reason)) "
    "ORDER BY review.created, review.contribution LIMIT 100";

static void check(sqlite3 *handle, int code, int expected)
{
    if (code != expected) {
        fprintf(stderr, "bench_queue: %s\n", sqlite3_errmsg(handle));
        exit(1);
    }
}

static void bind_or_null(sqlite3_stmt *statement, int at, const char *text)
{
    if (strcmp(text, "-") != 0) {
        sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
    }
}

/* Number of a collection of map 1. */
static int find_collection(sqlite3 *handle, const char *key)
{
    sqlite3_stmt *statement = NULL;
    check(handle,
          sqlite3_prepare_v2(handle, "SELECT number FROM collection WHERE map = 1 AND key = ?1", -1,
                             &statement, NULL),
          SQLITE_OK);
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    check(handle, sqlite3_step(statement), SQLITE_ROW);
    int number = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

/* All columns of all rows; how many rows. */
static size_t read_page(sqlite3 *handle, sqlite3_stmt *statement, char ids[PAGE][ID_SIZE])
{
    size_t count = 0;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = sqlite3_column_count(statement) - 1; i >= 0; i--) {
            (void)sqlite3_column_bytes(statement, i);
        }
        snprintf(ids[count++], ID_SIZE, "%s", (const char *)sqlite3_column_text(statement, 0));
    }
    check(handle, code, SQLITE_DONE);
    sqlite3_reset(statement);
    return count;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int main(int count, char **words)
{
    static int64_t times[TIMES_MAX];
    static char ids[PAGE][ID_SIZE];
    sqlite3 *handle = NULL;
    sqlite3_stmt *statement = NULL;
    size_t rows = 0;
    long repeats = count == 8 ? strtol(words[2], NULL, 10) : 0;
    if (repeats < 1 || repeats > TIMES_MAX) {
        fputs("usage: bench_queue DATABASE TIMES CREATED CONTRIBUTION REASON STATE COLLECTION\n",
              stderr);
        return 2;
    }
    check(handle, sqlite3_open_v2(words[1], &handle, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    check(handle, sqlite3_prepare_v2(handle, statement_text, -1, &statement, NULL), SQLITE_OK);
    sqlite3_bind_text(statement, 1, words[3], -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, strtoll(words[4], NULL, 10));
    bind_or_null(statement, 3, words[5]);
    bind_or_null(statement, 4, words[6]);
    if (strcmp(words[7], "-") != 0) {
        sqlite3_bind_int(statement, 5, find_collection(handle, words[7]));
    }
    for (long i = 0; i < repeats; i++) {
        int64_t began = jalon_clock_monotonic_us();
        rows = read_page(handle, statement, ids);
        times[i] = jalon_clock_monotonic_us() - began;
    }
    qsort(times, (size_t)repeats, sizeof *times, compare);
    printf("%.3f\n", (double)times[repeats / 2] / 1000);
    for (size_t i = 0; i < rows; i++) {
        puts(ids[i]);
    }
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return 0;
}
