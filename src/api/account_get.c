/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /accounts/me: the account of who asks. Layer 4 (api). */
#include "people.h"

void jalon_people_put_account(struct jalon_json_writer *writer,
                              const struct jalon_account *account)
{
    jalon_json_put_text(writer, "name", account->name);
    jalon_json_put_string(writer, "kind", jalon_account_kind_name(account->kind));
    jalon_endpoint_put_text_or_null(writer, "display_name", account->display_name);
    jalon_endpoint_put_text_or_null(writer, "about", account->about);
    jalon_endpoint_put_text_or_null(writer, "website", account->website);
    jalon_endpoint_put_text_or_null(writer, "email", account->email);
    jalon_endpoint_put_time(writer, "email_confirmed", account->confirmed_us);
    jalon_json_put_boolean(writer, "has_password", account->password_hash.length > 0);
    jalon_json_put_text(writer, "language", account->language);
    jalon_json_put_string(writer, "profile", jalon_profile_name(account->profile));
    jalon_json_put_boolean(writer, "shows_contributions", !account->hides_contributions);
    jalon_json_put_boolean(writer, "mails", !account->refuses_mails);
    jalon_json_put_boolean(writer, "is_operator", account->is_operator);
    jalon_endpoint_put_time(writer, "created", account->created_us);
}

static void put_memberships(struct jalon_json_writer *writer,
                            const struct jalon_own_membership *memberships, size_t count)
{
    jalon_json_begin_array(writer, "memberships");
    for (size_t i = 0; i < count; i++) {
        struct jalon_label title = {memberships[i].map_title_fr, memberships[i].map_title_en};
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_text(writer, "map", memberships[i].map);
        jalon_endpoint_put_label(writer, "title", title);
        jalon_json_put_text(writer, "role", memberships[i].role);
        jalon_endpoint_put_time(writer, "since", memberships[i].since_us);
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
}

enum jalon_status jalon_people_answer_account(struct jalon_request *request,
                                              struct jalon_response *response,
                                              const struct jalon_account *account, bool is_mailed)
{
    struct jalon_api *api = request->application;
    struct jalon_own_membership *memberships = NULL;
    struct jalon_json_writer writer;
    size_t count = 0;
    enum jalon_status status = jalon_app_list_memberships(request->ctx, api->app, account->number,
                                                          &memberships, &count);
    if (status != JALON_OK) {
        return status;
    }
    jalon_people_keep_private(response);
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_people_put_account(&writer, account);
    if (is_mailed) {
        jalon_json_put_boolean(&writer, "confirmation_mailed", true);
    }
    put_memberships(&writer, memberships, count);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}

enum jalon_status jalon_account_get(struct jalon_request *request,
                                    struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_account account;
    enum jalon_status status =
        jalon_app_find_account(request->ctx, api->app, request->account, &account);
    return status == JALON_OK ? jalon_people_answer_account(request, response, &account, false)
                              : status;
}
