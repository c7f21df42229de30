/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Names and features of clusters. Layer 4 (api). */
#include "clusters.h"

#include <assert.h>
#include <string.h>

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

/* Without the writer of small documents: a list has hundreds, and all but the values is known. */

static void put_position(struct jalon_buffer *feature, double lon, double lat)
{
    jalon_buffer_append_coordinate(feature, lon);
    jalon_buffer_append_char(feature, ',');
    jalon_buffer_append_coordinate(feature, lat);
}

/* Counts above zero as the members of an object. */
static void put_count(struct jalon_buffer *feature, struct jalon_text key, uint32_t count,
                      bool *has_any)
{
    if (count > 0) {
        jalon_buffer_append_string(feature, *has_any ? "," : "");
        jalon_buffer_append_json(feature, key);
        jalon_buffer_append_char(feature, ':');
        jalon_buffer_append_int(feature, count);
        *has_any = true;
    }
}

/* "1.2k": at most four characters below a thousand million. */
static void put_abbreviated(struct jalon_buffer *feature, int64_t count)
{
    static const char units[] = {'k', 'M', 'G'};
    int64_t tenths = count * 10; /* of a unit */
    int unit = -1;
    while (tenths >= 9995 && unit < 2) {
        tenths = (tenths + 500) / 1000;
        unit++;
    }
    if (unit < 0) {
        jalon_buffer_append_int(feature, count);
    } else if (tenths < 100) {
        jalon_buffer_append_int(feature, tenths / 10);
        jalon_buffer_append_char(feature, '.');
        jalon_buffer_append_int(feature, tenths % 10);
    } else {
        jalon_buffer_append_int(feature, (tenths + 5) / 10);
    }
    if (unit >= 0) {
        jalon_buffer_append_char(feature, units[unit]);
    }
}

/* What map libraries hand on: so the box is in it again. */
static void put_properties(struct jalon_buffer *feature, const struct jalon_map *map,
                           const struct jalon_collection *collection,
                           const struct jalon_cluster *cluster, struct jalon_text id,
                           struct jalon_text box)
{
    bool has_any = false;
    jalon_buffer_append_string(feature, ",\"properties\":{\"cluster\":true,\"cluster_id\":");
    jalon_buffer_append_json(feature, id);
    jalon_buffer_append_string(feature, ",\"point_count\":");
    jalon_buffer_append_int(feature, cluster->count);
    jalon_buffer_append_string(feature, ",\"point_count_abbreviated\":\"");
    put_abbreviated(feature, cluster->count);
    jalon_buffer_append_string(feature, "\",\"expansion_zoom\":");
    jalon_buffer_append_int(feature, cluster->expansion_zoom);
    jalon_buffer_append_text(feature, box);
    jalon_buffer_append_string(feature, ",\"category_counts\":{");
    for (size_t i = 0; i < collection->category_root_count; i++) {
        put_count(feature, map->categories[collection->category_roots[i]].key,
                  cluster->categories[i], &has_any);
    }
    has_any = false;
    jalon_buffer_append_string(feature, "},\"status_counts\":{");
    for (size_t i = 0; i < collection->status_count; i++) {
        put_count(feature, collection->statuses[i].key, cluster->statuses[i], &has_any);
    }
    jalon_buffer_append_string(feature, "}}");
}

static void write_cluster(struct jalon_buffer *feature, const struct jalon_map *map,
                          const struct jalon_collection *collection,
                          const struct jalon_cluster *cluster)
{
    char id[JALON_CLUSTER_ID_SIZE], kept[160]; /* four numbers of at most 15 characters */
    jalon_cluster_format_id(collection, cluster->place, id);
    jalon_buffer_append_string(feature, "{\"type\":\"Feature\",\"id\":");
    jalon_buffer_append_json(feature, jalon_text_from(id));
    size_t start = feature->length;
    jalon_buffer_append_string(feature, ",\"bbox\":[");
    put_position(feature, cluster->box.west, cluster->box.south);
    jalon_buffer_append_char(feature, ',');
    put_position(feature, cluster->box.east, cluster->box.north);
    jalon_buffer_append_char(feature, ']');
    size_t length = feature->length - start;
    if (jalon_buffer_status(feature) != JALON_OK) {
        return;
    }
    assert(length <= sizeof kept);
    memcpy(kept, feature->data + start, length);
    jalon_buffer_append_string(feature,
                               ",\"geometry\":{\"type\":\"Point\",\"coordinates\":[");
    put_position(feature, cluster->position.lon, cluster->position.lat);
    jalon_buffer_append_string(feature, "]}");
    put_properties(feature, map, collection, cluster, jalon_text_from(id),
                   jalon_text_slice(kept, length));
    jalon_buffer_append_string(feature, ",\"collection\":");
    jalon_buffer_append_json(feature, collection->key);
    jalon_buffer_append_char(feature, '}');
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
        struct jalon_item item = {.json = jalon_buffer_text(&feature)};
        jalon_clusters_format()->writer->item(body, frame, &item, (*index)++);
        status = status == JALON_OK ? jalon_buffer_status(&feature) : status;
    }
    jalon_buffer_finish(&feature);
    return status == JALON_NO_MEMORY ? jalon_no_memory(request->ctx) : status;
}
