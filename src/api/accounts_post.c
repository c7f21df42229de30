/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /accounts: sign up; a mail says how it goes on. Layer 4 (api). */
#include "people.h"

static const struct jalon_json_field fields[] = {
    {"name", JALON_JSON_TO_TEXT, offsetof(struct jalon_sign_up, name), true},
    {"kind", JALON_JSON_TO_TEXT, offsetof(struct jalon_sign_up, kind), false},
    {"display_name", JALON_JSON_TO_TEXT, offsetof(struct jalon_sign_up, display_name), false},
    {"email", JALON_JSON_TO_TEXT, offsetof(struct jalon_sign_up, email), true},
    {"password", JALON_JSON_TO_TEXT, offsetof(struct jalon_sign_up, password), false},
    {"language", JALON_JSON_TO_TEXT, offsetof(struct jalon_sign_up, language), false},
};
const struct jalon_body jalon_accounts_post_body = JALON_BODY(fields);

enum jalon_status jalon_accounts_post(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_sign_up sign_up = {
        .name = JALON_TEXT_EMPTY,
        .kind = JALON_TEXT_EMPTY,
        .display_name = JALON_TEXT_EMPTY,
        .email = JALON_TEXT_EMPTY,
        .password = JALON_TEXT_EMPTY,
        .language = request->language,
    };
    int64_t wait_s = 0;
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_accounts_post_body, &sign_up);
    if (status == JALON_OK) {
        status = jalon_app_sign_up(request->ctx, api->app, &actor, &sign_up, &wait_s);
    }
    return status == JALON_OK ? jalon_people_say_mailed(request, response)
                              : jalon_people_wait(response, status, wait_s);
}
