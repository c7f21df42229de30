/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Columns in images: written in the order of rows, opened where they are. Layer 2 (view). */
#include <string.h>

#include "jalon/memory.h"

#include "column_build.h"

/* What the image has of a column. */
struct description {
    uint32_t kind;
    uint32_t code_count;
    uint64_t lines;
    uint64_t bytes;
    uint64_t nulls;
    uint64_t samples;
};

/* --- Writing --- */

enum { PIECE = 1 << 16 }; /* bytes handed to the image at once; a multiple of 8 */

struct writing {
    struct jalon_view_image *image;
    const uint32_t *arrivals;
    uint32_t row_count;
    void *lines; /* room for 8 bytes a row, and one more */
    char *piece;
};

static uint64_t write_codes(struct writing *writing, const uint16_t *codes)
{
    uint16_t *lines = writing->lines;
    for (uint32_t row = 0; row < writing->row_count; row++) {
        lines[row] = codes[writing->arrivals[row]];
    }
    return jalon_view_image_append(writing->image, lines, writing->row_count * sizeof *lines);
}

/* The first row of each code; the codes are in `lines`. */
static uint64_t write_samples(struct writing *writing, uint32_t code_count)
{
    uint32_t *samples = jalon_memory_allocate(code_count * sizeof *samples);
    const uint16_t *codes = writing->lines;
    if (samples == NULL) {
        writing->image->failed = true;
        return 0;
    }
    memset(samples, 0xff, code_count * sizeof *samples);
    for (uint32_t row = writing->row_count; row > 0; row--) {
        samples[codes[row - 1]] = row - 1;
    }
    uint64_t at = jalon_view_image_append(writing->image, samples, code_count * sizeof *samples);
    jalon_memory_release(samples);
    return at;
}

/* Numbers or times. */
static uint64_t write_words(struct writing *writing, const void *words)
{
    uint64_t *lines = writing->lines;
    const uint64_t *from = words;
    for (uint32_t row = 0; row < writing->row_count; row++) {
        lines[row] = from[writing->arrivals[row]];
    }
    return jalon_view_image_append(writing->image, lines, writing->row_count * sizeof *lines);
}

static uint64_t write_starts(struct writing *writing, const struct jalon_view_span *spans)
{
    uint32_t *lines = writing->lines;
    lines[0] = 0;
    for (uint32_t row = 0; row < writing->row_count; row++) {
        uint32_t length = spans[writing->arrivals[row]].length;
        lines[row + 1] = lines[row] + (length == UINT32_MAX ? 0 : length);
    }
    return jalon_view_image_append(writing->image, lines,
                                   ((size_t)writing->row_count + 1) * sizeof *lines);
}

static uint64_t write_nulls(struct writing *writing, const struct jalon_view_span *spans)
{
    uint64_t *lines = writing->lines;
    size_t count = ((size_t)writing->row_count + 63) / 64;
    memset(lines, 0, count * sizeof *lines);
    for (uint32_t row = 0; row < writing->row_count; row++) {
        bool is_null = spans[writing->arrivals[row]].length == UINT32_MAX;
        lines[row / 64] |= (uint64_t)is_null << row % 64;
    }
    return jalon_view_image_append(writing->image, lines, count * sizeof *lines);
}

/* In pieces, which lie without gaps because of their size. */
static uint64_t write_texts(struct writing *writing, const struct jalon_view_column_build *column)
{
    uint64_t start = jalon_view_image_append(writing->image, writing->piece, 0);
    size_t used = 0;
    for (uint32_t row = 0; row < writing->row_count; row++) {
        struct jalon_view_span span = column->spans[writing->arrivals[row]];
        const char *from = column->bytes.data + span.at;
        size_t left = span.length == UINT32_MAX ? 0 : span.length;
        while (left > 0) {
            size_t taken = left < PIECE - used ? left : PIECE - used;
            memcpy(writing->piece + used, from, taken);
            from += taken;
            left -= taken;
            used += taken;
            if (used == PIECE) {
                (void)jalon_view_image_append(writing->image, writing->piece, used);
                used = 0;
            }
        }
    }
    (void)jalon_view_image_append(writing->image, writing->piece, used);
    return start;
}

/* Few rows for so many values: texts are as good. */
static bool has_too_many_codes(const struct jalon_view_column_build *column, size_t row_count)
{
    return column->kind == JALON_VIEW_COLUMN_CODES && column->is_text &&
           column->dictionary.count > row_count / 4 + 64;
}

static struct description write_column(struct writing *writing,
                                       struct jalon_view_column_build *column)
{
    struct description description = {.kind = JALON_VIEW_COLUMN_RECORD};
    if (has_too_many_codes(column, writing->row_count) &&
        !jalon_view_column_leave_codes(column, writing->row_count, writing->row_count)) {
        writing->image->failed = true;
        return description;
    }
    description.kind = (uint32_t)column->kind;
    switch (column->kind) {
    case JALON_VIEW_COLUMN_RECORD: break;
    case JALON_VIEW_COLUMN_CODES:
        description.lines = write_codes(writing, column->codes);
        description.code_count = column->dictionary.count;
        description.samples = write_samples(writing, description.code_count);
        break;
    case JALON_VIEW_COLUMN_NUMBERS:
    case JALON_VIEW_COLUMN_TIMES: description.lines = write_words(writing, column->lines); break;
    case JALON_VIEW_COLUMN_TEXTS:
        description.lines = write_starts(writing, column->spans);
        description.nulls = write_nulls(writing, column->spans);
        description.bytes = write_texts(writing, column);
        break;
    }
    return description;
}

static bool write_all(struct writing *writing, struct jalon_view_columns_builder *builder,
                      struct description *descriptions, uint64_t *out_at)
{
    for (size_t i = 0; i < builder->count; i++) {
        descriptions[i] = write_column(writing, &builder->items[i]);
    }
    uint64_t count = builder->count;
    *out_at = jalon_view_image_append(writing->image, &count, sizeof count);
    (void)jalon_view_image_append(writing->image, descriptions, count * sizeof *descriptions);
    return !writing->image->failed;
}

bool jalon_view_columns_write(struct jalon_view_columns_builder *builder,
                              struct jalon_view_image *image, const uint32_t *arrivals,
                              uint32_t row_count, uint64_t *out_at)
{
    struct writing writing = {
        .image = image,
        .arrivals = arrivals,
        .row_count = row_count,
        .lines = jalon_memory_allocate(((size_t)row_count + 1) * sizeof(uint64_t)),
        .piece = jalon_memory_allocate(PIECE),
    };
    struct description *descriptions = jalon_memory_allocate(builder->count * sizeof *descriptions);
    bool written = writing.lines != NULL && writing.piece != NULL && descriptions != NULL &&
                   write_all(&writing, builder, descriptions, out_at);
    jalon_memory_release(writing.lines);
    jalon_memory_release(writing.piece);
    jalon_memory_release(descriptions);
    return written;
}

/* --- Reading --- */

static struct jalon_view_column open_column(const unsigned char *image,
                                            const struct description *description)
{
    struct jalon_view_column column = {.kind = (enum jalon_view_column_kind)description->kind};
    const void *lines = image + description->lines;
    switch (column.kind) {
    case JALON_VIEW_COLUMN_RECORD: break;
    case JALON_VIEW_COLUMN_CODES:
        column.codes = lines;
        column.code_count = description->code_count;
        column.samples = (const void *)(image + description->samples);
        break;
    case JALON_VIEW_COLUMN_NUMBERS: column.numbers = lines; break;
    case JALON_VIEW_COLUMN_TIMES: column.times = lines; break;
    case JALON_VIEW_COLUMN_TEXTS:
        column.starts = lines;
        column.bytes = (const char *)image + description->bytes;
        column.nulls = (const void *)(image + description->nulls);
        break;
    }
    return column;
}

bool jalon_view_columns_open(const unsigned char *image, uint64_t at,
                             struct jalon_view_columns *out)
{
    uint64_t count;
    memcpy(&count, image + at, sizeof count);
    const struct description *descriptions = (const void *)(image + at + sizeof count);
    struct jalon_view_column *items = jalon_memory_allocate(count * sizeof *items);
    if (items == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        items[i] = open_column(image, &descriptions[i]);
    }
    *out = (struct jalon_view_columns){items, count};
    return true;
}

void jalon_view_columns_close(struct jalon_view_columns *columns)
{
    jalon_memory_release((void *)(uintptr_t)columns->items);
    *columns = (struct jalon_view_columns){NULL, 0};
}
