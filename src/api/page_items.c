/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A page of a list of contributions as a table. OGC 17-069r4, 7.15 and 9. Layer 4 (api). */
#include "page.h"

#include <math.h>
#include <stdio.h>

enum { ZOOM_MAX = 17 };

struct list {
    struct jalon_page page;
    const struct jalon_reading *reading;
    const struct jalon_view_query *query;
    const struct jalon_view_result *result;
    const struct jalon_items_frame *frame;
    /* What the rows have: a column that would be empty is not there. */
    const struct jalon_contribution **rows;
    size_t row_count;
    bool *fields;
    bool themes;
    bool statuses;
    bool updated;
};

static bool shows(const struct list *list, const char *property)
{
    return jalon_items_frame_shows(list->frame, jalon_text_from(property));
}

static void add_row(struct list *list, const struct jalon_contribution *row)
{
    const struct jalon_collection *collection = list->frame->collection;
    list->rows[list->row_count++] = row;
    list->themes = list->themes || (row->category_count > 0 && shows(list, "categories"));
    list->statuses = list->statuses || (row->status >= 0 && shows(list, "status"));
    for (size_t i = 0; i < collection->field_count; i++) {
        const struct jalon_field *field = &collection->fields[i];
        list->fields[i] =
            list->fields[i] ||
            (field->visibility == JALON_VISIBILITY_PUBLIC &&
             row->fields[i].kind != JALON_VALUE_NONE && shows(list, field->key.data));
    }
}

static enum jalon_status read_rows(struct list *list)
{
    struct jalon_context *ctx = list->page.request->ctx;
    size_t field_count = list->frame->collection->field_count;
    list->updated = shows(list, "updated");
    list->rows = jalon_arena_allocate(ctx->arena, list->result->count * sizeof *list->rows);
    list->fields = jalon_arena_allocate_zeroed(ctx->arena, field_count, sizeof *list->fields);
    enum jalon_status status =
        list->rows != NULL && list->fields != NULL ? JALON_OK : jalon_no_memory(ctx);
    for (size_t i = 0; status == JALON_OK && i < list->result->count; i++) {
        const struct jalon_contribution *row;
        status = jalon_snapshot_read(ctx, list->reading->snapshot, &list->result->items[i], &row);
        if (status == JALON_OK) {
            add_row(list, row);
        }
    }
    return status;
}

/* --- The table --- */
static void put_head(struct list *list)
{
    struct jalon_page *page = &list->page;
    const struct jalon_collection *collection = list->frame->collection;
    jalon_page_put(page, JALON_TEXT("<thead><tr><th scope=\"col\">{item.title}</th>"));
    if (list->themes) {
        jalon_page_put(page, JALON_TEXT("<th scope=\"col\">{item.categories}</th>"));
    }
    if (list->statuses) {
        jalon_page_put(page, JALON_TEXT("<th scope=\"col\">{item.status}</th>"));
    }
    for (size_t i = 0; i < collection->field_count; i++) {
        if (list->fields[i]) {
            jalon_page_put(page, JALON_TEXT("<th scope=\"col\">{}</th>"),
                           jalon_endpoint_words(page->request, collection->fields[i].label));
        }
    }
    if (list->updated) {
        jalon_page_put(page, JALON_TEXT("<th scope=\"col\">{item.updated}</th>"));
    }
    jalon_page_put(page, JALON_TEXT("</tr></thead>\n<tbody>\n"));
}

static void put_states(struct list *list, const struct jalon_contribution *row)
{
    struct jalon_page *page = &list->page;
    const struct jalon_collection *collection = list->frame->collection;
    if (list->themes) {
        jalon_page_put(page, JALON_TEXT("<td>"));
        jalon_page_put_categories(page, list->frame->map, row);
        jalon_page_put(page, JALON_TEXT("</td>"));
    }
    if (list->statuses) {
        jalon_page_put(page, JALON_TEXT("<td>{}</td>"),
                       row->status >= 0
                           ? jalon_endpoint_words(page->request,
                                                  collection->statuses[row->status].label)
                           : JALON_TEXT_EMPTY);
    }
}

static void put_row(struct list *list, const struct jalon_contribution *row)
{
    struct jalon_page *page = &list->page;
    const struct jalon_collection *collection = list->frame->collection;
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(row->id, id);
    jalon_page_put(page,
                   JALON_TEXT("<tr><th scope=\"row\"><a href=\"/maps/{}/collections/{}/items/{}\">"
                              "{}</a></th>"),
                   list->frame->map->slug, collection->key, jalon_text_from(id),
                   shows(list, "title") ? jalon_page_title(page, row) : jalon_text_from(id));
    put_states(list, row);
    for (size_t i = 0; i < collection->field_count; i++) {
        if (list->fields[i]) {
            jalon_page_put(page, JALON_TEXT("<td>"));
            jalon_page_put_value(page, &collection->fields[i], &row->fields[i]);
            jalon_page_put(page, JALON_TEXT("</td>"));
        }
    }
    if (list->updated) {
        jalon_page_put(page, JALON_TEXT("<td>"));
        jalon_page_put_moment(page, row->updated_us);
        jalon_page_put(page, JALON_TEXT("</td>"));
    }
    jalon_page_put(page, JALON_TEXT("</tr>\n"));
}

static void put_table(struct list *list)
{
    if (list->row_count == 0) {
        jalon_page_put(&list->page, JALON_TEXT("<p>{items.none}</p>\n"));
        return;
    }
    jalon_page_put(&list->page,
                   JALON_TEXT("<section class=\"wide\" aria-label=\"{items.table}\" "
                              "tabindex=\"0\">\n<table>\n"));
    put_head(list);
    for (size_t i = 0; i < list->row_count; i++) {
        put_row(list, list->rows[i]);
    }
    jalon_page_put(&list->page, JALON_TEXT("</tbody>\n</table>\n</section>\n"));
}

/* --- Around it --- */
static void put_counts(struct list *list)
{
    struct jalon_page *page = &list->page;
    jalon_page_put(page, JALON_TEXT("<p>{items.matched} <strong>"));
    jalon_page_put_integer(page, list->frame->matched);
    jalon_page_put(page, JALON_TEXT("</strong> · {items.returned} <strong>"));
    jalon_page_put_integer(page, list->frame->returned);
    jalon_page_put(page, JALON_TEXT("</strong> · "));
    jalon_page_put_moment(page, list->frame->time_us);
    jalon_page_put(page, JALON_TEXT("</p>\n"));
}

/* The map with the box of the request, or of the collection, in its window. */
static void put_map_link(struct list *list)
{
    struct jalon_box box = list->query->box;
    if (!list->query->has_box &&
        !jalon_snapshot_extent(list->reading->snapshot, list->query->collection, &box)) {
        box = list->frame->map->box;
    }
    double width = box.east - box.west + (box.east < box.west ? 360 : 0);
    double lon = box.west + width / 2;
    double zoom = floor(log2(360 / fmax(width, 1e-4)));
    char place[64];
    snprintf(place, sizeof place, "%d/%.4f/%.4f", (int)fmin(fmax(zoom, 0), ZOOM_MAX),
             fmin(fmax((box.south + box.north) / 2, -85), 85), lon > 180 ? lon - 360 : lon);
    jalon_page_put(&list->page, JALON_TEXT("<p><a href=\"/maps/{}#list@{}\">{items.map}</a></p>\n"),
                   list->frame->map->slug, jalon_text_from(place));
}

static void put_paging(struct list *list)
{
    struct jalon_page *page = &list->page;
    struct jalon_text first = JALON_TEXT_EMPTY, next = JALON_TEXT_EMPTY, ignored;
    for (size_t i = 0; i < list->frame->link_count; i++) {
        if (jalon_text_is(list->frame->links[i].rel, "next")) {
            next = list->frame->links[i].href;
        }
    }
    if (jalon_request_parameter(page->request, "next", &ignored)) {
        first = jalon_page_address(page->request);
    }
    if (first.length + next.length == 0) {
        return;
    }
    jalon_page_put(page, JALON_TEXT("<nav class=\"paging\" aria-label=\"{items.pages}\">\n"));
    if (first.length > 0) {
        jalon_page_put(page, JALON_TEXT("<a href=\"{}\">{items.first}</a>\n"), first);
    }
    if (next.length > 0) {
        jalon_page_put(page, JALON_TEXT("<a class=\"button\" href=\"{}\" rel=\"next\">{items.next}</a>\n"),
                       next);
    }
    jalon_page_put(page, JALON_TEXT("</nav>\n"));
}

enum jalon_status jalon_page_items(struct jalon_request *request, struct jalon_response *response,
                                   const struct jalon_reading *reading,
                                   const struct jalon_view_query *query,
                                   const struct jalon_view_result *result,
                                   const struct jalon_items_frame *frame)
{
    struct list list = {.reading = reading, .query = query, .result = result, .frame = frame};
    struct jalon_page *page = &list.page;
    struct jalon_crumb crumbs[JALON_CRUMBS_MAX];
    enum jalon_status status = jalon_page_open(request, response, page);
    if (status == JALON_OK) {
        status = read_rows(&list);
    }
    if (status != JALON_OK) {
        return status;
    }
    size_t count = jalon_page_crumbs(page, frame->map, frame->collection, crumbs);
    crumbs[count++].name = jalon_page_word(page, "items.title");
    jalon_page_begin(page, jalon_endpoint_words(request, frame->collection->title), crumbs, count);
    put_counts(&list);
    jalon_page_put_filters(page, reading, frame->collection);
    put_map_link(&list);
    put_table(&list);
    put_paging(&list);
    jalon_page_put(page, JALON_TEXT("<h2>{page.links}</h2>\n"));
    jalon_page_put_link_array(page, frame->links, frame->link_count);
    jalon_page_end(page);
    return JALON_OK;
}
