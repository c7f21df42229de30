/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The bytes of layers, against bytes made by hand from vector_tile.proto. */
#include <stdio.h>

#include "tile_test.h"

static struct jalon_tile_layer *layer;
static struct jalon_buffer tile;

static int set_up_layer(void **state)
{
    jalon_buffer_init(&tile, 1 << 20);
    return set_up_tile(state) != 0 ||
           jalon_tile_layer_create(ctx, 1 << 20, &layer) != JALON_OK;
}

static int tear_down_layer(void **state)
{
    jalon_buffer_finish(&tile);
    return tear_down_tile(state);
}

static void put_point(uint64_t id, int32_t x, int32_t y)
{
    uint32_t commands[3];
    struct jalon_tile_shape shape =
        jalon_tile_make_point((struct jalon_tile_place){x, y}, commands);
    jalon_tile_put_feature(layer, id, &shape);
}

static void write_layer(const char *name)
{
    assert_int_equal(jalon_tile_layer_write(ctx, layer, jalon_text_from(name), &tile), JALON_OK);
}

static void assert_bytes(const unsigned char *expected, size_t size)
{
    assert_int_equal(tile.length, size);
    assert_memory_equal(tile.data, expected, size);
}

static void a_layer_is_these_bytes(void **state)
{
    (void)state;
    jalon_tile_put_text(layer, JALON_TEXT("k"), JALON_TEXT("v"));
    jalon_tile_put_integer(layer, JALON_TEXT("n"), 300);
    put_point(5, 25, 17);
    jalon_tile_put_integer(layer, JALON_TEXT("n"), -2);
    jalon_tile_put_boolean(layer, JALON_TEXT("b"), true);
    jalon_tile_put_text(layer, JALON_TEXT("k"), JALON_TEXT("v"));
    put_point(0, -1, 4096);
    jalon_tile_put_number(layer, JALON_TEXT("d"), 1.5);
    put_point(300, 0, 0);
    write_layer("ab");
    static const unsigned char expected[] = {
        0x1A, 0x65,             /* tile.layers, 101 bytes */
        0x78, 2,                /* version */
        0x0A, 2, 'a', 'b',      /* name */
        0x12, 15,               /* feature */
        0x08, 5,                /*   id */
        0x12, 4, 0, 0, 1, 1,    /*   tags */
        0x18, 1,                /*   type: point */
        0x22, 3, 9, 50, 34,     /*   geometry */
        0x12, 16,               /* feature without id */
        0x12, 6, 1, 2, 2, 3, 0, 0,
        0x18, 1,
        0x22, 4, 9, 1, 0x80, 0x40,
        0x12, 14,
        0x08, 0xAC, 0x02,
        0x12, 2, 3, 4,
        0x18, 1,
        0x22, 3, 9, 0, 0,
        0x1A, 1, 'k', 0x1A, 1, 'n', 0x1A, 1, 'b', 0x1A, 1, 'd',
        0x22, 3, 0x0A, 1, 'v',  /* string */
        0x22, 3, 0x28, 0xAC, 2, /* uint */
        0x22, 2, 0x30, 3,       /* sint, zigzag */
        0x22, 2, 0x38, 1,       /* bool */
        0x22, 9, 0x19, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, /* double */
        0x28, 0x80, 0x20,       /* extent 4096 */
    };
    assert_bytes(expected, sizeof expected);
}

static void an_empty_layer_is_nothing_and_each_begins_anew(void **state)
{
    (void)state;
    write_layer("none");
    assert_int_equal(tile.length, 0);
    jalon_tile_put_text(layer, JALON_TEXT("old"), JALON_TEXT("old"));
    put_point(1, 0, 0);
    write_layer("a");
    jalon_buffer_clear(&tile);
    put_point(1, 0, 0);
    write_layer("b");
    static const unsigned char expected[] = {0x1A, 21,   0x78, 2,    0x0A, 1, 'b', 0x12,
                                             11,   0x08, 1,    0x12, 0,    0x18, 1, 0x22,
                                             3,    9,    0,    0,    0x28, 0x80, 0x20};
    assert_bytes(expected, sizeof expected);
}

/* Thousands of values: each once in the dictionary, found again after it grew. */
static void values_are_written_once(void **state)
{
    (void)state;
    char text[32];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5000; i++) {
            snprintf(text, sizeof text, "value %d", i);
            jalon_tile_put_text(layer, JALON_TEXT("k"), jalon_text_from(text));
            put_point(1, 0, 0);
        }
    }
    write_layer("many");
    size_t found = 0;
    for (size_t i = 0; i + 6 < tile.length; i++) {
        found += memcmp(tile.data + i, "value ", 6) == 0;
    }
    assert_int_equal(found, 5000);
}

static void too_much_is_told(void **state)
{
    (void)state;
    struct jalon_tile_layer *small;
    assert_int_equal(jalon_tile_layer_create(ctx, 1000, &small), JALON_OK);
    layer = small;
    for (int i = 0; i < 200; i++) {
        char text[32];
        snprintf(text, sizeof text, "value %d", i);
        jalon_tile_put_text(layer, JALON_TEXT("k"), jalon_text_from(text));
        put_point(1, 0, 0);
    }
    assert_int_equal(jalon_tile_layer_write(ctx, layer, JALON_TEXT("a"), &tile), JALON_TOO_LARGE);
}

static void failing_memory_is_told(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 30; n++) {
        struct jalon_context *own = jalon_context_create();
        jalon_buffer_finish(&tile);
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_tile_layer_create(own, 1 << 20, &layer);
        for (int i = 0; i < 400 && status == JALON_OK; i++) {
            jalon_tile_put_integer(layer, JALON_TEXT("k"), i);
            jalon_tile_put_unique(layer, JALON_TEXT("id"), JALON_TEXT("0123456789abcdef"));
            put_point(1, i, i);
        }
        if (status == JALON_OK) {
            status = jalon_tile_layer_write(own, layer, JALON_TEXT("a"), &tile);
        }
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK || status == JALON_NO_MEMORY);
        jalon_context_destroy(own);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_layer_is_these_bytes, set_up_layer, tear_down_layer),
        cmocka_unit_test_setup_teardown(an_empty_layer_is_nothing_and_each_begins_anew,
                                        set_up_layer, tear_down_layer),
        cmocka_unit_test_setup_teardown(values_are_written_once, set_up_layer, tear_down_layer),
        cmocka_unit_test_setup_teardown(too_much_is_told, set_up_layer, tear_down_layer),
        cmocka_unit_test_setup_teardown(failing_memory_is_told, set_up_layer, tear_down_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
