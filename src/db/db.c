/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What all engines share: which one it is, transactions, statements, open cursors. Layer 1. */
#include <assert.h>
#include <string.h>

#include "db/driver.h"
#include "jalon/clock.h"

static const struct jalon_db_driver *const drivers[] = {&jalon_db_sqlite, &jalon_db_postgres};

/* --- Opening --- */

const struct jalon_db_driver *jalon_db_find_driver(struct jalon_text location)
{
    const struct jalon_db_driver *for_folders = NULL;
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        if (drivers[i]->prefix == NULL) {
            for_folders = drivers[i];
        } else if (jalon_text_starts_with(location, drivers[i]->prefix) ||
                   (drivers[i]->short_prefix != NULL &&
                    jalon_text_starts_with(location, drivers[i]->short_prefix))) {
            return drivers[i];
        }
    }
    return strstr(location.data, "://") == NULL ? for_folders : NULL;
}

/* Takes what the driver has opened, also on failure. */
static enum jalon_status start(struct jalon_context *ctx, const struct jalon_db_driver *driver,
                               int64_t wait_ms, struct jalon_db *db, struct jalon_db **out)
{
    assert(wait_ms > 0);
    db->driver = driver;
    db->wait_ms = wait_ms;
    pthread_mutex_init(&db->mutex, NULL);
    pthread_mutex_init(&db->watch_mutex, NULL);
    jalon_db_reach_init(db);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&db->freed, &attributes);
    pthread_condattr_destroy(&attributes);
    /* The first connection looks into the file: a damaged one is told now, not in a request. */
    enum jalon_status status = driver->connect(ctx, db, JALON_DB_WRITE, &db->writer);
    if (status != JALON_OK) {
        jalon_db_close(db);
        return status;
    }
    *out = db;
    return JALON_OK;
}

enum jalon_status jalon_db_open_driver(struct jalon_context *ctx,
                                       const struct jalon_db_driver *driver,
                                       const struct jalon_db_options *options,
                                       struct jalon_db **out)
{
    struct jalon_db *db;
    enum jalon_status status = driver->open(ctx, options, &db);
    return status == JALON_OK ? start(ctx, driver, options->wait_ms, db, out) : status;
}

/* *out are the options with a terminated location. */
static enum jalon_status choose_driver(struct jalon_context *ctx,
                                       const struct jalon_db_options *options,
                                       struct jalon_db_options *out,
                                       const struct jalon_db_driver **out_driver)
{
    struct jalon_text location = jalon_text_copy(ctx->arena, options->location);
    if (location.data == NULL) {
        return jalon_no_memory(ctx);
    }
    const struct jalon_db_driver *driver = jalon_db_find_driver(location);
    if (driver == NULL) {
        return jalon_fail(ctx, JALON_UNSUPPORTED,
                          "this program has no engine for the database '%.*s'",
                          JALON_TEXT_ARGS(jalon_db_show_location(ctx, location)));
    }
    *out = *options;
    out->location = location;
    *out_driver = driver;
    return JALON_OK;
}

enum jalon_status jalon_db_check_location(struct jalon_context *ctx, struct jalon_text location)
{
    const struct jalon_db_options options = {.location = location};
    struct jalon_db_options terminated;
    const struct jalon_db_driver *driver = NULL;
    enum jalon_status status = choose_driver(ctx, &options, &terminated, &driver);
    return status == JALON_OK && driver->check_url != NULL
               ? driver->check_url(ctx, terminated.location.data)
               : status;
}

enum jalon_status jalon_db_open(struct jalon_context *ctx, const struct jalon_db_options *options,
                                struct jalon_db **out)
{
    struct jalon_db_options terminated;
    const struct jalon_db_driver *driver = NULL;
    enum jalon_status status = choose_driver(ctx, options, &terminated, &driver);
    return status == JALON_OK ? jalon_db_open_driver(ctx, driver, &terminated, out) : status;
}

void jalon_db_close(struct jalon_db *db)
{
    if (db == NULL) {
        return;
    }
    const struct jalon_db_driver *driver = db->driver;
    assert(!db->writing);
    if (driver->end_watch != NULL) {
        driver->end_watch(db);
    }
    jalon_db_checkpoints_stop(db);
    jalon_db_pulse_stop(db);
    jalon_db_pool_disconnect_readers(db);
    jalon_db_standby_disconnect(db);
    if (db->writer != NULL) {
        driver->disconnect(db->writer);
    }
    pthread_cond_destroy(&db->freed);
    pthread_mutex_destroy(&db->watch_mutex);
    jalon_db_reach_destroy(db);
    pthread_mutex_destroy(&db->mutex);
    driver->close(db);
}

enum jalon_db_geometry_form jalon_db_geometry_form(const struct jalon_db *db)
{
    return db->driver->geometry_form;
}

bool jalon_db_has_statement(const struct jalon_db *db, int query)
{
    return jalon_db_statements[query].sql[db->driver->engine][0] != '\0';
}

/* --- Transactions --- */

enum jalon_status jalon_db_begin(struct jalon_context *ctx, struct jalon_db *db,
                                 enum jalon_db_mode mode, struct jalon_db_connection **out)
{
    int64_t deadline_us = jalon_clock_monotonic_us() + db->wait_ms * 1000;
    for (;;) {
        struct jalon_db_connection *connection;
        enum jalon_status status = jalon_db_pool_lease(ctx, db, mode, deadline_us, &connection);
        if (status != JALON_OK) {
            return status;
        }
        status = db->driver->begin(ctx, connection, deadline_us);
        if (status == JALON_OK) {
            atomic_fetch_add_explicit(&db->begun[mode], 1, memory_order_relaxed);
            connection->in_transaction = true;
            connection->was_used = true;
            *out = connection;
            return JALON_OK;
        }
        /* One that was lost while nobody used it: the next one may be sound, or is made anew. */
        bool is_lost = connection->broken && connection->was_used;
        jalon_db_pool_give_back(connection);
        if (!is_lost) {
            return status;
        }
    }
}

static void end_cursors(struct jalon_db_connection *connection)
{
    while (connection->cursors != NULL) {
        jalon_db_cursor_end(connection->cursors);
    }
}

enum jalon_status jalon_db_commit(struct jalon_context *ctx,
                                  struct jalon_db_connection *connection)
{
    assert(connection->in_transaction);
    end_cursors(connection);
    enum jalon_status status = connection->db->driver->commit(ctx, connection);
    if (status != JALON_OK) {
        connection->db->driver->rollback(connection);
    }
    connection->in_transaction = false;
    jalon_db_checkpoints_wake(connection->db);
    return status;
}

static enum jalon_status step_savepoint(struct jalon_context *ctx,
                                        struct jalon_db_connection *connection,
                                        enum jalon_db_savepoint_step step)
{
    assert(connection->in_transaction);
    end_cursors(connection);
    return connection->db->driver->savepoint(ctx, connection, step);
}

enum jalon_status jalon_db_set_savepoint(struct jalon_context *ctx,
                                         struct jalon_db_connection *connection)
{
    return step_savepoint(ctx, connection, JALON_DB_SAVEPOINT_SET);
}

enum jalon_status jalon_db_keep_savepoint(struct jalon_context *ctx,
                                          struct jalon_db_connection *connection)
{
    return step_savepoint(ctx, connection, JALON_DB_SAVEPOINT_KEEP);
}

enum jalon_status jalon_db_undo_savepoint(struct jalon_context *ctx,
                                          struct jalon_db_connection *connection)
{
    return step_savepoint(ctx, connection, JALON_DB_SAVEPOINT_UNDO);
}

void jalon_db_end(struct jalon_db_connection *connection)
{
    end_cursors(connection);
    if (connection->in_transaction) {
        connection->db->driver->rollback(connection);
        connection->in_transaction = false;
    }
    jalon_db_pool_give_back(connection);
}

/* --- Statements --- */

/* A bug of the caller stops here; what is right is counted. */
static void begin_call(const struct jalon_db_connection *connection, int query, size_t count)
{
    assert(connection->in_transaction);
    assert(query >= 0 && (size_t)query < jalon_db_statement_count);
    assert(jalon_db_statements[query].parameter_count == count);
    (void)query, (void)count;
    atomic_fetch_add_explicit(&connection->db->asked, 1, memory_order_relaxed);
}

static enum jalon_status execute(struct jalon_context *ctx, struct jalon_db_connection *connection,
                                 int query, const struct jalon_db_value *parameters,
                                 int64_t *out_changed, int64_t *out_number)
{
    connection->changes++;
    if (!jalon_db_has_statement(connection->db, query)) {
        if (out_changed != NULL) {
            *out_changed = 0;
        }
        return JALON_OK;
    }
    return connection->db->driver->execute(ctx, connection, query, parameters, out_changed,
                                           out_number);
}

enum jalon_status jalon_db_execute(struct jalon_context *ctx,
                                   struct jalon_db_connection *connection, int query,
                                   const struct jalon_db_value *parameters, size_t count,
                                   int64_t *out_changed)
{
    begin_call(connection, query, count);
    return execute(ctx, connection, query, parameters, out_changed, NULL);
}

enum jalon_status jalon_db_insert(struct jalon_context *ctx,
                                  struct jalon_db_connection *connection, int query,
                                  const struct jalon_db_value *parameters, size_t count,
                                  int64_t *out_number)
{
    begin_call(connection, query, count);
    int64_t changed, number;
    enum jalon_status status = execute(ctx, connection, query, parameters, &changed, &number);
    if (status == JALON_OK && changed == 0) {
        return jalon_fail(ctx, JALON_CONFLICT, "this is there already");
    }
    if (status == JALON_OK) {
        *out_number = number;
    }
    return status;
}

enum jalon_status jalon_db_add(struct jalon_context *ctx, struct jalon_db_connection *connection,
                               int query, const struct jalon_db_value *parameters, size_t count)
{
    begin_call(connection, query, count);
    const struct jalon_db_driver *driver = connection->db->driver;
    int64_t changed, number;
    connection->changes++;
    return driver->add != NULL
               ? driver->add(ctx, connection, query, parameters)
               : driver->execute(ctx, connection, query, parameters, &changed, &number);
}

uint64_t jalon_db_changes(const struct jalon_db_connection *connection)
{
    return connection->changes;
}

/* A standby that fails, be it that what it follows stood in its way, is not asked again soon. */
static enum jalon_status blame(struct jalon_db_connection *connection, enum jalon_status status)
{
    if (status != JALON_OK && status != JALON_NOT_FOUND && connection->mode == JALON_DB_STANDBY) {
        connection->broken = true;
    }
    return status;
}

enum jalon_status jalon_db_query(struct jalon_context *ctx, struct jalon_db_connection *connection,
                                 int query, const struct jalon_db_value *parameters, size_t count,
                                 struct jalon_db_cursor **out)
{
    begin_call(connection, query, count);
    if (!jalon_db_has_statement(connection->db, query)) {
        *out = NULL;
        return JALON_OK;
    }
    return blame(connection,
                 connection->db->driver->query(ctx, connection, query, parameters, out));
}

enum jalon_status jalon_db_step(struct jalon_context *ctx, struct jalon_db_cursor *cursor,
                                const struct jalon_db_value **out_row)
{
    return cursor != NULL
               ? blame(cursor->connection,
                       cursor->connection->db->driver->step(ctx, cursor, out_row))
               : JALON_NOT_FOUND;
}

void jalon_db_cursor_end(struct jalon_db_cursor *cursor)
{
    if (cursor != NULL) {
        jalon_db_cursor_unlink(cursor);
        cursor->connection->db->driver->cursor_end(cursor);
    }
}

void jalon_db_cursor_link(struct jalon_db_connection *connection, struct jalon_db_cursor *cursor)
{
    cursor->connection = connection;
    cursor->previous = NULL;
    cursor->next = connection->cursors;
    if (cursor->next != NULL) {
        cursor->next->previous = cursor;
    }
    connection->cursors = cursor;
}

void jalon_db_cursor_unlink(struct jalon_db_cursor *cursor)
{
    if (cursor->previous != NULL) {
        cursor->previous->next = cursor->next;
    } else {
        cursor->connection->cursors = cursor->next;
    }
    if (cursor->next != NULL) {
        cursor->next->previous = cursor->previous;
    }
}

enum jalon_status jalon_db_prepare(struct jalon_context *ctx,
                                   struct jalon_db_connection *connection, int query)
{
    assert(query >= 0 && (size_t)query < jalon_db_statement_count);
    return jalon_db_has_statement(connection->db, query)
               ? connection->db->driver->prepare(ctx, connection, query)
               : JALON_OK;
}

/* --- Schema and watching --- */

enum jalon_status jalon_db_schema_version(struct jalon_context *ctx,
                                          struct jalon_db_connection *connection, int64_t *out)
{
    return connection->db->driver->schema_version(ctx, connection, out);
}

int64_t jalon_db_schema_newest(void)
{
    return jalon_db_migrations[jalon_db_migration_count - 1].number;
}

enum jalon_status jalon_db_migrate(struct jalon_context *ctx,
                                   struct jalon_db_connection *connection, int64_t number,
                                   struct jalon_text *out_name)
{
    assert(connection->in_transaction && number >= 1 && number <= jalon_db_schema_newest());
    const struct jalon_db_driver *driver = connection->db->driver;
    const struct jalon_db_migration *migration = &jalon_db_migrations[number - 1];
    enum jalon_status status =
        driver->run_script(ctx, connection, migration->sql[driver->engine]);
    if (status == JALON_OK) {
        *out_name = jalon_text_from(migration->name);
    }
    return status;
}

enum jalon_status jalon_db_data_version(struct jalon_context *ctx, struct jalon_db *db,
                                        int64_t *out)
{
    enum jalon_status status = JALON_OK;
    pthread_mutex_lock(&db->watch_mutex);
    db->watch = db->watch != NULL ? jalon_db_pool_keep(db->watch) : NULL;
    if (db->watch == NULL) {
        status = jalon_db_reach_connect(ctx, db, JALON_DB_READ, &db->watch);
    }
    if (status == JALON_OK) {
        status = db->driver->data_version(ctx, db->watch, out);
    }
    if (db->watch != NULL && db->watch->broken) {
        jalon_db_reach_lose(db);
        db->driver->disconnect(db->watch);
        db->watch = NULL;
    }
    pthread_mutex_unlock(&db->watch_mutex);
    return status;
}

enum jalon_status jalon_db_start_watch(struct jalon_context *ctx, struct jalon_db *db,
                                       void (*wake)(void *object), void *object, bool *out_wakes)
{
    enum jalon_status status =
        db->driver->watch != NULL ? db->driver->watch(ctx, db, wake, object) : JALON_OK;
    if (status == JALON_OK) {
        *out_wakes = db->driver->watch != NULL;
    }
    return status;
}

/* --- Care --- */

static enum jalon_status refuse_care(struct jalon_context *ctx, const struct jalon_db *db)
{
    return jalon_fail(ctx, JALON_UNSUPPORTED, "this database is looked after by %s",
                      db->driver->care);
}

enum jalon_status jalon_db_backup(struct jalon_context *ctx, struct jalon_db *db,
                                  struct jalon_text file)
{
    if (db->driver->backup == NULL) {
        return refuse_care(ctx, db);
    }
    struct jalon_text terminated = jalon_text_copy(ctx->arena, file);
    if (terminated.data == NULL) {
        return jalon_no_memory(ctx);
    }
    struct jalon_db_connection *connection;
    enum jalon_status status = jalon_db_begin(ctx, db, JALON_DB_READ, &connection);
    if (status == JALON_OK) {
        status = db->driver->backup(ctx, connection, terminated.data);
        jalon_db_end(connection);
    }
    return status;
}

enum jalon_status jalon_db_unpack(struct jalon_context *ctx, struct jalon_text file,
                                  const struct jalon_db_options *options, struct jalon_db **out)
{
    struct jalon_db_options terminated;
    const struct jalon_db_driver *driver = NULL;
    struct jalon_db *db;
    enum jalon_status status = choose_driver(ctx, options, &terminated, &driver);
    if (status != JALON_OK) {
        return status;
    }
    if (driver->unpack == NULL) {
        return jalon_fail(ctx, JALON_UNSUPPORTED, "this database is not made of a file");
    }
    struct jalon_text name = jalon_text_copy(ctx->arena, file);
    if (name.data == NULL) {
        return jalon_no_memory(ctx);
    }
    status = driver->unpack(ctx, name, &terminated, &db);
    return status == JALON_OK ? start(ctx, driver, options->wait_ms, db, out) : status;
}

enum jalon_status jalon_db_make_file(struct jalon_context *ctx, struct jalon_text file,
                                     struct jalon_db **out)
{
    enum { ALONE_MS = 1000 }; /* nobody else knows of it */
    const struct jalon_db_driver *driver = jalon_db_find_driver(JALON_TEXT("."));
    struct jalon_db *db;
    struct jalon_text name = jalon_text_copy(ctx->arena, file);
    if (name.data == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = driver->make_file(ctx, name, &db);
    return status == JALON_OK ? start(ctx, driver, ALONE_MS, db, out) : status;
}

enum jalon_status jalon_db_settle(struct jalon_context *ctx, struct jalon_db *db)
{
    assert(!db->writing);
    jalon_db_pool_disconnect_readers(db);
    if (db->writer != NULL) {
        db->driver->disconnect(db->writer);
        db->writer = NULL;
    }
    return db->driver->settle(ctx, db);
}

enum jalon_status jalon_db_check(struct jalon_context *ctx, struct jalon_db_connection *connection,
                                 jalon_db_finding take, void *object)
{
    const struct jalon_db_driver *driver = connection->db->driver;
    return driver->check == NULL ? refuse_care(ctx, connection->db)
                                 : driver->check(ctx, connection, take, object);
}

enum jalon_status jalon_db_compact(struct jalon_context *ctx, struct jalon_db *db,
                                   int64_t *out_before, int64_t *out_after)
{
    if (db->driver->compact == NULL) {
        return refuse_care(ctx, db);
    }
    jalon_db_pool_disconnect_readers(db);
    struct jalon_db_connection *writer;
    int64_t deadline_us = jalon_clock_monotonic_us() + db->wait_ms * 1000;
    enum jalon_status status = jalon_db_pool_lease(ctx, db, JALON_DB_WRITE, deadline_us, &writer);
    if (status == JALON_OK) {
        status = db->driver->compact(ctx, writer, out_before, out_after);
        jalon_db_pool_give_back(writer);
    }
    return status;
}

void jalon_db_measure(struct jalon_db *db, uint64_t *out_reads, uint64_t *out_standby_reads,
                      uint64_t *out_writes, int64_t *out_log_bytes)
{
    *out_standby_reads =
        atomic_load_explicit(&db->begun[JALON_DB_STANDBY], memory_order_relaxed);
    *out_reads = atomic_load_explicit(&db->begun[JALON_DB_READ], memory_order_relaxed);
    *out_writes = atomic_load_explicit(&db->begun[JALON_DB_WRITE], memory_order_relaxed);
    *out_log_bytes = db->driver->log_bytes != NULL ? db->driver->log_bytes(db) : 0;
}

uint64_t jalon_db_measure_statements(const struct jalon_db *db)
{
    return atomic_load_explicit(&db->asked, memory_order_relaxed);
}
