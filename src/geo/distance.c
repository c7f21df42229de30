/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Distances on the ellipsoid, from a place to a shape. Layer 1.
 *
 * Exact distances cost a microsecond, so that bounds go first: on the same longitudes and latitudes
 * a sphere with the ellipsoid's least radius of curvature (of the meridian, at the equator) is
 * nowhere longer than the ellipsoid, and one with the greatest (at the poles) nowhere shorter.
 *
 * Source: Karney 2013, "Algorithms for geodesics" (PROJ's geodesic.h); the Illinois variant of
 * regula falsi (Dowell and Jarratt 1971); point in polygon by crossings (Shimrat 1962, Algorithm
 * 112).
 */
#include "jalon/geo.h"

#include <math.h>
#include <pthread.h>

#include <geodesic.h>

#define DEGREE (3.14159265358979323846 / 180)
#define HALF_TURN 3.14159265358979323846

/* WGS 84: half axis, flattening; the extreme radii of curvature, a (1 - e2) and a / sqrt(1 - e2). */
#define AXIS_M 6378137.0
#define FLATTENING (1 / 298.257223563)
#define ECCENTRICITY2 (FLATTENING * (2 - FLATTENING))
#define LEAST_RADIUS_M 6335439.3
#define GREATEST_RADIUS_M 6399593.7
/* What the bounds may be wrong by because numbers are rounded. */
#define SLACK_M 1e-5

/* Where along a segment is near enough to the nearest place: so far off, at most so many steps. */
#define NEAR_ENOUGH_M 1e-4
enum { STEPS_MAX = 60 };

static struct geod_geodesic wgs84;
static pthread_once_t wgs84_once = PTHREAD_ONCE_INIT;

static void init_wgs84(void)
{
    geod_init(&wgs84, AXIS_M, FLATTENING);
}

double jalon_geo_distance_m(struct jalon_position a, struct jalon_position b)
{
    double distance_m;
    pthread_once(&wgs84_once, init_wgs84);
    geod_inverse(&wgs84, a.lat, a.lon, b.lat, b.lon, &distance_m, NULL, NULL);
    return distance_m;
}

bool jalon_geometry_holds(const struct jalon_geometry *geometry, struct jalon_position position)
{
    bool inside = false;
    if (geometry->type != JALON_GEOMETRY_POLYGON && geometry->type != JALON_GEOMETRY_MULTIPOLYGON) {
        return false;
    }
    for (size_t ring = 0; ring < geometry->ring_count; ring++) {
        for (size_t i = jalon_geometry_ring_start(geometry, ring) + 1; i < geometry->ring_ends[ring];
             i++) {
            struct jalon_position a = geometry->positions[i - 1], b = geometry->positions[i];
            if ((a.lat > position.lat) != (b.lat > position.lat) &&
                position.lon < (b.lon - a.lon) * (position.lat - a.lat) / (b.lat - a.lat) + a.lon) {
                inside = !inside;
            }
        }
    }
    return inside;
}

/* --- Bounds --- */

static void find_direction(struct jalon_position p, double out[3])
{
    double lon = p.lon * DEGREE, lat = p.lat * DEGREE;
    out[0] = cos(lat) * cos(lon);
    out[1] = cos(lat) * sin(lon);
    out[2] = sin(lat);
}

/* The square of the chord between the centre and a position, on the unit sphere. */
static double chord_to(const struct jalon_geo_circle *circle, struct jalon_position p)
{
    double direction[3], sum = 0;
    find_direction(p, direction);
    for (int i = 0; i < 3; i++) {
        double d = direction[i] - circle->direction[i];
        sum += d * d;
    }
    return sum;
}

static double angle_of(double chord)
{
    return 2 * asin(fmin(1, sqrt(chord) / 2));
}

static double least_of(double chord)
{
    return fmax(0, LEAST_RADIUS_M * angle_of(chord) - SLACK_M);
}

static double most_of(double chord)
{
    return GREATEST_RADIUS_M * angle_of(chord) + SLACK_M;
}

/* The square of the chord of a length on a sphere; more than any there is when it goes around. */
static double chord_of(double length_m, double radius_m)
{
    double angle = fmax(0, length_m) / radius_m;
    double half = sin(angle / 2);
    return angle < HALF_TURN ? 4 * half * half : 5;
}

/* On the smaller sphere, which the circle is larger on. */
static struct jalon_box find_box(struct jalon_position centre, double radius_m)
{
    struct jalon_box box = {-180, -90, 180, 90};
    double const slack = 1e-9; /* degrees */
    double angle = radius_m / LEAST_RADIUS_M;
    if (!(angle < HALF_TURN)) {
        return box;
    }
    double high = angle / DEGREE + slack;
    box.south = fmax(-90, centre.lat - high);
    box.north = fmin(90, centre.lat + high);
    if (box.south > -90 && box.north < 90) {
        double wide = asin(fmin(1, sin(angle) / cos(centre.lat * DEGREE))) / DEGREE + slack;
        box.west = centre.lon - wide;
        box.east = centre.lon + wide;
        box.west += box.west < -180 ? 360 : 0;
        box.east -= box.east > 180 ? 360 : 0;
    }
    return box;
}

struct jalon_geo_circle jalon_geo_circle_make(struct jalon_position centre, double radius_m)
{
    struct jalon_geo_circle circle = {
        .centre = centre,
        .radius_m = radius_m,
        .box = find_box(centre, radius_m),
        .sure_chord = chord_of(radius_m - SLACK_M, GREATEST_RADIUS_M),
        .least_chord = chord_of(radius_m + SLACK_M, LEAST_RADIUS_M),
    };
    find_direction(centre, circle.direction);
    return circle;
}

void jalon_geo_circle_bounds(const struct jalon_geo_circle *circle,
                             const struct jalon_geometry *geometry, double *out_least_m,
                             double *out_most_m)
{
    *out_least_m = 0;
    *out_most_m = INFINITY;
    if (geometry->type == JALON_GEOMETRY_POINT) {
        double chord = chord_to(circle, geometry->positions[0]);
        *out_least_m = least_of(chord);
        *out_most_m = most_of(chord);
    }
}

/* --- Segments --- */

/* A place on a segment, seen from the centre. */
struct sight {
    double distance_m;
    double slope; /* cosine between the ways on along the segment and away from the centre */
};

static struct sight look(struct jalon_position centre, struct jalon_position a,
                         struct jalon_position b, double part)
{
    struct jalon_position at = {a.lon + (b.lon - a.lon) * part, a.lat + (b.lat - a.lat) * part};
    struct sight sight;
    double azimuth;
    geod_inverse(&wgs84, centre.lat, centre.lon, at.lat, at.lon, &sight.distance_m, NULL, &azimuth);
    double sine = sin(at.lat * DEGREE), shrunk = 1 - ECCENTRICITY2 * sine * sine;
    /* Radii of curvature: along the parallel 1 / sqrt(shrunk), along the meridian. */
    double east = (b.lon - a.lon) * cos(at.lat * DEGREE) * shrunk;
    double north = (b.lat - a.lat) * (1 - ECCENTRICITY2);
    double length = hypot(east, north);
    sight.slope = length > 0 ? (east * sin(azimuth * DEGREE) + north * cos(azimuth * DEGREE)) /
                                   length
                             : 0;
    return sight;
}

/* The least distance between two places: the slope is negative at the first, positive at the other. */
static double descend(struct jalon_position centre, struct jalon_position a,
                      struct jalon_position b, struct sight at_a, struct sight at_b)
{
    double low = 0, high = 1, low_slope = at_a.slope, high_slope = at_b.slope;
    double best = fmin(at_a.distance_m, at_b.distance_m);
    int side = 0;
    for (int step = 0; step < STEPS_MAX; step++) {
        double part = low + (high - low) * low_slope / (low_slope - high_slope);
        struct sight sight = look(centre, a, b, part);
        best = fmin(best, sight.distance_m);
        if (fabs(sight.slope) * sight.distance_m < NEAR_ENOUGH_M) {
            break;
        }
        if (sight.slope < 0) {
            low = part;
            low_slope = sight.slope;
            high_slope /= side < 0 ? 2 : 1;
            side = -1;
        } else {
            high = part;
            high_slope = sight.slope;
            low_slope /= side > 0 ? 2 : 1;
            side = 1;
        }
    }
    return best;
}

/* No way along the segment is longer. */
static double longest_way(struct jalon_position a, struct jalon_position b)
{
    bool crosses_equator = (a.lat < 0) != (b.lat < 0);
    double lat = crosses_equator ? 0 : fmin(fabs(a.lat), fabs(b.lat));
    return GREATEST_RADIUS_M * DEGREE *
           hypot((b.lon - a.lon) * cos(lat * DEGREE), b.lat - a.lat);
}

/* --- Shapes --- */

/* The search for the nearest place. */
struct search {
    const struct jalon_geo_circle *circle;
    const struct jalon_geometry *geometry;
    double best_m;  /* so far */
    double limit_m; /* what is farther is not wanted */
};

static void try_segment(struct search *search, struct jalon_position a, struct jalon_position b)
{
    struct jalon_position centre = search->circle->centre;
    double wanted = fmin(search->best_m, search->limit_m);
    double way = longest_way(a, b);
    /* Every place on it is at most half the way from one of its ends. */
    double near_a = least_of(chord_to(search->circle, a));
    double near_b = least_of(chord_to(search->circle, b));
    if (fmin(near_a, near_b) - way / 2 > wanted) {
        return;
    }
    struct sight at_a = look(centre, a, b, 0), at_b = look(centre, a, b, 1);
    double distance = at_a.slope < 0 && at_b.slope > 0
                          ? descend(centre, a, b, at_a, at_b)
                          : fmin(at_a.distance_m, at_b.distance_m);
    search->best_m = fmin(search->best_m, distance);
}

static void try_segments(struct search *search)
{
    const struct jalon_geometry *geometry = search->geometry;
    for (size_t ring = 0; ring < geometry->ring_count; ring++) {
        for (size_t i = jalon_geometry_ring_start(geometry, ring) + 1; i < geometry->ring_ends[ring];
             i++) {
            try_segment(search, geometry->positions[i - 1], geometry->positions[i]);
        }
    }
}

static void try_points(struct search *search)
{
    const struct jalon_geometry *geometry = search->geometry;
    for (size_t i = 0; i < geometry->position_count; i++) {
        double least = least_of(chord_to(search->circle, geometry->positions[i]));
        if (least <= fmin(search->best_m, search->limit_m)) {
            search->best_m = fmin(search->best_m, jalon_geo_distance_m(search->circle->centre,
                                                                       geometry->positions[i]));
        }
    }
}

/* The distance; something above `limit_m` when it is above it. */
static double find_distance(const struct jalon_geo_circle *circle,
                            const struct jalon_geometry *geometry, double limit_m)
{
    struct search search = {circle, geometry, INFINITY, limit_m};
    pthread_once(&wgs84_once, init_wgs84);
    if (jalon_geometry_holds(geometry, circle->centre)) {
        return 0;
    }
    if (geometry->ring_count == 0) {
        try_points(&search);
    } else {
        try_segments(&search);
    }
    return search.best_m;
}

double jalon_geo_circle_distance_m(const struct jalon_geo_circle *circle,
                                   const struct jalon_geometry *geometry)
{
    return find_distance(circle, geometry, INFINITY);
}

bool jalon_geo_circle_reaches(const struct jalon_geo_circle *circle,
                              const struct jalon_geometry *geometry)
{
    bool may_be = geometry->type != JALON_GEOMETRY_POINT;
    for (size_t i = 0; i < geometry->position_count; i++) {
        double chord = chord_to(circle, geometry->positions[i]);
        if (chord < circle->sure_chord) {
            return true;
        }
        may_be = may_be || chord <= circle->least_chord;
    }
    return geometry->position_count > 0 && may_be &&
           find_distance(circle, geometry, circle->radius_m) <= circle->radius_m;
}
