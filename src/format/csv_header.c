/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The header of a CSV file: delimiter, names, columns of the position. Layer 2. */
#include "csv_header.h"

#include <string.h>

/* --- Delimiter --- */
enum { SNIFFED_ROWS = 20 };

/* Delimiters of one row of the sample, quotes respected; *at moves behind the row. */
static size_t count_delimiters(struct jalon_text sample, char delimiter, size_t *at)
{
    size_t count = 0;
    bool quoted = false, cell_start = true;
    for (; *at < sample.length; (*at)++) {
        char c = sample.data[*at];
        if (c == '"' && (quoted || cell_start)) {
            quoted = !quoted;
        } else if (!quoted && (c == '\n' || c == '\r')) {
            break;
        } else if (!quoted && c == delimiter) {
            count++;
        }
        cell_start = !quoted && (c == delimiter || (cell_start && c == ' '));
    }
    while (*at < sample.length && (sample.data[*at] == '\n' || sample.data[*at] == '\r')) {
        (*at)++;
    }
    return count;
}

/* How many of the first rows have as many cells as the header, header included; *out_cells - 1. */
static size_t count_agreeing(struct jalon_text sample, char delimiter, size_t *out_delimiters)
{
    size_t at = 0, agreeing = 0, first = 0;
    for (size_t row = 0; row < SNIFFED_ROWS && at < sample.length; row++) {
        size_t count = count_delimiters(sample, delimiter, &at);
        first = row == 0 ? count : first;
        agreeing += count == first;
    }
    *out_delimiters = first;
    return first > 0 ? agreeing : 0;
}

/* From the first line on that has more than delimiters and white space. */
static struct jalon_text skip_blank_lines(struct jalon_text sample)
{
    size_t line = 0;
    for (size_t at = 0; at < sample.length && strchr(";,\t| \r\n", sample.data[at]) != NULL;
         at++) {
        if (sample.data[at] == '\n' || sample.data[at] == '\r') {
            line = at + 1;
        }
    }
    return jalon_text_slice(sample.data + line, sample.length - line);
}

char jalon_csv_detect_delimiter(struct jalon_text sample)
{
    static const char candidates[] = {';', ',', '\t', '|'};
    char best = ',';
    size_t best_agreeing = 0, best_delimiters = 0;
    sample = skip_blank_lines(sample);
    for (size_t i = 0; i < sizeof candidates; i++) {
        size_t delimiters;
        size_t agreeing = count_agreeing(sample, candidates[i], &delimiters);
        if (agreeing > best_agreeing ||
            (agreeing == best_agreeing && delimiters > best_delimiters)) {
            best = candidates[i];
            best_agreeing = agreeing;
            best_delimiters = delimiters;
        }
    }
    return best;
}

/* --- Names --- */
static size_t skip_number(struct jalon_text text, size_t at)
{
    size_t start = at;
    while (at < text.length && text.data[at] >= '0' && text.data[at] <= '9') {
        at++;
    }
    return at > start ? at : 0;
}

/* Is it ",C,10" or ",N,9,2": a dBase field type (dBASE .DBF file structure, field descriptor)? */
static bool is_dbase_type(struct jalon_text text)
{
    if (text.length < 4 || text.data[0] != ',' || text.data[2] != ',' ||
        strchr("CNFDLMIBGO@+TY", text.data[1]) == NULL) {
        return false;
    }
    size_t at = skip_number(text, 3);
    if (at > 0 && at < text.length && text.data[at] == ',') {
        at = skip_number(text, at + 1);
    }
    return at > 0 && at == text.length;
}

static struct jalon_text clean_name(struct jalon_text cell)
{
    struct jalon_text name = jalon_text_trim(cell);
    size_t comma = jalon_text_find(name, ',');
    if (comma < name.length &&
        is_dbase_type(jalon_text_slice(name.data + comma, name.length - comma))) {
        name.length = comma;
    }
    return jalon_text_trim(name);
}

static enum jalon_status check_unique(struct jalon_context *ctx, const struct jalon_text *names,
                                      size_t count)
{
    for (size_t i = 1; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (jalon_text_equal(names[i], names[j])) {
                return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, names[i].data,
                                     "columns %zu and %zu have the same name: rename one of them",
                                     j + 1, i + 1);
            }
        }
    }
    return JALON_OK;
}

enum jalon_status jalon_csv_read_names(struct jalon_context *ctx, struct jalon_arena *arena,
                                       const struct jalon_csv_row *header,
                                       struct jalon_columns *out)
{
    size_t count = header->count;
    /* Delimiters at the end of the header, as spreadsheets leave them, are no columns. */
    while (count > 0 && jalon_text_trim(header->cells[count - 1]).length == 0) {
        count--;
    }
    struct jalon_text *names = jalon_arena_allocate_zeroed(arena, count, sizeof *names);
    if (names == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        struct jalon_text name = clean_name(header->cells[i]);
        names[i] = name.length > 0 ? jalon_text_copy(arena, name)
                                   : jalon_text_format(arena, "column_%zu", i + 1);
        if (names[i].data == NULL) {
            return jalon_no_memory(ctx);
        }
    }
    *out = (struct jalon_columns){names, count};
    return check_unique(ctx, names, count);
}

/* --- Columns of the position --- */
struct name_pair {
    const char *x, *y;
};

static const char *const shape_names[] = {
    "wkt",      "geom",        "geometry",     "thegeom",      "wktgeom",
    "geomwkt",  "wktgeometry", "geometrywkt",  "geometrie",    "geoshape",
    "geojson",  "shape",       "geomgeojson",  "asgeojson",    NULL,
};

static const struct name_pair geographic_names[] = {
    {"longitude", "latitude"},
    {"lon", "lat"},
    {"lng", "lat"},
    {"long", "lat"},
    {"xlong", "ylat"},
    {"xlon", "ylat"},
    {"xlongitude", "ylatitude"},
    {"longitudex", "latitudey"},
    {"longwgs84", "latwgs84"},
    {"lonwgs84", "latwgs84"},
    {"longitudewgs84", "latitudewgs84"},
    {"xwgs84", "ywgs84"},
    {"geolon", "geolat"},
    {"geolong", "geolat"},
    {"geolng", "geolat"},
    {"geolongitude", "geolatitude"},
    {"coordlon", "coordlat"},
    {"stoplon", "stoplat"},
    {"consolidatedlongitude", "consolidatedlatitude"},
    {NULL, NULL},
};

static const struct name_pair plane_names[] = {
    {"x", "y"},
    {"xl93", "yl93"},
    {"xlambert93", "ylambert93"},
    {"xlamb93", "ylamb93"},
    {"xlambert", "ylambert"},
    {"xrgf93", "yrgf93"},
    {"l93x", "l93y"},
    {"lambert93x", "lambert93y"},
    {"lambx", "lamby"},
    {"coordx", "coordy"},
    {"xcoord", "ycoord"},
    {"coordonneex", "coordonneey"},
    {"coordonneesx", "coordonneesy"},
    {"xcoordonnee", "ycoordonnee"},
    {"pointx", "pointy"},
    {"xpoint", "ypoint"},
    {"xcentroid", "ycentroid"},
    {"centroidx", "centroidy"},
    {"geox", "geoy"},
    {"easting", "northing"},
    {NULL, NULL},
};

static const char *const lat_lon_names[] = {
    "geopoint2d",  "geopoint", "latlon",   "latlng",          "latlong",     "latitudelongitude",
    "coordonnees", "gps",      "coordgps", "coordonneesgps",  "geolocalisation",
    "localisation", "geoloc",  "coordonneesgeographiques",    NULL,
};

/* Names as they are compared: folded, only letters and digits. One text a column. */
static struct jalon_text *simplify_names(struct jalon_context *ctx,
                                         const struct jalon_columns *columns)
{
    struct jalon_text *out =
        jalon_arena_allocate_zeroed(ctx->arena, columns->count, sizeof *out);
    for (size_t i = 0; out != NULL && i < columns->count; i++) {
        struct jalon_text folded = jalon_text_fold(ctx->arena, columns->names[i]);
        char *data = jalon_arena_allocate(ctx->arena, folded.length + 1);
        if (folded.data == NULL || data == NULL) {
            return NULL;
        }
        size_t length = 0;
        for (size_t j = 0; j < folded.length; j++) {
            char c = folded.data[j];
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80) {
                data[length++] = c;
            }
        }
        out[i] = jalon_text_slice(data, length);
    }
    return out;
}

static bool find_name(const struct jalon_text *names, size_t count, const char *wanted,
                      size_t *out)
{
    for (size_t i = 0; i < count; i++) {
        if (jalon_text_is(names[i], wanted)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool find_pair(const struct jalon_text *names, size_t count, const struct name_pair *pairs,
                      struct jalon_csv_position *out)
{
    for (; pairs->x != NULL; pairs++) {
        if (find_name(names, count, pairs->x, &out->x) &&
            find_name(names, count, pairs->y, &out->y)) {
            out->kind = JALON_CSV_POSITION_XY;
            return true;
        }
    }
    return false;
}

static bool find_one(const struct jalon_text *names, size_t count, const char *const *wanted,
                     enum jalon_csv_position_kind kind, struct jalon_csv_position *out)
{
    for (; *wanted != NULL; wanted++) {
        if (find_name(names, count, *wanted, &out->x)) {
            out->y = out->x;
            out->kind = kind;
            return true;
        }
    }
    return false;
}

static enum jalon_status find_usual(struct jalon_context *ctx, const struct jalon_columns *columns,
                                    struct jalon_csv_position *out)
{
    const struct jalon_text *names = simplify_names(ctx, columns);
    if (names == NULL) {
        return jalon_no_memory(ctx);
    }
    size_t count = columns->count;
    bool projected = out->srid != JALON_SRID_WGS84;
    const struct name_pair *first = projected ? plane_names : geographic_names;
    const struct name_pair *second = projected ? geographic_names : plane_names;
    bool found = find_one(names, count, shape_names, JALON_CSV_POSITION_SHAPE, out) ||
                 find_pair(names, count, first, out) || find_pair(names, count, second, out) ||
                 (!projected &&
                  find_one(names, count, lat_lon_names, JALON_CSV_POSITION_LAT_LON, out));
    if (!found) {
        out->kind = JALON_CSV_POSITION_NONE;
    }
    return JALON_OK;
}

/* "a, b, c": for messages; at most the first thirty. */
static struct jalon_text list_names(struct jalon_context *ctx, const struct jalon_columns *columns)
{
    struct jalon_text list = JALON_TEXT_EMPTY;
    for (size_t i = 0; i < columns->count && i < 30 && list.data != NULL; i++) {
        list = jalon_text_format(ctx->arena, "%s%s%s", list.data, i > 0 ? ", " : "",
                                 columns->names[i].data);
    }
    if (columns->count > 30 && list.data != NULL) {
        list = jalon_text_format(ctx->arena, "%s, … (%zu in all)", list.data, columns->count);
    }
    return list.data != NULL ? list : JALON_TEXT_EMPTY;
}

/* The column an option names: as written, else without regard to ASCII case. */
static enum jalon_status find_option(struct jalon_context *ctx, const struct jalon_columns *columns,
                                     struct jalon_text name, size_t *out)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < columns->count; i++) {
            if (pass == 0 ? jalon_text_equal(columns->names[i], name)
                          : jalon_text_equal_ascii_case(columns->names[i], name)) {
                *out = i;
                return JALON_OK;
            }
        }
    }
    struct jalon_text copy = jalon_text_copy(ctx->arena, name);
    if (copy.data == NULL) {
        return jalon_no_memory(ctx);
    }
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, copy.data,
                         "there is no such column; the file has: %s",
                         list_names(ctx, columns).data);
}

static enum jalon_status find_named(struct jalon_context *ctx, const struct jalon_columns *columns,
                                    const struct jalon_reader_options *options,
                                    struct jalon_csv_position *out)
{
    if (options->wkt_column.length > 0) {
        out->kind = JALON_CSV_POSITION_SHAPE;
        enum jalon_status status = find_option(ctx, columns, options->wkt_column, &out->x);
        out->y = out->x;
        return status;
    }
    if (options->x_column.length == 0 || options->y_column.length == 0) {
        return jalon_fail(ctx, JALON_INVALID,
                          "a position needs two columns: only the one of the %s is named",
                          options->x_column.length == 0 ? "latitude (or y)" : "longitude (or x)");
    }
    out->kind = JALON_CSV_POSITION_XY;
    enum jalon_status status = find_option(ctx, columns, options->x_column, &out->x);
    return status != JALON_OK ? status : find_option(ctx, columns, options->y_column, &out->y);
}

enum jalon_status jalon_csv_find_position(struct jalon_context *ctx,
                                          const struct jalon_columns *columns,
                                          const struct jalon_reader_options *options,
                                          struct jalon_csv_position *out)
{
    struct jalon_csv_position position = {.srid = options->srid};
    bool named = options->wkt_column.length > 0 || options->x_column.length > 0 ||
                 options->y_column.length > 0;
    enum jalon_status status = named ? find_named(ctx, columns, options, &position)
                                     : find_usual(ctx, columns, &position);
    if (status != JALON_OK) {
        return status;
    }
    if (position.kind != JALON_CSV_POSITION_NONE) {
        position.x_name = columns->names[position.x];
        position.y_name = columns->names[position.y];
    }
    *out = position;
    return JALON_OK;
}
