/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What readers see of a collection. Layer 2 (view). */
#include "parts.h"

#include <math.h>

#include "jalon/clock.h"
#include "jalon/memory.h"

/* --- Life --- */

static struct jalon_view_delta *delta_create(void)
{
    struct jalon_view_delta *delta = jalon_memory_allocate_zeroed(1, sizeof *delta);
    if (delta != NULL) {
        atomic_init(&delta->references, 1);
    }
    return delta;
}

static void delta_release(struct jalon_view_delta *delta)
{
    if (delta == NULL ||
        atomic_fetch_sub_explicit(&delta->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (uint32_t i = 0; i < delta->count; i++) {
        jalon_memory_release((void *)(uintptr_t)delta->entries[i]);
    }
    jalon_memory_release(delta);
}

struct jalon_view_parts *jalon_view_parts_create(void)
{
    struct jalon_view_parts *parts = jalon_memory_allocate_zeroed(1, sizeof *parts);
    if (parts == NULL) {
        return NULL;
    }
    atomic_init(&parts->references, 1);
    parts->delta = delta_create();
    if (parts->delta == NULL) {
        jalon_memory_release(parts);
        return NULL;
    }
    return parts;
}

struct jalon_view_parts *jalon_view_parts_with(const struct jalon_view_parts *parts, size_t first,
                                               size_t end, struct jalon_view_segment *segment,
                                               bool has_new_delta)
{
    struct jalon_view_parts *made = jalon_memory_allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    atomic_init(&made->references, 1);
    made->delta = has_new_delta ? delta_create() : parts->delta;
    if (made->delta == NULL) {
        jalon_memory_release(made);
        return NULL;
    }
    if (!has_new_delta) {
        atomic_fetch_add_explicit(&made->delta->references, 1, memory_order_relaxed);
    }
    for (size_t i = 0; i <= parts->segment_count; i++) {
        if (i == end && segment != NULL) {
            made->segments[made->segment_count++] = segment;
        }
        if (i < parts->segment_count && (i < first || i >= end)) {
            jalon_view_segment_retain(parts->segments[i]);
            made->segments[made->segment_count++] = parts->segments[i];
        }
    }
    return made;
}

void jalon_view_parts_retain(struct jalon_view_parts *parts)
{
    atomic_fetch_add_explicit(&parts->references, 1, memory_order_relaxed);
}

void jalon_view_parts_release(struct jalon_view_parts *parts)
{
    if (parts == NULL ||
        atomic_fetch_sub_explicit(&parts->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (size_t i = 0; i < parts->segment_count; i++) {
        jalon_view_segment_release(parts->segments[i]);
    }
    delta_release(parts->delta);
    jalon_memory_release(parts);
}

/* --- Looking --- */

bool jalon_view_collection_find(const struct jalon_view_collection *collection, struct jalon_id id,
                                struct jalon_view_place *out)
{
    const struct jalon_view_parts *parts = collection->parts;
    for (uint32_t i = collection->delta_count; i > 0; i--) {
        if (jalon_view_delta_is_alive(collection, i - 1) &&
            jalon_id_compare(parts->delta->entries[i - 1]->contribution.id, id) == 0) {
            *out = (struct jalon_view_place){(uint32_t)parts->segment_count, i - 1};
            return true;
        }
    }
    for (size_t i = parts->segment_count; i > 0; i--) {
        uint32_t row = jalon_view_segment_find(parts->segments[i - 1], id);
        if (row != JALON_VIEW_NO_ROW &&
            jalon_view_segment_is_alive(parts->segments[i - 1], row, collection->op)) {
            *out = (struct jalon_view_place){(uint32_t)(i - 1), row};
            return true;
        }
    }
    return false;
}

static const struct jalon_view_entry *
delta_entry(const struct jalon_view_collection *collection, struct jalon_view_place place)
{
    const struct jalon_view_parts *parts = collection->parts;
    return place.part == parts->segment_count ? parts->delta->entries[place.row] : NULL;
}

int64_t jalon_view_collection_number(const struct jalon_view_collection *collection,
                                     struct jalon_view_place place)
{
    const struct jalon_view_entry *entry = delta_entry(collection, place);
    return entry != NULL ? entry->contribution.number
                         : collection->parts->segments[place.part]->numbers[place.row];
}

struct jalon_geometry
jalon_view_collection_geometry(const struct jalon_view_collection *collection,
                               struct jalon_view_place place)
{
    const struct jalon_view_entry *entry = delta_entry(collection, place);
    return entry != NULL ? entry->contribution.geometry
                         : jalon_view_record_geometry(jalon_view_segment_record(
                               collection->parts->segments[place.part], place.row));
}

static bool is_within(const struct jalon_view_bounds *bounds, const struct jalon_box *box)
{
    return (double)bounds->west >= box->west && (double)bounds->east <= box->east &&
           (double)bounds->south >= box->south && (double)bounds->north <= box->north;
}

/* The rows of one box of the lowest level that are alive. */
static void widen_by_rows(const struct jalon_view_segment *segment, uint32_t index, uint64_t op,
                          struct jalon_box *box)
{
    uint32_t end = (index + 1) * JALON_VIEW_BOXES_FAN;
    for (uint32_t row = index * JALON_VIEW_BOXES_FAN; row < end && row < segment->placed; row++) {
        struct jalon_box own;
        struct jalon_position label;
        if (jalon_view_segment_is_alive(segment, row, op) &&
            jalon_view_record_place(jalon_view_segment_record(segment, row), &own, &label)) {
            jalon_view_box_widen(box, &own);
        }
    }
}

/* Looks only at rows that may stick out. */
static void widen_by_living(const struct jalon_view_segment *segment, uint64_t op,
                            struct jalon_box *box)
{
    for (uint32_t i = 0; i < jalon_view_boxes_size(segment->placed, 0); i++) {
        if (!is_within(&segment->boxes.levels[0][i], box)) {
            widen_by_rows(segment, i, op, box);
        }
    }
}

/* Has some row of the segment died? */
static bool has_dead(const struct jalon_view_segment *segment)
{
    return atomic_load_explicit(&segment->dead, memory_order_relaxed) > 0;
}

bool jalon_view_collection_extent(const struct jalon_view_collection *collection,
                                  struct jalon_box *out)
{
    const struct jalon_view_parts *parts = collection->parts;
    struct jalon_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (uint32_t i = 0; i < collection->delta_count; i++) {
        if (parts->delta->entries[i]->has_box && jalon_view_delta_is_alive(collection, i)) {
            jalon_view_box_widen(&box, &parts->delta->entries[i]->box);
        }
    }
    for (size_t i = 0; i < parts->segment_count; i++) {
        const struct jalon_view_segment *segment = parts->segments[i];
        if (segment->placed > 0 && !has_dead(segment)) {
            jalon_view_box_widen(&box, &segment->extent);
        } else {
            widen_by_living(segment, collection->op, &box);
        }
    }
    if (box.west > box.east) {
        return false;
    }
    *out = box;
    return true;
}

/* From `created` to `updated`, or over the days of `observed`. */
struct interval {
    bool of_observed;
    int64_t first_us, last_us;
};

static void stretch(struct interval *interval, int64_t first_us, int64_t last_us)
{
    interval->first_us = first_us < interval->first_us ? first_us : interval->first_us;
    interval->last_us = last_us > interval->last_us ? last_us : interval->last_us;
}

static void stretch_by_one(struct interval *interval, int64_t created_us, int64_t updated_us,
                           struct jalon_text observed)
{
    int64_t day_us;
    if (!interval->of_observed) {
        stretch(interval, created_us, updated_us);
    } else if (jalon_clock_parse_date(observed, &day_us)) {
        stretch(interval, day_us, day_us);
    }
}

static void stretch_by_block(struct interval *interval, const struct jalon_view_segment *segment,
                             uint32_t block, uint64_t op)
{
    if (jalon_view_segment_is_whole(segment, block, op)) {
        stretch(interval,
                interval->of_observed ? segment->first_observed_us[block]
                                      : segment->created_us[block],
                interval->of_observed ? segment->last_observed_us[block]
                                      : segment->updated_us[block]);
        return;
    }
    uint32_t end = (block + 1) * JALON_VIEW_BLOCK;
    for (uint32_t row = block * JALON_VIEW_BLOCK; row < end && row < segment->count; row++) {
        if (jalon_view_segment_is_alive(segment, row, op)) {
            const struct jalon_view_record *record = jalon_view_segment_record(segment, row);
            stretch_by_one(interval, record->created_us, record->updated_us,
                           jalon_view_record_text(record, JALON_VIEW_TEXT_OBSERVED));
        }
    }
}

static bool find_interval(const struct jalon_view_collection *collection, bool of_observed,
                          int64_t *out_first_us, int64_t *out_last_us)
{
    const struct jalon_view_parts *parts = collection->parts;
    struct interval interval = {of_observed, INT64_MAX, INT64_MIN};
    for (uint32_t i = 0; i < collection->delta_count; i++) {
        if (jalon_view_delta_is_alive(collection, i)) {
            const struct jalon_contribution *one = &parts->delta->entries[i]->contribution;
            stretch_by_one(&interval, one->created_us, one->updated_us, one->observed);
        }
    }
    for (size_t i = 0; i < parts->segment_count; i++) {
        for (uint32_t j = 0; j < jalon_view_segment_blocks(parts->segments[i]); j++) {
            stretch_by_block(&interval, parts->segments[i], j, collection->op);
        }
    }
    if (interval.first_us > interval.last_us) {
        return false;
    }
    *out_first_us = interval.first_us;
    *out_last_us = interval.last_us;
    return true;
}

bool jalon_view_collection_interval(const struct jalon_view_collection *collection,
                                    int64_t *out_created_us, int64_t *out_updated_us)
{
    return find_interval(collection, false, out_created_us, out_updated_us);
}

bool jalon_view_collection_observed(const struct jalon_view_collection *collection,
                                    int64_t *out_first_us, int64_t *out_last_us)
{
    return find_interval(collection, true, out_first_us, out_last_us);
}
