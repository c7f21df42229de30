/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A polygon prepared for many point tests. Layer 1. */
#include "geos.h"

#include "jalon/memory.h"

struct jalon_geo_area {
    GEOSContextHandle_t geos; /* its own, so that it may pass from thread to thread */
    GEOSGeometry *polygon;
    const GEOSPreparedGeometry *prepared;
    struct jalon_box box;
};

void jalon_geo_area_destroy(struct jalon_geo_area *area)
{
    if (area == NULL) {
        return;
    }
    if (area->geos != NULL) {
        GEOSPreparedGeom_destroy_r(area->geos, area->prepared);
        GEOSGeom_destroy_r(area->geos, area->polygon);
        GEOS_finish_r(area->geos);
    }
    jalon_memory_release(area);
}

/* False when GEOS or memory fails; what was made stays in the area. */
static bool prepare(struct jalon_geo_area *area, const struct jalon_geometry *polygon)
{
    area->geos = GEOS_init_r();
    if (area->geos == NULL) {
        return false;
    }
    area->polygon = jalon_geo_geos_polygons(area->geos, polygon);
    if (area->polygon != NULL) {
        area->prepared = GEOSPrepare_r(area->geos, area->polygon);
    }
    return area->prepared != NULL;
}

enum jalon_status jalon_geo_area_create(struct jalon_context *ctx,
                                        const struct jalon_geometry *polygon,
                                        struct jalon_geo_area **out)
{
    struct jalon_box box;
    if (polygon->polygon_count == 0 || !jalon_geometry_box(polygon, &box)) {
        return jalon_fail(ctx, JALON_INVALID, "an area is a polygon, not a %s",
                          jalon_geometry_type_name(polygon->type));
    }
    struct jalon_geo_area *area = jalon_memory_allocate_zeroed(1, sizeof *area);
    if (area == NULL || !prepare(area, polygon)) {
        jalon_geo_area_destroy(area);
        return jalon_no_memory(ctx);
    }
    area->box = box;
    *out = area;
    return JALON_OK;
}

bool jalon_geo_area_covers(const struct jalon_geo_area *area, struct jalon_position position)
{
    if (!jalon_box_contains(area->box, position)) {
        return false;
    }
    GEOSGeometry *point = GEOSGeom_createPointFromXY_r(area->geos, position.lon, position.lat);
    bool covers = point != NULL && GEOSPreparedCovers_r(area->geos, area->prepared, point) == 1;
    GEOSGeom_destroy_r(area->geos, point);
    return covers;
}
