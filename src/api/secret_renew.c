/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items/{id}/secret/renew: a new edit secret, by a mailed link. Layer 4 (api). */
#include "mail.h"

struct renew_body {
    struct jalon_text token;
};
static const struct jalon_json_field fields[] = {
    {"token", JALON_JSON_TO_TEXT, offsetof(struct renew_body, token), true},
};
const struct jalon_body jalon_secret_renew_body = JALON_BODY(fields);

enum jalon_status jalon_secret_renew(struct jalon_request *request,
                                     struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct renew_body body = {.token = JALON_TEXT_EMPTY};
    struct jalon_secret_of of;
    struct jalon_text secret;
    int64_t expires_us = 0;
    enum jalon_status status = jalon_mail_read_item(request, &of);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_secret_renew_body, &body);
    }
    if (status == JALON_OK) {
        status = jalon_app_renew_secret(request->ctx, api->app, &actor, &of, body.token, &secret,
                                        &expires_us);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    jalon_people_keep_private(response);
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_text(&writer, "edit_secret", secret);
    jalon_endpoint_put_time(&writer, "expires", expires_us);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
