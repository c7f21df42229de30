/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The files that jalon-gdal makes, one source file each. Private to gdal. */
#ifndef JALON_GDAL_TARGET_H
#define JALON_GDAL_TARGET_H

#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "rows.h"

/* One file while it is made. */
struct target;

struct target_class {
    const char *name; /* of the format, as in the table of jalon/format.h */
    /* Each answers JALON_INTERNAL when GDAL failed, JALON_TOO_LARGE, or JALON_NO_MEMORY. */
    enum jalon_status (*open)(struct jalon_context *ctx, const char *path, struct target **out);
    enum jalon_status (*layer)(struct target *target, const struct layer *layer);
    enum jalon_status (*feature)(struct target *target, const struct layer *layer,
                                 const struct feature *feature);
    enum jalon_status (*finish)(struct target *target);
};

extern const struct target_class geopackage_target;
extern const struct target_class shapefile_target;

/* What GDAL said last, as the operator's text; answers `status`. */
enum jalon_status fail_gdal(struct jalon_context *ctx, enum jalon_status status, const char *what);
/* East first; NULL when GDAL does not know it. */
OGRSpatialReferenceH make_reference(struct jalon_context *ctx, int32_t srid);
/* The geometry of a feature, NULL when it has none. */
enum jalon_status make_geometry(struct jalon_context *ctx, struct jalon_text wkb,
                                OGRGeometryH *out) JALON_MUST_USE;
/* The type that all geometries have when only one is allowed, wkbUnknown else. */
OGRwkbGeometryType single_type(unsigned geometry_types);

#endif
