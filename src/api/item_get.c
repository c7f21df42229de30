/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}: one contribution. OGC 17-069r4, 7.16. Layer 4 (api). */
#include "endpoint.h"

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    int32_t index;
    struct jalon_id id;
    struct jalon_view_item found;
    enum jalon_status status = jalon_endpoint_collection(request, reading->map, &index);
    if (status == JALON_OK) {
        status = jalon_endpoint_id(request, &id);
    }
    if (status != JALON_OK) {
        return status;
    }
    if (!jalon_snapshot_find(reading->snapshot, index, id, &found)) {
        return jalon_fail(request->ctx, JALON_NOT_FOUND,
                          "there is no such contribution in this collection");
    }
    if (jalon_endpoint_unchanged(request, response, reading)) {
        return JALON_OK;
    }
    const struct jalon_contribution *contribution;
    status = jalon_snapshot_read(request->ctx, reading->snapshot, &found, &contribution);
    if (status != JALON_OK) {
        return status;
    }
    const char *slug = reading->map->slug.data;
    const char *key = reading->map->collections[index].key.data;
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(id, text);
    const struct jalon_link links[] = {
        {JALON_TEXT("self"), JALON_TEXT("application/geo+json"), JALON_TEXT("This contribution"),
         jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s", slug, key, text), false},
        {JALON_TEXT("collection"), JALON_TEXT("application/json"),
         reading->map->collections[index].title.en,
         jalon_endpoint_url(request, "/maps/%s/collections/%s", slug, key), false},
        {JALON_TEXT("version-history"), JALON_TEXT("application/json"), JALON_TEXT("Its history"),
         jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s/revisions", slug, key, text),
         false},
    };
    struct jalon_items_frame frame = {
        .map = reading->map,
        .collection = &reading->map->collections[index],
        .links = links,
        .link_count = sizeof links / sizeof links[0],
        .matched = 1,
        .returned = 1,
        .time_us = contribution->updated_us,
    };
    struct jalon_item item = {.contribution = contribution, .json = found.json};
    size_t count;
    jalon_formats(&count)[0]->writer->single(&response->body, &frame, &item);
    return JALON_OK;
}

enum jalon_status jalon_item_get(struct jalon_request *request, struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}
