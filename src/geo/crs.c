/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Coordinate reference systems by PROJ: their names, their areas, the way between two. Layer 1. */
#include "crs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char CRS84[] = "CRS84";

/* NULL when the EPSG register has no such system. The caller destroys it. */
static PJ *find_crs(struct jalon_geo_thread *thread, int32_t srid)
{
    char code[16];
    snprintf(code, sizeof code, "%d", (int)srid);
    return proj_create_from_database(thread->proj, "EPSG", code, PJ_CATEGORY_CRS, 0, NULL);
}

bool jalon_geo_crs_area(struct jalon_geo_thread *thread, int32_t srid, struct jalon_box *out)
{
    PJ *crs = find_crs(thread, srid);
    struct jalon_box box = {0};
    bool is_known = crs != NULL && proj_get_area_of_use(thread->proj, crs, &box.west, &box.south,
                                                        &box.east, &box.north, NULL) == 1;
    proj_destroy(crs);
    if (is_known) {
        *out = box;
    }
    return is_known;
}

struct jalon_text jalon_geo_crs_name(struct jalon_context *ctx, struct jalon_geo_thread *thread,
                                     int32_t srid)
{
    PJ *crs = find_crs(thread, srid);
    const char *name = crs != NULL ? proj_get_name(crs) : NULL;
    struct jalon_text copy = jalon_text_copy(ctx->arena, jalon_text_from(name));
    proj_destroy(crs);
    return copy;
}

/* --- Names --- */

/* The last part of "EPSG:2154", "urn:ogc:def:crs:EPSG::2154" or ".../crs/EPSG/0/2154". */
static struct jalon_text last_part(struct jalon_text name)
{
    size_t start = name.length;
    while (start > 0 && name.data[start - 1] != ':' && name.data[start - 1] != '/') {
        start--;
    }
    return jalon_text_slice(name.data + start, name.length - start);
}

static bool starts_with_ascii_case(struct jalon_text name, const char *prefix)
{
    size_t length = strlen(prefix);
    return name.length >= length && jalon_text_equal_ascii_case(jalon_text_slice(name.data, length),
                                                                jalon_text_slice(prefix, length));
}

/* Is what stands before the code the name of that authority, in one of its spellings? */
static bool is_of_authority(struct jalon_text name, size_t code_length, const char *authority)
{
    static const char *const prefixes[] = {
        "", "urn:ogc:def:crs:", "urn:x-ogc:def:crs:", "http://www.opengis.net/def/crs/",
        "https://www.opengis.net/def/crs/"};
    struct jalon_text head = jalon_text_slice(name.data, name.length - code_length);
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (!starts_with_ascii_case(head, prefixes[i])) {
            continue;
        }
        size_t length = strlen(prefixes[i]);
        struct jalon_text rest = jalon_text_slice(head.data + length, head.length - length);
        char after = rest.length > strlen(authority) ? rest.data[strlen(authority)] : '\0';
        if (starts_with_ascii_case(rest, authority) && (after == ':' || after == '/')) {
            return true; /* a version may follow: any is taken */
        }
    }
    return false;
}

int32_t jalon_geo_crs_read_name(struct jalon_text name, bool *out_is_crs84)
{
    *out_is_crs84 = false;
    name = jalon_text_trim(name);
    if (name.length >= 2 && name.data[0] == '[' && name.data[name.length - 1] == ']') {
        name = jalon_text_slice(name.data + 1, name.length - 2); /* a safe CURIE */
    }
    struct jalon_text code = last_part(name);
    bool is_bare = code.length == name.length;
    if (jalon_text_equal_ascii_case(code, jalon_text_from(CRS84))) {
        *out_is_crs84 = is_bare || is_of_authority(name, code.length, "OGC");
        return *out_is_crs84 ? JALON_SRID_WGS84 : 0;
    }
    int64_t srid;
    if (!jalon_text_to_int64(code, &srid) || srid <= 0 || srid > INT32_MAX ||
        !(is_bare || is_of_authority(name, code.length, "EPSG"))) {
        return 0;
    }
    return (int32_t)srid;
}

/* How a system is written in a message, at most so much of it. */
enum { NAME_SHOWN = 80 };

enum jalon_status jalon_geo_parse_crs(struct jalon_context *ctx, struct jalon_text name,
                                      int32_t *out_srid)
{
    bool is_crs84;
    int32_t srid = jalon_geo_crs_read_name(name, &is_crs84);
    if (srid == 0) {
        int shown = name.length < NAME_SHOWN ? (int)name.length : NAME_SHOWN;
        return jalon_fail(ctx, JALON_INVALID,
                          "\"%.*s\" does not name a coordinate reference system; write it as "
                          "EPSG:2154",
                          shown, name.data);
    }
    struct jalon_geo_thread *thread = jalon_geo_thread_proj();
    if (thread == NULL) {
        return jalon_no_memory(ctx);
    }
    PJ *crs = find_crs(thread, srid);
    PJ_TYPE type = crs != NULL ? proj_get_type(crs) : PJ_TYPE_UNKNOWN;
    proj_destroy(crs);
    if (type == PJ_TYPE_UNKNOWN) {
        return jalon_fail(ctx, JALON_INVALID, "EPSG:%d is not a coordinate reference system",
                          (int)srid);
    }
    if (type != PJ_TYPE_GEOGRAPHIC_2D_CRS && type != PJ_TYPE_PROJECTED_CRS) {
        return jalon_fail(ctx, JALON_INVALID,
                          "EPSG:%d is not a system of two coordinates on a map: use the one of its "
                          "horizontal part",
                          (int)srid);
    }
    *out_srid = srid;
    return JALON_OK;
}

static bool is_north_first(struct jalon_geo_thread *thread, int32_t srid)
{
    const char *direction = NULL;
    PJ *crs = find_crs(thread, srid);
    PJ *axes = crs != NULL ? proj_crs_get_coordinate_system(thread->proj, crs) : NULL;
    bool is_first = axes != NULL &&
                    proj_cs_get_axis_info(thread->proj, axes, 0, NULL, NULL, &direction, NULL, NULL,
                                          NULL, NULL) == 1 &&
                    strcmp(direction, "north") == 0;
    proj_destroy(axes);
    proj_destroy(crs);
    return is_first;
}

enum jalon_status jalon_geo_parse_crs_axes(struct jalon_context *ctx, struct jalon_text name,
                                           int32_t *out_srid, bool *out_north_first)
{
    int32_t srid = 0;
    enum jalon_status status = jalon_geo_parse_crs(ctx, name, &srid);
    struct jalon_geo_thread *thread = status == JALON_OK ? jalon_geo_thread_proj() : NULL;
    if (status == JALON_OK && thread == NULL) {
        return jalon_no_memory(ctx);
    }
    if (status == JALON_OK) {
        bool is_crs84;
        (void)jalon_geo_crs_read_name(name, &is_crs84);
        *out_srid = srid;
        *out_north_first = !is_crs84 && is_north_first(thread, srid);
    }
    return status;
}

enum jalon_status jalon_geo_crs_is_geographic(struct jalon_context *ctx, int32_t srid, bool *out)
{
    struct jalon_geo_thread *thread = jalon_geo_thread_proj();
    if (thread == NULL) {
        return jalon_no_memory(ctx);
    }
    PJ *crs = find_crs(thread, srid);
    *out = crs != NULL && proj_get_type(crs) == PJ_TYPE_GEOGRAPHIC_2D_CRS;
    proj_destroy(crs);
    return JALON_OK;
}

/* --- Transformations --- */

static PJ *make_operation(struct jalon_geo_thread *thread, int32_t from, int32_t to)
{
    char from_name[24], to_name[24];
    snprintf(from_name, sizeof from_name, "EPSG:%d", (int)from);
    snprintf(to_name, sizeof to_name, "EPSG:%d", (int)to);
    PJ *as_registered = proj_create_crs_to_crs(thread->proj, from_name, to_name, NULL);
    if (as_registered == NULL) {
        return NULL;
    }
    PJ *operation = proj_normalize_for_visualization(thread->proj, as_registered);
    proj_destroy(as_registered);
    return operation;
}

static PJ *find_operation(struct jalon_geo_thread *thread, int32_t from, int32_t to)
{
    for (unsigned i = 0; i < JALON_GEO_TRANSFORMATIONS_MAX; i++) {
        struct jalon_geo_transformation *known = &thread->transformations[i];
        if (known->operation != NULL && known->from == from && known->to == to) {
            return known->operation;
        }
    }
    PJ *operation = make_operation(thread, from, to);
    if (operation != NULL) {
        struct jalon_geo_transformation *place =
            &thread->transformations[thread->next_transformation];
        thread->next_transformation =
            (thread->next_transformation + 1) % JALON_GEO_TRANSFORMATIONS_MAX;
        proj_destroy(place->operation);
        *place = (struct jalon_geo_transformation){from, to, operation};
    }
    return operation;
}

bool jalon_geo_crs_project(struct jalon_geo_thread *thread, int32_t from_srid, int32_t to_srid,
                           struct jalon_position *positions, size_t count)
{
    PJ *operation = find_operation(thread, from_srid, to_srid);
    if (operation == NULL) {
        return false;
    }
    if (count > 0) {
        size_t const stride = sizeof *positions;
        proj_errno_reset(operation);
        proj_trans_generic(operation, PJ_FWD, &positions->lon, stride, count, &positions->lat,
                           stride, count, NULL, 0, 0, NULL, 0, 0);
    }
    return true;
}

static enum jalon_status refuse_operation(struct jalon_context *ctx,
                                          struct jalon_geo_thread *thread, int32_t from, int32_t to)
{
    int32_t const both[] = {from, to};
    for (size_t i = 0; i < 2; i++) {
        PJ *crs = find_crs(thread, both[i]);
        bool is_known = crs != NULL;
        proj_destroy(crs);
        if (!is_known) {
            return jalon_fail(ctx, JALON_INVALID, "EPSG:%d is not a coordinate reference system",
                              (int)both[i]);
        }
    }
    return jalon_fail(ctx, JALON_INVALID, "there is no transformation from EPSG:%d to EPSG:%d",
                      (int)from, (int)to);
}

enum jalon_status jalon_geo_transform(struct jalon_context *ctx, int32_t from_srid, int32_t to_srid,
                                      struct jalon_position *positions, size_t count)
{
    if (from_srid == to_srid || count == 0) {
        return JALON_OK;
    }
    struct jalon_geo_thread *thread = jalon_geo_thread_proj();
    struct jalon_position *images = NULL;
    if (count <= SIZE_MAX / sizeof *images) {
        images = jalon_arena_allocate(ctx->arena, count * sizeof *images);
    }
    if (thread == NULL || images == NULL) {
        return jalon_no_memory(ctx);
    }
    memcpy(images, positions, count * sizeof *images);
    if (!jalon_geo_crs_project(thread, from_srid, to_srid, images, count)) {
        return refuse_operation(ctx, thread, from_srid, to_srid);
    }
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(images[i].lon) || !isfinite(images[i].lat)) {
            return jalon_fail(ctx, JALON_INVALID,
                              "the coordinates %.10g, %.10g (position %zu of %zu) have no place in "
                              "EPSG:%d: they are not of EPSG:%d",
                              positions[i].lon, positions[i].lat, i + 1, count, (int)to_srid,
                              (int)from_srid);
        }
    }
    memcpy(positions, images, count * sizeof *images);
    return JALON_OK;
}
