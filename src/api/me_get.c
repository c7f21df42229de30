/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/me: what whoever asks is and may in the map. Layer 4 (api). */
#include "rules.h"

static void put_bounds(struct jalon_json_writer *writer, const struct jalon_me *me)
{
    if (me->category_count > 0) {
        jalon_json_begin_array(writer, "categories");
        for (size_t i = 0; i < me->category_count; i++) {
            jalon_json_put_text(writer, NULL, me->categories[i]);
        }
        jalon_json_end_array(writer);
    }
    if (me->is_bounded && me->territory.length > 0) {
        jalon_json_put_text(writer, "territory", me->territory);
    }
}

enum jalon_status jalon_me_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_me me;
    enum jalon_status status = jalon_app_find_me(
        request->ctx, api->app, jalon_request_variable(request, "map"), &actor, &me);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    jalon_endpoint_begin_private(response, &writer);
    if (actor.account.length > 0) {
        jalon_json_put_text(&writer, "account", actor.account);
    } else {
        jalon_json_put_null(&writer, "account");
    }
    jalon_json_put_string(&writer, "role", jalon_role_name(me.role));
    put_bounds(&writer, &me);
    jalon_json_put_string(&writer, "audience", jalon_visibility_name(me.audience));
    jalon_json_begin_array(&writer, "rights");
    for (int right = 0; right < JALON_RIGHT_COUNT; right++) {
        if (me.rights[right]) {
            jalon_json_put_string(&writer, NULL, jalon_right_rule((enum jalon_right)right)->name);
        }
    }
    jalon_json_end_array(&writer);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
