/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Shapes and boxes in other coordinate reference systems. Layer 1 (geo). */
#include <math.h>
#include <string.h>

#include "jalon/crs.h"

#include "crs.h"

/* --- Shapes --- */

void jalon_crs_swap(struct jalon_position *positions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        positions[i] = (struct jalon_position){positions[i].lat, positions[i].lon};
    }
}

/* What is beyond is noise of the calculation, and bytes of the answer. */
static void round_all(struct jalon_position *positions, size_t count, double scale)
{
    for (size_t i = 0; i < count; i++) {
        positions[i].lon = round(positions[i].lon * scale) / scale;
        positions[i].lat = round(positions[i].lat * scale) / scale;
    }
}

enum jalon_status jalon_crs_project(struct jalon_context *ctx, const struct jalon_crs *crs,
                                    bool own_axes, struct jalon_geometry *geometries, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += geometries[i].position_count;
    }
    struct jalon_position *all = jalon_arena_allocate(ctx->arena, total * sizeof *all), *next = all;
    if (all == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        size_t length = geometries[i].position_count;
        if (length > 0) {
            memcpy(next, geometries[i].positions, length * sizeof *next);
        }
        next += length;
    }
    enum jalon_status status =
        jalon_geo_transform(ctx, JALON_SRID_WGS84, crs->srid, all, total);
    if (status != JALON_OK) {
        return status;
    }
    round_all(all, total, crs->is_geographic ? 1e7 : 1e4);
    if (own_axes && crs->north_first) {
        jalon_crs_swap(all, total);
    }
    next = all;
    for (size_t i = 0; i < count; i++) {
        geometries[i].positions = next;
        geometries[i].srid = crs->srid;
        next += geometries[i].position_count;
    }
    return JALON_OK;
}

/* --- Boxes --- */

enum { STEPS_LEAST = 16, STEPS_MOST = 1000, BOUNDS_STEPS = 64, PARTS = 3 };
/* As long as a step should be. Over 100 m a chord is 0.2 mm off a parallel of France. */
#define STEP_M 100.0
/* On each side of a box: positions are written rounded, and one on the border is within. */
#define MARGIN 1e-3

/* The corners and what is between them; the last position is the first again. */
struct ring {
    struct jalon_position *positions;
    size_t count;
};

/* Around the box, counter-clockwise, each side in as many steps. False: no memory. */
static bool trace(struct jalon_context *ctx, struct jalon_box box, size_t steps, struct ring *out)
{
    const struct jalon_position corners[] = {{box.west, box.south}, {box.east, box.south},
                                             {box.east, box.north}, {box.west, box.north}};
    struct ring ring = {.count = 4 * steps + 1};
    ring.positions = jalon_arena_allocate(ctx->arena, ring.count * sizeof *ring.positions);
    for (size_t i = 0; ring.positions != NULL && i < ring.count; i++) {
        struct jalon_position a = corners[i / steps % 4], b = corners[(i / steps + 1) % 4];
        double part = (double)(i % steps) / (double)steps;
        ring.positions[i].lon = a.lon + (b.lon - a.lon) * part;
        ring.positions[i].lat = a.lat + (b.lat - a.lat) * part;
    }
    *out = ring;
    return ring.positions != NULL;
}

static size_t steps_of(struct jalon_box box)
{
    double steps = ceil(fmax(box.east - box.west, box.north - box.south) / STEP_M);
    return (size_t)fmax(STEPS_LEAST, fmin(steps, STEPS_MOST));
}

/* Around those that are finite; west > east when none is. */
static struct jalon_box box_of(const struct ring *ring)
{
    struct jalon_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < ring->count; i++) {
        struct jalon_position p = ring->positions[i];
        if (isfinite(p.lon) && isfinite(p.lat)) {
            box.west = fmin(box.west, p.lon);
            box.east = fmax(box.east, p.lon);
            box.south = fmin(box.south, p.lat);
            box.north = fmax(box.north, p.lat);
        }
    }
    return box;
}

/* Beside an area so wide, in degrees; zones of one country are used all over it. */
static double grow(double size)
{
    return fmax(20, fmin(size, 40));
}

/*
 * Where the system can be relied on: its area of use, and as much again on each side; in the units
 * of the system. Everywhere when that is not known.
 */
static enum jalon_status find_bounds(struct jalon_context *ctx, struct jalon_geo_thread *thread,
                                     int32_t srid, struct jalon_box *out)
{
    struct jalon_box area;
    struct ring ring;
    *out = (struct jalon_box){-INFINITY, -INFINITY, INFINITY, INFINITY};
    if (!jalon_geo_crs_area(thread, srid, &area)) {
        return JALON_OK;
    }
    double east = area.east < area.west ? area.east + 360 : area.east;
    double width = grow(east - area.west), height = grow(area.north - area.south);
    bool is_around = east - area.west + 2 * width >= 360;
    struct jalon_box wide = {is_around ? -180 : area.west - width, fmax(area.south - height, -89),
                             is_around ? 180 : east + width, fmin(area.north + height, 89)};
    if (!trace(ctx, wide, BOUNDS_STEPS, &ring)) {
        return jalon_no_memory(ctx);
    }
    if (jalon_geo_crs_project(thread, JALON_SRID_WGS84, srid, ring.positions, ring.count)) {
        *out = box_of(&ring);
    }
    return JALON_OK;
}

/* No step is longer than half a turn then: longitudes may pass 180. False: it is not on earth. */
static bool unwind(struct ring *ring)
{
    struct jalon_position *at = ring->positions;
    for (size_t i = 0; i < ring->count; i++) {
        if (!isfinite(at[i].lon) || !isfinite(at[i].lat)) {
            return false;
        }
        if (i > 0) {
            at[i].lon -= 360 * round((at[i].lon - at[i - 1].lon) / 360);
        }
    }
    return true;
}

/* What of the ring is on one side of a meridian. Sutherland and Hodgman 1974. */
static struct ring clip(struct ring in, double meridian, bool is_west, struct jalon_position *room)
{
    struct ring made = {room, 0};
    for (size_t i = 0; i + 1 < in.count; i++) {
        struct jalon_position a = in.positions[i], b = in.positions[i + 1];
        bool a_in = is_west ? a.lon <= meridian : a.lon >= meridian;
        bool b_in = is_west ? b.lon <= meridian : b.lon >= meridian;
        if (a_in) {
            made.positions[made.count++] = a;
        }
        if (a_in != b_in) {
            double part = (meridian - a.lon) / (b.lon - a.lon);
            made.positions[made.count++] =
                (struct jalon_position){meridian, a.lat + (b.lat - a.lat) * part};
        }
    }
    if (made.count > 0) {
        made.positions[made.count++] = made.positions[0];
    }
    return made;
}

static double clamp(double value, double limit)
{
    return fmax(-limit, fmin(limit, value));
}

/* Adds the part of the ring that is on the map when it is moved by `shift`. */
static void add_part(struct ring ring, double shift, struct jalon_position *room,
                     struct jalon_geometry *outline)
{
    struct ring part = clip(ring, -180 - shift, false, room);
    part = clip(part, 180 - shift, true, outline->positions + outline->position_count);
    struct jalon_box box = box_of(&part);
    if (part.count < 4 || box.west >= box.east) {
        return; /* it only touches the edge of the map */
    }
    for (size_t i = 0; i < part.count; i++) {
        part.positions[i].lon = clamp(part.positions[i].lon + shift, 180);
        part.positions[i].lat = clamp(part.positions[i].lat, 90);
    }
    outline->position_count += part.count;
    outline->ring_ends[outline->ring_count++] = (uint32_t)outline->position_count;
    outline->polygon_ends[outline->polygon_count++] = (uint32_t)outline->ring_count;
}

static enum jalon_status make_outline(struct jalon_context *ctx, struct ring ring,
                                      struct jalon_geometry *out)
{
    /* Each position may leave one more where its step is cut, and the first comes again. */
    size_t most = 4 * ring.count + 4;
    struct jalon_geometry outline = {.srid = JALON_SRID_WGS84};
    struct jalon_position *room = jalon_arena_allocate(ctx->arena, most * sizeof *room);
    outline.positions = jalon_arena_allocate(ctx->arena, PARTS * most * sizeof *room);
    outline.ring_ends = jalon_arena_allocate(ctx->arena, PARTS * sizeof *outline.ring_ends);
    outline.polygon_ends = jalon_arena_allocate(ctx->arena, PARTS * sizeof *outline.polygon_ends);
    if (room == NULL || outline.positions == NULL || outline.ring_ends == NULL ||
        outline.polygon_ends == NULL) {
        return jalon_no_memory(ctx);
    }
    for (int turn = -1; turn <= 1; turn++) {
        add_part(ring, 360.0 * turn, room, &outline);
    }
    outline.type =
        outline.polygon_count > 1 ? JALON_GEOMETRY_MULTIPOLYGON : JALON_GEOMETRY_POLYGON;
    *out = outline;
    return JALON_OK;
}

/* Around an unwound ring. */
static struct jalon_box map_box_of(const struct ring *ring)
{
    struct jalon_box box = box_of(ring);
    if (box.east - box.west >= 360) {
        box.west = -180;
        box.east = 180;
    }
    box.west += box.west < -180 ? 360 : 0;
    box.east -= box.east > 180 ? 360 : 0;
    return (struct jalon_box){clamp(box.west, 180), clamp(box.south, 90), clamp(box.east, 180),
                              clamp(box.north, 90)};
}

enum jalon_status jalon_crs_region_make(struct jalon_context *ctx, const struct jalon_crs *crs,
                                        struct jalon_box box, struct jalon_crs_region *out)
{
    struct jalon_geo_thread *thread = jalon_geo_thread_proj();
    struct jalon_box bounds;
    struct ring ring;
    enum jalon_status status =
        thread != NULL ? find_bounds(ctx, thread, crs->srid, &bounds) : jalon_no_memory(ctx);
    if (status != JALON_OK) {
        return status;
    }
    box = (struct jalon_box){
        fmax(box.west - MARGIN, bounds.west), fmax(box.south - MARGIN, bounds.south),
        fmin(box.east + MARGIN, bounds.east), fmin(box.north + MARGIN, bounds.north)};
    if (box.west >= box.east || box.south >= box.north) {
        *out = (struct jalon_crs_region){.is_empty = true};
        return JALON_OK;
    }
    if (!trace(ctx, box, steps_of(box), &ring)) {
        return jalon_no_memory(ctx);
    }
    if (!jalon_geo_crs_project(thread, crs->srid, JALON_SRID_WGS84, ring.positions, ring.count) ||
        !unwind(&ring)) {
        return jalon_fail(ctx, JALON_INVALID, "the box has no place on earth in EPSG:%d",
                          (int)crs->srid);
    }
    struct jalon_crs_region region = {.box = map_box_of(&ring)};
    status = make_outline(ctx, ring, &region.outline);
    if (status == JALON_OK) {
        region.is_empty = region.outline.polygon_count == 0;
        *out = region;
    }
    return status;
}
