/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Places told only so far: the middle of the square of a fixed grid that they are in. Layer 1 (geo).
 *
 * A function of place and grid alone: whoever asks again, or in another way, learns nothing more.
 */
#include <math.h>

#include "jalon/geo.h"

/* A degree of latitude on the sphere of the ellipsoid's mean radius (IUGG, 6371008.8 m). */
#define DEGREE_M 111195.0797343643
/* The 7 decimals that are written. */
#define DECIMALS 1e7

static double round_degrees(double degrees)
{
    return round(degrees * DECIMALS) / DECIMALS;
}

/* Half of the world's turn, in the turn. */
static double middle_of(double west, double east)
{
    double middle = west <= east ? west + (east - west) / 2 : west + (east + 360 - west) / 2;
    return middle > 180 ? middle - 360 : middle;
}

static double limit(double number, double most)
{
    return number < 0 ? 0 : number > most ? most : number;
}

struct jalon_position jalon_geo_coarsen(struct jalon_position position, int32_t grid_m)
{
    double rows = fmax(1, floor(180 * DEGREE_M / grid_m));
    double row = limit(floor((position.lat + 90) / 180 * rows), rows - 1);
    double lat = (row + 0.5) * 180 / rows - 90;
    double around_m = 360 * DEGREE_M * cos(lat * acos(-1) / 180);
    double columns = fmax(1, floor(around_m / grid_m));
    double column = limit(floor((position.lon + 180) / 360 * columns), columns - 1);
    return (struct jalon_position){round_degrees((column + 0.5) * 360 / columns - 180),
                                   round_degrees(lat)};
}

enum jalon_status jalon_geometry_coarsen(struct jalon_context *ctx,
                                         const struct jalon_geometry *geometry, int32_t grid_m,
                                         struct jalon_geometry *out)
{
    struct jalon_box box;
    if (grid_m == 0 || !jalon_geometry_box(geometry, &box)) {
        *out = *geometry;
        return JALON_OK;
    }
    struct jalon_position middle = {middle_of(box.west, box.east),
                                    box.south + (box.north - box.south) / 2};
    return jalon_geometry_make_point(ctx, jalon_geo_coarsen(middle, grid_m), geometry->srid, out);
}
