/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One contribution for people. OGC 17-069r4, 7.16 and 9. Layer 4 (api). */
#include "page.h"

#include <stdio.h>

enum { DATA_MAX = 1 << 20 };

struct item {
    struct jalon_page page;
    const struct jalon_items_frame *frame;
    const struct jalon_contribution *contribution;
    const struct jalon_geometry *geometry; /* in the frame's system */
    bool placed;
    struct jalon_position position; /* of its label, in degrees */
    char id[JALON_ID_TEXT_SIZE];
};

static bool shows(const struct item *item, const char *property)
{
    return jalon_items_frame_shows(item->frame, jalon_text_from(property));
}

static bool shows_field(const struct item *item, size_t index)
{
    const struct jalon_field *field = &item->frame->collection->fields[index];
    return field->visibility == JALON_VISIBILITY_PUBLIC &&
           item->contribution->fields[index].kind != JALON_VALUE_NONE &&
           shows(item, field->key.data);
}

/* --- schema.org --- */
static void write_field(const struct item *item, struct jalon_json_writer *json, size_t index)
{
    const struct jalon_field *field = &item->frame->collection->fields[index];
    jalon_json_begin_object(json, NULL);
    jalon_json_put_string(json, "@type", "PropertyValue");
    jalon_json_put_text(json, "propertyID", field->key);
    jalon_json_put_text(json, "name", jalon_endpoint_words(item->page.request, field->label));
    jalon_json_put_raw(json, "value", JALON_TEXT_EMPTY);
    jalon_value_write(json->buffer, &item->contribution->fields[index]);
    if (field->unit.length > 0) {
        jalon_json_put_text(json, "unitCode", field->unit);
    }
    jalon_json_end_object(json);
}

static void write_place(const struct item *item, struct jalon_json_writer *json)
{
    const struct jalon_contribution *contribution = item->contribution;
    jalon_json_begin_object(json, NULL);
    jalon_json_put_string(json, "@context", "https://schema.org");
    jalon_json_put_string(json, "@type", "Place");
    jalon_json_put_text(json, "@id",
                        jalon_endpoint_url(item->page.request, "/maps/%s/collections/%s/items/%s",
                                           item->frame->map->slug.data,
                                           item->frame->collection->key.data, item->id));
    if (contribution->title.length > 0 && shows(item, "title")) {
        jalon_json_put_text(json, "name", contribution->title);
    }
    if (contribution->description.length > 0 && shows(item, "description")) {
        jalon_json_put_text(json, "description", contribution->description);
    }
    if (item->placed) {
        jalon_json_begin_object(json, "geo");
        jalon_json_put_string(json, "@type", "GeoCoordinates");
        jalon_json_put_number(json, "latitude", item->position.lat);
        jalon_json_put_number(json, "longitude", item->position.lon);
        jalon_json_end_object(json);
    }
    jalon_json_begin_array(json, "additionalProperty");
    for (size_t i = 0; i < item->frame->collection->field_count; i++) {
        if (shows_field(item, i)) {
            write_field(item, json, i);
        }
    }
    jalon_json_end_array(json);
    jalon_json_end_object(json);
}

/* schema.org, Place: how search engines find it. */
static void put_place(struct item *item)
{
    struct jalon_buffer buffer;
    struct jalon_json_writer json;
    jalon_buffer_init(&buffer, DATA_MAX);
    jalon_json_writer_init(&json, &buffer);
    write_place(item, &json);
    if (jalon_buffer_status(&buffer) == JALON_OK) { /* without it the page is as good */
        jalon_page_put_data(&item->page, jalon_buffer_text(&buffer));
    }
    jalon_buffer_finish(&buffer);
}

/* --- Properties --- */
static void put_typed(struct item *item, const char *property, struct jalon_text label,
                      struct jalon_text value)
{
    if (value.length > 0 && shows(item, property)) {
        jalon_page_put(&item->page, JALON_TEXT("<dt>{}</dt><dd>"), label);
        jalon_page_put_typed(&item->page, value);
        jalon_page_put(&item->page, JALON_TEXT("</dd>\n"));
    }
}

static void put_moment(struct item *item, const char *property, struct jalon_text label,
                       int64_t time_us)
{
    if (shows(item, property)) {
        jalon_page_put(&item->page, JALON_TEXT("<dt>{}</dt><dd>"), label);
        jalon_page_put_moment(&item->page, time_us);
        jalon_page_put(&item->page, JALON_TEXT("</dd>\n"));
    }
}

/* None is not said. */
static void put_count(struct item *item, const char *property, struct jalon_text label,
                      int64_t count)
{
    if (count > 0 && shows(item, property)) {
        jalon_page_put(&item->page, JALON_TEXT("<dt>{}</dt><dd>"), label);
        jalon_page_put_integer(&item->page, count);
        jalon_page_put(&item->page, JALON_TEXT("</dd>\n"));
    }
}

static void put_fields(struct item *item)
{
    struct jalon_page *page = &item->page;
    const struct jalon_collection *collection = item->frame->collection;
    const struct jalon_contribution *contribution = item->contribution;
    if (contribution->description.length > 0 && shows(item, "description")) {
        jalon_page_put(page, JALON_TEXT("<p class=\"lines\">{}</p>\n"), contribution->description);
    }
    jalon_page_put(page, JALON_TEXT("<dl>\n"));
    if (contribution->category_count > 0 && shows(item, "categories")) {
        jalon_page_put(page, JALON_TEXT("<dt>{item.categories}</dt><dd>"));
        jalon_page_put_categories(page, item->frame->map, contribution);
        jalon_page_put(page, JALON_TEXT("</dd>\n"));
    }
    if (contribution->status >= 0 && shows(item, "status")) {
        jalon_page_put(
            page, JALON_TEXT("<dt>{item.status}</dt><dd>{}</dd>\n"),
            jalon_endpoint_words(page->request, collection->statuses[contribution->status].label));
    }
    for (size_t i = 0; i < collection->field_count; i++) {
        if (shows_field(item, i)) {
            jalon_page_put(page, JALON_TEXT("<dt>{}</dt><dd>"),
                           jalon_endpoint_words(page->request, collection->fields[i].label));
            jalon_page_put_value(page, &collection->fields[i], &contribution->fields[i]);
            jalon_page_put(page, JALON_TEXT("</dd>\n"));
        }
    }
    jalon_page_put(page, JALON_TEXT("<dt>{item.id}</dt><dd><code>{}</code></dd>\n</dl>\n"),
                   jalon_text_from(item->id));
}

static void put_licence(struct item *item)
{
    struct jalon_text own = item->contribution->licence;
    struct jalon_text above = item->frame->collection->licence;
    jalon_page_put(&item->page, JALON_TEXT("<dt>{page.licence}</dt><dd>"));
    jalon_page_put_licence(&item->page, own.length > 0     ? own
                                        : above.length > 0 ? above
                                                           : item->frame->map->licence);
    jalon_page_put(&item->page, JALON_TEXT("</dd>\n"));
}

/* Who made it, when, and from what. */
static void put_provenance(struct item *item)
{
    struct jalon_page *page = &item->page;
    const struct jalon_contribution *contribution = item->contribution;
    jalon_page_put(page, JALON_TEXT("<h2>{item.provenance}</h2>\n<dl>\n"));
    put_typed(item, "author", jalon_page_word(page, "item.author"), contribution->author);
    put_moment(item, "created", jalon_page_word(page, "item.created"), contribution->created_us);
    put_moment(item, "updated", jalon_page_word(page, "item.updated"), contribution->updated_us);
    if (contribution->observed.length > 0 && shows(item, "observed")) {
        jalon_page_put(page, JALON_TEXT("<dt>{item.observed}</dt><dd>"));
        jalon_page_put_date(page, contribution->observed);
        jalon_page_put(page, JALON_TEXT("</dd>\n"));
    }
    if (contribution->confirmed.length > 0 && shows(item, "confirmed")) {
        jalon_page_put(page, JALON_TEXT("<dt>{item.confirmed}</dt><dd>"));
        jalon_page_put_date(page, contribution->confirmed);
        jalon_page_put(page, JALON_TEXT("</dd>\n"));
    }
    if (contribution->declared_by.length > 0 && shows(item, "declared_by")) {
        bool by_holder = jalon_text_is(contribution->declared_by, JALON_DECLARED_BY_HOLDER);
        jalon_page_put(page, JALON_TEXT("<dt>{item.declared_by}</dt><dd>{}</dd>\n"),
                       jalon_page_word(page, by_holder ? "item.holder" : "item.third_party"));
    }
    put_count(item, "supports", jalon_page_word(page, "item.supports"), contribution->supports);
    put_count(item, "comments", jalon_page_word(page, "item.comments"), contribution->comments);
    if (shows(item, "version")) {
        jalon_page_put(page, JALON_TEXT("<dt>{item.version}</dt><dd>"));
        jalon_page_put_integer(page, contribution->version);
        jalon_page_put(page, JALON_TEXT("</dd>\n"));
    }
    put_typed(item, "source", jalon_page_word(page, "item.source"), contribution->source);
    put_typed(item, "source_id", jalon_page_word(page, "item.source_id"), contribution->source_id);
    put_typed(item, "campaign", jalon_page_word(page, "item.campaign"), contribution->campaign);
    put_licence(item);
    jalon_page_put(page, JALON_TEXT("</dl>\n"));
}

/* --- Place --- */
static void put_geometry(struct item *item)
{
    struct jalon_page *page = &item->page;
    char place[64];
    jalon_page_put(page, JALON_TEXT("<h2>{item.place}</h2>\n"));
    if (!item->placed) {
        jalon_page_put(page, JALON_TEXT("<p>{item.nowhere}</p>\n"));
        return;
    }
    snprintf(place, sizeof place, "17/%.5f/%.5f", item->position.lat, item->position.lon);
    jalon_page_put(page,
                   JALON_TEXT("<p><a class=\"button\" href=\"/maps/{}#item/{}/{}@{}\">{item.map}"
                              "</a></p>\n<dl>\n<dt>{item.latitude}</dt><dd>"),
                   item->frame->map->slug, item->frame->collection->key,
                   jalon_text_from(item->id), jalon_text_from(place));
    jalon_page_put_double(page, item->position.lat);
    jalon_page_put(page, JALON_TEXT("</dd>\n<dt>{item.longitude}</dt><dd>"));
    jalon_page_put_double(page, item->position.lon);
    jalon_page_put(page, JALON_TEXT("</dd>\n</dl>\n<details><summary>{item.geometry}</summary>\n"
                                    "<pre tabindex=\"0\"><code>"));
    jalon_geometry_write_wkt(page->body, item->geometry);
    jalon_page_put(page, JALON_TEXT("</code></pre>\n</details>\n"));
}

static enum jalon_status open_item(struct item *item, struct jalon_request *request,
                                   struct jalon_response *response)
{
    const struct jalon_contribution *contribution = item->contribution;
    enum jalon_status status = jalon_page_open(request, response, &item->page);
    item->placed = contribution->geometry.type != JALON_GEOMETRY_NONE;
    jalon_id_format(contribution->id, item->id);
    if (status == JALON_OK && item->placed) {
        status = jalon_geometry_label_position(request->ctx, &contribution->geometry,
                                               &item->position);
    }
    return status;
}

enum jalon_status jalon_page_item(struct jalon_request *request, struct jalon_response *response,
                                  const struct jalon_items_frame *frame,
                                  const struct jalon_item *of)
{
    struct item item = {
        .frame = frame,
        .contribution = of->contribution,
        .geometry = of->geometry != NULL ? of->geometry : &of->contribution->geometry,
    };
    struct jalon_page *page = &item.page;
    struct jalon_crumb crumbs[JALON_CRUMBS_MAX];
    enum jalon_status status = open_item(&item, request, response);
    if (status != JALON_OK) {
        return status;
    }
    size_t count = jalon_page_crumbs(page, frame->map, frame->collection, crumbs);
    crumbs[count++] = (struct jalon_crumb){
        jalon_page_word(page, "items.title"),
        jalon_text_format(request->ctx->arena, "/maps/%s/collections/%s/items",
                          frame->map->slug.data, frame->collection->key.data)};
    crumbs[count++].name = shows(&item, "title") ? jalon_page_title(page, item.contribution)
                                                 : jalon_text_from(item.id);
    jalon_page_begin(page, crumbs[count - 1].name, crumbs, count);
    put_fields(&item);
    put_geometry(&item);
    put_provenance(&item);
    jalon_page_put(page, JALON_TEXT("<h2>{page.links}</h2>\n"));
    jalon_page_put_link_array(page, frame->links, frame->link_count);
    put_place(&item);
    jalon_page_end(page);
    return JALON_OK;
}
