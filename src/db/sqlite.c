/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The engine that is one file: SQLite with SpatiaLite. Layer 1; the only file that sees them.
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

#include <sqlite3.h>
#include <spatialite.h> /* needs sqlite3.h before it */

#include "db/driver.h"
#include "db/sqlite.h"
#include "db/sqlite_file.h"
#include "jalon/clock.h"
#include "jalon/memory.h"

enum {
    APPLICATION_ID = 0x4A414C4E, /* "JALN" */
    PARTS_MAX = 4,               /* statements in one block */
    COLUMNS_MAX = 40,
    PAGE_BYTES = 4096, /* SQLite's default, which we leave */
    TIMES_MAX = 4, /* further ones are copied */
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

struct prepared {
    sqlite3_stmt *parts[PARTS_MAX];
    uint64_t used[PARTS_MAX]; /* bit i - 1: the part has parameter i */
    size_t count;
    bool busy; /* a cursor walks it */
};

struct connection {
    struct jalon_db_connection base;
    sqlite3 *handle;
    void *spatialite;
    int64_t deadline_us;
    int64_t restart_from_us; /* when a restart of the log may be tried again */
    sqlite3_stmt *begin, *commit;
    sqlite3_stmt *savepoint[JALON_DB_SAVEPOINT_UNDO + 1];
    struct prepared *prepared; /* by query number */
    bool changed;              /* since SpatiaLite was told */
    int64_t told_us;
    struct jalon_db_time_cache time;
    /* Times as text, for the statement that is being run: it takes them as they are here. */
    char times[TIMES_MAX][JALON_DB_TIME_SIZE];
    size_t times_used;
};

struct cursor {
    struct jalon_db_cursor base;
    sqlite3_stmt *statement;
    struct prepared *owner; /* NULL: the statement is the cursor's own */
    int column_count;
    struct jalon_db_value values[COLUMNS_MAX];
};

/* --- Connections --- */

/* Every two milliseconds: an import leaves longer than that between its transactions. */
static int wait_for_lock(void *object, int count)
{
    struct connection *connection = object;
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
    struct connection *connection = (struct connection *)base;
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
    struct connection *connection = object;
    struct jalon_db *db = connection->base.db;
    int64_t length = (int64_t)pages * PAGE_BYTES;
    atomic_store(&db->log_length, length);
    if (db->checkpoints == NULL && length >= LOG_COPIED) {
        sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    return SQLITE_OK;
}

static int configure(struct connection *connection)
{
    static const char writing[] = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                                  "PRAGMA cache_size = -65536;"
                                  "PRAGMA journal_size_limit = 16777216;";
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
static enum jalon_status use_log(struct jalon_context *ctx, struct connection *connection)
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
    struct connection *connection = jalon_memory_allocate_zeroed(1, sizeof *connection);
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
static int tell_spatialite(struct connection *connection)
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
    struct connection *connection = (struct connection *)base;
    if (connection->changed) {
        (void)tell_spatialite(connection); /* who comes next does */
    }
    for (size_t i = 0; connection->prepared != NULL && i < jalon_db_statement_count; i++) {
        for (size_t j = 0; j < connection->prepared[i].count; j++) {
            sqlite3_finalize(connection->prepared[i].parts[j]);
        }
    }
    jalon_memory_release(connection->prepared);
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
    return ((struct connection *)base)->handle;
}

const char *jalon_db_sqlite_path(const struct jalon_db *base)
{
    return ((const struct sqlite_db *)base)->path;
}

void jalon_db_sqlite_wait(struct jalon_db_connection *base, int64_t deadline_us)
{
    ((struct connection *)base)->deadline_us = deadline_us;
}

/* --- Transactions --- */

/* Steps a statement that answers nothing, prepared on first use. */
static int run_kept(struct connection *connection, sqlite3_stmt **statement, const char *sql)
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
static void restart_log(struct connection *connection, int64_t wait_us)
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
    struct connection *connection = (struct connection *)base;
    /* Nobody waits for this one; what it leaves is little. */
    sqlite3_wal_checkpoint_v2(connection->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (atomic_load(&base->db->log_length) >= LOG_RESTARTED) {
        restart_log(connection, LOG_RESTART_US);
    }
}

static enum jalon_status sqlite_begin(struct jalon_context *ctx, struct jalon_db_connection *base,
                                      int64_t deadline_us)
{
    struct connection *connection = (struct connection *)base;
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
    struct connection *connection = (struct connection *)base;
    /* After some failures SQLite has rolled back already. */
    if (sqlite3_get_autocommit(connection->handle) == 0 &&
        sqlite3_exec(connection->handle, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK) {
        base->broken = true;
    }
}

static enum jalon_status sqlite_commit(struct jalon_context *ctx, struct jalon_db_connection *base)
{
    struct connection *connection = (struct connection *)base;
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
    struct connection *connection = (struct connection *)base;
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

/* --- Statements --- */

/* A part of a block has as many places as its highest parameter, but not all are in it. */
static uint64_t used_parameters(sqlite3_stmt *statement)
{
    uint64_t used = 0;
    int count = sqlite3_bind_parameter_count(statement);
    assert(count <= 64);
    for (int i = 1; i <= count; i++) {
        if (sqlite3_bind_parameter_name(statement, i) != NULL) {
            used |= UINT64_C(1) << (i - 1);
        }
    }
    return used;
}

static enum jalon_status prepare_parts(struct jalon_context *ctx, struct connection *connection,
                                       int query, struct prepared *out)
{
    const struct jalon_db_statement *statement = &jalon_db_statements[query];
    const char *sql = statement->sql[JALON_DB_SQLITE];
    while (*sql != '\0') {
        sqlite3_stmt *part = NULL;
        int code = SQLITE_OK;
        assert(out->count < PARTS_MAX);
        code = sqlite3_prepare_v3(connection->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &part,
                                  &sql);
        if (code != SQLITE_OK) {
            while (out->count > 0) {
                sqlite3_finalize(out->parts[--out->count]);
            }
            return jalon_db_sqlite_fail(ctx, connection->handle, code, statement->name);
        }
        if (part != NULL) {
            out->used[out->count] = used_parameters(part);
            out->parts[out->count++] = part;
        }
    }
    return JALON_OK;
}

static enum jalon_status find_prepared(struct jalon_context *ctx, struct connection *connection,
                                       int query, struct prepared **out)
{
    struct prepared *prepared = &connection->prepared[query];
    if (prepared->count == 0) {
        enum jalon_status status = prepare_parts(ctx, connection, query, prepared);
        if (status != JALON_OK) {
            return status;
        }
    }
    *out = prepared;
    return JALON_OK;
}

static enum jalon_status sqlite_prepare(struct jalon_context *ctx,
                                        struct jalon_db_connection *base, int query)
{
    struct prepared *prepared;
    return find_prepared(ctx, (struct connection *)base, query, &prepared);
}

static int bind_value(struct connection *connection, sqlite3_stmt *statement, int at,
                      const struct jalon_db_value *value)
{
    char time[JALON_DB_TIME_SIZE];
    switch (value->kind) {
    case JALON_DB_NULL: return sqlite3_bind_null(statement, at);
    case JALON_DB_INTEGER:
    case JALON_DB_BOOLEAN: return sqlite3_bind_int64(statement, at, value->integer);
    case JALON_DB_DOUBLE: return sqlite3_bind_double(statement, at, value->number);
    case JALON_DB_TEXT:
        return sqlite3_bind_text64(statement, at, value->text.data, value->text.length,
                                   SQLITE_STATIC, SQLITE_UTF8);
    case JALON_DB_BLOB:
        return sqlite3_bind_blob64(statement, at, value->text.data, value->text.length,
                                   SQLITE_STATIC);
    case JALON_DB_TIME:
        if (connection->times_used < TIMES_MAX) {
            char *own = connection->times[connection->times_used++];
            jalon_db_format_time(&connection->time, value->integer, own);
            return sqlite3_bind_text(statement, at, own, JALON_DB_TIME_SIZE, SQLITE_STATIC);
        }
        jalon_db_format_time(&connection->time, value->integer, time);
        return sqlite3_bind_text(statement, at, time, sizeof time, SQLITE_TRANSIENT);
    }
    return SQLITE_MISUSE;
}

static int bind_all(struct connection *connection, sqlite3_stmt *statement, uint64_t used,
                    const struct jalon_db_value *parameters)
{
    int code = SQLITE_OK;
    for (int i = 0; used != 0 && code == SQLITE_OK; i++, used >>= 1) {
        if ((used & 1) != 0) {
            code = bind_value(connection, statement, i + 1, &parameters[i]);
        }
    }
    return code;
}

static int run_part(struct connection *connection, const struct prepared *prepared, size_t part,
                    const struct jalon_db_value *parameters)
{
    sqlite3_stmt *statement = prepared->parts[part];
    connection->times_used = 0;
    int code = bind_all(connection, statement, prepared->used[part], parameters);
    if (code == SQLITE_OK) {
        do {
            code = sqlite3_step(statement);
        } while (code == SQLITE_ROW);
        int reset = sqlite3_reset(statement);
        code = code == SQLITE_DONE ? SQLITE_OK : reset;
    }
    return code;
}

static enum jalon_status sqlite_execute(struct jalon_context *ctx,
                                        struct jalon_db_connection *base, int query,
                                        const struct jalon_db_value *parameters,
                                        int64_t *out_changed, int64_t *out_number)
{
    struct connection *connection = (struct connection *)base;
    struct prepared *prepared;
    enum jalon_status status = find_prepared(ctx, connection, query, &prepared);
    if (status != JALON_OK) {
        return status;
    }
    int64_t changed = 0, number = 0;
    for (size_t i = 0; i < prepared->count && (i == 0 || changed > 0); i++) {
        int code = run_part(connection, prepared, i, parameters);
        if (code != SQLITE_OK) {
            return jalon_db_sqlite_fail(ctx, connection->handle, code,
                                        jalon_db_statements[query].name);
        }
        if (i == 0) {
            changed = sqlite3_changes64(connection->handle);
            number = sqlite3_last_insert_rowid(connection->handle);
        }
    }
    connection->changed = connection->changed || changed > 0;
    if (out_changed != NULL) {
        *out_changed = changed;
    }
    if (out_number != NULL) {
        *out_number = number;
    }
    return JALON_OK;
}

static void sqlite_cursor_end(struct jalon_db_cursor *base)
{
    struct cursor *cursor = (struct cursor *)base;
    if (cursor->owner != NULL) {
        sqlite3_reset(cursor->statement);
        cursor->owner->busy = false;
    } else {
        sqlite3_finalize(cursor->statement);
    }
    jalon_memory_release(cursor);
}

/* The kept statement, or one more of it while another cursor walks that one. */
static enum jalon_status take_statement(struct jalon_context *ctx, struct connection *connection,
                                        int query, struct cursor *cursor)
{
    struct prepared *prepared;
    enum jalon_status status = find_prepared(ctx, connection, query, &prepared);
    if (status != JALON_OK) {
        return status;
    }
    assert(prepared->count == 1);
    if (!prepared->busy) {
        prepared->busy = true;
        cursor->owner = prepared;
        cursor->statement = prepared->parts[0];
        return JALON_OK;
    }
    struct prepared own = {.count = 0};
    status = prepare_parts(ctx, connection, query, &own);
    cursor->statement = own.parts[0];
    return status;
}

static enum jalon_status sqlite_query(struct jalon_context *ctx, struct jalon_db_connection *base,
                                      int query, const struct jalon_db_value *parameters,
                                      struct jalon_db_cursor **out)
{
    struct connection *connection = (struct connection *)base;
    struct cursor *cursor = jalon_memory_allocate(sizeof *cursor);
    if (cursor == NULL) {
        return jalon_no_memory(ctx);
    }
    cursor->owner = NULL;
    cursor->statement = NULL;
    enum jalon_status status = take_statement(ctx, connection, query, cursor);
    if (status != JALON_OK) {
        jalon_memory_release(cursor);
        return status;
    }
    connection->times_used = TIMES_MAX; /* the cursor outlives them */
    int code = bind_all(connection, cursor->statement, used_parameters(cursor->statement),
                        parameters);
    if (code != SQLITE_OK) {
        sqlite_cursor_end(&cursor->base);
        return jalon_db_sqlite_fail(ctx, connection->handle, code, jalon_db_statements[query].name);
    }
    cursor->column_count = sqlite3_column_count(cursor->statement);
    assert(cursor->column_count <= COLUMNS_MAX);
    jalon_db_cursor_link(base, &cursor->base);
    *out = &cursor->base;
    return JALON_OK;
}

static void read_column(sqlite3_stmt *statement, int at, struct jalon_db_value *out)
{
    switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER: *out = jalon_db_integer(sqlite3_column_int64(statement, at)); break;
    case SQLITE_FLOAT: *out = jalon_db_double(sqlite3_column_double(statement, at)); break;
    case SQLITE_TEXT:
        out->kind = JALON_DB_TEXT;
        out->text.data = (const char *)sqlite3_column_text(statement, at);
        out->text.length = (size_t)sqlite3_column_bytes(statement, at);
        break;
    case SQLITE_BLOB:
        out->kind = JALON_DB_BLOB;
        out->text.data = sqlite3_column_blob(statement, at);
        out->text.length = (size_t)sqlite3_column_bytes(statement, at);
        break;
    default: out->kind = JALON_DB_NULL; break;
    }
    /* An empty blob, or no memory: both have no address. */
    if ((out->kind == JALON_DB_TEXT || out->kind == JALON_DB_BLOB) && out->text.data == NULL) {
        out->text = JALON_TEXT_EMPTY;
    }
}

static enum jalon_status sqlite_step(struct jalon_context *ctx, struct jalon_db_cursor *base,
                                     const struct jalon_db_value **out_row)
{
    struct cursor *cursor = (struct cursor *)base;
    struct connection *connection = (struct connection *)base->connection;
    int code = sqlite3_step(cursor->statement);
    if (code == SQLITE_DONE) {
        return JALON_NOT_FOUND;
    }
    if (code != SQLITE_ROW) {
        return jalon_db_sqlite_fail(ctx, connection->handle, code, sqlite3_sql(cursor->statement));
    }
    for (int i = 0; i < cursor->column_count; i++) {
        read_column(cursor->statement, i, &cursor->values[i]);
    }
    *out_row = cursor->values;
    return JALON_OK;
}

/* --- Schema and watching --- */

static enum jalon_status sqlite_run_script(struct jalon_context *ctx,
                                           struct jalon_db_connection *base, const char *sql)
{
    struct connection *connection = (struct connection *)base;
    while (*sql != '\0') {
        sqlite3_stmt *statement = NULL;
        const char *start = sql;
        bool refused = false;
        int code = sqlite3_prepare_v2(connection->handle, sql, -1, &statement, &sql);
        while (code == SQLITE_OK && statement != NULL && sqlite3_step(statement) == SQLITE_ROW) {
            refused = refused || (sqlite3_column_type(statement, 0) == SQLITE_INTEGER &&
                                  sqlite3_column_int(statement, 0) == 0);
        }
        if (code == SQLITE_OK && statement != NULL) {
            code = sqlite3_finalize(statement);
        }
        if (code == SQLITE_OK && refused) {
            code = SQLITE_ERROR;
        }
        if (code != SQLITE_OK) {
            char near[80];
            snprintf(near, sizeof near, "migration near \"%.60s\"", start);
            return jalon_db_sqlite_fail(ctx, connection->handle, code, near);
        }
    }
    return JALON_OK;
}

static enum jalon_status sqlite_data_version(struct jalon_context *ctx,
                                             struct jalon_db_connection *base, int64_t *out)
{
    struct connection *connection = (struct connection *)base;
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
    .prepare = sqlite_prepare,
    .execute = sqlite_execute,
    .query = sqlite_query,
    .step = sqlite_step,
    .cursor_end = sqlite_cursor_end,
    .schema_version = sqlite_schema_version,
    .run_script = sqlite_run_script,
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
