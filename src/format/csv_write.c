/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A collection as CSV (RFC 4180, UTF-8, CR LF): the properties that every contribution has, then
 * the public fields, then the place. Layer 2.
 *
 * longitude and latitude where points are allowed, wkt where more than points is. Several
 * categories or choices of one cell are parted by |.
 */
#include "csv_cell.h"

#include "jalon/clock.h"
#include "jalon/geo.h"

/* Bytes that one cell may take; the WKT of a geometry is the longest. */
#define CELL_MAX ((size_t)64 * 1024 * 1024)

static bool allows_points(const struct jalon_collection *collection)
{
    return (collection->geometry_types & JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT)) != 0;
}

static bool allows_more_than_points(const struct jalon_collection *collection)
{
    return (collection->geometry_types & ~JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT)) != 0;
}

static void csv_begin(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    const struct jalon_collection *collection = frame->collection;
    jalon_buffer_append_string(buffer, "id,title,description,categories,status,author,created,"
                                       "updated,version,source,source_id,campaign");
    for (size_t i = 0; i < collection->field_count; i++) {
        if (collection->fields[i].visibility == JALON_VISIBILITY_PUBLIC) {
            jalon_buffer_append_char(buffer, ',');
            jalon_csv_write_cell(buffer, collection->fields[i].key);
        }
    }
    if (allows_points(collection)) {
        jalon_buffer_append_string(buffer, ",longitude,latitude");
    }
    if (allows_more_than_points(collection)) {
        jalon_buffer_append_string(buffer, ",wkt");
    }
    jalon_buffer_append_string(buffer, "\r\n");
}

static void append_cell(struct jalon_buffer *buffer, struct jalon_text text)
{
    jalon_buffer_append_char(buffer, ',');
    jalon_csv_write_cell(buffer, text);
}

static void append_time(struct jalon_buffer *buffer, int64_t time_us)
{
    char text[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(time_us, text);
    append_cell(buffer, jalon_text_from(text));
}

/* Several texts in one cell. */
static void append_joined(struct jalon_buffer *buffer, const struct jalon_buffer *joined)
{
    if (jalon_buffer_status(joined) != JALON_OK) {
        buffer->status = jalon_buffer_status(joined);
        return;
    }
    append_cell(buffer, jalon_buffer_text(joined));
}

static void append_categories(struct jalon_buffer *buffer, const struct jalon_map *map,
                              const struct jalon_contribution *contribution)
{
    struct jalon_buffer joined;
    jalon_buffer_init(&joined, CELL_MAX);
    for (size_t i = 0; i < contribution->category_count; i++) {
        jalon_buffer_append_string(&joined, i > 0 ? "|" : "");
        jalon_buffer_append_text(&joined, map->categories[contribution->categories[i]].key);
    }
    append_joined(buffer, &joined);
    jalon_buffer_finish(&joined);
}

static void append_list(struct jalon_buffer *buffer, struct jalon_value value)
{
    struct jalon_buffer joined;
    jalon_buffer_init(&joined, CELL_MAX);
    for (size_t i = 0; i < value.list.count; i++) {
        jalon_buffer_append_string(&joined, i > 0 ? "|" : "");
        jalon_buffer_append_text(&joined, value.list.items[i]);
    }
    append_joined(buffer, &joined);
    jalon_buffer_finish(&joined);
}

static void append_bare(struct jalon_buffer *buffer, struct jalon_value value)
{
    jalon_buffer_append_char(buffer, ',');
    if (value.kind == JALON_VALUE_NUMBER) {
        jalon_buffer_append_double(buffer, value.number);
    } else if (value.kind == JALON_VALUE_INTEGER) {
        jalon_buffer_append_int(buffer, value.integer);
    } else if (value.kind == JALON_VALUE_BOOLEAN) {
        jalon_buffer_append_string(buffer, value.boolean ? "true" : "false");
    }
}

static void append_value(struct jalon_buffer *buffer, struct jalon_value value)
{
    switch (value.kind) {
    case JALON_VALUE_TEXT: append_cell(buffer, value.text); break;
    case JALON_VALUE_LIST: append_list(buffer, value); break;
    case JALON_VALUE_NONE:
    case JALON_VALUE_NUMBER:
    case JALON_VALUE_INTEGER:
    case JALON_VALUE_BOOLEAN: append_bare(buffer, value); break;
    }
}

static void append_fields(struct jalon_buffer *buffer, const struct jalon_collection *collection,
                          const struct jalon_contribution *contribution)
{
    for (size_t i = 0; i < collection->field_count; i++) {
        if (collection->fields[i].visibility == JALON_VISIBILITY_PUBLIC) {
            append_value(buffer, contribution->fields[i]);
        }
    }
}

static void append_wkt(struct jalon_buffer *buffer, const struct jalon_geometry *geometry)
{
    jalon_buffer_append_char(buffer, ',');
    if (geometry->type == JALON_GEOMETRY_NONE) {
        return;
    }
    struct jalon_buffer wkt;
    jalon_buffer_init(&wkt, CELL_MAX);
    jalon_geometry_write_wkt(&wkt, geometry);
    if (jalon_buffer_status(&wkt) != JALON_OK) {
        buffer->status = jalon_buffer_status(&wkt);
    } else {
        jalon_csv_write_cell(buffer, jalon_buffer_text(&wkt));
    }
    jalon_buffer_finish(&wkt);
}

static void append_place(struct jalon_buffer *buffer, const struct jalon_collection *collection,
                         const struct jalon_geometry *geometry)
{
    if (allows_points(collection)) {
        if (geometry->type == JALON_GEOMETRY_POINT) {
            jalon_buffer_append_char(buffer, ',');
            jalon_buffer_append_coordinate(buffer, geometry->positions[0].lon);
            jalon_buffer_append_char(buffer, ',');
            jalon_buffer_append_coordinate(buffer, geometry->positions[0].lat);
        } else {
            jalon_buffer_append_string(buffer, ",,");
        }
    }
    if (allows_more_than_points(collection)) {
        append_wkt(buffer, geometry);
    }
}

static void csv_item(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                     const struct jalon_item *item, size_t index)
{
    (void)index;
    const struct jalon_contribution *contribution = item->contribution;
    const struct jalon_collection *collection = frame->collection;
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(contribution->id, id);
    jalon_buffer_append_string(buffer, id);
    append_cell(buffer, contribution->title);
    append_cell(buffer, contribution->description);
    append_categories(buffer, frame->map, contribution);
    append_cell(buffer, contribution->status >= 0 ? collection->statuses[contribution->status].key
                                                  : JALON_TEXT_EMPTY);
    append_cell(buffer, contribution->author);
    append_time(buffer, contribution->created_us);
    append_time(buffer, contribution->updated_us);
    jalon_buffer_append_char(buffer, ',');
    jalon_buffer_append_int(buffer, contribution->version);
    append_cell(buffer, contribution->source);
    append_cell(buffer, contribution->source_id);
    append_cell(buffer, contribution->campaign);
    append_fields(buffer, collection, contribution);
    append_place(buffer, collection, &contribution->geometry);
    jalon_buffer_append_string(buffer, "\r\n");
}

static void csv_end(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    (void)buffer;
    (void)frame;
}

const struct jalon_item_writer jalon_csv_writer = {
    .needs_contribution = true,
    .begin = csv_begin,
    .item = csv_item,
    .end = csv_end,
    .single = NULL,
};
