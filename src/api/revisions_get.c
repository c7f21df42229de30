/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}/revisions: who changed what, and when; newest first. Layer 4 (api). */
#include "memory.h"

static void put_links(struct jalon_request *request, struct jalon_json_writer *writer,
                      const struct jalon_revision *revisions, size_t count, bool more)
{
    struct jalon_text map = jalon_request_variable(request, "map");
    struct jalon_text collection = jalon_request_variable(request, "collection");
    struct jalon_text id = jalon_request_variable(request, "id");
    jalon_json_begin_array(writer, "links");
    jalon_endpoint_put_link(writer, "self", "application/json", "This history",
                            jalon_endpoint_url(request, "%s", request->path.data));
    jalon_endpoint_put_link(writer, "item", "application/geo+json", "The contribution",
                            jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s", map.data,
                                               collection.data, id.data));
    if (more) {
        jalon_endpoint_put_link(writer, "next", "application/json", "Older revisions",
                                jalon_endpoint_url(request, "%s?before=%lld", request->path.data,
                                                   (long long)revisions[count - 1].version));
    }
    jalon_json_end_array(writer);
}

/*
 * Does the client have the history of what is shown already? The view knows, so that the database
 * need not be asked. What is not in the view has no tag from here.
 */
static enum jalon_status check_unchanged(struct jalon_request *request,
                                         struct jalon_response *response, struct jalon_id id,
                                         bool *out)
{
    struct jalon_api *api = request->application;
    struct jalon_reading reading = {.live = NULL};
    struct jalon_view_item item;
    int32_t collection;
    enum jalon_status status = jalon_endpoint_begin_reading(request, &reading);
    if (status == JALON_OK) {
        status = jalon_endpoint_collection(request, reading.map, &collection);
    }
    if (status == JALON_OK) {
        response->seq = jalon_snapshot_seq(reading.snapshot);
        *out = jalon_snapshot_find(reading.snapshot, collection, id, &item) &&
               jalon_endpoint_unchanged(request, response, &reading);
    }
    jalon_app_end_reading(api->app, &reading);
    return status;
}

enum jalon_status jalon_revisions_get(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_revision *revisions = NULL;
    struct jalon_id id;
    size_t count = 0;
    int64_t limit = 0, before = 0;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    bool unchanged = false;
    enum jalon_status status = jalon_endpoint_id(request, &id);
    if (status == JALON_OK) {
        status = jalon_request_integer(request, "limit", &limit);
    }
    if (status == JALON_OK) {
        status = jalon_request_integer(request, "before", &before);
    }
    if (status == JALON_OK) {
        status = check_unchanged(request, response, id, &unchanged);
    }
    if (status == JALON_OK && !unchanged) {
        status = jalon_app_list_revisions(request->ctx, api->app,
                                          jalon_request_variable(request, "map"), &actor,
                                          jalon_request_variable(request, "collection"), id, before,
                                          (size_t)limit, &revisions, &count);
    }
    if (status != JALON_OK || unchanged) {
        return status;
    }
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < count; i++) {
        jalon_json_begin_object(&writer, NULL);
        jalon_memory_put_revision(&writer, &revisions[i]);
        jalon_json_end_object(&writer);
    }
    jalon_json_end_array(&writer);
    bool more = count > 0 && count == (size_t)limit && revisions[count - 1].version > 1;
    put_links(request, &writer, revisions, count, more);
    jalon_json_end_object(&writer);
    return response->etag.length > 0 ? jalon_endpoint_finish(request, response)
                                     : jalon_endpoint_finish_hashed(request, response);
}
