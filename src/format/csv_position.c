/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The position of a CSV row: two numbers, a pair in one cell, WKT or GeoJSON. Layer 2. */
#include <string.h>

#include "csv_header.h"
#include "jalon/geo.h"

/* Bytes of the space at `at`, also the no-break ones of French typography; 0 when it is none. */
static size_t space_length(struct jalon_text text, size_t at)
{
    static const char *const spaces[] = {" ", "\t", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89"};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        size_t length = strlen(spaces[i]);
        if (text.length - at >= length && memcmp(text.data + at, spaces[i], length) == 0) {
            return length;
        }
    }
    return 0;
}

/* "3,89967141", "765 600.5", "-1.5e2": false when it is not one number. */
static bool parse_number(struct jalon_text text, double *out)
{
    char plain[64];
    size_t length = 0;
    bool comma = false, point = memchr(text.data, '.', text.length) != NULL;
    for (size_t at = 0; at < text.length;) {
        size_t space = space_length(text, at);
        if (space > 0) {
            at += space;
            continue;
        }
        char c = text.data[at++];
        if (length == sizeof plain || (c == ',' && (comma || point))) {
            return false;
        }
        comma = comma || c == ',';
        plain[length++] = c == ',' ? '.' : c;
    }
    return jalon_text_to_double(jalon_text_slice(plain, length), out);
}

/* For a message: at most 40 bytes of a cell, cut between characters. */
static struct jalon_text shorten(struct jalon_text cell)
{
    if (cell.length > 40) {
        cell.length = 40;
        while (cell.length > 0 && !jalon_text_is_utf8(cell)) {
            cell.length--;
        }
    }
    return cell;
}

static struct jalon_text cell_of(const struct jalon_csv_row *row, size_t column)
{
    return column < row->count ? jalon_text_trim(row->cells[column]) : JALON_TEXT_EMPTY;
}

static enum jalon_status read_coordinate(struct jalon_context *ctx, struct jalon_text cell,
                                         struct jalon_text column, double *out)
{
    if (cell.length == 0) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, column.data,
                             "is empty while the other coordinate is not");
    }
    if (!parse_number(cell, out)) {
        struct jalon_text shown = shorten(cell);
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, column.data,
                             "\"%.*s\" is not a number", JALON_TEXT_ARGS(shown));
    }
    return JALON_OK;
}

static enum jalon_status read_pair(struct jalon_context *ctx,
                                   const struct jalon_csv_position *position,
                                   const struct jalon_csv_row *row, struct jalon_position *out)
{
    enum jalon_status status =
        read_coordinate(ctx, cell_of(row, position->x), position->x_name, &out->lon);
    return status != JALON_OK
               ? status
               : read_coordinate(ctx, cell_of(row, position->y), position->y_name, &out->lat);
}

/* Where "43.6, 3.87" parts: at ';', at ", ", at the only comma, else at white space. */
static bool split_pair(struct jalon_text cell, struct jalon_text *out_first,
                       struct jalon_text *out_second)
{
    static const char *const separators[] = {";", ", ", ",", " "};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        size_t at = jalon_text_find(cell, separators[i][0]);
        if (at < cell.length &&
            jalon_text_starts_with(jalon_text_slice(cell.data + at, cell.length - at),
                                   separators[i])) {
            *out_first = jalon_text_trim(jalon_text_slice(cell.data, at));
            *out_second =
                jalon_text_trim(jalon_text_slice(cell.data + at + 1, cell.length - at - 1));
            return true;
        }
    }
    return false;
}

static enum jalon_status read_lat_lon(struct jalon_context *ctx, struct jalon_text cell,
                                      struct jalon_text column, struct jalon_position *out)
{
    struct jalon_text inner = cell, lat, lon;
    if (cell.length >= 2 && (cell.data[0] == '[' || cell.data[0] == '(')) {
        inner = jalon_text_trim(jalon_text_slice(cell.data + 1, cell.length - 2));
    }
    if (!split_pair(inner, &lat, &lon) || !parse_number(lat, &out->lat) ||
        !parse_number(lon, &out->lon)) {
        struct jalon_text shown = shorten(cell);
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, column.data,
                             "\"%.*s\" is not \"latitude, longitude\"", JALON_TEXT_ARGS(shown));
    }
    return JALON_OK;
}

static enum jalon_status parse_shape(struct jalon_context *ctx, struct jalon_text cell,
                                     int32_t srid, struct jalon_geometry *out)
{
    if (cell.data[0] != '{') {
        return jalon_geometry_from_wkt(ctx, cell, srid, out);
    }
    const struct jalon_json *json;
    enum jalon_status status = jalon_json_parse(ctx, cell, &json);
    return status != JALON_OK ? status : jalon_geometry_from_json(ctx, json, "", srid, out);
}

static enum jalon_status read_shape(struct jalon_context *ctx, struct jalon_text cell,
                                    const struct jalon_csv_position *position,
                                    struct jalon_geometry *out)
{
    enum jalon_status status = parse_shape(ctx, cell, position->srid, out);
    if (status == JALON_OK || status == JALON_NO_MEMORY) {
        return status;
    }
    /* The reason is the geometry's; the place is the column. */
    struct jalon_text reason =
        ctx->error.detail_count > 0 ? ctx->error.details[0].reason : ctx->error.message;
    jalon_error_clear(ctx);
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, position->x_name.data,
                         "is neither WKT nor a GeoJSON geometry: %.*s", JALON_TEXT_ARGS(reason));
}

enum jalon_status jalon_csv_read_position(struct jalon_context *ctx,
                                          const struct jalon_csv_position *position,
                                          const struct jalon_csv_row *row,
                                          struct jalon_geometry *out, bool *out_present)
{
    struct jalon_position point;
    struct jalon_text cell = cell_of(row, position->x);
    bool present = cell.length > 0 || cell_of(row, position->y).length > 0;
    enum jalon_status status = JALON_OK;
    if (position->kind == JALON_CSV_POSITION_NONE || !present) {
        *out_present = false;
        return JALON_OK;
    }
    if (position->kind == JALON_CSV_POSITION_SHAPE) {
        status = read_shape(ctx, cell, position, out);
    } else {
        status = position->kind == JALON_CSV_POSITION_XY
                     ? read_pair(ctx, position, row, &point)
                     : read_lat_lon(ctx, cell, position->x_name, &point);
        if (status == JALON_OK) {
            status = jalon_geometry_make_point(ctx, point, position->srid, out);
        }
    }
    if (status == JALON_OK) {
        *out_present = true;
    }
    return status;
}
