/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Arena, error slot, buffer writers, time, ids. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "jalon/buffer.h"
#include "jalon/clock.h"
#include "jalon/context.h"
#include "jalon/id.h"
#include "jalon/memory.h"

static struct jalon_buffer buffer;

static const char *coordinate(double value)
{
    jalon_buffer_clear(&buffer);
    jalon_buffer_append_coordinate(&buffer, value);
    return buffer.data;
}

static const char *number(double value)
{
    jalon_buffer_clear(&buffer);
    jalon_buffer_append_double(&buffer, value);
    return buffer.data;
}

static void coordinates_have_at_most_seven_decimals(void **state)
{
    (void)state;
    assert_string_equal(coordinate(3.877510), "3.87751");
    assert_string_equal(coordinate(-0.00000001), "0");
    assert_string_equal(coordinate(-0.00000005), "-0.0000001");
    assert_string_equal(coordinate(179.99999999), "180");
    assert_string_equal(coordinate(43.613013185), "43.6130132");
    assert_string_equal(coordinate(-90), "-90");
}

static void doubles_read_back_as_themselves(void **state)
{
    (void)state;
    assert_string_equal(number(0.1), "0.1");
    assert_string_equal(number(-3), "-3");
    assert_string_equal(number(0.1 + 0.2), "0.30000000000000004");
    assert_string_equal(number(1e300), "1e+300");
    assert_string_equal(number(-0.85), "-0.85");
    assert_string_equal(number(1234567890.1234), "1234567890.1234");
    assert_string_equal(number(0.0001), "0.0001");
    assert_string_equal(number(0.00012), "0.00012");
    assert_string_equal(number(-0.0), "0");
    assert_string_equal(number(2.675), "2.675");
    assert_string_equal(number(0.07 * 3), "0.21000000000000002");
    for (int i = 1; i < 20000; i++) {
        double value = i / 1000.0, back = 0;
        assert_true(jalon_text_to_double(jalon_text_from(number(value)), &back));
        assert_true(back == value && buffer.length <= 6);
    }
}

/* Degrees with 1 to 7 decimals, and their neighbours, which take the long way. */
static void degrees_are_written_as_printf_writes_them(void **state)
{
    (void)state;
    double scale = 1;
    for (int places = 1; places <= 7; places++) {
        scale *= 10;
        for (int64_t i = 1; i < 3000; i++) {
            int64_t units = i * 7919 * 104729 % (180 * (int64_t)scale);
            char expected[40];
            double value = (double)units / scale;
            snprintf(expected, sizeof expected, "%.15g", value);
            if (value >= 1e-4) {
                assert_string_equal(number(value), expected);
            }
            double other = nextafter(value, 1e9), back = 0;
            assert_true(jalon_text_to_double(jalon_text_from(number(other)), &back));
            assert_true(back == other);
        }
    }
}

static void json_strings_are_escaped(void **state)
{
    (void)state;
    jalon_buffer_clear(&buffer);
    jalon_buffer_append_json(&buffer, JALON_TEXT("a\"b\\\n\x01\xc3\xa9"));
    assert_string_equal(buffer.data, "\"a\\\"b\\\\\\n\\u0001\xc3\xa9\"");
}

/* Eight bytes are looked at together: every byte at every place of them. */
static void json_strings_are_escaped_at_every_place(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        for (size_t at = 0; at < 19; at++) {
            char text[20] = "abcdefghijk\x7f\x80\xffnopqr", escaped[8], expected[40];
            text[at] = (char)c;
            const char *named = c != 0 ? strchr("\"\\\nn\rr\tt\bb\ff", c) : NULL;
            if (c == '"' || c == '\\') {
                snprintf(escaped, sizeof escaped, "\\%c", c);
            } else if (c < 0x20 && named != NULL) {
                snprintf(escaped, sizeof escaped, "\\%c", named[1]);
            } else {
                snprintf(escaped, sizeof escaped, c < 0x20 ? "\\u%04x" : "%c", (unsigned)c);
            }
            snprintf(expected, sizeof expected, "\"%.*s%s%s\"", (int)at, text, escaped,
                     text + at + 1);
            jalon_buffer_clear(&buffer);
            jalon_buffer_append_json(&buffer, (struct jalon_text){text, 19});
            assert_string_equal(buffer.data, expected);
        }
    }
}

static void a_full_buffer_says_so_and_keeps_its_bytes(void **state)
{
    (void)state;
    struct jalon_buffer small;
    jalon_buffer_init(&small, 4);
    jalon_buffer_append_string(&small, "abcd");
    jalon_buffer_append_char(&small, 'e');
    assert_int_equal(jalon_buffer_status(&small), JALON_TOO_LARGE);
    assert_string_equal(small.data, "abcd");
    jalon_buffer_finish(&small);
}

static void count_release(void *object)
{
    ++*(int *)object;
}

static void an_arena_runs_what_was_deferred(void **state)
{
    (void)state;
    int released = 0;
    struct jalon_arena *arena = jalon_arena_create();
    assert_int_equal(jalon_arena_defer(arena, count_release, &released), JALON_OK);
    assert_non_null(jalon_arena_allocate(arena, 100000));
    jalon_arena_reset(arena);
    assert_int_equal(released, 1);
    assert_int_equal(jalon_arena_defer(arena, count_release, &released), JALON_OK);
    jalon_arena_destroy(arena);
    assert_int_equal(released, 2);
}

static void a_failed_allocation_is_answered(void **state)
{
    (void)state;
    jalon_memory_fail_at(2);
    assert_null(jalon_arena_create());
    jalon_memory_fail_at(0);
}

static void errors_keep_every_detail(void **state)
{
    (void)state;
    struct jalon_context *ctx = jalon_context_create();
    for (int i = 0; i < JALON_ERROR_DETAILS_MAX + 3; i++) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/a", "expected %d", i);
    }
    assert_int_equal(jalon_error_verdict(ctx, "not right"), JALON_INVALID);
    assert_string_equal(ctx->error.message.data, "not right");
    assert_int_equal(ctx->error.detail_count, JALON_ERROR_DETAILS_MAX);
    assert_int_equal(ctx->error.detail_total, JALON_ERROR_DETAILS_MAX + 3);
    jalon_context_destroy(ctx);
}

static void time_goes_there_and_back(void **state)
{
    (void)state;
    int64_t time_us = 0;
    char text[JALON_CLOCK_TEXT_SIZE];
    assert_true(jalon_clock_parse(JALON_TEXT("2026-02-28T23:59:59.123456+01:30"), &time_us));
    jalon_clock_format(time_us, text);
    assert_string_equal(text, "2026-02-28T22:29:59.123456Z");
    assert_true(jalon_clock_parse(JALON_TEXT("1969-12-31T23:59:59.500Z"), &time_us));
    assert_true(time_us == -500000);
    jalon_clock_format(time_us, text);
    assert_string_equal(text, "1969-12-31T23:59:59.500Z");
    assert_false(jalon_clock_parse_date(JALON_TEXT("2026-02-29"), &time_us));
    assert_true(jalon_clock_parse_date(JALON_TEXT("2024-02-29"), &time_us));
    assert_false(jalon_clock_parse(JALON_TEXT("2026-02-28T24:00:00Z"), &time_us));
    assert_int_equal(jalon_clock_day(-1), -1);
    assert_int_equal(jalon_clock_day(0), 0);
    assert_int_equal(jalon_clock_month(-1), 12 * 1969 + 11);
    assert_int_equal(jalon_clock_month(0), 12 * 1970);
    assert_true(jalon_clock_parse(JALON_TEXT("2024-02-29T23:59:59Z"), &time_us));
    assert_int_equal(jalon_clock_month(time_us), 12 * 2024 + 1);
    assert_int_equal(jalon_clock_month(time_us + 1000000), 12 * 2024 + 2);
    assert_int_equal(jalon_clock_month(INT64_MAX), 12 * 9999 + 11);
    assert_int_equal(jalon_clock_month(INT64_MIN), 0);
}

static void ids_increase_also_when_the_clock_goes_back(void **state)
{
    (void)state;
    jalon_clock_set_us(INT64_C(1900000000000000));
    struct jalon_id last = jalon_id_make();
    jalon_clock_set_us(INT64_C(1800000000000000));
    for (int i = 0; i < 10000; i++) {
        struct jalon_id next = jalon_id_make();
        assert_true(jalon_id_compare(last, next) < 0);
        last = next;
    }
    jalon_clock_set_us(0);
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(last, text);
    assert_int_equal(text[14], '7');
    struct jalon_id again;
    assert_true(jalon_id_parse(jalon_text_from(text), &again));
    assert_int_equal(jalon_id_compare(last, again), 0);
    assert_false(jalon_id_parse(JALON_TEXT("0190c4f0-0000-7000-8000-00000000000g"), &again));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coordinates_have_at_most_seven_decimals),
        cmocka_unit_test(doubles_read_back_as_themselves),
        cmocka_unit_test(degrees_are_written_as_printf_writes_them),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(json_strings_are_escaped_at_every_place),
        cmocka_unit_test(a_full_buffer_says_so_and_keeps_its_bytes),
        cmocka_unit_test(an_arena_runs_what_was_deferred),
        cmocka_unit_test(a_failed_allocation_is_answered),
        cmocka_unit_test(errors_keep_every_detail),
        cmocka_unit_test(time_goes_there_and_back),
        cmocka_unit_test(ids_increase_also_when_the_clock_goes_back),
    };
    jalon_buffer_init(&buffer, 1 << 16);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    jalon_buffer_finish(&buffer);
    return failed;
}
