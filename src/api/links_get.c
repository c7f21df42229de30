/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}/links: what it is related to, both ways. Layer 4 (api). */
#include "conversation.h"
#include "list.h"

static void put_link(struct jalon_request *request, struct jalon_json_writer *writer,
                     const void *item)
{
    jalon_talk_put_link(request, writer, item);
}

enum jalon_status jalon_links_get(struct jalon_request *request, struct jalon_response *response)
{
    static const struct jalon_id none = {{0}};
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_link_view *links = NULL;
    struct jalon_list list = {.size = sizeof *links, .put = put_link, .key = "after"};
    struct jalon_id after, next;
    size_t limit = 0;
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_list_read_page(request, &limit, &after);
    }
    if (status == JALON_OK) {
        status = jalon_app_list_links(request->ctx, api->app, &about, after, limit, &links,
                                      &list.count, &next);
    }
    if (status != JALON_OK) {
        return status;
    }
    list.items = links;
    if (jalon_id_compare(next, none) != 0) { /* the last one looked at; not each is shown */
        jalon_id_format(next, list.next_text);
        list.next = jalon_text_from(list.next_text);
    }
    return jalon_list_answer(request, response, &list);
}
