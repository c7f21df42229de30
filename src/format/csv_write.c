/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A collection as CSV (RFC 4180, UTF-8, CR LF): the id, the properties that every contribution has,
 * the public fields, then the place. Layer 2.
 *
 * longitude and latitude where points are allowed, wkt where more than points is; x and y in another
 * system than WGS 84, always with east first. Several categories or choices of one cell are parted
 * by |.
 */
#include "csv_cell.h"

#include "jalon/geo.h"

#include "property.h"

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
    struct jalon_property property;
    size_t position = 0;
    jalon_buffer_append_string(buffer, "id");
    while (jalon_property_next(frame, &position, &property)) {
        jalon_buffer_append_char(buffer, ',');
        jalon_csv_write_cell(buffer, property.name);
    }
    if (allows_points(frame->collection)) {
        bool degrees = frame->srid == 0 || frame->srid == JALON_SRID_WGS84;
        jalon_buffer_append_string(buffer, degrees ? ",longitude,latitude" : ",x,y");
    }
    if (allows_more_than_points(frame->collection)) {
        jalon_buffer_append_string(buffer, ",wkt");
    }
    jalon_buffer_append_string(buffer, "\r\n");
}

/* What was written into `cell`, which is empty afterwards. */
static void append_cell(struct jalon_buffer *buffer, struct jalon_buffer *cell)
{
    if (jalon_buffer_status(cell) != JALON_OK) {
        buffer->status = jalon_buffer_status(cell);
        return;
    }
    jalon_buffer_append_char(buffer, ',');
    jalon_csv_write_cell(buffer, jalon_buffer_text(cell));
    jalon_buffer_clear(cell);
}

static void append_place(struct jalon_buffer *buffer, struct jalon_buffer *cell,
                         const struct jalon_collection *collection,
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
        jalon_geometry_write_wkt(cell, geometry);
        append_cell(buffer, cell);
    }
}

static void csv_item(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                     const struct jalon_item *item, size_t index)
{
    (void)index;
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_property property;
    size_t position = 0;
    struct jalon_buffer cell;
    jalon_buffer_init(&cell, CELL_MAX);
    jalon_id_format(item->contribution->id, id);
    jalon_buffer_append_string(buffer, id);
    while (jalon_property_next(frame, &position, &property)) {
        jalon_property_write(&cell, frame, item->contribution, &property);
        append_cell(buffer, &cell);
    }
    append_place(buffer, &cell, frame->collection, jalon_item_geometry(item));
    jalon_buffer_append_string(buffer, "\r\n");
    jalon_buffer_finish(&cell);
}

static void csv_end(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    (void)buffer;
    (void)frame;
}

const struct jalon_item_writer jalon_csv_writer = {
    .passes = 1,
    .needs_contribution = true,
    .begin = csv_begin,
    .item = csv_item,
    .end = csv_end,
    .single = NULL,
};
