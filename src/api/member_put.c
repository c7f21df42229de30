/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* PUT /maps/{map}/members/{name}: gives somebody a role. Layer 4 (api). */
#include "rules.h"

struct raw_member {
    struct jalon_text role, territory, reason;
    const struct jalon_json *categories;
};
static const struct jalon_json_field fields[] = {
    {"role", JALON_JSON_TO_TEXT, offsetof(struct raw_member, role), true},
    {"categories", JALON_JSON_TO_VALUE, offsetof(struct raw_member, categories), false},
    {"territory", JALON_JSON_TO_TEXT, offsetof(struct raw_member, territory), false},
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct raw_member, reason), false},
};
const struct jalon_body jalon_member_put_body = JALON_BODY(fields);

static enum jalon_status read_categories(struct jalon_request *request,
                                         const struct jalon_json *list,
                                         struct jalon_put_member *command)
{
    struct jalon_context *ctx = request->ctx;
    size_t count = jalon_json_size(list);
    enum jalon_json_kind kind = jalon_json_kind(list);
    struct jalon_text *keys = jalon_arena_allocate(ctx->arena, count * sizeof *keys);
    if (kind != JALON_JSON_ARRAY && kind != JALON_JSON_NULL) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/categories",
                             "expected an array, found %s",
                             jalon_say(ctx, jalon_json_kind_name(kind)));
    }
    if (keys == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        const struct jalon_json *key = jalon_json_element(list, i);
        if (jalon_json_kind(key) != JALON_JSON_STRING) {
            jalon_error_add(ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer_at(ctx, "/categories", i),
                            "expected the key of a category");
        }
        keys[i] = jalon_json_text(key);
    }
    command->categories = keys;
    command->category_count = count;
    return jalon_error_verdict(ctx, "the role cannot be given like this");
}

enum jalon_status jalon_member_put(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct raw_member raw = {.role = JALON_TEXT_EMPTY, .territory = JALON_TEXT_EMPTY,
                             .reason = JALON_TEXT_EMPTY};
    struct jalon_member member;
    enum jalon_status status = jalon_rules_require(request, JALON_RIGHT_SET_MEMBERS);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_member_put_body, &raw);
    }
    struct jalon_put_member command = {
        .map = jalon_request_variable(request, "map"),
        .name = jalon_request_variable(request, "name"),
        .role = raw.role,
        .territory = raw.territory,
        .reason = raw.reason,
    };
    if (status == JALON_OK) {
        status = read_categories(request, raw.categories, &command);
    }
    if (status == JALON_OK) {
        status = jalon_app_put_member(request->ctx, api->app, &actor, &command, &member);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    jalon_endpoint_begin_private(response, &writer);
    jalon_rules_put_member(&writer, &member);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
