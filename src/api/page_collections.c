/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The collections of a map, and one of them, for people. OGC 17-069r4, 7.13 and 7.14. Layer 4. */
#include "page.h"

#include <math.h>

enum { DECIMALS = 100000 }; /* of a degree: a metre */

/* --- What a collection's document says --- */
static void put_extent(struct jalon_page *page, const struct jalon_json *extent)
{
    const struct jalon_json *boxes =
        jalon_json_member(jalon_json_member(extent, "spatial"), "bbox");
    const struct jalon_json *box = jalon_json_element(boxes, 0);
    const struct jalon_json *times =
        jalon_json_member(jalon_json_member(extent, "temporal"), "interval");
    const struct jalon_json *time = jalon_json_element(times, 0);
    if (jalon_json_size(box) >= 4) {
        jalon_page_put(page, JALON_TEXT("<dt>{collection.box}</dt><dd>"));
        for (size_t i = 0; i < jalon_json_size(box); i++) {
            jalon_page_put(page, i > 0 ? JALON_TEXT(" ; ") : JALON_TEXT(""));
            double degrees = jalon_json_number(jalon_json_element(box, i));
            jalon_page_put_double(page, round(degrees * DECIMALS) / DECIMALS);
        }
        jalon_page_put(page, JALON_TEXT("</dd>\n"));
    }
    if (jalon_json_size(time) == 2) {
        jalon_page_put(page, JALON_TEXT("<dt>{collection.times}</dt><dd>"));
        jalon_page_put_date(page, jalon_json_text(jalon_json_element(time, 0)));
        jalon_page_put(page, JALON_TEXT(" – "));
        jalon_page_put_date(page, jalon_json_text(jalon_json_element(time, 1)));
        jalon_page_put(page, JALON_TEXT("</dd>\n"));
    }
}

static void put_systems(struct jalon_page *page, const struct jalon_json *systems)
{
    jalon_page_put(page, JALON_TEXT("<dt>{collection.crs}</dt><dd>"));
    if (jalon_json_size(systems) > 1) {
        jalon_page_put(page, JALON_TEXT("<details><summary>"));
        jalon_page_put_integer(page, (int64_t)jalon_json_size(systems));
        jalon_page_put(page, JALON_TEXT("</summary>"));
    }
    jalon_page_put(page, JALON_TEXT("<ul>\n"));
    for (size_t i = 0; i < jalon_json_size(systems); i++) {
        jalon_page_put(page, JALON_TEXT("<li><code>{}</code></li>\n"),
                       jalon_json_text(jalon_json_element(systems, i)));
    }
    jalon_page_put(page, jalon_json_size(systems) > 1 ? JALON_TEXT("</ul></details></dd>\n")
                                                      : JALON_TEXT("</ul></dd>\n"));
}

static void put_facts(struct jalon_page *page, const struct jalon_json *collection)
{
    jalon_page_put(page, JALON_TEXT("<p class=\"lines\">{}</p>\n<dl>\n"
                                    "<dt>{collection.count}</dt><dd>"),
                   jalon_json_text(jalon_json_member(collection, "description")));
    jalon_page_put_integer(page, jalon_json_integer(jalon_json_member(collection, "item_count")));
    jalon_page_put(page, JALON_TEXT("</dd>\n<dt>{page.licence}</dt><dd>"));
    jalon_page_put_licence(page, jalon_json_text(jalon_json_member(collection, "licence")));
    jalon_page_put(page, JALON_TEXT("</dd>\n"));
    struct jalon_text attribution = jalon_json_text(jalon_json_member(collection, "attribution"));
    if (attribution.length > 0) {
        jalon_page_put(page, JALON_TEXT("<dt>{page.attribution}</dt><dd>{}</dd>\n"), attribution);
    }
    put_extent(page, jalon_json_member(collection, "extent"));
    put_systems(page, jalon_json_member(collection, "crs"));
    jalon_page_put(page, JALON_TEXT("</dl>\n"));
}

/* --- What one may ask for --- */
static void put_themes(struct jalon_page *page, const struct jalon_map *map,
                       const struct jalon_collection *collection)
{
    const struct jalon_json *themes = jalon_json_member(page->document, "categories");
    if (jalon_json_size(themes) == 0) {
        return;
    }
    jalon_page_put(page, JALON_TEXT("<h2>{landing.themes}</h2>\n<ul class=\"themes\">\n"));
    for (size_t i = 0; i < jalon_json_size(themes); i++) {
        const struct jalon_json *theme = jalon_json_element(themes, i);
        struct jalon_text key = jalon_json_text(jalon_json_member(theme, "key"));
        int32_t index = jalon_map_find_category(map, key);
        if (index >= 0) {
            jalon_page_put(
                page,
                JALON_TEXT("<li><a href=\"/maps/{}/collections/{}/items?f=html&amp;category={%}\">{}"
                           "</a> <span class=\"count\">"),
                map->slug, collection->key, key,
                jalon_endpoint_words(page->request, map->categories[index].label));
            jalon_page_put_integer(page, jalon_json_integer(jalon_json_member(theme, "count")));
            jalon_page_put(page, JALON_TEXT("</span></li>\n"));
        }
    }
    jalon_page_put(page, JALON_TEXT("</ul>\n"));
}

static void put_field(struct jalon_page *page, const struct jalon_map *map,
                      const struct jalon_collection *collection, const struct jalon_field *field)
{
    jalon_page_put(page, JALON_TEXT("<tr><th scope=\"row\">{}</th><td><code>{}</code></td><td>"),
                   jalon_endpoint_words(page->request, field->label), field->key);
    for (size_t i = 0; i < field->choice_count; i++) {
        jalon_page_put(
            page,
            JALON_TEXT("{}<a href=\"/maps/{}/collections/{}/items?f=html&amp;{}={%}\">{}</a>"),
            i > 0 ? JALON_TEXT(", ") : JALON_TEXT_EMPTY, map->slug, collection->key, field->key,
            field->choices[i].key, jalon_endpoint_words(page->request, field->choices[i].label));
    }
    if (field->choice_count == 0) {
        jalon_page_put(page, JALON_TEXT("{}"), jalon_text_from(jalon_field_type_name(field->type)));
    }
    jalon_page_put(page, JALON_TEXT("</td></tr>\n"));
}

static void put_fields(struct jalon_page *page, const struct jalon_map *map,
                       const struct jalon_collection *collection)
{
    jalon_page_put(
        page,
        JALON_TEXT("<h2 id=\"fields\">{collection.fields}</h2>\n"
                   "<section class=\"wide\" aria-labelledby=\"fields\" tabindex=\"0\">\n"
                   "<table>\n<thead><tr><th scope=\"col\">{collection.field}</th>"
                   "<th scope=\"col\">{collection.key}</th>"
                   "<th scope=\"col\">{collection.values}</th></tr></thead>\n<tbody>\n"));
    for (size_t i = 0; i < collection->field_count; i++) {
        if (collection->fields[i].visibility == JALON_VISIBILITY_PUBLIC) {
            put_field(page, map, collection, &collection->fields[i]);
        }
    }
    jalon_page_put(page, JALON_TEXT("</tbody>\n</table>\n</section>\n"));
}

/* --- The pages --- */
enum jalon_status jalon_page_collections(struct jalon_request *request,
                                         struct jalon_response *response,
                                         const struct jalon_map *map)
{
    struct jalon_page page;
    enum jalon_status status = jalon_page_open(request, response, &page);
    if (status != JALON_OK) {
        return status;
    }
    jalon_page_begin_part(&page, map, "collections.title");
    const struct jalon_json *all = jalon_json_member(page.document, "collections");
    for (size_t i = 0; i < jalon_json_size(all); i++) {
        const struct jalon_json *one = jalon_json_element(all, i);
        jalon_page_put(&page,
                       JALON_TEXT("<section class=\"card\">\n"
                                  "<h2><a href=\"/maps/{}/collections/{}\">{}</a></h2>\n"),
                       map->slug, jalon_json_text(jalon_json_member(one, "id")),
                       jalon_json_text(jalon_json_member(one, "title")));
        put_facts(&page, one);
        jalon_page_put(&page, JALON_TEXT("<p><a href=\"/maps/{}/collections/{}/items\">"
                                         "{collection.items}</a></p>\n"
                                         "<details><summary>{page.links}</summary>\n"),
                       map->slug, jalon_json_text(jalon_json_member(one, "id")));
        jalon_page_put_links(&page, jalon_json_member(one, "links"));
        jalon_page_put(&page, JALON_TEXT("</details>\n</section>\n"));
    }
    jalon_page_put(&page, JALON_TEXT("<h2>{page.links}</h2>\n"));
    jalon_page_put_links(&page, jalon_json_member(page.document, "links"));
    jalon_page_end(&page);
    return JALON_OK;
}

enum jalon_status jalon_page_collection(struct jalon_request *request,
                                        struct jalon_response *response,
                                        const struct jalon_map *map, int32_t index)
{
    const struct jalon_collection *collection = &map->collections[index];
    struct jalon_page page;
    struct jalon_crumb crumbs[JALON_CRUMBS_MAX];
    enum jalon_status status = jalon_page_open(request, response, &page);
    if (status != JALON_OK) {
        return status;
    }
    size_t count = jalon_page_crumbs(&page, map, collection, crumbs);
    jalon_page_begin(&page, crumbs[count - 1].name, crumbs, count);
    jalon_page_put(&page, JALON_TEXT("<p><a class=\"button\" href=\"/maps/{}/collections/{}/items\">"
                                     "{collection.items}</a></p>\n"),
                   map->slug, collection->key);
    put_facts(&page, page.document);
    put_themes(&page, map, collection);
    put_fields(&page, map, collection);
    jalon_page_put(&page, JALON_TEXT("<h2>{page.links}</h2>\n"));
    jalon_page_put_links(&page, jalon_json_member(page.document, "links"));
    jalon_page_end(&page);
    return JALON_OK;
}
