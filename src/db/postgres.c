/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The engine that is a server, or several: PostgreSQL with PostGIS. Layer 1.
 *
 * Who reads sees one state (REPEATABLE READ). Who writes sees what was committed before each
 * statement (READ COMMITTED) and locks the map it writes to. What nobody asks the outcome of is
 * sent with the next statement whose outcome somebody does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/postgres.h"
#include "jalon/memory.h"

/* How long the server may be silent within a statement, in microseconds. */
static const int64_t write_patience_us = INT64_C(5000000); /* and as long as it waits for a lock */
static const int64_t read_patience_us = INT64_C(60000000);
static const int64_t ping_patience_us = INT64_C(5000000);
static const int64_t standby_patience_us = INT64_C(2000000); /* it is never needed */

/* --- Connections --- */

/*
 * What holds for all transactions of a connection. Rows of a map lie in the order of their numbers
 * and are read in it, which the planner does not know of an index whose first column is the map: at
 * the usual price of a page it would sort them instead, at three times the cost. And no statement of
 * a request is worth starting processes for.
 */
static enum jalon_status configure(struct jalon_context *ctx,
                                   struct jalon_postgres_connection *connection)
{
    char sql[300];
    snprintf(sql, sizeof sql,
             "SELECT set_config('lock_timeout', '%lld', false), set_config('TimeZone', 'UTC', "
             "false), set_config('jit', 'off', false), set_config('random_page_cost', '1.1', "
             "false), set_config('max_parallel_workers_per_gather', '0', false)",
             (long long)connection->base.db->wait_ms);
    PGresult *answer = NULL;
    enum jalon_status status = jalon_postgres_ask(ctx, connection, sql, &answer);
    PQclear(status == JALON_OK ? answer : NULL);
    return status;
}

static void postgres_disconnect(struct jalon_db_connection *base)
{
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    jalon_postgres_unknow(connection);
    jalon_postgres_forget_copies(connection);
    jalon_postgres_forget_prepared(connection);
    jalon_memory_release(connection->prepared);
    PQfinish(connection->handle);
    jalon_memory_release(connection);
}

static enum jalon_status postgres_connect(struct jalon_context *ctx, struct jalon_db *base,
                                          enum jalon_db_mode mode,
                                          struct jalon_db_connection **out)
{
    struct jalon_postgres_db *db = (struct jalon_postgres_db *)base;
    struct jalon_postgres_connection *connection =
        jalon_memory_allocate_zeroed(1, sizeof *connection);
    if (connection == NULL) {
        return jalon_no_memory(ctx);
    }
    connection->base = (struct jalon_db_connection){
        .db = base, .mode = mode, .era = atomic_load(&base->reach.era)};
    connection->is_patient = true; /* somebody must find out that a server is back */
    connection->patience_us = jalon_postgres_url_patience_us(db->options);
    connection->prepared =
        jalon_memory_allocate_zeroed(jalon_db_statement_count, sizeof *connection->prepared);
    enum jalon_status status = connection->prepared != NULL ? JALON_OK : jalon_no_memory(ctx);
    if (status == JALON_OK) {
        status = jalon_postgres_connect_handle(ctx, db->options, mode == JALON_DB_STANDBY,
                                               &connection->handle);
    }
    if (status == JALON_OK && (PQsetnonblocking(connection->handle, 1) != 0 ||
                               PQenterPipelineMode(connection->handle) == 0)) {
        status = jalon_postgres_fail_lost(ctx, connection);
    }
    if (status == JALON_OK && !db->is_checked) {
        status = jalon_postgres_check(ctx, connection);
        db->is_checked = status == JALON_OK;
    }
    if (status == JALON_OK) {
        status = configure(ctx, connection);
    }
    if (status != JALON_OK) {
        postgres_disconnect(&connection->base);
        return status;
    }
    connection->is_patient = mode == JALON_DB_STANDBY; /* that the other is silent says nothing */
    connection->patience_us = mode == JALON_DB_WRITE ? base->wait_ms * 1000 + write_patience_us
                              : mode == JALON_DB_STANDBY ? standby_patience_us
                                                         : read_patience_us;
    connection->process = PQbackendPID(connection->handle);
    if (mode != JALON_DB_STANDBY) { /* another server's */
        jalon_postgres_know(connection);
    }
    *out = &connection->base;
    return JALON_OK;
}

static bool postgres_has_standby(const struct jalon_db *base)
{
    return jalon_postgres_url_hosts(((const struct jalon_postgres_db *)base)->options) > 1;
}

static enum jalon_status postgres_open(struct jalon_context *ctx,
                                       const struct jalon_db_options *options,
                                       struct jalon_db **out)
{
    struct jalon_postgres_db *db = jalon_memory_allocate_zeroed(1, sizeof *db);
    if (db == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status =
        jalon_postgres_url_read(ctx, options->location.data, &db->options);
    if (status != JALON_OK) {
        jalon_memory_release(db);
        return status;
    }
    pthread_mutex_init(&db->known_mutex, NULL);
    *out = &db->base;
    return JALON_OK;
}

static enum jalon_status postgres_check_url(struct jalon_context *ctx, const char *url)
{
    PQconninfoOption *options = NULL;
    enum jalon_status status = jalon_postgres_url_read(ctx, url, &options);
    PQconninfoFree(options);
    return status;
}

static void postgres_close(struct jalon_db *base)
{
    struct jalon_postgres_db *db = (struct jalon_postgres_db *)base;
    PQconninfoFree(db->options);
    pthread_mutex_destroy(&db->known_mutex);
    jalon_memory_release(db);
}

/* --- Transactions --- */

static bool postgres_is_alive(struct jalon_db_connection *connection)
{
    return jalon_postgres_is_alive((struct jalon_postgres_connection *)connection);
}

static enum jalon_status postgres_ping(struct jalon_context *ctx,
                                       struct jalon_db_connection *base)
{
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    connection->is_patient = true;
    connection->patience_us = ping_patience_us;
    PGresult *answer;
    enum jalon_status status = jalon_postgres_ask(ctx, connection, "SELECT 1", &answer);
    if (status == JALON_OK) {
        PQclear(answer);
        status = jalon_postgres_find_cut_off(ctx, connection);
    }
    return status;
}

static enum jalon_status postgres_begin(struct jalon_context *ctx,
                                        struct jalon_db_connection *base, int64_t deadline_us)
{
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    (void)deadline_us; /* the server ends waits for locks: lock_timeout */
    /* The end of the transaction before: nobody has waited for it. */
    if (connection->sent_count > 0) {
        enum jalon_status status = jalon_postgres_settle(ctx, connection, "rollback", NULL);
        if (status != JALON_OK) {
            return jalon_postgres_fail_lost(ctx, connection);
        }
    }
    return jalon_postgres_send(ctx, connection,
                               base->mode == JALON_DB_WRITE
                                   ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                                   : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                               JALON_POSTGRES_IGNORED);
}

/*
 * A commit that somebody cancels while it waits for a standby is done on this server alone, and is
 * answered with a warning (its manual, Synchronous Replication): whoever is promoted may not have it.
 */
static void note_warning(void *object, const PGresult *notice)
{
    const char *code = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    *(bool *)object = *(bool *)object || (code != NULL && strcmp(code, "01000") == 0);
}

static enum jalon_status ask_commit(struct jalon_context *ctx,
                                    struct jalon_postgres_connection *connection, PGresult **out)
{
    bool warned = false;
    PQnoticeReceiver before = PQsetNoticeReceiver(connection->handle, note_warning, &warned);
    enum jalon_status status = jalon_postgres_ask(ctx, connection, "COMMIT", out);
    PQsetNoticeReceiver(connection->handle, before, NULL);
    if (status == JALON_OK && warned) {
        PQclear(*out);
        jalon_error_internal(ctx, "commit: cancelled while it waited for a standby");
        return jalon_fail(ctx, JALON_UNAVAILABLE, "it is not known whether this was kept");
    }
    return status;
}

static enum jalon_status postgres_commit(struct jalon_context *ctx,
                                         struct jalon_db_connection *base)
{
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    PGresult *answer;
    enum jalon_status status = jalon_postgres_absorb(ctx, connection);
    if (status == JALON_OK) {
        status = ask_commit(ctx, connection, &answer);
    }
    if (status != JALON_OK) {
        return status;
    }
    /* COMMIT of a transaction that failed is a ROLLBACK, and no failure of its own. */
    bool committed = strcmp(PQcmdStatus(answer), "COMMIT") == 0;
    PQclear(answer);
    if (!committed) {
        jalon_error_internal(ctx, "a transaction that had failed was to be committed");
        return jalon_fail(ctx, JALON_INTERNAL, "the database refused a statement");
    }
    if (base->mode == JALON_DB_WRITE) {
        jalon_postgres_watch_tell(((struct jalon_postgres_db *)base->db)->watch);
    }
    return JALON_OK;
}

static void postgres_rollback(struct jalon_db_connection *base)
{
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    struct jalon_context *ctx = jalon_context_create();
    jalon_postgres_drop_copies(connection);
    if (ctx == NULL || connection->streaming != NULL || connection->unread != NULL ||
        jalon_postgres_send(ctx, connection, "ROLLBACK", JALON_POSTGRES_IGNORED) != JALON_OK) {
        base->broken = true;
    }
    jalon_postgres_push(connection);
    jalon_context_destroy(ctx);
}

/* To the savepoint that was set last, or away from it. */
static enum jalon_status send_part(struct jalon_context *ctx,
                                   struct jalon_postgres_connection *connection, const char *step)
{
    char sql[64];
    snprintf(sql, sizeof sql, "%s part%llu", step, (unsigned long long)connection->savepoints);
    return jalon_postgres_send(ctx, connection, sql, JALON_POSTGRES_IGNORED);
}

/*
 * Setting and keeping wait for nothing. Each savepoint has a name of its own: when what was kept fails
 * after all, the next one is never set, so that going back to it fails and does not go back to one
 * before, without what its writer was told is kept.
 */
static enum jalon_status postgres_savepoint(struct jalon_context *ctx,
                                            struct jalon_db_connection *base,
                                            enum jalon_db_savepoint_step step)
{
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    enum jalon_status status = jalon_postgres_absorb(ctx, connection);
    if (status != JALON_OK) {
        return status;
    }
    if (step == JALON_DB_SAVEPOINT_SET) {
        connection->savepoints++;
        return send_part(ctx, connection, "SAVEPOINT");
    }
    if (step == JALON_DB_SAVEPOINT_KEEP) {
        return send_part(ctx, connection, "RELEASE");
    }
    /* What was sent and not waited for is undone too, whether it failed or not; why something is
       undone is what the caller goes on to say. */
    struct jalon_error why = ctx->error;
    jalon_postgres_drop_copies(connection);
    status = connection->sent_count > 0 ? jalon_postgres_settle(ctx, connection, "deferred", NULL)
                                        : JALON_OK;
    if (base->broken) {
        return status;
    }
    ctx->error = why;
    status = send_part(ctx, connection, "ROLLBACK TO");
    if (status == JALON_OK) {
        status = send_part(ctx, connection, "RELEASE");
    }
    return status == JALON_OK ? jalon_postgres_settle(ctx, connection, "savepoint", NULL) : status;
}

/* --- Statements --- */

static enum jalon_status postgres_prepare(struct jalon_context *ctx,
                                          struct jalon_db_connection *base, int query)
{
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    struct jalon_postgres_prepared *prepared;
    return jalon_postgres_find_prepared(ctx, connection, query, &prepared);
}

/* Runs a part whose outcome somebody wants. */
static enum jalon_status run_part(struct jalon_context *ctx,
                                  struct jalon_postgres_connection *connection, const char *name,
                                  const struct jalon_postgres_part *part,
                                  const struct jalon_db_value *parameters, PGresult **out)
{
    enum jalon_status status = JALON_OK;
    if (part->is_guarded) {
        status = jalon_postgres_send(ctx, connection, "SAVEPOINT guard", JALON_POSTGRES_IGNORED);
    }
    if (status == JALON_OK) {
        status =
            jalon_postgres_send_part(ctx, connection, part, parameters, JALON_POSTGRES_WANTED);
    }
    if (status == JALON_OK && part->is_guarded) {
        status = jalon_postgres_send(ctx, connection, "RELEASE guard", JALON_POSTGRES_IGNORED);
    }
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_postgres_settle(ctx, connection, name, out);
    if (status == JALON_CONFLICT && part->is_guarded) {
        enum jalon_status undone =
            jalon_postgres_send(ctx, connection, "ROLLBACK TO guard", JALON_POSTGRES_IGNORED);
        if (undone == JALON_OK) {
            undone = jalon_postgres_send(ctx, connection, "RELEASE guard", JALON_POSTGRES_IGNORED);
        }
        status = undone == JALON_OK ? status : undone;
    }
    return status;
}

static void read_outcome(PGresult *result, int64_t *out_changed, int64_t *out_number)
{
    *out_changed = strtoll(PQcmdTuples(result), NULL, 10);
    if (PQntuples(result) > 0) {
        char text[JALON_POSTGRES_SHORT_TEXT];
        struct jalon_db_value number;
        jalon_postgres_decode(result, 0, text, &number);
        *out_number = jalon_db_to_integer(&number);
    }
    PQclear(result);
}

static enum jalon_status postgres_execute(struct jalon_context *ctx,
                                          struct jalon_db_connection *base, int query,
                                          const struct jalon_db_value *parameters,
                                          int64_t *out_changed, int64_t *out_number)
{
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    struct jalon_postgres_prepared *prepared;
    enum jalon_status status = jalon_postgres_find_prepared(ctx, connection, query, &prepared);
    if (status != JALON_OK) {
        return status;
    }
    int64_t changed = 0, number = 0;
    bool is_wanted = out_changed != NULL || out_number != NULL || prepared->count > 1;
    if (is_wanted && prepared->count > 0) {
        PGresult *result;
        status = run_part(ctx, connection, jalon_db_statements[query].name, &prepared->parts[0],
                          parameters, &result);
        if (status == JALON_OK) {
            read_outcome(result, &changed, &number);
        }
    }
    for (size_t i = is_wanted; i < prepared->count && status == JALON_OK; i++) {
        if (i == 0 || changed > 0) {
            status = jalon_postgres_send_part(ctx, connection, &prepared->parts[i], parameters,
                                              JALON_POSTGRES_IGNORED);
        }
    }
    if (status == JALON_OK && out_changed != NULL) {
        *out_changed = changed;
    }
    if (status == JALON_OK && out_number != NULL) {
        *out_number = number;
    }
    return status;
}

/* --- Schema and watching --- */

/* A whole number in the first column of the only row; 0 when that is NULL. */
static enum jalon_status ask_number(struct jalon_context *ctx,
                                    struct jalon_postgres_connection *connection, const char *sql,
                                    int64_t *out)
{
    PGresult *answer;
    enum jalon_status status = jalon_postgres_ask(ctx, connection, sql, &answer);
    if (status == JALON_OK) {
        char text[JALON_POSTGRES_SHORT_TEXT];
        struct jalon_db_value value;
        jalon_postgres_decode(answer, 0, text, &value);
        *out = jalon_db_to_integer(&value);
        PQclear(answer);
    }
    return status;
}

/*
 * Who is about to change the schema waits for others who are, and then reads the catalogue: what
 * to_regclass remembers may be of before the wait.
 */
static enum jalon_status postgres_schema_version(struct jalon_context *ctx,
                                                 struct jalon_db_connection *base, int64_t *out)
{
    struct jalon_postgres_connection *connection = (struct jalon_postgres_connection *)base;
    enum jalon_status status = jalon_postgres_absorb(ctx, connection);
    if (status == JALON_OK && base->mode == JALON_DB_WRITE) {
        status = jalon_postgres_send(ctx, connection,
                                     "SELECT pg_advisory_xact_lock(1245793358)", /* "JALN" */
                                     JALON_POSTGRES_IGNORED);
    }
    int64_t has_table = 0, version = 0;
    if (status == JALON_OK) {
        status = ask_number(ctx, connection,
                            "SELECT count(*) FROM pg_class WHERE relname = 'schema_migration' "
                            "AND pg_table_is_visible(oid)",
                            &has_table);
    }
    if (status == JALON_OK && has_table != 0) {
        status = ask_number(ctx, connection, "SELECT max(number)::bigint FROM schema_migration",
                            &version);
    }
    if (status == JALON_OK) {
        *out = version;
    }
    return status;
}

static enum jalon_status postgres_run_script(struct jalon_context *ctx,
                                             struct jalon_db_connection *base, const char *sql)
{
    return jalon_postgres_run_script(ctx, (struct jalon_postgres_connection *)base, sql);
}

/*
 * How many transactions have ended: those below the snapshot's end, but for those that it says are
 * going on.
 */
static enum jalon_status postgres_data_version(struct jalon_context *ctx,
                                               struct jalon_db_connection *base, int64_t *out)
{
    return ask_number(ctx, (struct jalon_postgres_connection *)base,
                      "SELECT pg_snapshot_xmax(snapshot)::text::bigint - "
                      "(SELECT count(*) FROM pg_snapshot_xip(snapshot)) "
                      "FROM pg_current_snapshot() AS snapshot",
                      out);
}

static enum jalon_status postgres_watch(struct jalon_context *ctx, struct jalon_db *base,
                                        void (*wake)(void *object), void *object)
{
    struct jalon_postgres_db *db = (struct jalon_postgres_db *)base;
    return jalon_postgres_watch_start(ctx, base, wake, object, &db->watch);
}

static void postgres_end_watch(struct jalon_db *base)
{
    struct jalon_postgres_db *db = (struct jalon_postgres_db *)base;
    jalon_postgres_watch_stop(db->watch);
    db->watch = NULL;
}

const struct jalon_db_driver jalon_db_postgres = {
    .engine = JALON_DB_POSTGRES,
    .geometry_form = JALON_DB_GEOMETRY_EWKB,
    .prefix = "postgresql://",
    .short_prefix = "postgres://",
    .check_url = postgres_check_url,
    .open = postgres_open,
    .close = postgres_close,
    .connect = postgres_connect,
    .disconnect = postgres_disconnect,
    .is_alive = postgres_is_alive,
    .ping = postgres_ping,
    .has_standby = postgres_has_standby,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .savepoint = postgres_savepoint,
    .prepare = postgres_prepare,
    .execute = postgres_execute,
    .add = jalon_postgres_add,
    .query = jalon_postgres_query,
    .step = jalon_postgres_step,
    .cursor_end = jalon_postgres_cursor_end,
    .schema_version = postgres_schema_version,
    .run_script = postgres_run_script,
    .data_version = postgres_data_version,
    .watch = postgres_watch,
    .end_watch = postgres_end_watch,
    .care = "its own tools, such as pg_basebackup, pg_amcheck and VACUUM",
};
