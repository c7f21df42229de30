/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* JSON trees: what is read, what is refused, pointers, structs by table, the writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/json.h"
#include "jalon/memory.h"

static struct jalon_context *ctx;
static struct jalon_buffer buffer;

static int set_up(void **state)
{
    (void)state;
    ctx = jalon_context_create();
    jalon_buffer_init(&buffer, 1 << 20);
    return ctx == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    jalon_buffer_finish(&buffer);
    jalon_context_destroy(ctx);
    return 0;
}

static const struct jalon_json *parse(const char *text)
{
    const struct jalon_json *json = NULL;
    jalon_error_clear(ctx);
    assert_int_equal(jalon_json_parse(ctx, jalon_text_from(text), &json), JALON_OK);
    return json;
}

static const char *again(const char *text)
{
    jalon_buffer_clear(&buffer);
    jalon_json_write(&buffer, parse(text));
    return buffer.data;
}

static void refuse(struct jalon_text text, enum jalon_status status, const char *message)
{
    const struct jalon_json *json = NULL;
    jalon_error_clear(ctx);
    assert_int_equal(jalon_json_parse(ctx, text, &json), status);
    assert_null(json);
    assert_string_equal(ctx->error.message.data, message);
}

static void a_tree_is_written_back_in_its_order(void **state)
{
    (void)state;
    assert_string_equal(again(" {\"b\" : [1, -2.50, true,false,null] , \"a\":{}, \"é\":\"\\u00e9\\n\"}"),
                        "{\"b\":[1,-2.5,true,false,null],\"a\":{},\"é\":\"é\\n\"}");
    assert_string_equal(again("\xEF\xBB\xBF[9223372036854775807,1e3,[]]"),
                        "[9223372036854775807,1000,[]]");
    assert_string_equal(again("\"alone\""), "\"alone\"");
}

static void what_is_not_strict_json_is_refused(void **state)
{
    (void)state;
    refuse(JALON_TEXT(" \n"), JALON_INVALID, "expected JSON, found nothing");
    refuse(JALON_TEXT("{\"a\":1,\n \"a\":2}"), JALON_INVALID,
           "line 2, column 4: the same member name twice in one object");
    refuse(JALON_TEXT("[1,\n2"), JALON_INVALID, "line 2, column 1: the JSON text ends too early");
    refuse(JALON_TEXT("[1] 2"), JALON_INVALID,
           "line 1, column 5: something follows the end of the JSON value");
    refuse(JALON_TEXT("[9223372036854775808]"), JALON_INVALID,
           "line 1, column 20: a number is out of range");
    refuse(JALON_TEXT("[1e400]"), JALON_INVALID, "line 1, column 6: a number is out of range");
    refuse(JALON_TEXT("[\"a\\u0000b\"]"), JALON_INVALID,
           "line 1, column 11: the character U+0000 is not allowed in a string");
    refuse(JALON_TEXT("{\"\\u0000\":1}"), JALON_INVALID,
           "line 1, column 9: the character U+0000 is not allowed in a string");
    refuse(JALON_TEXT("[\"\xE9t\xE9\"]"), JALON_INVALID, "line 1, column 2: not valid UTF-8");
    refuse(JALON_TEXT("[NaN]"), JALON_INVALID, "line 1, column 4: not JSON");
    refuse(JALON_TEXT("{'a':1}"), JALON_INVALID, "line 1, column 2: not JSON");
}

static void depth_is_bounded_outside_strings(void **state)
{
    (void)state;
    char text[2 * (JALON_JSON_DEPTH_MAX + 1) + 1];
    memset(text, '[', JALON_JSON_DEPTH_MAX + 1);
    memset(text + JALON_JSON_DEPTH_MAX + 1, ']', JALON_JSON_DEPTH_MAX + 1);
    text[sizeof text - 1] = '\0';
    refuse(jalon_text_from(text), JALON_TOO_LARGE, "JSON nested deeper than 32 levels");
    text[sizeof text - 2] = '\0';
    assert_int_equal(jalon_json_kind(parse(text + 1)), JALON_JSON_ARRAY);
    assert_int_equal(jalon_json_size(parse("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[\"]")),
                     1);
}

static void other_kinds_answer_the_neutral_value(void **state)
{
    (void)state;
    const struct jalon_json *json = parse("{\"s\":\"x\",\"n\":1.5,\"i\":7,\"t\":true}");
    const struct jalon_json *absent = jalon_json_member(json, "absent");
    assert_null(absent);
    assert_int_equal(jalon_json_kind(absent), JALON_JSON_NULL);
    assert_int_equal(jalon_json_text(absent).length, 0);
    assert_int_equal(jalon_json_integer(jalon_json_member(json, "s")), 0);
    assert_int_equal(jalon_json_integer(jalon_json_member(json, "n")), 0);
    assert_true(jalon_json_number(jalon_json_member(json, "i")) > 6.9);
    assert_true(jalon_json_boolean(jalon_json_member(json, "t")));
    assert_false(jalon_json_boolean(jalon_json_member(json, "i")));
    assert_null(jalon_json_element(json, 0));
    assert_null(jalon_json_member(jalon_json_member(json, "s"), "s"));
}

static void pointers_escape_their_tokens(void **state)
{
    (void)state;
    assert_string_equal(jalon_json_pointer(ctx, "", JALON_TEXT("a/b~c")), "/a~1b~0c");
    assert_string_equal(jalon_json_pointer_at(ctx, "/fields", 12), "/fields/12");
}

struct target {
    struct jalon_text text;
    int64_t integer;
    double number;
    bool boolean;
    const struct jalon_json *value;
};

static const struct jalon_json_field fields[] = {
    {"text", JALON_JSON_TO_TEXT, offsetof(struct target, text), true},
    {"integer", JALON_JSON_TO_INTEGER, offsetof(struct target, integer), false},
    {"number", JALON_JSON_TO_NUMBER, offsetof(struct target, number), false},
    {"boolean", JALON_JSON_TO_BOOLEAN, offsetof(struct target, boolean), false},
    {"value", JALON_JSON_TO_VALUE, offsetof(struct target, value), true},
};

static void a_struct_is_filled_by_table(void **state)
{
    (void)state;
    struct target target = {.integer = -1, .number = -1};
    jalon_json_read_object(ctx, parse("{\"text\":\"t\",\"integer\":3e2,\"number\":null,"
                                      "\"boolean\":true,\"value\":[]}"),
                           "", fields, 5, &target);
    assert_int_equal(jalon_error_verdict(ctx, "no"), JALON_OK);
    assert_string_equal(target.text.data, "t");
    assert_int_equal(target.integer, 300);
    assert_true(target.number < 0);
    assert_true(target.boolean);
    assert_int_equal(jalon_json_kind(target.value), JALON_JSON_ARRAY);
}

static void expect_detail(size_t index, const char *where, const char *reason)
{
    assert_true(index < ctx->error.detail_count);
    assert_string_equal(ctx->error.details[index].where.data, where);
    assert_string_equal(ctx->error.details[index].reason.data, reason);
}

static void every_mistake_is_named_with_its_pointer(void **state)
{
    (void)state;
    struct target target = {.integer = -1};
    jalon_json_read_object(ctx, parse("{\"text\":5,\"integer\":1.5,\"number\":\"1\",\"boolean\":0,"
                                      "\"value\":null,\"o/o\":1}"),
                           "/x", fields, 5, &target);
    assert_int_equal(ctx->error.detail_total, 6);
    expect_detail(0, "/x/text", "expected a string, found an integer");
    expect_detail(1, "/x/integer", "expected an integer, found a number");
    expect_detail(2, "/x/number", "expected a number, found a string");
    expect_detail(3, "/x/boolean", "expected a boolean, found an integer");
    expect_detail(4, "/x/o~1o", "unknown member");
    expect_detail(5, "/x/value", "is required");
    assert_int_equal(target.integer, -1);
    jalon_error_clear(ctx);
    jalon_json_read_object(ctx, parse("[]"), "/y", fields, 5, &target);
    assert_int_equal(ctx->error.detail_total, 1);
    expect_detail(0, "/y", "expected an object, found an array");
}

static void the_writer_places_commas_and_keys(void **state)
{
    (void)state;
    struct jalon_json_writer writer;
    jalon_buffer_clear(&buffer);
    jalon_json_writer_init(&writer, &buffer);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_string(&writer, "a\"", "b");
    jalon_json_begin_array(&writer, "list");
    jalon_json_put_integer(&writer, NULL, -3);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_end_object(&writer);
    jalon_json_put_null(&writer, NULL);
    jalon_json_end_array(&writer);
    jalon_json_put_number(&writer, "n", 0.5);
    jalon_json_put_boolean(&writer, "t", true);
    jalon_json_put_key(&writer, jalon_text_slice("keys", 3));
    jalon_json_begin_array(&writer, NULL);
    jalon_json_end_array(&writer);
    jalon_json_put_raw(&writer, "r", JALON_TEXT("{\"x\":1}"));
    jalon_json_end_object(&writer);
    assert_string_equal(buffer.data, "{\"a\\\"\":\"b\",\"list\":[-3,{},null],\"n\":0.5,\"t\":true,"
                                     "\"key\":[],\"r\":{\"x\":1}}");
}

/* Each allocation of a parse in turn: either the tree or a plain answer, and nothing leaks. */
static void a_parse_without_memory_says_so(void **state)
{
    (void)state;
    jalon_buffer_clear(&buffer);
    jalon_buffer_append_char(&buffer, '[');
    for (int i = 0; i < 2500; i++) {
        jalon_buffer_append_string(&buffer, "{\"member\":\"ab\"},");
    }
    jalon_buffer_append_string(&buffer, "\"long enough to grow the lexer's buffer a few times\"]");
    size_t refused = 0;
    enum jalon_status status = JALON_NO_MEMORY;
    for (uint64_t n = 1; status != JALON_OK && n < 1000; n++) {
        const struct jalon_json *json = NULL;
        struct jalon_context *poor = jalon_context_create();
        jalon_memory_fail_at(n);
        status = jalon_json_parse(poor, jalon_buffer_text(&buffer), &json);
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK || status == JALON_NO_MEMORY);
        refused += status == JALON_NO_MEMORY;
        jalon_context_destroy(poor);
    }
    assert_int_equal(status, JALON_OK);
    assert_true(refused > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_is_written_back_in_its_order),
        cmocka_unit_test(what_is_not_strict_json_is_refused),
        cmocka_unit_test(depth_is_bounded_outside_strings),
        cmocka_unit_test(other_kinds_answer_the_neutral_value),
        cmocka_unit_test(pointers_escape_their_tokens),
        cmocka_unit_test(a_struct_is_filled_by_table),
        cmocka_unit_test(every_mistake_is_named_with_its_pointer),
        cmocka_unit_test(the_writer_places_commas_and_keys),
        cmocka_unit_test(a_parse_without_memory_says_so),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
