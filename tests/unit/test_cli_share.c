/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where the program finds the files that come with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/share.h"

static struct jalon_context *ctx;

static int set_up(void **state)
{
    (void)state;
    ctx = jalon_context_create();
    unsetenv("JALON_SHARE");
    return ctx == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    jalon_context_destroy(ctx);
    return 0;
}

/* The tests lie in a folder of the build; JALON_SHARE is the only way from there. */
static void the_environment_decides(void **state)
{
    (void)state;
    struct jalon_text path;
    setenv("JALON_SHARE", JALON_TEST_DATA, 1);
    assert_int_equal(jalon_cli_find_share(ctx, "montpellier", &path), JALON_OK);
    assert_string_equal(path.data, JALON_TEST_DATA "/montpellier");
}

static void what_is_missing_is_named_with_what_to_do(void **state)
{
    (void)state;
    struct jalon_text path = JALON_TEXT("untouched");
    setenv("JALON_SHARE", JALON_TEST_DATA, 1);
    assert_int_equal(jalon_cli_find_share(ctx, "nowhere", &path), JALON_NOT_FOUND);
    assert_true(jalon_text_is(path, "untouched"));
    assert_non_null(strstr(ctx->error.message.data, JALON_TEST_DATA "/nowhere is missing"));
    assert_non_null(strstr(ctx->error.message.data, "set JALON_SHARE"));
}

/* An empty variable is as none: the folder beside bin/ of this very program is looked into. */
static void the_place_of_the_executable_counts(void **state)
{
    (void)state;
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0);
    self[length] = '\0';
    for (int level = 0; level < 2; level++) {
        *strrchr(self, '/') = '\0';
    }
    struct jalon_text path;
    setenv("JALON_SHARE", "", 1);
    assert_int_equal(jalon_cli_find_share(ctx, "nowhere", &path), JALON_NOT_FOUND);
    struct jalon_text expected = jalon_text_format(ctx->arena, "%s/share/jalon/nowhere", self);
    assert_true(jalon_text_starts_with(ctx->error.message, expected.data));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_environment_decides, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_missing_is_named_with_what_to_do, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_place_of_the_executable_counts, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
