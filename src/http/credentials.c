/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who asks: a Bearer token (RFC 6750) or, without one, the cookie of a session (RFC 6265). Layer 2.
 *
 * A browser sends a cookie along with whatever any page has it send. So what changes something is taken
 * with a cookie only from our own pages, which a browser says by Sec-Fetch-Site (Fetch Metadata) and
 * by Origin (RFC 6454); no page can make it say otherwise.
 */
#include "exchange.h"

#include <string.h>

static const char plain_name[] = "jalon_session";
/* Only this host's own secure answers can have set it (RFC 6265bis, 4.1.3.2). */
static const char host_name[] = "__Host-jalon_session";

static bool is_secure(const struct jalon_exchange *exchange)
{
    return jalon_text_starts_with(exchange->request.public_url, "https://");
}

static const char *cookie_name(const struct jalon_exchange *exchange)
{
    return is_secure(exchange) ? host_name : plain_name;
}

struct jalon_text jalon_credentials_cookie(struct jalon_exchange *exchange)
{
    const struct jalon_response *response = &exchange->response;
    if (response->session.length == 0 && !response->ends_session) {
        return JALON_TEXT_EMPTY;
    }
    return jalon_text_format(exchange->request.ctx->arena,
                             "%s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s",
                             cookie_name(exchange), JALON_TEXT_ARGS(response->session),
                             (long long)(response->session.length > 0 ? response->session_s : 0),
                             is_secure(exchange) ? "; Secure" : "");
}

/* The first cookie of our name; false: there is none, or it is empty. */
static bool find_cookie(struct jalon_exchange *exchange, struct jalon_text *out)
{
    struct jalon_text rest;
    if (!jalon_exchange_header(exchange, "Cookie", &rest)) {
        return false;
    }
    while (rest.length > 0) {
        size_t end = jalon_text_find(rest, ';');
        struct jalon_text pair = jalon_text_trim(jalon_text_slice(rest.data, end));
        size_t sign = jalon_text_find(pair, '=');
        if (sign < pair.length &&
            jalon_text_is(jalon_text_slice(pair.data, sign), cookie_name(exchange))) {
            *out = jalon_text_slice(pair.data + sign + 1, pair.length - sign - 1);
            return out->length > 0;
        }
        size_t skip = end < rest.length ? end + 1 : end;
        rest = jalon_text_slice(rest.data + skip, rest.length - skip);
    }
    return false;
}

/* --- Forged requests --- */
/* "https://map.example.org" of the public URL. */
static struct jalon_text public_origin(const struct jalon_exchange *exchange)
{
    struct jalon_text url = exchange->request.public_url;
    size_t scheme = jalon_text_find(url, ':') + 3;
    struct jalon_text rest = scheme < url.length
                                 ? jalon_text_slice(url.data + scheme, url.length - scheme)
                                 : JALON_TEXT_EMPTY;
    return jalon_text_slice(url.data, url.length - rest.length + jalon_text_find(rest, '/'));
}

/* `*out_says`: the request says at all which page it comes from. */
static bool is_of_our_page(struct jalon_exchange *exchange, bool *out_says)
{
    struct jalon_text origin, site;
    bool has_origin = jalon_exchange_header(exchange, "Origin", &origin);
    bool has_site = jalon_exchange_header(exchange, "Sec-Fetch-Site", &site);
    *out_says = has_origin || has_site;
    return (!has_origin || jalon_text_equal_ascii_case(origin, public_origin(exchange))) &&
           (!has_site || jalon_text_is(site, "same-origin"));
}

static enum jalon_status check_page(struct jalon_exchange *exchange, bool must_say)
{
    const struct jalon_request *request = &exchange->request;
    bool says = false;
    if (request->route == NULL || request->route->method == JALON_GET ||
        (is_of_our_page(exchange, &says) && (says || !must_say))) {
        return JALON_OK;
    }
    return jalon_fail(request->ctx, JALON_FORBIDDEN,
                      "who is signed in by a cookie may change something only from a page of %.*s; a "
                      "program sends a token",
                      JALON_TEXT_ARGS(request->public_url));
}

/* --- Who it is --- */
static enum jalon_status identify(struct jalon_exchange *exchange,
                                  enum jalon_credential credential, struct jalon_text secret)
{
    struct jalon_request *request = &exchange->request;
    const struct jalon_http_options *options = &exchange->http->options;
    struct jalon_identity identity;
    enum jalon_status status =
        secret.length == 0 || options->authenticate == NULL
            ? JALON_UNAUTHENTICATED
            : options->authenticate(request->ctx, request->application, credential, secret,
                                    &identity);
    if (status == JALON_OK) {
        request->account = identity.account;
        request->scopes = identity.scopes;
    }
    return status;
}

static enum jalon_status read_token(struct jalon_exchange *exchange, struct jalon_text token)
{
    struct jalon_request *request = &exchange->request;
    enum jalon_status status = identify(exchange, JALON_CREDENTIAL_TOKEN, token);
    if (status == JALON_UNAUTHENTICATED) {
        exchange->challenge = JALON_TEXT("Bearer realm=\"jalon\", error=\"invalid_token\"");
        if (request->ctx->error.message.length == 0) {
            return jalon_fail(request->ctx, status, "the token is not valid, or not any more");
        }
    }
    return status;
}

/*
 * Who reads with the cookie of a session that has ended reads as anybody; nobody writes as anybody who
 * believes to be signed in.
 */
static enum jalon_status read_cookie(struct jalon_exchange *exchange, struct jalon_text secret)
{
    struct jalon_request *request = &exchange->request;
    enum jalon_status status = check_page(exchange, true);
    if (status == JALON_OK) {
        status = identify(exchange, JALON_CREDENTIAL_SESSION, secret);
    }
    if (status == JALON_OK) {
        request->session = secret;
        return JALON_OK;
    }
    if (status != JALON_UNAUTHENTICATED) {
        return status;
    }
    jalon_error_clear(request->ctx);
    return request->route == NULL || request->route->method == JALON_GET
               ? JALON_OK
               : jalon_fail(request->ctx, status, "this session has ended: sign in again");
}

/* --- What they may ask for --- */
/* "write moderate": the names of the bits. */
static struct jalon_text name_scopes(const struct jalon_exchange *exchange, unsigned scopes)
{
    const struct jalon_http_options *options = &exchange->http->options;
    struct jalon_arena *arena = exchange->request.ctx->arena;
    struct jalon_text names = JALON_TEXT_EMPTY;
    for (size_t i = 0; i < options->scope_count && names.data != NULL; i++) {
        if ((scopes & 1U << i) != 0) {
            names = jalon_text_format(arena, "%.*s%s%s", JALON_TEXT_ARGS(names),
                                      names.length > 0 ? " " : "", options->scope_names[i]);
        }
    }
    return names;
}

static enum jalon_status check_scope(struct jalon_exchange *exchange)
{
    const struct jalon_request *request = &exchange->request;
    unsigned lacks = request->route != NULL ? request->route->scope & ~request->scopes : 0;
    if (request->account.length == 0 || lacks == 0) {
        return JALON_OK;
    }
    struct jalon_text names = name_scopes(exchange, request->route->scope);
    exchange->challenge = jalon_text_format(
        request->ctx->arena, "Bearer realm=\"jalon\", error=\"insufficient_scope\", scope=\"%.*s\"",
        JALON_TEXT_ARGS(names));
    exchange->lacks_scope = true;
    return names.data == NULL || exchange->challenge.data == NULL
               ? jalon_no_memory(request->ctx)
               : jalon_fail(request->ctx, JALON_FORBIDDEN,
                            "this token may not be used for that: it needs the scope %.*s",
                            JALON_TEXT_ARGS(names));
}

enum jalon_status jalon_exchange_check_account(struct jalon_exchange *exchange)
{
    const struct jalon_request *request = &exchange->request;
    const struct jalon_representation *chosen = request->representation;
    bool is_page = chosen != NULL && strcmp(chosen->media_type, "text/html") == 0;
    bool needed = request->route != NULL && request->route->needs_account && !is_page;
    return !needed || request->account.length > 0
               ? JALON_OK
               : jalon_fail(request->ctx, JALON_UNAUTHENTICATED,
                            "this needs an account: sign in, or send a token as \"Authorization: "
                            "Bearer …\"");
}

enum jalon_status jalon_exchange_authenticate(struct jalon_exchange *exchange)
{
    const struct jalon_route *route = exchange->request.route;
    struct jalon_text header = JALON_TEXT_EMPTY, secret;
    bool given = jalon_exchange_header(exchange, "Authorization", &header);
    size_t space = jalon_text_find(header, ' ');
    enum jalon_status status = JALON_OK;
    if (given && jalon_text_equal_ascii_case(jalon_text_slice(header.data, space),
                                             JALON_TEXT("Bearer"))) {
        status = read_token(exchange, jalon_text_trim(jalon_text_slice(header.data + space,
                                                                       header.length - space)));
    } else if (route != NULL && route->signs_in) {
        status = check_page(exchange, false);
    } else if ((route == NULL || !route->for_everyone) && find_cookie(exchange, &secret)) {
        status = read_cookie(exchange, secret);
    }
    return status == JALON_OK ? check_scope(exchange) : status;
}
