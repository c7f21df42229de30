/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/members: who has a role in the map, by name. Layer 4 (api). */
#include "page_client.h"
#include "rules.h"

static void put_links(struct jalon_request *request, struct jalon_json_writer *writer,
                      const struct jalon_member *last, int64_t limit)
{
    jalon_json_begin_array(writer, "links");
    jalon_endpoint_put_link(writer, "self", "application/json", "This list",
                            jalon_endpoint_url(request, "%s", request->path.data));
    if (last != NULL) {
        jalon_endpoint_put_link(writer, "next", "application/json", "The next ones",
                                jalon_endpoint_url(request, "%s?after=%s&limit=%lld",
                                                   request->path.data, last->name.data,
                                                   (long long)limit));
    }
    jalon_json_end_array(writer);
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
    size_t count = 0;
    int64_t limit = 0;
    (void)jalon_request_parameter(request, "after", &after);
    enum jalon_status status = jalon_request_integer(request, "limit", &limit);
    if (status == JALON_OK) { /* one more says whether there is a next page */
        status = jalon_app_list_members(request->ctx, api->app,
                                        jalon_request_variable(request, "map"), &actor, after,
                                        (size_t)limit + 1, &members, &count);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    bool more = count > (size_t)limit;
    count -= more;
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < count; i++) {
        jalon_rules_put_member(&writer, &members[i]);
    }
    jalon_json_end_array(&writer);
    put_links(request, &writer, more ? &members[count - 1] : NULL, limit);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
