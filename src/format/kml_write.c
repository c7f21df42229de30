/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A collection as KML 2.2 (OGC 07-147r2). Layer 2.
 *
 * A Placemark for each contribution: its title is the name, its description the description, all
 * other properties are SimpleData of one Schema. It is drawn in the colour of its first category,
 * or of the collection when it has none. One without a place is a Placemark without geometry.
 */
#include "kml_write.h"

#include "property.h"
#include "xml_write.h"

/* Bytes of the coordinates of one ring. */
#define COORDINATES_MAX ((size_t)64 * 1024 * 1024)

/* --- The head --- */
/* "#rrggbb" as aabbggrr (9.2), with an opacity. */
static void put_color(struct jalon_xml *xml, const char *style, struct jalon_text color,
                      const char *opacity)
{
    char text[] = "ff000000";
    if (color.length == 7) {
        for (size_t i = 0; i < 6; i++) {
            text[6 - i / 2 * 2 + i % 2] = color.data[1 + i];
        }
    }
    text[0] = opacity[0];
    text[1] = opacity[1];
    jalon_xml_open(xml, style);
    jalon_xml_element(xml, "color", jalon_text_from(text));
}

static void put_style(struct jalon_xml *xml, struct jalon_text key, struct jalon_text color)
{
    jalon_xml_text(xml, JALON_TEXT("\n"));
    jalon_xml_open(xml, "Style");
    jalon_xml_attribute(xml, "id", key);
    put_color(xml, "IconStyle", color, "ff");
    jalon_xml_close(xml);
    put_color(xml, "LineStyle", color, "ff");
    jalon_xml_element(xml, "width", JALON_TEXT("3"));
    jalon_xml_close(xml);
    put_color(xml, "PolyStyle", color, "66");
    jalon_xml_close(xml);
    jalon_xml_close(xml);
}

/* Ids of styles: those of categories have a word in front, so that none is the collection's. */
static void write_category_style(struct jalon_buffer *buffer, struct jalon_text key)
{
    jalon_buffer_append_string(buffer, "category-");
    jalon_buffer_append_text(buffer, key);
}

static void put_styles(struct jalon_xml *xml, const struct jalon_items_frame *frame)
{
    const struct jalon_map *map = frame->map;
    struct jalon_buffer id;
    jalon_buffer_init(&id, 4096);
    put_style(xml, JALON_TEXT("collection"), frame->collection->color);
    for (size_t i = 0; i < map->category_count; i++) {
        if (jalon_collection_uses_category(map, frame->collection, (int32_t)i)) {
            jalon_buffer_clear(&id);
            write_category_style(&id, map->categories[i].key);
            put_style(xml, jalon_buffer_text(&id), map->categories[i].color);
        }
    }
    jalon_buffer_finish(&id);
}

static bool fits_int32(const struct jalon_field *field)
{
    return field == NULL || (field->minimum >= INT32_MIN && field->maximum <= INT32_MAX);
}

/* The types that a Schema has (9.5.2); int is one of 32 bits. */
static const char *simple_type(const struct jalon_property *property)
{
    switch (property->type) {
    case JALON_FIELD_INTEGER: return fits_int32(property->field) ? "int" : "double";
    case JALON_FIELD_NUMBER: return "double";
    case JALON_FIELD_BOOLEAN: return "bool";
    case JALON_FIELD_STRING:
    case JALON_FIELD_TEXT:
    case JALON_FIELD_DATE:
    case JALON_FIELD_DATE_TIME:
    case JALON_FIELD_ENUM:
    case JALON_FIELD_MULTI_ENUM:
    case JALON_FIELD_URL:
    case JALON_FIELD_EMAIL:
    case JALON_FIELD_PHONE:
    case JALON_FIELD_OPENING_HOURS:
    case JALON_FIELD_TYPE_COUNT: break;
    }
    return "string";
}

/* Is it an element of the Placemark itself? */
static bool is_element(const struct jalon_property *property)
{
    return jalon_text_is(property->name, "title") || jalon_text_is(property->name, "description");
}

static void put_simple_field(struct jalon_xml *xml, struct jalon_text name, const char *type,
                             struct jalon_text label)
{
    jalon_xml_open(xml, "SimpleField");
    jalon_xml_attribute(xml, "type", jalon_text_from(type));
    jalon_xml_attribute(xml, "name", name);
    jalon_xml_element(xml, "displayName", label);
    jalon_xml_close(xml);
}

static void put_schema(struct jalon_xml *xml, const struct jalon_items_frame *frame)
{
    struct jalon_property property;
    size_t position = 0;
    jalon_xml_text(xml, JALON_TEXT("\n"));
    jalon_xml_open(xml, "Schema");
    jalon_xml_attribute(xml, "name", frame->collection->key);
    jalon_xml_attribute(xml, "id", JALON_TEXT("fields"));
    put_simple_field(xml, JALON_TEXT("id"), "string", JALON_TEXT("id"));
    while (jalon_property_next(frame, &position, &property)) {
        if (!is_element(&property)) {
            put_simple_field(xml, property.name, simple_type(&property), property.label.fr);
        }
    }
    jalon_xml_close(xml);
}

static void kml_begin(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    struct jalon_xml xml;
    jalon_buffer_append_string(buffer, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    jalon_xml_begin(&xml, buffer);
    jalon_xml_open(&xml, "kml");
    jalon_xml_attribute(&xml, "xmlns", JALON_TEXT("http://www.opengis.net/kml/2.2"));
    jalon_xml_open(&xml, "Document");
    jalon_xml_element(&xml, "name", frame->collection->title.fr);
    if (frame->collection->description.fr.length > 0) {
        jalon_xml_element(&xml, "description", frame->collection->description.fr);
    }
    put_styles(&xml, frame);
    put_schema(&xml, frame);
    jalon_xml_end(&xml);
}

/* --- Geometry --- */
static void put_coordinates(struct jalon_xml *xml, const struct jalon_geometry *geometry,
                            size_t start, size_t end)
{
    struct jalon_buffer text;
    jalon_buffer_init(&text, COORDINATES_MAX);
    for (size_t i = start; i < end; i++) {
        jalon_buffer_append_string(&text, i > start ? " " : "");
        jalon_buffer_append_coordinate(&text, geometry->positions[i].lon);
        jalon_buffer_append_char(&text, ',');
        jalon_buffer_append_coordinate(&text, geometry->positions[i].lat);
    }
    if (jalon_buffer_status(&text) != JALON_OK && xml->buffer->status == JALON_OK) {
        xml->buffer->status = jalon_buffer_status(&text);
    }
    jalon_xml_open(xml, "coordinates");
    jalon_xml_raw(xml, jalon_buffer_text(&text));
    jalon_xml_close(xml);
    jalon_buffer_finish(&text);
}

static void put_points(struct jalon_xml *xml, const struct jalon_geometry *geometry)
{
    for (size_t i = 0; i < geometry->position_count; i++) {
        jalon_xml_open(xml, "Point");
        put_coordinates(xml, geometry, i, i + 1);
        jalon_xml_close(xml);
    }
}

static void put_ring(struct jalon_xml *xml, const char *name, const struct jalon_geometry *geometry,
                     size_t ring)
{
    jalon_xml_open(xml, name);
    put_coordinates(xml, geometry, jalon_geometry_ring_start(geometry, ring),
                    geometry->ring_ends[ring]);
    jalon_xml_close(xml);
}

static void put_lines(struct jalon_xml *xml, const struct jalon_geometry *geometry)
{
    for (size_t i = 0; i < geometry->ring_count; i++) {
        put_ring(xml, "LineString", geometry, i);
    }
}

static void put_polygons(struct jalon_xml *xml, const struct jalon_geometry *geometry)
{
    for (size_t i = 0; i < geometry->polygon_count; i++) {
        size_t first = jalon_geometry_polygon_start(geometry, i);
        jalon_xml_open(xml, "Polygon");
        for (size_t ring = first; ring < geometry->polygon_ends[i]; ring++) {
            jalon_xml_open(xml, ring == first ? "outerBoundaryIs" : "innerBoundaryIs");
            put_ring(xml, "LinearRing", geometry, ring);
            jalon_xml_close(xml);
        }
        jalon_xml_close(xml);
    }
}

static void put_parts(struct jalon_xml *xml, const struct jalon_geometry *geometry)
{
    switch (geometry->type) {
    case JALON_GEOMETRY_NONE: break;
    case JALON_GEOMETRY_POINT:
    case JALON_GEOMETRY_MULTIPOINT: put_points(xml, geometry); break;
    case JALON_GEOMETRY_LINESTRING:
    case JALON_GEOMETRY_MULTILINESTRING: put_lines(xml, geometry); break;
    case JALON_GEOMETRY_POLYGON:
    case JALON_GEOMETRY_MULTIPOLYGON: put_polygons(xml, geometry); break;
    }
}

static void put_geometry(struct jalon_xml *xml, const struct jalon_geometry *geometry)
{
    bool is_multi = geometry->type >= JALON_GEOMETRY_MULTIPOINT;
    if (is_multi) {
        jalon_xml_open(xml, "MultiGeometry");
    }
    put_parts(xml, geometry);
    if (is_multi) {
        jalon_xml_close(xml);
    }
}

/* --- Items --- */
static void put_title(struct jalon_xml *xml, const struct jalon_items_frame *frame,
                      const struct jalon_contribution *contribution)
{
    if (contribution->title.length > 0 && jalon_items_frame_shows(frame, JALON_TEXT("title"))) {
        jalon_xml_element(xml, "name", contribution->title);
    }
    if (contribution->description.length > 0 &&
        jalon_items_frame_shows(frame, JALON_TEXT("description"))) {
        jalon_xml_element(xml, "description", contribution->description);
    }
}

static void put_style_url(struct jalon_xml *xml, const struct jalon_items_frame *frame,
                          const struct jalon_contribution *contribution)
{
    struct jalon_buffer url;
    jalon_buffer_init(&url, 4096);
    jalon_buffer_append_char(&url, '#');
    if (contribution->category_count > 0) {
        write_category_style(&url, frame->map->categories[contribution->categories[0]].key);
    } else {
        jalon_buffer_append_string(&url, "collection");
    }
    jalon_xml_element(xml, "styleUrl", jalon_buffer_text(&url));
    jalon_buffer_finish(&url);
}

static void put_simple_data(struct jalon_xml *xml, struct jalon_text name, struct jalon_text value)
{
    jalon_xml_open(xml, "SimpleData");
    jalon_xml_attribute(xml, "name", name);
    jalon_xml_text(xml, value);
    jalon_xml_close(xml);
}

static void put_data(struct jalon_xml *xml, const struct jalon_items_frame *frame,
                     const struct jalon_contribution *contribution)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_property property;
    size_t position = 0;
    struct jalon_buffer value;
    jalon_buffer_init(&value, COORDINATES_MAX);
    jalon_id_format(contribution->id, id);
    jalon_xml_open(xml, "ExtendedData");
    jalon_xml_open(xml, "SchemaData");
    jalon_xml_attribute(xml, "schemaUrl", JALON_TEXT("#fields"));
    put_simple_data(xml, JALON_TEXT("id"), jalon_text_from(id));
    while (jalon_property_next(frame, &position, &property)) {
        jalon_buffer_clear(&value);
        jalon_property_write(&value, frame, contribution, &property);
        if (!is_element(&property) && value.length > 0) {
            put_simple_data(xml, property.name, jalon_buffer_text(&value));
        }
    }
    jalon_xml_close(xml);
    jalon_xml_close(xml);
    jalon_buffer_finish(&value);
}

static void kml_item(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                     const struct jalon_item *item, size_t index)
{
    (void)index;
    struct jalon_xml xml;
    jalon_buffer_append_char(buffer, '\n');
    jalon_xml_begin(&xml, buffer);
    jalon_xml_open(&xml, "Placemark");
    put_title(&xml, frame, item->contribution);
    put_style_url(&xml, frame, item->contribution);
    put_data(&xml, frame, item->contribution);
    put_geometry(&xml, &item->contribution->geometry);
    jalon_xml_close(&xml);
    jalon_xml_end(&xml);
}

static void kml_end(struct jalon_buffer *buffer, const struct jalon_items_frame *frame)
{
    (void)frame;
    jalon_buffer_append_string(buffer, "\n</Document>\n</kml>\n");
}

const struct jalon_item_writer jalon_kml_writer = {
    .passes = 1,
    .needs_contribution = true,
    .only_wgs84 = true,
    .begin = kml_begin,
    .item = kml_item,
    .end = kml_end,
    .single = NULL,
};
