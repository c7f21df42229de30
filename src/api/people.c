/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints about accounts share. Layer 4 (api). */
#include "people.h"

#include "jalon/app_conversation.h"
#include "jalon/app_mail.h"
#include "jalon/clock.h"

enum jalon_status jalon_people_wait(struct jalon_response *response, enum jalon_status status,
                                    int64_t wait_s)
{
    if (status == JALON_RATE_LIMITED) {
        response->retry_after_s = wait_s;
    }
    return status;
}

void jalon_people_keep_private(struct jalon_response *response)
{
    response->cache_control = JALON_TEXT("private, no-store");
}

enum jalon_status jalon_people_begin_session(struct jalon_request *request,
                                             struct jalon_response *response,
                                             const struct jalon_session_begun *begun)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_json_writer writer;
    jalon_app_adopt_supports(request->ctx, api->app, &actor, begun->account.number);
    response->code = 201;
    response->session = begun->secret;
    response->session_s = JALON_SESSION_S;
    response->location = jalon_endpoint_url(request, "/sessions/current");
    jalon_people_keep_private(response);
    jalon_json_writer_init(&writer, &response->body);
    jalon_people_put_session(&writer, &begun->account);
    return jalon_endpoint_finish(request, response);
}

void jalon_people_put_session(struct jalon_json_writer *writer,
                              const struct jalon_account *account)
{
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_text(writer, "account", account->name);
    jalon_endpoint_put_text_or_null(writer, "display_name", account->display_name);
    jalon_json_put_boolean(writer, "is_operator", account->is_operator);
    jalon_json_put_text(writer, "language", account->language);
    jalon_json_end_object(writer);
}

enum jalon_status jalon_people_say_mailed(struct jalon_request *request,
                                          struct jalon_response *response)
{
    struct jalon_json_writer writer;
    struct jalon_text detail;
    enum jalon_status status =
        jalon_mail_say(request->ctx, request->language, "mailed", NULL, 0, &detail);
    if (status != JALON_OK) {
        return status;
    }
    response->code = 202;
    jalon_people_keep_private(response);
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_string(&writer, "status", "mailed");
    jalon_json_put_text(&writer, "detail", detail);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
