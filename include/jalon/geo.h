/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Geometry: reading, writing, validity, measures, coordinate reference systems. Layer 1.
 *
 * GEOS and PROJ are hidden behind this header: one context of each per thread, made on first use.
 * All outputs live in the context's arena. Coordinates are degrees on WGS 84, longitude first,
 * unless a function says otherwise.
 */
#ifndef JALON_GEO_H
#define JALON_GEO_H

#include "jalon/buffer.h"
#include "jalon/context.h"
#include "jalon/geometry.h"
#include "jalon/json.h"

/* Positions one geometry may hold; more is JALON_TOO_LARGE. */
#define JALON_GEOMETRY_POSITIONS_MAX 1000000

/* "Point", "LineString", … as GeoJSON writes them; "None" for a missing geometry. */
const char *jalon_geometry_type_name(enum jalon_geometry_type type);
/* The type of a GeoJSON or WKT name, without regard to case; false when there is none. */
bool jalon_geometry_type_parse(struct jalon_text name, enum jalon_geometry_type *out_type);

/* A point in the arena. */
enum jalon_status jalon_geometry_make_point(struct jalon_context *ctx,
                                            struct jalon_position position, int32_t srid,
                                            struct jalon_geometry *out) JALON_MUST_USE;
/* A deep copy into another arena. */
enum jalon_status jalon_geometry_copy(struct jalon_context *ctx, const struct jalon_geometry *in,
                                      struct jalon_geometry *out) JALON_MUST_USE;
bool jalon_geometry_equal(const struct jalon_geometry *a, const struct jalon_geometry *b);
/*
 * The smallest box around all positions; false when the geometry has none. On WGS 84 it crosses the
 * antimeridian when the parts lie on both sides of it and none lies across longitude 0.
 */
bool jalon_geometry_box(const struct jalon_geometry *geometry, struct jalon_box *out);
/* Do two boxes share a point? Each may cross the antimeridian. */
bool jalon_box_intersects(struct jalon_box a, struct jalon_box b);
bool jalon_box_contains(struct jalon_box box, struct jalon_position position);
/*
 * A position that stands for the whole: the point itself (the first of several), the middle of the
 * longest line by length, a point inside the largest polygon (GEOS point on surface), which has to
 * be valid. JALON_INVALID without geometry.
 */
enum jalon_status jalon_geometry_label_position(struct jalon_context *ctx,
                                                const struct jalon_geometry *geometry,
                                                struct jalon_position *out) JALON_MUST_USE;

/* --- Coarse places --- */
/*
 * The middle of the square that the position is in (degrees on WGS 84), at 7 decimals; grid_m > 0 is
 * the squares' side. Rows: 180 degrees of latitude in floor(180 d / grid_m) equal parts from the south
 * pole, d = 111,195.08 m to the degree. Columns: each row's turn in floor(360 d cos(latitude of the
 * row's middle) / grid_m) equal parts from -180 on. So no square has a side of less than grid_m in its
 * middle, and who knows a thousand answers knows the square, as who knows one.
 */
struct jalon_position jalon_geo_coarsen(struct jalon_position position, int32_t grid_m);
/*
 * The point that stands for the geometry where places are coarse: that of the middle of its box. The
 * geometry itself, borrowed, when grid_m is 0 or it has no position.
 */
enum jalon_status jalon_geometry_coarsen(struct jalon_context *ctx,
                                         const struct jalon_geometry *geometry, int32_t grid_m,
                                         struct jalon_geometry *out) JALON_MUST_USE;

/* --- GeoJSON (RFC 7946) --- */
/*
 * Reads a geometry object. `pointer` is its JSON Pointer, the base of every error's pointer
 * ("/geometry"). JSON null gives JALON_GEOMETRY_NONE. JALON_INVALID: unknown type, wrong nesting,
 * fewer than 2 numbers, too few positions, a ring that is not closed is closed here (documented
 * repair), GeometryCollection. Third and further numbers of a position are dropped; they are numbers.
 */
enum jalon_status jalon_geometry_from_json(struct jalon_context *ctx, const struct jalon_json *json,
                                           const char *pointer, int32_t srid,
                                           struct jalon_geometry *out) JALON_MUST_USE;
/* Appends the geometry object, or null; at most 7 decimals; rings as they are (see make_valid). */
void jalon_geometry_write_json(struct jalon_buffer *buffer, const struct jalon_geometry *geometry);

/*
 * --- WKT and WKB ---
 * They write "no positions" where JSON has null: EMPTY, a count of 0, a point of NaN read as
 * JALON_GEOMETRY_NONE. `srid` holds unless the text or the bytes name another. Third and further
 * numbers of a position are dropped, rings left open closed, collections refused. Writers append
 * nothing for JALON_GEOMETRY_NONE.
 */
/*
 * "POINT (1 2)", also with Z/M and "SRID=…;" in front. JALON_INVALID says where reading stopped.
 */
enum jalon_status jalon_geometry_from_wkt(struct jalon_context *ctx, struct jalon_text text,
                                          int32_t srid, struct jalon_geometry *out) JALON_MUST_USE;
void jalon_geometry_write_wkt(struct jalon_buffer *buffer, const struct jalon_geometry *geometry);
/* Little-endian ISO WKB without SRID (OGC 06-103r4, clause 8). Reads both byte orders, and EWKB. */
void jalon_geometry_write_wkb(struct jalon_buffer *buffer, const struct jalon_geometry *geometry);
enum jalon_status jalon_geometry_from_wkb(struct jalon_context *ctx, const void *data, size_t size,
                                          int32_t srid, struct jalon_geometry *out) JALON_MUST_USE;
/*
 * EWKB, which names its SRID (source: PostGIS, "EWKB and EWKT"; lint: engine, a source). Written
 * little-endian; read as above, but refused without SRID.
 */
void jalon_geometry_write_ewkb(struct jalon_buffer *buffer, const struct jalon_geometry *geometry);
enum jalon_status jalon_geometry_from_ewkb(struct jalon_context *ctx, const void *data, size_t size,
                                           struct jalon_geometry *out) JALON_MUST_USE;
/*
 * BLOB-Geometry (source: SpatiaLite cookbook, "internal BLOB format"; lint: engine, a source): so
 * that rows are written and read without calling SQL functions. Compressed lines and TinyPoint are
 * not read.
 */
void jalon_geometry_write_blob(struct jalon_buffer *buffer, const struct jalon_geometry *geometry);
enum jalon_status jalon_geometry_from_blob(struct jalon_context *ctx, const void *data, size_t size,
                                           struct jalon_geometry *out) JALON_MUST_USE;

/* --- Validity --- */
/*
 * Checks WGS 84 ranges (longitude -180…180, latitude -90…90). Outside, JALON_INVALID; when the
 * numbers look projected the message names the likely EPSG code ("they look like EPSG:2154 …").
 * `pointer` may be NULL: the message alone then tells.
 */
enum jalon_status jalon_geometry_check_range(struct jalon_context *ctx,
                                             const struct jalon_geometry *geometry,
                                             const char *pointer) JALON_MUST_USE;
/*
 * The EPSG code whose area of use in France fits these coordinates best, or 0: for degrees, for
 * what fits nowhere. The mainland goes before overseas, Lambert-93 before conical zones, NTF, web
 * Mercator and UTM, some of which overlap: a hint, nothing to act upon. Latitude before longitude
 * cannot be told: (43.6, 3.87) is a position, in Somalia.
 */
int32_t jalon_geo_guess_srid(struct jalon_position position);
/*
 * What may be stored (documented policy): valid geometry is only wound as RFC 7946 wants (exterior
 * counter-clockwise); positions that repeat the one before, and repeated points of a multipoint,
 * are dropped; a polygon that is not valid is repaired by GEOS MakeValid ("structure" method: a
 * hole that sticks out is cut off, one outside becomes a part, parts that overlap are united) when
 * what remains has an area. A POLYGON may so become a MULTIPOLYGON, never the other way round.
 * Parts and holes that have collapsed (a ring without area, a line without length) are dropped
 * beside others; alone they are JALON_INVALID with the reason. Lines may cross themselves.
 * *out_repaired tells whether anything changed but the winding. `pointer` may be NULL.
 */
enum jalon_status jalon_geometry_make_valid(struct jalon_context *ctx,
                                            const struct jalon_geometry *in, const char *pointer,
                                            struct jalon_geometry *out,
                                            bool *out_repaired) JALON_MUST_USE;

/* --- Coordinate reference systems --- */
/*
 * "EPSG:2154", "2154", an OGC URI ("http://www.opengis.net/def/crs/EPSG/0/2154", CRS84) or a URN.
 * JALON_INVALID when PROJ does not know it. CRS84 gives 4326.
 */
enum jalon_status jalon_geo_parse_crs(struct jalon_context *ctx, struct jalon_text name,
                                      int32_t *out_srid) JALON_MUST_USE;
/*
 * The same, and whether the system itself puts the northing or latitude first, as positions written
 * in it do (EPSG:4326: yes; CRS84, EPSG:2154: no).
 */
enum jalon_status jalon_geo_parse_crs_axes(struct jalon_context *ctx, struct jalon_text name,
                                           int32_t *out_srid,
                                           bool *out_north_first) JALON_MUST_USE;
/*
 * Transforms positions in place between two EPSG codes, always x/longitude first on both sides, in
 * one PROJ call for the whole array. JALON_INVALID names the first position that has no image, and
 * leaves the array as it was. Grids are those installed: the network is never asked.
 */
enum jalon_status jalon_geo_transform(struct jalon_context *ctx, int32_t from_srid, int32_t to_srid,
                                      struct jalon_position *positions,
                                      size_t count) JALON_MUST_USE;

/* --- Measures and predicates --- */
/* Metres on the WGS 84 ellipsoid (Karney 2013, by PROJ's geodesic). */
double jalon_geo_distance_m(struct jalon_position a, struct jalon_position b);
/*
 * Is the position inside the polygons, by the even-odd rule over all rings (so that the winding does
 * not matter)? On a border: either. False for other shapes.
 */
bool jalon_geometry_holds(const struct jalon_geometry *geometry, struct jalon_position position);

/* A place that many shapes are held against, and how far from it is near. Plain data. */
struct jalon_geo_circle {
    struct jalon_position centre;
    double radius_m; /* INFINITY: every shape is within */
    /* Holds all that is within; may cross the antimeridian. The whole world for INFINITY. */
    struct jalon_box box;
    double direction[3]; /* private: of the centre, a unit vector */
    double sure_chord, least_chord; /* private: squares; within below the first, not beyond the second */
};
/* radius_m >= 0. */
struct jalon_geo_circle jalon_geo_circle_make(struct jalon_position centre, double radius_m);
/*
 * How far the shape is from the centre: metres on the WGS 84 ellipsoid, 0 inside polygons; INFINITY
 * without positions. For points as jalon_geo_distance_m. Segments are straight in longitude and
 * latitude (RFC 7946, 3.1.1), and the nearest position on each is found to a tenth of a millimetre
 * where there is only one: within 1,000 km, up to 80 degrees of latitude. Beyond, a line so bent may
 * come near twice, and the farther one may be answered. A function of both arguments alone.
 */
double jalon_geo_circle_distance_m(const struct jalon_geo_circle *circle,
                                   const struct jalon_geometry *geometry);
/* Is that distance at most the radius? Most answers need no geodesic. False without positions. */
bool jalon_geo_circle_reaches(const struct jalon_geo_circle *circle,
                              const struct jalon_geometry *geometry);
/*
 * Bounds of that distance, quickly: at most 0.6 % off for points, 0 and INFINITY for other shapes.
 */
void jalon_geo_circle_bounds(const struct jalon_geo_circle *circle,
                             const struct jalon_geometry *geometry, double *out_least_m,
                             double *out_most_m);

/* A polygon prepared for many point tests (GEOS prepared geometry). */
struct jalon_geo_area;
/*
 * Of a valid polygon or multipolygon; JALON_INVALID for others. Copies what it needs; destroy
 * accepts NULL. Any thread may use it, one at a time.
 */
enum jalon_status jalon_geo_area_create(struct jalon_context *ctx,
                                        const struct jalon_geometry *polygon,
                                        struct jalon_geo_area **out) JALON_MUST_USE;
void jalon_geo_area_destroy(struct jalon_geo_area *area);
/* Inside or on the edge. */
bool jalon_geo_area_covers(const struct jalon_geo_area *area, struct jalon_position position);

/* How two geometries lie to each other (OGC 06-103r4, 6.1.15): "the first … the second". */
enum jalon_geo_relation {
    JALON_GEO_INTERSECTS,
    JALON_GEO_DISJOINT,
    JALON_GEO_CONTAINS,
    JALON_GEO_WITHIN,
    JALON_GEO_TOUCHES,
    JALON_GEO_CROSSES,
    JALON_GEO_OVERLAPS,
    JALON_GEO_EQUALS,
};

/* Any geometry prepared to be compared with many, in the plane of its coordinates. */
struct jalon_geo_shape;
/*
 * Of what the parts (at least one, none empty) cover together. JALON_INVALID when a polygon is not
 * valid, with the reason. Copies what it needs; destroy accepts NULL. Any thread may use it, one at
 * a time.
 */
enum jalon_status jalon_geo_shape_create(struct jalon_context *ctx,
                                         const struct jalon_geometry *parts, size_t count,
                                         struct jalon_geo_shape **out) JALON_MUST_USE;
void jalon_geo_shape_destroy(struct jalon_geo_shape *shape);
/* The least and largest of each coordinate: west <= east. */
struct jalon_box jalon_geo_shape_box(const struct jalon_geo_shape *shape);
/*
 * Does it take points, lines and polygons together to cover it? Then only INTERSECTS and DISJOINT
 * can be asked.
 */
bool jalon_geo_shape_is_mixed(const struct jalon_geo_shape *shape);
/*
 * Is "shape relation geometry" so? The geometry is not empty. JALON_INVALID: it is not valid, which
 * leaves the question open; JALON_INTERNAL: GEOS failed. The error slot is left alone.
 */
enum jalon_status jalon_geo_shape_relate(const struct jalon_geo_shape *shape,
                                         enum jalon_geo_relation relation,
                                         const struct jalon_geometry *geometry,
                                         bool *out) JALON_MUST_USE;
/*
 * On which side of the shape's border a box (west <= east) is as a whole; OPEN when it is across,
 * touches it, has no area or the shape is no polygon that it could be inside of. JALON_INTERNAL: GEOS
 * failed.
 */
enum jalon_geo_side { JALON_GEO_SIDE_OPEN, JALON_GEO_SIDE_INSIDE, JALON_GEO_SIDE_OUTSIDE };
enum jalon_status jalon_geo_shape_find_side(const struct jalon_geo_shape *shape,
                                            struct jalon_box box,
                                            enum jalon_geo_side *out) JALON_MUST_USE;
/* As jalon_geo_shape_relate, between two shapes. */
enum jalon_status jalon_geo_shape_relate_shape(const struct jalon_geo_shape *shape,
                                               enum jalon_geo_relation relation,
                                               const struct jalon_geo_shape *other,
                                               bool *out) JALON_MUST_USE;

#endif
