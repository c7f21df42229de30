/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints of the desk share. Layer 4 (api). */
#include "desk.h"

#include "jalon/clock.h"

enum jalon_status jalon_desk_read_body(struct jalon_request *request,
                                       const struct jalon_json_field *fields, size_t count,
                                       void *out)
{
    const struct jalon_json *body;
    enum jalon_status status = jalon_json_parse(request->ctx, request->body, &body);
    if (status != JALON_OK) {
        return status;
    }
    if (jalon_json_kind(body) != JALON_JSON_OBJECT) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_POINTER, "",
                             "expected an object, found %s",
                             jalon_json_kind_name(jalon_json_kind(body)));
    }
    jalon_json_read_object(request->ctx, body, "", fields, count, out);
    return jalon_error_verdict(request->ctx, "the request's body is not right");
}

/* --- Writing --- */
void jalon_desk_begin(struct jalon_response *response, struct jalon_json_writer *writer)
{
    response->cache_control = JALON_TEXT("no-store");
    jalon_json_writer_init(writer, &response->body);
    jalon_json_begin_object(writer, NULL);
}

void jalon_desk_put_text(struct jalon_json_writer *writer, const char *key, struct jalon_text text)
{
    if (text.length == 0) {
        jalon_json_put_null(writer, key);
    } else {
        jalon_json_put_text(writer, key, text);
    }
}

void jalon_desk_put_time(struct jalon_json_writer *writer, const char *key, int64_t time_us)
{
    char text[JALON_CLOCK_TEXT_SIZE];
    if (time_us == 0) {
        jalon_json_put_null(writer, key);
        return;
    }
    jalon_clock_format(time_us, text);
    jalon_json_put_string(writer, key, text);
}

void jalon_desk_put_id(struct jalon_json_writer *writer, const char *key, struct jalon_id id)
{
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(id, text);
    jalon_json_put_string(writer, key, text);
}

void jalon_desk_put_reviews(struct jalon_json_writer *writer, const struct jalon_review *reviews,
                            size_t count)
{
    jalon_json_begin_array(writer, "reasons");
    for (size_t i = 0; i < count; i++) {
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_string(writer, "reason", jalon_review_reason_name(reviews[i].reason));
        jalon_desk_put_time(writer, "since", reviews[i].created_us);
        jalon_json_put_raw(writer, "detail", reviews[i].detail);
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
}

void jalon_desk_put_entry(struct jalon_json_writer *writer, const struct jalon_audit_entry *entry)
{
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_integer(writer, "number", entry->number);
    jalon_desk_put_time(writer, "time", entry->time_us);
    jalon_desk_put_text(writer, "actor", entry->actor);
    jalon_json_put_text(writer, "action", entry->action);
    if (entry->contribution != 0 && entry->collection >= 0) {
        jalon_json_begin_object(writer, "contribution");
        jalon_desk_put_id(writer, "id", entry->id);
        jalon_json_put_text(writer, "collection", entry->collection_key);
        jalon_json_end_object(writer);
    } else {
        jalon_json_put_null(writer, "contribution");
    }
    jalon_desk_put_text(writer, "subject", entry->subject);
    jalon_desk_put_text(writer, "reason", entry->reason);
    jalon_json_put_raw(writer, "detail", entry->detail);
    jalon_json_end_object(writer);
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
    jalon_desk_put_id(writer, "id", decided->id);
    jalon_json_put_text(writer, "collection", decided->collection);
    jalon_json_put_string(writer, "moderation", jalon_moderation_name(decided->state));
    jalon_json_put_integer(writer, "version", decided->version);
}
