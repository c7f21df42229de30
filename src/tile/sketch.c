/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Growing lists of positions. Layer 2 (tile). */
#include "sketch.h"

size_t jalon_tile_sketch_start(const struct jalon_tile_sketch *sketch, size_t ring)
{
    return ring == 0 ? 0 : sketch->ends[ring - 1];
}

void jalon_tile_sketch_add(struct jalon_tile_sketch *sketch, struct jalon_position position)
{
    if (sketch->count == sketch->capacity && !sketch->failed) {
        struct jalon_position *positions =
            jalon_arena_grow(sketch->ctx->arena, sketch->positions, sketch->count,
                             sketch->count + 1, sizeof *positions, &sketch->capacity);
        sketch->failed = positions == NULL;
        sketch->positions = positions != NULL ? positions : sketch->positions;
    }
    if (!sketch->failed) {
        sketch->positions[sketch->count++] = position;
    }
}

static void push(struct jalon_tile_sketch *sketch, uint32_t **list, size_t *count,
                 size_t *capacity, size_t value)
{
    uint32_t *grown = jalon_arena_grow(sketch->ctx->arena, *list, *count, *count + 1,
                                       sizeof *grown, capacity);
    if (grown == NULL) {
        sketch->failed = true;
        return;
    }
    *list = grown;
    grown[(*count)++] = (uint32_t)value;
}

bool jalon_tile_sketch_end(struct jalon_tile_sketch *sketch, size_t least)
{
    size_t start = jalon_tile_sketch_start(sketch, sketch->end_count);
    if (sketch->count - start < least) {
        sketch->count = start;
        return false;
    }
    push(sketch, &sketch->ends, &sketch->end_count, &sketch->end_capacity, sketch->count);
    return true;
}

void jalon_tile_sketch_end_polygon(struct jalon_tile_sketch *sketch)
{
    push(sketch, &sketch->polygons, &sketch->polygon_count, &sketch->polygon_capacity,
         sketch->end_count);
}
