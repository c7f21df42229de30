/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the first row of a CSV file says: column names, and which of them hold the position.
 * Layer 2, private to format.
 */
#ifndef JALON_FORMAT_CSV_HEADER_H
#define JALON_FORMAT_CSV_HEADER_H

#include "csv_rows.h"

/*
 * Names in `arena`: trimmed, the dBase type cut off ("ACC_OIMP,C,10" is ACC_OIMP), an empty one is
 * column_N (from 1). JALON_INVALID: a name that is there twice.
 */
enum jalon_status jalon_csv_read_names(struct jalon_context *ctx, struct jalon_arena *arena,
                                       const struct jalon_csv_row *header,
                                       struct jalon_columns *out) JALON_MUST_USE;

enum jalon_csv_position_kind {
    JALON_CSV_POSITION_NONE,
    JALON_CSV_POSITION_XY,      /* two columns of numbers */
    JALON_CSV_POSITION_LAT_LON, /* one column "43.6, 3.87", latitude first */
    JALON_CSV_POSITION_SHAPE,   /* one column of WKT or GeoJSON */
};

struct jalon_csv_position {
    enum jalon_csv_position_kind kind;
    size_t x; /* column; the only one of the kinds with one */
    size_t y; /* column of XY, else equal to x */
    struct jalon_text x_name;
    struct jalon_text y_name;
    int32_t srid;
};

/*
 * The columns the options name, else those with usual names, without regard to case, accents and
 * separators: a shape (wkt, geom, geometry, the_geom, Geo Shape, …), then a pair (longitude and
 * latitude, lon and lat, x and y, …; x and y go first when the coordinates are projected), then,
 * unless they are projected, one column of both (geo_point_2d). JALON_INVALID: an option that names
 * no column; x without y.
 */
enum jalon_status jalon_csv_find_position(struct jalon_context *ctx,
                                          const struct jalon_columns *columns,
                                          const struct jalon_reader_options *options,
                                          struct jalon_csv_position *out) JALON_MUST_USE;
/*
 * The geometry of a row, in the context's arena. Decimal commas and spaces between digits are
 * allowed. *out_present is false when the position's cells are empty. JALON_INVALID: the detail
 * names the column.
 */
enum jalon_status jalon_csv_read_position(struct jalon_context *ctx,
                                          const struct jalon_csv_position *position,
                                          const struct jalon_csv_row *row,
                                          struct jalon_geometry *out, bool *out_present)
    JALON_MUST_USE;

#endif
