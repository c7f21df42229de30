/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A published contribution as the view keeps it: one immutable block of memory. Layer 2 (view),
 * private.
 *
 * About 1,000 bytes for a point with three fields and 480 bytes of GeoJSON (tests/bench/bench_view),
 * beside some 70 bytes in the indexes.
 */
#ifndef JALON_VIEW_ENTRY_H
#define JALON_VIEW_ENTRY_H

#include "jalon/buffer.h"
#include "jalon/context.h"
#include "jalon/model.h"

#include "territories.h"

/* An index of a collection's slots; dense, given again after a removal. */
typedef uint32_t jalon_view_slot_index;

struct jalon_view_entry {
    struct jalon_contribution contribution; /* what it borrows is in this same block */
    struct jalon_text json;                 /* its Feature */
    struct jalon_box box;                   /* west <= east; meaningless without has_box */
    bool has_box;
    struct jalon_position label; /* where it is counted; meaningless without has_box */
    const int32_t *territories; /* those it lies in: indexes, ascending */
    size_t territory_count;
};

/*
 * Copies a contribution and writes its Feature. Values of fields that are not public are left out
 * (NONE): what is not in the view cannot leave through it. `scratch` is overwritten. Released with
 * jalon_memory_release. JALON_NO_MEMORY; JALON_TOO_LARGE when the Feature passes scratch's maximum.
 */
enum jalon_status jalon_view_entry_create(struct jalon_context *ctx, const struct jalon_map *map,
                                          const struct jalon_view_territories *territories,
                                          const struct jalon_contribution *contribution,
                                          struct jalon_buffer *scratch,
                                          const struct jalon_view_entry **out) JALON_MUST_USE;

#endif
