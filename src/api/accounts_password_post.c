/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /accounts/password: a new password, by a mailed link. Layer 4 (api). */
#include "people.h"

struct body {
    struct jalon_text token, password;
};
static const struct jalon_json_field fields[] = {
    {"token", JALON_JSON_TO_TEXT, offsetof(struct body, token), true},
    {"password", JALON_JSON_TO_TEXT, offsetof(struct body, password), true},
};
const struct jalon_body jalon_accounts_password_post_body = JALON_BODY(fields);

enum jalon_status jalon_accounts_password_post(struct jalon_request *request,
                                               struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct body body = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
    struct jalon_session_begun begun;
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_accounts_password_post_body, &body);
    if (status == JALON_OK) {
        status = jalon_app_reset_password(request->ctx, api->app, body.token, body.password,
                                          &begun);
    }
    return status == JALON_OK ? jalon_people_begin_session(request, response, &begun) : status;
}
