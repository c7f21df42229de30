/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The file under an SQLite database, seen without SQLite: rights, existence, damage. Layer 1. */
#ifndef JALON_DB_SQLITE_FILE_H
#define JALON_DB_SQLITE_FILE_H

#include <stdbool.h>

#include "jalon/context.h"

/* The file in a data folder. */
#define JALON_DB_SQLITE_NAME "jalon.sqlite"

/*
 * Checks folder and file; makes the folder (and those above it) with `create`. *out_path is the
 * file's path in the context's arena. Failures as of jalon_db_open.
 */
enum jalon_status jalon_db_sqlite_check_file(struct jalon_context *ctx, struct jalon_text folder,
                                             bool create, struct jalon_text *out_path)
    JALON_MUST_USE;
/* The same for a copy, which is a file with a name of its own and only read. */
enum jalon_status jalon_db_sqlite_check_copy(struct jalon_context *ctx, struct jalon_text file,
                                             struct jalon_text *out_path) JALON_MUST_USE;

/* Size of the write-ahead log beside this database file. */
int64_t jalon_db_sqlite_log_bytes(const char *path);

#endif
