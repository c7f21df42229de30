/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which territories a contribution lies in. Layer 2 (view). */
#include "territories.h"

#include <math.h>
#include <string.h>

static bool copy_description(struct jalon_arena *arena, const struct jalon_territory *in,
                             struct jalon_territory *out)
{
    *out = (struct jalon_territory){
        .id = in->id,
        .key = jalon_text_copy(arena, in->key),
        .name = jalon_text_copy(arena, in->name),
        .kind = jalon_text_copy(arena, in->kind),
        .parent = jalon_text_copy(arena, in->parent),
    };
    return out->key.data != NULL && out->name.data != NULL && out->kind.data != NULL &&
           out->parent.data != NULL;
}

void jalon_view_territories_finish(struct jalon_view_territories *territories)
{
    for (size_t i = 0; i < territories->count; i++) {
        jalon_geo_area_destroy(territories->areas[i]);
    }
    *territories = (struct jalon_view_territories){.count = 0};
}

/* --- The grid --- */

/* Squares along a side; squares that a territory is in, on average. */
enum { SIDE_MAX = 256, MET_MAX = 64 };

/* Which column or row; those outside are in the first or the last. Ascends with the degrees. */
static int step_of(double degrees, double start, double steps_a_degree, int side)
{
    double step = (degrees - start) * steps_a_degree;
    return step <= 0 ? 0 : step >= side ? side - 1 : (int)step;
}

static int column_of(const struct jalon_view_territory_grid *grid, double lon)
{
    return step_of(lon, grid->corner.lon, grid->columns_a_degree, grid->side);
}

static int row_of(const struct jalon_view_territory_grid *grid, double lat)
{
    return step_of(lat, grid->corner.lat, grid->rows_a_degree, grid->side);
}

/* The squares that a box meets, all in between included. */
static void find_squares(const struct jalon_view_territory_grid *grid, const struct jalon_box *box,
                         int columns[2], int rows[2])
{
    bool is_split = box->west > box->east; /* across the antimeridian */
    columns[0] = is_split ? 0 : column_of(grid, box->west);
    columns[1] = is_split ? grid->side - 1 : column_of(grid, box->east);
    rows[0] = row_of(grid, box->south);
    rows[1] = row_of(grid, box->north);
}

static size_t count_met(const struct jalon_view_territory_grid *grid, const struct jalon_box *boxes,
                        size_t count)
{
    size_t met = 0;
    for (size_t i = 0; i < count; i++) {
        int columns[2], rows[2];
        find_squares(grid, &boxes[i], columns, rows);
        met += (size_t)(columns[1] - columns[0] + 1) * (size_t)(rows[1] - rows[0] + 1);
    }
    return met;
}

/* About four squares for each territory, over the box around all; fewer when each is in many. */
static void lay_grid(struct jalon_view_territory_grid *grid, const struct jalon_box *boxes,
                     size_t count)
{
    struct jalon_box all = {180, 90, -180, -90};
    for (size_t i = 0; i < count; i++) {
        bool is_split = boxes[i].west > boxes[i].east;
        all.west = fmin(all.west, is_split ? -180 : boxes[i].west);
        all.south = fmin(all.south, boxes[i].south);
        all.east = fmax(all.east, is_split ? 180 : boxes[i].east);
        all.north = fmax(all.north, boxes[i].north);
    }
    grid->corner = (struct jalon_position){all.west, all.south};
    grid->side = 2 * (1 + (int)fmin(SIDE_MAX - 1, 2 * sqrt((double)count)));
    do {
        grid->side /= 2;
        grid->columns_a_degree = grid->side / fmax(all.east - all.west, 1e-9);
        grid->rows_a_degree = grid->side / fmax(all.north - all.south, 1e-9);
    } while (grid->side > 1 && count_met(grid, boxes, count) > MET_MAX * count);
}

/* Counts the squares that the box meets behind their starts, or puts the territory into them. */
static void visit_squares(struct jalon_view_territory_grid *grid, const struct jalon_box *box,
                          int32_t territory, bool is_counting)
{
    int columns[2], rows[2];
    find_squares(grid, box, columns, rows);
    for (int row = rows[0]; row <= rows[1]; row++) {
        for (int column = columns[0]; column <= columns[1]; column++) {
            uint32_t *start = &grid->starts[row * grid->side + column + 1];
            if (!is_counting) {
                grid->items[*start] = territory;
            }
            ++*start;
        }
    }
}

static bool make_grid(struct jalon_arena *arena, const struct jalon_box *boxes, size_t count,
                      struct jalon_view_territory_grid *grid)
{
    lay_grid(grid, boxes, count);
    size_t squares = (size_t)grid->side * (size_t)grid->side;
    grid->starts = jalon_arena_allocate_zeroed(arena, squares + 2, sizeof *grid->starts);
    if (grid->starts == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        visit_squares(grid, &boxes[i], (int32_t)i, true);
    }
    /* The start of a square, until its territories have moved it to that of the next one. */
    uint32_t total = 0;
    for (size_t i = 1; i <= squares; i++) {
        uint32_t here = grid->starts[i];
        grid->starts[i] = total;
        total += here;
    }
    grid->items = jalon_arena_allocate(arena, (total + 1) * sizeof *grid->items);
    for (size_t i = 0; grid->items != NULL && i < count; i++) {
        visit_squares(grid, &boxes[i], (int32_t)i, false);
    }
    return grid->items != NULL;
}

/* --- Life --- */

enum jalon_status jalon_view_territories_init(struct jalon_context *ctx, struct jalon_arena *arena,
                                              const struct jalon_territory *territories,
                                              size_t count, struct jalon_view_territories *out)
{
    struct jalon_territory *items = jalon_arena_allocate_zeroed(arena, count, sizeof *items);
    struct jalon_view_territories made = {
        .items = items,
        .areas = jalon_arena_allocate_zeroed(arena, count, sizeof *made.areas),
    };
    struct jalon_box *boxes = jalon_arena_allocate_zeroed(ctx->arena, count, sizeof *boxes);
    enum jalon_status status =
        made.items != NULL && made.areas != NULL && boxes != NULL ? JALON_OK : jalon_no_memory(ctx);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = copy_description(arena, &territories[i], &items[i])
                     ? jalon_geo_area_create(ctx, &territories[i].geometry, &made.areas[i])
                     : jalon_no_memory(ctx);
        made.count += status == JALON_OK;
        (void)jalon_geometry_box(&territories[i].geometry, &boxes[i]); /* an area has one */
    }
    if (status == JALON_OK && !make_grid(arena, boxes, count, &made.grid)) {
        status = jalon_no_memory(ctx);
    }
    if (status != JALON_OK) {
        jalon_view_territories_finish(&made);
        return status;
    }
    *out = made;
    return JALON_OK;
}

enum jalon_status jalon_view_territories_find(struct jalon_context *ctx,
                                              const struct jalon_view_territories *territories,
                                              struct jalon_position position, const int32_t **out,
                                              size_t *out_count)
{
    *out = NULL;
    *out_count = 0;
    if (territories->count == 0) {
        return JALON_OK;
    }
    const struct jalon_view_territory_grid *grid = &territories->grid;
    const uint32_t *starts =
        &grid->starts[row_of(grid, position.lat) * grid->side + column_of(grid, position.lon)];
    const int32_t *candidates = grid->items + starts[0];
    size_t candidate_count = starts[1] - starts[0], count = 0;
    int32_t *found = jalon_arena_allocate(ctx->arena, (candidate_count + 1) * sizeof *found);
    if (found == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < candidate_count; i++) {
        if (jalon_geo_area_covers(territories->areas[candidates[i]], position)) {
            found[count++] = candidates[i];
        }
    }
    *out = found;
    *out_count = count;
    return JALON_OK;
}
