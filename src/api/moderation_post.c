/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * POST /maps/{map}/moderation: one decision about many contributions; each has its own outcome. Layer 4
 * (api).
 */
#include <stddef.h>

#include "desk.h"

struct many {
    struct jalon_desk_decision one;
    const struct jalon_json *ids;
    const struct jalon_json *versions;
};

static bool is_list(const struct jalon_json *json)
{
    return jalon_json_kind(json) == JALON_JSON_ARRAY;
}

/* Both lists are right as such; what an id stands for is each one's own outcome. */
static enum jalon_status check_lists(struct jalon_request *request, const struct many *body)
{
    size_t count = is_list(body->ids) ? jalon_json_size(body->ids) : 0;
    if (count == 0 || count > JALON_DESK_IDS_MAX) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/ids",
                        "expected 1 to %d ids of contributions", JALON_DESK_IDS_MAX);
    }
    bool is_fit = body->versions == NULL ||
                  (is_list(body->versions) && jalon_json_size(body->versions) == count);
    for (size_t i = 0; body->versions != NULL && is_fit && i < count; i++) {
        const struct jalon_json *version = jalon_json_element(body->versions, i);
        is_fit = jalon_json_kind(version) == JALON_JSON_INTEGER && jalon_json_integer(version) >= 0;
    }
    if (!is_fit) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/versions",
                        "expected as many versions as there are ids");
    }
    return jalon_error_verdict(request->ctx, "this is no decision");
}

static void put_failure(struct jalon_request *request, struct jalon_json_writer *writer,
                        struct jalon_text id, enum jalon_status status)
{
    const struct jalon_error *error = &request->ctx->error;
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_text(writer, "id", id);
    jalon_json_put_integer(writer, "status", jalon_status_http_code(status));
    jalon_json_put_text(writer, "detail",
                        error->message.length > 0 || error->detail_count == 0
                            ? error->message
                            : error->details[0].reason);
    jalon_json_end_object(writer);
    jalon_error_clear(request->ctx);
}

/* A failure of the whole ends it: that of one is its outcome. */
static enum jalon_status decide_one(struct jalon_request *request, struct jalon_response *response,
                                    struct jalon_json_writer *writer, struct jalon_decide *command,
                                    struct jalon_text id)
{
    struct jalon_api *api = request->application;
    struct jalon_decided decided;
    enum jalon_status status =
        jalon_id_parse(id, &command->id)
            ? jalon_app_decide(request->ctx, api->app, command, &decided)
            : jalon_fail(request->ctx, JALON_NOT_FOUND,
                         "there is no such contribution in this map");
    if (status == JALON_OK) {
        response->seq = decided.seq > response->seq ? decided.seq : response->seq;
        jalon_json_begin_object(writer, NULL);
        jalon_desk_put_decided(writer, &decided);
        jalon_json_put_integer(writer, "status", 200);
        jalon_json_put_null(writer, "detail");
        jalon_json_end_object(writer);
        return status;
    }
    bool is_own = status == JALON_NOT_FOUND || status == JALON_FORBIDDEN ||
                  status == JALON_CONFLICT;
    if (is_own) {
        put_failure(request, writer, id, status);
    }
    return is_own ? JALON_OK : status;
}

static enum jalon_status decide_all(struct jalon_request *request, struct jalon_response *response,
                                    const struct many *body, struct jalon_decide *command)
{
    struct jalon_json_writer writer;
    enum jalon_status status = JALON_OK;
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < jalon_json_size(body->ids) && status == JALON_OK; i++) {
        command->version = jalon_json_integer(
            body->versions != NULL ? jalon_json_element(body->versions, i) : NULL);
        status = decide_one(request, response, &writer, command,
                            jalon_json_text(jalon_json_element(body->ids, i)));
    }
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return status == JALON_OK ? jalon_endpoint_finish(request, response) : status;
}

static const struct jalon_json_field fields[] = {
    {"ids", JALON_JSON_TO_VALUE, offsetof(struct many, ids), true},
    {"versions", JALON_JSON_TO_VALUE, offsetof(struct many, versions), false},
    {"decision", JALON_JSON_TO_TEXT, offsetof(struct many, one.decision), true},
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct many, one.reason), false},
    {"into", JALON_JSON_TO_TEXT, offsetof(struct many, one.into), false},
};
const struct jalon_body jalon_moderation_post_body = JALON_BODY(fields);

enum jalon_status jalon_moderation_post(struct jalon_request *request,
                                        struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct many body = {.one = {.decision = JALON_TEXT_EMPTY,
                                .reason = JALON_TEXT_EMPTY,
                                .into = JALON_TEXT_EMPTY}};
    struct jalon_id into;
    struct jalon_decide command;
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_moderation_post_body, &body);
    if (status == JALON_OK) {
        status = check_lists(request, &body);
    }
    if (status == JALON_OK) {
        status = jalon_desk_read_decision(request, &body.one, &into, &command);
    }
    if (status == JALON_OK) {
        status = jalon_app_check_decide(request->ctx, api->app, &command);
    }
    return status == JALON_OK ? decide_all(request, response, &body, &command) : status;
}
