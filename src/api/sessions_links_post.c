/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /sessions/links: mails a link to sign in, or to choose a new password. Layer 4 (api). */
#include "people.h"

struct body {
    struct jalon_text email, purpose, language;
};
static const struct jalon_json_field fields[] = {
    {"email", JALON_JSON_TO_TEXT, offsetof(struct body, email), true},
    {"purpose", JALON_JSON_TO_TEXT, offsetof(struct body, purpose), false},
    {"language", JALON_JSON_TO_TEXT, offsetof(struct body, language), false},
};
const struct jalon_body jalon_sessions_links_post_body = JALON_BODY(fields);

enum jalon_status jalon_sessions_links_post(struct jalon_request *request,
                                            struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct body body = {JALON_TEXT_EMPTY, JALON_TEXT("sign_in"), request->language};
    int64_t wait_s = 0;
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_sessions_links_post_body, &body);
    bool for_password = jalon_text_is(body.purpose, "password");
    if (status == JALON_OK && !for_password && !jalon_text_is(body.purpose, "sign_in")) {
        status = jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_POINTER, "/purpose",
                               "must be sign_in or password");
    }
    if (status == JALON_OK) {
        status = jalon_app_mail_link(request->ctx, api->app, &actor, body.email, for_password,
                                     body.language, &wait_s);
    }
    return status == JALON_OK ? jalon_people_say_mailed(request, response)
                              : jalon_people_wait(response, status, wait_s);
}
