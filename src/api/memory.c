/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints of history and proposals share. Layer 4 (api). */
#include "memory.h"

#include <assert.h>

#include "jalon/clock.h"

enum { REASON_LENGTH_MAX = 1000, TEXTS_MAX = 256 };

enum jalon_status jalon_memory_ref(struct jalon_request *request, struct jalon_item_ref *out)
{
    struct jalon_item_ref ref = {
        .map = jalon_request_variable(request, "map"),
        .collection = jalon_request_variable(request, "collection"),
        .actor = jalon_endpoint_actor(request),
    };
    enum jalon_status status = jalon_endpoint_id(request, &ref.id);
    if (status == JALON_OK) {
        *out = ref;
    }
    return status;
}

enum jalon_status jalon_memory_number(struct jalon_request *request, const char *name,
                                      int64_t *out)
{
    int64_t number;
    if (!jalon_text_to_int64(jalon_request_variable(request, name), &number) || number < 1 ||
        number == INT64_MAX) {
        return jalon_fail(request->ctx, JALON_NOT_FOUND, "there is no such version");
    }
    *out = number;
    return JALON_OK;
}

enum jalon_status jalon_memory_body(struct jalon_request *request, const struct jalon_body *body,
                                    void *out)
{
    const struct jalon_json *json = NULL;
    assert(request->route->body == body); /* what is described is what is read */
    enum jalon_status status = jalon_json_parse(request->ctx, request->body, &json);
    if (status != JALON_OK) {
        return status;
    }
    jalon_json_read_object(request->ctx, json, "", body->fields, body->field_count, out);
    for (size_t i = 0; i < body->field_count; i++) {
        const struct jalon_json_field *field = &body->fields[i];
        if (field->type == JALON_JSON_TO_TEXT &&
            jalon_text_code_points(jalon_json_text(jalon_json_member(json, field->name))) >
                REASON_LENGTH_MAX) {
            jalon_error_add(request->ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer(request->ctx, "", jalon_text_from(field->name)),
                            "must not be longer than %d characters", REASON_LENGTH_MAX);
        }
    }
    return jalon_error_verdict(request->ctx, "the body is not what is expected here");
}

enum jalon_status jalon_memory_texts(struct jalon_request *request, const struct jalon_json *list,
                                     const char *pointer, const struct jalon_text **out,
                                     size_t *out_count)
{
    struct jalon_context *ctx = request->ctx;
    size_t count = jalon_json_size(list);
    bool good = list == NULL || jalon_json_kind(list) == JALON_JSON_NULL ||
                (jalon_json_kind(list) == JALON_JSON_ARRAY && count <= TEXTS_MAX);
    if (!good) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, pointer,
                             "must be a list of at most %d names", TEXTS_MAX);
    }
    struct jalon_text *texts = jalon_arena_allocate_zeroed(ctx->arena, count + 1, sizeof *texts);
    if (texts == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        const struct jalon_json *element = jalon_json_element(list, i);
        texts[i] = jalon_json_text(element);
        if (jalon_json_kind(element) != JALON_JSON_STRING) {
            jalon_error_add(ctx, JALON_ERROR_POINTER, jalon_json_pointer_at(ctx, pointer, i),
                            "must be a string");
        }
        for (size_t j = 0; j < i; j++) {
            if (jalon_text_equal(texts[i], texts[j])) {
                jalon_error_add(ctx, JALON_ERROR_POINTER, jalon_json_pointer_at(ctx, pointer, i),
                                "is there twice");
            }
        }
    }
    *out = texts;
    *out_count = count;
    return jalon_error_verdict(ctx, "the body is not what is expected here");
}

void jalon_memory_put_revision(struct jalon_json_writer *writer,
                               const struct jalon_revision *revision)
{
    jalon_json_put_integer(writer, "version", revision->version);
    jalon_endpoint_put_time(writer, "time", revision->time_us);
    jalon_endpoint_put_text_or_null(writer, "author", revision->author);
    jalon_json_put_string(writer, "action", jalon_action_name(revision->action));
    jalon_endpoint_put_text_or_null(writer, "reason", revision->reason);
    if (revision->base > 0) {
        jalon_json_put_integer(writer, "base", revision->base);
    }
    jalon_json_put_raw(writer, "changes", revision->changes);
}
