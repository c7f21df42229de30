/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Rows of delimited text on libcsv, fed line by line so that rows know theirs. Layer 2. */
#include "csv_rows.h"

#include <assert.h>
#include <csv.h>
#include <string.h>

#include "jalon/memory.h"
#include "reader.h"

enum { SAMPLE_MAX = 32 * 1024, PARSER_BLOCK = 4096 };

struct jalon_csv_rows {
    struct jalon_text_input *input;
    struct csv_parser parser;
    bool parser_made;
    struct jalon_buffer sample; /* read before the delimiter was known */
    struct jalon_text piece;    /* not yet fed; of the sample or of the input */
    bool input_ended;
    bool finished; /* csv_fini was called */
    int64_t line;  /* of the next byte to feed */
    bool after_cr; /* the last byte fed was a carriage return */
    /* The row being collected. */
    int64_t row_line;
    struct jalon_buffer bytes; /* cells, each with a NUL behind */
    size_t ends[JALON_CSV_CELLS_MAX];
    size_t count;
    bool too_many;
    bool done; /* a whole row is there */
    struct jalon_text cells[JALON_CSV_CELLS_MAX];
};

/* --- libcsv's callbacks --- */
static void *resize(void *block, size_t size)
{
    return size > JALON_CSV_CELL_MAX ? NULL : jalon_memory_resize(block, size);
}

static void take_cell(void *data, size_t size, void *user)
{
    struct jalon_csv_rows *rows = user;
    if (rows->count == JALON_CSV_CELLS_MAX) {
        rows->too_many = true;
        return;
    }
    jalon_buffer_append(&rows->bytes, data, size);
    jalon_buffer_append_char(&rows->bytes, '\0');
    rows->ends[rows->count++] = rows->bytes.length;
}

static void take_row(int terminator, void *user)
{
    (void)terminator;
    struct jalon_csv_rows *rows = user;
    rows->done = true;
}

/* --- Feeding --- */
static void start_row(struct jalon_csv_rows *rows)
{
    jalon_buffer_clear(&rows->bytes);
    rows->count = 0;
    rows->done = false;
    rows->row_line = rows->line;
}

static enum jalon_status refuse_size(struct jalon_context *ctx, const struct jalon_csv_rows *rows)
{
    return jalon_fail(ctx, JALON_TOO_LARGE,
                      "the row that starts on line %lld is too long (a cell over %zu MiB, or more "
                      "than %d cells): perhaps a quote is opened there and never closed",
                      (long long)rows->row_line, JALON_CSV_CELL_MAX / 1024 / 1024,
                      JALON_CSV_CELLS_MAX);
}

/* What went wrong while cells were collected, if anything. */
static enum jalon_status check_row(struct jalon_context *ctx, const struct jalon_csv_rows *rows)
{
    enum jalon_status status = jalon_buffer_status(&rows->bytes);
    if (status == JALON_NO_MEMORY) {
        return jalon_no_memory(ctx);
    }
    return status != JALON_OK || rows->too_many ? refuse_size(ctx, rows) : JALON_OK;
}

/* Length of the line at the start of the piece, its end included when the piece has it. */
static size_t line_length(struct jalon_text piece)
{
    const char *feed = memchr(piece.data, '\n', piece.length);
    size_t length = feed != NULL ? (size_t)(feed - piece.data) + 1 : piece.length;
    const char *cr = memchr(piece.data, '\r', length);
    return cr != NULL ? (size_t)(cr - piece.data) + 1 : length;
}

/* Feeds one line, or what the piece has of it: at most one row comes out. */
static enum jalon_status feed_line(struct jalon_context *ctx, struct jalon_csv_rows *rows)
{
    size_t length = line_length(rows->piece);
    char last = rows->piece.data[length - 1];
    size_t fed = csv_parse(&rows->parser, rows->piece.data, length, take_cell, take_row, rows);
    if (fed != length) {
        bool bounded = csv_get_buffer_size(&rows->parser) + PARSER_BLOCK > JALON_CSV_CELL_MAX;
        return bounded ? refuse_size(ctx, rows) : jalon_no_memory(ctx);
    }
    /* CR LF ends one line: the LF of a pair only completes what its CR began. */
    bool pair = length == 1 && last == '\n' && rows->after_cr;
    rows->line += (last == '\n' || last == '\r') && !pair;
    rows->after_cr = last == '\r';
    rows->piece.data += length;
    rows->piece.length -= length;
    return check_row(ctx, rows);
}

static enum jalon_status refill(struct jalon_context *ctx, struct jalon_csv_rows *rows)
{
    enum jalon_status status = jalon_text_input_read(ctx, rows->input, &rows->piece);
    if (status == JALON_OK && rows->piece.length == 0) {
        rows->input_ended = true;
    }
    return status;
}

static enum jalon_status finish(struct jalon_context *ctx, struct jalon_csv_rows *rows)
{
    rows->finished = true;
    /* Strict only now: quotes inside cells are let through, an open one at the end is not. */
    bool strict = csv_set_opts(&rows->parser, CSV_STRICT | CSV_STRICT_FINI) == 0;
    assert(strict);
    if (!strict || csv_fini(&rows->parser, take_cell, take_row, rows) != 0) {
        return jalon_fail(ctx, JALON_INVALID,
                          "line %lld: a quote is opened in this row and never closed; all that "
                          "follows it was read as one cell",
                          (long long)rows->row_line);
    }
    return check_row(ctx, rows);
}

/* One step towards a whole row. */
static enum jalon_status advance(struct jalon_context *ctx, struct jalon_csv_rows *rows)
{
    if (rows->piece.length > 0) {
        /* State 0 is "row not begun": the row starts here, after empty lines. */
        if (rows->parser.pstate == 0 && rows->count == 0) {
            rows->row_line = rows->line;
        }
        return feed_line(ctx, rows);
    }
    return rows->input_ended ? finish(ctx, rows) : refill(ctx, rows);
}

static bool is_blank(const struct jalon_csv_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (jalon_text_trim(rows->cells[i]).length > 0) {
            return false;
        }
    }
    return true;
}

/* Cells as slices, once their bytes no longer move. */
static void slice_cells(struct jalon_csv_rows *rows)
{
    size_t start = 0;
    for (size_t i = 0; i < rows->count; i++) {
        rows->cells[i] =
            jalon_text_slice(rows->bytes.data + start, rows->ends[i] - start - 1);
        start = rows->ends[i];
    }
}

enum jalon_status jalon_csv_rows_next(struct jalon_context *ctx, struct jalon_csv_rows *rows,
                                      struct jalon_csv_row *out)
{
    do {
        start_row(rows);
        while (!rows->done) {
            if (rows->finished) {
                return JALON_NOT_FOUND;
            }
            enum jalon_status status = advance(ctx, rows);
            if (status != JALON_OK) {
                out->line = rows->row_line;
                return status;
            }
        }
        slice_cells(rows);
    } while (is_blank(rows));
    *out = (struct jalon_csv_row){rows->row_line, rows->cells, rows->count};
    return jalon_text_is_utf8(jalon_buffer_text(&rows->bytes))
               ? JALON_OK
               : jalon_text_input_refuse(ctx, rows->input, rows->row_line);
}

/* --- Create and destroy --- */
static enum jalon_status read_sample(struct jalon_context *ctx, struct jalon_csv_rows *rows)
{
    while (!rows->input_ended && rows->sample.length < SAMPLE_MAX) {
        enum jalon_status status = refill(ctx, rows);
        if (status != JALON_OK) {
            return status;
        }
        jalon_buffer_append_text(&rows->sample, rows->piece);
        if (jalon_buffer_status(&rows->sample) != JALON_OK) {
            return jalon_no_memory(ctx);
        }
    }
    rows->piece = jalon_buffer_text(&rows->sample);
    return JALON_OK;
}

/* "sep=;" on the first line: how spreadsheets are told the delimiter. */
static char take_separator_line(struct jalon_csv_rows *rows)
{
    struct jalon_text piece = rows->piece;
    if (piece.length < 5 || !jalon_text_equal_ascii_case(jalon_text_slice(piece.data, 4),
                                                         JALON_TEXT("sep="))) {
        return 0;
    }
    size_t length = line_length(piece);
    struct jalon_text value = jalon_text_slice(piece.data + 4, length - 4);
    char delimiter = value.data[0];
    bool known = delimiter != '\0' && strchr(";,\t|", delimiter) != NULL;
    if (!known || jalon_text_trim(jalon_text_slice(value.data + 1, value.length - 1)).length > 0) {
        return 0;
    }
    rows->piece = jalon_text_slice(piece.data + length, piece.length - length);
    rows->after_cr = piece.data[length - 1] == '\r';
    rows->line = 2;
    return delimiter;
}

static enum jalon_status prepare(struct jalon_context *ctx, struct jalon_csv_rows *rows,
                                 char delimiter)
{
    if (csv_init(&rows->parser, 0) != 0) {
        return jalon_no_memory(ctx);
    }
    rows->parser_made = true;
    csv_set_realloc_func(&rows->parser, resize);
    csv_set_free_func(&rows->parser, jalon_memory_release);
    csv_set_blk_size(&rows->parser, PARSER_BLOCK);
    enum jalon_status status = read_sample(ctx, rows);
    if (status != JALON_OK) {
        return status;
    }
    char announced = take_separator_line(rows);
    if (delimiter == 0) {
        delimiter = announced != 0 ? announced : jalon_csv_detect_delimiter(rows->piece);
    }
    csv_set_delim(&rows->parser, (unsigned char)delimiter);
    return JALON_OK;
}

enum jalon_status jalon_csv_rows_create(struct jalon_context *ctx, struct jalon_text_input *input,
                                        char delimiter, struct jalon_csv_rows **out)
{
    struct jalon_csv_rows *rows = jalon_memory_allocate_zeroed(1, sizeof *rows);
    if (rows == NULL) {
        return jalon_no_memory(ctx);
    }
    rows->input = input;
    rows->line = 1;
    rows->piece = JALON_TEXT_EMPTY;
    jalon_buffer_init(&rows->sample, SAMPLE_MAX + 128 * 1024);
    jalon_buffer_init(&rows->bytes, JALON_FORMAT_RECORD_MAX);
    enum jalon_status status = prepare(ctx, rows, delimiter);
    if (status != JALON_OK) {
        jalon_csv_rows_destroy(rows);
        return status;
    }
    *out = rows;
    return JALON_OK;
}

void jalon_csv_rows_destroy(struct jalon_csv_rows *rows)
{
    if (rows == NULL) {
        return;
    }
    if (rows->parser_made) {
        csv_free(&rows->parser);
    }
    jalon_buffer_finish(&rows->sample);
    jalon_buffer_finish(&rows->bytes);
    jalon_memory_release(rows);
}
