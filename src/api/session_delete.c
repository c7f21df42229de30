/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* DELETE /sessions/current: sign out. Layer 4 (api). */
#include "people.h"

enum jalon_status jalon_session_delete(struct jalon_request *request,
                                       struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    if (request->session.length == 0) {
        return jalon_fail(request->ctx, JALON_NOT_FOUND,
                          "who is signed in by a token has no session that could end");
    }
    enum jalon_status status = jalon_app_sign_out(request->ctx, api->app, request->session);
    if (status == JALON_OK) {
        response->code = 204;
        response->ends_session = true;
        jalon_people_keep_private(response);
    }
    return status;
}
