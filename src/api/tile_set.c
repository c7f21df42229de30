/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the documents about tiles share. Layer 4 (api). */
#include "tile_set.h"

#include <math.h>

struct jalon_text jalon_tile_set_base(struct jalon_request *request, const struct jalon_map *map,
                                      int32_t collection)
{
    return collection < 0
               ? jalon_endpoint_url(request, "/maps/%s", map->slug.data)
               : jalon_endpoint_url(request, "/maps/%s/collections/%s", map->slug.data,
                                    map->collections[collection].key.data);
}

enum jalon_status jalon_tile_set_collection(struct jalon_request *request,
                                            const struct jalon_map *map, int32_t *out)
{
    if (jalon_request_variable(request, "collection").length == 0) {
        *out = -1;
        return JALON_OK;
    }
    return jalon_endpoint_collection(request, map, out);
}

bool jalon_tile_set_has(const struct jalon_map *map, int32_t one, size_t collection)
{
    return one < 0 ? jalon_endpoint_is_public(&map->collections[collection])
                   : (size_t)one == collection;
}

struct jalon_box jalon_tile_set_box(const struct jalon_reading *reading, int32_t one)
{
    struct jalon_box all = {INFINITY, INFINITY, -INFINITY, -INFINITY}, box;
    for (size_t i = 0; i < reading->map->collection_count; i++) {
        if (jalon_tile_set_has(reading->map, one, i) &&
            jalon_snapshot_extent(reading->snapshot, (int32_t)i, &box)) {
            all.west = fmin(all.west, box.west);
            all.south = fmin(all.south, box.south);
            all.east = fmax(all.east, box.east);
            all.north = fmax(all.north, box.north);
        }
    }
    return all.west <= all.east ? all : reading->map->box;
}

static const char *type_of(const struct jalon_field *field)
{
    switch (field->type) {
    case JALON_FIELD_NUMBER: return "number";
    case JALON_FIELD_INTEGER: return "integer";
    case JALON_FIELD_BOOLEAN: return "boolean";
    default: return "string";
    }
}

void jalon_tile_set_put_attributes(struct jalon_json_writer *writer,
                                   const struct jalon_request *request,
                                   const struct jalon_collection *collection,
                                   jalon_tile_attribute_writer put)
{
    static const struct {
        const char *key, *type;
        struct jalon_label words;
    } own[] = {
        {"id", "string", {{"Identifiant", 11}, {"Identifier", 10}}},
        {"title", "string", {{"Titre", 5}, {"Title", 5}}},
        {"category", "string", {{"Thème", 6}, {"Theme", 5}}},
        {"categories", "string", {{"Catégories", 11}, {"Categories", 10}}},
        {"color", "string", {{"Couleur", 7}, {"Colour", 6}}},
        {"status", "string", {{"Statut", 6}, {"Status", 6}}},
        {"cluster_id", "string", {{"Groupe", 6}, {"Cluster", 7}}},
        {"point_count", "integer", {{"Nombre de points réunis", 24}, {"Number of merged points", 23}}},
        {"expansion_zoom",
         "integer",
         {{"Zoom auquel le groupe se sépare", 32}, {"Zoom at which the cluster parts", 31}}},
    };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        put(writer, own[i].key, own[i].type, jalon_endpoint_words(request, own[i].words));
    }
    for (size_t i = 0; i < collection->field_count; i++) {
        const struct jalon_field *field = &collection->fields[i];
        if (jalon_collection_shows_in_tiles(collection, i)) {
            put(writer, field->key.data, type_of(field),
                jalon_endpoint_words(request, field->label));
        }
    }
}
