/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints of a community's rules share: bodies and answers. Layer 4 (api). */
#include "rules.h"

#include "jalon/settings.h"

enum jalon_status jalon_rules_require(struct jalon_request *request, enum jalon_right right)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    return jalon_app_may(request->ctx, api->app, jalon_request_variable(request, "map"), &actor,
                         right);
}

enum jalon_status jalon_rules_asked_first(struct jalon_request *request)
{
    return jalon_rules_require(request, (enum jalon_right)request->route->right);
}

enum jalon_status jalon_rules_reason(struct jalon_request *request, struct jalon_text *out)
{
    return jalon_request_words(request, "Jalon-Reason", JALON_RULES_REASON_MAX, out);
}

void jalon_rules_put_member(struct jalon_json_writer *writer, const struct jalon_member *member)
{
    jalon_json_put_text(writer, "name", member->name);
    if (member->display_name.length > 0) {
        jalon_json_put_text(writer, "display_name", member->display_name);
    }
    jalon_json_put_string(writer, "role", jalon_role_name(member->role));
    if (member->category_count > 0) {
        jalon_json_begin_array(writer, "categories");
        for (size_t i = 0; i < member->category_count; i++) {
            jalon_json_put_text(writer, NULL, member->categories[i]);
        }
        jalon_json_end_array(writer);
    }
    if (member->territory.length > 0) {
        jalon_json_put_text(writer, "territory", member->territory);
    }
    jalon_endpoint_put_time(writer, "since", member->since_us);
}

void jalon_rules_put_settings(struct jalon_json_writer *writer, const struct jalon_map *map)
{
    size_t count;
    const struct jalon_setting *settings = jalon_settings(&count);
    for (size_t i = 0; i < count; i++) {
        struct jalon_value value = jalon_setting_get(&settings[i], map);
        jalon_setting_write(writer, settings[i].key, &value);
    }
    jalon_json_put_integer(writer, "charter", map->rules.charter); /* set by its own address */
}
