/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What SQLite alone takes for the rows that a server has written.
 *
 *   bench_rows FROM INTO AFTER GROUP
 *
 * Reads from the database FROM the contributions behind the number AFTER, with every row that writing
 * them has made: of the spatial index, revision, event, origin and review. Inserts them into INTO, which
 * ends with AFTER: GROUP contributions a transaction, each flushed to the disk (synchronous=FULL), with
 * SQLite's own checkpoints. Prints contributions a second.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "jalon/clock.h"

/* One table: its rows as they are, in the order of the contributions. */
struct table {
    const char *name;
    const char *order; /* what of it says which contribution */
    bool may_have_none; /* and more than one a contribution, too */
    int order_column;
    int columns;
    sqlite3_value **values; /* row by row */
    size_t rows, capacity;
    size_t next; /* the row to insert */
    sqlite3_stmt *insert;
};

static void check(sqlite3 *handle, int code, int expected)
{
    if (code != expected) {
        fprintf(stderr, "bench_rows: %s\n", sqlite3_errmsg(handle));
        exit(1);
    }
}

static sqlite3 *open_database(const char *path, const char *settings)
{
    sqlite3 *handle = NULL;
    check(handle, sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    check(handle, sqlite3_exec(handle, settings, NULL, NULL, NULL), SQLITE_OK);
    return handle;
}

static void keep_row(struct table *table, sqlite3_stmt *statement)
{
    if (table->rows == table->capacity) {
        table->capacity = table->capacity == 0 ? 1024 : 2 * table->capacity;
        table->values = realloc(table->values, table->capacity * (size_t)table->columns *
                                                   sizeof *table->values);
        if (table->values == NULL) {
            abort();
        }
    }
    for (int i = 0; i < table->columns; i++) {
        table->values[table->rows * (size_t)table->columns + (size_t)i] =
            sqlite3_value_dup(sqlite3_column_value(statement, i));
    }
    table->rows++;
}

static void read_table(sqlite3 *handle, struct table *table, const char *after)
{
    char sql[256];
    sqlite3_stmt *statement = NULL;
    snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE %s > ?1 ORDER BY %s", table->name,
             table->order, table->order);
    check(handle, sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
    check(handle, sqlite3_bind_int64(statement, 1, strtoll(after, NULL, 10)), SQLITE_OK);
    table->columns = sqlite3_column_count(statement);
    while (strcmp(sqlite3_column_name(statement, table->order_column), table->order) != 0) {
        table->order_column++;
    }
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        keep_row(table, statement);
    }
    check(handle, code, SQLITE_DONE);
    sqlite3_finalize(statement);
}

static void prepare_insert(sqlite3 *handle, struct table *table)
{
    char sql[256];
    int length = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", table->name);
    for (int i = 1; i < table->columns; i++) {
        length += snprintf(sql + length, sizeof sql - (size_t)length, ",?");
    }
    snprintf(sql + length, sizeof sql - (size_t)length, ")");
    check(handle, sqlite3_prepare_v2(handle, sql, -1, &table->insert, NULL), SQLITE_OK);
}

/* The contribution that the next row is of; 0: there is none. */
static int64_t next_contribution(const struct table *table)
{
    return table->next < table->rows
               ? sqlite3_value_int64(table->values[table->next * (size_t)table->columns +
                                                   (size_t)table->order_column])
               : 0;
}

/* Inserts the rows of a contribution. */
static void insert_rows(sqlite3 *handle, struct table *table, int64_t contribution)
{
    for (; next_contribution(table) == contribution; table->next++) {
        for (int i = 0; i < table->columns; i++) {
            sqlite3_bind_value(table->insert, i + 1,
                               table->values[table->next * (size_t)table->columns + (size_t)i]);
        }
        check(handle, sqlite3_step(table->insert), SQLITE_DONE);
        sqlite3_reset(table->insert);
    }
}

int main(int argc, char **argv)
{
    struct table tables[] = {
        {.name = "contribution", .order = "number"},
        {.name = "idx_contribution_geometry", .order = "pkid"},
        {.name = "revision", .order = "contribution"},
        {.name = "event", .order = "contribution"},
        {.name = "origin", .order = "contribution"},
        {.name = "review", .order = "contribution", .may_have_none = true},
    };
    enum { TABLES = sizeof tables / sizeof tables[0] };
    if (argc != 5) {
        fprintf(stderr, "usage: bench_rows FROM INTO AFTER GROUP\n");
        return 2;
    }
    size_t group = strtoul(argv[4], NULL, 10);
    sqlite3 *from = open_database(argv[1], "PRAGMA query_only = ON");
    sqlite3 *into = open_database(argv[2], "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                           "PRAGMA cache_size = -65536");
    for (size_t t = 0; t < TABLES; t++) {
        read_table(from, &tables[t], argv[3]);
        prepare_insert(into, &tables[t]);
        if (tables[t].rows != tables[0].rows && !tables[t].may_have_none) {
            fprintf(stderr, "bench_rows: %zu rows of %s for %zu contributions\n", tables[t].rows,
                    tables[t].name, tables[0].rows);
            return 1;
        }
    }
    int64_t began_us = jalon_clock_monotonic_us();
    for (size_t row = 0; row < tables[0].rows; row++) {
        if (row % group == 0) {
            check(into, sqlite3_exec(into, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
        }
        int64_t contribution = next_contribution(&tables[0]);
        for (size_t t = 0; t < TABLES; t++) {
            insert_rows(into, &tables[t], contribution);
        }
        if (row % group == group - 1 || row == tables[0].rows - 1) {
            check(into, sqlite3_exec(into, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
        }
    }
    double took_s = (double)(jalon_clock_monotonic_us() - began_us) / 1e6;
    printf("%.0f\n", (double)tables[0].rows / took_s);
    return 0;
}
