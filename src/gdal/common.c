/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What all files of jalon-gdal need of GDAL. Private to gdal. */
#include <cpl_error.h>

#include "target.h"

enum jalon_status fail_gdal(struct jalon_context *ctx, enum jalon_status status, const char *what)
{
    return jalon_fail(ctx, status, "%s: %s", what, CPLGetLastErrorMsg());
}

OGRSpatialReferenceH make_reference(struct jalon_context *ctx, int32_t srid)
{
    OGRSpatialReferenceH reference = OSRNewSpatialReference(NULL);
    if (reference == NULL || OSRImportFromEPSG(reference, srid) != OGRERR_NONE) {
        OSRDestroySpatialReference(reference);
        (void)fail_gdal(ctx, JALON_INTERNAL, "the system of coordinates");
        return NULL;
    }
    OSRSetAxisMappingStrategy(reference, OAMS_TRADITIONAL_GIS_ORDER);
    return reference;
}

enum jalon_status make_geometry(struct jalon_context *ctx, struct jalon_text wkb,
                                OGRGeometryH *out)
{
    *out = NULL;
    if (wkb.length == 0) {
        return JALON_OK;
    }
    OGRErr error = OGR_G_CreateFromWkb(wkb.data, NULL, out, (int)wkb.length);
    return error == OGRERR_NONE ? JALON_OK : fail_gdal(ctx, JALON_INTERNAL, "a geometry");
}

OGRwkbGeometryType single_type(unsigned geometry_types)
{
    for (unsigned type = JALON_GEOMETRY_POINT; type <= JALON_GEOMETRY_MULTIPOLYGON; type++) {
        if (geometry_types == JALON_GEOMETRY_BIT(type)) {
            return (OGRwkbGeometryType)type; /* both are the codes of WKB */
        }
    }
    return wkbUnknown;
}
