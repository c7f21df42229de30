/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/blocks: who may not write for now; for moderators. Layer 4 (api). */
#include "abuse.h"
#include "list.h"

/* Devices and addresses are not told, not even as they are kept. */
static void put_block(struct jalon_request *request, struct jalon_json_writer *writer,
                      const void *item)
{
    const struct jalon_block *block = item;
    (void)request;
    const char *what = block->account.length > 0 ? "account"
                       : block->device.length > 0 ? "device"
                                                  : "address";
    jalon_endpoint_put_id(writer, "id", block->id);
    jalon_json_put_string(writer, "what", what);
    if (block->account.length > 0) {
        jalon_json_put_text(writer, "account", block->account);
    }
    jalon_json_put_text(writer, "reason", block->reason);
    jalon_json_put_text(writer, "author", block->author);
    jalon_endpoint_put_time(writer, "created", block->created_us);
    jalon_endpoint_put_time(writer, "ends", block->ends_us);
    jalon_json_put_boolean(writer, "server", block->is_of_server);
}

enum jalon_status jalon_blocks_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_block *blocks = NULL;
    struct jalon_list list = {.size = sizeof *blocks, .put = put_block, .key = "after"};
    struct jalon_id after;
    size_t limit = 0;
    enum jalon_status status = jalon_list_read_page(request, &limit, &after);
    if (status == JALON_OK) { /* one more says whether there is a next page */
        status = jalon_app_list_blocks(request->ctx, api->app,
                                       jalon_request_variable(request, "map"), &actor, after,
                                       limit + 1, &blocks, &list.count);
    }
    if (status != JALON_OK) {
        return status;
    }
    list.items = blocks;
    jalon_list_cut_by_id(&list, limit, offsetof(struct jalon_block, id));
    return jalon_list_answer(request, response, &list);
}
