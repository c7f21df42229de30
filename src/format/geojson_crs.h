/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Finds the "crs" member of a GeoJSON document while its bytes pass by. Layer 2, private to format.
 *
 * GeoJSON 2008 (clause 3) let a FeatureCollection name its CRS; RFC 7946 (4) took it out, files
 * still have it. The scanner looks at the members of the top object only, whatever their order,
 * and keeps no more than the value of that one member.
 */
#ifndef JALON_FORMAT_GEOJSON_CRS_H
#define JALON_FORMAT_GEOJSON_CRS_H

#include "jalon/buffer.h"
#include "jalon/context.h"

struct jalon_crs_scanner {
    struct jalon_buffer value; /* of the member, as JSON text; empty when it was not seen */
    unsigned depth;
    bool in_string;
    bool escaped;
    bool key_next;    /* a string at depth 1 is a key now */
    char key[16];     /* the key being read or read last; longer ones are cut */
    size_t key_length;
    bool in_key;
    bool capturing;
    bool in_features; /* the value of "features" has begun */
    bool after_features; /* the member came after the features */
};

void jalon_crs_scanner_init(struct jalon_crs_scanner *scanner);
void jalon_crs_scanner_finish(struct jalon_crs_scanner *scanner);
void jalon_crs_scanner_feed(struct jalon_crs_scanner *scanner, struct jalon_text bytes);
/*
 * The EPSG code that the member names; 0 when there was no member, it is null or incomplete.
 * JALON_INVALID: a name PROJ does not know, a linked CRS.
 */
enum jalon_status jalon_crs_scanner_srid(struct jalon_context *ctx,
                                         const struct jalon_crs_scanner *scanner,
                                         int32_t *out) JALON_MUST_USE;

#endif
