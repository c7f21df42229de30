/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is shown of a database's location, and that it is never a password. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/db.h"

static int make_context(void **state)
{
    *state = jalon_context_create();
    return *state == NULL;
}

static int destroy_context(void **state)
{
    jalon_context_destroy(*state);
    return 0;
}

static void shows(struct jalon_context *ctx, const char *location, const char *expected)
{
    struct jalon_text shown = jalon_db_show_location(ctx, jalon_text_from(location));
    struct jalon_text copy = jalon_text_copy(ctx->arena, shown);
    assert_non_null(copy.data);
    assert_string_equal(copy.data, expected);
}

static void what_is_no_secret_is_shown(void **state)
{
    shows(*state, "./jalon-data", "./jalon-data");
    shows(*state, "/srv/a@b:c", "/srv/a@b:c");
    shows(*state, "some://", "some://");
    shows(*state, "some:///maps", "some:///maps");
    shows(*state, "some://host", "some://host");
    shows(*state, "some://anne@host:5432/maps", "some://anne@host:5432/maps");
    shows(*state, "some://anne@h1:1,h2:2,[::1]:3,[fe80::1]/maps",
          "some://anne@h1:1,h2:2,[::1]:3,[fe80::1]/maps");
    shows(*state, "some://anne@%2Frun%2Fdb/maps", "some://anne@%2Frun%2Fdb/maps");
}

static void a_password_is_not(void **state)
{
    shows(*state, "some://anne:secret@host/maps", "some://anne@host/maps");
    shows(*state, "some://:secret@host:1/maps", "some://@host:1/maps");
    shows(*state, "some://host/maps?user=anne&password=secret", "some://host/maps");
    shows(*state, "some://anne@host/maps?pass%77ord=secret", "some://anne@host/maps");
    shows(*state, "some://?password=secret", "some://");
}

/* Nothing of it, whichever part one takes the sign for. */
static void nor_one_that_was_written_wrongly(void **state)
{
    static const char *const locations[] = {
        "some://anne:s:ecret@host/maps",   "some://anne:sec@ret@host/maps",
        "some://anne:sec/ret@host/maps",   "some://anne:sec?ret@host/maps",
        "some://anne:sec#ret@host/maps",   "some://anne:secret",
        "some://anne:secret/maps",         "some://anne:secret%40host/maps",
        "some://host/maps?password=s@cret", "some://host?user=a@b&password=secret",
        "some://host/maps#secret",         "some://anne:sec[ret]@host/maps",
        "some://[secret",                  "some://host/maps password=secret",
        "some://h:1 secret@",              "some://h:[ecret",
    };
    for (size_t i = 0; i < sizeof locations / sizeof locations[0]; i++) {
        struct jalon_text shown =
            jalon_db_show_location(*state, jalon_text_from(locations[i]));
        struct jalon_text copy = jalon_text_copy(((struct jalon_context *)*state)->arena, shown);
        assert_non_null(copy.data);
        if (strstr(copy.data, "ret") != NULL || strstr(copy.data, "sec") != NULL) {
            fail_msg("of %s is shown %s", locations[i], copy.data);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_no_secret_is_shown, make_context, destroy_context),
        cmocka_unit_test_setup_teardown(a_password_is_not, make_context, destroy_context),
        cmocka_unit_test_setup_teardown(nor_one_that_was_written_wrongly, make_context,
                                        destroy_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
