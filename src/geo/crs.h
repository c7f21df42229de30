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
/* Where the system is meant to be used; false when it is not known. */
bool jalon_geo_crs_area(struct jalon_geo_thread *thread, int32_t srid, struct jalon_box *out);
/* "RGF93 v1 / Lambert-93", in the arena; data is NULL when there is no memory. */
struct jalon_text jalon_geo_crs_name(struct jalon_context *ctx, struct jalon_geo_thread *thread,
                                     int32_t srid);

#endif
