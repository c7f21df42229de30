/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Between libmicrohttpd and the exchange: its callbacks, nothing else. Layer 2.
 *
 * An exchange is made when the request line is there and freed when the answer is sent or the
 * connection is lost; both, and all between, happen in the one thread that owns the connection.
 */
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "jalon/clock.h"
#include "jalon/log.h"
#include "jalon/memory.h"

#include "await.h"
#include "connection.h"
#include "linger.h"
#include "metrics.h"
#include "queue.h"
#include "workers.h"

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

void jalon_wire_connection(void *cls, struct MHD_Connection *connection, void **socket_cls,
                           enum MHD_ConnectionNotificationCode code)
{
    struct jalon_http *http = cls;
    (void)socket_cls;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        jalon_connections_remove(http->connections, socket_of(connection));
    }
}

void *jalon_wire_begin(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct jalon_http *http = cls;
    struct jalon_exchange *exchange = jalon_exchange_create(http, target);
    struct jalon_connection *known = jalon_connection_of(socket_of(connection));
    if (exchange != NULL && known != NULL) {
        exchange->request.client = *jalon_connection_client(known);
        exchange->connection = known;
    }
    if (exchange != NULL) {
        atomic_fetch_add(&http->running, 1);
        exchange->head.malformed = known == NULL || !jalon_connection_is_framed(known);
    }
    return exchange;
}

static enum MHD_Result collect(void *cls, enum MHD_ValueKind kind, const char *key,
                               size_t key_size, const char *value, size_t value_size)
{
    struct jalon_head *head = cls;
    (void)kind;
    if (value == NULL) {
        value = "";
        value_size = 0;
        head->malformed = true;
    }
    if (head->header_count < JALON_HEADERS_MAX) {
        head->headers[head->header_count] =
            (struct jalon_pair){{key, key_size}, {value, value_size}};
    }
    head->header_count++;
    return MHD_YES;
}

static void fill_head(struct jalon_exchange *exchange, struct MHD_Connection *connection,
                      const char *method, const char *version)
{
    struct jalon_head *head = &exchange->head;
    head->method = jalon_text_from(method);
    head->version = jalon_text_from(version);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect, head);
}

/* The descriptor is the response's once there is one. */
static struct MHD_Response *make_file_response(struct jalon_exchange *exchange)
{
    struct stat status;
    int file = exchange->response.file;
    struct MHD_Response *response =
        fstat(file, &status) == 0
            ? MHD_create_response_from_fd64((uint64_t)status.st_size, file)
            : NULL;
    if (response != NULL) {
        exchange->response.file = -1;
        exchange->sent_bytes = exchange->head_only ? 0 : (size_t)status.st_size;
    }
    return response;
}

static struct MHD_Response *make_response(struct jalon_exchange *exchange)
{
    struct jalon_buffer *body = &exchange->response.body;
    struct MHD_Response *response;
    if (exchange->response.file >= 0) {
        return make_file_response(exchange);
    }
    if (body->length > 0) {
        response = MHD_create_response_from_buffer_with_free_callback(body->length, body->data,
                                                                      jalon_memory_release);
    } else {
        response = MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
    }
    if (response != NULL && body->length > 0) {
        exchange->sent_bytes = exchange->head_only ? 0 : body->length;
        *body = (struct jalon_buffer){0}; /* the response's now */
    }
    return response;
}

/* A large answer that nobody has room for is taken back, unless it tells of what was done. */
static void count_answer(struct jalon_exchange *exchange)
{
    const struct jalon_route *route = exchange->request.route;
    bool may_fail = route != NULL && route->method == JALON_GET;
    if (exchange->connection != NULL &&
        !jalon_connection_send(exchange->connection, exchange->response.body.length, may_fail)) {
        jalon_exchange_fail(exchange, JALON_UNAVAILABLE,
                            "too many answers are waiting for their clients: ask again in a moment");
        jalon_connection_send(exchange->connection, exchange->response.body.length, false);
    }
}

static enum MHD_Result send_answer(struct jalon_exchange *exchange,
                                   struct MHD_Connection *connection)
{
    if (!exchange->answered) {
        jalon_exchange_answer(exchange);
    }
    exchange->answered_us = jalon_clock_monotonic_us();
    count_answer(exchange);
    struct MHD_Response *response = make_response(exchange);
    if (response == NULL) {
        return MHD_NO;
    }
    enum MHD_Result done = MHD_YES;
    for (size_t i = 0; i < exchange->reply_header_count && done == MHD_YES; i++) {
        const struct jalon_pair *header = &exchange->reply_headers[i];
        done = MHD_add_response_header(response, header->name.data, header->value.data);
    }
    if (done == MHD_YES) {
        done = MHD_queue_response(connection, exchange->response.code, response);
    }
    MHD_destroy_response(response);
    return done;
}

enum MHD_Result jalon_wire_request(void *cls, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version,
                                   const char *upload_data, size_t *upload_data_size,
                                   void **request_cls)
{
    struct jalon_exchange *exchange = *request_cls;
    struct jalon_http *http = cls;
    (void)url; /* decoded before it was split: of no use */
    if (exchange == NULL) {
        return MHD_NO;
    }
    if (!exchange->opened) {
        exchange->opened = true;
        fill_head(exchange, connection, method, version);
        jalon_exchange_open(exchange);
        /* An answer now means that the body is not read, nor a next request. */
        return exchange->close ? send_answer(exchange, connection) : MHD_YES;
    }
    if (*upload_data_size > 0) {
        bool more = jalon_body_feed(exchange, upload_data, *upload_data_size);
        *upload_data_size = 0;
        return more ? MHD_YES : MHD_NO;
    }
    if (jalon_await_holds(http->awaiting, connection, exchange)) {
        return MHD_YES;
    }
    if (jalon_exchange_takes_long(exchange)) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        exchange->socket = info != NULL ? info->connect_fd : -1;
        if (jalon_workers_push(http->workers, connection, exchange)) {
            return MHD_YES;
        }
        jalon_exchange_fail(exchange, JALON_UNAVAILABLE,
                            "too many files are being made: ask again in a moment");
    }
    if (jalon_exchange_is_apart(exchange)) {
        if (jalon_workers_push(http->apart, connection, exchange)) {
            return MHD_YES;
        }
        jalon_exchange_fail(exchange, JALON_UNAVAILABLE,
                            "too many people do this now: send it again in a moment");
    }
    if (jalon_exchange_is_write(exchange)) {
        if (jalon_queue_push(http->queue, connection, exchange)) {
            return MHD_YES;
        }
        jalon_exchange_fail(exchange, JALON_UNAVAILABLE,
                            "too much is being written: send it again in a moment");
    }
    return send_answer(exchange, connection);
}

bool jalon_request_is_abandoned(const struct jalon_request *request)
{
    const struct jalon_exchange *exchange = (const struct jalon_exchange *)request;
    char next;
    if (atomic_load(&exchange->http->abandoning)) {
        return true;
    }
    /* Not recv, which counts what the library takes (connection.c). */
    ssize_t got = exchange->socket < 0 ? 1
                                       : recvfrom(exchange->socket, &next, 1,
                                                  MSG_PEEK | MSG_DONTWAIT, NULL, NULL);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

static const char *ending_of(enum MHD_RequestTerminationCode code)
{
    switch (code) {
    case MHD_REQUEST_TERMINATED_COMPLETED_OK: return NULL;
    case MHD_REQUEST_TERMINATED_TIMEOUT_REACHED: return "timeout";
    case MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN: return "shutdown";
    case MHD_REQUEST_TERMINATED_WITH_ERROR:
    case MHD_REQUEST_TERMINATED_READ_ERROR:
    case MHD_REQUEST_TERMINATED_CLIENT_ABORT: return "aborted";
    }
    return "aborted";
}

/* The library closes its socket next; with a second one on it the client still gets the answer. */
static void keep_open_for_the_answer(struct jalon_http *http, struct MHD_Connection *connection)
{
    int copy = fcntl(socket_of(connection), F_DUPFD_CLOEXEC, 0);
    if (copy >= 0) {
        jalon_linger_add(http->linger, copy);
    }
}

void jalon_wire_end(void *cls, struct MHD_Connection *connection, void **request_cls,
                    enum MHD_RequestTerminationCode code)
{
    struct jalon_http *http = cls;
    struct jalon_exchange *exchange = *request_cls;
    if (exchange == NULL) {
        return;
    }
    if (exchange->body_unread && code == MHD_REQUEST_TERMINATED_COMPLETED_OK) {
        keep_open_for_the_answer(http, connection);
    }
    if (exchange->connection != NULL) {
        jalon_connection_answered(exchange->connection,
                                  exchange->close || code != MHD_REQUEST_TERMINATED_COMPLETED_OK);
    }
    if (!exchange->answered) {
        exchange->response.code = 0; /* it never came whole; refusal.c may have said why */
    }
    jalon_access_log(exchange, ending_of(code));
    jalon_counts_add(http->counts, exchange);
    jalon_exchange_destroy(exchange);
    *request_cls = NULL;
    atomic_fetch_sub(&http->running, 1);
}

void jalon_wire_log(void *cls, const char *format, va_list args)
{
    char line[512];
    (void)cls;
    vsnprintf(line, sizeof line, format, args);
    struct jalon_text text = jalon_text_trim(jalon_text_from(line));
    struct jalon_log_field field = {"message",
                                    jalon_text_is_utf8(text) ? text : JALON_TEXT("not UTF-8"), 0};
    jalon_log_write(JALON_LOG_DEBUG, "libmicrohttpd", &field, 1);
}
