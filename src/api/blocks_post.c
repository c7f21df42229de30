/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /maps/{map}/blocks: keeps somebody from writing. Layer 4 (api). */
#include "abuse.h"

struct raw_block {
    struct jalon_text account, contribution, what, reason, ends;
    bool server;
};
static const struct jalon_json_field fields[] = {
    {"account", JALON_JSON_TO_TEXT, offsetof(struct raw_block, account), false},
    {"contribution", JALON_JSON_TO_TEXT, offsetof(struct raw_block, contribution), false},
    {"what", JALON_JSON_TO_TEXT, offsetof(struct raw_block, what), false},
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct raw_block, reason), true},
    {"ends", JALON_JSON_TO_TEXT, offsetof(struct raw_block, ends), false},
    {"server", JALON_JSON_TO_BOOLEAN, offsetof(struct raw_block, server), false},
};
const struct jalon_body jalon_blocks_post_body = JALON_BODY(fields);

/* An account by name, or the device or address of an anonymous contribution. */
static enum jalon_status read_whom(struct jalon_request *request, const struct raw_block *raw,
                                   struct jalon_id *id, struct jalon_block_command *command)
{
    bool is_address = jalon_text_is(raw->what, "address");
    if ((raw->account.length > 0) == (raw->contribution.length > 0)) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/account",
                        "expected the name of an account, or `contribution`: the id of an anonymous "
                        "one");
    } else if (raw->account.length > 0) {
        command->account = raw->account;
    } else if (!jalon_id_parse(raw->contribution, id)) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/contribution", "expected an id");
    } else if (!is_address && !jalon_text_is(raw->what, "device")) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/what", "expected device or address");
    } else {
        command->what = is_address ? JALON_BLOCK_ADDRESS : JALON_BLOCK_DEVICE;
        command->contribution = id;
    }
    command->reason = raw->reason;
    command->of_server = raw->server;
    jalon_abuse_read_time(request, raw->ends, "/ends", &command->ends_us);
    return jalon_error_verdict(request->ctx, "nobody can be blocked like this");
}

enum jalon_status jalon_blocks_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_text map = jalon_request_variable(request, "map");
    struct raw_block raw = {
        .account = JALON_TEXT_EMPTY, .contribution = JALON_TEXT_EMPTY, .what = JALON_TEXT_EMPTY,
        .reason = JALON_TEXT_EMPTY,  .ends = JALON_TEXT_EMPTY,
    };
    struct jalon_block_command command = {.account = JALON_TEXT_EMPTY};
    struct jalon_block block;
    struct jalon_id contribution;
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_blocks_post_body, &raw);
    if (status == JALON_OK) {
        status = read_whom(request, &raw, &contribution, &command);
    }
    if (status == JALON_OK) {
        status = jalon_app_block(request->ctx, api->app, map, &actor, &command, &block);
    }
    if (status != JALON_OK) {
        return status;
    }
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_json_writer writer;
    jalon_id_format(block.id, id);
    response->code = 201;
    response->location = jalon_endpoint_url(request, "/maps/%s/blocks/%s", map.data, id);
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_put_string(&writer, "id", id);
    jalon_json_put_text(&writer, "reason", block.reason);
    jalon_endpoint_put_time(&writer, "ends", block.ends_us);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
