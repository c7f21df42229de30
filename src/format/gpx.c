/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A collection as GPX 1.1 (topografix.com/GPX/1/1), for devices that find the way: written, not
 * read. Layer 2.
 *
 * A waypoint for each position of points, a track for each line or polygon with a segment for each
 * of its lines or rings; what has no place is left out. GPX has all waypoints before all tracks, so
 * that the items are given twice. Name, description, source, the first web address and (of waypoints)
 * the time of the last change are GPX's own; the other properties are extensions by their names.
 */
#include <stdio.h>

#include "jalon/clock.h"

#include "property.h"
#include "reader.h"
#include "xml_write.h"

/* Bytes that one value may take. */
#define VALUE_MAX ((size_t)64 * 1024 * 1024)

static void put_text(struct jalon_xml *xml, const char *name, struct jalon_text text)
{
    if (text.length > 0) {
        jalon_xml_element(xml, name, text);
    }
}

static void put_time(struct jalon_xml *xml, int64_t time_us)
{
    char time[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(time_us, time);
    jalon_xml_element(xml, "time", jalon_text_from(time));
}

static void gpx_begin(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    struct jalon_xml xml;
    jalon_buffer_append_string(buffer, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    jalon_xml_begin(&xml, buffer);
    jalon_xml_open(&xml, "gpx");
    jalon_xml_attribute(&xml, "xmlns", JALON_TEXT("http://www.topografix.com/GPX/1/1"));
    jalon_xml_attribute(&xml, "xmlns:jalon", JALON_TEXT("urn:jalon:properties"));
    jalon_xml_attribute(&xml, "version", JALON_TEXT("1.1"));
    jalon_xml_attribute(&xml, "creator", JALON_TEXT("Jalon"));
    jalon_xml_open(&xml, "metadata");
    put_text(&xml, "name", frame->collection->title.fr);
    put_text(&xml, "desc", frame->collection->description.fr);
    put_time(&xml, frame->time_us);
    jalon_xml_close(&xml);
    jalon_xml_end(&xml);
}

/* --- What waypoints and tracks have in common --- */
/* One item while it is written. */
struct subject {
    struct jalon_xml xml;
    const struct jalon_items_frame *frame;
    const struct jalon_contribution *contribution;
    struct jalon_buffer value;
};

static bool shows(const struct subject *subject, const char *property)
{
    return jalon_items_frame_shows(subject->frame, jalon_text_from(property));
}

static void put_common(struct subject *subject, const char *property, const char *name,
                       struct jalon_text text)
{
    if (shows(subject, property)) {
        put_text(&subject->xml, name, text);
    }
}

/* The first field that is an address of the web. */
static void put_link(struct subject *subject)
{
    struct jalon_property property;
    size_t position = 0;
    while (jalon_property_next(subject->frame, &position, &property)) {
        jalon_buffer_clear(&subject->value);
        if (property.type == JALON_FIELD_URL) {
            jalon_property_write(&subject->value, subject->frame, subject->contribution, &property);
        }
        if (subject->value.length > 0) {
            jalon_xml_open(&subject->xml, "link");
            jalon_xml_attribute(&subject->xml, "href", jalon_buffer_text(&subject->value));
            jalon_xml_close(&subject->xml);
            return;
        }
    }
}

static void put_names(struct subject *subject)
{
    const struct jalon_contribution *contribution = subject->contribution;
    put_common(subject, "title", "name", contribution->title);
    put_common(subject, "description", "desc", contribution->description);
    put_common(subject, "source", "src", contribution->source);
    put_link(subject);
}

static void put_extensions(struct subject *subject)
{
    char id[JALON_ID_TEXT_SIZE];
    char name[128];
    struct jalon_property property;
    size_t position = 0;
    jalon_id_format(subject->contribution->id, id);
    jalon_xml_open(&subject->xml, "extensions");
    jalon_xml_element(&subject->xml, "jalon:id", jalon_text_from(id));
    while (jalon_property_next(subject->frame, &position, &property)) {
        bool is_common = jalon_text_is(property.name, "title") ||
                         jalon_text_is(property.name, "description") ||
                         jalon_text_is(property.name, "source");
        jalon_buffer_clear(&subject->value);
        jalon_property_write(&subject->value, subject->frame, subject->contribution, &property);
        if (!is_common && subject->value.length > 0) {
            /* At most 63 letters, digits and _ (jalon/model.h): a name of XML. */
            (void)snprintf(name, sizeof name, "jalon:%.*s", JALON_TEXT_ARGS(property.name));
            jalon_xml_element(&subject->xml, name, jalon_buffer_text(&subject->value));
        }
    }
    jalon_xml_close(&subject->xml);
}

/* Opens wpt or trkpt. */
static void open_position(struct jalon_xml *xml, const char *name, struct jalon_position position)
{
    struct jalon_buffer text;
    jalon_buffer_init(&text, 64);
    jalon_xml_open(xml, name);
    jalon_buffer_append_coordinate(&text, position.lat);
    jalon_xml_attribute(xml, "lat", jalon_buffer_text(&text));
    jalon_buffer_clear(&text);
    /* GPX has no longitude 180. */
    jalon_buffer_append_coordinate(&text, position.lon >= 180.0 ? -180.0 : position.lon);
    jalon_xml_attribute(xml, "lon", jalon_buffer_text(&text));
    jalon_buffer_finish(&text);
}

/* --- Waypoints and tracks --- */
static void put_waypoint(struct subject *subject, struct jalon_position position)
{
    jalon_xml_text(&subject->xml, JALON_TEXT("\n"));
    open_position(&subject->xml, "wpt", position);
    if (shows(subject, "updated")) {
        put_time(&subject->xml, subject->contribution->updated_us);
    }
    put_names(subject);
    put_extensions(subject);
    jalon_xml_close(&subject->xml);
}

static void put_segment(struct jalon_xml *xml, const struct jalon_geometry *geometry, size_t line)
{
    jalon_xml_open(xml, "trkseg");
    for (size_t i = jalon_geometry_ring_start(geometry, line); i < geometry->ring_ends[line]; i++) {
        open_position(xml, "trkpt", geometry->positions[i]);
        jalon_xml_close(xml);
    }
    jalon_xml_close(xml);
}

static void put_track(struct subject *subject)
{
    const struct jalon_geometry *geometry = &subject->contribution->geometry;
    jalon_xml_text(&subject->xml, JALON_TEXT("\n"));
    jalon_xml_open(&subject->xml, "trk");
    put_names(subject);
    put_extensions(subject);
    for (size_t i = 0; i < geometry->ring_count; i++) {
        put_segment(&subject->xml, geometry, i);
    }
    jalon_xml_close(&subject->xml);
}

static void gpx_item(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                     const struct jalon_item *item, size_t index)
{
    (void)index;
    const struct jalon_geometry *geometry = &item->contribution->geometry;
    bool is_point =
        geometry->type == JALON_GEOMETRY_POINT || geometry->type == JALON_GEOMETRY_MULTIPOINT;
    if (geometry->type == JALON_GEOMETRY_NONE || is_point != (frame->pass == 0)) {
        return;
    }
    struct subject subject = {.frame = frame, .contribution = item->contribution};
    jalon_buffer_init(&subject.value, VALUE_MAX);
    jalon_xml_begin(&subject.xml, buffer);
    for (size_t i = 0; is_point && i < geometry->position_count; i++) {
        put_waypoint(&subject, geometry->positions[i]);
    }
    if (!is_point) {
        put_track(&subject);
    }
    jalon_xml_end(&subject.xml);
    jalon_buffer_finish(&subject.value);
}

static void gpx_end(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    (void)frame;
    jalon_buffer_append_string(buffer, "\n</gpx>\n");
}

static const struct jalon_item_writer gpx_writer = {
    .passes = 2,
    .needs_contribution = true,
    .only_wgs84 = true,
    .begin = gpx_begin,
    .item = gpx_item,
    .end = gpx_end,
    .single = NULL,
};

const struct jalon_format jalon_format_gpx = {
    .name = "gpx",
    .media_type = "application/gpx+xml",
    .extension = "gpx",
    .other_extensions = NULL,
    .label = {.fr = {"GPX", 3}, .en = {"GPX", 3}},
    .open_reader = NULL,
    .writer = &gpx_writer,
};
