/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A map as those see it who may see more of it, or less. Layer 1 (model). */
#include <string.h>

#include "jalon/arena.h"
#include "jalon/model.h"

/* Is something for this audience, and not for those before it? */
static bool adds(const struct jalon_map *map, enum jalon_visibility audience)
{
    if (audience == JALON_VISIBILITY_MEMBERS && map->rules.location_grid_m > 0) {
        return true;
    }
    for (size_t i = 0; i < map->collection_count; i++) {
        const struct jalon_collection *collection = &map->collections[i];
        if (collection->visibility == audience) {
            return true;
        }
        for (size_t j = 0; j < collection->field_count; j++) {
            if (collection->fields[j].visibility == audience) {
                return true;
            }
        }
    }
    return false;
}

enum jalon_visibility jalon_map_find_audience(const struct jalon_map *map,
                                              enum jalon_visibility audience)
{
    while (audience > JALON_VISIBILITY_PUBLIC && !adds(map, audience)) {
        audience--;
    }
    return audience;
}

static enum jalon_visibility show(enum jalon_visibility visibility,
                                  enum jalon_visibility audience)
{
    return visibility <= audience ? JALON_VISIBILITY_PUBLIC : visibility;
}

/* False: no memory. */
static bool show_fields(struct jalon_arena *arena, struct jalon_collection *collection,
                        enum jalon_visibility audience)
{
    size_t size = collection->field_count * sizeof(struct jalon_field);
    struct jalon_field *fields = jalon_arena_allocate(arena, size);
    if (fields == NULL) {
        return false;
    }
    if (size > 0) {
        memcpy(fields, collection->fields, size);
    }
    for (size_t i = 0; i < collection->field_count; i++) {
        fields[i].visibility = show(fields[i].visibility, audience);
    }
    collection->fields = fields;
    collection->visibility = show(collection->visibility, audience);
    return true;
}

bool jalon_map_as_seen(struct jalon_arena *arena, const struct jalon_map *map,
                       enum jalon_visibility audience, struct jalon_map *out)
{
    struct jalon_map seen = *map;
    size_t size = map->collection_count * sizeof(struct jalon_collection);
    seen.seen_by = jalon_map_find_audience(map, audience);
    if (seen.seen_by == JALON_VISIBILITY_PUBLIC) {
        *out = seen;
        return true;
    }
    struct jalon_collection *collections = jalon_arena_allocate(arena, size);
    if (collections == NULL) {
        return false;
    }
    if (size > 0) {
        memcpy(collections, map->collections, size);
    }
    for (size_t i = 0; i < map->collection_count; i++) {
        if (!show_fields(arena, &collections[i], audience)) {
            return false;
        }
    }
    seen.collections = collections;
    seen.rules.location_grid_m = 0;
    *out = seen;
    return true;
}

uint64_t jalon_map_look(const struct jalon_map *map)
{
    return ((uint64_t)map->described_us * JALON_VISIBILITY_COUNT + (uint64_t)map->seen_by) * 2 +
           (map->rules.location_grid_m > 0);
}
