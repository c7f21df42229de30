/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * In which order the contributions of a segment stand by one property. Layer 2 (view), private.
 *
 * Numbers and times are compared as they are in their columns. Of texts, and of whatever is read from
 * records, the ranks are worked out when somebody first sorts by them, and kept with the segment:
 * comparing two is then comparing two numbers. Of a column of codes it is the codes that have ranks.
 */
#ifndef JALON_VIEW_ORDER_H
#define JALON_VIEW_ORDER_H

#include "filter.h"
#include "segment.h"

/* What the row or entry of the run has; the text borrows from it, or from the run. */
struct jalon_query_sort_value
jalon_view_sort_value(struct jalon_view_run *run, const struct jalon_view_queryable *property);

/* --- Ranks --- */
#define JALON_VIEW_NO_RANK UINT32_MAX

struct jalon_view_ranks {
    const uint32_t *ranks;   /* of each row or code; NO_RANK: no value */
    const uint32_t *samples; /* of each rank a row that has it */
    uint32_t count;          /* ranks there are */
    size_t size;             /* bytes */
};
/* The segment's, made when it has none; NULL when there is no memory. The run is over it. */
const struct jalon_view_ranks *jalon_view_ranks_find(struct jalon_view_segment *segment,
                                                     const struct jalon_view_run *run,
                                                     const struct jalon_view_queryable *property);
/* Releases what a segment keeps; called when it goes. NULL is allowed. */
void jalon_view_rank_cache_destroy(struct jalon_view_rank_cache *cache);
/* Bytes that are kept. NULL is allowed. */
size_t jalon_view_rank_cache_memory(struct jalon_view_rank_cache *cache);

/* --- Lanes --- */
/*
 * The values of a property in a segment as numbers in the order that is wanted. They can be compared
 * with those of the same lane only.
 */
struct jalon_view_lane {
    const struct jalon_view_column *column;
    const struct jalon_view_ranks *ranks; /* NULL: numbers or times */
    bool is_descending;
};
/* False: no memory. */
bool jalon_view_lane_open(struct jalon_view_segment *segment, const struct jalon_view_run *run,
                          const struct jalon_view_sort *sort, struct jalon_view_lane *out);
/* Of so many rows from `first` on. */
void jalon_view_lane_read(const struct jalon_view_lane *lane, uint32_t first, uint32_t count,
                          uint64_t *out);
/* Where a value is, which no row need have; absent is the same as in rows. */
uint64_t jalon_view_lane_place(const struct jalon_view_lane *lane, struct jalon_view_run *run,
                               const struct jalon_view_queryable *property,
                               const struct jalon_query_sort_value *value);

#endif
