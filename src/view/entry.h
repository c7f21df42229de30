/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A published contribution as the view takes it, and keeps it until it is in a segment. Layer 2
 * (view), private. */
#ifndef JALON_VIEW_ENTRY_H
#define JALON_VIEW_ENTRY_H

#include "jalon/buffer.h"
#include "jalon/context.h"
#include "jalon/model.h"

#include "territories.h"

struct jalon_view_entry {
    struct jalon_contribution contribution;
    struct jalon_text json;                 /* its Feature */
    struct jalon_box box;                   /* west <= east; meaningless without has_box */
    bool has_box;
    struct jalon_position label; /* where it is counted; meaningless without has_box */
    const int32_t *territories; /* those it lies in: indexes, ascending */
    size_t territory_count;
};

/*
 * Makes what the view needs of a contribution, borrowing from it, from `scratch` (which is
 * overwritten) and from the context's arena. JALON_NO_MEMORY; JALON_TOO_LARGE when the Feature passes
 * scratch's maximum.
 */
enum jalon_status jalon_view_entry_make(struct jalon_context *ctx, const struct jalon_map *map,
                                        const struct jalon_view_territories *territories,
                                        const struct jalon_contribution *contribution,
                                        struct jalon_buffer *scratch,
                                        struct jalon_view_entry *out) JALON_MUST_USE;
/*
 * The same as one immutable block of memory. Values of fields that are not public are left out
 * (NONE): what is not in the view cannot leave through it. Released with jalon_memory_release.
 */
enum jalon_status jalon_view_entry_create(struct jalon_context *ctx, const struct jalon_map *map,
                                          const struct jalon_view_territories *territories,
                                          const struct jalon_contribution *contribution,
                                          struct jalon_buffer *scratch,
                                          const struct jalon_view_entry **out) JALON_MUST_USE;

#endif
