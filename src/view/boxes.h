/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The spatial index of a segment: boxes around 16 neighbouring rows, around 16 of those, and so on
 * up to one. Layer 2 (view), private.
 *
 * A packed R-tree (Kamel and Faloutsos 1993) over rows that are in the order of a space-filling
 * curve. Boxes are floats rounded outward: what they cannot decide is asked back.
 */
#ifndef JALON_VIEW_BOXES_H
#define JALON_VIEW_BOXES_H

#include "entry.h"
#include "meets.h"

enum {
    JALON_VIEW_BOXES_FAN = 16,
    JALON_VIEW_BOXES_LEVELS = 8, /* 16^8 rows */
};

struct jalon_view_bounds {
    float west, south, east, north;
};

struct jalon_view_boxes {
    uint32_t count;  /* rows */
    int level_count; /* 0 without rows */
    const struct jalon_view_bounds *levels[JALON_VIEW_BOXES_LEVELS]; /* [0]: around 16 rows each */
};

/* How many boxes a level has. */
uint32_t jalon_view_boxes_size(uint32_t count, int level);
/* How many levels there are over so many rows. */
int jalon_view_boxes_depth(uint32_t count);
/* Rounded outward. */
struct jalon_view_bounds jalon_view_bounds_of(struct jalon_box box);

/*
 * Called for runs of neighbouring rows whose boxes meet the area, in ascending order: `is_inside`
 * when all their boxes lie within it, so that there is nothing to look at; else, or when only some are
 * wanted, the run is within one block of 16 rows.
 */
struct jalon_view_boxes_search {
    const struct jalon_view_area *area;
    void (*found)(void *user, uint32_t first, uint32_t end, bool is_inside);
    void *user;
    /* May something in the box be wanted, by its size? NULL: all is. */
    bool (*wants)(void *user, struct jalon_box box);
};
void jalon_view_boxes_search(const struct jalon_view_boxes *boxes,
                             const struct jalon_view_boxes_search *search);

#endif
