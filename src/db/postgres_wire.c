/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sending to PostgreSQL and waiting for it: libpq's pipeline mode (its manual, 34.5). Layer 1.
 *
 * The socket never blocks: what cannot be sent or is not there yet is waited for with poll(), and
 * not for longer than the connection's patience, so that a server that is frozen or behind a cut
 * cable costs a failure and no thread.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "db/postgres.h"
#include "jalon/clock.h"

/* --- The queue --- */

static size_t place(const struct jalon_postgres_connection *connection, size_t at)
{
    return (connection->sent_first + at) %
           (sizeof connection->sent / sizeof connection->sent[0]);
}

static void push(struct jalon_postgres_connection *connection, enum jalon_postgres_sent sent)
{
    assert(connection->sent_count < sizeof connection->sent / sizeof connection->sent[0]);
    connection->sent[place(connection, connection->sent_count++)] = sent;
}

static enum jalon_postgres_sent pop(struct jalon_postgres_connection *connection)
{
    enum jalon_postgres_sent sent = connection->sent[connection->sent_first];
    connection->sent_first = place(connection, 1);
    connection->sent_count--;
    return sent;
}

/* --- The socket --- */

/*
 * Waits for any of the events; false when the time is over, or the server is found to be silent by
 * who watches it.
 */
static bool wait_socket(const struct jalon_postgres_connection *connection, short events,
                        int64_t until_us)
{
    enum { LOOK_EVERY_MS = 200 };
    struct pollfd socket = {.fd = PQsocket(connection->handle), .events = events};
    int64_t left_us;
    while ((left_us = until_us - jalon_clock_monotonic_us()) > 0 &&
           (connection->is_patient || !jalon_db_reach_is_hopeless(&connection->base))) {
        int wait_ms = left_us < LOOK_EVERY_MS * 1000 ? (int)(left_us / 1000) + 1 : LOOK_EVERY_MS;
        int ready = poll(&socket, 1, wait_ms);
        if (ready > 0 || (ready < 0 && errno != EINTR)) {
            return ready > 0;
        }
    }
    return false;
}

/* Sends what is in libpq's buffer; false: lost. */
static bool flush(struct jalon_postgres_connection *connection)
{
    int64_t until_us = jalon_clock_monotonic_us() + connection->patience_us;
    int left;
    while ((left = PQflush(connection->handle)) > 0) {
        if (!wait_socket(connection, POLLIN | POLLOUT, until_us) ||
            PQconsumeInput(connection->handle) == 0) {
            return false;
        }
    }
    return left == 0;
}

/* Waits until PQgetResult has something to say; false: lost. */
static bool wait_result(struct jalon_postgres_connection *connection)
{
    int64_t now_us = jalon_clock_monotonic_us();
    int64_t until_us = now_us + connection->patience_us;
    bool heard = true;
    while (heard && PQisBusy(connection->handle) != 0) {
        atomic_store_explicit(&connection->waits_since_us, now_us, memory_order_relaxed);
        heard = wait_socket(connection, POLLIN, until_us) &&
                PQconsumeInput(connection->handle) != 0;
        now_us = jalon_clock_monotonic_us();
    }
    atomic_store_explicit(&connection->waits_since_us, 0, memory_order_relaxed);
    return heard;
}

bool jalon_postgres_is_alive(struct jalon_postgres_connection *connection)
{
    struct pollfd socket = {.fd = PQsocket(connection->handle), .events = POLLIN};
    /* What an idle connection has to say is a farewell, or a setting that was changed. */
    for (int i = 0; i < 3 && poll(&socket, 1, 0) > 0; i++) {
        if (PQconsumeInput(connection->handle) == 0) {
            connection->base.broken = true;
            return false;
        }
    }
    return PQstatus(connection->handle) == CONNECTION_OK;
}

/* --- Answers --- */

static bool is_failure(const PGresult *result)
{
    ExecStatusType state = PQresultStatus(result);
    return state == PGRES_FATAL_ERROR || state == PGRES_BAD_RESPONSE ||
           state == PGRES_NONFATAL_ERROR;
}

/* The next answer, NULL at the end of a statement's. False: lost. */
static bool next_result(struct jalon_postgres_connection *connection, PGresult **out)
{
    if (!wait_result(connection)) {
        return false;
    }
    *out = PQgetResult(connection->handle);
    return *out != NULL || PQstatus(connection->handle) == CONNECTION_OK;
}

/* Reads on to the end of a statement's answers. */
static bool skip_results(struct jalon_postgres_connection *connection)
{
    PGresult *result;
    do {
        if (!next_result(connection, &result)) {
            return false;
        }
        PQclear(result);
    } while (result != NULL);
    return true;
}

/* Takes one answer out of the queue; the first failure stays in *status. */
static enum jalon_status settle_one(struct jalon_context *ctx,
                                    struct jalon_postgres_connection *connection, const char *what,
                                    enum jalon_status status, PGresult **wanted)
{
    enum jalon_postgres_sent sent = pop(connection);
    PGresult *result = NULL;
    if (!next_result(connection, &result) ||
        (sent != JALON_POSTGRES_SYNC && !skip_results(connection))) {
        PQclear(result);
        return jalon_postgres_fail_lost(ctx, connection);
    }
    if (is_failure(result) && status == JALON_OK) {
        connection->base.broken = jalon_postgres_is_lost(result);
        status = jalon_postgres_fail(ctx, result, what);
        if (status == JALON_CONFLICT && sent == JALON_POSTGRES_IGNORED) {
            status = jalon_fail(ctx, JALON_INTERNAL, "the database refused a statement");
        }
    }
    if (sent == JALON_POSTGRES_WANTED && status == JALON_OK) {
        *wanted = result;
        return status;
    }
    PQclear(result);
    return status;
}

/* Waits for the first `count` answers. */
static enum jalon_status settle_some(struct jalon_context *ctx,
                                     struct jalon_postgres_connection *connection, size_t count,
                                     const char *what, PGresult **wanted)
{
    enum jalon_status status = JALON_OK;
    if (connection->base.broken || !flush(connection)) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    for (; count > 0; count--) {
        status = settle_one(ctx, connection, what, status, wanted);
        if (connection->base.broken) {
            return status;
        }
    }
    return status;
}

enum jalon_status jalon_postgres_settle(struct jalon_context *ctx,
                                        struct jalon_postgres_connection *connection,
                                        const char *what, PGresult **out)
{
    PGresult *wanted = NULL;
    if (connection->base.broken || PQpipelineSync(connection->handle) == 0) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    push(connection, JALON_POSTGRES_SYNC);
    enum jalon_status status =
        settle_some(ctx, connection, connection->sent_count, what, &wanted);
    if (status == JALON_OK && out != NULL) {
        assert(wanted != NULL);
        *out = wanted;
    } else {
        PQclear(wanted);
    }
    return status;
}

void jalon_postgres_push(struct jalon_postgres_connection *connection)
{
    if (connection->base.broken) {
        return;
    }
    if (PQpipelineSync(connection->handle) == 0 || !flush(connection)) {
        connection->base.broken = true;
        return;
    }
    push(connection, JALON_POSTGRES_SYNC);
}

/* --- Sending --- */

/* Room for one more. */
static enum jalon_status make_room(struct jalon_context *ctx,
                                   struct jalon_postgres_connection *connection)
{
    if (connection->base.broken) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    enum jalon_status status = jalon_postgres_finish_copies(ctx, connection);
    if (status != JALON_OK) {
        return status;
    }
    return connection->sent_count < JALON_POSTGRES_QUEUE_MAX
               ? JALON_OK
               : jalon_postgres_settle(ctx, connection, "deferred", NULL);
}

enum jalon_status jalon_postgres_send(struct jalon_context *ctx,
                                      struct jalon_postgres_connection *connection,
                                      const char *sql, enum jalon_postgres_sent sent)
{
    enum jalon_status status = make_room(ctx, connection);
    if (status != JALON_OK) {
        return status;
    }
    if (PQsendQueryParams(connection->handle, sql, 0, NULL, NULL, NULL, NULL, 1) == 0) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    push(connection, sent);
    return JALON_OK;
}

enum jalon_status jalon_postgres_send_part(struct jalon_context *ctx,
                                           struct jalon_postgres_connection *connection,
                                           const struct jalon_postgres_part *part,
                                           const struct jalon_db_value *parameters,
                                           enum jalon_postgres_sent sent)
{
    struct jalon_postgres_parameter encoded[JALON_POSTGRES_PARAMETERS_MAX];
    const char *values[JALON_POSTGRES_PARAMETERS_MAX];
    int lengths[JALON_POSTGRES_PARAMETERS_MAX], formats[JALON_POSTGRES_PARAMETERS_MAX];
    enum jalon_status status = make_room(ctx, connection);
    for (size_t i = 0; i < part->count && status == JALON_OK; i++) {
        status = jalon_postgres_encode(ctx, &parameters[part->from[i]], part->types[i],
                                       &encoded[i]);
        values[i] = encoded[i].data;
        lengths[i] = encoded[i].length;
        formats[i] = encoded[i].format;
    }
    if (status != JALON_OK) {
        return status;
    }
    if (PQsendQueryPrepared(connection->handle, part->name, (int)part->count, values, lengths,
                            formats, 1) == 0) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    push(connection, sent);
    return JALON_OK;
}

enum jalon_status jalon_postgres_describe(struct jalon_context *ctx,
                                          struct jalon_postgres_connection *connection,
                                          const struct jalon_postgres_part *part, const char *what,
                                          PGresult **out)
{
    enum jalon_status status = make_room(ctx, connection);
    if (status != JALON_OK) {
        return status;
    }
    if (PQsendPrepare(connection->handle, part->name, part->sql, 0, NULL) == 0 ||
        PQsendDescribePrepared(connection->handle, part->name) == 0) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    push(connection, JALON_POSTGRES_IGNORED);
    push(connection, JALON_POSTGRES_WANTED);
    return jalon_postgres_settle(ctx, connection, what, out);
}

enum jalon_status jalon_postgres_ask(struct jalon_context *ctx,
                                     struct jalon_postgres_connection *connection,
                                     const char *sql, PGresult **out)
{
    enum jalon_status status = jalon_postgres_send(ctx, connection, sql, JALON_POSTGRES_WANTED);
    return status == JALON_OK ? jalon_postgres_settle(ctx, connection, sql, out) : status;
}

/* --- Rows --- */

enum jalon_status jalon_postgres_start_rows(struct jalon_context *ctx,
                                            struct jalon_postgres_connection *connection,
                                            const char *what)
{
    assert(connection->sent_count > 0);
    if (connection->base.broken || PQpipelineSync(connection->handle) == 0) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    push(connection, JALON_POSTGRES_SYNC);
    /* All but the wanted answer and what ends it. */
    enum jalon_status status =
        settle_some(ctx, connection, connection->sent_count - 2, what, NULL);
    if (status != JALON_OK) {
        if (!connection->base.broken) { /* the other two say that they were left out */
            PGresult *none = NULL;
            enum jalon_status first = status;
            for (; connection->sent_count > 0 && !connection->base.broken;) {
                status = settle_one(ctx, connection, what, first, &none);
            }
        }
        return status;
    }
    return PQsetSingleRowMode(connection->handle) == 1
               ? JALON_OK
               : jalon_postgres_fail_lost(ctx, connection);
}

enum jalon_status jalon_postgres_next_row(struct jalon_context *ctx,
                                          struct jalon_postgres_connection *connection,
                                          const char *what, PGresult **out)
{
    PGresult *result;
    if (connection->base.broken || !next_result(connection, &result)) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
        *out = result;
        return JALON_OK;
    }
    enum jalon_status status = JALON_NOT_FOUND;
    if (is_failure(result)) {
        connection->base.broken = jalon_postgres_is_lost(result);
        status = jalon_postgres_fail(ctx, result, what);
    }
    PQclear(result);
    if (connection->base.broken) {
        return status;
    }
    PGresult *sync = NULL;
    pop(connection);
    pop(connection);
    if (!skip_results(connection) || !next_result(connection, &sync)) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    PQclear(sync);
    return status;
}

/* --- Outside the pipeline --- */

/* Does this answer to a SELECT say 0? In the text form. */
static bool says_no(const PGresult *result)
{
    return PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0 &&
           PQnfields(result) > 0 && strcmp(PQgetvalue(result, 0, 0), "0") == 0;
}

static enum jalon_status read_script(struct jalon_context *ctx,
                                     struct jalon_postgres_connection *connection)
{
    enum jalon_status status = JALON_OK;
    PGresult *result = NULL;
    while (next_result(connection, &result)) {
        if (result == NULL) {
            return status;
        }
        if (status == JALON_OK && is_failure(result)) {
            status = jalon_postgres_fail(ctx, result, "migration");
        } else if (status == JALON_OK && says_no(result)) {
            jalon_error_internal(ctx, "a statement of a migration answered 0");
            status = jalon_fail(ctx, JALON_INTERNAL, "the database refused a statement");
        }
        PQclear(result);
    }
    return jalon_postgres_fail_lost(ctx, connection);
}

enum jalon_status jalon_postgres_leave_pipeline(struct jalon_context *ctx,
                                                struct jalon_postgres_connection *connection)
{
    enum jalon_status status = JALON_OK;
    if (connection->sent_count > 0) {
        status = jalon_postgres_settle(ctx, connection, "deferred", NULL);
    }
    if (status != JALON_OK) {
        return status;
    }
    if (connection->base.broken || PQexitPipelineMode(connection->handle) == 0) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    connection->is_alone = true;
    return JALON_OK;
}

enum jalon_status jalon_postgres_enter_pipeline(struct jalon_context *ctx,
                                                struct jalon_postgres_connection *connection)
{
    connection->is_alone = false;
    return connection->base.broken || PQenterPipelineMode(connection->handle) == 0
               ? jalon_postgres_fail_lost(ctx, connection)
               : JALON_OK;
}

enum jalon_status jalon_postgres_run_script(struct jalon_context *ctx,
                                            struct jalon_postgres_connection *connection,
                                            const char *sql)
{
    enum { PATIENCE_S = 3600 }; /* a migration of a large table */
    enum jalon_status status = jalon_postgres_finish_copies(ctx, connection);
    if (status == JALON_OK) {
        status = jalon_postgres_leave_pipeline(ctx, connection);
    }
    if (status != JALON_OK) {
        return status;
    }
    int64_t patience_us = connection->patience_us;
    connection->patience_us = PATIENCE_S * INT64_C(1000000);
    if (PQsendQuery(connection->handle, sql) == 0 || !flush(connection)) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    status = read_script(ctx, connection);
    connection->patience_us = patience_us;
    enum jalon_status entered = connection->base.broken
                                    ? status
                                    : jalon_postgres_enter_pipeline(ctx, connection);
    return status == JALON_OK ? entered : status;
}

/* --- COPY --- */

enum jalon_status jalon_postgres_start_copy(struct jalon_context *ctx,
                                            struct jalon_postgres_connection *connection,
                                            const char *sql, struct jalon_text data,
                                            const char *what)
{
    PGresult *result = NULL;
    if (connection->base.broken || PQsendQuery(connection->handle, sql) == 0 ||
        !flush(connection) || !next_result(connection, &result)) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    if (PQresultStatus(result) != PGRES_COPY_IN) {
        connection->base.broken = jalon_postgres_is_lost(result);
        enum jalon_status status = jalon_postgres_fail(ctx, result, what);
        PQclear(result);
        return skip_results(connection) ? status : jalon_postgres_fail_lost(ctx, connection);
    }
    PQclear(result);
    return PQputCopyData(connection->handle, data.data, (int)data.length) == 1 &&
                   flush(connection) && PQputCopyEnd(connection->handle, NULL) == 1 &&
                   flush(connection)
               ? JALON_OK
               : jalon_postgres_fail_lost(ctx, connection);
}

bool jalon_postgres_has_answer(struct jalon_postgres_connection *connection)
{
    /* What is lost is found out by who waits for the answer. */
    return PQconsumeInput(connection->handle) == 0 || PQisBusy(connection->handle) == 0;
}

enum jalon_status jalon_postgres_end_copy(struct jalon_context *ctx,
                                          struct jalon_postgres_connection *connection,
                                          const char *what)
{
    PGresult *result = NULL;
    enum jalon_status status = JALON_OK;
    if (connection->base.broken || !next_result(connection, &result)) {
        return jalon_postgres_fail_lost(ctx, connection);
    }
    if (is_failure(result)) {
        connection->base.broken = jalon_postgres_is_lost(result);
        status = jalon_postgres_fail(ctx, result, what);
    }
    PQclear(result);
    return connection->base.broken || skip_results(connection)
               ? status
               : jalon_postgres_fail_lost(ctx, connection);
}
