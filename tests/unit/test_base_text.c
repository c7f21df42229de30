/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Slices, numbers in text, UTF-8, folding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "jalon/context.h"

static void numbers_are_whole_texts(void **state)
{
    (void)state;
    int64_t integer = 7;
    assert_true(jalon_text_to_int64(JALON_TEXT("-9223372036854775808"), &integer));
    assert_true(integer == INT64_MIN);
    assert_false(jalon_text_to_int64(JALON_TEXT("9223372036854775808"), &integer));
    assert_false(jalon_text_to_int64(JALON_TEXT("12 "), &integer));
    assert_false(jalon_text_to_int64(JALON_TEXT("-"), &integer));
    double number = 7;
    assert_true(jalon_text_to_double(JALON_TEXT(".5000000"), &number));
    assert_true(number == 0.5);
    assert_true(jalon_text_to_double(JALON_TEXT("-1e3"), &number));
    assert_true(number == -1000);
    assert_false(jalon_text_to_double(JALON_TEXT("1e400"), &number));
    assert_false(jalon_text_to_double(JALON_TEXT("0x10"), &number));
    assert_false(jalon_text_to_double(JALON_TEXT("nan"), &number));
    assert_false(jalon_text_to_double(JALON_TEXT("1,5"), &number));
    assert_true(number == -1000);
}

/* What takes the short way reads as the C library reads it, which all with an exponent go to. */
static void short_decimals_are_read_exactly(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (int i = 0; i < 200000; i++) {
        char text[40];
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t number = (seed >> 8) % UINT64_C(100000000000000000); /* of up to 17 digits */
        for (unsigned cut = (unsigned)(seed >> 58) % 17; cut > 0; cut--) {
            number /= 10;
        }
        int length = snprintf(text, sizeof text, "%s%" PRIu64, (seed & 64) != 0 ? "-" : "", number);
        size_t digits = (size_t)length - ((seed & 64) != 0);
        size_t decimals = (size_t)(seed >> 20) % (digits + 1); /* also none, also all */
        char *point = text + (size_t)length - decimals;
        memmove(point + 1, point, decimals + 1);
        *point = '.';
        double expected = 7, read = 99;
        assert_true(jalon_text_to_double(jalon_text_from(text), &read));
        memcpy(text + strlen(text), "e0", 3);
        assert_true(jalon_text_to_double(jalon_text_from(text), &expected));
        if (memcmp(&expected, &read, sizeof read) != 0) {
            print_error("%s\n", text);
            fail();
        }
    }
}

static void utf8_is_checked_to_the_letter(void **state)
{
    (void)state;
    assert_true(jalon_text_is_utf8(JALON_TEXT("\xc3\x89" "cole \xf0\x9f\x9a\xb2")));
    assert_false(jalon_text_is_utf8(JALON_TEXT("\xe9" "cole")));
    assert_false(jalon_text_is_utf8(JALON_TEXT("\xc0\x80")));
    assert_false(jalon_text_is_utf8(JALON_TEXT("\xed\xa0\x80")));
    assert_false(jalon_text_is_utf8(JALON_TEXT("\xf4\x90\x80\x80")));
    assert_false(jalon_text_is_utf8(JALON_TEXT("\xe2\x82")));
    assert_int_equal(jalon_text_code_points(JALON_TEXT("\xc3\xa9t\xc3\xa9")), 3);
}

static void folding_drops_case_and_accents(void **state)
{
    struct jalon_context *ctx = *state;
    struct jalon_text folded =
        jalon_text_fold(ctx->arena, JALON_TEXT("\xc3\x89" "COLE d'\xc5\x92uvre e\xcc\x81t\xc3\xa9"));
    assert_string_equal(folded.data, "ecole d'oeuvre ete");
}

static int make_context(void **state)
{
    *state = jalon_context_create();
    return *state == NULL;
}

static int drop_context(void **state)
{
    jalon_context_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_whole_texts),
        cmocka_unit_test(short_decimals_are_read_exactly),
        cmocka_unit_test(utf8_is_checked_to_the_letter),
        cmocka_unit_test(folding_drops_case_and_accents),
    };
    return cmocka_run_group_tests(tests, make_context, drop_context);
}
