/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Columns while they are put together. Layer 2 (view), private. */
#ifndef JALON_VIEW_COLUMN_BUILD_H
#define JALON_VIEW_COLUMN_BUILD_H

#include "column.h"

/* Distinct values by their bytes, numbered in the order they came. */
struct jalon_view_dictionary {
    struct jalon_view_dictionary_place *places; /* open addressing */
    size_t capacity;
    struct jalon_view_dictionary_key *keys; /* by code; that of 0 is not used */
    size_t key_capacity;
    uint32_t count; /* codes, 0 for NULL included */
    uint32_t last;  /* the code found last */
    struct jalon_buffer bytes;
};

struct jalon_view_dictionary_key {
    size_t at;
    size_t length;
};

/* What a row has in a column of TEXTS; a length of UINT32_MAX: NULL. */
struct jalon_view_span {
    uint32_t at;
    uint32_t length;
};

/* One column, its values in the order of arrival. */
struct jalon_view_column_build {
    struct jalon_view_queryable queryable;
    bool of_territories; /* rather than of a queryable */
    bool is_text;        /* so that it can be TEXTS when there are too many for CODES */
    enum jalon_view_column_kind kind; /* so far */
    union {
        void *lines; /* what the kind has of each row; NULL for RECORD */
        uint16_t *codes;
        double *numbers;
        int64_t *times;
        struct jalon_view_span *spans;
    };
    struct jalon_view_dictionary dictionary; /* of CODES */
    struct jalon_buffer bytes;               /* of TEXTS */
};

struct jalon_view_columns_builder {
    struct jalon_view_column_build *items;
    size_t count;
    size_t row_count;
    size_t row_capacity;
    struct jalon_buffer key; /* of a set */
};

/* --- column_dictionary.c --- */
void jalon_view_dictionary_init(struct jalon_view_dictionary *dictionary);
void jalon_view_dictionary_finish(struct jalon_view_dictionary *dictionary);
/*
 * The code of these bytes, a new one if need be. False: no memory (*out is 0), or there are too
 * many of them, for so many rows, to be a dictionary (*out is UINT32_MAX).
 */
bool jalon_view_dictionary_find(struct jalon_view_dictionary *dictionary, struct jalon_text bytes,
                                size_t row_count, uint32_t *out);
struct jalon_text jalon_view_dictionary_text(const struct jalon_view_dictionary *dictionary,
                                             uint32_t code);

/* --- column_build.c --- */
/*
 * Texts instead of codes, or nothing where they are no texts. False: no memory, the column is as it
 * was.
 */
bool jalon_view_column_leave_codes(struct jalon_view_column_build *column, size_t row_count,
                                   size_t row_capacity);

#endif
