/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Well-known text (OGC 06-103r4, clause 7), and EWKT. Layer 1. */
#include "builder.h"

/* --- Reading --- */

struct scanner {
    struct jalon_geometry_builder builder;
    struct jalon_text text;
    size_t at;
};

static enum jalon_status refuse(struct scanner *in, const char *expected)
{
    return jalon_fail(in->builder.ctx, JALON_INVALID,
                      "the WKT text is not readable at character %zu: %s", in->at + 1,
                      jalon_say(in->builder.ctx, expected));
}

static enum jalon_status checked(struct scanner *in, enum jalon_status status)
{
    return status == JALON_INVALID ? refuse(in, in->builder.reason) : status;
}

static void skip_space(struct scanner *in)
{
    while (in->at < in->text.length) {
        char c = in->text.data[in->at];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
            return;
        }
        in->at++;
    }
}

static bool accept(struct scanner *in, char c)
{
    skip_space(in);
    if (in->at < in->text.length && in->text.data[in->at] == c) {
        in->at++;
        return true;
    }
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_of_number(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

/* The longest run of such characters, which may be empty. */
static struct jalon_text take(struct scanner *in, bool (*belongs)(char))
{
    skip_space(in);
    size_t start = in->at;
    while (in->at < in->text.length && belongs(in->text.data[in->at])) {
        in->at++;
    }
    return jalon_text_slice(in->text.data + start, in->at - start);
}

static bool take_number(struct scanner *in, double *out)
{
    skip_space(in);
    size_t start = in->at;
    if (jalon_text_to_double(take(in, is_of_number), out)) {
        return true;
    }
    in->at = start;
    return false;
}

static enum jalon_status read_position(struct scanner *in)
{
    struct jalon_position position;
    double dropped;
    if (!take_number(in, &position.lon) || !take_number(in, &position.lat)) {
        return refuse(in, "expected a number");
    }
    if (take_number(in, &dropped)) {
        (void)take_number(in, &dropped);
    }
    return jalon_geometry_builder_add(&in->builder, position);
}

/* A point of a multipoint, with or without parentheses of its own. */
static enum jalon_status read_member_point(struct scanner *in)
{
    bool enclosed = accept(in, '(');
    enum jalon_status status = read_position(in);
    if (status == JALON_OK && enclosed && !accept(in, ')')) {
        return refuse(in, "expected ')'");
    }
    return status;
}

static enum jalon_status read_list(struct scanner *in, enum jalon_status (*read)(struct scanner *))
{
    if (!accept(in, '(')) {
        return refuse(in, "expected '('");
    }
    do {
        enum jalon_status status = read(in);
        if (status != JALON_OK) {
            return status;
        }
    } while (accept(in, ','));
    return accept(in, ')') ? JALON_OK : refuse(in, "expected ',' or ')'");
}

static enum jalon_status read_point(struct scanner *in)
{
    if (!accept(in, '(')) {
        return refuse(in, "expected '('");
    }
    enum jalon_status status = read_position(in);
    if (status == JALON_OK && !accept(in, ')')) {
        return refuse(in, "expected ')'");
    }
    return status;
}

static enum jalon_status read_line(struct scanner *in)
{
    enum jalon_status status = read_list(in, read_position);
    if (status != JALON_OK) {
        return status;
    }
    return checked(in, jalon_geometry_builder_end_line(&in->builder));
}

static enum jalon_status read_ring(struct scanner *in)
{
    enum jalon_status status = read_list(in, read_position);
    if (status != JALON_OK) {
        return status;
    }
    return checked(in, jalon_geometry_builder_end_ring(&in->builder));
}

static enum jalon_status read_polygon(struct scanner *in)
{
    enum jalon_status status = read_list(in, read_ring);
    if (status != JALON_OK) {
        return status;
    }
    return checked(in, jalon_geometry_builder_end_polygon(&in->builder));
}

static enum jalon_status read_body(struct scanner *in)
{
    switch (in->builder.geometry.type) {
    case JALON_GEOMETRY_POINT: return read_point(in);
    case JALON_GEOMETRY_LINESTRING: return read_line(in);
    case JALON_GEOMETRY_POLYGON: return read_polygon(in);
    case JALON_GEOMETRY_MULTIPOINT: return read_list(in, read_member_point);
    case JALON_GEOMETRY_MULTILINESTRING: return read_list(in, read_line);
    case JALON_GEOMETRY_MULTIPOLYGON: return read_list(in, read_polygon);
    case JALON_GEOMETRY_NONE: break;
    }
    return JALON_INTERNAL;
}

/* "SRID=4326;" when it stands in front. */
static enum jalon_status read_srid(struct scanner *in)
{
    size_t start = in->at;
    struct jalon_text word = take(in, is_letter);
    if (!jalon_text_equal_ascii_case(word, JALON_TEXT("SRID"))) {
        in->at = start;
        return JALON_OK;
    }
    int64_t srid;
    if (!accept(in, '=') || !jalon_text_to_int64(take(in, is_of_number), &srid) || srid <= 0 ||
        srid > INT32_MAX || !accept(in, ';')) {
        return refuse(in, "expected \"SRID=\", a number and ';'");
    }
    in->builder.geometry.srid = (int32_t)srid;
    return JALON_OK;
}

static bool is_dimension(struct jalon_text word)
{
    return jalon_text_equal_ascii_case(word, JALON_TEXT("Z")) ||
           jalon_text_equal_ascii_case(word, JALON_TEXT("M")) ||
           jalon_text_equal_ascii_case(word, JALON_TEXT("ZM"));
}

/* "Point", also with the dimension written into it: "POINTZM". */
static bool parse_type(struct jalon_text word, enum jalon_geometry_type *out)
{
    for (size_t suffix = 0; suffix <= 2 && suffix < word.length; suffix++) {
        size_t length = word.length - suffix;
        if (jalon_geometry_type_parse(jalon_text_slice(word.data, length), out)) {
            return suffix == 0 || is_dimension(jalon_text_slice(word.data + length, suffix));
        }
    }
    return false;
}

/* The type, its dimension, and whether EMPTY follows. */
static enum jalon_status read_head(struct scanner *in, bool *out_empty)
{
    enum jalon_status status = read_srid(in);
    if (status != JALON_OK) {
        return status;
    }
    skip_space(in);
    size_t start = in->at;
    if (!parse_type(take(in, is_letter), &in->builder.geometry.type)) {
        in->at = start;
        return refuse(in, "expected POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING or "
                          "MULTIPOLYGON");
    }
    skip_space(in);
    start = in->at;
    struct jalon_text word = take(in, is_letter);
    if (is_dimension(word)) {
        skip_space(in);
        start = in->at;
        word = take(in, is_letter);
    }
    *out_empty = jalon_text_equal_ascii_case(word, JALON_TEXT("EMPTY"));
    if (!*out_empty) {
        in->at = start;
    }
    return JALON_OK;
}

enum jalon_status jalon_geometry_from_wkt(struct jalon_context *ctx, struct jalon_text text,
                                          int32_t srid, struct jalon_geometry *out)
{
    struct scanner in = {.text = text};
    jalon_geometry_builder_init(&in.builder, ctx, JALON_GEOMETRY_NONE, srid);
    bool is_empty = false;
    enum jalon_status status = read_head(&in, &is_empty);
    if (status == JALON_OK && !is_empty) {
        status = read_body(&in);
    }
    if (status != JALON_OK) {
        return status;
    }
    skip_space(&in);
    if (in.at < text.length) {
        return refuse(&in, "expected the end");
    }
    if (is_empty) {
        in.builder.geometry.type = JALON_GEOMETRY_NONE;
    }
    *out = in.builder.geometry;
    return JALON_OK;
}

/* --- Writing --- */

static void write_position(struct jalon_buffer *buffer, struct jalon_position position)
{
    jalon_buffer_append_coordinate(buffer, position.lon);
    jalon_buffer_append_char(buffer, ' ');
    jalon_buffer_append_coordinate(buffer, position.lat);
}

static void write_positions(struct jalon_buffer *buffer, const struct jalon_geometry *geometry,
                            size_t start, size_t end)
{
    for (size_t i = start; i < end; i++) {
        jalon_buffer_append_string(buffer, i > start ? ", " : "(");
        write_position(buffer, geometry->positions[i]);
    }
    jalon_buffer_append_char(buffer, ')');
}

/* Points of a multipoint have parentheses of their own (OGC 06-103r4, 7.2.1). */
static void write_points(struct jalon_buffer *buffer, const struct jalon_geometry *geometry)
{
    for (size_t i = 0; i < geometry->position_count; i++) {
        jalon_buffer_append_string(buffer, i > 0 ? ", " : "(");
        write_positions(buffer, geometry, i, i + 1);
    }
    jalon_buffer_append_char(buffer, ')');
}

static void write_rings(struct jalon_buffer *buffer, const struct jalon_geometry *geometry,
                        size_t start, size_t end)
{
    for (size_t i = start; i < end; i++) {
        jalon_buffer_append_string(buffer, i > start ? ", " : "(");
        write_positions(buffer, geometry, jalon_geometry_ring_start(geometry, i),
                        geometry->ring_ends[i]);
    }
    jalon_buffer_append_char(buffer, ')');
}

static void write_polygons(struct jalon_buffer *buffer, const struct jalon_geometry *geometry)
{
    for (size_t i = 0; i < geometry->polygon_count; i++) {
        jalon_buffer_append_string(buffer, i > 0 ? ", " : "(");
        write_rings(buffer, geometry, jalon_geometry_polygon_start(geometry, i),
                    geometry->polygon_ends[i]);
    }
    jalon_buffer_append_char(buffer, ')');
}

void jalon_geometry_write_wkt(struct jalon_buffer *buffer, const struct jalon_geometry *geometry)
{
    switch (geometry->type) {
    case JALON_GEOMETRY_NONE: break;
    case JALON_GEOMETRY_POINT:
        jalon_buffer_append_string(buffer, "POINT ");
        write_positions(buffer, geometry, 0, 1);
        break;
    case JALON_GEOMETRY_LINESTRING:
        jalon_buffer_append_string(buffer, "LINESTRING ");
        write_positions(buffer, geometry, 0, geometry->position_count);
        break;
    case JALON_GEOMETRY_POLYGON:
        jalon_buffer_append_string(buffer, "POLYGON ");
        write_rings(buffer, geometry, 0, geometry->ring_count);
        break;
    case JALON_GEOMETRY_MULTIPOINT:
        jalon_buffer_append_string(buffer, "MULTIPOINT ");
        write_points(buffer, geometry);
        break;
    case JALON_GEOMETRY_MULTILINESTRING:
        jalon_buffer_append_string(buffer, "MULTILINESTRING ");
        write_rings(buffer, geometry, 0, geometry->ring_count);
        break;
    case JALON_GEOMETRY_MULTIPOLYGON:
        jalon_buffer_append_string(buffer, "MULTIPOLYGON ");
        write_polygons(buffer, geometry);
        break;
    }
}
