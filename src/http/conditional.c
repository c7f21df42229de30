/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Entity tags, If-Match and If-None-Match (RFC 9110, sections 8.8.3 and 13.1). Layer 2.
 *
 * A strong tag names bytes: the state ("m7-42"), the representation, the language where the answer
 * depends on it, and the coding are all in it.
 */
#include "exchange.h"

#include <assert.h>
#include <string.h>

/* The opaque part of the next tag of the list, quotes included; false at the end or at nonsense. */
static bool next_tag(struct jalon_text *rest, bool *out_weak, struct jalon_text *out)
{
    *rest = jalon_text_trim(*rest);
    while (rest->length > 0 && (rest->data[0] == ',' || rest->data[0] == ' ')) {
        *rest = jalon_text_trim(jalon_text_slice(rest->data + 1, rest->length - 1));
    }
    *out_weak = jalon_text_starts_with(*rest, "W/");
    if (*out_weak) {
        *rest = jalon_text_slice(rest->data + 2, rest->length - 2);
    }
    if (rest->length < 2 || rest->data[0] != '"') {
        return false;
    }
    struct jalon_text inner = {rest->data + 1, rest->length - 1};
    size_t end = jalon_text_find(inner, '"');
    if (end == inner.length) {
        return false;
    }
    *out = jalon_text_slice(rest->data, end + 2);
    *rest = jalon_text_slice(rest->data + end + 2, rest->length - end - 2);
    return true;
}

bool jalon_etag_listed(struct jalon_text list, struct jalon_text quoted_etag)
{
    struct jalon_text tag;
    bool weak;
    if (jalon_text_is(jalon_text_trim(list), "*")) {
        return true;
    }
    while (next_tag(&list, &weak, &tag)) {
        if (jalon_text_equal(tag, quoted_etag)) {
            return true;
        }
    }
    return false;
}

/* Every tag has two. */
static size_t count_quotes(struct jalon_text list)
{
    size_t count = 0;
    for (size_t i = 0; i < list.length; i++) {
        count += list.data[i] == '"';
    }
    return count;
}

enum jalon_status jalon_request_etags(struct jalon_request *request, const char *header,
                                      bool with_weak, struct jalon_etags *out)
{
    struct jalon_etags etags = {.given = false};
    struct jalon_text list, tag;
    bool weak;
    if (!jalon_request_header(request, header, &list)) {
        *out = etags;
        return JALON_OK;
    }
    struct jalon_text *tags =
        jalon_arena_allocate(request->ctx->arena, count_quotes(list) / 2 * sizeof *tags);
    if (tags == NULL) {
        return jalon_no_memory(request->ctx);
    }
    etags.given = true;
    etags.any = jalon_text_is(list, "*");
    etags.tags = tags;
    while (next_tag(&list, &weak, &tag)) {
        if (with_weak || !weak) {
            tags[etags.count++] = jalon_text_slice(tag.data + 1, tag.length - 2);
        }
    }
    *out = etags;
    return JALON_OK;
}

bool jalon_is_spoken(const struct jalon_request *request)
{
    return (request->route != NULL && !request->route->one_language) ||
           (request->representation != NULL &&
            strcmp(request->representation->media_type, "text/html") == 0);
}

struct jalon_text jalon_etag_make(const struct jalon_exchange *exchange, enum jalon_coding coding)
{
    const struct jalon_request *request = &exchange->request;
    const char *name = request->representation != NULL ? request->representation->name : "";
    bool spoken = jalon_is_spoken(request);
    return jalon_text_format(request->ctx->arena, "\"%.*s%s%s%s%.*s%s%s\"",
                             JALON_TEXT_ARGS(exchange->response.etag), name[0] != '\0' ? "-" : "",
                             name, spoken ? "-" : "", spoken ? (int)request->language.length : 0,
                             request->language.data, coding != JALON_IDENTITY ? "-" : "",
                             jalon_coding_name(coding));
}

/* The If-None-Match of a request for a state that has a tag. */
static bool find_held(struct jalon_exchange *exchange, struct jalon_text *out)
{
    return exchange->response.etag.length > 0 &&
           exchange->request.route->method == JALON_GET &&
           jalon_exchange_header(exchange, "If-None-Match", out);
}

/* The tag the client holds of this state, in a coding it accepts; empty when it holds none. */
static struct jalon_text held_tag(struct jalon_exchange *exchange)
{
    struct jalon_text list;
    if (!find_held(exchange, &list) || jalon_text_is(list, "*")) {
        return JALON_TEXT_EMPTY;
    }
    for (int i = 0; i < JALON_CODING_COUNT; i++) {
        enum jalon_coding coding = (enum jalon_coding)i;
        if (!jalon_coding_is_accepted(exchange->codings, coding)) {
            continue;
        }
        struct jalon_text tag = jalon_etag_make(exchange, coding);
        if (tag.data != NULL && jalon_etag_listed(list, tag)) {
            return tag;
        }
    }
    return JALON_TEXT_EMPTY;
}

bool jalon_etag_none_wanted(struct jalon_exchange *exchange)
{
    struct jalon_text list;
    return find_held(exchange, &list) && jalon_text_is(list, "*");
}

bool jalon_etag_unchanged(struct jalon_exchange *exchange)
{
    struct jalon_text tag = held_tag(exchange);
    if (tag.length == 0) {
        return false;
    }
    exchange->etag = tag;
    exchange->response.code = 304;
    return true;
}

/* Does the list hold the state's tag in any coding? All of them are of the same state. */
static bool holds_state(const struct jalon_exchange *exchange, const struct jalon_etags *list)
{
    for (size_t i = 0; i < list->count * JALON_CODING_COUNT; i++) {
        struct jalon_text tag =
            jalon_etag_make(exchange, (enum jalon_coding)(i % JALON_CODING_COUNT));
        if (tag.data != NULL && jalon_text_equal(jalon_text_slice(tag.data + 1, tag.length - 2),
                                                 list->tags[i / JALON_CODING_COUNT])) {
            return true;
        }
    }
    return false;
}

enum jalon_status jalon_etag_check_wanted(struct jalon_exchange *exchange)
{
    struct jalon_etags wanted;
    if (exchange->response.etag.length == 0 || exchange->request.route->method != JALON_GET) {
        return JALON_OK;
    }
    enum jalon_status status =
        jalon_request_etags(&exchange->request, "If-Match", false, &wanted);
    if (status != JALON_OK || !wanted.given || wanted.any || holds_state(exchange, &wanted)) {
        return status;
    }
    return jalon_fail(exchange->request.ctx, JALON_PRECONDITION,
                      "the state is another one than If-Match names");
}

bool jalon_response_not_modified(struct jalon_request *request, struct jalon_response *response,
                                 struct jalon_text etag)
{
    struct jalon_exchange *exchange = (struct jalon_exchange *)request;
    assert(response == &exchange->response);
    response->etag = etag;
    return jalon_etag_unchanged(exchange);
}
