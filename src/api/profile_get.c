/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /accounts/{name}: what somebody shows. Layer 4 (api). */
#include "page_client.h"
#include "people.h"

enum jalon_status jalon_profile_get(struct jalon_request *request,
                                    struct jalon_response *response)
{
    if (jalon_page_is_wanted(request)) {
        return jalon_page_client_part(request, response, "profile", "profile.title");
    }
    struct jalon_api *api = request->application;
    struct jalon_account account;
    struct jalon_json_writer writer;
    enum jalon_status status =
        jalon_app_find_profile(request->ctx, api->app, jalon_request_variable(request, "name"),
                               request->account, &account);
    if (status != JALON_OK) {
        return status;
    }
    jalon_people_keep_private(response);
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_text(&writer, "name", account.name);
    jalon_json_put_string(&writer, "kind", jalon_account_kind_name(account.kind));
    jalon_endpoint_put_text_or_null(&writer, "display_name", account.display_name);
    jalon_endpoint_put_text_or_null(&writer, "about", account.about);
    jalon_endpoint_put_text_or_null(&writer, "website", account.website);
    jalon_endpoint_put_time(&writer, "created", account.created_us);
    jalon_json_put_boolean(&writer, "shows_contributions", !account.hides_contributions);
    jalon_json_begin_array(&writer, "links");
    jalon_endpoint_put_link(&writer, "self", "application/json", "This profile",
                            jalon_endpoint_url(request, "/accounts/%s", account.name.data));
    if (!account.hides_contributions) {
        jalon_endpoint_put_link(
            &writer, "contributions", "application/json", "Contributions",
            jalon_endpoint_url(request, "/accounts/%s/contributions", account.name.data));
    }
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}

enum jalon_status jalon_profile_contributions_get(struct jalon_request *request,
                                                  struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_account account;
    struct jalon_text name = jalon_request_variable(request, "name");
    enum jalon_status status =
        jalon_app_find_profile(request->ctx, api->app, name, request->account, &account);
    if (status == JALON_OK && account.hides_contributions) {
        status = jalon_fail(request->ctx, JALON_NOT_FOUND,
                            "this account does not show its contributions");
    }
    return status == JALON_OK
               ? jalon_people_answer_contributions(request, response, account.name, true)
               : status;
}
