/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Cutting off what is outside the tile and its margin. Layer 2 (tile).
 *
 * Source: lines by parameters (Liang and Barsky 1984, "A New Concept and Method for Line
 * Clipping"); rings edge by edge (Sutherland and Hodgman 1974, "Reentrant Polygon Clipping").
 */
#include "sketch.h"

#include <math.h>

static const double low = -JALON_TILE_MARGIN;
static const double high = JALON_TILE_EXTENT + JALON_TILE_MARGIN;

static struct jalon_position between(struct jalon_position a, struct jalon_position b, double t)
{
    return (struct jalon_position){a.lon + t * (b.lon - a.lon), a.lat + t * (b.lat - a.lat)};
}

static double within(double value)
{
    return fmin(fmax(value, low), high);
}

/* Where a line enters or leaves: not beyond the border, however the products round. */
static struct jalon_position border_at(struct jalon_position a, struct jalon_position b, double t)
{
    struct jalon_position p = between(a, b, t);
    return (struct jalon_position){within(p.lon), within(p.lat)};
}

/* Narrows [t0, t1] to where start + t * step is within the tile; false when it never is. */
static bool narrow(double start, double step, double *t0, double *t1)
{
    if (!(step > 0) && !(step < 0)) {
        return start >= low && start <= high;
    }
    double enter = ((step > 0 ? low : high) - start) / step;
    double leave = ((step > 0 ? high : low) - start) / step;
    *t0 = enter > *t0 ? enter : *t0;
    *t1 = leave < *t1 ? leave : *t1;
    return *t0 <= *t1;
}

void jalon_tile_clip_line(struct jalon_tile_sketch *sketch, const struct jalon_position *line,
                          size_t count)
{
    bool open = false; /* the last position that was added is line[i - 1] */
    for (size_t i = 1; i < count; i++) {
        struct jalon_position a = line[i - 1], b = line[i];
        double t0 = 0, t1 = 1;
        if (!narrow(a.lon, b.lon - a.lon, &t0, &t1) || !narrow(a.lat, b.lat - a.lat, &t0, &t1)) {
            continue; /* `a` is outside, so nothing is open */
        }
        if (!open) {
            jalon_tile_sketch_add(sketch, border_at(a, b, t0));
        }
        open = t1 >= 1;
        jalon_tile_sketch_add(sketch, open ? b : border_at(a, b, t1));
        if (!open) {
            (void)jalon_tile_sketch_end(sketch, 2);
        }
    }
    (void)jalon_tile_sketch_end(sketch, 2);
}

/* --- Rings --- */

enum side { WEST, EAST, NORTH, SOUTH, SIDES };

static bool is_inside(struct jalon_position p, enum side side)
{
    switch (side) {
    case WEST: return p.lon >= low;
    case EAST: return p.lon <= high;
    case NORTH: return p.lat >= low;
    default: return p.lat <= high;
    }
}

/* Where the edge crosses the border; exactly on it, however the division rounds. */
static struct jalon_position cross(struct jalon_position a, struct jalon_position b, enum side side)
{
    double border = side == WEST || side == NORTH ? low : high;
    bool upright = side == WEST || side == EAST;
    double t = upright ? (border - a.lon) / (b.lon - a.lon) : (border - a.lat) / (b.lat - a.lat);
    struct jalon_position p = between(a, b, t);
    return upright ? (struct jalon_position){border, p.lat} : (struct jalon_position){p.lon, border};
}

/* Adds what is left of an open ring (its last position is not the first again). */
static void cut(struct jalon_tile_sketch *out, const struct jalon_position *ring, size_t count,
                enum side side)
{
    for (size_t i = 0; i < count; i++) {
        struct jalon_position a = ring[i == 0 ? count - 1 : i - 1], b = ring[i];
        if (is_inside(a, side) != is_inside(b, side)) {
            jalon_tile_sketch_add(out, cross(a, b, side));
        }
        if (is_inside(b, side)) {
            jalon_tile_sketch_add(out, b);
        }
    }
}

static bool is_all_inside(const struct jalon_position *ring, size_t count, enum side side)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_inside(ring[i], side)) {
            return false;
        }
    }
    return true;
}

bool jalon_tile_clip_ring(struct jalon_tile_sketch *sketch, const struct jalon_position *ring,
                          size_t count)
{
    count--; /* without the one that closes it */
    for (enum side side = WEST; side < SIDES && count > 0; side++) {
        if (is_all_inside(ring, count, side)) {
            continue;
        }
        struct jalon_tile_sketch cut_ring = {.ctx = sketch->ctx};
        cut(&cut_ring, ring, count, side);
        sketch->failed = sketch->failed || cut_ring.failed;
        ring = cut_ring.positions;
        count = cut_ring.count;
    }
    for (size_t i = 0; i < count; i++) {
        jalon_tile_sketch_add(sketch, ring[i]);
    }
    if (count > 0) {
        jalon_tile_sketch_add(sketch, ring[0]);
    }
    return jalon_tile_sketch_end(sketch, 4);
}
