/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * WKB and the SpatiaLite BLOB against bytes that SpatiaLite 5.0.1 itself made:
 *   spatialite :memory: "SELECT hex(GeomFromText('POINT(3.8767 43.6108)', 4326))"
 * EWKB against bytes that PostGIS 3.3 made:
 *   SELECT encode(ST_AsEWKB('SRID=4326;POINT(3.8767 43.6108)'::geometry), 'hex')
 * and all against bytes that are wrong.
 */
#include "geo_test.h"

#include <stdlib.h>

/* hex(GeomFromText(…, 4326)) of SHAPES, in their order. */
static const char *const BLOBS[SHAPE_COUNT] = {
    "0001E6100000C139234A7B030F40CA32C4B12ECE4540C139234A7B030F40CA32C4B12ECE45407C01000000"
    "C139234A7B030F40CA32C4B12ECE4540FE",
    "0001E6100000F6285C8FC2F50E40CDCCCCCCCCCC45403333333333330F408FC2F5285CCF45407C02000000"
    "03000000F6285C8FC2F50E40AE47E17A14CE45400AD7A3703D0A0F408FC2F5285CCF45403333333333330F40"
    "CDCCCCCCCCCC4540FE",
    "0001E610000000000000000000000000000000000000000000000000104000000000000010407C03000000"
    "0200000005000000000000000000000000000000000000000000000000001040000000000000000000000000"
    "0000104000000000000010400000000000000000000000000000104000000000000000000000000000000000"
    "05000000000000000000F03F000000000000F03F000000000000F03F00000000000000400000000000000040"
    "00000000000000400000000000000040000000000000F03F000000000000F03F000000000000F03FFE",
    "0001E6100000000000000000F03F0000000000000040000000000000084000000000000010407C04000000"
    "020000006901000000000000000000F03F0000000000000040690100000000000000000008400000000000001040"
    "FE",
    "0001E6100000000000000000F03F0000000000000040000000000000224000000000000024407C05000000"
    "02000000690200000002000000000000000000F03F0000000000000040000000000000084000000000000010"
    "4069020000000300000000000000000014400000000000001840"
    "0000000000001C40000000000000204000000000000022400000000000002440FE",
    "0001E610000000000000000000000000000000000000000000000000224000000000000022407C06000000"
    "0200000069030000000100000004000000000000000000000000000000000000"
    "00000000000000F03F0000000000000000000000000000F03F000000000000F03F"
    "0000000000000000000000000000000069030000000200000004000000"
    "0000000000001440000000000000144000000000000022400000000000001440"
    "0000000000002240000000000000224000000000000014400000000000001440"
    "040000000000000000001C400000000000001840000000000000204000000000000018400000000000002040"
    "0000000000001C400000000000001C400000000000001840FE",
};

/* hex(AsBinary(…)) of the multipolygon. */
static const char MULTIPOLYGON_WKB[] =
    "010600000002000000010300000001000000040000000000000000000000000000000000000000000000"
    "0000F03F0000000000000000000000000000F03F000000000000F03F0000000000000000000000000000"
    "0000010300000002000000040000000000000000001440000000000000144000000000000022400000"
    "000000001440000000000000224000000000000022400000000000001440000000000000144004000000"
    "0000000000001C400000000000001840000000000000204000000000000018400000000000002040"
    "0000000000001C400000000000001C400000000000001840";

/* encode(ST_AsEWKB(…), 'hex') of the multipolygon, in capitals. */
static const char MULTIPOLYGON_EWKB[] =
    "0106000020E6100000020000000103000000010000000400000000000000000000000000000000000000"
    "000000000000F03F0000000000000000000000000000F03F000000000000F03F00000000000000000000"
    "000000000000010300000002000000040000000000000000001440000000000000144000000000000022"
    "400000000000001440000000000000224000000000000022400000000000001440000000000000144004"
    "0000000000000000001C400000000000001840000000000000204000000000000018400000000000002040"
    "0000000000001C400000000000001C400000000000001840";

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* In the arena; exactly as long as it says, so that a byte too far is seen by the sanitizer. */
static struct jalon_text bytes_of(const char *hex)
{
    size_t size = strlen(hex) / 2;
    char *bytes = test_malloc(size > 0 ? size : 1);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    }
    return (struct jalon_text){bytes, size};
}

static void free_bytes(struct jalon_text bytes)
{
    test_free((void *)(uintptr_t)bytes.data);
}

typedef enum jalon_status (*reader)(struct jalon_context *, const void *, size_t,
                                    struct jalon_geometry *);

static enum jalon_status from_wkb(struct jalon_context *context, const void *data, size_t size,
                                  struct jalon_geometry *out)
{
    return jalon_geometry_from_wkb(context, data, size, JALON_SRID_WGS84, out);
}

static struct jalon_geometry read_hex(const char *hex, reader read)
{
    struct jalon_geometry geometry = {0};
    struct jalon_text bytes = bytes_of(hex);
    assert_int_equal(read(ctx, bytes.data, bytes.length, &geometry), JALON_OK);
    free_bytes(bytes);
    return geometry;
}

static void refuse_hex(const char *hex, reader read, const char *message)
{
    struct jalon_geometry geometry = {.srid = 77};
    struct jalon_text bytes = bytes_of(hex);
    jalon_error_clear(ctx);
    assert_int_equal(read(ctx, bytes.data, bytes.length, &geometry), JALON_INVALID);
    assert_int_equal(geometry.srid, 77);
    if (message != NULL) {
        assert_string_equal(ctx->error.message.data, message);
    }
    free_bytes(bytes);
}

static void the_spatialite_form_is_that_of_spatialite(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        struct jalon_geometry geometry = geometry_of(SHAPES[i]);
        struct jalon_text expected = bytes_of(BLOBS[i]);
        jalon_buffer_clear(&buffer);
        jalon_geometry_write_blob(&buffer, &geometry);
        assert_int_equal(buffer.length, expected.length);
        assert_memory_equal(buffer.data, expected.data, expected.length);

        struct jalon_geometry again = {0};
        assert_int_equal(
            jalon_geometry_from_blob(ctx, expected.data, expected.length, &again), JALON_OK);
        assert_true(jalon_geometry_equal(&geometry, &again));
        free_bytes(expected);
    }
}

static void altitudes_and_measures_of_spatialite_are_dropped(void **state)
{
    (void)state;
    struct jalon_geometry point =
        read_hex("0001E6100000000000000000F03F0000000000000040000000000000F03F00000000000000407C"
                 "E9030000000000000000F03F00000000000000400000000000000840FE",
                 jalon_geometry_from_blob);
    assert_string_equal(json_of(&point), "{\"type\":\"Point\",\"coordinates\":[1,2]}");
    struct jalon_geometry line = read_hex(
        "0001E6100000000000000000F03F0000000000000040000000000000144000000000000018407C"
        "BA0B000002000000000000000000F03F00000000000000400000000000000840000000000000104000000000"
        "0000144000000000000018400000000000001C400000000000002040FE",
        jalon_geometry_from_blob);
    assert_string_equal(json_of(&line), "{\"type\":\"LineString\",\"coordinates\":[[1,2],[5,6]]}");
}

static void a_spatialite_blob_keeps_its_srid(void **state)
{
    (void)state;
    struct jalon_geometry geometry = {0}, again = {0};
    assert_int_equal(jalon_geometry_make_point(ctx, (struct jalon_position){772305.6, 6277130.1},
                                               2154, &geometry),
                     JALON_OK);
    jalon_geometry_write_blob(&buffer, &geometry);
    assert_int_equal(jalon_geometry_from_blob(ctx, buffer.data, buffer.length, &again),
                     JALON_OK);
    assert_int_equal(again.srid, 2154);
    assert_true(jalon_geometry_equal(&geometry, &again));
}

static void wkb_goes_round(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        struct jalon_geometry geometry = geometry_of(SHAPES[i]), again = {0};
        jalon_buffer_clear(&buffer);
        jalon_geometry_write_wkb(&buffer, &geometry);
        assert_int_equal(
            jalon_geometry_from_wkb(ctx, buffer.data, buffer.length, JALON_SRID_WGS84, &again),
            JALON_OK);
        assert_true(jalon_geometry_equal(&geometry, &again));
    }
}

static void wkb_is_that_of_spatialite(void **state)
{
    (void)state;
    struct jalon_geometry geometry = geometry_of(SHAPES[5]);
    struct jalon_text expected = bytes_of(MULTIPOLYGON_WKB);
    jalon_geometry_write_wkb(&buffer, &geometry);
    assert_int_equal(buffer.length, expected.length);
    assert_memory_equal(buffer.data, expected.data, expected.length);
    free_bytes(expected);
}

static void ewkb_goes_round_and_is_that_of_postgis(void **state)
{
    (void)state;
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        struct jalon_geometry geometry = geometry_of(SHAPES[i]), again = {0};
        geometry.srid = i % 2 == 0 ? JALON_SRID_WGS84 : 2154;
        jalon_buffer_clear(&buffer);
        jalon_geometry_write_ewkb(&buffer, &geometry);
        assert_int_equal(jalon_geometry_from_ewkb(ctx, buffer.data, buffer.length, &again),
                         JALON_OK);
        assert_int_equal(again.srid, geometry.srid);
        assert_true(jalon_geometry_equal(&geometry, &again));
    }
    struct jalon_geometry geometry = geometry_of(SHAPES[5]);
    struct jalon_text expected = bytes_of(MULTIPOLYGON_EWKB);
    jalon_buffer_clear(&buffer);
    jalon_geometry_write_ewkb(&buffer, &geometry);
    assert_int_equal(buffer.length, expected.length);
    assert_memory_equal(buffer.data, expected.data, expected.length);
    free_bytes(expected);
    /* an empty point; big-endian, with an altitude */
    geometry = read_hex("0101000020E6100000000000000000F87F000000000000F87F",
                        jalon_geometry_from_ewkb);
    assert_int_equal(geometry.type, JALON_GEOMETRY_NONE);
    assert_int_equal(geometry.srid, JALON_SRID_WGS84);
    geometry = read_hex("00A00000010000086A3FF000000000000040000000000000004008000000000000",
                        jalon_geometry_from_ewkb);
    assert_string_equal(json_of(&geometry), "{\"type\":\"Point\",\"coordinates\":[1,2]}");
    assert_int_equal(geometry.srid, 2154);
}

static void wkb_of_others_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *json;
        int32_t srid;
    } cases[] = {
        /* big-endian */
        {"00000000013FF00000000000004000000000000000", "{\"type\":\"Point\",\"coordinates\":[1,2]}",
         4326},
        /* each part has its own byte order */
        {"0000000004000000020101000000000000000000F03F0000000000000040"
         "000000000140080000000000004010000000000000",
         "{\"type\":\"MultiPoint\",\"coordinates\":[[1,2],[3,4]]}", 4326},
        /* ISO: PointZ, PointM, PointZM */
        {"01E9030000000000000000F03F00000000000000400000000000000840",
         "{\"type\":\"Point\",\"coordinates\":[1,2]}", 4326},
        {"01D1070000000000000000F03F00000000000000400000000000000840",
         "{\"type\":\"Point\",\"coordinates\":[1,2]}", 4326},
        {"01B90B0000000000000000F03F000000000000004000000000000008400000000000000840",
         "{\"type\":\"Point\",\"coordinates\":[1,2]}", 4326},
        /* EWKB of PostGIS: with an SRID, and with Z and an SRID */
        {"01010000206A080000000000000000F03F0000000000000040",
         "{\"type\":\"Point\",\"coordinates\":[1,2]}", 2154},
        {"01010000A06A080000000000000000F03F00000000000000400000000000000840",
         "{\"type\":\"Point\",\"coordinates\":[1,2]}", 2154},
        /* a ring that is left open is closed */
        {"0103000000010000000300000000000000000000000000000000000000000000000000F03F"
         "0000000000000000000000000000F03F000000000000F03F",
         "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}", 4326},
        /* no positions */
        {"0101000000000000000000F87F000000000000F87F", "null", 4326},
        {"010200000000000000", "null", 4326},
        {"010600000000000000", "null", 4326},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jalon_geometry geometry = read_hex(cases[i].hex, from_wkb);
        assert_string_equal(json_of(&geometry), cases[i].json);
        assert_int_equal(geometry.srid, cases[i].srid);
    }
}

static void bytes_that_are_wrong_are_refused(void **state)
{
    (void)state;
    refuse_hex("", from_wkb,
               "the binary geometry is not readable: it does not begin with a byte order (byte 0)");
    refuse_hex("02", from_wkb, NULL);
    refuse_hex("0101000000", from_wkb,
               "the binary geometry is not readable: it is cut short (byte 5)");
    /* a collection, a curve */
    refuse_hex("010700000000000000", from_wkb,
               "the binary geometry is not readable: geometry collections are not supported "
               "(byte 5)");
    refuse_hex("010800000000000000", from_wkb, NULL);
    /* one byte too many; an infinite coordinate; a line of one position */
    refuse_hex("0101000000000000000000F03F000000000000004000", from_wkb,
               "the binary geometry is not readable: bytes follow its end (byte 21)");
    refuse_hex("0101000000000000000000F07F0000000000000040", from_wkb,
               "the binary geometry is not readable: a coordinate is not a number (byte 21)");
    refuse_hex("010200000001000000000000000000F03F0000000000000040", from_wkb,
               "the binary geometry is not readable: a line needs at least 2 positions (byte 25)");
    /* counts that promise more than there is, up to 4 billion */
    refuse_hex("0102000000FFFFFFFF000000000000F03F0000000000000040", from_wkb,
               "the binary geometry is not readable: it is cut short (byte 9)");
    refuse_hex("0103000000FFFFFFFF", from_wkb, NULL);
    refuse_hex("0106000000FFFFFFFF0103000000FFFFFFFFFFFFFFFF", from_wkb, NULL);
    /* a multipoint with a line in it */
    refuse_hex("010400000001000000010200000000000000", from_wkb,
               "the binary geometry is not readable: a part has another type than the whole "
               "(byte 14)");
    /* EWKB: no SRID, one that is 0, one cut short, a byte too many */
    refuse_hex("0101000000000000000000F03F0000000000000040", jalon_geometry_from_ewkb,
               "the binary geometry does not name its SRID");
    refuse_hex("010100002000000000000000000000F03F0000000000000040", jalon_geometry_from_ewkb,
               "the binary geometry does not name its SRID");
    refuse_hex("0101000020E610", jalon_geometry_from_ewkb,
               "the binary geometry is not readable: it is cut short (byte 5)");
    refuse_hex("0101000020E6100000000000000000F03F000000000000004000", jalon_geometry_from_ewkb,
               "the binary geometry is not readable: bytes follow its end (byte 25)");
    /* SpatiaLite's compressed line */
    refuse_hex(
        "0001E6100000F6285C8FC2F50E40CDCCCCCCCCCC45403333333333330F408FC2F5285CCF45407C42420F"
        "0003000000F6285C8FC2F50E40AE47E17A14CE45400AD7233C0AD7233C3333333333330F40"
        "CDCCCCCCCCCC4540FE",
        jalon_geometry_from_blob,
        "the binary geometry is not readable: its type is not known (byte 43)");
}

static void more_positions_than_the_bound_are_too_large(void **state)
{
    (void)state;
    size_t count = JALON_GEOMETRY_POSITIONS_MAX + 1, size = 9 + 16 * count;
    unsigned char *bytes = test_calloc(1, size);
    bytes[0] = 1;
    bytes[1] = JALON_GEOMETRY_LINESTRING;
    for (unsigned i = 0; i < 4; i++) {
        bytes[5 + i] = (unsigned char)(count >> (8 * i));
    }
    struct jalon_geometry geometry = {0};
    assert_int_equal(jalon_geometry_from_wkb(ctx, bytes, size, 4326, &geometry), JALON_TOO_LARGE);
    bytes[5]--; /* exactly as many as allowed */
    assert_int_equal(jalon_geometry_from_wkb(ctx, bytes, size - 16, 4326, &geometry), JALON_OK);
    assert_int_equal(geometry.position_count, JALON_GEOMETRY_POSITIONS_MAX);
    test_free(bytes);
}

/* A small generator, so that a failure can be run again. */
static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Whatever is read is a value that keeps its promises. */
static void check_promises(const struct jalon_geometry *geometry)
{
    for (size_t i = 0; i < geometry->position_count; i++) {
        assert_true(isfinite(geometry->positions[i].lon) && isfinite(geometry->positions[i].lat));
    }
    for (size_t i = 0; i < geometry->ring_count; i++) {
        assert_true(jalon_geometry_ring_start(geometry, i) + 2 <= geometry->ring_ends[i]);
    }
    assert_true(geometry->ring_count == 0 ||
                geometry->ring_ends[geometry->ring_count - 1] == geometry->position_count);
    assert_true(geometry->polygon_count == 0 ||
                geometry->polygon_ends[geometry->polygon_count - 1] == geometry->ring_count);
}

static void read_damaged(struct jalon_text whole, reader read, uint32_t *seed)
{
    for (size_t length = 0; length < whole.length; length++) { /* cut at every byte */
        char *cut = test_malloc(length + 1);
        memcpy(cut, whole.data, length);
        struct jalon_geometry geometry = {0};
        assert_int_equal(read(ctx, cut, length, &geometry), JALON_INVALID);
        test_free(cut);
    }
    char *changed = test_malloc(whole.length);
    for (int round = 0; round < 3000; round++) {
        memcpy(changed, whole.data, whole.length);
        for (uint32_t i = next_random(seed) % 4; i < 4; i++) {
            changed[next_random(seed) % whole.length] = (char)next_random(seed);
        }
        struct jalon_geometry geometry = {0};
        if (read(ctx, changed, whole.length, &geometry) == JALON_OK) {
            check_promises(&geometry);
        }
        jalon_context_reset(ctx);
    }
    test_free(changed);
}

static void damaged_bytes_never_break_the_readers(void **state)
{
    (void)state;
    uint32_t seed = 2463534242U;
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        struct jalon_text blob = bytes_of(BLOBS[i]);
        read_damaged(blob, jalon_geometry_from_blob, &seed);
        free_bytes(blob);
        struct jalon_geometry geometry = geometry_of(SHAPES[i]);
        jalon_buffer_clear(&buffer);
        jalon_geometry_write_wkb(&buffer, &geometry);
        read_damaged(jalon_buffer_text(&buffer), from_wkb, &seed);
        jalon_buffer_clear(&buffer);
        jalon_geometry_write_ewkb(&buffer, &geometry);
        read_damaged(jalon_buffer_text(&buffer), jalon_geometry_from_ewkb, &seed);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct jalon_text blob = bytes_of(BLOBS[5]);
    for (uint64_t n = 1;; n++) {
        struct jalon_context *own = jalon_context_create();
        assert_non_null(jalon_arena_allocate(own->arena, 4096 - 16)); /* fill the first block */
        struct jalon_geometry geometry = {0};
        jalon_memory_fail_at(n);
        enum jalon_status status =
            jalon_geometry_from_blob(own, blob.data, blob.length, &geometry);
        bool failed = jalon_memory_count() >= n;
        jalon_memory_fail_at(0);
        assert_int_equal(status, failed ? JALON_NO_MEMORY : JALON_OK);
        jalon_context_destroy(own);
        if (!failed) {
            assert_true(n > 1);
            break;
        }
    }
    free_bytes(blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_spatialite_form_is_that_of_spatialite, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(altitudes_and_measures_of_spatialite_are_dropped, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_spatialite_blob_keeps_its_srid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wkb_goes_round, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wkb_is_that_of_spatialite, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ewkb_goes_round_and_is_that_of_postgis, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wkb_of_others_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_that_are_wrong_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_positions_than_the_bound_are_too_large, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(damaged_bytes_never_break_the_readers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
