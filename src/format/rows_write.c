/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GeoPackage and Shapefile: what is written here is the rows that jalon-gdal makes a file of
 * (jalon/rows.h, jalon/conversion.h). Layer 2.
 */
#include "jalon/rows.h"

#include "jalon/clock.h"
#include "jalon/geo.h"

#include "property.h"
#include "reader.h"

static void put_length(char bytes[4], size_t length)
{
    for (size_t i = 0; i < 4; i++) {
        bytes[i] = (char)(unsigned char)(length >> 8 * i);
    }
}

static void put_text(struct jalon_buffer *buffer, struct jalon_text text)
{
    char length[4];
    put_length(length, text.length);
    jalon_buffer_append(buffer, length, sizeof length);
    jalon_buffer_append_text(buffer, text);
}

static void put_number(struct jalon_buffer *buffer, int64_t number)
{
    struct jalon_buffer digits;
    jalon_buffer_init(&digits, 32);
    jalon_buffer_append_int(&digits, number);
    put_text(buffer, jalon_buffer_text(&digits));
    jalon_buffer_finish(&digits);
}

/* Leaves room for the length of what is appended next; end_value fills it in. */
static size_t begin_value(struct jalon_buffer *buffer)
{
    jalon_buffer_append(buffer, "\0\0\0", 4);
    return buffer->length;
}

static void end_value(struct jalon_buffer *buffer, size_t start)
{
    if (buffer->status == JALON_OK) {
        put_length(buffer->data + start - 4, buffer->length - start);
    }
}

/* --- The layer --- */
static void put_choices(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                        const struct jalon_property *property)
{
    const struct jalon_collection *collection = frame->collection;
    bool is_status = property->field == NULL && jalon_text_is(property->name, "status");
    size_t count = property->field != NULL ? property->field->choice_count
                   : is_status             ? collection->status_count
                                           : 0;
    put_number(buffer, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        put_text(buffer, is_status ? collection->statuses[i].key : property->field->choices[i].key);
        put_text(buffer, is_status ? collection->statuses[i].label.fr
                                   : property->field->choices[i].label.fr);
    }
}

static void put_column(struct jalon_buffer *buffer, struct jalon_text name, struct jalon_text label,
                       enum jalon_field_type type)
{
    put_text(buffer, name);
    put_text(buffer, label);
    put_text(buffer, jalon_text_from(jalon_field_type_name(type)));
}

static struct jalon_text first_of(struct jalon_text text, struct jalon_text other)
{
    return text.length > 0 ? text : other;
}

static void rows_begin(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    const struct jalon_collection *collection = frame->collection;
    struct jalon_property property;
    size_t position = 0;
    int64_t count = 1;
    char time[JALON_CLOCK_TEXT_SIZE];
    while (jalon_property_next(frame, &position, &property)) {
        count++;
    }
    jalon_buffer_append_char(buffer, JALON_ROWS_LAYER);
    put_text(buffer, collection->key);
    put_text(buffer, collection->title.fr);
    put_text(buffer, collection->description.fr);
    put_text(buffer, first_of(collection->licence, frame->map->licence));
    put_text(buffer, first_of(collection->attribution, frame->map->attribution));
    jalon_clock_format(frame->time_us, time);
    put_text(buffer, jalon_text_from(time));
    put_number(buffer, frame->srid != 0 ? frame->srid : JALON_SRID_WGS84);
    put_number(buffer, collection->geometry_types);
    put_number(buffer, count);
    put_column(buffer, JALON_TEXT("id"), JALON_TEXT("id"), JALON_FIELD_STRING);
    put_number(buffer, 0);
    position = 0;
    while (jalon_property_next(frame, &position, &property)) {
        put_column(buffer, property.name, property.label.fr, property.type);
        put_choices(buffer, frame, &property);
    }
}

/* --- Features --- */
static void rows_item(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                      const struct jalon_item *item, size_t index)
{
    (void)index;
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_property property;
    size_t position = 0, start;
    jalon_buffer_append_char(buffer, JALON_ROWS_FEATURE);
    start = begin_value(buffer);
    jalon_geometry_write_wkb(buffer, jalon_item_geometry(item));
    end_value(buffer, start);
    jalon_id_format(item->contribution->id, id);
    put_text(buffer, jalon_text_from(id));
    while (jalon_property_next(frame, &position, &property)) {
        start = begin_value(buffer);
        jalon_property_write(buffer, frame, item->contribution, &property);
        end_value(buffer, start);
    }
}

static void rows_end(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    (void)buffer;
    (void)frame;
}

static const struct jalon_item_writer rows_writer = {
    .passes = 1,
    .needs_contribution = true,
    .is_converted = true,
    .begin = rows_begin,
    .item = rows_item,
    .end = rows_end,
    .single = NULL,
};

const struct jalon_format jalon_format_gpkg = {
    .name = "gpkg",
    .media_type = "application/geopackage+sqlite3", /* lint: engine, registered so */
    .extension = "gpkg",
    .other_extensions = NULL,
    .label = {.fr = {"GeoPackage", 10}, .en = {"GeoPackage", 10}},
    .open_reader = NULL,
    .writer = &rows_writer,
};

const struct jalon_format jalon_format_shp = {
    .name = "shp",
    .media_type = "application/zip",
    .extension = "zip",
    .other_extensions = NULL,
    .label = {.fr = {"Shapefile (zip)", 15}, .en = {"Shapefile (zip)", 15}},
    .open_reader = NULL,
    .writer = &rows_writer,
};
