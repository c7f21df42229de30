/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Geometries to GEOS, polygons back. Layer 1 (geo), private. */
#ifndef JALON_GEO_GEOS_H
#define JALON_GEO_GEOS_H

#include "builder.h"

#include "thread.h"

/* One polygon of a geometry, with its holes; NULL when GEOS fails. The caller destroys it. */
GEOSGeometry *jalon_geo_geos_polygon(GEOSContextHandle_t geos,
                                     const struct jalon_geometry *geometry, size_t polygon);
/* The whole polygon or multipolygon, as such. */
GEOSGeometry *jalon_geo_geos_polygons(GEOSContextHandle_t geos,
                                      const struct jalon_geometry *geometry);
/* Any geometry that has positions. */
GEOSGeometry *jalon_geo_geos_geometry(GEOSContextHandle_t geos,
                                      const struct jalon_geometry *geometry);
/*
 * Adds the polygons of a GEOS polygon, multipolygon or collection to the builder; lines and points
 * in it are passed over. JALON_INTERNAL when GEOS fails, the slot then empty.
 */
enum jalon_status jalon_geo_geos_read(GEOSContextHandle_t geos, const GEOSGeometry *geometry,
                                      struct jalon_geometry_builder *builder) JALON_MUST_USE;
/*
 * Why a polygon is invalid, as GEOS says it, in the words of the context, and where if that is known:
 * "a ring touches itself near 3.87, 43.61". data is NULL without memory.
 */
struct jalon_text jalon_geo_geos_explain(struct jalon_context *ctx, GEOSContextHandle_t geos,
                                         const char *reason, const GEOSGeometry *location);
/* What to answer when one of the above, or GEOS, did not do its work. */
enum jalon_status jalon_geo_geos_failed(struct jalon_context *ctx,
                                        const struct jalon_geo_thread *thread) JALON_MUST_USE;

#endif
