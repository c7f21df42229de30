/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /sessions/current: who is signed in. Layer 4 (api). */
#include "people.h"

enum jalon_status jalon_session_get(struct jalon_request *request,
                                    struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_account account;
    struct jalon_json_writer writer;
    enum jalon_status status =
        jalon_app_find_account(request->ctx, api->app, request->account, &account);
    if (status != JALON_OK) {
        return status;
    }
    jalon_people_keep_private(response);
    jalon_json_writer_init(&writer, &response->body);
    jalon_people_put_session(&writer, &account);
    return jalon_endpoint_finish(request, response);
}
