/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files share that see SQLite. Layer 1, private. */
#ifndef JALON_DB_SQLITE_H
#define JALON_DB_SQLITE_H

#include "db/driver.h"

struct sqlite3;

/* --- sqlite.c --- */
struct sqlite3 *jalon_db_sqlite_handle(struct jalon_db_connection *connection);
const char *jalon_db_sqlite_path(const struct jalon_db *db);
/* Until when (monotonic) the connection waits for others' locks. */
void jalon_db_sqlite_wait(struct jalon_db_connection *connection, int64_t deadline_us);

/* --- sqlite_error.c --- */
/* Says what SQLite's code means; `what` names what was tried, for the operator. */
enum jalon_status jalon_db_sqlite_fail(struct jalon_context *ctx, struct sqlite3 *handle, int code,
                                       const char *what) JALON_MUST_USE;
/* The same while the database is being opened: the operator reads it, so it names the file. */
enum jalon_status jalon_db_sqlite_fail_opening(struct jalon_context *ctx, const char *path,
                                               int code, struct sqlite3 *handle) JALON_MUST_USE;

/* --- sqlite_copy.c: the driver's functions of the same names --- */
enum jalon_status jalon_db_sqlite_backup(struct jalon_context *ctx,
                                         struct jalon_db_connection *connection,
                                         const char *file) JALON_MUST_USE;
enum jalon_status jalon_db_sqlite_check(struct jalon_context *ctx,
                                        struct jalon_db_connection *connection,
                                        jalon_db_finding take, void *object) JALON_MUST_USE;
enum jalon_status jalon_db_sqlite_compact(struct jalon_context *ctx,
                                          struct jalon_db_connection *connection,
                                          int64_t *out_before, int64_t *out_after) JALON_MUST_USE;

#endif
