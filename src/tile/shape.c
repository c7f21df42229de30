/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * From a geometry to the commands of a vector tile (Mapbox Vector Tile 2.1, 4.3). Layer 2 (tile).
 *
 * Polygons are checked after rounding, because that is when outlines begin to cross: GEOS repairs
 * them, what it made is rounded again, and so on until nothing changes.
 */
#include "sketch.h"

#include <math.h>
#include <stdlib.h>

#include "jalon/geo.h"

enum { MOVE_TO = 1, LINE_TO = 2, CLOSE_PATH = 7 };
/* Two or three are enough for what people draw; then the last repair stands, rounded. */
enum { REPAIRS_MAX = 8 };
static const double tolerance = 1;

/* --- Into the tile --- */

struct worker {
    struct jalon_tile tile;
    const struct jalon_geometry *geometry;
    struct jalon_position *projected; /* all positions */
    struct jalon_tile_sketch sketch;
};

static enum jalon_status project_all(struct worker *worker, double world)
{
    size_t count = worker->geometry->position_count;
    struct jalon_context *ctx = worker->sketch.ctx;
    worker->projected = jalon_arena_allocate(ctx->arena, count * sizeof *worker->projected);
    if (worker->projected == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        worker->projected[i] = jalon_tile_project(worker->tile, world, worker->geometry->positions[i]);
    }
    return JALON_OK;
}

static void clip_lines(struct worker *worker)
{
    const struct jalon_geometry *geometry = worker->geometry;
    for (size_t i = 0; i < geometry->ring_count; i++) {
        size_t start = jalon_geometry_ring_start(geometry, i);
        jalon_tile_clip_line(&worker->sketch, worker->projected + start,
                             geometry->ring_ends[i] - start);
    }
}

static void clip_polygons(struct worker *worker)
{
    const struct jalon_geometry *geometry = worker->geometry;
    for (size_t i = 0; i < geometry->polygon_count; i++) {
        size_t exterior = jalon_geometry_polygon_start(geometry, i);
        bool holds = false;
        for (size_t ring = exterior; ring < geometry->polygon_ends[i]; ring++) {
            size_t start = jalon_geometry_ring_start(geometry, ring);
            size_t count = geometry->ring_ends[ring] - start;
            bool left = count >= 4 && jalon_tile_clip_ring(&worker->sketch,
                                                           worker->projected + start, count);
            holds = holds || (left && ring == exterior);
            if (!holds) {
                break; /* its holes have no place */
            }
        }
        if (holds) {
            jalon_tile_sketch_end_polygon(&worker->sketch);
        }
    }
}

static void shift(struct worker *worker, double by)
{
    for (size_t i = 0; i < worker->geometry->position_count; i++) {
        worker->projected[i].lon += by;
    }
}

/* Clips the shape, and its copies a world further west and east for the margins at the edge. */
static enum jalon_status clip(struct worker *worker)
{
    bool is_polygon = worker->geometry->polygon_count > 0;
    double world = jalon_tile_world(worker->tile);
    int32_t last = (int32_t)(((int64_t)1 << worker->tile.zoom) - 1);
    enum jalon_status status = project_all(worker, world);
    if (status != JALON_OK) {
        return status;
    }
    double west = worker->tile.column == 0 ? -world : 0;
    double east = worker->tile.column == last ? world : 0;
    shift(worker, west);
    for (double at = west; at <= east; at += world) {
        if (is_polygon) {
            clip_polygons(worker);
        } else {
            clip_lines(worker);
        }
        shift(worker, world);
    }
    return worker->sketch.failed ? jalon_no_memory(worker->sketch.ctx) : JALON_OK;
}

/* --- Rounded --- */

/* Rounds down to units and drops repeats, in place; the new count. */
static size_t round_line(struct jalon_position *line, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct jalon_position p = {floor(line[i].lon), floor(line[i].lat)};
        if (kept == 0 || p.lon != line[kept - 1].lon || p.lat != line[kept - 1].lat) {
            line[kept++] = p;
        }
    }
    return kept;
}

/* One line or ring of `from`, which is overwritten; false when fewer than `least` are left. */
static bool copy_ring(struct jalon_tile_sketch *to, const struct jalon_tile_sketch *from,
                      size_t ring, size_t least, bool simplify)
{
    size_t start = jalon_tile_sketch_start(from, ring);
    size_t count = from->ends[ring] - start;
    struct jalon_position *line = from->positions + start;
    count = round_line(line, simplify ? jalon_tile_simplify(line, count, tolerance) : count);
    for (size_t i = 0; i < count; i++) {
        jalon_tile_sketch_add(to, line[i]);
    }
    return jalon_tile_sketch_end(to, least);
}

static void round_lines(struct jalon_tile_sketch *to, const struct jalon_tile_sketch *from)
{
    for (size_t i = 0; i < from->end_count; i++) {
        (void)copy_ring(to, from, i, 2, true);
    }
}

static void round_polygons(struct jalon_tile_sketch *to, const struct jalon_tile_sketch *from,
                           bool simplify)
{
    size_t ring = 0;
    for (size_t i = 0; i < from->polygon_count; i++) {
        bool has_exterior = copy_ring(to, from, ring++, 4, simplify);
        for (; ring < from->polygons[i]; ring++) {
            if (has_exterior) {
                (void)copy_ring(to, from, ring, 4, simplify);
            }
        }
        if (has_exterior) {
            jalon_tile_sketch_end_polygon(to);
        }
    }
}

static struct jalon_geometry geometry_of(const struct jalon_tile_sketch *sketch)
{
    return (struct jalon_geometry){
        .type = JALON_GEOMETRY_MULTIPOLYGON,
        .positions = sketch->positions,
        .position_count = sketch->count,
        .ring_ends = sketch->ends,
        .ring_count = sketch->end_count,
        .polygon_ends = sketch->polygons,
        .polygon_count = sketch->polygon_count,
    };
}

static struct jalon_tile_sketch sketch_of(struct jalon_context *ctx,
                                          const struct jalon_geometry *geometry)
{
    return (struct jalon_tile_sketch){
        .ctx = ctx,
        .positions = geometry->positions,
        .count = geometry->position_count,
        .ends = geometry->ring_ends,
        .end_count = geometry->ring_count,
        .polygons = geometry->polygon_ends,
        .polygon_count = geometry->polygon_count,
    };
}

static bool is_rounded(const struct jalon_geometry *geometry)
{
    for (size_t i = 0; i < geometry->position_count; i++) {
        struct jalon_position p = geometry->positions[i];
        if (floor(p.lon) != p.lon || floor(p.lat) != p.lat) {
            return false;
        }
    }
    return true;
}

/* Replaces the sketch by a valid one in units; nothing is left of what has no area. */
static enum jalon_status repair_polygons(struct jalon_tile_sketch *sketch)
{
    struct jalon_context *ctx = sketch->ctx;
    for (int i = 0; i < REPAIRS_MAX && sketch->count > 0; i++) {
        struct jalon_geometry rounded = geometry_of(sketch), valid;
        bool repaired;
        enum jalon_status status =
            jalon_geometry_make_valid(ctx, &rounded, NULL, &valid, &repaired);
        if (status == JALON_INVALID) { /* it collapsed: no fault, only too small here */
            jalon_error_clear(ctx);
            *sketch = (struct jalon_tile_sketch){.ctx = ctx};
            return JALON_OK;
        }
        if (status != JALON_OK) {
            return status;
        }
        bool done = is_rounded(&valid);
        *sketch = sketch_of(ctx, &valid);
        if (done) {
            return JALON_OK;
        }
        struct jalon_tile_sketch again = {.ctx = ctx};
        round_polygons(&again, sketch, false);
        *sketch = again;
        if (again.failed) {
            return jalon_no_memory(ctx);
        }
    }
    return JALON_OK;
}

/* --- Commands --- */

struct commands {
    uint32_t *list;
    size_t count;
    int32_t x, y; /* the cursor */
};

static uint32_t zigzag(int32_t value)
{
    return ((uint32_t)value << 1) ^ (value < 0 ? UINT32_MAX : 0);
}

static void put_command(struct commands *commands, uint32_t command, size_t count)
{
    commands->list[commands->count++] = command | (uint32_t)count << 3;
}

static void put_place(struct commands *commands, int32_t x, int32_t y)
{
    commands->list[commands->count++] = zigzag(x - commands->x);
    commands->list[commands->count++] = zigzag(y - commands->y);
    commands->x = x;
    commands->y = y;
}

static void put_line(struct commands *commands, const struct jalon_position *line, size_t count)
{
    put_command(commands, MOVE_TO, 1);
    put_place(commands, (int32_t)line[0].lon, (int32_t)line[0].lat);
    put_command(commands, LINE_TO, count - 1);
    for (size_t i = 1; i < count; i++) {
        put_place(commands, (int32_t)line[i].lon, (int32_t)line[i].lat);
    }
}

static enum jalon_status put_sketch(const struct jalon_tile_sketch *sketch, bool closed,
                                    struct jalon_tile_shape *shape)
{
    struct commands commands = {
        .list = jalon_arena_allocate(sketch->ctx->arena, (2 * sketch->count + 3 * sketch->end_count) *
                                                             sizeof *commands.list),
    };
    if (commands.list == NULL) {
        return jalon_no_memory(sketch->ctx);
    }
    for (size_t i = 0; i < sketch->end_count; i++) {
        size_t start = jalon_tile_sketch_start(sketch, i);
        put_line(&commands, sketch->positions + start, sketch->ends[i] - start - closed);
        if (closed) {
            put_command(&commands, CLOSE_PATH, 1);
        }
    }
    shape->commands = commands.list;
    shape->command_count = commands.count;
    return JALON_OK;
}

/* --- Points --- */

struct jalon_tile_shape jalon_tile_make_point(struct jalon_tile_place place, uint32_t commands[3])
{
    struct commands point = {.list = commands};
    put_command(&point, MOVE_TO, 1);
    put_place(&point, place.x, place.y);
    return (struct jalon_tile_shape){JALON_TILE_POINT, commands, point.count};
}

static int compare_places(const void *left, const void *right)
{
    const struct jalon_tile_place *a = left, *b = right;
    return a->y != b->y ? (a->y < b->y ? -1 : 1) : (a->x > b->x) - (a->x < b->x);
}

/* The places of a multipoint, each once, north to south. */
static enum jalon_status make_points(struct jalon_context *ctx, struct jalon_tile tile,
                                     const struct jalon_geometry *geometry,
                                     struct jalon_tile_shape *shape)
{
    size_t count = 0, kept = 0, all = geometry->position_count;
    struct jalon_tile_place *places = jalon_arena_allocate(ctx->arena, all * sizeof *places);
    struct commands commands = {
        .list = jalon_arena_allocate(ctx->arena, (1 + 2 * all) * sizeof *commands.list),
    };
    if (places == NULL || commands.list == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < all; i++) {
        count += jalon_tile_find_place(tile, geometry->positions[i], &places[count]);
    }
    qsort(places, count, sizeof *places, compare_places);
    commands.count = 1; /* the command comes when the number is known */
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || compare_places(&places[i], &places[i - 1]) != 0) {
            put_place(&commands, places[i].x, places[i].y);
            kept++;
        }
    }
    commands.list[0] = MOVE_TO | (uint32_t)kept << 3;
    shape->commands = commands.list;
    shape->command_count = kept > 0 ? commands.count : 0;
    return JALON_OK;
}

static enum jalon_status make_drawing(struct jalon_context *scratch, struct jalon_tile tile,
                                      const struct jalon_geometry *geometry,
                                      struct jalon_tile_shape *shape)
{
    bool closed = geometry->polygon_count > 0;
    struct worker worker = {.tile = tile, .geometry = geometry, .sketch = {.ctx = scratch}};
    struct jalon_tile_sketch rounded = {.ctx = scratch};
    enum jalon_status status = clip(&worker);
    if (status != JALON_OK) {
        return status;
    }
    if (closed) {
        round_polygons(&rounded, &worker.sketch, true);
    } else {
        round_lines(&rounded, &worker.sketch);
    }
    status = rounded.failed ? jalon_no_memory(scratch)
             : closed       ? repair_polygons(&rounded)
                            : JALON_OK;
    shape->type = closed ? JALON_TILE_POLYGON : JALON_TILE_LINE;
    return status == JALON_OK ? put_sketch(&rounded, closed, shape) : status;
}

enum jalon_status jalon_tile_make_shape(struct jalon_context *scratch, struct jalon_tile tile,
                                        const struct jalon_geometry *geometry,
                                        struct jalon_tile_shape *out)
{
    struct jalon_tile_shape shape = {.type = JALON_TILE_POINT};
    enum jalon_status status = JALON_OK;
    switch (geometry->type) {
    case JALON_GEOMETRY_NONE: break;
    case JALON_GEOMETRY_POINT:
    case JALON_GEOMETRY_MULTIPOINT: status = make_points(scratch, tile, geometry, &shape); break;
    case JALON_GEOMETRY_LINESTRING:
    case JALON_GEOMETRY_MULTILINESTRING:
    case JALON_GEOMETRY_POLYGON:
    case JALON_GEOMETRY_MULTIPOLYGON: status = make_drawing(scratch, tile, geometry, &shape); break;
    }
    if (status == JALON_OK) {
        *out = shape;
    }
    return status;
}
