/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Counting what a query matches, segment by segment. Layer 2 (view).
 *
 * Rows with the same code in a column have the same of it: so codes are counted, and what they
 * stand for is looked up once, in a row that has it.
 */
#include <string.h>

#include "filter.h"
#include "match.h"
#include "rows.h"
#include "snapshot.h"
#include "stats_parts.h"

/* A column whose rows are counted by their code. */
struct code_count {
    const struct jalon_view_column *column;
    int64_t *counts; /* by code; NULL: it has none, or nobody wants to know */
};

struct counted_rows {
    struct jalon_stats_counting *counting;
    const struct jalon_view_segment *segment;
    struct jalon_view_rows rows;
    const struct jalon_view_area *area; /* NULL: anywhere */
    uint64_t *inside;                   /* a bit for each row in the area */
    /* Of the block that is being counted: */
    uint32_t found[JALON_VIEW_BLOCK];
    uint32_t found_count;
    struct code_count categories, statuses, territories, authors;
};

/* What is counted of a record, or NULL for one that has nothing of it. */
typedef void take_function(struct jalon_stats_counting *counting,
                           const struct jalon_view_record *record, int64_t by);

static void take_categories(struct jalon_stats_counting *counting,
                            const struct jalon_view_record *record, int64_t by)
{
    if (record == NULL) {
        jalon_stats_count_categories(counting, NULL, 0, by);
    } else {
        jalon_stats_count_categories(counting, jalon_view_record_categories(record),
                                     record->category_count, by);
    }
}

static void take_status(struct jalon_stats_counting *counting,
                        const struct jalon_view_record *record, int64_t by)
{
    jalon_stats_count_status(counting, record != NULL ? record->status : -1, by);
}

static void take_territories(struct jalon_stats_counting *counting,
                             const struct jalon_view_record *record, int64_t by)
{
    if (record != NULL) {
        jalon_stats_count_territories(counting, jalon_view_record_territories(record),
                                      record->territory_count, by);
    }
}

static void take_author(struct jalon_stats_counting *counting,
                        const struct jalon_view_record *record, int64_t by)
{
    jalon_stats_authors_count(
        &counting->authors,
        record != NULL ? jalon_view_record_text(record, JALON_VIEW_TEXT_AUTHOR) : JALON_TEXT_EMPTY,
        by);
}

/* --- By code --- */

static const struct jalon_view_column *column_of(const struct counted_rows *rows,
                                                 enum jalon_view_property property)
{
    return &rows->segment->columns.items[property];
}

static bool init_codes(struct counted_rows *rows, const struct jalon_view_column *column,
                       struct code_count *out)
{
    *out = (struct code_count){.column = column};
    if (column->kind == JALON_VIEW_COLUMN_CODES) {
        out->counts = jalon_arena_allocate_zeroed(rows->counting->ctx->arena, column->code_count,
                                                  sizeof *out->counts);
        return out->counts != NULL;
    }
    return true;
}

static void count_codes(struct counted_rows *rows, const struct code_count *codes,
                        take_function *take)
{
    if (codes->counts == NULL) {
        for (uint32_t i = 0; i < rows->found_count; i++) {
            take(rows->counting, jalon_view_segment_record(rows->segment, rows->found[i]), 1);
        }
        return;
    }
    for (uint32_t i = 0; i < rows->found_count; i++) {
        codes->counts[codes->column->codes[rows->found[i]]]++;
    }
}

/* What the codes stand for. */
static void end_codes(struct counted_rows *rows, const struct code_count *codes,
                      take_function *take)
{
    for (uint32_t code = 0; codes->counts != NULL && code < codes->column->code_count; code++) {
        if (codes->counts[code] > 0) {
            take(rows->counting,
                 code > 0 ? jalon_view_segment_record(rows->segment, codes->column->samples[code])
                          : NULL,
                 codes->counts[code]);
        }
    }
}

/* --- People --- */

/* Has the row a text in this column? */
static bool has_text(const struct counted_rows *rows, const struct jalon_view_column *column,
                     uint32_t row, enum jalon_view_text which)
{
    if (column->kind == JALON_VIEW_COLUMN_CODES) {
        return column->codes[row] > 0;
    }
    if (column->kind == JALON_VIEW_COLUMN_TEXTS) {
        return (column->nulls[row / 64] >> row % 64 & 1) == 0;
    }
    return jalon_view_record_text(jalon_view_segment_record(rows->segment, row), which).length > 0;
}

static struct jalon_text author_of(const struct counted_rows *rows, uint32_t row)
{
    const struct jalon_view_column *column = rows->authors.column;
    if (column->kind == JALON_VIEW_COLUMN_TEXTS) {
        return jalon_text_slice(column->bytes + column->starts[row],
                                column->starts[row + 1] - column->starts[row]);
    }
    return jalon_view_record_text(jalon_view_segment_record(rows->segment, row),
                                  JALON_VIEW_TEXT_AUTHOR);
}

static void count_people(struct counted_rows *rows)
{
    const struct jalon_view_column *sources = column_of(rows, JALON_VIEW_PROPERTY_SOURCE);
    struct jalon_stats_authors *authors = &rows->counting->authors;
    for (uint32_t i = 0; i < rows->found_count; i++) {
        uint32_t row = rows->found[i];
        if (has_text(rows, sources, row, JALON_VIEW_TEXT_SOURCE)) {
            authors->imported++;
        } else if (rows->authors.counts != NULL) {
            rows->authors.counts[rows->authors.column->codes[row]]++;
        } else {
            jalon_stats_authors_count(authors, author_of(rows, row), 1);
        }
    }
}

/* --- Times --- */

static void count_months(struct counted_rows *rows)
{
    const struct jalon_view_column *created = column_of(rows, JALON_VIEW_PROPERTY_CREATED);
    for (uint32_t i = 0; i < rows->found_count; i++) {
        uint32_t row = rows->found[i];
        jalon_stats_months_count(&rows->counting->months,
                                 created->kind == JALON_VIEW_COLUMN_TIMES
                                     ? created->times[row]
                                     : jalon_view_segment_record(rows->segment, row)->created_us);
    }
}

static int64_t age_begin_of(const struct counted_rows *rows, uint32_t row)
{
    const struct jalon_view_column *observed = column_of(rows, JALON_VIEW_PROPERTY_OBSERVED);
    const struct jalon_view_column *updated = column_of(rows, JALON_VIEW_PROPERTY_UPDATED);
    const struct jalon_view_column *confirmed = column_of(rows, JALON_VIEW_PROPERTY_CONFIRMED);
    if (observed->kind == JALON_VIEW_COLUMN_TIMES && updated->kind == JALON_VIEW_COLUMN_TIMES &&
        confirmed->kind == JALON_VIEW_COLUMN_TIMES) {
        int64_t seen_us = observed->times[row] > confirmed->times[row] ? observed->times[row]
                                                                       : confirmed->times[row];
        return seen_us != INT64_MIN ? seen_us : updated->times[row];
    }
    const struct jalon_view_record *record = jalon_view_segment_record(rows->segment, row);
    return jalon_stats_age_begin(jalon_view_record_text(record, JALON_VIEW_TEXT_OBSERVED),
                                 jalon_view_record_text(record, JALON_VIEW_TEXT_CONFIRMED),
                                 record->updated_us);
}

static void count_ages(struct counted_rows *rows)
{
    struct jalon_stats_counting *counting = rows->counting;
    for (uint32_t i = 0; i < rows->found_count; i++) {
        counting->ages[jalon_stats_age(age_begin_of(rows, rows->found[i]), counting->today)]++;
    }
}

/* --- Where --- */

static void find_inside(void *user, uint32_t first, uint32_t end, bool is_inside)
{
    struct counted_rows *rows = user;
    for (uint32_t row = first; row < end; row++) {
        bool meets = is_inside;
        if (!meets) {
            struct jalon_geometry geometry =
                jalon_view_record_geometry(jalon_view_segment_record(rows->segment, row));
            meets = jalon_view_geometry_meets(&geometry, rows->area);
        }
        rows->inside[row / 64] |= (uint64_t)meets << row % 64;
    }
}

static bool search_area(struct counted_rows *rows)
{
    struct jalon_view_boxes_search search = {rows->area, find_inside, rows, NULL};
    size_t words = (size_t)jalon_view_segment_blocks(rows->segment) * JALON_VIEW_BLOCK_WORDS;
    rows->inside =
        jalon_arena_allocate_zeroed(rows->counting->ctx->arena, words, sizeof *rows->inside);
    if (rows->inside == NULL) {
        return false;
    }
    jalon_view_boxes_search(&rows->segment->boxes, &search);
    return true;
}

/* --- Parts --- */

static void find_rows(struct counted_rows *rows, uint32_t block)
{
    uint64_t words[JALON_VIEW_BLOCK_WORDS];
    const uint64_t *inside =
        rows->inside != NULL ? rows->inside + (size_t)block * JALON_VIEW_BLOCK_WORDS : NULL;
    jalon_view_rows_block(&rows->rows, block, words);
    rows->found_count = 0;
    for (uint32_t i = 0; i < JALON_VIEW_BLOCK_WORDS; i++) {
        uint64_t word = inside != NULL ? words[i] & inside[i] : words[i];
        for (uint32_t row = block * JALON_VIEW_BLOCK + 64 * i; word != 0; word >>= 1, row++) {
            rows->found[rows->found_count] = row;
            rows->found_count += word & 1;
        }
    }
}

static void count_block(struct counted_rows *rows)
{
    struct jalon_stats_counting *counting = rows->counting;
    counting->matched += rows->found_count;
    counting->query_matched[counting->query] += rows->found_count;
    count_codes(rows, &rows->categories, take_categories);
    count_codes(rows, &rows->statuses, take_status);
    count_codes(rows, &rows->territories, take_territories);
    count_people(rows);
    if (jalon_stats_is_wanted(counting, JALON_STATS_MONTH)) {
        count_months(rows);
    }
    if (jalon_stats_is_wanted(counting, JALON_STATS_FRESHNESS)) {
        count_ages(rows);
    }
}

static bool init_rows(struct counted_rows *rows)
{
    const struct jalon_view_columns *columns = &rows->segment->columns;
    return init_codes(rows, column_of(rows, JALON_VIEW_PROPERTY_CATEGORIES), &rows->categories) &&
           init_codes(rows, column_of(rows, JALON_VIEW_PROPERTY_STATUS), &rows->statuses) &&
           init_codes(rows, &columns->items[columns->count - 1], &rows->territories) &&
           init_codes(rows, column_of(rows, JALON_VIEW_PROPERTY_AUTHOR), &rows->authors) &&
           (rows->area == NULL || search_area(rows));
}

static enum jalon_status count_segment(struct jalon_stats_counting *counting,
                                       struct jalon_view_segment *segment,
                                       const struct jalon_view_area *area)
{
    const struct jalon_view_query *query = &counting->request->queries[counting->query];
    struct counted_rows *rows = jalon_arena_allocate_zeroed(counting->ctx->arena, 1, sizeof *rows);
    if (rows == NULL) {
        return jalon_no_memory(counting->ctx);
    }
    rows->counting = counting;
    rows->segment = segment;
    rows->area = area;
    enum jalon_status status =
        jalon_view_rows_begin(counting->ctx, counting->map, segment, query,
                              counting->snapshot->collections[query->collection].op, &rows->rows);
    if (status == JALON_OK && !init_rows(rows)) {
        status = jalon_no_memory(counting->ctx);
    }
    if (status != JALON_OK) {
        return status;
    }
    for (uint32_t block = 0; block < jalon_view_segment_blocks(segment); block++) {
        find_rows(rows, block);
        count_block(rows);
    }
    end_codes(rows, &rows->categories, take_categories);
    end_codes(rows, &rows->statuses, take_status);
    end_codes(rows, &rows->territories, take_territories);
    end_codes(rows, &rows->authors, take_author);
    return rows->rows.failed
               ? jalon_fail(counting->ctx, JALON_INTERNAL, "shapes could not be compared")
               : JALON_OK;
}

static void count_delta(struct jalon_stats_counting *counting, const struct jalon_view_area *area)
{
    const struct jalon_view_query *query = &counting->request->queries[counting->query];
    const struct jalon_view_collection *collection =
        &counting->snapshot->collections[query->collection];
    for (uint32_t i = 0; i < collection->delta_count; i++) {
        const struct jalon_view_entry *entry = collection->parts->delta->entries[i];
        bool meets =
            area == NULL ||
            (entry->has_box && jalon_view_geometry_meets(&entry->contribution.geometry, area));
        if (meets && jalon_view_delta_is_alive(collection, i) &&
            jalon_view_passes(counting->map, query, entry)) {
            jalon_stats_count_entry(counting, entry);
        }
    }
}

enum jalon_status jalon_stats_count_query(struct jalon_stats_counting *counting)
{
    const struct jalon_view_query *query = &counting->request->queries[counting->query];
    const struct jalon_view_parts *parts = counting->snapshot->collections[query->collection].parts;
    struct jalon_view_area area = {.count = 0};
    if (query->has_box) {
        area = jalon_view_area_make(query->box);
    }
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < parts->segment_count; i++) {
        status = count_segment(counting, parts->segments[i], query->has_box ? &area : NULL);
    }
    if (status == JALON_OK) {
        count_delta(counting, query->has_box ? &area : NULL);
    }
    return status == JALON_OK && jalon_view_match_failed(query)
               ? jalon_fail(counting->ctx, JALON_INTERNAL, "shapes could not be compared")
               : status;
}
