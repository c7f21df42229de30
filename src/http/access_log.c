/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The one line a request leaves in the operator's log. Layer 2.
 *
 * The query string stays out: it may hold what a person searched for.
 */
#include "exchange.h"

#include "jalon/clock.h"
#include "jalon/log.h"

/* Visible ASCII only; the rest as %XX. */
static struct jalon_text printable(struct jalon_exchange *exchange, struct jalon_text text)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = jalon_arena_allocate(exchange->request.ctx->arena, text.length * 3 + 1);
    size_t length = 0;
    if (out == NULL) {
        return JALON_TEXT_EMPTY;
    }
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c > 0x20 && c < 0x7f) {
            out[length++] = (char)c;
        } else {
            out[length++] = '%';
            out[length++] = digits[c >> 4];
            out[length++] = digits[c & 15];
        }
    }
    out[length] = '\0';
    return jalon_text_slice(out, length);
}

void jalon_access_log(struct jalon_exchange *exchange, const char *ended)
{
    const struct jalon_request *request = &exchange->request;
    const struct jalon_error *error = &request->ctx->error;
    struct jalon_text target = exchange->head.target;
    struct jalon_text path =
        jalon_text_slice(target.data, jalon_text_find(target, '?'));
    unsigned code = exchange->response.code;
    enum jalon_log_level level = code >= 500 ? JALON_LOG_ERROR : JALON_LOG_INFO;
    if (!jalon_log_takes(level)) {
        return;
    }
    struct jalon_log_field fields[12] = {
        {"id", jalon_text_from(request->id), 0},
        {"client", jalon_text_from(request->client.text), 0},
        {"method", printable(exchange, exchange->head.method), 0},
        {"path", printable(exchange, path), 0},
        {"route", jalon_text_from(request->route != NULL ? request->route->path : ""), 0},
        {"status", {NULL, 0}, code},
        {"bytes", {NULL, 0}, (int64_t)exchange->sent_bytes},
        {"duration_us", {NULL, 0}, jalon_clock_monotonic_us() - exchange->started_us},
    };
    size_t count = 8;
    if (request->account.length > 0 && !exchange->http->options.hides_accounts) {
        fields[count++] = (struct jalon_log_field){"account", request->account, 0};
    }
    if (ended != NULL) {
        fields[count++] = (struct jalon_log_field){"ended", jalon_text_from(ended), 0};
    }
    if (code >= 500 && error->message.length > 0) {
        struct jalon_text message = error->english.length > 0 ? error->english : error->message;
        fields[count++] = (struct jalon_log_field){"error", message, 0};
    }
    if (code >= 500 && error->internal.length > 0) {
        fields[count++] = (struct jalon_log_field){"cause", error->internal, 0};
    }
    jalon_log_write(level, "request", fields, count);
}
