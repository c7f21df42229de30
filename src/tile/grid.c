/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Where a tile lies, and where positions lie in it. Layer 2 (tile).
 *
 * Source: spherical Mercator (Snyder 1987, "Map Projections: A Working Manual", 7-1 to 7-4); tile
 * matrix set WebMercatorQuad (OGC 17-083r4, annex D.1).
 */
#include "grid.h"

#include <math.h>

static const double pi = 3.14159265358979323846;
/* The latitude at which the world is a square. */
static const double latitude_max = 85.0511287798066;

double jalon_tile_world(struct jalon_tile tile)
{
    return (double)JALON_TILE_EXTENT * (double)((int64_t)1 << tile.zoom);
}

/* --- Addresses --- */

static bool parse_number(struct jalon_text text, int64_t *out)
{
    bool plain = text.length > 0 && text.length < 10 && (text.data[0] != '0' || text.length == 1);
    for (size_t i = 0; plain && i < text.length; i++) {
        plain = text.data[i] >= '0' && text.data[i] <= '9';
    }
    return plain && jalon_text_to_int64(text, out);
}

bool jalon_tile_parse(struct jalon_text zoom, struct jalon_text row, struct jalon_text column,
                      struct jalon_tile *out)
{
    int64_t z, y, x;
    if (!parse_number(zoom, &z) || !parse_number(row, &y) || !parse_number(column, &x) ||
        z > JALON_TILE_ZOOM_MAX || y >= (int64_t)1 << z || x >= (int64_t)1 << z) {
        return false;
    }
    *out = (struct jalon_tile){(int32_t)z, (int32_t)y, (int32_t)x};
    return true;
}

/* --- Degrees and units --- */

static double latitude_of(double y)
{
    return atan(sinh(pi * (1 - 2 * y))) * 180 / pi;
}

static double longitude_within(double lon)
{
    return lon < -180 ? lon + 360 : lon > 180 ? lon - 360 : lon;
}

struct jalon_box jalon_tile_box(struct jalon_tile tile)
{
    double world = jalon_tile_world(tile);
    double margin = JALON_TILE_MARGIN + 1; /* one unit more than is drawn: for rounding */
    double left = (double)tile.column * JALON_TILE_EXTENT - margin;
    double right = left + JALON_TILE_EXTENT + 2 * margin;
    double top = (double)tile.row * JALON_TILE_EXTENT - margin;
    double bottom = top + JALON_TILE_EXTENT + 2 * margin;
    struct jalon_box box = {.west = -180, .south = -90, .east = 180, .north = 90};
    if (right - left < world) {
        box.west = longitude_within(left / world * 360 - 180);
        box.east = longitude_within(right / world * 360 - 180);
    }
    if (top > 0) { /* the first row reaches to the pole */
        box.north = latitude_of(top / world);
    }
    if (bottom < world) {
        box.south = latitude_of(bottom / world);
    }
    return box;
}

struct jalon_position jalon_tile_project(struct jalon_tile tile, double world,
                                         struct jalon_position position)
{
    double lat = fmin(fmax(position.lat, -latitude_max), latitude_max);
    double sine = sin(lat * pi / 180);
    double y = 0.5 - log((1 + sine) / (1 - sine)) / (4 * pi);
    return (struct jalon_position){
        (position.lon / 360 + 0.5) * world - (double)tile.column * JALON_TILE_EXTENT,
        y * world - (double)tile.row * JALON_TILE_EXTENT,
    };
}

/* The unit, the world's last one for what is on its eastern or southern edge. */
static double unit_of(double local, double first, double world)
{
    return fmin(fmax(floor(local + first), 0), world - 1) - first;
}

static bool is_drawn(double local)
{
    return local >= -JALON_TILE_MARGIN && local < JALON_TILE_EXTENT + JALON_TILE_MARGIN;
}

bool jalon_tile_find_place(struct jalon_tile tile, struct jalon_position position,
                           struct jalon_tile_place *out)
{
    double world = jalon_tile_world(tile);
    struct jalon_position local = jalon_tile_project(tile, world, position);
    double x = unit_of(local.lon, (double)tile.column * JALON_TILE_EXTENT, world);
    double y = unit_of(local.lat, (double)tile.row * JALON_TILE_EXTENT, world);
    /* The margins of the first and last column look beyond the antimeridian. */
    if (x < -JALON_TILE_MARGIN) {
        x += world;
    } else if (x >= JALON_TILE_EXTENT + JALON_TILE_MARGIN) {
        x -= world;
    }
    if (!is_drawn(x) || !is_drawn(y)) {
        return false;
    }
    *out = (struct jalon_tile_place){(int32_t)x, (int32_t)y};
    return true;
}

bool jalon_tile_is_small(struct jalon_tile tile, const struct jalon_geometry *geometry, double units,
                         struct jalon_position *out_middle)
{
    struct jalon_position low = {INFINITY, INFINITY}, high = {-INFINITY, -INFINITY};
    double world = jalon_tile_world(tile);
    for (size_t i = 0; i < geometry->position_count; i++) {
        struct jalon_position p = geometry->positions[i];
        low = (struct jalon_position){fmin(low.lon, p.lon), fmin(low.lat, p.lat)};
        high = (struct jalon_position){fmax(high.lon, p.lon), fmax(high.lat, p.lat)};
        if ((high.lon - low.lon) / 360 * world > units) {
            return false;
        }
    }
    double north = jalon_tile_project(tile, world, high).lat;
    double south = jalon_tile_project(tile, world, low).lat;
    if (geometry->position_count == 0 || south - north > units) {
        return false;
    }
    *out_middle =
        (struct jalon_position){low.lon + (high.lon - low.lon) / 2, low.lat + (high.lat - low.lat) / 2};
    return true;
}
