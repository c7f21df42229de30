/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Taking values out of lists of changes. Layer 3 (app). */
#include "redact.h"

enum { CHANGES_MAX = 64 << 20 };

enum jalon_status jalon_redact_take(struct jalon_context *ctx, struct jalon_buffer *buffer,
                                    struct jalon_text *out)
{
    struct jalon_text text = {NULL, 0};
    if (jalon_buffer_status(buffer) == JALON_OK) {
        text = jalon_text_copy(ctx->arena, jalon_buffer_text(buffer));
    }
    jalon_buffer_finish(buffer);
    if (text.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = text;
    return JALON_OK;
}

enum jalon_status jalon_redact_write(struct jalon_context *ctx, const struct jalon_json *json,
                                     struct jalon_text *out)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, CHANGES_MAX);
    jalon_json_write(&buffer, json);
    return jalon_redact_take(ctx, &buffer, out);
}

/* Is this side of a change to go? Absent ones are not. */
static enum jalon_status holds(struct jalon_context *ctx, const struct redact_value *value,
                               const struct jalon_json *side, bool *out)
{
    struct jalon_text text = JALON_TEXT_EMPTY;
    enum jalon_status status = side != NULL ? jalon_redact_write(ctx, side, &text) : JALON_OK;
    if (status == JALON_OK) {
        *out = side != NULL && jalon_text_equal(text, value->text);
    }
    return status;
}

static void write_side(struct jalon_buffer *buffer, const char *name,
                       const struct jalon_json *side, bool goes)
{
    if (side != NULL && !goes) {
        jalon_buffer_append_format(buffer, ",\"%s\":", name);
        jalon_json_write(buffer, side);
    }
}

static enum jalon_status write_change(struct jalon_context *ctx, const void *what,
                                      const struct jalon_json *change, struct jalon_buffer *buffer,
                                      size_t *count)
{
    const struct redact_list *list = what;
    struct jalon_text field = jalon_json_text(jalon_json_member(change, "field"));
    const struct jalon_json *before = jalon_json_member(change, "before");
    const struct jalon_json *after = jalon_json_member(change, "after");
    bool before_goes = false, after_goes = false;
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < list->count; i++) {
        if (jalon_text_equal(list->values[i].field, field)) {
            status = holds(ctx, &list->values[i], before, &before_goes);
            if (status == JALON_OK) {
                status = holds(ctx, &list->values[i], after, &after_goes);
            }
        }
    }
    if (!before_goes && !after_goes) {
        jalon_json_write(buffer, change);
        return status;
    }
    jalon_buffer_append_string(buffer, "{\"field\":");
    jalon_buffer_append_json(buffer, field);
    jalon_buffer_append_string(buffer, ",\"redacted\":true");
    write_side(buffer, "before", before, before_goes);
    write_side(buffer, "after", after, after_goes);
    jalon_buffer_append_char(buffer, '}');
    (*count)++;
    return status;
}

enum jalon_status jalon_redact_each_change(struct jalon_context *ctx, redact_change_writer *write,
                                           const void *what, struct jalon_text changes,
                                           struct jalon_text *out, size_t *out_count)
{
    const struct jalon_json *all = NULL;
    struct jalon_buffer buffer;
    size_t count = 0;
    enum jalon_status status = jalon_json_parse(ctx, changes, &all);
    if (status != JALON_OK) {
        return status == JALON_NO_MEMORY
                   ? status
                   : jalon_fail(ctx, JALON_INTERNAL, "the history of this contribution is damaged");
    }
    jalon_buffer_init(&buffer, CHANGES_MAX);
    jalon_buffer_append_char(&buffer, '[');
    for (size_t i = 0; status == JALON_OK && i < jalon_json_size(all); i++) {
        jalon_buffer_append_string(&buffer, i > 0 ? "," : "");
        status = write(ctx, what, jalon_json_element(all, i), &buffer, &count);
    }
    jalon_buffer_append_char(&buffer, ']');
    if (status == JALON_OK && count > 0) {
        status = jalon_redact_take(ctx, &buffer, out);
    } else {
        jalon_buffer_finish(&buffer);
    }
    if (status == JALON_OK) {
        *out_count = count;
    }
    return status;
}

enum jalon_status jalon_redact_changes(struct jalon_context *ctx, const struct redact_list *list,
                                       struct jalon_text changes, struct jalon_text *out,
                                       size_t *out_count)
{
    return jalon_redact_each_change(ctx, write_change, list, changes, out, out_count);
}
