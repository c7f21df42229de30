/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The queryables of a segment's rows as columns, so that filters need not open records. Layer 2
 * (view), private.
 *
 * A column is one of: codes into a dictionary of the distinct values (text, booleans, sets of texts
 * that are few), numbers, times, texts where they are too many for a dictionary, or nothing where
 * they are too long as well: they are then read from the record, as shapes and ids always are.
 * Categories, status and territories are columns of codes too. A value that is not of its field's
 * type makes the whole column one that is read from the record.
 *
 * There is no dictionary in the image: a value is that of a row that has its code.
 */
#ifndef JALON_VIEW_COLUMN_H
#define JALON_VIEW_COLUMN_H

#include "jalon/view.h"

#include "image.h"
#include "record.h"

enum jalon_view_column_kind {
    JALON_VIEW_COLUMN_RECORD,  /* read the record */
    JALON_VIEW_COLUMN_CODES,   /* codes; 0: NULL */
    JALON_VIEW_COLUMN_NUMBERS, /* doubles; NaN: NULL */
    JALON_VIEW_COLUMN_TIMES,   /* microseconds, of a date those of its midnight; INT64_MIN: NULL */
    JALON_VIEW_COLUMN_TEXTS,   /* one after the other */
};

/* Distinct values a dictionary holds at most, NULL included. */
enum { JALON_VIEW_CODES_MAX = 65535 };

struct jalon_view_column {
    enum jalon_view_column_kind kind;
    union {
        const uint16_t *codes;
        const double *numbers;
        const int64_t *times;
        const uint32_t
            *starts; /* of TEXTS: where in `bytes` each is, and the end of the last one */
    };
    const char *bytes;
    const uint64_t *nulls;   /* of TEXTS: a bit for each row */
    uint32_t code_count;     /* NULL included */
    const uint32_t *samples; /* of each code a row that has it; UINT32_MAX: NULL, which none has */
};

/* By number of the queryable (jalon_view_queryable_at); behind them that of territories. */
struct jalon_view_columns {
    const struct jalon_view_column *items;
    size_t count;
};

/* --- Building --- */
struct jalon_view_columns_builder;

/* For a collection (index). NULL when there is no memory; NULL is allowed by destroy. */
struct jalon_view_columns_builder *jalon_view_columns_builder_create(const struct jalon_map *map,
                                                                     int32_t collection);
void jalon_view_columns_builder_destroy(struct jalon_view_columns_builder *builder);
/* The values of the next entry, in the order of arrival. False: no memory. */
bool jalon_view_columns_builder_add(struct jalon_view_columns_builder *builder,
                                    const struct jalon_view_entry *entry);
/*
 * Appends the columns to the image: `arrivals[row]` is which arrival a row is. The pages of the
 * image are described for jalon_view_columns_open by what is written at *out_at. False: no memory,
 * or the image could not be written.
 */
bool jalon_view_columns_write(struct jalon_view_columns_builder *builder,
                              struct jalon_view_image *image, const uint32_t *arrivals,
                              uint32_t row_count, uint64_t *out_at);
/*
 * The columns in an image, which holds them from `at` on: borrowed from it but for the
 * descriptions, which jalon_view_columns_close releases. False: no memory.
 */
bool jalon_view_columns_open(const unsigned char *image, uint64_t at,
                             struct jalon_view_columns *out);
void jalon_view_columns_close(struct jalon_view_columns *columns);

#endif
