/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items: a new contribution. OGC 20-002, create. Layer 4 (api). */
#include "item_write.h"

enum jalon_status jalon_items_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_record record;
    struct jalon_contribute command;
    struct jalon_contributed contributed;
    enum jalon_status status = jalon_item_read_contribute(request, &command);
    /* Who may not contribute is told so before anything is said of the body. */
    if (status == JALON_OK) {
        status = jalon_app_may_contribute(request->ctx, api->app, &command);
    }
    if (status == JALON_OK) {
        status = jalon_item_read_body(request, request->body, &record);
    }
    command.record = &record;
    if (status == JALON_OK) {
        status = jalon_app_contribute(request->ctx, api->app, &command, &contributed);
    }
    return status == JALON_OK
               ? jalon_item_answer_created(request, response, &command, &contributed)
               : status;
}
