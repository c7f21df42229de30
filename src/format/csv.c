/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * CSV and its kin (tab, semicolon): the reader, and the format's row. Layer 2.
 *
 * RFC 4180 as far as files keep it, and the habits of real ones: see csv_rows.h and csv_header.h.
 */
#include <string.h>

#include "csv_cell.h"
#include "csv_header.h"
#include "reader.h"

struct csv_reader {
    struct jalon_reader base;
    struct jalon_csv_rows *rows;
    struct jalon_columns names; /* all, in the file's order */
    struct jalon_csv_position position;
};

static bool holds_position(const struct csv_reader *reader, size_t column)
{
    return reader->position.kind != JALON_CSV_POSITION_NONE &&
           (column == reader->position.x || column == reader->position.y);
}

/* --- Rows --- */
static enum jalon_status check_width(struct jalon_context *ctx, const struct csv_reader *reader,
                                     const struct jalon_csv_row *row)
{
    for (size_t i = reader->names.count; i < row->count; i++) {
        if (jalon_text_trim(row->cells[i]).length > 0) {
            return jalon_fail(ctx, JALON_INVALID,
                              "line %lld: %zu cells, but the header has %zu columns: perhaps a "
                              "cell with the delimiter in it is not quoted",
                              (long long)row->line, row->count, reader->names.count);
        }
    }
    return JALON_OK;
}

static enum jalon_status read_values(struct jalon_context *ctx, const struct csv_reader *reader,
                                     const struct jalon_csv_row *row, struct jalon_record *out)
{
    out->values =
        jalon_arena_allocate_zeroed(ctx->arena, reader->base.columns.count, sizeof *out->values);
    if (out->values == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < reader->names.count && i < row->count; i++) {
        if (holds_position(reader, i)) {
            continue;
        }
        struct jalon_record_value *value = &out->values[out->value_count++];
        struct jalon_text text = jalon_csv_clean_cell(row->cells[i]);
        value->name = reader->names.names[i];
        if (text.length > 0) {
            value->value.kind = JALON_VALUE_TEXT;
            value->value.text = jalon_text_copy(ctx->arena, text);
            if (value->value.text.data == NULL) {
                return jalon_no_memory(ctx);
            }
        }
    }
    return JALON_OK;
}

static enum jalon_status csv_next(struct jalon_context *ctx, struct jalon_reader *base,
                                  struct jalon_record *out)
{
    struct csv_reader *reader = (struct csv_reader *)base;
    struct jalon_csv_row row = {0};
    enum jalon_status status = jalon_csv_rows_next(ctx, reader->rows, &row);
    out->row = row.line;
    if (status == JALON_OK) {
        status = check_width(ctx, reader, &row);
    }
    if (status == JALON_OK) {
        status = jalon_csv_read_position(ctx, &reader->position, &row, &out->geometry,
                                         &out->has_geometry);
    }
    return status == JALON_OK ? read_values(ctx, reader, &row, out) : status;
}

/* --- Open and close --- */
static void csv_finish(struct jalon_reader *base)
{
    jalon_csv_rows_destroy(((struct csv_reader *)base)->rows);
}

static const struct jalon_reader_class csv_class = {.next = csv_next, .finish = csv_finish};

/* The columns that records have as values. */
static enum jalon_status list_value_columns(struct jalon_context *ctx, struct csv_reader *reader)
{
    struct jalon_text *names =
        jalon_arena_allocate_zeroed(reader->base.arena, reader->names.count, sizeof *names);
    if (names == NULL) {
        return jalon_no_memory(ctx);
    }
    size_t count = 0;
    for (size_t i = 0; i < reader->names.count; i++) {
        if (!holds_position(reader, i)) {
            names[count++] = reader->names.names[i];
        }
    }
    reader->base.columns = (struct jalon_columns){names, count};
    return JALON_OK;
}

static enum jalon_status read_header(struct jalon_context *ctx, struct csv_reader *reader,
                                     const struct jalon_reader_options *options)
{
    struct jalon_csv_row header = {0};
    enum jalon_status status =
        jalon_csv_rows_create(ctx, reader->base.input, options->delimiter, &reader->rows);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_csv_rows_next(ctx, reader->rows, &header);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, JALON_UNSUPPORTED, "the file is empty: a CSV file starts with the "
                                                  "names of its columns");
    }
    if (status == JALON_OK) {
        status = jalon_csv_read_names(ctx, reader->base.arena, &header, &reader->names);
    }
    if (status == JALON_OK) {
        status = jalon_csv_find_position(ctx, &reader->names, options, &reader->position);
    }
    return status == JALON_OK ? list_value_columns(ctx, reader) : status;
}

static enum jalon_status csv_open(struct jalon_context *ctx, const struct jalon_source *source,
                                  const struct jalon_reader_options *options,
                                  struct jalon_reader **out)
{
    struct jalon_reader *reader;
    enum jalon_status status = jalon_reader_create(ctx, &csv_class, sizeof(struct csv_reader),
                                                   source, options->encoding, &reader);
    if (status != JALON_OK) {
        return status;
    }
    status = read_header(ctx, (struct csv_reader *)reader, options);
    if (status != JALON_OK) {
        jalon_reader_close(reader);
        return status;
    }
    *out = reader;
    return JALON_OK;
}

const struct jalon_format jalon_format_csv = {
    .name = "csv",
    .media_type = "text/csv",
    .extension = "csv",
    .other_extensions = "tsv tab txt",
    .label = {.fr = {"CSV", 3}, .en = {"CSV", 3}},
    .open_reader = csv_open,
    .writer = &jalon_csv_writer,
};
