/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}: one contribution. OGC 17-069r4, 7.16. Layer 4 (api). */
#include "jalon/app_audience.h"
#include "jalon/app_moderation.h"

#include "crs.h"
#include "item_write.h"
#include "items_query.h"
#include "page.h"

enum { URL_MAX = 16384 };

/* Where it is, as it was asked for. Empty when there is no memory. */
static struct jalon_text self_url(struct jalon_request *request, const char *slug, const char *key,
                                  const char *id)
{
    struct jalon_buffer url;
    jalon_buffer_init(&url, URL_MAX);
    jalon_buffer_append_text(&url, request->public_url);
    jalon_buffer_append_format(&url, "/maps/%s/collections/%s/items/%s", slug, key, id);
    for (size_t i = 0; i < jalon_request_parameter_count(request); i++) {
        struct jalon_text name, value;
        jalon_request_parameter_at(request, i, &name, &value);
        jalon_buffer_append_char(&url, i == 0 ? '?' : '&');
        jalon_buffer_append_url(&url, name);
        jalon_buffer_append_char(&url, '=');
        jalon_buffer_append_url(&url, value);
    }
    struct jalon_text copy = jalon_buffer_status(&url) == JALON_OK
                                 ? jalon_text_copy(request->ctx->arena, jalon_buffer_text(&url))
                                 : JALON_TEXT_EMPTY;
    jalon_buffer_finish(&url);
    return copy.data != NULL ? copy : JALON_TEXT_EMPTY;
}

static enum jalon_status write_item(struct jalon_request *request,
                                    struct jalon_response *response,
                                    const struct jalon_crs *crs, struct jalon_item *item,
                                    struct jalon_items_frame *frame)
{
    size_t count;
    const struct jalon_item_writer *writer = jalon_formats(&count)[0]->writer;
    enum jalon_status status =
        jalon_api_project_item(request->ctx, item->contribution, crs, writer, &item->geometry);
    if (status == JALON_OK) {
        status = jalon_api_set_content_crs(request, response, crs);
    }
    if (status != JALON_OK) {
        return status;
    }
    const char *slug = frame->map->slug.data;
    const char *key = frame->collection->key.data;
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(item->contribution->id, text);
    bool page = jalon_page_is_wanted(request);
    struct jalon_text types[] = {JALON_TEXT("application/geo+json"), JALON_TEXT("text/html")};
    const struct jalon_link links[] = {
        {JALON_TEXT("self"), types[page], JALON_TEXT("This contribution"),
         self_url(request, slug, key, text), false},
        {JALON_TEXT("alternate"), types[!page],
         page ? JALON_TEXT("GeoJSON") : JALON_TEXT("This contribution, as a page"),
         jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s?f=%s", slug, key, text,
                            page ? "geojson" : "html"),
         false},
        {JALON_TEXT("collection"), JALON_TEXT("application/json"),
         jalon_page_link_title(request, frame->collection->title),
         jalon_endpoint_url(request, "/maps/%s/collections/%s", slug, key), false},
        {JALON_TEXT("version-history"), JALON_TEXT("application/json"), JALON_TEXT("Its history"),
         jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s/revisions", slug, key, text),
         false},
    };
    frame->links = links;
    frame->link_count = sizeof links / sizeof links[0];
    frame->time_us = item->contribution->updated_us;
    frame->srid = jalon_api_frame_srid(crs);
    if (page) {
        return jalon_page_item(request, response, frame, item);
    }
    writer->single(&response->body, frame, item);
    return JALON_OK;
}

/* A page also says what the map calls things: it is as old as the map. */
static bool is_unchanged(struct jalon_request *request, struct jalon_response *response,
                         const struct jalon_reading *reading, const struct jalon_items_frame *frame,
                         const struct jalon_contribution *contribution)
{
    const struct jalon_contribution_state state = {
        .version = contribution->version,
        .updated_us = contribution->updated_us,
        .touched_us = contribution->touched_us,
        .look = jalon_map_look(frame->map),
    };
    bool is_own = frame->map != reading->map;
    return jalon_page_is_wanted(request)
               ? !is_own && jalon_endpoint_unchanged(request, response, reading)
               : jalon_response_not_modified(request, response, jalon_item_etag(request, state));
}

/* What is one's own, and not shown, or not shown so, to others. */
static enum jalon_status find_own(struct jalon_request *request,
                                  const struct jalon_reading *reading, int32_t collection,
                                  struct jalon_id id, struct jalon_own *out)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    return jalon_app_has_own(&actor) ? jalon_app_find_own(request->ctx, api->app, reading, &actor,
                                                          collection, id, out)
                                     : JALON_NOT_FOUND;
}

/* The contribution as whoever asks may see it: by the map in the frame, which becomes their own. */
static enum jalon_status find_item(struct jalon_request *request,
                                   const struct jalon_reading *reading, int32_t collection,
                                   struct jalon_id id, struct jalon_own *own,
                                   struct jalon_items_frame *frame, struct jalon_item *out)
{
    static const struct jalon_id none = {{0}};
    struct jalon_view_item found;
    bool is_shown = jalon_snapshot_find(reading->snapshot, collection, id, &found);
    enum jalon_status status = is_shown && reading->map->rules.location_grid_m == 0
                                   ? JALON_NOT_FOUND
                                   : find_own(request, reading, collection, id, own);
    if (status == JALON_OK && jalon_id_compare(own->contribution.merged_into, none) != 0) {
        status = JALON_NOT_FOUND; /* who asks is led to where it went */
    }
    if (status == JALON_OK) {
        frame->map = &own->map;
        *out = (struct jalon_item){.contribution = &own->contribution, .json = own->json};
    } else if (status == JALON_NOT_FOUND && is_shown) {
        jalon_error_clear(request->ctx);
        *out = (struct jalon_item){.json = found.json};
        status = jalon_snapshot_read(request->ctx, reading->snapshot, &found, &out->contribution);
    } else if (status == JALON_NOT_FOUND) {
        status = jalon_fail(request->ctx, JALON_NOT_FOUND,
                            "there is no such contribution in this collection");
    }
    return status;
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    int32_t index;
    struct jalon_id id;
    struct jalon_own own;
    struct jalon_item item;
    const struct jalon_crs *crs = NULL;
    enum jalon_status status = jalon_endpoint_collection(request, reading->map, &index);
    if (status == JALON_OK) {
        status = jalon_endpoint_id(request, &id);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_items_frame frame = {
        .map = reading->map,
        .collection = &reading->map->collections[index],
        .matched = 1,
        .returned = 1,
    };
    status = find_item(request, reading, index, id, &own, &frame, &item);
    if (status == JALON_OK) {
        status = jalon_items_read_properties(request, &frame);
    }
    if (status == JALON_OK) {
        status = jalon_api_read_crs(request, "crs", &crs);
    }
    if (status != JALON_OK) {
        return status;
    }
    return is_unchanged(request, response, reading, &frame, item.contribution)
               ? JALON_OK
               : write_item(request, response, crs, &item, &frame);
}

/* A duplicate was merged: its address leads to where it went. JALON_NOT_FOUND as it was told before. */
static enum jalon_status find_merged(struct jalon_request *request,
                                     struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_text message = request->ctx->error.message;
    struct jalon_text map = jalon_request_variable(request, "map");
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_merged merged;
    struct jalon_id id;
    char text[JALON_ID_TEXT_SIZE];
    if (!jalon_id_parse(jalon_request_variable(request, "id"), &id)) {
        return JALON_NOT_FOUND;
    }
    jalon_error_clear(request->ctx);
    enum jalon_status status =
        jalon_app_find_merged(request->ctx, api->app, map, &actor,
                              jalon_request_variable(request, "collection"), id, &merged);
    if (status == JALON_NOT_FOUND) {
        jalon_error_clear(request->ctx);
        return jalon_fail(request->ctx, status, "%.*s", JALON_TEXT_ARGS(message));
    }
    if (status == JALON_OK) {
        jalon_id_format(merged.id, text);
        response->code = 308; /* RFC 9110, 15.4.9 */
        response->cache_control = JALON_TEXT("no-store"); /* it may be brought back */
        response->location = jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s",
                                                map.data, merged.collection.data, text);
    }
    return status;
}

enum jalon_status jalon_item_get(struct jalon_request *request, struct jalon_response *response)
{
    enum jalon_status status = jalon_endpoint_read_map(request, response, answer);
    return status == JALON_NOT_FOUND ? find_merged(request, response) : status;
}
