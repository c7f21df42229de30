/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Query strings: decoded, refused when repeated or unknown, read by their row. Layer 2.
 */
#include "exchange.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool has_control(struct jalon_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == 0x7f) {
            return true;
        }
    }
    return false;
}

static bool decode_escapes(struct jalon_text text, bool plus, char *out, size_t *out_length)
{
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.length ? hex_digit(text.data[i + 1]) : -1;
            int low = i + 2 < text.length ? hex_digit(text.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        out[length++] = c;
    }
    out[length] = '\0';
    *out_length = length;
    return true;
}

bool jalon_percent_decode(struct jalon_context *ctx, struct jalon_text text, bool plus,
                          struct jalon_text *out)
{
    /* Always a copy: handlers are promised texts that end with a NUL. */
    char *data = jalon_arena_allocate(ctx->arena, text.length + 1);
    size_t length;
    if (data == NULL || !decode_escapes(text, plus, data, &length)) {
        return false;
    }
    struct jalon_text decoded = {data, length};
    if (has_control(decoded) || !jalon_text_is_utf8(decoded)) {
        return false;
    }
    *out = decoded;
    return true;
}

enum jalon_status jalon_request_words(struct jalon_request *request, const char *header, size_t max,
                                      struct jalon_text *out)
{
    struct jalon_text value, words;
    if (!jalon_request_header(request, header, &value)) {
        *out = JALON_TEXT_EMPTY;
        return JALON_OK;
    }
    if (!jalon_percent_decode(request->ctx, value, false, &words)) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, header,
                             "expected percent-encoded UTF-8 without control characters");
    }
    words = jalon_text_trim(words);
    if (jalon_text_code_points(words) > max) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, header,
                             "expected at most %zu characters", max);
    }
    *out = words;
    return JALON_OK;
}

static const struct jalon_pair *find_pair(const struct jalon_pair *pairs, size_t count,
                                          struct jalon_text name)
{
    for (size_t i = 0; i < count; i++) {
        if (jalon_text_equal(pairs[i].name, name)) {
            return &pairs[i];
        }
    }
    return NULL;
}

/* One "name=value"; what is wrong becomes a detail. True when *out was filled. */
static bool parse_pair(struct jalon_context *ctx, struct jalon_text piece,
                       const struct jalon_pair *known, size_t known_count, struct jalon_pair *out)
{
    size_t equals = jalon_text_find(piece, '=');
    struct jalon_text value = equals < piece.length
                                  ? jalon_text_slice(piece.data + equals + 1,
                                                     piece.length - equals - 1)
                                  : JALON_TEXT_EMPTY;
    struct jalon_pair pair;
    if (!jalon_percent_decode(ctx, jalon_text_slice(piece.data, equals), true, &pair.name)) {
        jalon_error_add(ctx, JALON_ERROR_PARAMETER, "",
                        "a parameter's name is not percent-encoded UTF-8");
        return false;
    }
    if (!jalon_percent_decode(ctx, value, true, &pair.value)) {
        jalon_error_add(ctx, JALON_ERROR_PARAMETER, pair.name.data,
                        "must be percent-encoded UTF-8 without control characters");
        return false;
    }
    if (find_pair(known, known_count, pair.name) != NULL) {
        jalon_error_add(ctx, JALON_ERROR_PARAMETER, pair.name.data, "may be given only once");
        return false;
    }
    *out = pair;
    return true;
}

enum jalon_status jalon_parameters_parse(struct jalon_context *ctx, struct jalon_text query,
                                         struct jalon_pair **out, size_t *out_count)
{
    struct jalon_pair *pairs = NULL;
    size_t count = 0;
    size_t capacity = 0;
    while (query.length > 0) {
        size_t end = jalon_text_find(query, '&');
        struct jalon_text piece = {query.data, end};
        size_t skip = end < query.length ? end + 1 : end;
        query = jalon_text_slice(query.data + skip, query.length - skip);
        if (piece.length == 0) {
            continue; /* "a=1&&b=2" and "a=1&" are common and harmless */
        }
        if (count == JALON_PARAMETERS_MAX) {
            return jalon_fail(ctx, JALON_INVALID, "there are more than %d query parameters",
                              JALON_PARAMETERS_MAX);
        }
        pairs = jalon_arena_grow(ctx->arena, pairs, count, count + 1, sizeof *pairs, &capacity);
        if (pairs == NULL) {
            return jalon_no_memory(ctx);
        }
        if (parse_pair(ctx, piece, pairs, count, &pairs[count])) {
            count++;
        }
    }
    *out = pairs;
    *out_count = count;
    return jalon_error_verdict(ctx, "the query parameters are not valid");
}

bool jalon_route_declares(const struct jalon_route *route, struct jalon_text name)
{
    if (route->representations != NULL && jalon_text_is(name, "f")) {
        return true;
    }
    const struct jalon_parameter *parameter = route->parameters;
    for (; parameter != NULL && parameter->name != NULL; parameter++) {
        if (jalon_text_is(name, parameter->name)) {
            return true;
        }
    }
    return false;
}

/* "bbox, limit, f", or NULL when there are none (or no memory to say them). */
static const char *list_parameters(struct jalon_context *ctx, const struct jalon_route *route)
{
    const char *list = route->representations != NULL ? "f" : NULL;
    const struct jalon_parameter *parameter = route->parameters;
    for (; parameter != NULL && parameter->name != NULL; parameter++) {
        list = list == NULL
                   ? parameter->name
                   : jalon_text_format(ctx->arena, "%s, %s", list, parameter->name).data;
    }
    return list;
}

enum jalon_status jalon_parameters_check(struct jalon_context *ctx,
                                         const struct jalon_route *route,
                                         const struct jalon_pair *pairs, size_t count)
{
    if (route->open_parameters) {
        return JALON_OK;
    }
    const char *list = NULL;
    for (size_t i = 0; i < count; i++) {
        if (jalon_route_declares(route, pairs[i].name)) {
            continue;
        }
        list = list == NULL ? list_parameters(ctx, route) : list;
        if (list != NULL) {
            jalon_error_add(ctx, JALON_ERROR_PARAMETER, pairs[i].name.data,
                            "is not known here; known are: %s", list);
        } else {
            jalon_error_add(ctx, JALON_ERROR_PARAMETER, pairs[i].name.data,
                            "is not known here: no parameter is");
        }
    }
    return jalon_error_verdict(ctx, "the query parameters are not valid");
}

/* --- What handlers ask --- */

static const struct jalon_exchange *exchange_of(const struct jalon_request *request)
{
    return (const struct jalon_exchange *)request;
}

bool jalon_request_parameter(const struct jalon_request *request, const char *name,
                             struct jalon_text *out)
{
    const struct jalon_exchange *exchange = exchange_of(request);
    const struct jalon_pair *pair =
        find_pair(exchange->parameters, exchange->parameter_count, jalon_text_from(name));
    if (pair == NULL) {
        return false;
    }
    *out = pair->value;
    return true;
}

size_t jalon_request_parameter_count(const struct jalon_request *request)
{
    return exchange_of(request)->parameter_count;
}

void jalon_request_parameter_at(const struct jalon_request *request, size_t index,
                                struct jalon_text *out_name, struct jalon_text *out_value)
{
    const struct jalon_pair *pair = &exchange_of(request)->parameters[index];
    *out_name = pair->name;
    *out_value = pair->value;
}

static const struct jalon_parameter *find_row(const struct jalon_route *route, const char *name)
{
    const struct jalon_parameter *row = route->parameters;
    while (row != NULL && row->name != NULL && strcmp(row->name, name) != 0) {
        row++;
    }
    return row != NULL && row->name != NULL ? row : NULL;
}

enum jalon_status jalon_request_integer(struct jalon_request *request, const char *name,
                                        int64_t *out)
{
    const struct jalon_parameter *row = find_row(request->route, name);
    struct jalon_text text;
    int64_t value;
    if (row == NULL) {
        return jalon_fail(request->ctx, JALON_INTERNAL, "the route has no parameter %s", name);
    }
    if (!jalon_request_parameter(request, name, &text)) {
        *out = row->fallback;
        return JALON_OK;
    }
    if (!jalon_text_to_int64(text, &value) || value < row->minimum) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, name,
                             "must be an integer from %lld to %lld", (long long)row->minimum,
                             (long long)row->maximum);
    }
    *out = value > row->maximum ? row->maximum : value;
    return JALON_OK;
}
