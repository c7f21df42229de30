/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items: a new contribution. OGC 20-002, create. Layer 4 (api). */
#include "endpoint.h"

enum { IDEMPOTENCY_KEY_MAX = 255 };

/* The stored Feature, with what only this answer says as further top-level members (RFC 7946, 6.1). */
static void write_created(struct jalon_buffer *body, const struct jalon_contributed *contributed)
{
    jalon_buffer_append(body, contributed->json.data, contributed->json.length - 1);
    if (contributed->edit_secret.length > 0) {
        jalon_buffer_append_string(body, ",\"edit_secret\":");
        jalon_buffer_append_json(body, contributed->edit_secret);
    }
    if (contributed->repaired) {
        jalon_buffer_append_string(body, ",\"geometry_repaired\":true");
    }
    jalon_buffer_append_char(body, '}');
}

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
    command->idempotency_key = key;
    command->said = request->body;
    return JALON_OK;
}

enum jalon_status jalon_items_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_record record;
    struct jalon_contributed contributed;
    struct jalon_contribute command = {
        .map = jalon_request_variable(request, "map"),
        .collection = jalon_request_variable(request, "collection"),
        .record = &record,
        .account = request->account,
        .idempotency_key = JALON_TEXT_EMPTY,
        .said = JALON_TEXT_EMPTY,
    };
    /* Who may not contribute is told so before anything is said of the body. */
    enum jalon_status status = jalon_app_may_contribute(request->ctx, api->app, &command);
    if (status == JALON_OK) {
        status = read_key(request, &command);
    }
    if (status == JALON_OK) {
        status = jalon_feature_read(request->ctx, request->body, &record);
    }
    if (status == JALON_OK) {
        status = jalon_app_contribute(request->ctx, api->app, &command, &contributed);
    }
    if (status != JALON_OK) {
        return status;
    }
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(contributed.id, id);
    response->code = 201;
    response->media_type = "application/geo+json";
    response->seq = contributed.seq;
    response->location = jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s",
                                            command.map.data, command.collection.data, id);
    write_created(&response->body, &contributed);
    return jalon_endpoint_finish(request, response);
}
