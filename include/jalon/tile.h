/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Vector tiles: where a tile lies, how shapes become what is drawn in it, and its bytes. Layer 2.
 *
 * Knows geometries, not contributions. The tile matrix set is WebMercatorQuad (OGC 17-083r4, annex
 * D.1): zoom z cuts the world into 2^z × 2^z tiles, row 0 in the north. A tile is 4096 × 4096 units,
 * y downward, and holds what lies up to 64 units beyond its edges. What is nearer to the poles than
 * 85.05 degrees is drawn at the edge of the world, so that no point is in no tile.
 *
 * Bytes: Mapbox Vector Tile 2.1. The same shapes in the same order give the same bytes, and what is
 * outside the tile's box has no part in them.
 */
#ifndef JALON_TILE_H
#define JALON_TILE_H

#include "jalon/buffer.h"
#include "jalon/context.h"
#include "jalon/geometry.h"

enum {
    JALON_TILE_ZOOM_MAX = 22,
    JALON_TILE_EXTENT = 4096, /* units along one side */
    JALON_TILE_MARGIN = 64,   /* units beyond each edge */
};

struct jalon_tile {
    int32_t zoom;
    int32_t row;
    int32_t column;
};

/* A place in a tile, in units: from -MARGIN to EXTENT + MARGIN - 1 for points. */
struct jalon_tile_place {
    int32_t x;
    int32_t y;
};

/* Decimal numbers without signs and leading zeros; false when there is no such tile. */
bool jalon_tile_parse(struct jalon_text zoom, struct jalon_text row, struct jalon_text column,
                      struct jalon_tile *out);
/* The box around the tile and its margin, degrees, a little too large rather than too small. */
struct jalon_box jalon_tile_box(struct jalon_tile tile);
/*
 * Where a position is drawn; false outside the tile and its margin. Every position is drawn at one
 * unit of one tile, whatever margins it is seen in besides: two tiles never count it both.
 */
bool jalon_tile_find_place(struct jalon_tile tile, struct jalon_position position,
                           struct jalon_tile_place *out);

/* --- Shapes --- */
/*
 * The commands of a shape (MVT 2.1, 4.3), clipped to the tile and its margin, simplified within one
 * unit, rounded to units. Lines without length and rings without area are dropped; polygons are
 * valid afterwards (repaired by GEOS after rounding), exteriors wound as MVT wants.
 */
enum jalon_tile_shape_type { JALON_TILE_POINT = 1, JALON_TILE_LINE = 2, JALON_TILE_POLYGON = 3 };

struct jalon_tile_shape {
    enum jalon_tile_shape_type type;
    const uint32_t *commands;
    size_t command_count; /* 0: nothing of it is left in the tile */
};

/*
 * Everything is in scratch's arena, which the caller resets between shapes. NONE has no commands.
 * JALON_NO_MEMORY.
 */
enum jalon_status jalon_tile_make_shape(struct jalon_context *scratch, struct jalon_tile tile,
                                        const struct jalon_geometry *geometry,
                                        struct jalon_tile_shape *out) JALON_MUST_USE;
/* One point, without memory: `commands` has room for 3. */
struct jalon_tile_shape jalon_tile_make_point(struct jalon_tile_place place, uint32_t commands[3]);
/*
 * When all of the geometry lies in a square of `units`: the position in the middle of its box. A
 * shape that small cannot be told from a point.
 */
bool jalon_tile_is_small(struct jalon_tile tile, const struct jalon_geometry *geometry, double units,
                         struct jalon_position *out_middle);

/* --- Bytes --- */
/* Writes one layer; of one thread. Keys and values are in dictionaries of the layer. */
struct jalon_tile_layer;

/* Lives in ctx' arena, with buffers that go with it. The largest layer is `maximum` bytes. */
enum jalon_status jalon_tile_layer_create(struct jalon_context *ctx, size_t maximum,
                                          struct jalon_tile_layer **out) JALON_MUST_USE;
/*
 * A feature: its attributes, then its shape. `key` is borrowed until the layer is written; the same
 * key has the same address or the same text. An attribute is named once in a feature.
 */
void jalon_tile_put_text(struct jalon_tile_layer *layer, struct jalon_text key,
                         struct jalon_text value);
/* A text that no other feature has (an id): it is not looked for among the others. */
void jalon_tile_put_unique(struct jalon_tile_layer *layer, struct jalon_text key,
                           struct jalon_text value);
void jalon_tile_put_integer(struct jalon_tile_layer *layer, struct jalon_text key, int64_t value);
void jalon_tile_put_number(struct jalon_tile_layer *layer, struct jalon_text key, double value);
void jalon_tile_put_boolean(struct jalon_tile_layer *layer, struct jalon_text key, bool value);
/* Ends the feature. `id` 0: none. */
void jalon_tile_put_feature(struct jalon_tile_layer *layer, uint64_t id,
                            const struct jalon_tile_shape *shape);
/*
 * Appends the layer to the tile when it has a feature, and empties it for the next one.
 * JALON_NO_MEMORY, JALON_TOO_LARGE (also of what was put before).
 */
enum jalon_status jalon_tile_layer_write(struct jalon_context *ctx, struct jalon_tile_layer *layer,
                                         struct jalon_text name,
                                         struct jalon_buffer *tile) JALON_MUST_USE;

#endif
