/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * `sortby`: the order of a list. OGC API Features Part 8 (draft), 7; the + of its syntax is a space
 * once a query is decoded. Layer 4 (api).
 */
#include "items_query.h"

enum { NAMES_MAX = 65536 };

static enum jalon_status refuse(struct jalon_request *request,
                                const struct jalon_collection *collection, struct jalon_text name,
                                const char *reason)
{
    struct jalon_buffer known;
    struct jalon_view_queryable one;
    jalon_buffer_init(&known, NAMES_MAX);
    for (size_t i = 0; jalon_view_sortable_at(collection, i, &one); i++) {
        jalon_buffer_append_format(&known, "%s%s", i > 0 ? ", " : "", one.name.data);
    }
    enum jalon_status status =
        jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "sortby",
                      "\"%.*s\" %s; there are %s", JALON_TEXT_ARGS(name),
                      jalon_say(request->ctx, reason), jalon_buffer_text(&known).data);
    jalon_buffer_finish(&known);
    return status;
}

static bool find_sortable(const struct jalon_collection *collection, struct jalon_text name,
                          struct jalon_view_queryable *out)
{
    for (size_t i = 0; jalon_view_sortable_at(collection, i, out); i++) {
        if (jalon_text_equal(out->name, name)) {
            return true;
        }
    }
    return false;
}

/* Adds the property with this name, which may have its direction before it. */
static enum jalon_status add_sort(struct jalon_request *request,
                                  const struct jalon_collection *collection,
                                  struct jalon_text name, struct jalon_view_sort *sorts,
                                  size_t *count)
{
    struct jalon_view_sort sort = {.is_descending = jalon_text_starts_with(name, "-")};
    if (sort.is_descending || jalon_text_starts_with(name, "+") ||
        jalon_text_starts_with(name, " ")) {
        name = jalon_text_slice(name.data + 1, name.length - 1);
    }
    if (!find_sortable(collection, name, &sort.property)) {
        return refuse(request, collection, name, "is nothing to sort by");
    }
    for (size_t i = 0; i < *count; i++) {
        if (jalon_text_equal(sorts[i].property.name, name)) {
            return refuse(request, collection, name, "is there twice");
        }
    }
    if (*count == JALON_QUERY_SORTS_MAX) {
        return refuse(request, collection, name, "is one too many, after four");
    }
    sorts[(*count)++] = sort;
    return JALON_OK;
}

enum jalon_status jalon_items_read_sort(struct jalon_request *request, const struct jalon_map *map,
                                        struct jalon_view_query *query)
{
    _Static_assert(JALON_QUERY_SORTS_MAX == 4, "the reason says so");
    struct jalon_text rest, name;
    bool done = false;
    if (!jalon_request_parameter(request, "sortby", &rest)) {
        return JALON_OK;
    }
    if (query->by_distance) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "sortby",
                             "cannot be beside near, whose answer is in the order of distance");
    }
    struct jalon_view_sort *sorts =
        jalon_arena_allocate(request->ctx->arena, JALON_QUERY_SORTS_MAX * sizeof *sorts);
    if (sorts == NULL) {
        return jalon_no_memory(request->ctx);
    }
    enum jalon_status status = JALON_OK;
    while (status == JALON_OK && jalon_items_next_name(&rest, &done, &name)) {
        status = add_sort(request, &map->collections[query->collection], name, sorts,
                          &query->sort_count);
    }
    query->sorts = sorts;
    return status;
}
