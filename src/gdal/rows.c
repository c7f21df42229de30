/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reading the stream of jalon/rows.h. Private to gdal. */
#include "rows.h"

#include "jalon/rows.h"

/* Bytes of one text, and of one feature. */
#define TEXT_MAX ((size_t)256 * 1024 * 1024)

enum { COLUMNS_MAX = 100000 };

static enum jalon_status broken(struct rows *rows)
{
    return jalon_fail(rows->ctx, JALON_INVALID, "the rows break off");
}

static enum jalon_status read_length(struct rows *rows, size_t *out)
{
    unsigned char bytes[4];
    if (fread(bytes, 1, sizeof bytes, rows->stream) != sizeof bytes) {
        return broken(rows);
    }
    size_t length = 0;
    for (size_t i = sizeof bytes; i > 0; i--) {
        length = length << 8 | bytes[i - 1];
    }
    if (length > TEXT_MAX) {
        return broken(rows);
    }
    *out = length;
    return JALON_OK;
}

/* A text that stays. */
static enum jalon_status read_text(struct rows *rows, struct jalon_text *out)
{
    size_t length = 0;
    enum jalon_status status = read_length(rows, &length);
    char *data = status == JALON_OK ? jalon_arena_allocate(rows->ctx->arena, length + 1) : NULL;
    if (status == JALON_OK && data == NULL) {
        return jalon_no_memory(rows->ctx);
    }
    if (status == JALON_OK && fread(data, 1, length, rows->stream) != length) {
        return broken(rows);
    }
    if (status == JALON_OK) {
        data[length] = '\0';
        *out = jalon_text_slice(data, length);
    }
    return status;
}

static enum jalon_status read_number(struct rows *rows, int64_t maximum, int64_t *out)
{
    struct jalon_text text;
    int64_t number;
    enum jalon_status status = read_text(rows, &text);
    if (status != JALON_OK) {
        return status;
    }
    if (!jalon_text_to_int64(text, &number) || number < 0 || number > maximum) {
        return broken(rows);
    }
    *out = number;
    return JALON_OK;
}

static enum jalon_status read_texts(struct rows *rows, struct jalon_text *const *texts,
                                    size_t count)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = read_text(rows, texts[i]);
    }
    return status;
}

static enum jalon_status read_choices(struct rows *rows, struct column *column)
{
    int64_t count = 0;
    enum jalon_status status = read_number(rows, COLUMNS_MAX, &count);
    struct choice *choices = NULL;
    if (status == JALON_OK) {
        choices = jalon_arena_allocate_zeroed(rows->ctx->arena, (size_t)count, sizeof *choices);
        status = choices != NULL ? JALON_OK : jalon_no_memory(rows->ctx);
    }
    for (size_t i = 0; status == JALON_OK && i < (size_t)count; i++) {
        status = read_texts(rows, (struct jalon_text *[]){&choices[i].key, &choices[i].label}, 2);
    }
    column->choices = choices;
    column->choice_count = (size_t)count;
    return status;
}

static enum jalon_status read_column(struct rows *rows, struct column *column)
{
    struct jalon_text type;
    enum jalon_status status =
        read_texts(rows, (struct jalon_text *[]){&column->name, &column->label, &type}, 3);
    if (status == JALON_OK && !jalon_field_type_parse(type, &column->type)) {
        return broken(rows);
    }
    return status == JALON_OK ? read_choices(rows, column) : status;
}

static enum jalon_status read_columns(struct rows *rows, size_t count)
{
    struct jalon_arena *arena = rows->ctx->arena;
    struct column *columns = jalon_arena_allocate_zeroed(arena, count, sizeof *columns);
    rows->values = jalon_arena_allocate_zeroed(arena, count, sizeof *rows->values);
    rows->ends = jalon_arena_allocate_zeroed(arena, count, sizeof *rows->ends);
    if (columns == NULL || rows->values == NULL || rows->ends == NULL) {
        return jalon_no_memory(rows->ctx);
    }
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = read_column(rows, &columns[i]);
    }
    rows->layer.columns = columns;
    rows->layer.column_count = count;
    return status;
}

static enum jalon_status read_layer(struct rows *rows)
{
    struct layer *layer = &rows->layer;
    int64_t srid = 0, types = 0, count = 0;
    enum jalon_status status =
        read_texts(rows,
                   (struct jalon_text *[]){&layer->key, &layer->title, &layer->description,
                                           &layer->licence, &layer->attribution, &layer->time},
                   6);
    if (status == JALON_OK) {
        status = read_number(rows, INT32_MAX, &srid);
    }
    if (status == JALON_OK) {
        status = read_number(rows, INT32_MAX, &types);
    }
    if (status == JALON_OK) {
        status = read_number(rows, COLUMNS_MAX, &count);
    }
    layer->srid = (int32_t)srid;
    layer->geometry_types = (unsigned)types;
    return status == JALON_OK ? read_columns(rows, (size_t)count) : status;
}

/* Appends a text and a NUL to the feature's bytes. */
static enum jalon_status append_text(struct rows *rows, size_t *out_end)
{
    size_t length = 0;
    enum jalon_status status = read_length(rows, &length);
    char *at = status == JALON_OK ? jalon_buffer_reserve(&rows->bytes, length + 1) : NULL;
    if (status == JALON_OK && at == NULL) {
        return jalon_no_memory(rows->ctx);
    }
    if (status == JALON_OK && fread(at, 1, length, rows->stream) != length) {
        return broken(rows);
    }
    if (status == JALON_OK) {
        at[length] = '\0';
        at[length + 1] = '\0';
        *out_end = rows->bytes.length + length;
        rows->bytes.length += length + 1;
    }
    return status;
}

static enum jalon_status read_feature(struct rows *rows, struct feature *out)
{
    size_t start, wkb_end = 0;
    jalon_buffer_clear(&rows->bytes);
    enum jalon_status status = append_text(rows, &wkb_end);
    for (size_t i = 0; status == JALON_OK && i < rows->layer.column_count; i++) {
        status = append_text(rows, &rows->ends[i]);
    }
    if (status != JALON_OK) {
        return status;
    }
    start = wkb_end + 1;
    for (size_t i = 0; i < rows->layer.column_count; i++) {
        rows->values[i] = jalon_text_slice(rows->bytes.data + start, rows->ends[i] - start);
        start = rows->ends[i] + 1;
    }
    *out = (struct feature){jalon_text_slice(rows->bytes.data, wkb_end), rows->values};
    return JALON_OK;
}

enum jalon_status rows_next(struct rows *rows, char *out_kind, struct feature *out_feature)
{
    int kind = getc(rows->stream);
    *out_kind = (char)kind;
    switch (kind) {
    case JALON_ROWS_LAYER: return read_layer(rows);
    case JALON_ROWS_FEATURE:
        return rows->values != NULL ? read_feature(rows, out_feature) : broken(rows);
    case JALON_ROWS_END: return JALON_OK;
    default: return broken(rows);
    }
}
