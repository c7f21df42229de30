/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/revisions/{n}/redact: removes what a version brought, everywhere. Layer 4 (api). */
#include "memory.h"

struct body {
    struct jalon_text reason;
    struct jalon_text text;
    bool current;
    const struct jalon_json *fields;
};

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                bool has_words, const struct jalon_redacted *redacted)
{
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_integer(&writer, "version", redacted->state.version);
    jalon_json_put_integer(&writer, "revisions", (int64_t)redacted->revisions);
    if (has_words) {
        jalon_json_put_integer(&writer, "places", (int64_t)redacted->places);
    }
    jalon_json_end_object(&writer);
    response->seq = redacted->seq;
    response->cache_control = JALON_TEXT("no-store");
    return jalon_endpoint_finish(request, response);
}

static const struct jalon_json_field fields[] = {
    {"fields", JALON_JSON_TO_VALUE, offsetof(struct body, fields), false},
    {"text", JALON_JSON_TO_TEXT, offsetof(struct body, text), false},
    {"current", JALON_JSON_TO_BOOLEAN, offsetof(struct body, current), false},
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct body, reason), true},
};
const struct jalon_body jalon_revision_redact_body = JALON_BODY(fields);

enum jalon_status jalon_revision_redact(struct jalon_request *request,
                                        struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct body body = {.reason = JALON_TEXT_EMPTY, .text = JALON_TEXT_EMPTY};
    struct jalon_redaction redaction = {.version = 0};
    struct jalon_redacted redacted;
    enum jalon_status status = jalon_memory_ref(request, &redaction.ref);
    if (status == JALON_OK) {
        status = jalon_memory_number(request, "version", &redaction.version);
    }
    if (status == JALON_OK) {
        status = jalon_memory_body(request, &jalon_revision_redact_body, &body);
    }
    if (status == JALON_OK) {
        redaction.reason = body.reason;
        redaction.text = body.text;
        redaction.with_current = body.current;
        status = jalon_memory_texts(request, body.fields, "/fields", &redaction.fields,
                                    &redaction.field_count);
    }
    if (status == JALON_OK) {
        status = jalon_app_redact(request->ctx, api->app, &redaction, &redacted);
    }
    return status == JALON_OK ? answer(request, response, body.text.length > 0, &redacted) : status;
}
