/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Names and features of clusters. Layer 4 (api). */
#include "clusters.h"

#include <math.h>
#include <stdio.h>

/* A Feature larger than any that is kept. */
enum { FEATURE_MAX = 300 << 20 };

const struct jalon_format *jalon_clusters_format(void)
{
    size_t count;
    return jalon_formats(&count)[0];
}

/* --- Names --- */

/* Cuts "-<number>" off the end of the name. */
static bool cut_number(struct jalon_text *name, int64_t maximum, int64_t *out)
{
    size_t at = name->length;
    while (at > 0 && name->data[at - 1] != '-') {
        at--;
    }
    struct jalon_text digits = jalon_text_slice(name->data + at, name->length - at);
    if (at < 2 || digits.length == 0 || digits.length > 10 || digits.data[0] == '+' ||
        !jalon_text_to_int64(digits, out) || *out < 0 || *out > maximum) {
        return false;
    }
    *name = jalon_text_slice(name->data, at - 1);
    return true;
}

enum jalon_status jalon_clusters_read_id(struct jalon_request *request,
                                         const struct jalon_reading *reading,
                                         struct jalon_view_query *out_query,
                                         struct jalon_cluster_place *out_place)
{
    const struct jalon_map *map = reading->map;
    struct jalon_text name = jalon_request_variable(request, "cluster");
    int64_t zoom, column, row;
    int32_t collection = -1;
    if (cut_number(&name, UINT32_MAX, &row) && cut_number(&name, UINT32_MAX, &column) &&
        cut_number(&name, JALON_CLUSTER_ZOOM_LIMIT, &zoom)) {
        collection = jalon_map_find_collection(map, name);
    }
    if (collection < 0 || !jalon_endpoint_is_public(&map->collections[collection])) {
        return jalon_fail(request->ctx, JALON_NOT_FOUND,
                          "there is no such cluster; its name is a cluster_id of this map");
    }
    *out_place = (struct jalon_cluster_place){(int)zoom, (uint32_t)column, (uint32_t)row};
    return jalon_items_query_read_filters(request, reading, collection, false, out_query);
}

/* --- Features --- */

/* At most 7 decimals, as all positions are written. */
static double rounded(double degrees)
{
    return round(degrees * 1e7) / 1e7;
}

static void put_count(struct jalon_json_writer *writer, struct jalon_text key, uint32_t count)
{
    if (count > 0) {
        jalon_json_put_key(writer, key);
        jalon_json_put_integer(writer, NULL, count);
    }
}

/* "1.2k": at most four characters below a thousand million. */
static void put_abbreviated(struct jalon_json_writer *writer, int64_t count)
{
    static const char units[] = {'k', 'M', 'G'};
    char text[32];
    long long tenths = (long long)count * 10; /* of a unit */
    int unit = -1;
    while (tenths >= 9995 && unit < 2) {
        tenths = (tenths + 500) / 1000;
        unit++;
    }
    if (unit < 0) {
        snprintf(text, sizeof text, "%lld", (long long)count);
    } else if (tenths < 100) {
        snprintf(text, sizeof text, "%lld.%lld%c", tenths / 10, tenths % 10, units[unit]);
    } else {
        snprintf(text, sizeof text, "%lld%c", (tenths + 5) / 10, units[unit]);
    }
    jalon_json_put_string(writer, "point_count_abbreviated", text);
}

static void put_box(struct jalon_json_writer *writer, struct jalon_box box)
{
    struct jalon_box shown = {rounded(box.west), rounded(box.south), rounded(box.east),
                              rounded(box.north)};
    jalon_endpoint_put_box(writer, "bbox", shown);
}

static void put_properties(struct jalon_json_writer *writer, const struct jalon_map *map,
                           const struct jalon_collection *collection,
                           const struct jalon_cluster *cluster, const char *id)
{
    jalon_json_begin_object(writer, "properties");
    jalon_json_put_boolean(writer, "cluster", true);
    jalon_json_put_string(writer, "cluster_id", id);
    jalon_json_put_integer(writer, "point_count", cluster->count);
    put_abbreviated(writer, cluster->count);
    jalon_json_put_integer(writer, "expansion_zoom", cluster->expansion_zoom);
    put_box(writer, cluster->box); /* again: map libraries hand on the properties only */
    jalon_json_begin_object(writer, "category_counts");
    for (size_t i = 0; i < collection->category_root_count; i++) {
        put_count(writer, map->categories[collection->category_roots[i]].key,
                  cluster->categories[i]);
    }
    jalon_json_end_object(writer);
    jalon_json_begin_object(writer, "status_counts");
    for (size_t i = 0; i < collection->status_count; i++) {
        put_count(writer, collection->statuses[i].key, cluster->statuses[i]);
    }
    jalon_json_end_object(writer);
    jalon_json_end_object(writer);
}

static void write_cluster(struct jalon_buffer *feature, const struct jalon_map *map,
                          const struct jalon_collection *collection,
                          const struct jalon_cluster *cluster)
{
    char id[JALON_CLUSTER_ID_SIZE];
    struct jalon_json_writer writer;
    jalon_cluster_format_id(collection, cluster->place, id);
    jalon_json_writer_init(&writer, feature);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_string(&writer, "type", "Feature");
    jalon_json_put_string(&writer, "id", id);
    put_box(&writer, cluster->box);
    jalon_json_begin_object(&writer, "geometry");
    jalon_json_put_string(&writer, "type", "Point");
    jalon_json_begin_array(&writer, "coordinates");
    jalon_json_put_number(&writer, NULL, rounded(cluster->position.lon));
    jalon_json_put_number(&writer, NULL, rounded(cluster->position.lat));
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    put_properties(&writer, map, collection, cluster, id);
    jalon_json_put_text(&writer, "collection", collection->key);
    jalon_json_end_object(&writer);
}

/* The Feature as it is in lists, with a point for its shape when that is small; and its collection. */
static enum jalon_status write_single(struct jalon_request *request,
                                      const struct jalon_reading *reading,
                                      struct jalon_buffer *feature,
                                      const struct jalon_cluster *cluster)
{
    const struct jalon_map *map = reading->map;
    struct jalon_position position = cluster->position;
    if (cluster->is_small) {
        const struct jalon_contribution *whole;
        enum jalon_status status =
            jalon_snapshot_read(request->ctx, reading->snapshot, &cluster->item, &whole);
        if (status != JALON_OK) {
            return status;
        }
        struct jalon_contribution contribution = *whole;
        contribution.geometry = (struct jalon_geometry){.type = JALON_GEOMETRY_POINT,
                                                        .srid = JALON_SRID_WGS84,
                                                        .positions = &position,
                                                        .position_count = 1};
        jalon_feature_write(feature, map, &contribution);
    } else {
        jalon_buffer_append_text(feature, cluster->item.json);
    }
    if (jalon_buffer_status(feature) == JALON_OK) {
        feature->length--; /* the last brace */
    }
    jalon_buffer_append_string(feature, ",\"collection\":");
    jalon_buffer_append_json(feature, map->collections[cluster->item.collection].key);
    jalon_buffer_append_char(feature, '}');
    return JALON_OK;
}

enum jalon_status jalon_clusters_write(struct jalon_request *request,
                                       const struct jalon_reading *reading,
                                       struct jalon_buffer *body,
                                       const struct jalon_items_frame *frame, int32_t collection,
                                       const struct jalon_cluster *clusters, size_t count,
                                       size_t *index)
{
    const struct jalon_map *map = reading->map;
    struct jalon_buffer feature;
    enum jalon_status status = JALON_OK;
    jalon_buffer_init(&feature, FEATURE_MAX);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        jalon_buffer_clear(&feature);
        if (clusters[i].count > 1) {
            write_cluster(&feature, map, &map->collections[collection], &clusters[i]);
        } else {
            status = write_single(request, reading, &feature, &clusters[i]);
        }
        struct jalon_item item = {NULL, jalon_buffer_text(&feature)};
        jalon_clusters_format()->writer->item(body, frame, &item, (*index)++);
        status = status == JALON_OK ? jalon_buffer_status(&feature) : status;
    }
    jalon_buffer_finish(&feature);
    return status == JALON_NO_MEMORY ? jalon_no_memory(request->ctx) : status;
}
