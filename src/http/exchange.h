/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the files of http share: one request and its answer, the compiled routes, the server. Not a
 * contract for others. Layer 2.
 *
 * An exchange knows nothing of libmicrohttpd: server.c fills it from the wire and sends what it
 * says, everything between is plain functions that tests call without a network.
 */
#ifndef JALON_HTTP_EXCHANGE_H
#define JALON_HTTP_EXCHANGE_H

#include <stdatomic.h>

#include "jalon/http.h"

#include "address.h"

enum {
    JALON_SEGMENTS_MAX = 16,   /* of a path */
    JALON_PARAMETERS_MAX = 200, /* of a query string */
    JALON_HEADERS_MAX = 100,   /* of a request */
    JALON_REPLY_HEADERS_MAX = 25,
    JALON_TARGET_MAX = 8192, /* bytes of path and query string */
};

struct jalon_pair {
    struct jalon_text name;
    struct jalon_text value;
};

/* --- router.c --- */
struct jalon_segment {
    struct jalon_text text; /* what it must be, or the variable's name */
    bool variable;
};

/* One path of the table with the routes of its methods. */
struct jalon_pattern {
    size_t segment_count;
    struct jalon_segment segments[JALON_SEGMENTS_MAX];
    const struct jalon_route *routes[JALON_METHOD_COUNT];
};

struct jalon_router;

/* JALON_INVALID when two rows contradict each other. The routes are borrowed. */
enum jalon_status jalon_router_create(struct jalon_context *ctx, const struct jalon_route *routes,
                                      struct jalon_router **out) JALON_MUST_USE;
void jalon_router_destroy(struct jalon_router *router);

struct jalon_match {
    const struct jalon_pattern *pattern;
    size_t variable_count;
    struct jalon_pair variables[JALON_SEGMENTS_MAX];
    bool slash_at_end; /* the pattern has none: what it names is at the address without */
};

/*
 * Finds the pattern of a raw path and decodes its variables into ctx' arena. JALON_NOT_FOUND, or
 * JALON_INVALID for an encoding that is broken or hides control characters.
 */
enum jalon_status jalon_router_match(struct jalon_context *ctx, const struct jalon_router *router,
                                     struct jalon_text path, struct jalon_match *out)
    JALON_MUST_USE;
/* "GET, HEAD, OPTIONS, POST": what the pattern answers to, but for a set of methods (1 << method). */
void jalon_pattern_allow(const struct jalon_pattern *pattern, unsigned barred,
                         struct jalon_buffer *out);

/* --- parameters.c --- */
/*
 * Decodes %XX (and "+" as a space when asked) into ctx' arena; text without any is borrowed. False:
 * a broken escape, not UTF-8, a control character, or no memory.
 */
bool jalon_percent_decode(struct jalon_context *ctx, struct jalon_text text, bool plus,
                          struct jalon_text *out);
/* Splits and decodes a query string; every error at once, named by its parameter. */
enum jalon_status jalon_parameters_parse(struct jalon_context *ctx, struct jalon_text query,
                                         struct jalon_pair **out, size_t *out_count)
    JALON_MUST_USE;
/* Refuses what the route does not declare, saying what it does. */
enum jalon_status jalon_parameters_check(struct jalon_context *ctx,
                                         const struct jalon_route *route,
                                         const struct jalon_pair *pairs, size_t count)
    JALON_MUST_USE;

/* --- negotiate.c --- */
/* The codings that a client takes. */
struct jalon_codings {
    unsigned accepted; /* a bit for each; none: nothing that is here */
    enum jalon_coding preferred; /* one of them */
};

/*
 * Picks a representation of the route's list. `f` (may be NULL) wins over `accept` (may be NULL).
 * JALON_INVALID: unknown f; JALON_UNSUPPORTED: nothing that is accepted.
 */
enum jalon_status jalon_negotiate_representation(struct jalon_context *ctx,
                                                 const struct jalon_representation *list,
                                                 const struct jalon_text *f,
                                                 const struct jalon_text *accept,
                                                 const struct jalon_representation **out)
    JALON_MUST_USE;
/* "fr" or "en"; empty when the header prefers neither. */
struct jalon_text jalon_negotiate_language(struct jalon_text accept_language);
struct jalon_codings jalon_negotiate_coding(struct jalon_text accept_encoding);
bool jalon_coding_is_accepted(struct jalon_codings codings, enum jalon_coding coding);
/* "gzip" … of Content-Encoding; empty for JALON_IDENTITY. */
const char *jalon_coding_name(enum jalon_coding coding);

/* --- conditional.c --- */
/* Does the list of entity tags (or "*") hold the tag? Weak comparison (RFC 9110, 8.8.3.2). */
bool jalon_etag_listed(struct jalon_text list, struct jalon_text quoted_etag);
struct jalon_exchange;
/* Does the answer depend on the request's language? */
bool jalon_is_spoken(const struct jalon_request *request);
/* The quoted tag of response.etag in this representation, language and coding; data may be NULL. */
struct jalon_text jalon_etag_make(const struct jalon_exchange *exchange, enum jalon_coding coding);
/* Does the client hold response.etag already? Then the code is 304 and its tag is kept. */
bool jalon_etag_unchanged(struct jalon_exchange *exchange);
/*
 * Is it the state that a reader's If-Match names (RFC 9110, 13.1.1)? Asked before If-None-Match
 * counts. JALON_PRECONDITION.
 */
enum jalon_status jalon_etag_check_wanted(struct jalon_exchange *exchange) JALON_MUST_USE;
/* Does it want nothing that exists: "If-None-Match: *"? Which tag there is, is known at the end. */
bool jalon_etag_none_wanted(struct jalon_exchange *exchange);

/* --- compress.c --- */
bool jalon_media_type_compresses(const char *media_type);

/* --- problem.c --- */
struct jalon_problem {
    unsigned code;
    const char *name;  /* "urn:jalon:problem:" + name is the type */
    const char *title; /* the same for every occurrence, in a language */
};

/* The row of an HTTP code; the row of 500 for one that has none. */
const struct jalon_problem *jalon_problem_find(unsigned code);
/*
 * RFC 9457, from the context's error slot and in its language: title, detail and reasons are for
 * people, the rest is the same in all. `request_id` becomes instance.
 */
void jalon_problem_write(struct jalon_buffer *out, unsigned code, const struct jalon_context *ctx,
                         const char *request_id);
/* The Content-Language of it. */
struct jalon_text jalon_problem_language(const struct jalon_context *ctx);

/* --- exchange.c --- */
struct jalon_http;
struct jalon_connection;

/* The head of a request as it came; texts are borrowed from the connection or the arena. */
struct jalon_head {
    struct jalon_text method;
    struct jalon_text version; /* "HTTP/1.1" */
    struct jalon_text target;  /* as sent */
    struct jalon_pair headers[JALON_HEADERS_MAX];
    size_t header_count; /* found, also beyond what is kept */
    bool malformed;      /* its bytes were not read by framing.c, or the library lost some */
};

struct jalon_exchange {
    struct jalon_request request; /* first: the accessors find the exchange by it */
    struct jalon_response response;
    const struct jalon_http *http;
    struct jalon_connection *connection; /* NULL: none, in tests */
    struct jalon_head head;
    struct jalon_match match;
    struct jalon_pair *parameters;
    size_t parameter_count;
    struct jalon_buffer body; /* of the request */
    size_t body_max;
    uint64_t body_announced; /* Content-Length, 0 when there is none */
    bool body_follows;
    bool body_unread; /* announced, and the answer goes out before it is read */
    uint64_t body_overrun; /* bytes that came beyond body_max and were dropped */
    bool body_too_large;
    bool opened;
    bool answered; /* by jalon_exchange_answer */
    int socket;    /* of the connection while it is suspended for long; -1: it is not */
    bool close; /* the connection must not be used again */
    bool head_only;
    bool options;
    enum jalon_status status;
    struct jalon_codings codings; /* that the client takes */
    enum jalon_coding coding;     /* of the response body */
    struct jalon_text etag;      /* quoted, as sent */
    struct jalon_text allow;     /* Allow header */
    struct jalon_text body_types[JALON_METHOD_COUNT]; /* Accept-Post, Accept-Patch; empty: not sent */
    struct jalon_text challenge; /* WWW-Authenticate */
    bool lacks_scope;            /* the token: a 403 says which one in the challenge */
    struct jalon_text accept;    /* Accept header of a 415 */
    bool refuses_coding;         /* a 415 because of Content-Encoding */
    int64_t wanted_seq;          /* Jalon-Seq of the request; 0: none, or it is shown */
    int64_t awaits_us;           /* since when it waits for that (monotonic); 0: it has not */
    bool redirect;               /* to the same address without the slash at its end */
    int64_t started_us;          /* monotonic */
    int64_t answered_us;         /* when the answer began to be sent; 0: not yet */
    size_t sent_bytes;
    struct jalon_pair reply_headers[JALON_REPLY_HEADERS_MAX];
    size_t reply_header_count;
};

/* NULL when there is no memory. Takes a copy of the target. */
struct jalon_exchange *jalon_exchange_create(const struct jalon_http *http, const char *target);
void jalon_exchange_destroy(struct jalon_exchange *exchange);
/* After the head is filled: everything that can be refused before the body is. */
void jalon_exchange_open(struct jalon_exchange *exchange);
/* The body is whole: calls the handler, makes the answer with its headers. */
void jalon_exchange_answer(struct jalon_exchange *exchange);
/*
 * The same once more for one that jalon_exchange_open had no objection to, as if it had not been
 * answered: what the handler asked for was not done.
 */
void jalon_exchange_answer_again(struct jalon_exchange *exchange);
/* Makes the answer of a failure, whatever was answered. */
void jalon_exchange_fail(struct jalon_exchange *exchange, enum jalon_status status,
                         const char *format, ...) JALON_PRINTF(3, 4);
/* Of one of others too, which `other` says (jalon_fail_like). */
void jalon_exchange_fail_like(struct jalon_exchange *exchange, enum jalon_status status,
                              const struct jalon_context *other);
/* Is it still to be answered, and does it change something, so that this may wait for the disk? */
bool jalon_exchange_is_write(const struct jalon_exchange *exchange);
/* Is it still to be answered, and will that take long? */
bool jalon_exchange_takes_long(const struct jalon_exchange *exchange);
/* A request header; several lines of one name are joined by ", " (RFC 9110, 5.3). */
bool jalon_exchange_header(struct jalon_exchange *exchange, const char *name,
                           struct jalon_text *out);

/* Does it change something that it is to do by itself (jalon_route.apart)? */
bool jalon_exchange_is_apart(const struct jalon_exchange *exchange);

/* --- credentials.c --- */
/*
 * Who asks, where a token or a cookie says so, and whether they may ask for this route at all.
 * JALON_UNAUTHENTICATED, JALON_FORBIDDEN.
 */
enum jalon_status jalon_exchange_authenticate(struct jalon_exchange *exchange) JALON_MUST_USE;
/* Of a route that needs an account; a page is for everybody and says itself who is to sign in. */
enum jalon_status jalon_exchange_check_account(struct jalon_exchange *exchange) JALON_MUST_USE;
/* The Set-Cookie of what the response says of a session; empty: none. */
struct jalon_text jalon_credentials_cookie(struct jalon_exchange *exchange);

/* --- options.c --- */
/* The Allow header, without a set of methods (1 << method). */
enum jalon_status jalon_options_say_allow(struct jalon_exchange *exchange,
                                          unsigned barred) JALON_MUST_USE;
/* What this requester may do at the address that was matched. */
enum jalon_status jalon_options_open(struct jalon_exchange *exchange) JALON_MUST_USE;

/* --- body.c --- */
/* The media types that a route takes, ", " between; data is NULL when there is no memory. */
struct jalon_text jalon_body_types(struct jalon_exchange *exchange,
                                   const struct jalon_route *route);
/* What can be refused before the body is read: its size, coding and media type. */
enum jalon_status jalon_body_check(struct jalon_exchange *exchange) JALON_MUST_USE;
/* The next bytes of the body. False: far beyond what is allowed, drop the connection. */
bool jalon_body_feed(struct jalon_exchange *exchange, const char *data, size_t size);
/* Sets the error slot and returns JALON_TOO_LARGE. */
enum jalon_status jalon_body_too_large(struct jalon_exchange *exchange);

/* --- guard.c --- */
/* The parts of an absolute target (RFC 9112, 3.2.2); false: it is of another form. */
bool jalon_target_split(struct jalon_text target, struct jalon_text *out_authority,
                        struct jalon_text *out_rest);
/* Refuses heads that are malformed or mean two things to two readers (RFC 9112). */
enum jalon_status jalon_guard_check(struct jalon_exchange *exchange) JALON_MUST_USE;

/* --- await.c --- */
/* The Jalon-Seq of the request. JALON_INVALID. */
enum jalon_status jalon_await_read(struct jalon_exchange *exchange) JALON_MUST_USE;

/* --- response.c --- */
/* The coded body, ETag and 304, and all header lines. */
void jalon_response_complete(struct jalon_exchange *exchange);

/* --- limit.c --- */
/* JALON_RATE_LIMITED, with Retry-After, when the address has asked too often. */
enum jalon_status jalon_limit_check(struct jalon_exchange *exchange) JALON_MUST_USE;

/* --- client.c --- */
/* Is it the address of a trusted proxy? */
bool jalon_client_is_proxy(const struct jalon_http *http, const struct jalon_client *client);
/* Replaces the peer's address by the client's that trusted proxies tell. */
void jalon_client_find(struct jalon_exchange *exchange);

/* --- access_log.c --- */
/* `ended`: how the request broke off, or NULL. */
void jalon_access_log(struct jalon_exchange *exchange, const char *ended);

/* --- listen.c --- */
/* A listening socket. */
enum jalon_status jalon_listen_open(struct jalon_context *ctx, struct jalon_text address,
                                    uint16_t port, int *out_socket, uint16_t *out_port)
    JALON_MUST_USE;

/* --- server.c --- */
struct jalon_http {
    struct jalon_http_options options; /* defaults filled in */
    struct jalon_context *ctx;         /* copies of texts */
    struct jalon_router *router;
    uint16_t port;
    _Atomic bool stopping;
    _Atomic unsigned running; /* requests */
    struct jalon_network *proxies;
    size_t proxy_count;
    struct jalon_rate *rate;
    struct jalon_linger *linger;
    struct jalon_connections *connections;
    struct jalon_door *door;
    struct jalon_queue *queue;
    struct jalon_workers *workers;
    struct jalon_workers *apart;
    struct jalon_awaiting *awaiting;
    _Atomic bool abandoning; /* it has waited long enough for what still runs */
    struct jalon_counts *counts;
    struct MHD_Daemon *daemon;
};

#endif
