/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The name of an account that has ended, in the words of others: what goes, and what only looks alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/erase_mentions.h"

enum { TEXT_MAX = 1000 };

static void expect(const char *text, bool is_json, const char *expected)
{
    struct jalon_buffer out;
    jalon_buffer_init(&out, TEXT_MAX);
    bool any = jalon_mentions_replace(jalon_text_from(text), JALON_TEXT("zoe.m"),
                                      JALON_TEXT("[-]"), is_json, &out);
    assert_int_equal(jalon_buffer_status(&out), JALON_OK);
    struct jalon_text written = jalon_buffer_text(&out);
    assert_true(jalon_text_is(written, expected));
    assert_int_equal(any, !jalon_text_is(jalon_text_from(text), expected));
    jalon_buffer_finish(&out);
}

static void a_name_goes_in_any_case_wherever_a_word_begins(void **state)
{
    (void)state;
    expect("@zoe.m", false, "[-]");
    expect("Ask @Zoe.M, (@ZOE.M) @zoe.m. @zoe.m- @zoe.m", false, "Ask [-], ([-]) [-]. [-]- [-]");
    expect("@zoe.m@zoe.m", false, "[-]@zoe.m"); /* the second begins no word */
    expect("", false, "");
    expect("@", false, "@");
    expect("@zoe.", false, "@zoe.");
}

static void names_that_only_look_alike_stay(void **state)
{
    (void)state;
    expect("@zoe.ma @zoe.m_ @zoe.m.b @zoe.m-2 @zoe.m\xc3\xa9", false,
           "@zoe.ma @zoe.m_ @zoe.m.b @zoe.m-2 @zoe.m\xc3\xa9");
    expect("zoe.m x@zoe.m \xc3\xa9@zoe.m", false, "zoe.m x@zoe.m \xc3\xa9@zoe.m");
}

static void in_json_an_escape_is_no_word(void **state)
{
    (void)state;
    expect("{\"a\":\"x\\n@zoe.m\",\"b\":\"\\t@zoe.m\"}", true, "{\"a\":\"x\\n[-]\",\"b\":\"\\t[-]\"}");
    expect("{\"a\":\"\\\\n@zoe.m\"}", true, "{\"a\":\"\\\\n@zoe.m\"}"); /* a backslash and an n */
    expect("x\\n@zoe.m", false, "x\\n@zoe.m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_goes_in_any_case_wherever_a_word_begins),
        cmocka_unit_test(names_that_only_look_alike_stay),
        cmocka_unit_test(in_json_an_escape_is_no_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
