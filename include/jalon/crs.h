/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The coordinate reference systems that a server offers; shapes, boxes in them. Layer 1 (geo).
 *
 * OGC API Features part 2 (OGC 18-058r1): one list for `crs`, `bbox-crs`, `filter-crs` and
 * Content-Crs. Positions in a system are east (or longitude) first unless a function says
 * otherwise; jalon_crs_swap puts them in the order that the authority gives the axes.
 */
#ifndef JALON_CRS_H
#define JALON_CRS_H

#include "jalon/context.h"
#include "jalon/geometry.h"

struct jalon_crs {
    int32_t srid;     /* EPSG code; 4326 also for CRS84 */
    bool north_first; /* by the authority, northing or latitude comes first: CRS84 no, 4326 yes */
    bool is_geographic; /* degrees, else metres or what the system has */
};

struct jalon_crs_list {
    const struct jalon_crs *items; /* CRS84 is the first */
    size_t count;
};

/*
 * Those that every server has (CRS84, EPSG 4326, 3857, the French and the European ones), and
 * behind them what an operator adds, by any name that jalon_geo_parse_crs takes; each once. In the
 * context's arena. JALON_INVALID: one added is not known.
 */
enum jalon_status jalon_crs_list_make(struct jalon_context *ctx, const struct jalon_text *added,
                                      size_t added_count,
                                      struct jalon_crs_list *out) JALON_MUST_USE;
/*
 * The one of the list that is so called: by its URI (http or https), its URN, as EPSG:2154 or
 * [EPSG:2154], or by the code alone. NULL: none is.
 */
const struct jalon_crs *jalon_crs_find(const struct jalon_crs_list *list, struct jalon_text name);

/* With the longest URI and its NUL. */
#define JALON_CRS_URI_SIZE 64
/* "http://www.opengis.net/def/crs/EPSG/0/2154"; answers `out`. */
const char *jalon_crs_uri(const struct jalon_crs *crs, char out[JALON_CRS_URI_SIZE]);
static inline bool jalon_crs_is_crs84(const struct jalon_crs *crs)
{
    return crs->srid == JALON_SRID_WGS84 && !crs->north_first;
}

/*
 * Shapes on WGS 84, each replaced by one in the system: their positions are copied into one array
 * in the arena and transformed by one call of PROJ, then rounded: to 7 decimals of a degree, or 4
 * of a metre. `own_axes`: in the order of the authority's axes. JALON_INVALID: a position has no
 * image there; the shapes are then as they were.
 */
enum jalon_status jalon_crs_project(struct jalon_context *ctx, const struct jalon_crs *crs,
                                    bool own_axes, struct jalon_geometry *geometries,
                                    size_t count) JALON_MUST_USE;
/* Exchanges the coordinates of each position. */
void jalon_crs_swap(struct jalon_position *positions, size_t count);

/* A box that was drawn in a projected system, on WGS 84. */
struct jalon_crs_region {
    bool is_empty;              /* it is nowhere near where the system can be used */
    struct jalon_box box;       /* around the outline; may cross the antimeridian */
    struct jalon_geometry outline; /* a polygon, or a multipolygon cut at the antimeridian */
};
/*
 * A millimetre is added on each side, for positions are written rounded. The sides are followed in
 * steps of 100 m, at most 1000 each: the outline is then within a millimetre of the curves that
 * they are on earth, or within 2 cm for sides of 1,000 km. What is far from where the system is
 * meant to be used (20 to 40 degrees, as that area is wide) is cut off: the way back may not be
 * found there. west <= east, south <= north, in the units of the system. JALON_INVALID: it has no
 * place on earth.
 */
enum jalon_status jalon_crs_region_make(struct jalon_context *ctx, const struct jalon_crs *crs,
                                        struct jalon_box box,
                                        struct jalon_crs_region *out) JALON_MUST_USE;

#endif
