/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * `properties`: which of their properties contributions are written with. OGC API Features Part 6
 * (draft), 7. Layer 4 (api).
 */
#include "items_query.h"

enum { NAMES_MAX = 65536 };

/* What jalon_feature_write writes beside the fields. */
static const char *const own[] = {
    "title",   "description", "categories", "status",  "author", "created",   "updated",
    "observed", "version",     "licence",    "source", "source_id", "campaign",  "declared_by",
    "confirmed", "supports",    "comments",   "accuracy_m",
};

static bool is_known(const struct jalon_collection *collection, struct jalon_text name)
{
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (jalon_text_is(name, own[i])) {
            return true;
        }
    }
    return jalon_items_has_field(collection, name);
}

static enum jalon_status refuse(struct jalon_request *request,
                                const struct jalon_collection *collection, struct jalon_text name)
{
    struct jalon_buffer known;
    jalon_buffer_init(&known, NAMES_MAX);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        jalon_buffer_append_format(&known, "%s%s", i > 0 ? ", " : "", own[i]);
    }
    for (size_t i = 0; i < collection->field_count; i++) {
        if (jalon_items_has_field(collection, collection->fields[i].key)) {
            jalon_buffer_append_format(&known, ", %s", collection->fields[i].key.data);
        }
    }
    enum jalon_status status =
        jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "properties",
                      "\"%.*s\" is not a property here; there are %s", JALON_TEXT_ARGS(name),
                      jalon_buffer_text(&known).data);
    jalon_buffer_finish(&known);
    return status;
}

enum jalon_status jalon_items_read_properties(struct jalon_request *request,
                                              struct jalon_items_frame *frame)
{
    struct jalon_text rest, name;
    size_t count = 0, capacity = 0;
    bool done = false;
    struct jalon_text *names = NULL;
    if (!jalon_request_parameter(request, "properties", &rest)) {
        return JALON_OK;
    }
    while (jalon_items_next_name(&rest, &done, &name)) {
        if (!is_known(frame->collection, name)) {
            return refuse(request, frame->collection, name);
        }
        for (size_t i = 0; i < count; i++) {
            if (jalon_text_equal(names[i], name)) {
                return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER,
                                     "properties", "\"%.*s\" is there twice",
                                     JALON_TEXT_ARGS(name));
            }
        }
        names = jalon_arena_grow(request->ctx->arena, names, count, count + 1, sizeof *names,
                                 &capacity);
        if (names == NULL) {
            return jalon_no_memory(request->ctx);
        }
        names[count++] = name;
    }
    frame->properties = names;
    frame->property_count = count;
    return JALON_OK;
}
