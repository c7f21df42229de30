/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The engine that is one file: SQLite with SpatiaLite. Layer 1.
 *
 * The write connection runs without triggers: SpatiaLite's own triggers stay in the file for QGIS
 * and other hands, while our statements write the spatial index themselves, with a box that is
 * known already. That makes a bulk insertion twice as fast. No memory map: a file that shrinks
 * under it would kill the process instead of failing one request.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "db/sqlite_connection.h"

#include <spatialite.h> /* needs sqlite3.h before it */

#include "db/sqlite.h"
#include "db/sqlite_file.h"
#include "jalon/clock.h"
#include "jalon/memory.h"

enum {
    APPLICATION_ID = 0x4A414C4E, /* "JALN" */
    PAGE_BYTES = 4096, /* SQLite's default, which we leave */
    STATISTICS_US = 10000000, /* how often SpatiaLite is told that layers have changed */
};

/* Bytes of the write-ahead log, by what is done about it. */
enum {
    /* Who commits copies it into the database, where no thread does. An import writes each index
       page less often the longer this is. */
    LOG_COPIED = 16 << 20,
    LOG_RESTARTED = 16 << 20, /* the thread has the log begin anew, writers wait for that moment */
    LOG_FULL = 40 << 20,      /* writers wait until the log has begun anew */
    LOG_RESTART_US = 100000,  /* how long a restart waits for readers of old states */
    LOG_FULL_US = 3000000,    /* how long a writer waits; it goes on then, or nobody would write */
};

struct sqlite_db {
    struct jalon_db base;
    char *path;
    char *place; /* made aside, to be put here (sqlite_place.c); NULL: where it is */
    bool create;
    bool read_only;
    bool throwaway; /* whatever fails, the file goes: it needs no journal */
};

/* --- Connections --- */

/* Every two milliseconds: an import leaves longer than that between its transactions. */
static int wait_for_lock(void *object, int count)
{
    struct jalon_sqlite_connection *connection = object;
    if (jalon_clock_monotonic_us() >= connection->deadline_us) {
        return 0;
    }
    long milliseconds = count < 2 ? 1 : 2;
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
    return 1;
}

/* The number in the first column of the first row; 0 when there is none. */
static int read_number(sqlite3 *handle, const char *sql, int64_t *out)
{
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(handle, sql, -1, &statement, NULL);
    if (code != SQLITE_OK) {
        return code;
    }
    int64_t number = 0;
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        number = sqlite3_column_int64(statement, 0);
        code = SQLITE_DONE;
    }
    sqlite3_finalize(statement);
    if (code == SQLITE_DONE) {
        *out = number;
        code = SQLITE_OK;
    }
    return code;
}

static enum jalon_status sqlite_schema_version(struct jalon_context *ctx,
                                               struct jalon_db_connection *base, int64_t *out)
{
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base;
    struct sqlite_db *db = (struct sqlite_db *)base->db;
    int64_t application = 0, tables = 0, version = 0;
    int code = read_number(connection->handle, "PRAGMA application_id", &application);
    if (code == SQLITE_OK) {
        code = read_number(connection->handle, "SELECT count(*) FROM sqlite_master", &tables);
    }
    if (code == SQLITE_OK && tables > 0 && application != APPLICATION_ID) {
        return jalon_fail(ctx, JALON_INVALID, "'%s' is a database, but not one of Jalon's",
                          db->path);
    }
    if (code == SQLITE_OK && tables > 0) {
        code = read_number(connection->handle, "SELECT max(number) FROM schema_migration",
                           &version);
    }
    if (code != SQLITE_OK) {
        return jalon_db_sqlite_fail_opening(ctx, db->path, code, connection->handle);
    }
    *out = version;
    return JALON_OK;
}

static void sqlite_disconnect(struct jalon_db_connection *base);

/* SQLite tells after each commit how long the log is. */
static int log_grew(void *object, sqlite3 *handle, const char *name, int pages)
{
    struct jalon_sqlite_connection *connection = object;
    struct jalon_db *db = connection->base.db;
    int64_t length = (int64_t)pages * PAGE_BYTES;
    atomic_store(&db->log_length, length);
    if (db->checkpoints == NULL && length >= LOG_COPIED) {
        sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    return SQLITE_OK;
}

static int configure(struct jalon_sqlite_connection *connection)
{
    static const char writing[] = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                                  "PRAGMA cache_size = -65536;"
                                  "PRAGMA journal_size_limit = 16777216;"
                                  /* What is redacted leaves nothing behind in the file. */
                                  "PRAGMA secure_delete = ON;";
    static const char reading[] = "PRAGMA query_only = ON; PRAGMA cache_size = -8192;";
    bool write = connection->base.mode == JALON_DB_WRITE;
    if (write) {
        sqlite3_db_config(connection->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
        sqlite3_wal_hook(connection->handle, log_grew, connection);
    }
    int code = sqlite3_exec(connection->handle, write ? writing : reading, NULL, NULL, NULL);
    if (code == SQLITE_OK && write && ((struct sqlite_db *)connection->base.db)->throwaway) {
        code = sqlite3_exec(connection->handle,
                            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL,
                            NULL);
    }
    return code;
}

/* Only in a database that is ours or still empty: a foreign one is not touched. */
static enum jalon_status use_log(struct jalon_context *ctx,
                                 struct jalon_sqlite_connection *connection)
{
    struct sqlite_db *db = (struct sqlite_db *)connection->base.db;
    int64_t version;
    enum jalon_status status = sqlite_schema_version(ctx, &connection->base, &version);
    if (status != JALON_OK || db->read_only || db->throwaway || (version == 0 && !db->create)) {
        return status;
    }
    int code =
        sqlite3_exec(connection->handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
    return code == SQLITE_OK
               ? JALON_OK
               : jalon_db_sqlite_fail_opening(ctx, db->path, code, connection->handle);
}

static enum jalon_status sqlite_connect(struct jalon_context *ctx, struct jalon_db *base,
                                        enum jalon_db_mode mode, struct jalon_db_connection **out)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    struct jalon_sqlite_connection *connection =
        jalon_memory_allocate_zeroed(1, sizeof *connection);
    if (connection == NULL) {
        return jalon_no_memory(ctx);
    }
    connection->base = (struct jalon_db_connection){.db = base, .mode = mode};
    connection->time.second = -1;
    connection->deadline_us = jalon_clock_monotonic_us() + base->wait_ms * 1000;
    connection->prepared =
        jalon_memory_allocate_zeroed(jalon_db_statement_count, sizeof *connection->prepared);
    enum jalon_status status = connection->prepared != NULL ? JALON_OK : jalon_no_memory(ctx);
    if (status == JALON_OK) {
        int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (db->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    (db->create ? SQLITE_OPEN_CREATE : 0);
        int code = sqlite3_open_v2(db->path, &connection->handle, flags, NULL);
        if (code == SQLITE_OK) {
            sqlite3_busy_handler(connection->handle, wait_for_lock, connection);
            code = configure(connection);
        }
        if (code != SQLITE_OK) {
            status = jalon_db_sqlite_fail_opening(ctx, db->path, code, connection->handle);
        }
    }
    if (status == JALON_OK && mode == JALON_DB_WRITE) {
        status = use_log(ctx, connection);
    }
    if (status == JALON_OK) {
        connection->spatialite = spatialite_alloc_connection();
        if (connection->spatialite == NULL) {
            status = jalon_fail(ctx, JALON_UNAVAILABLE, "too many databases are open");
        } else {
            spatialite_init_ex(connection->handle, connection->spatialite, 0);
            /* Again: SpatiaLite has put a handler of its own there. */
            sqlite3_busy_handler(connection->handle, wait_for_lock, connection);
        }
    }
    if (status != JALON_OK) {
        sqlite_disconnect(&connection->base);
        return status;
    }
    *out = &connection->base;
    return JALON_OK;
}

/*
 * SpatiaLite keeps counts and extents of layers, and believes them until its geometry_columns_time
 * says otherwise; its triggers would say so for each row.
 */
static int tell_spatialite(struct jalon_sqlite_connection *connection)
{
    int code = sqlite3_exec(connection->handle,
                            "UPDATE geometry_columns_time SET"
                            " last_insert = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),"
                            " last_update = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),"
                            " last_delete = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
                            NULL, NULL, NULL);
    connection->changed = false;
    connection->told_us = jalon_clock_monotonic_us();
    return code;
}

static void sqlite_disconnect(struct jalon_db_connection *base)
{
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base;
    if (connection->changed) {
        (void)tell_spatialite(connection); /* who comes next does */
    }
    jalon_db_sqlite_forget_statements(connection);
    sqlite3_finalize(connection->begin);
    sqlite3_finalize(connection->commit);
    for (int step = 0; step <= JALON_DB_SAVEPOINT_UNDO; step++) {
        sqlite3_finalize(connection->savepoint[step]);
    }
    sqlite3_close_v2(connection->handle);
    if (connection->spatialite != NULL) {
        spatialite_cleanup_ex(connection->spatialite);
    }
    jalon_memory_release(connection);
}

static enum jalon_status sqlite_open(struct jalon_context *ctx,
                                     const struct jalon_db_options *options, struct jalon_db **out)
{
    struct jalon_text path;
    enum jalon_status status =
        options->read_only
            ? jalon_db_sqlite_check_copy(ctx, options->location, &path)
            : jalon_db_sqlite_check_file(ctx, options->location, options->create, &path);
    if (status != JALON_OK) {
        return status;
    }
    return jalon_db_sqlite_make(
        ctx, &(struct jalon_db_sqlite_file){
                 .path = path, .create = options->create, .read_only = options->read_only}, out);
}

/* NULL: no memory, or there is nothing to keep. */
static char *keep_name(struct jalon_text name)
{
    char *kept = name.length > 0 ? jalon_memory_allocate(name.length + 1) : NULL;
    if (kept != NULL) {
        memcpy(kept, name.data, name.length + 1);
    }
    return kept;
}

enum jalon_status jalon_db_sqlite_make(struct jalon_context *ctx,
                                       const struct jalon_db_sqlite_file *file,
                                       struct jalon_db **out)
{
    struct sqlite_db *db = jalon_memory_allocate_zeroed(1, sizeof *db);
    if (db == NULL) {
        return jalon_no_memory(ctx);
    }
    db->path = keep_name(file->path);
    db->place = keep_name(file->place);
    if (db->path == NULL || (file->place.length > 0 && db->place == NULL)) {
        jalon_memory_release(db->path);
        jalon_memory_release(db->place);
        jalon_memory_release(db);
        return jalon_no_memory(ctx);
    }
    db->create = file->create;
    db->read_only = file->read_only;
    db->throwaway = file->throwaway;
    *out = &db->base;
    return JALON_OK;
}

static void sqlite_close(struct jalon_db *base)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    if (db->place != NULL) {
        jalon_db_sqlite_clear(db->path);
    }
    jalon_memory_release(db->place);
    jalon_memory_release(db->path);
    jalon_memory_release(db);
}

static enum jalon_status sqlite_settle(struct jalon_context *ctx, struct jalon_db *base)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    assert(db->place != NULL);
    return jalon_db_sqlite_publish(ctx, db->path, db->place);
}

/* --- For the files around --- */

sqlite3 *jalon_db_sqlite_handle(struct jalon_db_connection *base)
{
    return ((struct jalon_sqlite_connection *)base)->handle;
}

const char *jalon_db_sqlite_path(const struct jalon_db *base)
{
    return ((const struct sqlite_db *)base)->path;
}

void jalon_db_sqlite_wait(struct jalon_db_connection *base, int64_t deadline_us)
{
    ((struct jalon_sqlite_connection *)base)->deadline_us = deadline_us;
}

/* --- Transactions --- */

/* Steps a statement that answers nothing, prepared on first use. */
static int run_kept(struct jalon_sqlite_connection *connection, sqlite3_stmt **statement,
                    const char *sql)
{
    int code = SQLITE_OK;
    if (*statement == NULL) {
        code = sqlite3_prepare_v3(connection->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                  statement, NULL);
    }
    if (code == SQLITE_OK) {
        sqlite3_step(*statement);
        code = sqlite3_reset(*statement);
    }
    return code;
}

/* Has the next writer begin the log anew: copies all of it, and waits for readers of old states. */
static void restart_log(struct jalon_sqlite_connection *connection, int64_t wait_us)
{
    if (jalon_clock_monotonic_us() < connection->restart_from_us) {
        return;
    }
    connection->deadline_us = jalon_clock_monotonic_us() + wait_us;
    int code = sqlite3_wal_checkpoint_v2(connection->handle, NULL, SQLITE_CHECKPOINT_RESTART, NULL,
                                         NULL);
    if (code == SQLITE_OK) {
        atomic_store(&connection->base.db->log_length, 0);
    } else { /* somebody reads for long: writers get as much time as they have waited */
        connection->restart_from_us = jalon_clock_monotonic_us() + wait_us;
    }
}

static void sqlite_checkpoint(struct jalon_db_connection *base)
{
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base;
    /* Nobody waits for this one; what it leaves is little. */
    sqlite3_wal_checkpoint_v2(connection->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (atomic_load(&base->db->log_length) >= LOG_RESTARTED) {
        restart_log(connection, LOG_RESTART_US);
    }
}

static enum jalon_status sqlite_begin(struct jalon_context *ctx, struct jalon_db_connection *base,
                                      int64_t deadline_us)
{
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base;
    bool write = base->mode == JALON_DB_WRITE;
    if (write && atomic_load(&base->db->log_length) >= LOG_FULL) {
        restart_log(connection, LOG_FULL_US);
    }
    connection->deadline_us = deadline_us;
    int code = run_kept(connection, &connection->begin, write ? "BEGIN IMMEDIATE" : "BEGIN");
    return code == SQLITE_OK
               ? JALON_OK
               : jalon_db_sqlite_fail(ctx, connection->handle, code, "begin");
}

static void sqlite_rollback(struct jalon_db_connection *base)
{
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base;
    /* After some failures SQLite has rolled back already. */
    if (sqlite3_get_autocommit(connection->handle) == 0 &&
        sqlite3_exec(connection->handle, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK) {
        base->broken = true;
    }
}

static enum jalon_status sqlite_commit(struct jalon_context *ctx, struct jalon_db_connection *base)
{
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base;
    int code = SQLITE_OK;
    if (connection->changed &&
        jalon_clock_monotonic_us() - connection->told_us > STATISTICS_US) {
        code = tell_spatialite(connection);
    }
    /* Telling may fail, unless SQLite has rolled all back with it: that says why, not COMMIT. */
    if (code == SQLITE_OK || sqlite3_get_autocommit(connection->handle) == 0) {
        code = run_kept(connection, &connection->commit, "COMMIT");
    }
    return code == SQLITE_OK
               ? JALON_OK
               : jalon_db_sqlite_fail(ctx, connection->handle, code, "commit");
}

static enum jalon_status sqlite_savepoint(struct jalon_context *ctx,
                                          struct jalon_db_connection *base,
                                          enum jalon_db_savepoint_step step)
{
    static const char *const statements[] = {
        [JALON_DB_SAVEPOINT_SET] = "SAVEPOINT part",
        [JALON_DB_SAVEPOINT_KEEP] = "RELEASE part",
        [JALON_DB_SAVEPOINT_UNDO] = "ROLLBACK TO part",
    };
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base;
    /* Without a transaction SAVEPOINT would begin one, and RELEASE commit it. */
    if (sqlite3_get_autocommit(connection->handle) != 0) {
        return jalon_db_sqlite_fail(ctx, connection->handle, SQLITE_IOERR, "savepoint");
    }
    int code = run_kept(connection, &connection->savepoint[step], statements[step]);
    if (code == SQLITE_OK && step == JALON_DB_SAVEPOINT_UNDO) { /* it is still set */
        code = run_kept(connection, &connection->savepoint[JALON_DB_SAVEPOINT_KEEP],
                        statements[JALON_DB_SAVEPOINT_KEEP]);
    }
    return code == SQLITE_OK
               ? JALON_OK
               : jalon_db_sqlite_fail(ctx, connection->handle, code, statements[step]);
}

/* --- Watching --- */

static enum jalon_status sqlite_data_version(struct jalon_context *ctx,
                                             struct jalon_db_connection *base, int64_t *out)
{
    struct jalon_sqlite_connection *connection = (struct jalon_sqlite_connection *)base;
    connection->deadline_us = jalon_clock_monotonic_us() + base->db->wait_ms * 1000;
    int code = read_number(connection->handle, "PRAGMA data_version", out);
    return code == SQLITE_OK
               ? JALON_OK
               : jalon_db_sqlite_fail(ctx, connection->handle, code, "data version");
}

static int64_t sqlite_log_bytes(struct jalon_db *db)
{
    return jalon_db_sqlite_log_bytes(((struct sqlite_db *)db)->path);
}

const struct jalon_db_driver jalon_db_sqlite = {
    .engine = JALON_DB_SQLITE,
    .geometry_form = JALON_DB_GEOMETRY_BLOB,
    .prefix = NULL,
    .open = sqlite_open,
    .close = sqlite_close,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .savepoint = sqlite_savepoint,
    .prepare = jalon_db_sqlite_prepare,
    .execute = jalon_db_sqlite_execute,
    .query = jalon_db_sqlite_query,
    .step = jalon_db_sqlite_step,
    .cursor_end = jalon_db_sqlite_cursor_end,
    .schema_version = sqlite_schema_version,
    .run_script = jalon_db_sqlite_run_script,
    .data_version = sqlite_data_version,
    .checkpoint = sqlite_checkpoint,
    .backup = jalon_db_sqlite_backup,
    .unpack = jalon_db_sqlite_unpack,
    .make_file = jalon_db_sqlite_make_file,
    .settle = sqlite_settle,
    .check = jalon_db_sqlite_check,
    .compact = jalon_db_sqlite_compact,
    .log_bytes = sqlite_log_bytes,
};
