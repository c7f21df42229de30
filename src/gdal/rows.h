/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What jalon-gdal reads (jalon/rows.h), as structs. Private to gdal. */
#ifndef JALON_GDAL_ROWS_H
#define JALON_GDAL_ROWS_H

#include <stdio.h>

#include "jalon/buffer.h"
#include "jalon/context.h"
#include "jalon/model.h"

/* Texts end with NUL and live as long as the context of the reader. */
struct choice {
    struct jalon_text key;
    struct jalon_text label;
};

struct column {
    struct jalon_text name;
    struct jalon_text label;
    enum jalon_field_type type;
    const struct choice *choices;
    size_t choice_count;
};

struct layer {
    struct jalon_text key;
    struct jalon_text title;
    struct jalon_text description;
    struct jalon_text licence;
    struct jalon_text attribution;
    struct jalon_text time; /* RFC 3339 */
    int32_t srid;
    unsigned geometry_types;
    const struct column *columns;
    size_t column_count;
};

/* Texts end with NUL and live until the next feature is read. */
struct feature {
    struct jalon_text wkb;
    const struct jalon_text *values; /* one a column */
};

struct rows {
    struct jalon_context *ctx;
    FILE *stream;
    struct layer layer; /* the last one */
    struct jalon_buffer bytes; /* of the last feature */
    struct jalon_text *values;
    size_t *ends; /* of the values in bytes */
};

/* The next message's letter, with the layer or *out_feature filled. JALON_INVALID: no such stream. */
enum jalon_status rows_next(struct rows *rows, char *out_kind,
                            struct feature *out_feature) JALON_MUST_USE;

#endif
