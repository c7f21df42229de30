/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of tile share: commands read back into geometries, and chance. */
#ifndef TILE_TEST_H
#define TILE_TEST_H

#include "geo_test.h"

#include "jalon/tile.h"

static struct jalon_context *scratch;

static inline int set_up_tile(void **state)
{
    scratch = jalon_context_create();
    return set_up(state) != 0 || scratch == NULL;
}

static inline int tear_down_tile(void **state)
{
    jalon_context_destroy(scratch);
    return tear_down(state);
}

/* A number in [0, 1): xorshift64* (Vigna 2016), the same at each run. */
static inline double chance(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)((*state * 2685821657736338717ULL) >> 11) / 9007199254740992.0;
}

static inline int32_t unzigzag(uint32_t value)
{
    return (int32_t)(value >> 1) ^ -(int32_t)(value & 1);
}

/* What a client reads: "M x y L x y x y Z …" */
static inline const char *commands_of(const struct jalon_tile_shape *shape)
{
    static const char letters[] = "?ML????Z";
    int32_t x = 0, y = 0;
    jalon_buffer_clear(&buffer);
    for (size_t i = 0; i < shape->command_count;) {
        uint32_t command = shape->commands[i] & 7, count = shape->commands[i] >> 3;
        i++;
        jalon_buffer_append_format(&buffer, "%s%c", buffer.length > 0 ? " " : "", letters[command]);
        for (uint32_t c = 0; command != 7 && c < count; c++, i += 2) {
            x += unzigzag(shape->commands[i]);
            y += unzigzag(shape->commands[i + 1]);
            jalon_buffer_append_format(&buffer, " %d %d", x, y);
        }
    }
    return jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer)).data;
}

/* The rings of a polygon's commands, closed; a new polygon begins at each with positive area. */
static inline struct jalon_geometry polygons_of(const struct jalon_tile_shape *shape)
{
    size_t most = shape->command_count + 1;
    struct jalon_geometry out = {
        .type = JALON_GEOMETRY_MULTIPOLYGON,
        .positions = jalon_arena_allocate(ctx->arena, most * sizeof *out.positions),
        .ring_ends = jalon_arena_allocate(ctx->arena, most * sizeof *out.ring_ends),
        .polygon_ends = jalon_arena_allocate(ctx->arena, most * sizeof *out.polygon_ends),
    };
    int32_t x = 0, y = 0;
    size_t start = 0;
    for (size_t i = 0; i < shape->command_count;) {
        uint32_t command = shape->commands[i] & 7, count = shape->commands[i] >> 3;
        i++;
        for (uint32_t c = 0; command != 7 && c < count; c++, i += 2) {
            x += unzigzag(shape->commands[i]);
            y += unzigzag(shape->commands[i + 1]);
            out.positions[out.position_count++] = (struct jalon_position){x, y};
        }
        if (command != 7) {
            continue;
        }
        double area = 0;
        out.positions[out.position_count] = out.positions[start];
        for (size_t p = start; p < out.position_count; p++) {
            struct jalon_position a = out.positions[p], b = out.positions[p + 1];
            area += a.lon * b.lat - b.lon * a.lat;
        }
        assert_true(area > 0 || area < 0);
        out.position_count++;
        if (area > 0 && out.ring_count > 0) {
            out.polygon_ends[out.polygon_count++] = (uint32_t)out.ring_count;
        }
        assert_true(area > 0 || out.ring_count > 0); /* a hole needs an exterior before it */
        out.ring_ends[out.ring_count++] = (uint32_t)out.position_count;
        start = out.position_count;
    }
    if (out.ring_count > 0) {
        out.polygon_ends[out.polygon_count++] = (uint32_t)out.ring_count;
    }
    return out;
}

/* A geometry whose coordinates are units of the tile, as degrees. */
static inline struct jalon_geometry from_units(struct jalon_tile tile, const char *type,
                                               const char *coordinates)
{
    struct jalon_geometry geometry = shape(type, coordinates);
    double world = 4096.0 * (double)((int64_t)1 << tile.zoom);
    for (size_t i = 0; i < geometry.position_count; i++) {
        struct jalon_position *p = &geometry.positions[i];
        double x = (p->lon + 4096.0 * tile.column) / world;
        double y = (p->lat + 4096.0 * tile.row) / world;
        p->lon = x * 360 - 180;
        p->lat = atan(sinh(3.14159265358979323846 * (1 - 2 * y))) * 180 / 3.14159265358979323846;
    }
    return geometry;
}

#endif
