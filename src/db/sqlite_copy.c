/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Care for a database that is one SQLite file: copying it while others write, looking through its
 * structures, giving unused space back. Layer 1.
 *
 * A copy is made by SQLite's backup within one read transaction, in one go: it neither starts anew
 * when others commit nor keeps them from it. The copy reaches the disk after that transaction has
 * ended, so that a slow disk does not hold up the log.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <sqlite3.h>

#include "db/sqlite.h"
#include "jalon/clock.h"

/* Of the database in bytes, as its connection sees it. */
static int size_of(sqlite3 *handle, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(
        handle, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", -1,
        &statement, NULL);
    if (code == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
    }
    int ended = sqlite3_finalize(statement);
    return code == SQLITE_OK ? ended : code;
}

/* --- Copying --- */

/* As jalon_db_sqlite_fail_file, of a failure that SQLite reports. */
static enum jalon_status fail_copy(struct jalon_context *ctx, sqlite3 *copy, int code,
                                   const char *file)
{
    int reason = sqlite3_system_errno(copy);
    if ((code & 0xff) == SQLITE_FULL) {
        return jalon_db_sqlite_fail_file(ctx, file, ENOSPC);
    }
    return reason != 0 ? jalon_db_sqlite_fail_file(ctx, file, reason)
                       : jalon_db_sqlite_fail(ctx, copy, code, "backup");
}

static int open_copy(const char *file, sqlite3 **out)
{
    return sqlite3_open_v2(file, out,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                           NULL);
}

/* The pages as this read transaction sees them. */
static enum jalon_status copy_pages(struct jalon_context *ctx, sqlite3 *from, const char *file)
{
    sqlite3 *copy = NULL;
    int code = open_copy(file, &copy);
    if (code == SQLITE_OK) {
        /* Killed or failing, the file is thrown away: it needs no journal. */
        code = sqlite3_exec(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL,
                            NULL, NULL);
    }
    if (code == SQLITE_OK) {
        /* From here on the transaction sees one state, and keeps it between the steps. */
        code = sqlite3_exec(from, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL);
        if (code != SQLITE_OK) {
            enum jalon_status status = jalon_db_sqlite_fail(ctx, from, code, "backup");
            sqlite3_close(copy);
            return status;
        }
        sqlite3_backup *backup = sqlite3_backup_init(copy, "main", from, "main");
        if (backup != NULL) {
            sqlite3_backup_step(backup, -1);
            sqlite3_backup_finish(backup);
        }
        code = sqlite3_extended_errcode(copy);
        code = code == SQLITE_DONE ? SQLITE_OK : code;
    }
    enum jalon_status status = code == SQLITE_OK ? JALON_OK : fail_copy(ctx, copy, code, file);
    sqlite3_close(copy);
    return status;
}

/* Makes it a file that needs no log beside it: it can be read where nothing can be written. */
static enum jalon_status leave_log_mode(struct jalon_context *ctx, const char *file)
{
    sqlite3 *copy = NULL;
    int code = open_copy(file, &copy);
    if (code == SQLITE_OK) {
        code = sqlite3_exec(copy, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    }
    enum jalon_status status = code == SQLITE_OK ? JALON_OK : fail_copy(ctx, copy, code, file);
    sqlite3_close(copy);
    return status;
}

/* A copy that fills the disk would stop a server that writes there: it is not even begun. */
static int find_room(sqlite3 *from, const char *partial)
{
    enum { LEFT_OVER = 16 << 20 };
    struct statvfs disk;
    int64_t size = 0;
    if (size_of(from, &size) != SQLITE_OK || statvfs(partial, &disk) != 0) {
        return 0; /* the copying will tell */
    }
    uint64_t available = (uint64_t)disk.f_bavail * disk.f_frsize;
    return available < (uint64_t)size + LEFT_OVER ? ENOSPC : 0;
}

enum jalon_status jalon_db_sqlite_backup(struct jalon_context *ctx,
                                         struct jalon_db_connection *connection, const char *file)
{
    char whole[4100], partial[4120];
    int length = snprintf(whole, sizeof whole, "%s%s", strchr(file, '/') != NULL ? "" : "./", file);
    if (length < 0 || (size_t)length >= sizeof whole) {
        return jalon_fail(ctx, JALON_INVALID, "the file's name is too long");
    }
    snprintf(partial, sizeof partial, "%s.partial", whole);
    int reason = access(whole, F_OK) == 0 ? EEXIST : jalon_db_sqlite_make_empty(partial);
    if (reason != 0) {
        return jalon_db_sqlite_fail_file(ctx, file, reason);
    }
    sqlite3 *from = jalon_db_sqlite_handle(connection);
    reason = find_room(from, partial);
    enum jalon_status status =
        reason == 0 ? copy_pages(ctx, from, partial) : jalon_db_sqlite_fail_file(ctx, file, reason);
    if (status == JALON_OK) {
        connection->db->driver->rollback(connection); /* lets the log go on */
        status = leave_log_mode(ctx, partial);
    }
    if (status == JALON_OK) {
        status = jalon_db_sqlite_publish(ctx, partial, whole);
    }
    if (status != JALON_OK) {
        unlink(partial);
    }
    return status;
}

/* --- Checking --- */

struct looking {
    sqlite3 *handle;
    jalon_db_finding take;
    void *object;
};

static struct jalon_text column_text(sqlite3_stmt *statement, int at)
{
    const char *text = (const char *)sqlite3_column_text(statement, at);
    return text != NULL ? jalon_text_from(text) : JALON_TEXT_EMPTY;
}

static void found_in_pages(struct looking *looking, sqlite3_stmt *row)
{
    struct jalon_text what = column_text(row, 0);
    if (!jalon_text_is(what, "ok")) {
        looking->take(looking->object, JALON_TEXT_EMPTY, JALON_TEXT_EMPTY, what);
    }
}

static void found_key(struct looking *looking, sqlite3_stmt *row)
{
    char what[200];
    snprintf(what, sizeof what, "names a row of %s that is not there",
             column_text(row, 2).data);
    looking->take(looking->object, column_text(row, 0), column_text(row, 1),
                  jalon_text_from(what));
}

static void found_in_index(struct looking *looking, sqlite3_stmt *row)
{
    struct jalon_text what = column_text(row, 1);
    if (!jalon_text_is(what, "ok")) {
        looking->take(looking->object, column_text(row, 0), JALON_TEXT_EMPTY, what);
    }
}

static int look(struct looking *looking, const char *sql,
                void (*found)(struct looking *looking, sqlite3_stmt *row))
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(looking->handle, sql, -1, &statement, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        found(looking, statement);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

enum jalon_status jalon_db_sqlite_check(struct jalon_context *ctx,
                                        struct jalon_db_connection *connection,
                                        jalon_db_finding take, void *object)
{
    struct looking looking = {jalon_db_sqlite_handle(connection), take, object};
    int code = look(&looking, "PRAGMA integrity_check(1000)", found_in_pages);
    if (code == SQLITE_OK) {
        code = look(&looking, "PRAGMA foreign_key_check", found_key);
    }
    if (code == SQLITE_OK) {
        code = look(&looking,
                    "SELECT name, rtreecheck(name) FROM sqlite_master WHERE type = 'table'"
                    " AND sql LIKE 'CREATE VIRTUAL TABLE%USING rtree%'",
                    found_in_index);
    }
    if ((code & 0xff) == SQLITE_CORRUPT) { /* which is what was looked for */
        take(object, JALON_TEXT_EMPTY, JALON_TEXT_EMPTY,
             jalon_text_from(sqlite3_errmsg(looking.handle)));
        code = SQLITE_OK;
    }
    return code == SQLITE_OK ? JALON_OK
                             : jalon_db_sqlite_fail(ctx, looking.handle, code, "check");
}

/* --- Space --- */

/*
 * Within the log a VACUUM would write the whole database into it, while all others wait: so it is
 * done without one, which SQLite allows to whoever is alone with the file. Killed meanwhile, the
 * journal brings the old state back.
 */
static int vacuum(sqlite3 *handle, const char *path)
{
    char *folder = sqlite3_mprintf("%.*s", (int)(strrchr(path, '/') - path), path);
    if (folder == NULL) {
        return SQLITE_NOMEM;
    }
    sqlite3_temp_directory = folder; /* as much space as the database has is sooner there */
    int code = sqlite3_exec(handle, "VACUUM", NULL, NULL, NULL);
    sqlite3_temp_directory = NULL;
    sqlite3_free(folder);
    return code;
}

enum jalon_status jalon_db_sqlite_compact(struct jalon_context *ctx,
                                          struct jalon_db_connection *connection,
                                          int64_t *out_before, int64_t *out_after)
{
    enum { WAIT_US = 1000000 };
    sqlite3 *handle = jalon_db_sqlite_handle(connection);
    int64_t before = 0, after = 0;
    jalon_db_sqlite_wait(connection, jalon_clock_monotonic_us() + WAIT_US);
    int code = size_of(handle, &before);
    if (code == SQLITE_OK) {
        code = sqlite3_exec(handle, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    }
    if ((code & 0xff) == SQLITE_BUSY) {
        return jalon_fail(ctx, JALON_CONFLICT,
                          "others have the database open (a server?), and could not write for as "
                          "long as this takes: stop them first");
    }
    if (code == SQLITE_OK) {
        code = vacuum(handle, jalon_db_sqlite_path(connection->db));
    }
    if (code == SQLITE_OK) {
        code = size_of(handle, &after);
    }
    enum jalon_status status =
        code == SQLITE_OK ? JALON_OK : jalon_db_sqlite_fail(ctx, handle, code, "vacuum");
    sqlite3_exec(handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    if (status == JALON_OK) {
        *out_before = before;
        *out_after = after;
    }
    return status;
}
