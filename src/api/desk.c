/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints of the desk share. Layer 4 (api). */
#include "desk.h"

#include "jalon/clock.h"

void jalon_desk_put_reviews(struct jalon_json_writer *writer, const struct jalon_review *reviews,
                            size_t count)
{
    jalon_json_begin_array(writer, "reasons");
    for (size_t i = 0; i < count; i++) {
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_string(writer, "reason", jalon_review_reason_name(reviews[i].reason));
        jalon_endpoint_put_time(writer, "since", reviews[i].created_us);
        jalon_json_put_raw(writer, "detail", reviews[i].detail);
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
}

/* --- Decisions --- */
static enum jalon_status read_fields(struct jalon_request *request,
                                     const struct jalon_json *list, struct jalon_decide *out)
{
    size_t count = jalon_json_kind(list) == JALON_JSON_ARRAY ? jalon_json_size(list) : 0;
    if (list != NULL && jalon_json_kind(list) != JALON_JSON_ARRAY) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/fields", "expected an array of keys");
    }
    struct jalon_text *fields =
        jalon_arena_allocate(request->ctx->arena, (count + 1) * sizeof *fields);
    if (fields == NULL) {
        return jalon_no_memory(request->ctx);
    }
    for (size_t i = 0; i < count; i++) {
        const struct jalon_json *one = jalon_json_element(list, i);
        if (jalon_json_kind(one) != JALON_JSON_STRING) {
            jalon_error_add(request->ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer_at(request->ctx, "/fields", i),
                            "expected a string");
        }
        fields[i] = jalon_json_text(one);
    }
    out->fields = fields;
    out->field_count = count;
    return JALON_OK;
}

enum jalon_status jalon_desk_read_decision(struct jalon_request *request,
                                           const struct jalon_desk_decision *body,
                                           struct jalon_id *into, struct jalon_decide *out)
{
    struct jalon_decide command = {
        .map = jalon_request_variable(request, "map"),
        .actor = jalon_endpoint_actor(request),
        .reason = body->reason,
        .version = body->version,
    };
    if (!jalon_decision_parse(body->decision, &command.decision)) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/decision",
                        "expected approve, reject, hide, restore, delete, merge or purge");
    }
    if (body->version < 0) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/version",
                        "expected the version that was looked at");
    }
    if (body->into.length > 0) {
        command.into = into;
        if (!jalon_id_parse(body->into, into)) {
            jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/into",
                            "expected the id of a contribution");
        }
    }
    enum jalon_status status = read_fields(request, body->fields, &command);
    if (status == JALON_OK) {
        status = jalon_error_verdict(request->ctx, "this is no decision");
    }
    if (status == JALON_OK) {
        *out = command;
    }
    return status;
}

void jalon_desk_put_decided(struct jalon_json_writer *writer, const struct jalon_decided *decided)
{
    jalon_endpoint_put_id(writer, "id", decided->id);
    jalon_json_put_text(writer, "collection", decided->collection);
    jalon_json_put_string(writer, "moderation", jalon_moderation_name(decided->state));
    jalon_json_put_integer(writer, "version", decided->version);
}
