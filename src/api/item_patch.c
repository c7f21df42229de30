/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* PATCH …/items/{id}: a merge patch (RFC 7396). OGC 20-002, update. Layer 4 (api). */
#include "item_write.h"

enum { PATCHED_MAX = 128 << 20 };

/* Are the coordinates the patch's? Then Content-Crs is about them; else they are the current ones. */
static bool has_coordinates(const struct jalon_json *patch)
{
    const struct jalon_json *geometry = jalon_json_member(patch, "geometry");
    return jalon_json_member(geometry, "coordinates") != NULL;
}

static enum jalon_status merge(struct jalon_request *request, const struct jalon_json *current,
                               const struct jalon_json *patch, struct jalon_text *out)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, PATCHED_MAX);
    jalon_json_write_merged(&buffer, current, patch);
    struct jalon_text copy = {NULL, 0};
    if (jalon_buffer_status(&buffer) == JALON_OK) {
        copy = jalon_text_copy(request->ctx->arena, jalon_buffer_text(&buffer));
    }
    jalon_buffer_finish(&buffer);
    if (copy.data == NULL) {
        return jalon_no_memory(request->ctx);
    }
    *out = copy;
    return JALON_OK;
}

enum jalon_status jalon_item_read_patched(struct jalon_context *ctx, void *user,
                                          struct jalon_text current, struct jalon_record *out)
{
    struct jalon_request *request = user;
    const struct jalon_json *patch, *document;
    struct jalon_text patched;
    enum jalon_status status = jalon_json_parse(ctx, request->body, &patch);
    if (status == JALON_OK) {
        status = jalon_json_parse(ctx, current, &document);
    }
    if (status == JALON_OK) {
        status = merge(request, document, patch, &patched);
    }
    if (status != JALON_OK) {
        return status;
    }
    return has_coordinates(patch) ? jalon_item_read_body(request, patched, out)
                                  : jalon_feature_read(ctx, patched, out);
}

enum jalon_status jalon_item_patch(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_edit edit;
    enum jalon_status status = jalon_item_read_edit(request, JALON_EDIT_PATCH, &edit);
    if (status == JALON_OK) {
        status = jalon_endpoint_id(request, &edit.id);
    }
    edit.read = jalon_item_read_patched;
    return status == JALON_OK ? jalon_item_edit(request, response, &edit) : status;
}
