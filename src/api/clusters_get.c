/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GET …/clusters: what a map shows at a zoom, merged where it is too dense. Layer 4 (api).
 *
 * The clusters of each collection are made by themselves.
 */
#include "clusters.h"

/* What is asked of each collection, and the answers. */
struct layers {
    struct jalon_view_query *queries;
    struct jalon_cluster_list *lists;
    size_t count;
    int64_t matched;
    size_t returned;
};

static enum jalon_status read_zoom(struct jalon_request *request, int *out)
{
    struct jalon_text value;
    int64_t zoom = 0;
    if (jalon_request_parameter(request, "zoom", &value) &&
        (!jalon_text_to_int64(value, &zoom) || zoom < 0 || zoom > JALON_CLUSTER_ZOOM_LIMIT)) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "zoom",
                             "must be a whole number from 0 to %d", JALON_CLUSTER_ZOOM_LIMIT);
    }
    *out = (int)zoom;
    return JALON_OK;
}

static enum jalon_status find(struct jalon_request *request, const struct jalon_reading *reading,
                              int zoom, struct layers *layers)
{
    enum jalon_status status = JALON_OK;
    layers->lists = jalon_arena_allocate_zeroed(request->ctx->arena, layers->count,
                                                sizeof *layers->lists);
    if (layers->lists == NULL) {
        return jalon_no_memory(request->ctx);
    }
    for (size_t i = 0; status == JALON_OK && i < layers->count; i++) {
        if (layers->queries[i].nothing) {
            continue;
        }
        status = jalon_snapshot_cluster(request->ctx, reading->snapshot, &layers->queries[i], zoom,
                                        &layers->lists[i]);
        layers->matched += layers->lists[i].matched;
        layers->returned += layers->lists[i].count;
    }
    return status;
}

static enum jalon_status write(struct jalon_request *request, struct jalon_response *response,
                               const struct jalon_reading *reading, const struct layers *layers)
{
    const struct jalon_format *format = jalon_clusters_format();
    struct jalon_link self = {
        .rel = JALON_TEXT("self"),
        .type = jalon_text_from(format->media_type),
        .title = JALON_TEXT("This answer"),
    };
    struct jalon_items_frame frame = {
        .map = reading->map,
        .links = &self,
        .link_count = 1,
        .matched = layers->matched,
        .returned = (int64_t)layers->returned,
        .time_us = jalon_snapshot_time_us(reading->snapshot),
    };
    struct jalon_text list = jalon_text_format(request->ctx->arena, "%s/clusters",
                                               reading->map->slug.data);
    if (list.data == NULL) {
        return jalon_no_memory(request->ctx);
    }
    enum jalon_status status =
        jalon_items_query_page_url(request, list, format->name, NULL, &self.href);
    if (status != JALON_OK) {
        return status;
    }
    format->writer->begin(&response->body, &frame);
    for (size_t i = 0, index = 0; status == JALON_OK && i < layers->count; i++) {
        status = jalon_clusters_write(request, reading, &response->body, &frame,
                                      layers->queries[i].collection, layers->lists[i].clusters,
                                      layers->lists[i].count, &index);
    }
    format->writer->end(&response->body, &frame);
    return status;
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    struct layers layers = {.count = 0};
    int zoom = 0;
    enum jalon_status status = read_zoom(request, &zoom);
    if (status == JALON_OK) {
        status = jalon_items_query_read_many(request, reading, &layers.queries, &layers.count);
    }
    if (status == JALON_OK &&
        jalon_items_query_unchanged(request, response, reading,
                                    layers.count > 0 ? layers.queries : NULL)) {
        return JALON_OK;
    }
    if (status == JALON_OK) {
        status = find(request, reading, zoom, &layers);
    }
    return status == JALON_OK ? write(request, response, reading, &layers) : status;
}

enum jalon_status jalon_clusters_get(struct jalon_request *request, struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}
