/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which territories a contribution lies in. Layer 2 (view). */
#include "territories.h"

#include <string.h>

static bool copy_description(struct jalon_arena *arena, const struct jalon_territory *in,
                             struct jalon_territory *out)
{
    *out = (struct jalon_territory){
        .id = in->id,
        .key = jalon_text_copy(arena, in->key),
        .name = jalon_text_copy(arena, in->name),
        .kind = jalon_text_copy(arena, in->kind),
        .parent = jalon_text_copy(arena, in->parent),
    };
    return out->key.data != NULL && out->name.data != NULL && out->kind.data != NULL &&
           out->parent.data != NULL;
}

void jalon_view_territories_finish(struct jalon_view_territories *territories)
{
    for (size_t i = 0; i < territories->count; i++) {
        jalon_geo_area_destroy(territories->areas[i]);
    }
    *territories = (struct jalon_view_territories){.count = 0};
}

enum jalon_status jalon_view_territories_init(struct jalon_context *ctx, struct jalon_arena *arena,
                                              const struct jalon_territory *territories,
                                              size_t count, struct jalon_view_territories *out)
{
    struct jalon_territory *items = jalon_arena_allocate_zeroed(arena, count, sizeof *items);
    struct jalon_view_territories made = {
        .items = items,
        .areas = jalon_arena_allocate_zeroed(arena, count, sizeof *made.areas),
    };
    enum jalon_status status =
        made.items != NULL && made.areas != NULL ? JALON_OK : jalon_no_memory(ctx);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = copy_description(arena, &territories[i], &items[i])
                     ? jalon_geo_area_create(ctx, &territories[i].geometry, &made.areas[i])
                     : jalon_no_memory(ctx);
        made.count += status == JALON_OK;
    }
    if (status != JALON_OK) {
        jalon_view_territories_finish(&made);
        return status;
    }
    *out = made;
    return JALON_OK;
}

enum jalon_status jalon_view_territories_find(struct jalon_context *ctx,
                                              const struct jalon_view_territories *territories,
                                              struct jalon_position position, const int32_t **out,
                                              size_t *out_count)
{
    *out = NULL;
    *out_count = 0;
    if (territories->count == 0) {
        return JALON_OK;
    }
    int32_t *found = jalon_arena_allocate(ctx->arena, territories->count * sizeof *found);
    if (found == NULL) {
        return jalon_no_memory(ctx);
    }
    size_t count = 0;
    for (size_t i = 0; i < territories->count; i++) {
        if (jalon_geo_area_covers(territories->areas[i], position)) {
            found[count++] = (int32_t)i;
        }
    }
    *out = found;
    *out_count = count;
    return JALON_OK;
}
