/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The parameters of every list that are numbers: box, place, radius. Layer 1 (query). */
#include "jalon/query.h"

#include <math.h>

#include "jalon/text.h"

static enum jalon_status refuse_box(struct jalon_context *ctx, const char *reason)
{
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "bbox", "%s",
                         jalon_say(ctx, reason));
}

/* Splits at commas; how many parts there are, of which the first six are kept. */
static size_t split(struct jalon_text text, struct jalon_text parts[6])
{
    size_t count = 0;
    for (;;) {
        size_t length = jalon_text_find(text, ',');
        if (count < 6) {
            parts[count] = jalon_text_slice(text.data, length);
        }
        count++;
        if (length == text.length) {
            return count;
        }
        text = jalon_text_slice(text.data + length + 1, text.length - length - 1);
    }
}

static enum jalon_status read_number(struct jalon_context *ctx, const char *parameter,
                                     struct jalon_text text, double *out)
{
    struct jalon_text shown = jalon_text_slice(text.data, text.length < 40 ? text.length : 40);
    return jalon_text_to_double(text, out)
               ? JALON_OK
               : jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, parameter,
                               "expected a number, found \"%.*s\"", JALON_TEXT_ARGS(shown));
}

/* `usual` of them, or `other`; `what` names them. */
static enum jalon_status read_numbers(struct jalon_context *ctx, const char *parameter,
                                      struct jalon_text text, size_t usual, size_t other,
                                      const char *what, double numbers[6], size_t *out_count)
{
    struct jalon_text parts[6];
    size_t count = split(text, parts);
    if (count != usual && count != other) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, parameter,
                             "expected %s, found %zu", jalon_say(ctx, what), count);
    }
    for (size_t i = 0; i < count; i++) {
        enum jalon_status status = read_number(ctx, parameter, parts[i], &numbers[i]);
        if (status != JALON_OK) {
            return status;
        }
    }
    *out_count = count;
    return JALON_OK;
}

static enum jalon_status check_degrees(struct jalon_context *ctx, struct jalon_box box,
                                       bool is_north_first)
{
    if (fabs(box.west) > 180 || fabs(box.east) > 180) {
        return refuse_box(ctx, is_north_first ? "expected longitudes (second and fourth of four) "
                                                "from -180 to 180"
                                              : "expected longitudes (first and third of four) "
                                                "from -180 to 180");
    }
    if (fabs(box.south) > 90 || fabs(box.north) > 90) {
        return refuse_box(ctx, is_north_first ? "expected latitudes (first and third of four) "
                                                "from -90 to 90"
                                              : "expected latitudes (second and fourth of four) "
                                                "from -90 to 90");
    }
    return JALON_OK;
}

enum jalon_status jalon_query_read_box(struct jalon_context *ctx, struct jalon_text text,
                                       enum jalon_query_axes axes, struct jalon_box *out_box)
{
    bool is_north_first = axes == JALON_QUERY_LATITUDE_FIRST || axes == JALON_QUERY_NORTH_FIRST;
    bool is_plane = axes == JALON_QUERY_EAST_FIRST || axes == JALON_QUERY_NORTH_FIRST;
    double numbers[6] = {0};
    size_t count = 0;
    enum jalon_status status =
        read_numbers(ctx, "bbox", text, 4, 6,
                     is_north_first ? "4 numbers (south,west,north,east) or 6"
                                    : "4 numbers (west,south,east,north) or 6",
                     numbers, &count);
    if (status != JALON_OK) {
        return status;
    }
    if (count == 6 && numbers[2] > numbers[5]) {
        return refuse_box(ctx, "expected the lowest height (third) not above the highest (sixth)");
    }
    const double *upper = numbers + count / 2;
    struct jalon_box box = {numbers[is_north_first], numbers[!is_north_first],
                            upper[is_north_first], upper[!is_north_first]};
    status = is_plane ? JALON_OK : check_degrees(ctx, box, is_north_first);
    if (status == JALON_OK && box.south > box.north) {
        status = refuse_box(ctx, is_north_first
                                     ? "expected south (first of four) not above north (third): "
                                       "the order is south,west,north,east"
                                     : "expected south (second of four) not above north (fourth): "
                                       "the order is west,south,east,north");
    }
    if (status == JALON_OK && is_plane && box.west > box.east) {
        status = refuse_box(ctx, "expected west not beyond east in a plane");
    }
    if (status == JALON_OK) {
        *out_box = box;
    }
    return status;
}

enum jalon_status jalon_query_read_near(struct jalon_context *ctx, struct jalon_text text,
                                        struct jalon_position *out)
{
    double numbers[6] = {0};
    size_t count = 0;
    enum jalon_status status =
        read_numbers(ctx, "near", text, 2, 2, "2 numbers (longitude,latitude)", numbers, &count);
    if (status != JALON_OK) {
        return status;
    }
    if (fabs(numbers[0]) > 180 || fabs(numbers[1]) > 90) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "near",
                             "expected a longitude from -180 to 180, then a latitude from -90 to "
                             "90");
    }
    *out = (struct jalon_position){numbers[0], numbers[1]};
    return JALON_OK;
}

enum jalon_status jalon_query_read_radius(struct jalon_context *ctx, struct jalon_text text,
                                          double *out_m)
{
    double radius_m = 0;
    enum jalon_status status = read_number(ctx, "radius", text, &radius_m);
    if (status == JALON_OK && (radius_m < 0 || radius_m > JALON_QUERY_RADIUS_MAX_M)) {
        status = jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "radius",
                               "expected metres, from 0 to %d", JALON_QUERY_RADIUS_MAX_M);
    }
    if (status == JALON_OK) {
        *out_m = radius_m;
    }
    return status;
}
