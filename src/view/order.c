/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The values of contributions as lists are sorted by them. Layer 2 (view). */
#include "order.h"

#include <math.h>
#include <string.h>

/* --- Properties --- */

static const enum jalon_view_property own[] = {
    JALON_VIEW_PROPERTY_TITLE,   JALON_VIEW_PROPERTY_STATUS,  JALON_VIEW_PROPERTY_AUTHOR,
    JALON_VIEW_PROPERTY_CREATED, JALON_VIEW_PROPERTY_UPDATED, JALON_VIEW_PROPERTY_OBSERVED,
    JALON_VIEW_PROPERTY_CONFIRMED, JALON_VIEW_PROPERTY_SUPPORTS, JALON_VIEW_PROPERTY_COMMENTS,
    JALON_VIEW_PROPERTY_ID,
};
enum { OWN_COUNT = sizeof own / sizeof *own };

bool jalon_view_sortable_at(const struct jalon_collection *collection, size_t index,
                            struct jalon_view_queryable *out)
{
    struct jalon_view_queryable one;
    if (index < OWN_COUNT) {
        return jalon_view_queryable_at(collection, own[index], out);
    }
    index -= OWN_COUNT;
    for (size_t i = JALON_VIEW_PROPERTY_COUNT; jalon_view_queryable_at(collection, i, &one); i++) {
        if (one.type != JALON_VIEW_ARRAY && index-- == 0) { /* a set has no place among others */
            *out = one;
            return true;
        }
    }
    return false;
}

bool jalon_view_sort_fits(const struct jalon_view_sort *sort,
                          const struct jalon_query_sort_value *value)
{
    bool is_text = sort->property.type == JALON_VIEW_TEXT;
    return value->kind == JALON_QUERY_SORT_ABSENT ||
           (value->kind == JALON_QUERY_SORT_TEXT) == is_text;
}

struct jalon_query_sort_value
jalon_view_sort_value(struct jalon_view_run *run, const struct jalon_view_queryable *property)
{
    struct jalon_view_datum datum;
    if (!jalon_view_property_datum(run, property, &datum)) {
        return (struct jalon_query_sort_value){.kind = JALON_QUERY_SORT_ABSENT};
    }
    switch (property->type) {
    case JALON_VIEW_BOOLEAN: return jalon_query_sort_number(datum.boolean ? 1 : 0);
    case JALON_VIEW_NUMBER: return jalon_query_sort_number(datum.number);
    case JALON_VIEW_DATE:
    case JALON_VIEW_TIMESTAMP: return jalon_query_sort_time(datum.first_us);
    case JALON_VIEW_TEXT:
    case JALON_VIEW_INTERVAL:
    case JALON_VIEW_GEOMETRY:
    case JALON_VIEW_ARRAY: break;
    }
    return jalon_query_sort_text(datum.text);
}

/* --- Lanes --- */

/* What has no value, in both directions. */
static const uint64_t absent = UINT64_MAX;

static uint64_t direct(const struct jalon_view_lane *lane, uint64_t place)
{
    return lane->is_descending ? ~place : place;
}

/* The place, or absent; without a branch, which nobody could predict. */
static uint64_t direct_or_absent(const struct jalon_view_lane *lane, uint64_t place, bool is_there)
{
    return (place ^ (0 - (uint64_t)lane->is_descending)) | ((uint64_t)is_there - 1);
}

static uint64_t place_of_rank(const struct jalon_view_lane *lane, uint32_t rank)
{
    /* Even ones, so that a value which no row has finds its place between them. */
    return direct_or_absent(lane, 2 * ((uint64_t)rank + 1), rank != JALON_VIEW_NO_RANK);
}

bool jalon_view_lane_open(struct jalon_view_segment *segment, const struct jalon_view_run *run,
                          const struct jalon_view_sort *sort, struct jalon_view_lane *out)
{
    struct jalon_view_lane lane = {
        .column = &segment->columns.items[sort->property.number],
        .is_descending = sort->is_descending,
    };
    if (lane.column->kind != JALON_VIEW_COLUMN_NUMBERS &&
        lane.column->kind != JALON_VIEW_COLUMN_TIMES) {
        lane.ranks = jalon_view_ranks_find(segment, run, &sort->property);
        if (lane.ranks == NULL) {
            return false;
        }
    }
    *out = lane;
    return true;
}

static void read_numbers(const struct jalon_view_lane *lane, uint32_t first, uint32_t count,
                         uint64_t *out)
{
    for (uint32_t i = 0; i < count; i++) {
        double number = lane->column->numbers[first + i];
        out[i] = direct_or_absent(lane, jalon_query_sort_number_key(number), !isnan(number));
    }
}

static void read_times(const struct jalon_view_lane *lane, uint32_t first, uint32_t count,
                       uint64_t *out)
{
    for (uint32_t i = 0; i < count; i++) {
        int64_t time = lane->column->times[first + i];
        out[i] = direct_or_absent(lane, jalon_query_sort_time_key(time), time != INT64_MIN);
    }
}

void jalon_view_lane_read(const struct jalon_view_lane *lane, uint32_t first, uint32_t count,
                          uint64_t *out)
{
    if (lane->ranks == NULL && lane->column->kind == JALON_VIEW_COLUMN_NUMBERS) {
        read_numbers(lane, first, count, out);
    } else if (lane->ranks == NULL) {
        read_times(lane, first, count, out);
    } else if (lane->column->kind == JALON_VIEW_COLUMN_CODES) {
        for (uint32_t i = 0; i < count; i++) {
            out[i] = place_of_rank(lane, lane->ranks->ranks[lane->column->codes[first + i]]);
        }
    } else {
        for (uint32_t i = 0; i < count; i++) {
            out[i] = place_of_rank(lane, lane->ranks->ranks[first + i]);
        }
    }
}

/* Negative, 0, positive: the value of that rank and the bytes. */
static int compare_rank(const struct jalon_view_lane *lane, struct jalon_view_run *run,
                        const struct jalon_view_queryable *property, uint32_t rank,
                        struct jalon_text bytes)
{
    char own_bytes[JALON_QUERY_SORT_BYTES_MAX];
    run->row = lane->ranks->samples[rank];
    struct jalon_query_sort_value value = jalon_view_sort_value(run, property);
    size_t length = jalon_query_sort_bytes(&value, own_bytes);
    return jalon_text_compare(jalon_text_slice(own_bytes, length), bytes);
}

uint64_t jalon_view_lane_place(const struct jalon_view_lane *lane, struct jalon_view_run *run,
                               const struct jalon_view_queryable *property,
                               const struct jalon_query_sort_value *value)
{
    char scratch[JALON_QUERY_SORT_BYTES_MAX];
    if (value->kind == JALON_QUERY_SORT_ABSENT) {
        return absent;
    }
    if (lane->ranks == NULL) {
        return direct(lane, value->number);
    }
    struct jalon_text bytes = jalon_text_slice(scratch, jalon_query_sort_bytes(value, scratch));
    uint32_t low = 0, high = lane->ranks->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare_rank(lane, run, property, middle, bytes);
        if (order == 0) {
            return place_of_rank(lane, middle);
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return direct(lane, 2 * (uint64_t)low + 1);
}
