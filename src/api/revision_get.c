/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}/revisions/{n}: one revision, with the whole state it made. Layer 4 (api). */
#include "memory.h"

enum jalon_status jalon_revision_get(struct jalon_request *request,
                                     struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_item_ref ref;
    struct jalon_past_revision past;
    int64_t version = 0;
    enum jalon_status status = jalon_memory_ref(request, &ref);
    if (status == JALON_OK) {
        status = jalon_memory_number(request, "version", &version);
    }
    if (status == JALON_OK) {
        status = jalon_app_find_revision(request->ctx, api->app, &ref, version, &past);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_text history = jalon_endpoint_url(
        request, "/maps/%s/collections/%s/items/%s/revisions", ref.map.data, ref.collection.data,
        jalon_request_variable(request, "id").data);
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_memory_put_revision(&writer, &past.revision);
    jalon_json_put_raw(&writer, "feature", past.json);
    jalon_json_put_raw(&writer, "unknown", past.unknown);
    jalon_json_begin_array(&writer, "links");
    jalon_endpoint_put_link(&writer, "self", "application/json", "This revision",
                            jalon_endpoint_url(request, "%s", request->path.data));
    jalon_endpoint_put_link(&writer, "up", "application/json", "The history", history);
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    response->cache_control = JALON_TEXT("private, no-store");
    return jalon_endpoint_finish(request, response);
}
