/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is said in the language of a context, and what the operator reads of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "jalon/context.h"
#include "jalon/reasons.h"

static const struct jalon_wording_row rows[] = {
    {"\"%s\" must be %s", "« %s » doit être %s"},
    {"a number", "un nombre"},
    {"nothing is right", "rien n’est juste"},
    {"there are %d of %zu", "il y en a %d sur %zu"},
    {"there is not enough memory to do this now", "la mémoire manque"},
};
static const struct jalon_wording french = {{"fr", 2}, rows, sizeof rows / sizeof rows[0]};

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

static void assert_said(struct jalon_text text, const char *expected)
{
    assert_string_equal(text.data, expected);
    assert_int_equal(text.length, strlen(expected));
}

static void every_row_is_found_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < french.count; i++) {
        assert_ptr_equal(jalon_wording_find(&french, rows[i].english), rows[i].said);
    }
    static const char *const others[] = {"", "a", "a number ", "zz", "there are %d of"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_ptr_equal(jalon_wording_find(&french, others[i]), others[i]);
        assert_ptr_equal(jalon_wording_find(NULL, others[i]), others[i]);
    }
    const struct jalon_wording none = {.count = 0};
    assert_ptr_equal(jalon_wording_find(&none, others[0]), others[0]);
}

static void a_refusal_is_said_in_the_language_of_the_context(void **state)
{
    struct jalon_context *ctx = *state;
    size_t size = 4;
    ctx->wording = &french;
    assert_int_equal(jalon_fail(ctx, JALON_CONFLICT, "there are %d of %zu", 3, size),
                     JALON_CONFLICT);
    assert_said(ctx->error.message, "il y en a 3 sur 4");
    assert_said(ctx->error.english, "there are 3 of 4");
    assert_int_equal(jalon_fail(ctx, JALON_CONFLICT, "nobody has put this %s", "so"),
                     JALON_CONFLICT);
    assert_said(ctx->error.message, "nobody has put this so");
    assert_said(ctx->error.english, "");
    assert_int_equal(jalon_no_memory(ctx), JALON_NO_MEMORY);
    assert_said(ctx->error.message, "la mémoire manque");
    assert_said(ctx->error.english, "there is not enough memory to do this now");
    jalon_error_clear(ctx);
    assert_said(ctx->error.english, "");

    jalon_error_add(ctx, JALON_ERROR_POINTER, "/a", "\"%s\" must be %s", "a number",
                    jalon_say(ctx, "a number"));
    assert_said(ctx->error.details[0].reason, "« a number » doit être un nombre");
    assert_int_equal(jalon_error_verdict(ctx, "nothing is right"), JALON_INVALID);
    assert_said(ctx->error.message, "rien n’est juste");
    jalon_context_reset(ctx);
    assert_int_equal(jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "bbox",
                                   "there are %d of %zu", 1, size),
                     JALON_INVALID);
    assert_said(ctx->error.details[0].reason, "il y en a 1 sur 4");
    assert_said(ctx->error.message, "bbox: il y en a 1 sur 4");
}

static void nothing_is_said_twice_in_english(void **state)
{
    struct jalon_context *ctx = *state;
    size_t size = 4;
    assert_int_equal(jalon_fail(ctx, JALON_CONFLICT, "there are %d of %zu", 3, size),
                     JALON_CONFLICT);
    assert_said(ctx->error.message, "there are 3 of 4");
    assert_said(ctx->error.english, "");
    assert_string_equal(jalon_say(ctx, "a number"), "a number");
}

/* Words that outlive the context that said them. */
static void a_failure_goes_on_to_another_context(void **state)
{
    struct jalon_context *ctx = *state;
    ctx->wording = &french;
    struct jalon_context *beside = jalon_context_create_beside(ctx);
    struct jalon_context *english = jalon_context_create();
    size_t size = 4;
    assert_non_null(beside);
    assert_non_null(english);
    assert_int_equal(jalon_fail(english, JALON_CONFLICT, "nothing is right"), JALON_CONFLICT);
    jalon_error_internal(english, "disk %d", 7);
    jalon_error_add(beside, JALON_ERROR_POINTER, "/a", "there are %d of %zu", 1, size);
    assert_int_equal(jalon_error_verdict(beside, "nothing is right"), JALON_INVALID);

    assert_int_equal(jalon_fail_like(ctx, JALON_INVALID, beside), JALON_INVALID);
    jalon_context_destroy(beside);
    assert_said(ctx->error.message, "rien n’est juste");
    assert_int_equal(ctx->error.detail_count, 1);
    assert_said(ctx->error.details[0].where, "/a");
    assert_said(ctx->error.details[0].reason, "il y en a 1 sur 4");

    jalon_error_clear(ctx);
    assert_int_equal(jalon_fail_like(ctx, JALON_RETRY, english), JALON_RETRY);
    jalon_context_destroy(english);
    assert_said(ctx->error.message, "rien n’est juste");
    assert_said(ctx->error.english, "nothing is right");
    assert_said(ctx->error.internal, "disk 7");
}

/* That each has its conversions is for tests/lint/reasons. */
static void the_french_of_the_program_is_found(void **state)
{
    struct jalon_context *ctx = *state;
    const struct jalon_wording *wording;
    assert_int_equal(jalon_reasons_read(ctx, &wording), JALON_OK);
    assert_said(wording->language, "fr");
    assert_true(wording->count > 50);
    for (size_t i = 0; i < wording->count; i++) {
        const struct jalon_wording_row *row = &wording->rows[i];
        assert_true(i == 0 || strcmp(row[-1].english, row->english) < 0);
        assert_ptr_equal(jalon_wording_find(wording, row->english), row->said);
        assert_true(strlen(row->said) > 0);
    }
    assert_string_equal(jalon_wording_find(wording, "Not found"), "Introuvable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found_and_nothing_else),
        cmocka_unit_test_setup_teardown(a_refusal_is_said_in_the_language_of_the_context,
                                        make_context, drop_context),
        cmocka_unit_test_setup_teardown(nothing_is_said_twice_in_english, make_context,
                                        drop_context),
        cmocka_unit_test_setup_teardown(a_failure_goes_on_to_another_context, make_context,
                                        drop_context),
        cmocka_unit_test_setup_teardown(the_french_of_the_program_is_found, make_context,
                                        drop_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
