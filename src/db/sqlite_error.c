/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What SQLite's codes mean, to a client and to the operator. Layer 1. */
#include <errno.h>

#include <sqlite3.h>

#include "db/sqlite.h"

/* What the system last said of the database's file, or of its log (SQLITE_FCNTL_JOURNAL_POINTER). */
static int file_error(sqlite3 *handle, int which)
{
    sqlite3_file *file = NULL;
    int error = 0;
    if (sqlite3_file_control(handle, "main", which, &file) != SQLITE_OK || file == NULL ||
        file->pMethods == NULL ||
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error) != SQLITE_OK) {
        return 0;
    }
    return error;
}

/*
 * Does the system say that there is no space? SQLite's own code says so only of some writes; of
 * quotas and limits it is an error like others, and for a COMMIT only the file still knows which.
 */
static bool is_space_missing(int code, sqlite3 *handle)
{
    if ((code & 0xff) != SQLITE_IOERR) {
        return (code & 0xff) == SQLITE_FULL;
    }
    int errors[] = {
        sqlite3_system_errno(handle),
        file_error(handle, SQLITE_FCNTL_FILE_POINTER),
        file_error(handle, SQLITE_FCNTL_JOURNAL_POINTER),
    };
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i] == ENOSPC || errors[i] == EDQUOT || errors[i] == EFBIG) {
            return true;
        }
    }
    return false;
}

static enum jalon_status classify(int code, sqlite3 *handle, bool opening)
{
    if (is_space_missing(code, handle)) {
        return JALON_NO_SPACE;
    }
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
                       code == SQLITE_CONSTRAINT_ROWID
                   ? JALON_CONFLICT
                   : JALON_INTERNAL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return JALON_RETRY;
    case SQLITE_NOMEM: return JALON_NO_MEMORY;
    case SQLITE_TOOBIG: return JALON_TOO_LARGE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return opening ? JALON_INVALID : JALON_UNAVAILABLE;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY: return opening ? JALON_FORBIDDEN : JALON_UNAVAILABLE;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL: return JALON_UNAVAILABLE;
    default: return JALON_INTERNAL;
    }
}

static const char *describe(enum jalon_status status)
{
    switch (status) {
    case JALON_CONFLICT: return JALON_WORDS("this exists already");
    case JALON_RETRY: return JALON_WORDS("others are writing; try again in a moment");
    case JALON_TOO_LARGE: return JALON_WORDS("this is too large to be stored");
    case JALON_NO_SPACE: return JALON_WORDS("there is no space left to store this");
    case JALON_UNAVAILABLE:
        return JALON_WORDS("the database cannot be used now (disk failing or read-only?)");
    default: return JALON_WORDS("the database refused a statement");
    }
}

enum jalon_status jalon_db_sqlite_fail(struct jalon_context *ctx, sqlite3 *handle, int code,
                                       const char *what)
{
    enum jalon_status status = classify(code, handle, false);
    if (status == JALON_NO_MEMORY) {
        return jalon_no_memory(ctx);
    }
    jalon_error_internal(ctx, "%s: %s (%d)", what, sqlite3_errmsg(handle), code);
    return jalon_fail(ctx, status, "%s", jalon_say(ctx, describe(status)));
}

enum jalon_status jalon_db_sqlite_fail_opening(struct jalon_context *ctx, const char *path,
                                               int code, sqlite3 *handle)
{
    const char *words = sqlite3_errmsg(handle);
    enum jalon_status status = classify(code, handle, true);
    jalon_error_internal(ctx, "%s (%d)", words, code);
    switch (status) {
    case JALON_NO_MEMORY: return jalon_no_memory(ctx);
    case JALON_INVALID:
        return jalon_fail(ctx, status,
                          "the database '%s' is damaged (truncated?): restore a backup", path);
    case JALON_FORBIDDEN:
        return jalon_fail(ctx, status,
                          "this user may not write '%s' or its folder: change their owner (chown)",
                          path);
    default:
        return jalon_fail(ctx, status, "the database '%s' cannot be opened: %s", path, words);
    }
}
