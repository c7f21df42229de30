/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rows of delimited text: RFC 4180 and what spreadsheets make of it. Layer 2, private to format.
 *
 * Tokens come from libcsv. White space around unquoted cells is dropped; rows whose cells are all
 * empty are skipped, as empty lines are.
 */
#ifndef JALON_FORMAT_CSV_ROWS_H
#define JALON_FORMAT_CSV_ROWS_H

#include "text_input.h"

/* Bytes of one cell, cells of one row. */
#define JALON_CSV_CELL_MAX ((size_t)4 * 1024 * 1024)
#define JALON_CSV_CELLS_MAX 8192

struct jalon_csv_rows;

/* One row, valid until the next call. */
struct jalon_csv_row {
    int64_t line; /* 1-based, where it starts */
    const struct jalon_text *cells;
    size_t count;
};

/* `delimiter` 0: found from the first lines. Keeps the input, does not own it. */
enum jalon_status jalon_csv_rows_create(struct jalon_context *ctx, struct jalon_text_input *input,
                                        char delimiter, struct jalon_csv_rows **out)
    JALON_MUST_USE;
/* NULL is allowed. */
void jalon_csv_rows_destroy(struct jalon_csv_rows *rows);
/*
 * JALON_NOT_FOUND at the end; JALON_INVALID (out->line is set): a quote that is never closed, bytes
 * that are not in the encoding; JALON_TOO_LARGE ends the reading.
 */
enum jalon_status jalon_csv_rows_next(struct jalon_context *ctx, struct jalon_csv_rows *rows,
                                      struct jalon_csv_row *out) JALON_MUST_USE;

/*
 * The delimiter of the first lines: of ; , tab and | the one that gives most of them the same
 * number of cells as the first, then the one that gives more cells. A comma when there is none.
 */
char jalon_csv_detect_delimiter(struct jalon_text sample);

#endif
