/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}: one contribution. OGC 17-069r4, 7.16. Layer 4 (api). */
#include "item_write.h"
#include "items_query.h"

/* Where it is, with the `properties` that are asked for. */
static struct jalon_text self_url(struct jalon_request *request, const char *slug, const char *key,
                                  const char *id)
{
    struct jalon_text url = jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s", slug,
                                               key, id);
    struct jalon_text properties;
    if (!jalon_request_parameter(request, "properties", &properties)) {
        return url;
    }
    /* Its names are known ones: nothing in it needs escaping. */
    struct jalon_text whole = jalon_text_format(request->ctx->arena, "%s?properties=%.*s",
                                                url.data, JALON_TEXT_ARGS(properties));
    return whole.data != NULL ? whole : JALON_TEXT_EMPTY;
}

static void write_item(struct jalon_request *request, struct jalon_response *response,
                       const struct jalon_item *item, struct jalon_items_frame *frame)
{
    const char *slug = frame->map->slug.data;
    const char *key = frame->collection->key.data;
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(item->contribution->id, text);
    const struct jalon_link links[] = {
        {JALON_TEXT("self"), JALON_TEXT("application/geo+json"), JALON_TEXT("This contribution"),
         self_url(request, slug, key, text), false},
        {JALON_TEXT("collection"), JALON_TEXT("application/json"), frame->collection->title.en,
         jalon_endpoint_url(request, "/maps/%s/collections/%s", slug, key), false},
        {JALON_TEXT("version-history"), JALON_TEXT("application/json"), JALON_TEXT("Its history"),
         jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s/revisions", slug, key, text),
         false},
    };
    frame->links = links;
    frame->link_count = sizeof links / sizeof links[0];
    frame->time_us = item->contribution->updated_us;
    size_t count;
    jalon_formats(&count)[0]->writer->single(&response->body, frame, item);
}

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
    struct jalon_items_frame frame = {
        .map = reading->map,
        .collection = &reading->map->collections[index],
        .matched = 1,
        .returned = 1,
    };
    struct jalon_item item = {.json = found.json};
    status = jalon_items_read_properties(request, &frame);
    if (status == JALON_OK) {
        status = jalon_snapshot_read(request->ctx, reading->snapshot, &found, &item.contribution);
    }
    if (status != JALON_OK) {
        return status;
    }
    const struct jalon_contribution_state state = {item.contribution->version,
                                                   item.contribution->updated_us};
    if (!jalon_response_not_modified(request, response, jalon_item_etag(request, state))) {
        write_item(request, response, &item, &frame);
    }
    return JALON_OK;
}

enum jalon_status jalon_item_get(struct jalon_request *request, struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}
