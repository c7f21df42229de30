/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A FeatureCollection around features whose bytes are ready, and the same without a frame.
 * OGC API Features Part 1, 7.16 (numberMatched, numberReturned, timeStamp, links). Layer 2.
 */
#include "geojson_write.h"

#include <assert.h>

#include "jalon/clock.h"
#include "jalon/json.h"

#include "feature_choice.h"

static void write_links(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, buffer);
    jalon_json_begin_array(&writer, NULL);
    for (size_t i = 0; i < frame->link_count; i++) {
        const struct jalon_link *link = &frame->links[i];
        jalon_json_begin_object(&writer, NULL);
        jalon_json_put_text(&writer, "href", link->href);
        jalon_json_put_text(&writer, "rel", link->rel);
        if (link->type.length > 0) {
            jalon_json_put_text(&writer, "type", link->type);
        }
        if (link->title.length > 0) {
            jalon_json_put_text(&writer, "title", link->title);
        }
        if (link->templated) {
            jalon_json_put_boolean(&writer, "templated", true);
        }
        jalon_json_end_object(&writer);
    }
    jalon_json_end_array(&writer);
}

static void geojson_begin(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    char time[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(frame->time_us, time);
    jalon_buffer_append_string(buffer, "{\"type\":\"FeatureCollection\",");
    if (frame->matched >= 0) {
        jalon_buffer_append_format(buffer, "\"numberMatched\":%lld,\"numberReturned\":%lld,",
                                   (long long)frame->matched, (long long)frame->returned);
    }
    if (frame->matched < 0 && frame->srid != 0) {
        /* An answer says it in a header; in a file the member of GeoJSON 2008 is what is read. */
        jalon_buffer_append_format(buffer,
                                   "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
                                   "\"urn:ogc:def:crs:EPSG::%d\"}},",
                                   (int)frame->srid);
    }
    jalon_buffer_append_format(buffer, "\"timeStamp\":\"%s\",\"links\":", time);
    write_links(buffer, frame);
    jalon_buffer_append_string(buffer, ",\"features\":[");
}

static void geojson_item(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                         const struct jalon_item *item, size_t index)
{
    jalon_buffer_append_string(buffer, index > 0 ? ",\n" : "\n");
    jalon_feature_write_choice(buffer, frame, item);
}

static void geojson_end(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    (void)frame;
    jalon_buffer_append_string(buffer, "\n]}\n");
}

/* The feature with one more member. */
static void geojson_single(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                           const struct jalon_item *item)
{
    jalon_feature_write_choice(buffer, frame, item);
    if (buffer->status != JALON_OK) {
        return;
    }
    assert(buffer->data[buffer->length - 1] == '}');
    buffer->length--;
    jalon_buffer_append_string(buffer, ",\"links\":");
    write_links(buffer, frame);
    jalon_buffer_append_char(buffer, '}');
}

const struct jalon_item_writer jalon_geojson_writer = {
    .passes = 1,
    .keeps_axes = true,
    .begin = geojson_begin,
    .item = geojson_item,
    .end = geojson_end,
    .single = geojson_single,
};

/* One feature a line, no frame: what line tools and streaming readers want. */
static void ndjson_begin(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    (void)buffer;
    (void)frame;
}

static void ndjson_item(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                        const struct jalon_item *item, size_t index)
{
    (void)index;
    jalon_feature_write_choice(buffer, frame, item);
    jalon_buffer_append_char(buffer, '\n');
}

const struct jalon_item_writer jalon_ndjson_writer = {
    .passes = 1,
    .keeps_axes = true,
    .begin = ndjson_begin,
    .item = ndjson_item,
    .end = ndjson_begin,
    .single = NULL,
};
