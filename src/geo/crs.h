/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Coordinate reference systems without an error slot, for those that guess. Layer 1 (geo), private.
 */
#ifndef JALON_GEO_CRS_H
#define JALON_GEO_CRS_H

#include "jalon/geo.h"
#include "thread.h"

/*
 * Transforms in place, x or longitude first on both sides. False when there is no way between the
 * two. A position that has no image becomes infinite.
 */
bool jalon_geo_crs_project(struct jalon_geo_thread *thread, int32_t from_srid, int32_t to_srid,
                           struct jalon_position *positions, size_t count);
/* The code in one of the spellings of a system's name; 0 when it is none. */
int32_t jalon_geo_crs_read_name(struct jalon_text name, bool *out_is_crs84);
/* Of one that PROJ knows: are its coordinates degrees? */
enum jalon_status jalon_geo_crs_is_geographic(struct jalon_context *ctx, int32_t srid,
                                              bool *out) JALON_MUST_USE;
/* Where the system is meant to be used; false when it is not known. */
bool jalon_geo_crs_area(struct jalon_geo_thread *thread, int32_t srid, struct jalon_box *out);
/* "RGF93 v1 / Lambert-93", in the arena; data is NULL when there is no memory. */
struct jalon_text jalon_geo_crs_name(struct jalon_context *ctx, struct jalon_geo_thread *thread,
                                     int32_t srid);

#endif
