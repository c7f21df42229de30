/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A connection to SQLite, as the files of its engine share it. Layer 1, private to them. */
#ifndef JALON_DB_SQLITE_CONNECTION_H
#define JALON_DB_SQLITE_CONNECTION_H

#include <sqlite3.h>

#include "db/driver.h"

enum {
    JALON_SQLITE_PARTS_MAX = 4, /* statements in one block */
    JALON_SQLITE_TIMES_MAX = 4, /* further ones are copied */
};

/* A block of statements. */
struct jalon_sqlite_prepared {
    sqlite3_stmt *parts[JALON_SQLITE_PARTS_MAX];
    uint64_t used[JALON_SQLITE_PARTS_MAX]; /* bit i - 1: the part has parameter i */
    size_t count;
    bool busy; /* a cursor walks it */
};

struct jalon_sqlite_connection {
    struct jalon_db_connection base;
    sqlite3 *handle;
    void *spatialite;
    int64_t deadline_us;
    int64_t restart_from_us; /* when a restart of the log may be tried again */
    sqlite3_stmt *begin, *commit;
    sqlite3_stmt *savepoint[JALON_DB_SAVEPOINT_UNDO + 1];
    struct jalon_sqlite_prepared *prepared; /* by query number */
    bool changed;                           /* since SpatiaLite was told */
    int64_t told_us;
    struct jalon_db_time_cache time;
    /* Times as text, for the statement that is being run: it takes them as they are here. */
    char times[JALON_SQLITE_TIMES_MAX][JALON_DB_TIME_SIZE];
    size_t times_used;
};

/* --- sqlite_statement.c: the driver's functions of the same names --- */
enum jalon_status jalon_db_sqlite_prepare(struct jalon_context *ctx,
                                          struct jalon_db_connection *base,
                                          int query) JALON_MUST_USE;
enum jalon_status jalon_db_sqlite_execute(struct jalon_context *ctx,
                                          struct jalon_db_connection *base, int query,
                                          const struct jalon_db_value *parameters,
                                          int64_t *out_changed, int64_t *out_number) JALON_MUST_USE;
enum jalon_status jalon_db_sqlite_query(struct jalon_context *ctx,
                                        struct jalon_db_connection *base, int query,
                                        const struct jalon_db_value *parameters,
                                        struct jalon_db_cursor **out) JALON_MUST_USE;
enum jalon_status jalon_db_sqlite_step(struct jalon_context *ctx, struct jalon_db_cursor *base,
                                       const struct jalon_db_value **out_row) JALON_MUST_USE;
void jalon_db_sqlite_cursor_end(struct jalon_db_cursor *base);
enum jalon_status jalon_db_sqlite_run_script(struct jalon_context *ctx,
                                             struct jalon_db_connection *base,
                                             const char *sql) JALON_MUST_USE;
/* Gives up all that was prepared. */
void jalon_db_sqlite_forget_statements(struct jalon_sqlite_connection *connection);

#endif
