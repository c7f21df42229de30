/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}: the landing page, as JSON for programs and as the page for people. Layer 4. */
#include "jalon/app_rules.h"
#include "jalon/embedded.h"
#include "jalon/settings.h"

#include "endpoint.h"
#include "page.h"

extern const struct jalon_embedded style_files[];

static void put_links(struct jalon_request *request, struct jalon_json_writer *writer,
                      const char *slug)
{
    jalon_json_begin_array(writer, "links");
    jalon_endpoint_put_link(writer, "self", "application/json", "This document",
                            jalon_endpoint_url(request, "/maps/%s?f=json", slug));
    jalon_endpoint_put_link(writer, "alternate", "text/html", "The map, as a page",
                            jalon_endpoint_url(request, "/maps/%s?f=html", slug));
    jalon_endpoint_put_link(writer, "service-desc", "application/vnd.oai.openapi+json;version=3.0",
                            "The API description", jalon_endpoint_url(request, "/maps/%s/api", slug));
    jalon_endpoint_put_link(writer, "conformance", "application/json", "What is conformed to",
                            jalon_endpoint_url(request, "/maps/%s/conformance", slug));
    jalon_endpoint_put_link(writer, "data", "application/json", "The collections",
                            jalon_endpoint_url(request, "/maps/%s/collections", slug));
    jalon_endpoint_put_link(writer, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
                            "application/json", "The vector tiles",
                            jalon_endpoint_url(request, "/maps/%s/tiles?f=json", slug));
    jalon_endpoint_put_link(writer, "related", "application/json", "The vector tiles, as TileJSON",
                            jalon_endpoint_url(request, "/maps/%s/tilejson?f=json", slug));
    for (const struct jalon_embedded *style = style_files; style->name != NULL; style++) {
        jalon_endpoint_put_link(
            writer, "related", "application/json", "A MapLibre style",
            jalon_endpoint_url(request, "/maps/%s/styles/%s?f=json", slug, style->name));
    }
    jalon_endpoint_put_link(writer, "related", "application/geo+json", "The territories",
                            jalon_endpoint_url(request, "/maps/%s/territories", slug));
    jalon_endpoint_put_link(writer, "related", "application/json", "Statistics",
                            jalon_endpoint_url(request, "/maps/%s/stats?f=json", slug));
    jalon_endpoint_put_link(writer, "related", "text/html", "Statistics, as a page",
                            jalon_endpoint_url(request, "/maps/%s/stats?f=html", slug));
    jalon_endpoint_put_link(writer, "service-doc", "text/html", "The API description, as a page",
                            jalon_endpoint_url(request, "/maps/%s/api?f=html", slug));
    jalon_json_end_array(writer);
}

static void put_base_maps(struct jalon_request *request, struct jalon_json_writer *writer)
{
    const struct jalon_api *api = request->application;
    jalon_json_begin_array(writer, "base_maps");
    for (size_t i = 0; i < api->base_map_count; i++) {
        jalon_json_begin_object(writer, NULL);
        jalon_endpoint_put_label(writer, "name", api->base_maps[i].name);
        jalon_json_put_text(writer, "url", api->base_maps[i].url);
        jalon_json_put_text(writer, "attribution", api->base_maps[i].attribution);
        jalon_json_put_integer(writer, "max_zoom", api->base_maps[i].max_zoom);
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
}

static void put_categories(struct jalon_json_writer *writer, const struct jalon_map *map)
{
    jalon_json_begin_array(writer, "categories");
    for (size_t i = 0; i < map->category_count; i++) {
        const struct jalon_category *category = &map->categories[i];
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_text(writer, "key", category->key);
        jalon_endpoint_put_label(writer, "label", category->label);
        jalon_json_put_text(writer, "color", category->color);
        if (category->parent >= 0) {
            jalon_json_put_text(writer, "parent", map->categories[category->parent].key);
        } else {
            jalon_json_put_null(writer, "parent");
        }
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
}

/* What a community has agreed on, as far as it concerns who comes to it. */
static void put_rules(struct jalon_json_writer *writer, const struct jalon_map *map)
{
    size_t count;
    const struct jalon_setting *settings = jalon_settings(&count);
    jalon_json_begin_object(writer, "rules");
    for (size_t i = 0; i < count; i++) {
        if (settings[i].is_rule && settings[i].is_public) {
            struct jalon_value value = jalon_setting_get(&settings[i], map);
            jalon_setting_write(writer, settings[i].key, &value);
        }
    }
    if (map->rules.charter > 0) {
        jalon_json_put_integer(writer, "charter", map->rules.charter);
    }
    jalon_json_end_object(writer);
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    const struct jalon_map *map = reading->map;
    if (jalon_endpoint_unchanged(request, response, reading)) {
        return JALON_OK;
    }
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, &response->body);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_text(&writer, "title", jalon_endpoint_words(request, map->title));
    jalon_json_put_text(&writer, "description", jalon_endpoint_words(request, map->description));
    jalon_endpoint_put_label(&writer, "titles", map->title);
    jalon_endpoint_put_label(&writer, "descriptions", map->description);
    jalon_json_put_text(&writer, "licence", map->licence);
    jalon_json_put_text(&writer, "attribution", map->attribution);
    jalon_json_put_string(&writer, "policy", jalon_write_policy_name(map->policy));
    jalon_json_put_boolean(&writer, "account_needed", map->account_needed);
    put_rules(&writer, map);
    jalon_endpoint_put_box(&writer, "bbox", map->box);
    put_base_maps(request, &writer);
    put_categories(&writer, map);
    put_links(request, &writer, map->slug.data);
    jalon_json_end_object(&writer);
    return jalon_page_is_wanted(request) ? jalon_page_landing(request, response, map) : JALON_OK;
}

enum jalon_status jalon_landing_get(struct jalon_request *request, struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}
