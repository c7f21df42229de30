/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A collection as readers see it: segments, and a delta of what was written since. Layer 2 (view),
 * private.
 *
 * A write appends its entry to the delta, and notes the death of the row or entry that it replaces.
 * Nothing that a reader of an earlier state looks at changes. When the delta is full it becomes a
 * segment, and segments are merged into larger ones (a log-structured merge tree: O'Neil, Cheng,
 * Gawlick, O'Neil 1996).
 */
#ifndef JALON_VIEW_PARTS_H
#define JALON_VIEW_PARTS_H

#include "builder.h"
#include "sort.h"

enum {
    JALON_VIEW_DELTA_MAX = 512,
    JALON_VIEW_SEGMENTS_MAX = 32,
};

/* Entries in the order they came; those that died note the operation (0: alive). */
struct jalon_view_delta {
    atomic_uint references;
    const struct jalon_view_entry *entries[JALON_VIEW_DELTA_MAX];
    struct jalon_view_spot spots[JALON_VIEW_DELTA_MAX]; /* of those that have a box */
    _Atomic uint64_t died[JALON_VIEW_DELTA_MAX];
    uint32_t count; /* the writer's: readers have their own */
};

/* Immutable: when the list changes it is another one. */
struct jalon_view_parts {
    atomic_uint references;
    struct jalon_view_segment *segments[JALON_VIEW_SEGMENTS_MAX]; /* the oldest first */
    size_t segment_count;
    struct jalon_view_delta *delta;
};

/* What one state sees of a collection. */
struct jalon_view_collection {
    int32_t index; /* in the map */
    struct jalon_view_parts *parts;
    uint32_t delta_count; /* entries of the delta that are in it */
    uint64_t op;          /* deaths after this operation are not */
    int64_t count;        /* contributions */
    int64_t *category_counts; /* one for each category of the map */
    struct jalon_view_plane plane;
};

/* Empty ones, with one reference; NULL when there is no memory. */
struct jalon_view_parts *jalon_view_parts_create(void);
/*
 * The same with a segment (NULL: none; taken over) in place of those from `first` to before `end`,
 * and if wanted with a new delta. NULL when there is no memory: the segment is still the caller's.
 */
struct jalon_view_parts *jalon_view_parts_with(const struct jalon_view_parts *parts, size_t first,
                                               size_t end, struct jalon_view_segment *segment,
                                               bool has_new_delta);
void jalon_view_parts_retain(struct jalon_view_parts *parts);
/* NULL is allowed. */
void jalon_view_parts_release(struct jalon_view_parts *parts);

static inline bool jalon_view_delta_is_alive(const struct jalon_view_collection *collection,
                                             uint32_t at)
{
    uint64_t died =
        atomic_load_explicit(&collection->parts->delta->died[at], memory_order_relaxed);
    return died == 0 || died > collection->op;
}

/* Where the contribution with this id is, alive; false: nowhere. */
bool jalon_view_collection_find(const struct jalon_view_collection *collection, struct jalon_id id,
                                struct jalon_view_place *out);
/* Of the contribution there: its number, its shape. */
int64_t jalon_view_collection_number(const struct jalon_view_collection *collection,
                                     struct jalon_view_place place);
struct jalon_geometry
jalon_view_collection_geometry(const struct jalon_view_collection *collection,
                               struct jalon_view_place place);
/* The box around all shapes (false: there is none), the earliest `created` and latest `updated`. */
bool jalon_view_collection_extent(const struct jalon_view_collection *collection,
                                  struct jalon_box *out);
bool jalon_view_collection_interval(const struct jalon_view_collection *collection,
                                    int64_t *out_created_us, int64_t *out_updated_us);
/* The first and the last day of `observed` (midnights); false: none has one. */
bool jalon_view_collection_observed(const struct jalon_view_collection *collection,
                                    int64_t *out_first_us, int64_t *out_last_us);

#endif
