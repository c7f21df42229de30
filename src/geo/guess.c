/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Coordinates that are not degrees: in which French system do they make sense? Layer 1.
 *
 * Each candidate's coordinates are turned into degrees; the first one that lands in France, and
 * where the candidate is meant to be used, is the guess. The order is that of how often one meets
 * them. Some coordinates make sense in several systems: in the Landes as Lambert-93, in Champagne
 * as web Mercator. It is a hint, never acted upon.
 */
#include "crs.h"

#include <math.h>
#include <string.h>

/* RGF93 Lambert-93 and conical zones, NTF Lambert II extended, web Mercator, UTM. */
static const int32_t METROPOLITAN[] = {2154, 3942, 3943,  3944, 3945,  3946,  3947, 3948,
                                       3949, 3950, 27572, 3857, 32631, 32630, 32632};
/*
 * Antilles, Guyane, Réunion, Mayotte, New Caledonia, Polynesia. Not Saint-Pierre-et-Miquelon: on
 * the mainland all its coordinates make sense as UTM zone 31.
 */
static const int32_t OVERSEAS[] = {5490, 2972, 2975, 4471, 3163, 3296, 3297};
enum {
    METROPOLITAN_COUNT = sizeof METROPOLITAN / sizeof METROPOLITAN[0],
    OVERSEAS_COUNT = sizeof OVERSEAS / sizeof OVERSEAS[0],
    WEB_MERCATOR = 3857,
};

/* The mainland with its islands, and Corsica, a few kilometres out to sea. */
static const struct jalon_position OUTLINE[] = {
    {2.6, 51.15},   {1.5, 51.0},   {1.35, 50.1},   {0.0, 49.8},   {-1.2, 49.8},  {-2.05, 49.8},
    {-1.95, 48.9},  {-3.5, 48.95}, {-5.25, 48.55}, {-5.0, 47.95}, {-3.4, 47.2},  {-2.45, 46.6},
    {-1.65, 46.15}, {-1.35, 45.5}, {-1.35, 44.5},  {-1.85, 43.4}, {-1.5, 43.0},  {0.0, 42.6},
    {1.45, 42.35},  {3.25, 42.35}, {3.2, 43.1},    {4.0, 43.4},   {5.2, 43.15},  {6.2, 42.9},
    {6.6, 42.95},   {7.6, 43.7},   {9.2, 43.15},   {9.7, 43.0},   {9.7, 41.3},   {9.0, 41.25},
    {8.4, 41.8},    {8.45, 42.5},  {7.6, 43.7},    {7.8, 44.15},  {7.0, 44.7},   {7.25, 45.9},
    {6.95, 46.5},   {6.15, 46.55}, {7.0, 47.35},   {7.65, 47.5},  {8.35, 49.05}, {6.4, 49.55},
    {4.9, 50.2},    {3.3, 50.6},
};

/* Crossings of a ray to the east (the even-odd rule). */
static bool is_in_outline(struct jalon_position position)
{
    size_t const count = sizeof OUTLINE / sizeof OUTLINE[0];
    bool is_inside = false;
    for (size_t i = 0, j = count - 1; i < count; j = i++) {
        struct jalon_position a = OUTLINE[i], b = OUTLINE[j];
        if ((a.lat > position.lat) != (b.lat > position.lat) &&
            position.lon < a.lon + (b.lon - a.lon) * (position.lat - a.lat) / (b.lat - a.lat)) {
            is_inside = !is_inside;
        }
    }
    return is_inside;
}

static bool is_in_area(struct jalon_geo_thread *thread, int32_t srid,
                       struct jalon_position position)
{
    struct jalon_box area;
    return jalon_geo_crs_area(thread, srid, &area) && jalon_box_contains(area, position);
}

static bool to_degrees(struct jalon_geo_thread *thread, int32_t srid,
                       struct jalon_position *position)
{
    return jalon_geo_crs_project(thread, srid, JALON_SRID_WGS84, position, 1) &&
           isfinite(position->lon) && isfinite(position->lat);
}

static bool fits_overseas(struct jalon_geo_thread *thread, int32_t srid,
                          struct jalon_position position)
{
    return to_degrees(thread, srid, &position) && is_in_area(thread, srid, position);
}

static bool is_mercator_overseas(struct jalon_geo_thread *thread, struct jalon_position position)
{
    if (!to_degrees(thread, WEB_MERCATOR, &position)) {
        return false;
    }
    for (size_t i = 0; i < OVERSEAS_COUNT; i++) {
        if (is_in_area(thread, OVERSEAS[i], position)) {
            return true;
        }
    }
    return false;
}

static bool are_degrees(struct jalon_position position)
{
    return fabs(position.lon) <= 180 && fabs(position.lat) <= 90;
}

int32_t jalon_geo_guess_srid(struct jalon_position position)
{
    double const largest = 20037508.35; /* metres: half the way round */
    struct jalon_geo_thread *thread;
    if (are_degrees(position) || !(fabs(position.lon) <= largest) ||
        !(fabs(position.lat) <= largest) || (thread = jalon_geo_thread_proj()) == NULL) {
        return 0;
    }
    for (size_t i = 0; i < METROPOLITAN_COUNT; i++) {
        struct jalon_position degrees = position;
        if (to_degrees(thread, METROPOLITAN[i], &degrees) && is_in_outline(degrees) &&
            is_in_area(thread, METROPOLITAN[i], degrees)) {
            return METROPOLITAN[i];
        }
    }
    for (size_t i = 0; i < OVERSEAS_COUNT; i++) {
        if (fits_overseas(thread, OVERSEAS[i], position)) {
            return OVERSEAS[i];
        }
    }
    return is_mercator_overseas(thread, position) ? WEB_MERCATOR : 0;
}

/* --- Ranges --- */

/* Why a position is refused, in words for whoever sent it; data is NULL without memory. */
static struct jalon_text out_of_range(struct jalon_context *ctx, struct jalon_position position)
{
    double x = position.lon, y = position.lat;
    if (!isfinite(x) || !isfinite(y)) {
        return jalon_text_from(jalon_say(ctx, "a coordinate is not a number"));
    }
    int32_t srid = jalon_geo_guess_srid(position);
    struct jalon_geo_thread *thread = srid != 0 ? jalon_geo_thread_proj() : NULL;
    if (thread != NULL) {
        struct jalon_text name = jalon_geo_crs_name(ctx, thread, srid);
        if (name.data == NULL) {
            return name;
        }
        return jalon_text_format(ctx->arena,
                                 jalon_say(ctx, "coordinates %.10g, %.10g are not degrees; they "
                                                "look like EPSG:%d (%s): pass --crs EPSG:%d or "
                                                "transform them first"),
                                 x, y, (int)srid, name.data, (int)srid);
    }
    bool looks_swapped = fabs(x) <= 90 && fabs(y) <= 180;
    return jalon_text_format(ctx->arena,
                             jalon_say(ctx, "coordinates %.10g, %.10g are out of range: longitude "
                                            "is -180 to 180, latitude -90 to 90%s"),
                             x, y,
                             looks_swapped ? jalon_say(ctx, "; longitude comes first") : "");
}

enum jalon_status jalon_geometry_check_range(struct jalon_context *ctx,
                                             const struct jalon_geometry *geometry,
                                             const char *pointer)
{
    for (size_t i = 0; i < geometry->position_count; i++) {
        if (are_degrees(geometry->positions[i])) {
            continue;
        }
        struct jalon_text reason = out_of_range(ctx, geometry->positions[i]);
        if (reason.data == NULL) {
            return jalon_no_memory(ctx);
        }
        return pointer != NULL ? jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, pointer,
                                               "%s", reason.data)
                               : jalon_fail(ctx, JALON_INVALID, "%s", reason.data);
    }
    return JALON_OK;
}
