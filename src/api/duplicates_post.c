/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/duplicates: what may be the same as a contribution that is not sent yet. Layer 4 (api). */
#include "jalon/app_duplicates.h"

#include "item_write.h"

enum jalon_status jalon_duplicates_post(struct jalon_request *request,
                                        struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_record record;
    struct jalon_duplicate *found = NULL;
    size_t count = 0;
    struct jalon_duplicate_check check = {
        .map = jalon_request_variable(request, "map"),
        .collection = jalon_request_variable(request, "collection"),
        .actor = jalon_endpoint_actor(request),
        .record = &record,
    };
    enum jalon_status status = jalon_item_read_body(request, request->body, &record);
    if (status == JALON_OK) {
        status = jalon_app_check_duplicates(request->ctx, api->app, &check, &found, &count);
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_buffer_append_string(&response->body, "{\"items\":");
    jalon_duplicates_write(&response->body, found, count);
    jalon_buffer_append_char(&response->body, '}');
    response->cache_control = JALON_TEXT("no-store");
    return jalon_endpoint_finish(request, response);
}
