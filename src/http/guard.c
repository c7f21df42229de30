/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Refuses what another reader of the same bytes could understand differently (RFC 9112, sections
 * 3.2, 5 and 6; RFC 9110, section 5). Layer 2.
 *
 * framing.c has read the bytes already; this is about what the head says. After any of these the
 * connection is closed: nobody can say where the next request starts.
 */
#include "exchange.h"

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_token(struct jalon_text text)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (!is_alphanumeric(c) && jalon_text_find(jalon_text_from(others), c) == sizeof others - 1) {
            return false;
        }
    }
    return text.length > 0;
}

/* field-value: visible bytes, space, tab and what is above ASCII. */
static bool is_field_value(struct jalon_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

/* Bytes above ASCII are let through: people type them, and decoding checks the UTF-8. */
static bool is_target(struct jalon_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= 0x20 || c == 0x7f || c == '#') {
            return false;
        }
    }
    return text.length > 0;
}

static enum jalon_status refuse(struct jalon_exchange *exchange, unsigned code,
                                const char *message)
{
    exchange->close = true;
    exchange->response.code = code;
    return jalon_fail(exchange->request.ctx, JALON_INVALID, "%s",
                      jalon_say(exchange->request.ctx, message));
}

static size_t count_headers(const struct jalon_head *head, const char *name,
                            struct jalon_text *out_value)
{
    size_t count = 0;
    for (size_t i = 0; i < head->header_count; i++) {
        if (jalon_text_equal_ascii_case(head->headers[i].name, jalon_text_from(name))) {
            *out_value = head->headers[i].value;
            count++;
        }
    }
    return count;
}

static bool parse_length(struct jalon_text text, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || value > UINT64_MAX / 10 - 1) {
            return false;
        }
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *out = value;
    return text.length > 0;
}

/* Where the body ends, said once and in one way. */
static enum jalon_status check_framing(struct jalon_exchange *exchange, bool old_version)
{
    const struct jalon_head *head = &exchange->head;
    struct jalon_text length = JALON_TEXT_EMPTY;
    struct jalon_text coding = JALON_TEXT_EMPTY;
    size_t lengths = count_headers(head, "Content-Length", &length);
    size_t codings = count_headers(head, "Transfer-Encoding", &coding);
    if (lengths + codings > 1) {
        return refuse(exchange, 400, "the body's length is said more than once");
    }
    if (lengths == 1 && !parse_length(jalon_text_trim(length), &exchange->body_announced)) {
        return refuse(exchange, 400, "Content-Length is not a number of bytes");
    }
    if (codings == 1 && (old_version || !jalon_text_equal_ascii_case(jalon_text_trim(coding),
                                                                     JALON_TEXT("chunked")))) {
        return refuse(exchange, 400, "the only Transfer-Encoding understood is chunked");
    }
    exchange->body_follows = codings == 1 || exchange->body_announced > 0;
    return JALON_OK;
}

/* uri-host and port (RFC 9110, 4.2.1), without what no name of a server has. */
static bool is_host(struct jalon_text host)
{
    size_t end = 0;
    bool literal = host.length > 0 && host.data[0] == '[';
    if (literal) {
        end = jalon_text_find(host, ']');
        for (size_t i = 1; i < end; i++) {
            if (jalon_text_find(JALON_TEXT("0123456789abcdefABCDEF:."), host.data[i]) == 24) {
                return false;
            }
        }
        end = end < host.length ? end + 1 : 0;
    } else {
        while (end < host.length && host.data[end] != ':' &&
               (is_alphanumeric(host.data[end]) ||
                jalon_text_find(JALON_TEXT("-._~%"), host.data[end]) < 5)) {
            end++;
        }
    }
    for (size_t i = end + 1; i < host.length; i++) {
        if (host.data[i] < '0' || host.data[i] > '9') {
            return false;
        }
    }
    return end > 0 && (end == host.length || host.data[end] == ':');
}

bool jalon_target_split(struct jalon_text target, struct jalon_text *out_authority,
                        struct jalon_text *out_rest)
{
    size_t colon = jalon_text_find(target, ':');
    struct jalon_text scheme = jalon_text_slice(target.data, colon);
    struct jalon_text rest = jalon_text_slice(target.data + colon, target.length - colon);
    if (!jalon_text_starts_with(rest, "://") ||
        (!jalon_text_equal_ascii_case(scheme, JALON_TEXT("http")) &&
         !jalon_text_equal_ascii_case(scheme, JALON_TEXT("https")))) {
        return false;
    }
    rest = jalon_text_slice(rest.data + 3, rest.length - 3);
    size_t slash = jalon_text_find(rest, '/');
    size_t mark = jalon_text_find(rest, '?');
    size_t end = slash < mark ? slash : mark;
    *out_authority = jalon_text_slice(rest.data, end);
    *out_rest = jalon_text_slice(rest.data + end, rest.length - end);
    return true;
}

/* Whom it is for, said once. */
static enum jalon_status check_host(struct jalon_exchange *exchange, bool old_version)
{
    const struct jalon_head *head = &exchange->head;
    struct jalon_text host = JALON_TEXT_EMPTY;
    struct jalon_text authority, rest;
    size_t hosts = count_headers(head, "Host", &host);
    if (hosts > 1 || (hosts == 0 && !old_version)) {
        return refuse(exchange, 400, "there must be exactly one Host header");
    }
    host = jalon_text_trim(host);
    if (hosts == 1 && !is_host(host)) {
        return refuse(exchange, 400, "the Host header is not a host");
    }
    if (jalon_target_split(head->target, &authority, &rest) &&
        (!is_host(authority) ||
         (hosts == 1 && !jalon_text_equal_ascii_case(authority, host)))) {
        return refuse(exchange, 400, "the target and the Host header name different hosts");
    }
    return JALON_OK;
}

/* What of the method and the expectations nobody here can meet. */
static enum jalon_status check_wishes(struct jalon_exchange *exchange, bool old_version)
{
    struct jalon_text expect;
    if (jalon_text_is(exchange->head.method, "CONNECT")) {
        return refuse(exchange, 501, "this server is not a proxy");
    }
    if (!old_version && count_headers(&exchange->head, "Expect", &expect) > 0 &&
        !jalon_text_equal_ascii_case(jalon_text_trim(expect), JALON_TEXT("100-continue"))) {
        return refuse(exchange, 417, "the only expectation that can be met is 100-continue");
    }
    return JALON_OK;
}

enum jalon_status jalon_guard_check(struct jalon_exchange *exchange)
{
    const struct jalon_head *head = &exchange->head;
    bool old_version = jalon_text_is(head->version, "HTTP/1.0");
    if (!old_version && !jalon_text_is(head->version, "HTTP/1.1")) {
        return refuse(exchange, 505, "the protocol is HTTP/1.1 or HTTP/1.0");
    }
    if (head->header_count > JALON_HEADERS_MAX) {
        return refuse(exchange, 431, "there are too many header fields");
    }
    if (head->malformed || !is_token(head->method) || !is_target(head->target)) {
        return refuse(exchange, 400, "the request is not well-formed HTTP");
    }
    for (size_t i = 0; i < head->header_count; i++) {
        if (!is_token(head->headers[i].name) || !is_field_value(head->headers[i].value)) {
            return refuse(exchange, 400, "a header field is not well-formed");
        }
    }
    if (head->target.length > JALON_TARGET_MAX) {
        return refuse(exchange, 414, "the address is longer than this server reads");
    }
    enum jalon_status status = check_host(exchange, old_version);
    status = status == JALON_OK ? check_wishes(exchange, old_version) : status;
    return status == JALON_OK ? check_framing(exchange, old_version) : status;
}
