/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Leaving out positions that nobody would see. Layer 2 (tile).
 *
 * Source: sleeve fitting (Zhao and Saalfeld 1997, "Linear-Time Sleeve-Fitting Polyline
 * Simplification Algorithms"). One pass whatever the shape, where Douglas and Peucker may need a
 * pass for every position: a line of a million positions comes from anybody.
 */
#include "sketch.h"

#include <math.h>

/* The directions from the anchor that pass all positions since within the tolerance. */
struct sleeve {
    struct jalon_position anchor;
    struct jalon_position right, left; /* the edges of the sector, when it is narrow */
    bool is_narrow;                    /* a position far enough to say something has been seen */
    double reach;                      /* distance of the farthest */
};

static double turn(struct jalon_position a, struct jalon_position b)
{
    return a.lon * b.lat - a.lat * b.lon;
}

/* Takes the position into the sleeve; false when it does not fit, or goes back. */
static bool fits(struct sleeve *sleeve, struct jalon_position p, double tolerance)
{
    struct jalon_position v = {p.lon - sleeve->anchor.lon, p.lat - sleeve->anchor.lat};
    double distance = hypot(v.lon, v.lat);
    if (distance < sleeve->reach - tolerance ||
        (sleeve->is_narrow && distance > tolerance &&
         (turn(sleeve->right, v) < 0 || turn(v, sleeve->left) < 0))) {
        return false;
    }
    sleeve->reach = fmax(sleeve->reach, distance);
    if (distance <= tolerance) {
        return true;
    }
    double sine = tolerance / distance, cosine = sqrt(1 - sine * sine);
    struct jalon_position right = {v.lon * cosine + v.lat * sine, v.lat * cosine - v.lon * sine};
    struct jalon_position left = {v.lon * cosine - v.lat * sine, v.lat * cosine + v.lon * sine};
    if (!sleeve->is_narrow || turn(sleeve->right, right) > 0) {
        sleeve->right = right;
    }
    if (!sleeve->is_narrow || turn(left, sleeve->left) > 0) {
        sleeve->left = left;
    }
    sleeve->is_narrow = true;
    return true;
}

size_t jalon_tile_simplify(struct jalon_position *line, size_t count, double tolerance)
{
    if (count < 3) {
        return count;
    }
    struct sleeve sleeve = {.anchor = line[0]};
    struct jalon_position before = line[0];
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        struct jalon_position p = line[i];
        if (!fits(&sleeve, p, tolerance)) {
            line[kept++] = before;
            sleeve = (struct sleeve){.anchor = before};
            (void)fits(&sleeve, p, tolerance); /* the first one always does */
        }
        before = p;
    }
    line[kept++] = before;
    return kept;
}
