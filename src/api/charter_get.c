/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET and POST /maps/{map}/charter: what contributors accept. Layer 4 (api). */
#include "jalon/clock.h"

#include "rules.h"

struct raw_charter {
    const struct jalon_json *text;
};
static const struct jalon_json_field fields[] = {
    {"text", JALON_JSON_TO_VALUE, offsetof(struct raw_charter, text), true},
};
const struct jalon_body jalon_charter_post_body = JALON_BODY(fields);
static const struct jalon_json_field text_fields[] = {
    {"fr", JALON_JSON_TO_TEXT, offsetof(struct jalon_label, fr), true},
    {"en", JALON_JSON_TO_TEXT, offsetof(struct jalon_label, en), true},
};

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_charter *charter)
{
    struct jalon_json_writer writer;
    char created[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(charter->created_us, created);
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_put_integer(&writer, "version", charter->version);
    jalon_endpoint_put_label(&writer, "text", charter->text);
    jalon_json_put_string(&writer, "created", created);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}

enum jalon_status jalon_charter_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_charter charter;
    int64_t version = 0;
    enum jalon_status status = jalon_request_integer(request, "version", &version);
    if (status == JALON_OK) {
        status = jalon_app_find_charter(request->ctx, api->app, &actor,
                                        jalon_request_variable(request, "map"), version, &charter);
    }
    return status == JALON_OK ? answer(request, response, &charter) : status;
}

enum jalon_status jalon_charter_post(struct jalon_request *request,
                                     struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct raw_charter raw = {.text = NULL};
    struct jalon_charter charter = {
        .text = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY}, .author = JALON_TEXT_EMPTY};
    enum jalon_status status = jalon_rules_require(request, JALON_RIGHT_SET_MAP);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_body(request, &jalon_charter_post_body, &raw);
    }
    if (status == JALON_OK) {
        jalon_json_read_object(request->ctx, raw.text, "/text", text_fields, 2, &charter.text);
        status = jalon_error_verdict(request->ctx, "the charter cannot be kept like this");
    }
    if (status == JALON_OK) {
        status = jalon_app_put_charter(request->ctx, api->app, &actor,
                                       jalon_request_variable(request, "map"), &charter);
    }
    if (status != JALON_OK) {
        return status;
    }
    response->code = 201;
    response->location =
        jalon_endpoint_url(request, "/maps/%s/charter?version=%d",
                           jalon_request_variable(request, "map").data, charter.version);
    return answer(request, response, &charter);
}
