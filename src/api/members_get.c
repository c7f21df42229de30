/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/members: who has a role in the map, by name. Layer 4 (api). */
#include "list.h"
#include "page_client.h"
#include "rules.h"

static void put_member(struct jalon_request *request, struct jalon_json_writer *writer,
                       const void *item)
{
    (void)request;
    jalon_rules_put_member(writer, item);
}

enum jalon_status jalon_members_get(struct jalon_request *request, struct jalon_response *response)
{
    if (jalon_page_is_wanted(request)) {
        return jalon_page_client_part(request, response, "members", "members.title");
    }
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_text after = JALON_TEXT_EMPTY;
    struct jalon_member *members = NULL;
    struct jalon_list list = {.size = sizeof *members, .put = put_member, .key = "after"};
    int64_t limit = 0;
    (void)jalon_request_parameter(request, "after", &after);
    enum jalon_status status = jalon_request_integer(request, "limit", &limit);
    if (status == JALON_OK) { /* one more says whether there is a next page */
        status = jalon_app_list_members(request->ctx, api->app,
                                        jalon_request_variable(request, "map"), &actor, after,
                                        (size_t)limit + 1, &members, &list.count);
    }
    if (status != JALON_OK) {
        return status;
    }
    list.items = members;
    if (list.count > (size_t)limit) {
        list.count = (size_t)limit;
        list.next = members[list.count - 1].name;
    }
    return jalon_list_answer(request, response, &list);
}
