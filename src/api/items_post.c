/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items: a new contribution. OGC 20-002, create. Layer 4 (api). */
#include "item_write.h"

enum { IDEMPOTENCY_KEY_MAX = 255 };

/*
 * The Idempotency-Key, as a structured string ("…") or bare
 * (draft-ietf-httpapi-idempotency-key-header).
 */
static enum jalon_status read_key(struct jalon_request *request, struct jalon_contribute *command)
{
    struct jalon_text key;
    if (!jalon_request_header(request, "Idempotency-Key", &key)) {
        return JALON_OK;
    }
    if (key.length >= 2 && key.data[0] == '"' && key.data[key.length - 1] == '"') {
        key = jalon_text_slice(key.data + 1, key.length - 2);
    }
    bool good = key.length >= 1 && key.length <= IDEMPOTENCY_KEY_MAX;
    for (size_t i = 0; good && i < key.length; i++) {
        good = key.data[i] > ' ' && key.data[i] < 0x7f && key.data[i] != '"';
    }
    if (!good) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "Idempotency-Key",
                             "expected 1 to %d visible ASCII characters, such as a UUID",
                             IDEMPOTENCY_KEY_MAX);
    }
    struct jalon_text crs = JALON_TEXT_EMPTY;
    (void)jalon_request_header(request, "Content-Crs", &crs); /* it may be absent */
    command->idempotency_key = key;
    command->said = jalon_text_format(request->ctx->arena, "%.*s\n%.*s", JALON_TEXT_ARGS(crs),
                                      JALON_TEXT_ARGS(request->body));
    return command->said.data != NULL ? JALON_OK : jalon_no_memory(request->ctx);
}

enum jalon_status jalon_items_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_record record;
    struct jalon_contribute command;
    struct jalon_contributed contributed;
    enum jalon_status status = jalon_item_read_contribute(request, &command);
    /* Who may not contribute is told so before anything is said of the body. */
    if (status == JALON_OK) {
        status = jalon_app_may_contribute(request->ctx, api->app, &command);
    }
    if (status == JALON_OK) {
        status = read_key(request, &command);
    }
    if (status == JALON_OK) {
        status = jalon_item_read_body(request, request->body, &record);
    }
    command.record = &record;
    if (status == JALON_OK) {
        status = jalon_app_contribute(request->ctx, api->app, &command, &contributed);
    }
    return status == JALON_OK
               ? jalon_item_answer_created(request, response, &command, &contributed)
               : status;
}
