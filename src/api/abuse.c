/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints against abuse share. Layer 4 (api). */
#include "abuse.h"

#include "jalon/clock.h"

void jalon_abuse_read_time(struct jalon_request *request, struct jalon_text text,
                           const char *pointer, int64_t *out)
{
    if (text.length > 0 && !jalon_clock_parse(text, out)) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, pointer,
                        "expected a time as in RFC 3339, such as 2026-12-31T23:00:00Z");
    }
}

enum jalon_status jalon_abuse_read_after(struct jalon_request *request, struct jalon_id *storage,
                                         const struct jalon_id **out)
{
    struct jalon_text after;
    if (!jalon_request_parameter(request, "after", &after)) {
        *out = NULL;
        return JALON_OK;
    }
    if (!jalon_id_parse(after, storage)) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "after",
                             "expected an id, as the link `next` says it");
    }
    *out = storage;
    return JALON_OK;
}

void jalon_abuse_put_links(struct jalon_request *request, struct jalon_json_writer *writer,
                           const struct jalon_id *last, int64_t limit)
{
    char text[JALON_ID_TEXT_SIZE];
    jalon_json_begin_array(writer, "links");
    jalon_endpoint_put_link(writer, "self", "application/json", "This list",
                            jalon_endpoint_url(request, "%s", request->path.data));
    if (last != NULL) {
        jalon_id_format(*last, text);
        jalon_endpoint_put_link(writer, "next", "application/json", "The next ones",
                                jalon_endpoint_url(request, "%s?after=%s&limit=%lld",
                                                   request->path.data, text, (long long)limit));
    }
    jalon_json_end_array(writer);
}
