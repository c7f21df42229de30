/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Looking up the browser client's files; with or without the client built in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/embedded.h"
#include "jalon/web.h"

extern const struct jalon_embedded web_assets[];

static void each_file_is_found_under_its_name(void **state)
{
    (void)state;
    for (const struct jalon_embedded *asset = web_assets; asset->name != NULL; asset++) {
        struct jalon_asset found;
        assert_true(jalon_web_find(jalon_text_from(asset->name), &found));
        assert_true(found.data.data == asset->content.data);
        assert_true(found.data.length == asset->content.length);
        if (jalon_text_ends_with(jalon_text_from(asset->name), ".js")) {
            assert_string_equal(found.media_type, "text/javascript");
        }
    }
}

static void other_names_are_not_found(void **state)
{
    (void)state;
    static const char *const names[] = {"", "nothing.js", "../web.h", "/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct jalon_asset found;
        assert_false(jalon_web_find(jalon_text_from(names[i]), &found));
    }
}

static void the_version_is_sixteen_digits_and_stays(void **state)
{
    (void)state;
    struct jalon_text version = jalon_web_version();
    assert_int_equal(version.length, 16);
    assert_int_equal(strspn(version.data, "0123456789abcdef"), 16);
    assert_true(jalon_text_equal(version, jalon_web_version()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_is_found_under_its_name),
        cmocka_unit_test(other_names_are_not_found),
        cmocka_unit_test(the_version_is_sixteen_digits_and_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
