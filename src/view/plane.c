/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Longitude and latitude to whole numbers on the Mercator square, and back. Layer 2 (view). */
#include "plane.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

struct jalon_view_plane jalon_view_plane_make(int radius)
{
    struct jalon_view_plane plane = {.cells = (uint32_t)(1024 / (3 * radius))};
    while ((UINT32_C(1) << plane.bits) < plane.cells) {
        plane.bits++;
    }
    plane.scale = ldexp(plane.cells, 32 - plane.bits);
    plane.radius = plane.scale * radius / 512;
    return plane;
}

static uint32_t scaled(const struct jalon_view_plane *plane, double part)
{
    double at = floor(part * plane->scale);
    return at <= 0 ? 0 : at >= plane->scale ? (uint32_t)(plane->scale - 1) : (uint32_t)at;
}

struct jalon_view_spot jalon_view_plane_spot(const struct jalon_view_plane *plane,
                                             struct jalon_position position)
{
    double sine = sin(position.lat * pi / 180);
    sine = fmax(-0.9999, fmin(0.9999, sine)); /* beyond the square's edge, short of infinity */
    return (struct jalon_view_spot){
        scaled(plane, position.lon / 360 + 0.5),
        scaled(plane, 0.5 - log((1 + sine) / (1 - sine)) / (4 * pi)),
    };
}

struct jalon_position jalon_view_plane_position(const struct jalon_view_plane *plane, double x,
                                                double y)
{
    /* A spot stands for a unit: its middle. */
    double east = (x + 0.5) / plane->scale, south = (y + 0.5) / plane->scale;
    return (struct jalon_position){
        (east - 0.5) * 360,
        (2 * atan(exp(pi * (1 - 2 * south))) - pi / 2) * 180 / pi,
    };
}
