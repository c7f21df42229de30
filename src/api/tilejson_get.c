/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/tilejson: TileJSON 3.0.0, for clients of vector tiles. Layer 4 (api). */
#include "tile_set.h"

static void put_attribute(struct jalon_json_writer *writer, const char *key, const char *type,
                          struct jalon_text words)
{
    (void)type;
    jalon_json_put_text(writer, key, words);
}

static void put_layers(struct jalon_request *request, struct jalon_json_writer *writer,
                       const struct jalon_map *map)
{
    jalon_json_begin_array(writer, "vector_layers");
    for (size_t i = 0; i < map->collection_count; i++) {
        if (jalon_tile_set_has(map, -1, i)) {
            jalon_json_begin_object(writer, NULL);
            jalon_json_put_text(writer, "id", map->collections[i].key);
            jalon_json_put_text(writer, "description",
                                jalon_endpoint_words(request, map->collections[i].title));
            jalon_json_begin_object(writer, "fields");
            jalon_tile_set_put_attributes(writer, request, &map->collections[i], put_attribute);
            jalon_json_end_object(writer);
            jalon_json_end_object(writer);
        }
    }
    jalon_json_end_array(writer);
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    const struct jalon_map *map = reading->map;
    struct jalon_json_writer writer;
    if (jalon_endpoint_unchanged(request, response, reading)) {
        return JALON_OK;
    }
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_string(&writer, "tilejson", "3.0.0");
    jalon_json_put_text(&writer, "name", jalon_endpoint_words(request, map->title));
    jalon_json_put_text(&writer, "description", jalon_endpoint_words(request, map->description));
    jalon_json_put_text(&writer, "attribution", map->attribution);
    jalon_json_put_string(&writer, "scheme", "xyz");
    jalon_json_begin_array(&writer, "tiles");
    jalon_json_put_text(&writer, NULL,
                        jalon_endpoint_url(request,
                                           "/maps/%s/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt",
                                           map->slug.data));
    jalon_json_end_array(&writer);
    jalon_json_put_integer(&writer, "minzoom", 0);
    jalon_json_put_integer(&writer, "maxzoom", JALON_TILE_ZOOM_MAX);
    jalon_endpoint_put_box(&writer, "bounds", jalon_tile_set_box(reading, -1));
    put_layers(request, &writer, map);
    jalon_json_end_object(&writer);
    return JALON_OK;
}

enum jalon_status jalon_tilejson_get(struct jalon_request *request,
                                     struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}
