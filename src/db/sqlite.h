/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files share that see SQLite. Layer 1, private. */
#ifndef JALON_DB_SQLITE_H
#define JALON_DB_SQLITE_H

#include "db/driver.h"

struct sqlite3;

/* --- sqlite.c --- */
/* The file of a database. Texts are terminated, and copied. */
struct jalon_db_sqlite_file {
    struct jalon_text path;
    struct jalon_text place; /* where it is put at last; empty: it is there already */
    bool create;
    bool read_only;
    bool throwaway; /* whatever fails, the file goes: it needs no journal */
};
/* What a driver's `open` gives, of a file that has been looked at. */
enum jalon_status jalon_db_sqlite_make(struct jalon_context *ctx,
                                       const struct jalon_db_sqlite_file *file,
                                       struct jalon_db **out) JALON_MUST_USE;
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

/* --- sqlite_place.c: databases that are made aside --- */
enum jalon_status jalon_db_sqlite_unpack(struct jalon_context *ctx, struct jalon_text file,
                                         const struct jalon_db_options *options,
                                         struct jalon_db **out) JALON_MUST_USE;
enum jalon_status jalon_db_sqlite_make_file(struct jalon_context *ctx, struct jalon_text file,
                                            struct jalon_db **out) JALON_MUST_USE;
/* Removes what is left of the one at this path. */
void jalon_db_sqlite_clear(const char *path);
/* An empty file that nobody else may read; or why not (errno). */
int jalon_db_sqlite_make_empty(const char *path);
/* Gives a whole file its name, and both to the disk. */
enum jalon_status jalon_db_sqlite_publish(struct jalon_context *ctx, const char *partial,
                                          const char *file) JALON_MUST_USE;
/* What the system says (errno) of a file that is being written. */
enum jalon_status jalon_db_sqlite_fail_file(struct jalon_context *ctx, const char *file,
                                            int reason) JALON_MUST_USE;

#endif
