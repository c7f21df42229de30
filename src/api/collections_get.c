/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/collections, and one of them. OGC 17-069r4, 7.13 and 7.14. Layer 4 (api). */
#include "jalon/clock.h"

#include "crs.h"
#include "page.h"

static const char crs84[] = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/* From the midnight that a day begins with. */
static const int64_t last_second_us = INT64_C(86399) * 1000000;

static void put_extent(struct jalon_json_writer *writer, const struct jalon_reading *reading,
                       int32_t collection)
{
    struct jalon_box box;
    int64_t first_us, last_us;
    bool has_box = jalon_snapshot_extent(reading->snapshot, collection, &box);
    bool has_time = jalon_snapshot_observed(reading->snapshot, collection, &first_us, &last_us);
    jalon_json_begin_object(writer, "extent");
    jalon_json_begin_object(writer, "spatial");
    jalon_json_begin_array(writer, "bbox");
    /* An empty collection has the map's box: that is where its contributions will be. */
    jalon_endpoint_put_box(writer, NULL, has_box ? box : reading->map->box);
    jalon_json_end_array(writer);
    jalon_json_put_string(writer, "crs", crs84);
    jalon_json_end_object(writer);
    if (has_time) {
        char first[JALON_CLOCK_TEXT_SIZE], last[JALON_CLOCK_TEXT_SIZE];
        jalon_clock_format(first_us, first);
        jalon_clock_format(last_us + last_second_us, last);
        jalon_json_begin_object(writer, "temporal");
        jalon_json_begin_array(writer, "interval");
        jalon_json_begin_array(writer, NULL);
        jalon_json_put_string(writer, NULL, first);
        jalon_json_put_string(writer, NULL, last);
        jalon_json_end_array(writer);
        jalon_json_end_array(writer);
        jalon_json_end_object(writer);
    }
    jalon_json_end_object(writer);
}

static void put_categories(struct jalon_json_writer *writer, const struct jalon_reading *reading,
                           int32_t collection)
{
    const struct jalon_map *map = reading->map;
    jalon_json_begin_array(writer, "categories");
    for (size_t i = 0; i < map->category_count; i++) {
        if (!jalon_collection_uses_category(map, &map->collections[collection], (int32_t)i)) {
            continue;
        }
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_text(writer, "key", map->categories[i].key);
        jalon_json_put_integer(writer, "count",
                               jalon_snapshot_category_count(reading->snapshot, collection,
                                                             (int32_t)i));
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
}

/* How the collection is drawn, and when a contribution is stale. */
static void put_settings(struct jalon_json_writer *writer,
                         const struct jalon_collection *collection)
{
    jalon_json_put_integer(writer, "cluster_radius", collection->cluster_radius);
    jalon_json_put_integer(writer, "cluster_min_points", collection->cluster_min_points);
    jalon_json_put_integer(writer, "cluster_max_zoom", collection->cluster_max_zoom);
    jalon_json_begin_array(writer, "tile_fields");
    for (size_t i = 0; i < collection->field_count; i++) {
        if (jalon_collection_shows_in_tiles(collection, i)) {
            jalon_json_put_text(writer, NULL, collection->fields[i].key);
        }
    }
    jalon_json_end_array(writer);
    if (collection->stale_after_days > 0) {
        jalon_json_put_integer(writer, "stale_after_days", collection->stale_after_days);
    }
}

static void put_links(struct jalon_request *request, struct jalon_json_writer *writer,
                      const char *slug, const struct jalon_collection *collection)
{
    const char *key = collection->key.data;
    size_t count = 0;
    const struct jalon_format *const *formats = jalon_formats(&count);
    jalon_json_begin_array(writer, "links");
    jalon_endpoint_put_link(writer, "self", "application/json", "This collection",
                            jalon_endpoint_url(request, "/maps/%s/collections/%s?f=json", slug,
                                               key));
    jalon_endpoint_put_link(writer, "alternate", "text/html", "This collection, as a page",
                            jalon_endpoint_url(request, "/maps/%s/collections/%s?f=html", slug,
                                               key));
    jalon_endpoint_put_link(writer, "items", "text/html", "The contributions, as a page",
                            jalon_endpoint_url(request, "/maps/%s/collections/%s/items?f=html",
                                               slug, key));
    for (size_t i = 0; i < count; i++) {
        if (formats[i]->writer != NULL) {
            jalon_endpoint_put_link(writer, "items", formats[i]->media_type,
                                    formats[i]->label.en.data,
                                    jalon_endpoint_url(request,
                                                       "/maps/%s/collections/%s/items?f=%s", slug,
                                                       key, formats[i]->name));
        }
    }
    jalon_endpoint_put_link(writer, "describedby", "application/schema+json",
                            "The schema of a contribution",
                            jalon_endpoint_url(request, "/maps/%s/collections/%s/schema", slug, key));
    jalon_endpoint_put_link(writer, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
                            "application/json", "The vector tiles",
                            jalon_endpoint_url(request, "/maps/%s/collections/%s/tiles?f=json",
                                               slug, key));
    jalon_endpoint_put_link(
        writer, "http://www.opengis.net/def/rel/ogc/1.0/queryables", "application/schema+json",
        "What a filter may ask of a contribution",
        jalon_endpoint_url(request, "/maps/%s/collections/%s/queryables", slug, key));
    jalon_endpoint_put_link(
        writer, "http://www.opengis.net/def/rel/ogc/1.0/sortables", "application/schema+json",
        "What lists can be sorted by",
        jalon_endpoint_url(request, "/maps/%s/collections/%s/sortables", slug, key));
    jalon_json_end_array(writer);
}

static void write_collection(struct jalon_request *request, struct jalon_json_writer *writer,
                             const struct jalon_reading *reading, int32_t index)
{
    const struct jalon_api *api = request->application;
    const struct jalon_collection *collection = &reading->map->collections[index];
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_text(writer, "id", collection->key);
    jalon_json_put_text(writer, "title", jalon_endpoint_words(request, collection->title));
    jalon_json_put_text(writer, "description",
                        jalon_endpoint_words(request, collection->description));
    jalon_endpoint_put_label(writer, "titles", collection->title);
    jalon_endpoint_put_label(writer, "descriptions", collection->description);
    jalon_json_put_text(writer, "color", collection->color);
    jalon_json_put_text(writer, "attribution", collection->attribution);
    jalon_json_put_text(writer, "licence", collection->licence.length > 0 ? collection->licence
                                                                          : reading->map->licence);
    jalon_json_put_raw(writer, "geometry_types", JALON_TEXT_EMPTY);
    jalon_geometry_types_write(writer->buffer, collection->geometry_types);
    jalon_json_put_integer(writer, "item_count", jalon_snapshot_count(reading->snapshot, index));
    put_settings(writer, collection);
    put_categories(writer, reading, index);
    put_extent(writer, reading, index);
    jalon_json_put_string(writer, "itemType", "feature");
    /* 20-002, collection-endpoint: PUT creates, under an id of the client. */
    jalon_json_put_boolean(writer, "supportsNonAutogeneratedResourceIds", true);
    jalon_api_put_crs_list(writer, &api->crs);
    jalon_json_put_string(writer, "storageCrs", crs84);
    put_links(request, writer, reading->map->slug.data, collection);
    jalon_json_end_object(writer);
}

static enum jalon_status answer_all(struct jalon_request *request, struct jalon_response *response,
                                    const struct jalon_reading *reading)
{
    const struct jalon_api *api = request->application;
    struct jalon_json_writer writer;
    if (jalon_endpoint_unchanged(request, response, reading)) {
        return JALON_OK;
    }
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_begin_array(&writer, "collections");
    for (size_t i = 0; i < reading->map->collection_count; i++) {
        if (jalon_endpoint_is_public(&reading->map->collections[i])) {
            write_collection(request, &writer, reading, (int32_t)i);
        }
    }
    jalon_json_end_array(&writer);
    jalon_api_put_crs_list(&writer, &api->crs);
    jalon_json_begin_array(&writer, "links");
    jalon_endpoint_put_link(
        &writer, "self", "application/json", "The collections",
        jalon_endpoint_url(request, "/maps/%s/collections?f=json", reading->map->slug.data));
    jalon_endpoint_put_link(
        &writer, "alternate", "text/html", "The collections, as a page",
        jalon_endpoint_url(request, "/maps/%s/collections?f=html", reading->map->slug.data));
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return jalon_page_is_wanted(request)
               ? jalon_page_collections(request, response, reading->map)
               : JALON_OK;
}

enum jalon_status jalon_collections_get(struct jalon_request *request,
                                        struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer_all);
}

static enum jalon_status answer_one(struct jalon_request *request, struct jalon_response *response,
                                    const struct jalon_reading *reading)
{
    int32_t collection;
    enum jalon_status status = jalon_endpoint_collection(request, reading->map, &collection);
    if (status == JALON_OK && !jalon_endpoint_unchanged(request, response, reading)) {
        struct jalon_json_writer writer;
        jalon_json_writer_init(&writer, &response->body);
        write_collection(request, &writer, reading, collection);
        if (jalon_page_is_wanted(request)) {
            status = jalon_page_collection(request, response, reading->map, collection);
        }
    }
    return status;
}

enum jalon_status jalon_collection_get(struct jalon_request *request,
                                       struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer_one);
}
