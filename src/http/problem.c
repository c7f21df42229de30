/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Problem documents (RFC 9457): the one table from status to HTTP code, type and title. Layer 2.
 */
#include "exchange.h"

#include <assert.h>

static const unsigned codes[JALON_STATUS_COUNT] = {
    [JALON_OK] = 200,
    [JALON_INVALID] = 400,
    [JALON_UNAUTHENTICATED] = 401,
    [JALON_FORBIDDEN] = 403,
    [JALON_NOT_FOUND] = 404,
    [JALON_MISMATCH] = 422,
    [JALON_GONE] = 410,
    [JALON_CONFLICT] = 409,
    [JALON_PRECONDITION] = 412,
    [JALON_TOO_LARGE] = 413,
    [JALON_UNSUPPORTED] = 415,
    [JALON_RATE_LIMITED] = 429,
    [JALON_RETRY] = 503,
    [JALON_UNAVAILABLE] = 503,
    [JALON_NO_SPACE] = 507,
    [JALON_NO_MEMORY] = 503,
    [JALON_INTERNAL] = 500,
};

static const struct jalon_problem problems[] = {
    {400, "invalid", JALON_WORDS("The request is not valid")},
    {401, "unauthenticated", JALON_WORDS("A valid token is needed")},
    {403, "forbidden", JALON_WORDS("Not allowed")},
    {404, "not-found", JALON_WORDS("Not found")},
    {405, "method-not-allowed", JALON_WORDS("The method is not allowed here")},
    {406, "not-acceptable", JALON_WORDS("No acceptable representation")},
    {408, "timeout", JALON_WORDS("The request did not come in time")},
    {409, "conflict", JALON_WORDS("The state does not allow it")},
    {410, "gone", JALON_WORDS("No longer there")},
    {412, "precondition-failed", JALON_WORDS("Another version is current")},
    {413, "too-large", JALON_WORDS("Too large")},
    {414, "target-too-long", JALON_WORDS("The address is too long")},
    {415, "unsupported-media-type", JALON_WORDS("The body's media type is not supported")},
    {417, "expectation-failed", JALON_WORDS("The expectation cannot be met")},
    {422, "unprocessable", JALON_WORDS("The request contradicts itself")},
    {428, "precondition-required", JALON_WORDS("A condition is needed")},
    {429, "rate-limited", JALON_WORDS("Too many requests")},
    {431, "headers-too-large", JALON_WORDS("The header fields are too large")},
    {500, "internal", JALON_WORDS("Internal error")},
    {501, "not-implemented", JALON_WORDS("Not implemented")},
    {503, "unavailable", JALON_WORDS("Not available now")},
    {505, "version-not-supported", JALON_WORDS("The protocol version is not supported")},
    {507, "insufficient-storage", JALON_WORDS("No space left to store this")},
};

unsigned jalon_status_http_code(enum jalon_status status)
{
    assert((unsigned)status < JALON_STATUS_COUNT);
    return codes[status];
}

const struct jalon_problem *jalon_problem_find(unsigned code)
{
    const struct jalon_problem *internal = NULL;
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++) {
        if (problems[i].code == code) {
            return &problems[i];
        }
        if (problems[i].code == 500) {
            internal = &problems[i];
        }
    }
    return internal;
}

static void write_details(struct jalon_buffer *out, const struct jalon_error *error)
{
    for (size_t i = 0; i < error->detail_count; i++) {
        const struct jalon_error_detail *detail = &error->details[i];
        jalon_buffer_append_string(out, i == 0 ? ",\"errors\":[{" : ",{");
        jalon_buffer_append_string(
            out, detail->place == JALON_ERROR_POINTER ? "\"pointer\":" : "\"parameter\":");
        jalon_buffer_append_json(out, detail->where);
        jalon_buffer_append_string(out, ",\"reason\":");
        jalon_buffer_append_json(out, detail->reason);
        jalon_buffer_append_char(out, '}');
    }
    if (error->detail_count > 0) {
        jalon_buffer_append_char(out, ']');
    }
    if (error->detail_total > error->detail_count) {
        jalon_buffer_append_format(out, ",\"errors_found\":%zu", error->detail_total);
    }
}

struct jalon_text jalon_problem_language(const struct jalon_context *ctx)
{
    return ctx->wording != NULL ? ctx->wording->language : JALON_TEXT("en");
}

void jalon_problem_write(struct jalon_buffer *out, unsigned code, const struct jalon_context *ctx,
                         const char *request_id)
{
    const struct jalon_error *error = &ctx->error;
    const struct jalon_problem *problem = jalon_problem_find(code);
    struct jalon_text title = jalon_text_from(jalon_say(ctx, problem->title));
    jalon_buffer_append_format(out, "{\"type\":\"urn:jalon:problem:%s\",\"title\":", problem->name);
    jalon_buffer_append_json(out, title);
    jalon_buffer_append_format(out, ",\"status\":%u,\"detail\":", problem->code);
    if (error->message.length > 0) {
        jalon_buffer_append_json(out, error->message);
    } else if (code >= 500) {
        jalon_buffer_append_json(
            out, jalon_text_from(jalon_say(ctx, "the request could not be served; the operator finds "
                                                "the cause in the log under the instance's id")));
    } else {
        jalon_buffer_append_json(out, title);
    }
    jalon_buffer_append_format(out, ",\"instance\":\"urn:uuid:%s\"", request_id);
    write_details(out, error);
    if (error->members.length > 0) { /* extension members (RFC 9457, 3.2) */
        jalon_buffer_append_char(out, ',');
        jalon_buffer_append(out, error->members.data, error->members.length);
    }
    jalon_buffer_append_char(out, '}');
}
