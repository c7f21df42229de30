/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /maps/{map}/reverts: undoes what somebody did in the last hours. Layer 4 (api). */
#include "abuse.h"

struct raw_revert {
    struct jalon_text account, contribution, reason, after;
    int64_t hours;
    bool dry_run;
};
static const struct jalon_json_field fields[] = {
    {"account", JALON_JSON_TO_TEXT, offsetof(struct raw_revert, account), false},
    {"contribution", JALON_JSON_TO_TEXT, offsetof(struct raw_revert, contribution), false},
    {"hours", JALON_JSON_TO_INTEGER, offsetof(struct raw_revert, hours), true},
    {"reason", JALON_JSON_TO_TEXT, offsetof(struct raw_revert, reason), false},
    {"after", JALON_JSON_TO_TEXT, offsetof(struct raw_revert, after), false},
    {"dry_run", JALON_JSON_TO_BOOLEAN, offsetof(struct raw_revert, dry_run), false},
};
const struct jalon_body jalon_reverts_post_body = JALON_BODY(fields);

static const char *what_name(const struct jalon_reverted *item)
{
    switch (item->what) {
    case JALON_REVERTED: return "restored";
    case JALON_REVERTED_HIDDEN: return "hidden";
    case JALON_REVERT_CHANGED: return "changed_by_others";
    case JALON_REVERT_SETTLED: break;
    }
    return "settled";
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reverted *items, size_t count, bool more)
{
    struct jalon_json_writer writer;
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < count; i++) {
        jalon_json_begin_object(&writer, NULL);
        jalon_endpoint_put_id(&writer, "id", items[i].id);
        jalon_json_put_text(&writer, "collection", items[i].collection);
        jalon_json_put_text(&writer, "title", items[i].title);
        jalon_json_put_string(&writer, "result", what_name(&items[i]));
        jalon_json_end_object(&writer);
    }
    jalon_json_end_array(&writer);
    jalon_json_put_boolean(&writer, "more", more);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}

static const struct jalon_id *read_id(struct jalon_request *request, struct jalon_text text,
                                      const char *pointer, struct jalon_id *id)
{
    if (text.length == 0) {
        return NULL;
    }
    if (!jalon_id_parse(text, id)) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, pointer, "expected an id");
    }
    return id;
}

enum jalon_status jalon_reverts_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct raw_revert raw = {.account = JALON_TEXT_EMPTY, .contribution = JALON_TEXT_EMPTY,
                             .reason = JALON_TEXT_EMPTY, .after = JALON_TEXT_EMPTY};
    struct jalon_reverted *items = NULL;
    size_t count = 0;
    bool more = false;
    struct jalon_id contribution, after;
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_reverts_post_body, &raw);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_revert_command command = {
        .account = raw.account,
        .contribution = read_id(request, raw.contribution, "/contribution", &contribution),
        .hours = raw.hours,
        .reason = raw.reason,
        .after = read_id(request, raw.after, "/after", &after),
        .dry_run = raw.dry_run,
    };
    if ((raw.account.length > 0) == (raw.contribution.length > 0)) {
        jalon_error_add(request->ctx, JALON_ERROR_POINTER, "/account",
                        "expected the name of an account, or `contribution`: the id of an "
                        "anonymous one");
    }
    status = jalon_error_verdict(request->ctx, "this cannot be reverted");
    if (status == JALON_OK) {
        status = jalon_app_revert(request->ctx, api->app, jalon_request_variable(request, "map"),
                                  &actor, &command, &items, &count, &more);
    }
    return status == JALON_OK ? answer(request, response, items, count, more) : status;
}
