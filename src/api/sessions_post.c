/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /sessions: sign in, by password or by a mailed link. Layer 4 (api). */
#include "people.h"

/* A password, or a link: one of them, and whole. */
static enum jalon_status check(struct jalon_request *request,
                               const struct jalon_credentials *credentials)
{
    bool by_link = credentials->ticket.length > 0;
    bool has_account = credentials->account.length > 0;
    bool has_password = credentials->password.length > 0;
    if (by_link && (has_account || has_password)) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/token",
                        "is not needed with an account and a password");
    }
    if (!by_link && !has_account) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/account",
                        "is needed, with a password; or the token of a mailed link");
    }
    if (!by_link && !has_password) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/password", "is needed");
    }
    return jalon_error_verdict(request->ctx, "the request's body is not right");
}

static const struct jalon_json_field fields[] = {
    {"account", JALON_JSON_TO_TEXT, offsetof(struct jalon_credentials, account), false},
    {"password", JALON_JSON_TO_TEXT, offsetof(struct jalon_credentials, password), false},
    {"token", JALON_JSON_TO_TEXT, offsetof(struct jalon_credentials, ticket), false},
};
const struct jalon_body jalon_sessions_post_body = JALON_BODY(fields);

enum jalon_status jalon_sessions_post(struct jalon_request *request,
                                      struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_credentials credentials = {.account = JALON_TEXT_EMPTY};
    struct jalon_session_begun begun;
    int64_t wait_s = 0;
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_sessions_post_body, &credentials);
    if (status == JALON_OK) {
        status = check(request, &credentials);
    }
    if (status == JALON_OK) {
        status = jalon_app_sign_in(request->ctx, api->app, &actor, &credentials, &begun, &wait_s);
    }
    return status == JALON_OK ? jalon_people_begin_session(request, response, &begun)
                              : jalon_people_wait(response, status, wait_s);
}
