/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The territories of a map, and which of them a contribution lies in. Layer 2 (view), private.
 *
 * A contribution lies where its label position does (jalon_geometry_label_position): each belongs
 * to one place, however far its line or polygon reaches.
 */
#ifndef JALON_VIEW_TERRITORIES_H
#define JALON_VIEW_TERRITORIES_H

#include "jalon/context.h"
#include "jalon/geo.h"
#include "jalon/model.h"

/*
 * Where to look for those that a position may lie in: squares of the box around all of them, each
 * with those whose own box meets it.
 */
struct jalon_view_territory_grid {
    struct jalon_position corner; /* south-west */
    double columns_a_degree, rows_a_degree;
    int side;         /* so many columns and rows */
    uint32_t *starts; /* by square, and behind the last one */
    int32_t *items;   /* ascending in each square */
};

struct jalon_view_territories {
    const struct jalon_territory *items; /* without their geometry */
    struct jalon_geo_area **areas;
    size_t count;
    struct jalon_view_territory_grid grid;
};

/*
 * Copies the descriptions into the arena and prepares the polygons, which have to be valid. On
 * failure nothing is left behind: JALON_NO_MEMORY, or JALON_INVALID for what is no polygon.
 */
enum jalon_status jalon_view_territories_init(struct jalon_context *ctx, struct jalon_arena *arena,
                                              const struct jalon_territory *territories,
                                              size_t count,
                                              struct jalon_view_territories *out) JALON_MUST_USE;
/* A zeroed one is allowed. */
void jalon_view_territories_finish(struct jalon_view_territories *territories);
/*
 * Indexes of those that the position lies in, borders included, ascending; in the context's arena.
 * One thread at a time. JALON_NO_MEMORY.
 */
enum jalon_status jalon_view_territories_find(struct jalon_context *ctx,
                                              const struct jalon_view_territories *territories,
                                              struct jalon_position position, const int32_t **out,
                                              size_t *out_count) JALON_MUST_USE;

#endif
