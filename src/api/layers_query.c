/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which collections an answer is of, and what selects their contributions. Layer 4 (api). */
#include "layers_query.h"

/* --- Collections --- */

static enum jalon_status select_named(struct jalon_request *request, const struct jalon_map *map,
                                      struct jalon_text names, bool *selected)
{
    size_t at = 0;
    while (at <= names.length) {
        struct jalon_text rest = jalon_text_slice(names.data + at, names.length - at);
        struct jalon_text name = jalon_text_slice(rest.data, jalon_text_find(rest, ','));
        int32_t collection = jalon_map_find_collection(map, name);
        if (collection < 0 || !jalon_endpoint_is_public(&map->collections[collection])) {
            return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "collections",
                                 "must be keys of collections of this map, with commas between");
        }
        selected[collection] = true;
        at += name.length + 1;
    }
    return JALON_OK;
}

static enum jalon_status select_collections(struct jalon_request *request,
                                            const struct jalon_map *map, bool *selected)
{
    struct jalon_text names;
    int32_t collection;
    if (jalon_request_variable(request, "collection").length > 0) {
        enum jalon_status status = jalon_endpoint_collection(request, map, &collection);
        if (status == JALON_OK) {
            selected[collection] = true;
        }
        return status;
    }
    if (jalon_request_parameter(request, "collections", &names)) {
        return select_named(request, map, names, selected);
    }
    for (size_t i = 0; i < map->collection_count; i++) {
        selected[i] = jalon_endpoint_is_public(&map->collections[i]);
    }
    return JALON_OK;
}

/* --- Filters --- */

/* The filters for each selected collection; one that they do not fit is left out. */
static enum jalon_status read_queries(struct jalon_request *request,
                                      const struct jalon_reading *reading, const bool *selected,
                                      struct jalon_view_query *queries, size_t *out_count)
{
    size_t count = 0;
    int32_t misfit = -1;
    for (size_t i = 0; i < reading->map->collection_count; i++) {
        if (!selected[i]) {
            continue;
        }
        enum jalon_status status =
            jalon_items_query_read_filters(request, reading, (int32_t)i, &queries[count]);
        if (status == JALON_INVALID) {
            misfit = misfit < 0 ? (int32_t)i : misfit;
            jalon_error_clear(request->ctx);
        } else if (status != JALON_OK) {
            return status;
        } else {
            count++;
        }
    }
    *out_count = count;
    /* They fit none: what the first one says is wrong about them is right for all. */
    return count > 0 || misfit < 0
               ? JALON_OK
               : jalon_items_query_read_filters(request, reading, misfit, &queries[0]);
}

enum jalon_status jalon_layers_query_read(struct jalon_request *request,
                                          const struct jalon_reading *reading,
                                          struct jalon_view_query **out, size_t *out_count)
{
    struct jalon_arena *arena = request->ctx->arena;
    const struct jalon_map *map = reading->map;
    bool *selected = jalon_arena_allocate_zeroed(arena, map->collection_count, sizeof *selected);
    struct jalon_view_query *queries =
        jalon_arena_allocate(arena, map->collection_count * sizeof *queries);
    size_t count = 0;
    if (selected == NULL || queries == NULL) {
        return jalon_no_memory(request->ctx);
    }
    enum jalon_status status = select_collections(request, map, selected);
    if (status == JALON_OK) {
        status = read_queries(request, reading, selected, queries, &count);
    }
    if (status == JALON_OK) {
        *out = queries;
        *out_count = count;
    }
    return status;
}
