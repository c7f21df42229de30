/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}/claims: who asks to become its author. Layer 4 (api). */
#include "conversation.h"

enum jalon_status jalon_claims_get(struct jalon_request *request,
                                       struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_claim *list = NULL;
    struct jalon_id after;
    size_t limit = 0, count = 0;
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_page(request, &limit, &after);
    }
    if (status == JALON_OK) { /* one more says whether there is a next page */
        status = jalon_app_list_claims(request->ctx, api->app, &about, after, limit + 1, &list,
                                           &count);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    bool more = count > limit;
    count -= more;
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < count; i++) {
        jalon_json_begin_object(&writer, NULL);
        jalon_talk_put_claim(&writer, &list[i]);
        jalon_json_end_object(&writer);
    }
    return jalon_endpoint_end_list(request, response, &writer, more ? &list[count - 1].id : NULL,
                               limit);
}
