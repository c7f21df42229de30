/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Taking the values of entries into columns. Layer 2 (view). */
#include "column_build.h"

#include <math.h>
#include <string.h>

#include "jalon/clock.h"
#include "jalon/memory.h"

#include "filter.h"

enum {
    ROWS_FIRST = 512,
    TEXT_MEAN_MAX = 128, /* bytes a text has on average, at most, to be in a column */
};

static enum jalon_view_column_kind first_kind(const struct jalon_view_queryable *queryable)
{
    if (queryable->field < 0 && queryable->number == JALON_VIEW_PROPERTY_ID) {
        return JALON_VIEW_COLUMN_RECORD;
    }
    switch (queryable->type) {
    case JALON_VIEW_BOOLEAN:
    case JALON_VIEW_TEXT:
    case JALON_VIEW_ARRAY: return JALON_VIEW_COLUMN_CODES;
    case JALON_VIEW_NUMBER: return JALON_VIEW_COLUMN_NUMBERS;
    case JALON_VIEW_DATE:
    case JALON_VIEW_TIMESTAMP: return JALON_VIEW_COLUMN_TIMES;
    case JALON_VIEW_INTERVAL:
    case JALON_VIEW_GEOMETRY: break;
    }
    return JALON_VIEW_COLUMN_RECORD;
}

static size_t line_size(enum jalon_view_column_kind kind)
{
    switch (kind) {
    case JALON_VIEW_COLUMN_RECORD: return 0;
    case JALON_VIEW_COLUMN_CODES: return sizeof(uint16_t);
    case JALON_VIEW_COLUMN_NUMBERS: return sizeof(double);
    case JALON_VIEW_COLUMN_TIMES: return sizeof(int64_t);
    case JALON_VIEW_COLUMN_TEXTS: break;
    }
    return sizeof(struct jalon_view_span);
}

/* --- Life --- */

static void init(struct jalon_view_column_build *column)
{
    jalon_view_dictionary_init(&column->dictionary);
    jalon_buffer_init(&column->bytes, UINT32_MAX);
}

struct jalon_view_columns_builder *jalon_view_columns_builder_create(const struct jalon_map *map,
                                                                     int32_t collection)
{
    const struct jalon_collection *description = &map->collections[collection];
    struct jalon_view_columns_builder *builder = jalon_memory_allocate_zeroed(1, sizeof *builder);
    struct jalon_view_queryable queryable;
    size_t count = 0;
    while (jalon_view_queryable_at(description, count, &queryable)) {
        count++;
    }
    if (builder != NULL) {
        builder->items = jalon_memory_allocate_zeroed(count + 1, sizeof *builder->items);
    }
    if (builder == NULL || builder->items == NULL) {
        jalon_memory_release(builder);
        return NULL;
    }
    builder->count = count + 1;
    jalon_buffer_init(&builder->key, UINT32_MAX);
    for (size_t i = 0; i <= count; i++) {
        struct jalon_view_column_build *column = &builder->items[i];
        init(column);
        column->of_territories = !jalon_view_queryable_at(description, i, &column->queryable);
        column->kind =
            column->of_territories ? JALON_VIEW_COLUMN_CODES : first_kind(&column->queryable);
        column->is_text = !column->of_territories && column->queryable.type == JALON_VIEW_TEXT &&
                          i != JALON_VIEW_PROPERTY_STATUS;
    }
    return builder;
}

/* Forgets what it has: it becomes one that is read from the record. */
static void drop(struct jalon_view_column_build *column)
{
    jalon_memory_release(column->lines);
    jalon_view_dictionary_finish(&column->dictionary);
    jalon_buffer_finish(&column->bytes);
    init(column);
    column->lines = NULL;
    column->kind = JALON_VIEW_COLUMN_RECORD;
}

void jalon_view_columns_builder_destroy(struct jalon_view_columns_builder *builder)
{
    if (builder == NULL) {
        return;
    }
    for (size_t i = 0; i < builder->count; i++) {
        drop(&builder->items[i]);
    }
    jalon_buffer_finish(&builder->key);
    jalon_memory_release(builder->items);
    jalon_memory_release(builder);
}

/* --- Values --- */

enum found { FOUND_NOTHING, FOUND_BYTES, FOUND_NUMBER, FOUND_TIME, FOUND_MISFIT };

struct value {
    union {
        struct jalon_text bytes;
        double number;
        int64_t time_us;
    };
};

static enum found take_text(struct jalon_text text, struct value *out)
{
    out->bytes = text;
    return FOUND_BYTES;
}

static enum found take_own_text(struct jalon_text text, struct value *out)
{
    return text.length > 0 ? take_text(text, out) : FOUND_NOTHING;
}

static enum found take_numbers(const int32_t *numbers, size_t count, struct value *out)
{
    return count > 0
               ? take_text(jalon_text_slice((const char *)numbers, count * sizeof *numbers), out)
               : FOUND_NOTHING;
}

static enum found take_time(int64_t time_us, struct value *out)
{
    out->time_us = time_us;
    return time_us != INT64_MIN ? FOUND_TIME : FOUND_MISFIT;
}

static enum found take_date(struct jalon_text text, struct value *out)
{
    return jalon_clock_parse_date(text, &out->time_us) ? FOUND_TIME : FOUND_MISFIT;
}

static enum found take_number(double number, struct value *out)
{
    out->number = number;
    return isfinite(number) ? FOUND_NUMBER : FOUND_MISFIT;
}

static enum found take_own(const struct jalon_contribution *contribution,
                           enum jalon_view_property property, struct value *out)
{
    switch (property) {
    case JALON_VIEW_PROPERTY_TITLE: return take_own_text(contribution->title, out);
    case JALON_VIEW_PROPERTY_DESCRIPTION: return take_own_text(contribution->description, out);
    case JALON_VIEW_PROPERTY_CATEGORIES:
        return take_numbers(contribution->categories, contribution->category_count, out);
    case JALON_VIEW_PROPERTY_STATUS:
        return take_numbers(&contribution->status, contribution->status >= 0 ? 1 : 0, out);
    case JALON_VIEW_PROPERTY_AUTHOR: return take_own_text(contribution->author, out);
    case JALON_VIEW_PROPERTY_CREATED: return take_time(contribution->created_us, out);
    case JALON_VIEW_PROPERTY_UPDATED: return take_time(contribution->updated_us, out);
    case JALON_VIEW_PROPERTY_OBSERVED:
        return contribution->observed.length > 0 ? take_date(contribution->observed, out)
                                                 : FOUND_NOTHING;
    case JALON_VIEW_PROPERTY_CONFIRMED:
        return contribution->confirmed.length > 0 ? take_date(contribution->confirmed, out)
                                                  : FOUND_NOTHING;
    case JALON_VIEW_PROPERTY_SUPPORTS: return take_number((double)contribution->supports, out);
    case JALON_VIEW_PROPERTY_COMMENTS: return take_number((double)contribution->comments, out);
    case JALON_VIEW_PROPERTY_VERSION: return take_number((double)contribution->version, out);
    case JALON_VIEW_PROPERTY_LICENCE: return take_own_text(contribution->licence, out);
    case JALON_VIEW_PROPERTY_SOURCE: return take_own_text(contribution->source, out);
    case JALON_VIEW_PROPERTY_SOURCE_ID: return take_own_text(contribution->source_id, out);
    case JALON_VIEW_PROPERTY_CAMPAIGN: return take_own_text(contribution->campaign, out);
    case JALON_VIEW_PROPERTY_ID:
    case JALON_VIEW_PROPERTY_GEOMETRY:
    case JALON_VIEW_PROPERTY_COUNT: break;
    }
    return FOUND_MISFIT;
}

/* The items, each behind its length. */
static enum found take_list(struct jalon_view_columns_builder *builder,
                            const struct jalon_value *value, struct value *out)
{
    jalon_buffer_clear(&builder->key);
    for (size_t i = 0; i < value->list.count; i++) {
        uint32_t length = (uint32_t)value->list.items[i].length;
        jalon_buffer_append(&builder->key, &length, sizeof length);
        jalon_buffer_append_text(&builder->key, value->list.items[i]);
    }
    return take_text(builder->key.length > 0 ? jalon_buffer_text(&builder->key) : JALON_TEXT_EMPTY,
                     out);
}

static enum found take_timestamp(struct jalon_text text, struct value *out)
{
    return jalon_clock_parse(text, &out->time_us) ? FOUND_TIME : FOUND_MISFIT;
}

static enum found take_field(struct jalon_view_columns_builder *builder,
                             const struct jalon_value *value, enum jalon_view_type type,
                             struct value *out)
{
    switch (value->kind) {
    case JALON_VALUE_NONE: return FOUND_NOTHING;
    case JALON_VALUE_TEXT:
        return type == JALON_VIEW_DATE        ? take_date(value->text, out)
               : type == JALON_VIEW_TIMESTAMP ? take_timestamp(value->text, out)
               : type == JALON_VIEW_TEXT      ? take_text(value->text, out)
                                              : FOUND_MISFIT;
    case JALON_VALUE_NUMBER:
        return type == JALON_VIEW_NUMBER ? take_number(value->number, out) : FOUND_MISFIT;
    case JALON_VALUE_INTEGER:
        return type == JALON_VIEW_NUMBER ? take_number((double)value->integer, out) : FOUND_MISFIT;
    case JALON_VALUE_BOOLEAN:
        return type == JALON_VIEW_BOOLEAN
                   ? take_text(value->boolean ? JALON_TEXT("1") : JALON_TEXT("0"), out)
                   : FOUND_MISFIT;
    case JALON_VALUE_LIST:
        return type == JALON_VIEW_ARRAY ? take_list(builder, value, out) : FOUND_MISFIT;
    }
    return FOUND_MISFIT;
}

static enum found take(struct jalon_view_columns_builder *builder,
                       const struct jalon_view_column_build *column,
                       const struct jalon_view_entry *entry, struct value *out)
{
    const struct jalon_view_queryable *queryable = &column->queryable;
    if (column->of_territories) {
        return take_numbers(entry->territories, entry->territory_count, out);
    }
    return queryable->field < 0
               ? take_own(&entry->contribution, (enum jalon_view_property)queryable->number, out)
               : take_field(builder, &entry->contribution.fields[queryable->field], queryable->type,
                            out);
}

/* --- Adding --- */

/* What is too much for a column of texts. */
static bool is_too_long(const struct jalon_view_column_build *column, size_t row_count,
                        size_t length)
{
    size_t used = column->bytes.length + length;
    return used > (size_t)TEXT_MEAN_MAX * (row_count + ROWS_FIRST) || used > UINT32_MAX - 1;
}

static bool add_span(struct jalon_view_column_build *column, size_t row, bool is_null,
                     struct jalon_text text)
{
    struct jalon_view_span *span = &column->spans[row];
    *span = (struct jalon_view_span){(uint32_t)column->bytes.length, UINT32_MAX};
    if (is_null) {
        return true;
    }
    if (is_too_long(column, row, text.length)) {
        drop(column);
        return true;
    }
    span->length = (uint32_t)text.length;
    jalon_buffer_append_text(&column->bytes, text);
    return jalon_buffer_status(&column->bytes) == JALON_OK;
}

bool jalon_view_column_leave_codes(struct jalon_view_column_build *column, size_t row_count,
                                   size_t row_capacity)
{
    if (!column->is_text) {
        drop(column);
        return true;
    }
    struct jalon_view_span *spans = jalon_memory_allocate(row_capacity * sizeof *spans);
    if (spans == NULL) {
        return false;
    }
    uint16_t *codes = column->codes;
    bool done = true;
    column->spans = spans;
    column->kind = JALON_VIEW_COLUMN_TEXTS;
    for (size_t i = 0; i < row_count && done && column->kind == JALON_VIEW_COLUMN_TEXTS; i++) {
        bool is_null = codes[i] == 0;
        done = add_span(column, i, is_null,
                        is_null ? JALON_TEXT_EMPTY
                                : jalon_view_dictionary_text(&column->dictionary, codes[i]));
    }
    jalon_view_dictionary_finish(&column->dictionary);
    jalon_memory_release(codes);
    return done;
}

static bool add_code(struct jalon_view_column_build *column, size_t row, size_t row_capacity,
                     struct jalon_text bytes)
{
    uint32_t code;
    if (jalon_view_dictionary_find(&column->dictionary, bytes, row, &code)) {
        column->codes[row] = (uint16_t)code;
        return true;
    }
    if (code == 0 || !jalon_view_column_leave_codes(column, row, row_capacity)) {
        return false;
    }
    return column->kind != JALON_VIEW_COLUMN_TEXTS || add_span(column, row, false, bytes);
}

static bool add_value(struct jalon_view_columns_builder *builder,
                      struct jalon_view_column_build *column, const struct jalon_view_entry *entry)
{
    size_t row = builder->row_count;
    struct value value = {.bytes = JALON_TEXT_EMPTY};
    enum found found = take(builder, column, entry, &value);
    bool is_null = found == FOUND_NOTHING;
    if (found == FOUND_MISFIT) {
        drop(column);
        return true;
    }
    switch (column->kind) {
    case JALON_VIEW_COLUMN_RECORD: return true;
    case JALON_VIEW_COLUMN_NUMBERS:
        column->numbers[row] = is_null ? NAN : value.number;
        return true;
    case JALON_VIEW_COLUMN_TIMES:
        column->times[row] = is_null ? INT64_MIN : value.time_us;
        return true;
    case JALON_VIEW_COLUMN_TEXTS: return add_span(column, row, is_null, value.bytes);
    case JALON_VIEW_COLUMN_CODES: break;
    }
    if (is_null) {
        column->codes[row] = 0;
        return true;
    }
    return add_code(column, row, builder->row_capacity, value.bytes);
}

static bool make_room(struct jalon_view_columns_builder *builder)
{
    if (builder->row_count < builder->row_capacity) {
        return true;
    }
    size_t capacity = builder->row_capacity == 0 ? ROWS_FIRST : 2 * builder->row_capacity;
    for (size_t i = 0; i < builder->count; i++) {
        struct jalon_view_column_build *column = &builder->items[i];
        size_t size = line_size(column->kind);
        void *lines = size > 0 ? jalon_memory_resize(column->lines, capacity * size) : NULL;
        if (size > 0 && lines == NULL) {
            return false;
        }
        column->lines = lines;
    }
    builder->row_capacity = capacity;
    return true;
}

bool jalon_view_columns_builder_add(struct jalon_view_columns_builder *builder,
                                    const struct jalon_view_entry *entry)
{
    if (!make_room(builder)) {
        return false;
    }
    for (size_t i = 0; i < builder->count; i++) {
        if (builder->items[i].kind != JALON_VIEW_COLUMN_RECORD &&
            !add_value(builder, &builder->items[i], entry)) {
            return false;
        }
    }
    builder->row_count++;
    return jalon_buffer_status(&builder->key) == JALON_OK;
}
