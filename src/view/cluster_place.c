/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where clusters come from, what is too small for a shape, and names. Layer 2 (view). */
#include "jalon/cluster.h"

#include <math.h>
#include <string.h>

#include "merge.h"
#include "plane.h"

bool jalon_cluster_is_small(const struct jalon_collection *collection, struct jalon_box box,
                            int zoom)
{
    struct jalon_view_plane plane = jalon_view_plane_make(collection->cluster_radius);
    struct jalon_position north_west = {box.west, box.north}, south_east = {box.east, box.south};
    struct jalon_view_spot low = jalon_view_plane_spot(&plane, north_west);
    struct jalon_view_spot high = jalon_view_plane_spot(&plane, south_east);
    double radius = plane.radius / (double)(UINT32_C(1) << zoom);
    return zoom <= collection->cluster_max_zoom && high.x - low.x < radius &&
           high.y - low.y < radius;
}

/* The first spot of the cell this many before that of the spot; 0 at the edge. */
static double first_before(uint32_t spot, int shift)
{
    uint32_t cell = spot >> shift;
    return cell > JALON_VIEW_MERGE_REACH
               ? (double)((uint64_t)(cell - JALON_VIEW_MERGE_REACH) << shift)
               : 0;
}

/* The first spot behind the cell this many after that of the spot. */
static double first_behind(uint32_t spot, int shift)
{
    return (double)(((uint64_t)(spot >> shift) + JALON_VIEW_MERGE_REACH + 1) << shift);
}

static struct jalon_box widen(const struct jalon_view_plane *plane, int shift, struct jalon_box box)
{
    struct jalon_position north_west = {box.west, box.north}, south_east = {box.east, box.south};
    struct jalon_view_spot low = jalon_view_plane_spot(plane, north_west);
    struct jalon_view_spot high = jalon_view_plane_spot(plane, south_east);
    double west = first_before(low.x, shift), north = first_before(low.y, shift);
    double east = first_behind(high.x, shift), south = first_behind(high.y, shift);
    /* A unit more on all sides: a spot stands for all positions in it. */
    struct jalon_position first = jalon_view_plane_position(plane, west - 1, north - 1);
    struct jalon_position last = jalon_view_plane_position(plane, east + 1, south + 1);
    return (struct jalon_box){
        .west = west > 0 ? first.lon : -180,
        .south = south < plane->scale ? last.lat : -90,
        .east = east < plane->scale ? last.lon : 180,
        .north = north > 0 ? first.lat : 90,
    };
}

struct jalon_box jalon_cluster_reach(const struct jalon_collection *collection, int zoom,
                                     struct jalon_box box)
{
    struct jalon_view_plane plane = jalon_view_plane_make(collection->cluster_radius);
    if (zoom > collection->cluster_max_zoom) {
        return box;
    }
    int shift = 32 - plane.bits - zoom;
    if (box.west <= box.east) {
        return widen(&plane, shift, box);
    }
    struct jalon_box west = widen(&plane, shift, (struct jalon_box){box.west, box.south, 180,
                                                                    box.north});
    struct jalon_box east = widen(&plane, shift, (struct jalon_box){-180, box.south, box.east,
                                                                    box.north});
    if (west.west <= east.east) {
        return (struct jalon_box){-180, west.south, 180, west.north};
    }
    return (struct jalon_box){west.west, west.south, east.east, west.north};
}

/* Puts a dash and the number in front of `end`; where they begin. */
static char *put_number(char *end, uint32_t number)
{
    do {
        *--end = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    *--end = '-';
    return end;
}

/* Without printf: each cluster of each list and tile has one. */
void jalon_cluster_format_id(const struct jalon_collection *collection,
                             struct jalon_cluster_place place, char out[JALON_CLUSTER_ID_SIZE])
{
    char numbers[3 * 11], *end = numbers + sizeof numbers;
    char *start = put_number(put_number(put_number(end, place.row), place.column),
                             (uint32_t)place.zoom);
    size_t length = (size_t)(end - start), room = JALON_CLUSTER_ID_SIZE - 1 - length;
    size_t key = collection->key.length < room ? collection->key.length : room;
    memcpy(out, collection->key.data, key);
    memcpy(out + key, start, length);
    out[key + length] = '\0';
}
