/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /maps: makes a map from a built-in template; its maker is its first admin. Layer 4 (api). */
#include "jalon/embedded.h"

#include "rules.h"

struct raw_map {
    struct jalon_text slug, template_name;
    const struct jalon_json *title;
};
static const struct jalon_json_field fields[] = {
    {"slug", JALON_JSON_TO_TEXT, offsetof(struct raw_map, slug), true},
    {"template", JALON_JSON_TO_TEXT, offsetof(struct raw_map, template_name), true},
    {"title", JALON_JSON_TO_VALUE, offsetof(struct raw_map, title), false},
};
const struct jalon_body jalon_maps_post_body = JALON_BODY(fields);
static const struct jalon_json_field title_fields[] = {
    {"fr", JALON_JSON_TO_TEXT, offsetof(struct jalon_label, fr), true},
    {"en", JALON_JSON_TO_TEXT, offsetof(struct jalon_label, en), true},
};

static enum jalon_status read_template(struct jalon_context *ctx, struct jalon_text name,
                                       struct jalon_map *out)
{
    for (const struct jalon_embedded *t = jalon_builtin_templates(); t->name != NULL; t++) {
        if (jalon_text_is(name, t->name)) {
            return jalon_template_read(ctx, t->content, out);
        }
    }
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/template",
                         "there is no template '%.*s'", JALON_TEXT_ARGS(name));
}

/* A text for both languages, or one for each; absent: the template's. */
static enum jalon_status read_title(struct jalon_context *ctx, const struct jalon_json *json,
                                    struct jalon_label *title)
{
    const struct jalon_text *const texts[] = {&title->fr, &title->en};
    static const char *const pointers[] = {"/title/fr", "/title/en"};
    enum jalon_json_kind kind = jalon_json_kind(json);
    if (kind == JALON_JSON_NULL) {
        return JALON_OK;
    }
    if (kind == JALON_JSON_STRING) {
        title->fr = title->en = jalon_json_text(json);
    } else {
        jalon_json_read_object(ctx, json, "/title", title_fields, 2, title);
    }
    for (int i = 0; i < 2; i++) {
        size_t length = jalon_text_code_points(jalon_text_trim(*texts[i]));
        if (length == 0 || length > JALON_TITLE_LENGTH_MAX) {
            jalon_error_add(ctx, JALON_ERROR_POINTER,
                            kind == JALON_JSON_STRING ? "/title" : pointers[i],
                            "expected 1 to %d characters", JALON_TITLE_LENGTH_MAX);
            break;
        }
    }
    return jalon_error_verdict(ctx, "the map cannot be made like this");
}

static enum jalon_status read_map(struct jalon_request *request, struct jalon_map *out)
{
    struct raw_map raw = {.slug = JALON_TEXT_EMPTY, .template_name = JALON_TEXT_EMPTY};
    struct jalon_context *ctx = request->ctx;
    enum jalon_status status =
        jalon_endpoint_read_body(request, &jalon_maps_post_body, &raw);
    if (status == JALON_OK && !jalon_slug_is_valid(raw.slug)) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/slug",
                             "must be 1 to 63 lower-case letters, digits and hyphens, and not "
                             "start with a hyphen");
    }
    if (status == JALON_OK) {
        status = read_template(ctx, raw.template_name, out);
    }
    if (status == JALON_OK) {
        out->slug = raw.slug;
        status = read_title(ctx, raw.title, &out->title);
    }
    return status;
}

enum jalon_status jalon_maps_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_map map;
    /* Who may not is told so before anything is said of the body. */
    enum jalon_status status = jalon_app_may_found(request->ctx, api->app, &actor);
    if (status == JALON_OK) {
        status = read_map(request, &map);
    }
    if (status == JALON_OK) {
        status = jalon_app_found_map(request->ctx, api->app, &actor, &map);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    response->code = 201;
    response->location = jalon_endpoint_url(request, "/maps/%s", map.slug.data);
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_put_text(&writer, "slug", map.slug);
    jalon_json_put_text(&writer, "template", map.template_name);
    jalon_json_put_text(&writer, "url", response->location);
    jalon_rules_put_settings(&writer, &map);
    jalon_json_end_object(&writer);
    return jalon_endpoint_finish(request, response);
}
