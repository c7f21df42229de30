/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /accounts/me/notifications/seen: those up to a number are not new any more. Layer 4 (api). */
#include "jalon/app_mail.h"

#include "mail.h"

struct seen_body {
    int64_t up_to;
};
static const struct jalon_json_field fields[] = {
    {"up_to", JALON_JSON_TO_INTEGER, offsetof(struct seen_body, up_to), true},
};
const struct jalon_body jalon_notifications_seen_body = JALON_BODY(fields);

enum jalon_status jalon_notifications_seen(struct jalon_request *request,
                                           struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct seen_body body = {0};
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_notifications_seen_body, &body);
    if (status == JALON_OK) {
        status =
            jalon_app_see_notifications(request->ctx, api->app, request->account, body.up_to);
    }
    if (status == JALON_OK) {
        response->code = 204;
        jalon_people_keep_private(response);
    }
    return status;
}
