/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Merge patches: every case of RFC 7396, its example, and what lies deeper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "jalon/json.h"

static const struct jalon_json *parse(struct jalon_context *ctx, const char *text)
{
    const struct jalon_json *json = NULL;
    assert_int_equal(jalon_json_parse(ctx, jalon_text_from(text), &json), JALON_OK);
    return json;
}

/* Members are compared in their order: the target's, then the new ones. */
static void check(const char *target, const char *patch, const char *expected)
{
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_buffer buffer;
    assert_non_null(ctx);
    jalon_buffer_init(&buffer, 1 << 20);
    jalon_json_write_merged(&buffer, target != NULL ? parse(ctx, target) : NULL,
                            parse(ctx, patch));
    assert_int_equal(jalon_buffer_status(&buffer), JALON_OK);
    assert_string_equal(buffer.data, expected);
    jalon_buffer_finish(&buffer);
    jalon_context_destroy(ctx);
}

static void the_cases_of_appendix_a(void **state)
{
    static const char *const cases[][3] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
        {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
        {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
        {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
        {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
        {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
        {"{\"a\":\"foo\"}", "null", "null"},
        {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
        {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
        {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
        {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check(cases[i][0], cases[i][1], cases[i][2]);
    }
}

static void the_example_of_section_3(void **state)
{
    (void)state;
    check("{\"title\":\"Goodbye!\",\"author\":{\"givenName\":\"John\",\"familyName\":\"Doe\"},"
          "\"tags\":[\"example\",\"sample\"],\"content\":\"This will be unchanged\"}",
          "{\"title\":\"Hello!\",\"phoneNumber\":\"+01-123-456-7890\","
          "\"author\":{\"familyName\":null},\"tags\":[\"example\"]}",
          "{\"title\":\"Hello!\",\"author\":{\"givenName\":\"John\"},\"tags\":[\"example\"],"
          "\"content\":\"This will be unchanged\",\"phoneNumber\":\"+01-123-456-7890\"}");
}

static void what_lies_deeper(void **state)
{
    (void)state;
    /* A null that the patch does not speak of stays, at every depth. */
    check("{\"a\":{\"b\":null,\"c\":1}}", "{\"a\":{\"c\":2}}", "{\"a\":{\"b\":null,\"c\":2}}");
    /* A null in a list is a value (2). */
    check("{\"a\":1}", "{\"a\":[null,{\"b\":null}]}", "{\"a\":[null,{\"b\":null}]}");
    /* What is no object gives way to one without the nulls. */
    check("{\"a\":1}", "{\"a\":{\"b\":null,\"c\":{\"d\":null,\"e\":0}}}", "{\"a\":{\"c\":{\"e\":0}}}");
    check("{\"a\":{\"b\":{\"c\":{\"d\":1,\"e\":2}}}}", "{\"a\":{\"b\":{\"c\":{\"d\":null}}}}",
          "{\"a\":{\"b\":{\"c\":{\"e\":2}}}}");
    check("\"text\"", "{}", "{}");
    check("{\"a\":1}", "{}", "{\"a\":1}");
    check(NULL, "{\"a\":null,\"b\":2}", "{\"b\":2}");
    check("{\"\":1,\"\u00e9\":2}", "{\"\":null,\"\\u00e9\":3}", "{\"\u00e9\":3}");
    /* Numbers keep their value and their kind. */
    check("{\"a\":9007199254740993,\"b\":0.1}", "{\"c\":1e3}",
          "{\"a\":9007199254740993,\"b\":0.1,\"c\":1000}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cases_of_appendix_a),
        cmocka_unit_test(the_example_of_section_3),
        cmocka_unit_test(what_lies_deeper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
