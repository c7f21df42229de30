/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The landing page of a map for people. OGC 17-069r4, 7.2 and 9. Layer 4 (api). */
#include "page_client.h"

#include "jalon/format.h"

enum { DATA_MAX = 1 << 20 };

static void put_distribution(struct jalon_page *page, struct jalon_json_writer *json,
                             const struct jalon_map *map,
                             const struct jalon_collection *collection,
                             const struct jalon_format *format)
{
    jalon_json_begin_object(json, NULL);
    jalon_json_put_string(json, "@type", "DataDownload");
    jalon_json_put_text(json, "name", jalon_endpoint_words(page->request, collection->title));
    jalon_json_put_string(json, "encodingFormat", format->media_type);
    jalon_json_put_text(json, "contentUrl",
                        jalon_endpoint_url(page->request, "/maps/%s/collections/%s/items?f=%s",
                                           map->slug.data, collection->key.data, format->name));
    jalon_json_end_object(json);
}

static void put_distributions(struct jalon_page *page, struct jalon_json_writer *json,
                              const struct jalon_map *map)
{
    size_t count;
    const struct jalon_format *const *formats = jalon_formats(&count);
    jalon_json_begin_array(json, "distribution");
    for (size_t i = 0; i < map->collection_count; i++) {
        for (size_t j = 0; jalon_endpoint_is_public(&map->collections[i]) && j < count; j++) {
            if (formats[j]->writer != NULL && !formats[j]->writer->is_converted) {
                put_distribution(page, json, map, &map->collections[i], formats[j]);
            }
        }
    }
    jalon_json_end_array(json);
}

/* schema.org, Dataset: how search engines for data find the map. */
static void put_dataset(struct jalon_page *page, const struct jalon_map *map)
{
    struct jalon_request *request = page->request;
    struct jalon_buffer buffer;
    struct jalon_json_writer json;
    jalon_buffer_init(&buffer, DATA_MAX);
    jalon_json_writer_init(&json, &buffer);
    jalon_json_begin_object(&json, NULL);
    jalon_json_put_string(&json, "@context", "https://schema.org");
    jalon_json_put_string(&json, "@type", "Dataset");
    jalon_json_put_text(&json, "@id", jalon_endpoint_url(request, "/maps/%s", map->slug.data));
    jalon_json_put_text(&json, "url", jalon_endpoint_url(request, "/maps/%s", map->slug.data));
    jalon_json_put_text(&json, "name", jalon_endpoint_words(request, map->title));
    jalon_json_put_text(&json, "description", jalon_endpoint_words(request, map->description));
    jalon_json_put_text(&json, "license", map->licence);
    jalon_json_put_boolean(&json, "isAccessibleForFree", true);
    jalon_json_begin_object(&json, "spatialCoverage");
    jalon_json_put_string(&json, "@type", "Place");
    jalon_json_begin_object(&json, "geo");
    jalon_json_put_string(&json, "@type", "GeoShape");
    jalon_json_put_raw(&json, "box", JALON_TEXT_EMPTY);
    jalon_buffer_append_format(&buffer, "\"%.7g %.7g %.7g %.7g\"", map->box.south, map->box.west,
                               map->box.north, map->box.east);
    jalon_json_end_object(&json);
    jalon_json_end_object(&json);
    put_distributions(page, &json, map);
    jalon_json_end_object(&json);
    if (jalon_buffer_status(&buffer) == JALON_OK) { /* without it the page is as good */
        jalon_page_put_data(page, jalon_buffer_text(&buffer));
    }
    jalon_buffer_finish(&buffer);
}

static void put_collections(struct jalon_page *page, const struct jalon_map *map)
{
    jalon_page_put(page, JALON_TEXT("<h2>{collections.title}</h2>\n<ul class=\"cards\">\n"));
    for (size_t i = 0; i < map->collection_count; i++) {
        const struct jalon_collection *one = &map->collections[i];
        if (jalon_endpoint_is_public(one)) {
            jalon_page_put(page,
                           JALON_TEXT("<li><h3><a href=\"/maps/{}/collections/{}\">{}</a></h3>\n"
                                      "<p>{}</p></li>\n"),
                           map->slug, one->key, jalon_endpoint_words(page->request, one->title),
                           jalon_endpoint_words(page->request, one->description));
        }
    }
    jalon_page_put(page, JALON_TEXT("</ul>\n"));
}

static void put_themes(struct jalon_page *page, const struct jalon_map *map)
{
    if (map->category_count == 0) {
        return;
    }
    jalon_page_put(page, JALON_TEXT("<h2>{landing.themes}</h2>\n<ul class=\"themes\">\n"));
    for (size_t i = 0; i < map->category_count; i++) {
        const struct jalon_category *parent =
            map->categories[i].parent >= 0 ? &map->categories[map->categories[i].parent] : NULL;
        jalon_page_put(page, JALON_TEXT("<li>{}{}{}</li>\n"),
                       parent != NULL ? jalon_endpoint_words(page->request, parent->label)
                                      : JALON_TEXT_EMPTY,
                       parent != NULL ? JALON_TEXT(" › ") : JALON_TEXT_EMPTY,
                       jalon_endpoint_words(page->request, map->categories[i].label));
    }
    jalon_page_put(page, JALON_TEXT("</ul>\n"));
}

static void put_content(struct jalon_page *page, const struct jalon_map *map)
{
    jalon_page_put(page, JALON_TEXT("<section class=\"landing\">\n<p class=\"lines\">{}</p>\n"
                                    "<dl>\n<dt>{page.licence}</dt><dd>"),
                   jalon_endpoint_words(page->request, map->description));
    jalon_page_put_licence(page, map->licence);
    if (map->attribution.length > 0) {
        jalon_page_put(page, JALON_TEXT("</dd>\n<dt>{page.attribution}</dt><dd>{}"),
                       map->attribution);
    }
    jalon_page_put(page, map->account_needed
                             ? JALON_TEXT("</dd>\n<dt>{landing.who}</dt><dd>{landing.accounts}</dd>\n")
                             : JALON_TEXT("</dd>\n<dt>{landing.who}</dt><dd>{landing.all}</dd>\n"));
    jalon_page_put(page, JALON_TEXT("</dl>\n"));
    put_collections(page, map);
    put_themes(page, map);
    jalon_page_put(page, JALON_TEXT("<h2>{page.links}</h2>\n"));
    jalon_page_put_links(page, jalon_json_member(page->document, "links"));
    put_dataset(page, map);
    jalon_page_put(page, JALON_TEXT("</section>\n"));
}

enum jalon_status jalon_page_landing(struct jalon_request *request,
                                     struct jalon_response *response,
                                     const struct jalon_map *map)
{
    struct jalon_page page;
    enum jalon_status status = jalon_page_open(request, response, &page);
    return status == JALON_OK ? jalon_page_client(&page, map, put_content) : status;
}
