/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * POST …/items/{id}/secret: a link to a new edit secret, by mail. The answer is the same whether the
 * address is the one that was left, another one, or there is nothing to edit. Layer 4 (api).
 */
#include "mail.h"

struct secret_body {
    struct jalon_text email;
};
static const struct jalon_json_field fields[] = {
    {"email", JALON_JSON_TO_TEXT, offsetof(struct secret_body, email), true},
};
const struct jalon_body jalon_secret_post_body = JALON_BODY(fields);

enum jalon_status jalon_secret_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct secret_body body = {.email = JALON_TEXT_EMPTY};
    struct jalon_secret_of of;
    int64_t wait_s = 0;
    enum jalon_status status = jalon_mail_read_item(request, &of);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_secret_post_body, &body);
    }
    if (status == JALON_OK) {
        status = jalon_app_ask_secret(request->ctx, api->app, &actor, &of, body.email,
                                      request->language, &wait_s);
    }
    if (status != JALON_OK) {
        return jalon_people_wait(response, status, wait_s);
    }
    bool is_english = jalon_text_is(request->language, "en");
    struct jalon_json_writer writer;
    response->code = 202;
    jalon_people_keep_private(response);
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_string(&writer, "message",
                          is_english
                              ? "If this address was left with the contribution, a mail is on its way."
                              : "Si cette adresse a été laissée avec la contribution, un message part "
                                "vers elle.");
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
