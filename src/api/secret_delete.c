/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* DELETE …/items/{id}/secret: the edit secret opens no more. Layer 4 (api). */
#include "mail.h"

enum jalon_status jalon_secret_delete(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_secret_of of;
    enum jalon_status status = jalon_mail_read_item(request, &of);
    if (status == JALON_OK) {
        status = jalon_app_revoke_secret(request->ctx, api->app, &actor, &of);
    }
    if (status == JALON_OK) {
        response->code = 204;
        jalon_people_keep_private(response);
    }
    return status;
}
