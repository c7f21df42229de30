/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* DELETE …/links/{link}: takes a relation away, from either side. Layer 4 (api). */
#include "conversation.h"

enum jalon_status jalon_link_delete(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_id id;
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_talk_read_id(request, "link",
                                    "there is no such link of this contribution", &id);
    }
    if (status == JALON_OK) {
        status = jalon_app_remove_link(request->ctx, api->app, &about, id);
    }
    if (status == JALON_OK) {
        response->code = 204;
        response->cache_control = JALON_TEXT("private, no-store");
    }
    return status;
}
