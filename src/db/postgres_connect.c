/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Connecting to PostgreSQL: one host of the URL after the other, each for a bounded time, and in
 * the operator's words what was wrong with each. Layer 1.
 *
 * Libpq would try them all by itself, but does not tell the server's error code then, and the
 * server's words are in the language of whoever installed it.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "db/postgres.h"
#include "jalon/clock.h"

enum { KEYWORDS_MAX = 64 };
/* A standby is never worth waiting for. */
static const int64_t standby_patience_us = INT64_C(2000000);
static const char kind_of_server[] = "target_session_attrs";

struct target {
    const char *keywords[KEYWORDS_MAX + 1], *values[KEYWORDS_MAX + 1];
    size_t count;
    struct jalon_postgres_item host, address, port;
    char label[sizeof(struct jalon_postgres_item) + 16]; /* "db1:5432", for people */
};

static void put(struct target *target, const char *keyword, const char *value)
{
    if (value != NULL && target->count < KEYWORDS_MAX) {
        target->keywords[target->count] = keyword;
        target->values[target->count++] = value;
    }
}

/* What the URL does not say. A peer that is gone is found out within ten seconds. */
static void put_defaults(struct target *target, const PQconninfoOption *options, bool standby)
{
    static const struct {
        const char *keyword, *value;
    } defaults[] = {
        {kind_of_server, "read-write"},         {"application_name", "jalon"},
        {"keepalives_idle", "5"},               {"keepalives_interval", "2"},
        {"keepalives_count", "3"},              {"tcp_user_timeout", "10000"},
    };
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
        bool is_kind = strcmp(defaults[i].keyword, kind_of_server) == 0;
        if (jalon_postgres_url_value(options, defaults[i].keyword) == NULL &&
            !(standby && is_kind)) {
            put(target, defaults[i].keyword, defaults[i].value);
        }
    }
    put(target, "client_encoding", "UTF8");
    put(target, kind_of_server, standby ? "standby" : NULL);
}

/* The host of this number, and all else that the URL says. */
static void read_target(const PQconninfoOption *options, size_t index, bool standby,
                        struct target *out)
{
    out->count = 0;
    const char *host = jalon_postgres_url_item(jalon_postgres_url_value(options, "host"), index,
                                               &out->host);
    const char *address = jalon_postgres_url_item(jalon_postgres_url_value(options, "hostaddr"),
                                                  index, &out->address);
    const char *port = jalon_postgres_url_item(jalon_postgres_url_value(options, "port"), index,
                                               &out->port);
    put_defaults(out, options, standby);
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++) {
        bool is_place = strcmp(option->keyword, "host") == 0 ||
                        strcmp(option->keyword, "hostaddr") == 0 ||
                        strcmp(option->keyword, "port") == 0;
        bool is_ours = strcmp(option->keyword, "client_encoding") == 0 ||
                       (standby && strcmp(option->keyword, kind_of_server) == 0);
        if (!is_place && !is_ours) {
            put(out, option->keyword, option->val);
        }
    }
    put(out, "host", host);
    put(out, "hostaddr", address);
    put(out, "port", port);
    out->keywords[out->count] = out->values[out->count] = NULL;
    const char *shown = host != NULL && *host != '\0' ? host : address;
    snprintf(out->label, sizeof out->label, "%s%s%s",
             shown != NULL && *shown != '\0' ? shown : "the local server",
             port != NULL && *port != '\0' ? ":" : "", port != NULL ? port : "");
}

/* --- One host --- */

/* Goes on with it until it is there or not; false: nothing came within the time. */
static bool finish_connecting(PGconn *handle, int64_t patience_us)
{
    int64_t until_us = jalon_clock_monotonic_us() + patience_us;
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING) {
        struct pollfd socket = {
            .fd = PQsocket(handle),
            .events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT,
        };
        int64_t left_us = until_us - jalon_clock_monotonic_us();
        if (left_us <= 0) {
            return false;
        }
        if (poll(&socket, 1, (int)(left_us / 1000) + 1) > 0) {
            next = PQconnectPoll(handle);
        }
    }
    return true;
}

/* The server's error code in libpq's verbose words: "FATAL:  28P01: …", in whatever language. */
static const char *find_code(const char *words, char out[6])
{
    out[0] = '\0';
    for (const char *at = strstr(words, ":  "); at != NULL && out[0] == '\0';
         at = strstr(at + 1, ":  ")) {
        size_t length = strspn(at + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (length == 5 && at[3 + length] == ':') {
            memcpy(out, at + 3, length);
            out[length] = '\0';
        }
    }
    return out;
}

/* Libpq's own words, which are English. */
static const struct {
    const char *words, *meaning;
    enum jalon_status status;
} own_failures[] = {
    {"could not translate host name", "is the name of no host", JALON_UNAVAILABLE},
    {"no password supplied", "wants a password, and none was given", JALON_FORBIDDEN},
    {"session is read-only", "takes no writes: it is a standby, or set to be read-only",
     JALON_UNAVAILABLE},
    {"is in hot standby mode", "takes no writes: it is a standby", JALON_UNAVAILABLE},
    {"is not read-only", "is not read-only, as the URL wants it to be", JALON_UNAVAILABLE},
    {"is not in hot standby mode", "is no standby, as the URL wants it to be", JALON_UNAVAILABLE},
    {"certificate verify failed", "has a certificate that is not trusted", JALON_FORBIDDEN},
    {"server certificate for", "has a certificate of another host", JALON_FORBIDDEN},
    {"root certificate file", "cannot be trusted: the file of sslrootcert is not there",
     JALON_FORBIDDEN},
    {"does not support SSL", "offers no TLS, which sslmode asks for", JALON_FORBIDDEN},
    {"SSL error", "and this program do not agree on TLS", JALON_FORBIDDEN},
    {" value: \"", "is not asked: an option of the URL has no such value", JALON_INVALID},
    {"invalid integer value", "is not asked: an option of the URL is no number", JALON_INVALID},
    {"invalid response to SSL", "is no PostgreSQL server", JALON_FORBIDDEN},
    {"expected authentication request", "is no PostgreSQL server", JALON_FORBIDDEN},
    {"Connection refused", "refuses connections: no server runs there", JALON_UNAVAILABLE},
    {"No such file or directory", "has no socket there: no server runs there", JALON_UNAVAILABLE},
    {"Permission denied", "may not be connected to by this user", JALON_FORBIDDEN},
    {"server closed the connection", "hung up", JALON_UNAVAILABLE},
    {"", "cannot be connected to", JALON_UNAVAILABLE},
};
/* The server's, by its manual's appendix A. */
static const struct {
    const char *code, *meaning;
    enum jalon_status status;
} server_failures[] = {
    {"28P01", "refuses the password", JALON_FORBIDDEN},
    {"28000", "does not let this user in", JALON_FORBIDDEN},
    {"3D000", "has no database of this name", JALON_NOT_FOUND},
    {"42501", "does not let this user into the database", JALON_FORBIDDEN},
    {"53300", "has no connections left", JALON_UNAVAILABLE},
    {"57P03", "is starting or stopping", JALON_UNAVAILABLE},
    {"", "refuses the connection", JALON_UNAVAILABLE},
};

/* What is wrong with this host, beginning with a verb; the status says whether that may pass. */
static const char *explain(struct jalon_context *ctx, PGconn *handle, enum jalon_status *status)
{
    const char *words = PQerrorMessage(handle);
    char code[6];
    size_t i = 0;
    jalon_error_internal(ctx, "connect: %.*s", (int)strcspn(words, "\n"), words);
    if (find_code(words, code)[0] != '\0') {
        while (strncmp(code, server_failures[i].code, strlen(server_failures[i].code)) != 0) {
            i++;
        }
        *status = server_failures[i].status;
        return server_failures[i].meaning;
    }
    while (strstr(words, own_failures[i].words) == NULL) {
        i++;
    }
    *status = own_failures[i].status;
    return own_failures[i].meaning;
}

static void say_nothing(void *object, const PGresult *notice)
{
    (void)object, (void)notice;
}

/* NULL: failed, and said so. */
static PGconn *try_target(struct jalon_context *ctx, const struct target *target,
                          int64_t patience_us, enum jalon_status *status)
{
    PGconn *handle = PQconnectStartParams(target->keywords, target->values, 0);
    if (handle == NULL) {
        *status = jalon_no_memory(ctx);
        return NULL;
    }
    PQsetNoticeReceiver(handle, say_nothing, NULL);
    PQsetErrorVerbosity(handle, PQERRORS_VERBOSE);
    const char *reason = NULL;
    if (PQstatus(handle) != CONNECTION_BAD && !finish_connecting(handle, patience_us)) {
        *status = JALON_UNAVAILABLE;
        reason = "does not answer";
    } else if (PQstatus(handle) != CONNECTION_OK) {
        reason = explain(ctx, handle, status);
    }
    if (reason == NULL) {
        PQsetErrorVerbosity(handle, PQERRORS_DEFAULT);
        return handle;
    }
    *status = jalon_fail(ctx, *status, "%s %s", target->label, reason);
    PQfinish(handle);
    return NULL;
}

/* --- All of them --- */

enum jalon_status jalon_postgres_connect_handle(struct jalon_context *ctx,
                                                const PQconninfoOption *options, bool standby,
                                                PGconn **out)
{
    size_t count = jalon_postgres_url_hosts(options);
    int64_t patience_us = jalon_postgres_url_patience_us(options);
    patience_us = standby && patience_us > standby_patience_us ? standby_patience_us : patience_us;
    struct jalon_text reasons = JALON_TEXT_EMPTY;
    enum jalon_status verdict = JALON_OK;
    for (size_t i = 0; i < count; i++) {
        struct target target;
        enum jalon_status status = JALON_OK;
        read_target(options, i, standby, &target);
        PGconn *handle = try_target(ctx, &target, patience_us, &status);
        if (handle != NULL) {
            *out = handle;
            return JALON_OK;
        }
        /* Where one host may come back, all may be well. */
        verdict = status == JALON_UNAVAILABLE || verdict == JALON_OK ? status : verdict;
        reasons = jalon_text_format(ctx->arena, "%s%s%s", reasons.data, i > 0 ? "; " : "",
                                    ctx->error.message.data);
        if (reasons.data == NULL) {
            return jalon_no_memory(ctx);
        }
    }
    return jalon_fail(ctx, verdict, "the database cannot be used: %s", reasons.data);
}
