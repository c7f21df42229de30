/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The HTTP server: a table of routes in, requests to handlers, responses out. Layer 2.
 *
 * libmicrohttpd is hidden behind this header. Everything that is the same for every endpoint is
 * central and driven by the row: 404, 405 with Allow, HEAD, OPTIONS and CORS, who is signed in and with
 * what scope, requests that pages of others forge, unknown and repeated query parameters, body size
 * and media type, negotiation, ETag and 304, compression, problem documents (RFC 9457), the request id
 * and the log line. A handler parses, makes one call, answers.
 */
#ifndef JALON_HTTP_H
#define JALON_HTTP_H

#include "jalon/buffer.h"
#include "jalon/context.h"
#include "jalon/json.h"
#include "jalon/status.h"
#include "jalon/text.h"
#include "jalon/wording.h"

/* Content codings (RFC 9110, 8.4.1; RFC 7932; RFC 8878). */
enum jalon_coding {
    JALON_IDENTITY,
    JALON_GZIP,
    JALON_BROTLI,
    JALON_ZSTD,
    JALON_CODING_COUNT,
};

enum jalon_method {
    JALON_GET,
    JALON_POST,
    JALON_PUT,
    JALON_PATCH,
    JALON_DELETE,
    JALON_METHOD_COUNT,
};
const char *jalon_method_name(enum jalon_method method);

/* How a parameter is described in the API description; parsing is the handler's. */
enum jalon_parameter_type {
    JALON_PARAMETER_STRING,
    JALON_PARAMETER_URI, /* told apart in the description only */
    JALON_PARAMETER_INTEGER,
    JALON_PARAMETER_NUMBERS, /* comma separated: bbox */
    JALON_PARAMETER_NUMBER,
    JALON_PARAMETER_BOOLEAN,
};

struct jalon_parameter {
    const char *name;
    enum jalon_parameter_type type;
    const char *description;
    int64_t minimum;  /* INTEGER: range and default; NUMBER: range; NUMBERS: least and most of them */
    int64_t maximum;
    int64_t fallback; /* INTEGER: what is taken when absent */
};

/*
 * What a request's body says. Its handler reads the members by the same table that the description
 * shows; a body that no table says all of (a GeoJSON Feature) has words instead.
 */
struct jalon_body {
    const struct jalon_json_field *fields;
    size_t field_count;
    const char *description; /* NULL: the members say it */
};
#define JALON_BODY(fields) {fields, sizeof(fields) / sizeof((fields)[0]), NULL}

/* One representation a route can answer with; the first of a list is the default. */
struct jalon_representation {
    const char *name;       /* value of f=: "json", "geojson", "csv", "html" */
    const char *media_type; /* sent with "; charset=utf-8" when it starts with text/ */
};

struct jalon_request;
struct jalon_response;

typedef enum jalon_status (*jalon_handler)(struct jalon_request *request,
                                           struct jalon_response *response);

typedef enum jalon_status (*jalon_permission)(struct jalon_request *request);

enum { JALON_ANSWERS_MAX = 3 };

struct jalon_route {
    enum jalon_method method;
    const char *path; /* "/maps/{map}/collections/{collection}/items" */
    jalon_handler handler;
    const char *operation_id;
    const char *summary;
    const char *tag;
    const struct jalon_parameter *parameters; /* beside f; a NULL name ends the list */
    /* Further query parameters are the handler's (a collection's fields): it refuses unknown ones. */
    bool open_parameters;
    const struct jalon_representation *representations; /* a NULL name ends the list */
    const char *const *body_types; /* media types accepted; NULL: no body is expected */
    size_t body_max;               /* bytes; 0 takes the server's limit */
    const struct jalon_body *body; /* what it says; NULL: there is none */
    unsigned short answers[JALON_ANSWERS_MAX]; /* codes of success; none: 200, and 204 of DELETE */
    bool needs_account; /* 401 before the handler when nobody is signed in; not for pages */
    unsigned scope; /* all of these bits a token must have that asks for this; 0: any token may */
    /*
     * It signs in: a cookie says nothing here, and pages of others are refused as they are where a
     * cookie does.
     */
    bool signs_in;
    /*
     * Of a method that changes something: it is answered by itself, in no group, by few threads of its
     * own, beyond whose line there is 503. For what thinks long before it writes, or writes no map.
     */
    bool apart;
    bool one_language; /* the answer does not depend on request->language, unless it is HTML */
    /*
     * Will the answer take long to make? Then one of few threads makes it that do nothing else, and
     * beyond a few that wait there is 503. NULL: never.
     */
    bool (*takes_long)(const struct jalon_request *request);
    bool for_everyone;             /* nor on who asks */
    const struct jalon_parameter *headers; /* of the request, as described; a NULL name ends them */
    /*
     * Of a method that not everybody may use here: would this requester be let? For OPTIONS, which
     * leaves it out of Allow at JALON_UNAUTHENTICATED, JALON_FORBIDDEN and JALON_NOT_FOUND. NULL: yes.
     */
    jalon_permission may;
    /*
     * Asked (NULL: `may` is) when the handler finds the request wrong: who may not send it is told that,
     * and nothing of what is wrong with it. The right first, then the body.
     */
    jalon_permission asked_first;
    unsigned right; /* for asked_first: which, in numbers of the application */
};

/* --- What a handler sees --- */
enum { JALON_CLIENT_TEXT_SIZE = 46 };

/* The address of who asks: the peer's, or the one that trusted proxies say they speak for. */
struct jalon_client {
    char text[JALON_CLIENT_TEXT_SIZE]; /* "192.0.2.1", "2001:db8::1" */
    uint8_t bytes[16];                 /* IPv4 as ::ffff:192.0.2.1 */
};

/* What limits are counted by: an IPv4 address, or the /64 of an IPv6 address, which is one home. */
void jalon_client_network(const struct jalon_client *client, uint8_t out[16]);

struct jalon_request {
    struct jalon_context *ctx; /* lives until the response is sent */
    void *application;         /* as given to jalon_http_start */
    const struct jalon_route *route;
    const struct jalon_representation *representation; /* what was negotiated */
    struct jalon_text body; /* whole, at most the route's limit */
    struct jalon_text body_type; /* media type without parameters, lower case */
    struct jalon_text account;   /* name of who is signed in; empty: nobody */
    unsigned scopes;             /* what they let whoever asks do for them, in bits of the application */
    struct jalon_text session;   /* secret of the cookie that says so; empty: a token, or nobody */
    struct jalon_text language;  /* "fr" or "en", by Accept-Language; "fr" when it says neither */
    struct jalon_text public_url; /* "https://map.example.org", without slash at the end */
    struct jalon_text path;       /* decoded no further than sent: for links to self */
    struct jalon_text query_string; /* as sent, without "?" */
    struct jalon_client client;
    char id[37];                  /* the request's id, also sent as Jalon-Request-Id */
};

/* The decoded value of a path variable ("map"); never empty for a route that has it. */
struct jalon_text jalon_request_variable(const struct jalon_request *request, const char *name);
/* A query parameter's decoded value; false when absent. Repeated ones never reach a handler. */
bool jalon_request_parameter(const struct jalon_request *request, const char *name,
                             struct jalon_text *out);
/* All query parameters in their order, for open_parameters. */
size_t jalon_request_parameter_count(const struct jalon_request *request);
void jalon_request_parameter_at(const struct jalon_request *request, size_t index,
                                struct jalon_text *out_name, struct jalon_text *out_value);
/* Is the name one of the route's own parameters, or "f"? */
bool jalon_route_declares(const struct jalon_route *route, struct jalon_text name);
/* A header's value, or false. */
bool jalon_request_header(const struct jalon_request *request, const char *name,
                          struct jalon_text *out);
/*
 * A header of words in UTF-8, percent-encoded where they are not ASCII; empty when absent.
 * JALON_INVALID names the header: a broken escape, control characters, more than `max` code points.
 */
enum jalon_status jalon_request_words(struct jalon_request *request, const char *header, size_t max,
                                      struct jalon_text *out) JALON_MUST_USE;
/* Entity tags of a conditional request (RFC 9110, 8.8.3). */
struct jalon_etags {
    bool given;
    bool any;                      /* "*" */
    const struct jalon_text *tags; /* the opaque parts, without quotes; what is no tag ends the list */
    size_t count;
};
/*
 * Those of a header: "If-Match" compares strongly, so that a weak tag is none of them, "If-None-Match"
 * weakly. JALON_NO_MEMORY.
 */
enum jalon_status jalon_request_etags(struct jalon_request *request, const char *header,
                                      bool with_weak, struct jalon_etags *out) JALON_MUST_USE;
/* Has jalon_http_stop been called? */
bool jalon_request_server_stops(const struct jalon_request *request);
/* The coding that a body would best be sent in to this client. */
enum jalon_coding jalon_request_coding(const struct jalon_request *request);
/*
 * Is nobody there any more to take the answer: the client has gone, or the server has waited long
 * enough for it to stop? For handlers of what takes long, which asks for a system call.
 */
bool jalon_request_is_abandoned(const struct jalon_request *request);
/* Reads an INTEGER parameter by its row: fallback when absent, clamped to maximum, JALON_INVALID
 * below minimum or when it is not an integer. */
enum jalon_status jalon_request_integer(struct jalon_request *request, const char *name,
                                        int64_t *out) JALON_MUST_USE;

/* --- What a handler answers --- */
/*
 * 200 with the negotiated representation and an empty body, until the handler says else. Texts are
 * borrowed until the response is sent (take them from the request's arena); none may hold control
 * characters.
 */
struct jalon_response {
    unsigned code;
    const char *media_type;     /* NULL: the negotiated one */
    struct jalon_buffer body;   /* the handler appends; sent without copying */
    int file; /* a descriptor instead, whose whole file is sent and which is then closed; -1: none */
    enum jalon_coding coding;      /* what the body is in already: jalon_request_coding or nothing */
    struct jalon_text etag;     /* opaque part, without quotes; empty: none. Set before the body to
                                   make use of jalon_response_not_modified */
    struct jalon_text location; /* absolute URL for 201 and redirections */
    struct jalon_text cache_control; /* empty: "no-cache" with an ETag, "no-store" else. "private"
                                        goes before it, in place of "public", when the request says
                                        who asks */
    struct jalon_text content_security_policy; /* pages only */
    struct jalon_text disposition; /* Content-Disposition; empty: none */
    int64_t seq; /* Jalon-Seq: the event that was made, or the last one shown; 0: not sent */
    struct jalon_text content_crs; /* Content-Crs (OGC 18-058r1, 6.4); empty: none */
    struct jalon_text links;       /* Link header (RFC 8288); empty: none */
    struct jalon_text preference_applied; /* of Prefer (RFC 7240, 3); empty: none */
    int64_t retry_after_s;         /* Retry-After; 0: one second with 429 and 503, else none */
    /* The cookie of a session that begins: visible ASCII without ; , " and backslash. Empty: none. */
    struct jalon_text session;
    int64_t session_s;             /* how long the browser keeps it */
    bool ends_session;             /* the browser forgets it */
};

/*
 * Tells whether the client has this state already: sets the ETag (the representation and the
 * content coding are mixed in centrally) and compares If-None-Match. When true the handler returns
 * JALON_OK at once and 304 is sent: no body is made.
 */
bool jalon_response_not_modified(struct jalon_request *request, struct jalon_response *response,
                                 struct jalon_text etag);

/*
 * The input in a coding other than JALON_IDENTITY: the same bytes for the same input, as a strong
 * ETag needs. False: no memory, or not smaller and not `always` wanted; *out is then empty.
 */
bool jalon_compress(enum jalon_coding coding, struct jalon_text input, bool always,
                    struct jalon_buffer *out);

/*
 * A handler that returns another status than JALON_OK leaves the rest to the server: the problem
 * document is written from the status and the context's error slot, and what was in the body goes.
 * Where a status stands for several codes the handler may set `code` first: 428 beside
 * JALON_PRECONDITION, 422 beside JALON_INVALID.
 */

/* --- The server --- */
enum jalon_credential {
    JALON_CREDENTIAL_TOKEN,   /* Authorization: Bearer */
    JALON_CREDENTIAL_SESSION, /* the cookie that a response's `session` became */
};
struct jalon_identity {
    struct jalon_text account; /* in ctx' arena */
    unsigned scopes;
};
/* Whose this secret is, or JALON_UNAUTHENTICATED. */
typedef enum jalon_status (*jalon_authenticator)(struct jalon_context *ctx, void *application,
                                                 enum jalon_credential credential,
                                                 struct jalon_text secret,
                                                 struct jalon_identity *out);

/*
 * Begins and ends a group: of requests that change something those that are waiting are answered
 * one after the other in between, by one thread. When the end fails, what was answered with success
 * is answered with that failure instead; when it fails with JALON_RETRY, nothing of the group was
 * done, and each handler is called again by itself. `ctx` outlives the end.
 */
typedef enum jalon_status (*jalon_group_step)(struct jalon_context *ctx, void *application);

/* A limit for one address; the /64 of an IPv6 address counts as one. */
struct jalon_limit {
    unsigned most;        /* 0: none */
    bool spares_loopback; /* this machine's own addresses are not limited */
};

/*
 * Does what the request asks for show event `seq` (> 0: its Jalon-Seq)? JALON_OK: it does, or there are
 * no events in it. Without a message: JALON_RETRY: not yet; JALON_PRECONDITION: not, nor was there such
 * an event when the database was asked after `since_us` (monotonic). Any other is the request's failure.
 * `at_once`: by a thread that others wait for, again and again: JALON_OK rather than to wait for
 * anything.
 */
typedef enum jalon_status (*jalon_seq_check)(struct jalon_request *request, int64_t seq,
                                             int64_t since_us, bool at_once);

struct jalon_http_options {
    struct jalon_text address; /* "127.0.0.1", "::1", "0.0.0.0" */
    uint16_t port;             /* 0: a free one */
    struct jalon_text public_url; /* empty: http://address:port */
    unsigned threads;             /* 0: twice the processors, at least 4 */
    unsigned connections_max;     /* 0: 1000 */
    struct jalon_limit connections_per_address;
    struct jalon_limit reads_per_minute; /* requests of one address, beyond them 429 */
    struct jalon_limit writes_per_minute;
    unsigned head_s;              /* a request's head must have come within; 0: 15 */
    unsigned body_s;              /* its body; 0: 300 */
    unsigned idle_s;              /* without a byte in a body, an answer, between requests; 0: 30 */
    unsigned await_s;             /* how long a request waits for the event it names; 0: 2 */
    unsigned bytes_a_second;      /* least rate of bodies and answers after 10 s; 0: 1024 */
    size_t answers_bytes_max;     /* answers that wait for slow clients; 0: 256 MiB */
    const struct jalon_text *proxies; /* trusted: addresses or networks ("10.0.0.0/8"); borrowed */
    size_t proxy_count;
    size_t body_max;              /* bytes; 0: 1 MiB */
    const struct jalon_route *routes; /* a NULL path ends the table; borrowed */
    void *application;                /* borrowed */
    jalon_authenticator authenticate;
    const char *const *scope_names; /* of the bits of a route's scope, from the lowest; borrowed */
    size_t scope_count;
    bool hides_accounts;            /* the log does not say who was signed in */
    jalon_group_step begin_group; /* NULL, as the next: every request by itself */
    jalon_group_step end_group;
    jalon_seq_check shows; /* NULL: Jalon-Seq is no request header */
    /* Of refusals, for who prefers its language to English; NULL: they are English. Borrowed. */
    const struct jalon_wording *wording;
};

struct jalon_http;

/*
 * Reads "127.0.0.1:8080", "[::1]:8080" or "localhost:8080"; the address is copied into ctx' arena,
 * without brackets. JALON_INVALID with a message that shows the form.
 */
enum jalon_status jalon_http_parse_listen(struct jalon_context *ctx, struct jalon_text text,
                                          struct jalon_text *out_address,
                                          uint16_t *out_port) JALON_MUST_USE;

/*
 * Listens and answers in threads of its own until jalon_http_stop. JALON_CONFLICT: the address is
 * in use; JALON_FORBIDDEN: no right to it; JALON_INVALID: not an address of this machine, or a
 * route table that contradicts itself.
 */
enum jalon_status jalon_http_start(struct jalon_context *ctx,
                                   const struct jalon_http_options *options,
                                   struct jalon_http **out) JALON_MUST_USE;
/* Has those who wait for an event looked after, which some may now be able to see. Any thread. */
void jalon_http_look_again(struct jalon_http *http);
/* The port that is listened on. */
uint16_t jalon_http_port(const struct jalon_http *http);
struct jalon_text jalon_http_public_url(const struct jalon_http *http);
/*
 * Stops listening, lets running requests finish (at most `wait_ms`; then their connections are
 * shut, a handler that runs is still waited for), frees. NULL is allowed.
 */
void jalon_http_stop(struct jalon_http *http, int64_t wait_ms);

/* The HTTP code a status is answered with, unless a handler says a more exact one. */
unsigned jalon_status_http_code(enum jalon_status status);

#endif
