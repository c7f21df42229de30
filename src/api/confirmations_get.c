/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}/confirmations: who saw that it is still so, or no longer. Layer 4 (api). */
#include "conversation.h"
#include "list.h"

static void put_confirmation(struct jalon_request *request, struct jalon_json_writer *writer,
                             const void *item)
{
    (void)request;
    jalon_talk_put_confirmation(writer, item);
}

enum jalon_status jalon_confirmations_get(struct jalon_request *request,
                                          struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_confirmation *confirmations = NULL;
    struct jalon_list list = {.size = sizeof *confirmations, .put = put_confirmation, .key = "after"};
    struct jalon_id after;
    size_t limit = 0;
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_list_read_page(request, &limit, &after);
    }
    if (status == JALON_OK) { /* one more says whether there is a next page */
        status = jalon_app_list_confirmations(request->ctx, api->app, &about, after, limit + 1,
                                              &confirmations, &list.count);
    }
    if (status != JALON_OK) {
        return status;
    }
    list.items = confirmations;
    jalon_list_cut_by_id(&list, limit, offsetof(struct jalon_confirmation, id));
    return jalon_list_answer(request, response, &list);
}
