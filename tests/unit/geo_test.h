/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of geo share: a context, geometries from GeoJSON text, comparison as text. */
#ifndef GEO_TEST_H
#define GEO_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/geo.h"
#include "jalon/memory.h"

/* cmocka's own compares as float. */
#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static struct jalon_context *ctx;
static struct jalon_buffer buffer;

static inline int set_up(void **state)
{
    (void)state;
    ctx = jalon_context_create();
    jalon_buffer_init(&buffer, 64 << 20);
    return ctx == NULL;
}

static inline int tear_down(void **state)
{
    (void)state;
    jalon_memory_fail_at(0);
    jalon_buffer_finish(&buffer);
    jalon_context_destroy(ctx);
    return 0;
}

static inline enum jalon_status read_json(const char *text, struct jalon_geometry *out)
{
    const struct jalon_json *json = NULL;
    jalon_error_clear(ctx);
    assert_int_equal(jalon_json_parse(ctx, jalon_text_from(text), &json), JALON_OK);
    return jalon_geometry_from_json(ctx, json, "/geometry", JALON_SRID_WGS84, out);
}

static inline struct jalon_geometry geometry_of(const char *text)
{
    struct jalon_geometry geometry = {0};
    assert_int_equal(read_json(text, &geometry), JALON_OK);
    return geometry;
}

/* `type` and its coordinates, for shorter tests. */
static inline struct jalon_geometry shape(const char *type, const char *coordinates)
{
    struct jalon_text text =
        jalon_text_format(ctx->arena, "{\"type\":\"%s\",\"coordinates\":%s}", type, coordinates);
    return geometry_of(text.data);
}

static inline const char *json_of(const struct jalon_geometry *geometry)
{
    jalon_buffer_clear(&buffer);
    jalon_geometry_write_json(&buffer, geometry);
    assert_int_equal(jalon_buffer_status(&buffer), JALON_OK);
    return jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer)).data;
}

/* One of each type, with holes and several parts. */
static const char *const SHAPES[] = {
    "{\"type\":\"Point\",\"coordinates\":[3.8767,43.6108]}",
    "{\"type\":\"LineString\",\"coordinates\":[[3.87,43.61],[3.88,43.62],[3.9,43.6]]}",
    "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[4,0],[4,4],[0,4],[0,0]],"
    "[[1,1],[1,2],[2,2],[2,1],[1,1]]]}",
    "{\"type\":\"MultiPoint\",\"coordinates\":[[1,2],[3,4]]}",
    "{\"type\":\"MultiLineString\",\"coordinates\":[[[1,2],[3,4]],[[5,6],[7,8],[9,10]]]}",
    "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]]],"
    "[[[5,5],[9,5],[9,9],[5,5]],[[7,6],[8,6],[8,7],[7,6]]]]}",
};
enum { SHAPE_COUNT = sizeof SHAPES / sizeof SHAPES[0] };

#endif
