/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /accounts/confirm: the address is right, says who got the link. Layer 4 (api). */
#include "people.h"

static const struct jalon_json_field fields[] = {{"token", JALON_JSON_TO_TEXT, 0, true}};
const struct jalon_body jalon_accounts_confirm_post_body = JALON_BODY(fields);

enum jalon_status jalon_accounts_confirm_post(struct jalon_request *request,
                                              struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_text token = JALON_TEXT_EMPTY;
    struct jalon_session_begun begun;
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_accounts_confirm_post_body, &token);
    if (status == JALON_OK) {
        status = jalon_app_confirm(request->ctx, api->app, token, &begun);
    }
    return status == JALON_OK ? jalon_people_begin_session(request, response, &begun) : status;
}
