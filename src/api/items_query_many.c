/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The filters of items for several collections at once. Layer 4 (api). */
#include "items_query.h"

/* --- Which collections --- */

static enum jalon_status select_named(struct jalon_request *request, const struct jalon_map *map,
                                      struct jalon_text names, bool *selected)
{
    struct jalon_text key;
    bool done = false;
    while (jalon_items_next_name(&names, &done, &key)) {
        int32_t found = jalon_map_find_collection(map, key);
        if (found < 0 || !jalon_endpoint_is_public(&map->collections[found]) || selected[found]) {
            return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "collections",
                                 "must be keys of collections of this map, each once, with commas "
                                 "between");
        }
        selected[found] = true;
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

/* --- What fits them --- */

static bool fits(const struct jalon_map *map, const struct jalon_collection *collection,
                 const struct jalon_route *route, struct jalon_text name, struct jalon_text value)
{
    if (jalon_text_is(name, "category")) {
        int32_t category = jalon_map_find_category(map, value);
        return category >= 0 && jalon_collection_uses_category(map, collection, category);
    }
    if (jalon_text_is(name, "status")) {
        return jalon_collection_find_status(collection, value) >= 0;
    }
    return jalon_route_declares(route, name) || jalon_items_has_field(collection, name);
}

static enum jalon_status refuse_misfit(struct jalon_request *request, const struct jalon_map *map,
                                       const bool *selected, struct jalon_text name)
{
    bool is_category = jalon_text_is(name, "category");
    if (is_category || jalon_text_is(name, "status")) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, name.data,
                             is_category
                                 ? "must be the key of a category of one of these collections"
                                 : "must be the key of a status of one of these collections");
    }
    return jalon_items_refuse_unknown(request, map, selected, name);
}

/* Marks in `misfits` the collections that some parameter is not for; each has to be for one. */
static enum jalon_status find_misfits(struct jalon_request *request, const struct jalon_map *map,
                                      const bool *selected, bool *misfits)
{
    for (size_t i = 0; i < jalon_request_parameter_count(request); i++) {
        struct jalon_text name, value;
        jalon_request_parameter_at(request, i, &name, &value);
        bool fits_one = jalon_route_declares(request->route, name) &&
                        !jalon_text_is(name, "category") && !jalon_text_is(name, "status");
        for (size_t j = 0; j < map->collection_count; j++) {
            bool fits_this =
                selected[j] && fits(map, &map->collections[j], request->route, name, value);
            misfits[j] = misfits[j] || !fits_this;
            fits_one = fits_one || fits_this;
        }
        if (!fits_one) {
            return refuse_misfit(request, map, selected, name);
        }
    }
    return JALON_OK;
}

/* What the collections are asked. */
struct many {
    struct jalon_items_filters filters;
    bool *selected; /* by collection */
    bool *misfits;
    struct jalon_view_query *queries; /* of the selected ones */
    size_t count;
};

/*
 * A query for each selected collection. What one refuses may be a filter over what another has: it
 * is refused when nobody takes it.
 */
static enum jalon_status make_queries(struct jalon_request *request, const struct jalon_map *map,
                                      struct many *many)
{
    int32_t refuser = -1;
    bool taken = false;
    for (int32_t i = 0; (size_t)i < map->collection_count; i++) {
        enum jalon_status status = JALON_INVALID;
        if (!many->selected[i]) {
            continue;
        }
        struct jalon_view_query *query = &many->queries[many->count++];
        if (!many->misfits[i]) {
            status = jalon_items_filters_apply(request, map, &many->filters, i, query);
            taken = taken || status == JALON_OK;
            refuser = status == JALON_INVALID && refuser < 0 ? i : refuser;
        }
        if (status == JALON_INVALID) {
            jalon_error_clear(request->ctx);
            *query = many->filters.query;
            query->collection = i;
            query->nothing = true;
        } else if (status != JALON_OK) {
            return status;
        }
    }
    return taken || refuser < 0 ? JALON_OK /* else: what the first one says */
                                : jalon_items_filters_apply(request, map, &many->filters, refuser,
                                                            &many->queries[0]);
}

enum jalon_status jalon_items_query_read_many(struct jalon_request *request,
                                              const struct jalon_reading *reading,
                                              struct jalon_view_query **out, size_t *out_count)
{
    const struct jalon_map *map = reading->map;
    struct jalon_arena *arena = request->ctx->arena;
    struct many many = {
        .selected = jalon_arena_allocate_zeroed(arena, map->collection_count, sizeof(bool)),
        .misfits = jalon_arena_allocate_zeroed(arena, map->collection_count, sizeof(bool)),
        .queries =
            jalon_arena_allocate_zeroed(arena, map->collection_count, sizeof *many.queries),
    };
    if (many.selected == NULL || many.misfits == NULL || many.queries == NULL) {
        return jalon_no_memory(request->ctx);
    }
    enum jalon_status status = select_collections(request, map, many.selected);
    if (status == JALON_OK) {
        status = jalon_items_filters_read(request, reading, false, &many.filters);
    }
    if (status == JALON_OK) {
        status = find_misfits(request, map, many.selected, many.misfits);
    }
    if (status == JALON_OK) {
        status = make_queries(request, map, &many);
    }
    if (status == JALON_OK) {
        *out = many.queries;
        *out_count = many.count;
    }
    return status;
}
