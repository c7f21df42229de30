/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GET …/tiles and …/tiles/WebMercatorQuad: the tile sets of a map or a collection, and what is in
 * them. OGC 20-057, 8 and 9; OGC 17-083r4, 6.3 (tile set metadata). Layer 4 (api).
 */
#include <stdio.h>

#include "tile_set.h"

static const char crs84[] = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
static const char mercator[] = "http://www.opengis.net/def/crs/EPSG/0/3857";
static const char quad_uri[] = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
static const char tiling_scheme[] = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";

static void put_template_link(struct jalon_request *request, struct jalon_json_writer *writer,
                              struct jalon_text base)
{
    struct jalon_text href = jalon_text_format(
        request->ctx->arena, "%s/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}?f=mvt",
        base.data);
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_string(writer, "rel", "item");
    jalon_json_put_string(writer, "type", "application/vnd.mapbox-vector-tile");
    jalon_json_put_string(writer, "title", "A vector tile");
    jalon_json_put_text(writer, "href", href.data != NULL ? href : JALON_TEXT_EMPTY);
    jalon_json_put_boolean(writer, "templated", true);
    jalon_json_end_object(writer);
}

static void put_href(struct jalon_request *request, struct jalon_json_writer *writer,
                     const char *rel, const char *title, struct jalon_text base, const char *path)
{
    struct jalon_text href = jalon_text_format(request->ctx->arena, "%s%s", base.data, path);
    jalon_endpoint_put_link(writer, rel, "application/json", title,
                            href.data != NULL ? href : JALON_TEXT_EMPTY);
}

static void put_links(struct jalon_request *request, struct jalon_json_writer *writer,
                      const struct jalon_map *map, int32_t one)
{
    struct jalon_text base = jalon_tile_set_base(request, map, one);
    jalon_json_begin_array(writer, "links");
    put_href(request, writer, "self", "This tile set", base, "/tiles/WebMercatorQuad?f=json");
    jalon_endpoint_put_link(writer, tiling_scheme, "application/json", "WebMercatorQuad",
                            jalon_endpoint_url(request, "/tileMatrixSets/WebMercatorQuad?f=json"));
    put_template_link(request, writer, base);
    if (one < 0) {
        put_href(request, writer, "related", "TileJSON", base, "/tilejson?f=json");
    }
    jalon_json_end_array(writer);
}

/* OGC 17-083r4, 8.1: every tile of each matrix answers, be it empty, and none beside them. */
static void put_limits(struct jalon_json_writer *writer)
{
    jalon_json_begin_array(writer, "tileMatrixSetLimits");
    for (int zoom = 0; zoom <= JALON_TILE_ZOOM_MAX; zoom++) {
        char matrix[8];
        int64_t last = (INT64_C(1) << zoom) - 1;
        snprintf(matrix, sizeof matrix, "%d", zoom);
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_string(writer, "tileMatrix", matrix);
        jalon_json_put_integer(writer, "minTileRow", 0);
        jalon_json_put_integer(writer, "maxTileRow", last);
        jalon_json_put_integer(writer, "minTileCol", 0);
        jalon_json_put_integer(writer, "maxTileCol", last);
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
}

/* What the list and the document both say. */
static void put_head(struct jalon_request *request, struct jalon_json_writer *writer,
                     const struct jalon_map *map, int32_t one)
{
    struct jalon_label title = one < 0 ? map->title : map->collections[one].title;
    jalon_json_put_text(writer, "title", jalon_endpoint_words(request, title));
    jalon_json_put_string(writer, "dataType", "vector");
    jalon_json_put_string(writer, "crs", mercator);
    jalon_json_put_string(writer, "tileMatrixSetId", "WebMercatorQuad");
    jalon_json_put_string(writer, "tileMatrixSetURI", quad_uri);
    put_limits(writer);
    put_links(request, writer, map, one);
}

static enum jalon_status answer_list(struct jalon_request *request,
                                     struct jalon_response *response,
                                     const struct jalon_reading *reading)
{
    struct jalon_json_writer writer;
    int32_t one;
    enum jalon_status status = jalon_tile_set_collection(request, reading->map, &one);
    if (status != JALON_OK || jalon_endpoint_unchanged(request, response, reading)) {
        return status;
    }
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_begin_array(&writer, "tilesets");
    jalon_json_begin_object(&writer, NULL);
    put_head(request, &writer, reading->map, one);
    jalon_json_end_object(&writer);
    jalon_json_end_array(&writer);
    jalon_json_begin_array(&writer, "links");
    put_href(request, &writer, "self", "This list",
             jalon_tile_set_base(request, reading->map, one), "/tiles?f=json");
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return JALON_OK;
}

enum jalon_status jalon_tile_sets_get(struct jalon_request *request,
                                      struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer_list);
}

/* --- One tile set --- */

static void put_attribute(struct jalon_json_writer *writer, const char *key, const char *type,
                          struct jalon_text words)
{
    jalon_json_begin_object(writer, key);
    jalon_json_put_text(writer, "title", words);
    jalon_json_put_string(writer, "type", type);
    jalon_json_end_object(writer);
}

/* 0, 1 or 2 when all shapes of the collection are alike, else -1. */
static int dimension_of(const struct jalon_collection *collection)
{
    static const unsigned alike[] = {
        JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT) | JALON_GEOMETRY_BIT(JALON_GEOMETRY_MULTIPOINT),
        JALON_GEOMETRY_BIT(JALON_GEOMETRY_LINESTRING) |
            JALON_GEOMETRY_BIT(JALON_GEOMETRY_MULTILINESTRING),
        JALON_GEOMETRY_BIT(JALON_GEOMETRY_POLYGON) |
            JALON_GEOMETRY_BIT(JALON_GEOMETRY_MULTIPOLYGON),
    };
    for (int i = 0; i < 3; i++) {
        if ((collection->geometry_types & ~alike[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static void put_layer(struct jalon_request *request, struct jalon_json_writer *writer,
                      const struct jalon_map *map, size_t collection)
{
    const struct jalon_collection *one = &map->collections[collection];
    int dimension = dimension_of(one);
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_text(writer, "id", one->key);
    jalon_json_put_text(writer, "title", jalon_endpoint_words(request, one->title));
    jalon_json_put_string(writer, "dataType", "vector");
    if (dimension >= 0) {
        jalon_json_put_integer(writer, "geometryDimension", dimension);
    }
    jalon_json_begin_object(writer, "propertiesSchema");
    jalon_json_put_string(writer, "type", "object");
    jalon_json_begin_object(writer, "properties");
    jalon_tile_set_put_attributes(writer, request, one, put_attribute);
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
    jalon_json_begin_array(writer, "links");
    jalon_endpoint_put_link(writer, "http://www.opengis.net/def/rel/ogc/1.0/geodata",
                            "application/json", one->title.en.data,
                            jalon_endpoint_url(request, "/maps/%s/collections/%s", map->slug.data,
                                               one->key.data));
    jalon_json_end_array(writer);
    jalon_json_end_object(writer);
}

static void put_bounding_box(struct jalon_json_writer *writer, struct jalon_box box)
{
    jalon_json_begin_object(writer, "boundingBox");
    jalon_json_begin_array(writer, "lowerLeft");
    jalon_json_put_number(writer, NULL, box.west);
    jalon_json_put_number(writer, NULL, box.south);
    jalon_json_end_array(writer);
    jalon_json_begin_array(writer, "upperRight");
    jalon_json_put_number(writer, NULL, box.east);
    jalon_json_put_number(writer, NULL, box.north);
    jalon_json_end_array(writer);
    jalon_json_put_string(writer, "crs", crs84);
    jalon_json_end_object(writer);
}

static enum jalon_status answer_one(struct jalon_request *request, struct jalon_response *response,
                                    const struct jalon_reading *reading)
{
    struct jalon_json_writer writer;
    int32_t one;
    enum jalon_status status = jalon_tile_set_collection(request, reading->map, &one);
    if (status != JALON_OK || jalon_endpoint_unchanged(request, response, reading)) {
        return status;
    }
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    put_head(request, &writer, reading->map, one);
    put_bounding_box(&writer, jalon_tile_set_box(reading, one));
    jalon_json_begin_array(&writer, "layers");
    for (size_t i = 0; i < reading->map->collection_count; i++) {
        if (jalon_tile_set_has(reading->map, one, i)) {
            put_layer(request, &writer, reading->map, i);
        }
    }
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return JALON_OK;
}

enum jalon_status jalon_tile_set_get(struct jalon_request *request, struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer_one);
}
