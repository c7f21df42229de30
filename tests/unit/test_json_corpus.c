/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is JSON (RFC 8259) and what is not, text by text. Where the standard leaves it open, this
 * reader says no: two members of one name, lone surrogates, U+0000, numbers beyond a double or 64 bits,
 * more than 32 levels; and yes to one byte order mark before the text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/json.h"

/* A text that may hold NULs, and how it is written back (NULL: as it is). */
#define TEXT(literal) {literal, sizeof(literal) - 1, NULL}
#define AS(literal, again) {literal, sizeof(literal) - 1, again}

struct sample {
    const char *data;
    size_t length;
    const char *again;
};

static const struct sample accepted[] = {
    /* literals */
    TEXT("null"), TEXT("true"), TEXT("false"), TEXT("[]"), TEXT("{}"), TEXT("\"\""),
    AS(" null", "null"), AS("null\n", "null"), AS("\t\r\n true \t\r\n", "true"),
    AS("[ ]", "[]"), AS("{ }", "{}"), AS("[\n]", "[]"), AS("{\r\n}", "{}"),
    /* numbers */
    TEXT("0"), TEXT("-1"), TEXT("1"), TEXT("10"), TEXT("1234567890"), TEXT("9007199254740993"),
    TEXT("9223372036854775807"), TEXT("-9223372036854775808"), AS("-0", "0"), AS("0.0", "0"),
    AS("1.0", "1"), AS("1.50", "1.5"), TEXT("0.5"), TEXT("-0.5"), TEXT("3.14159"),
    AS("1e0", "1"), AS("1E2", "100"), AS("1e+2", "100"), AS("1e-2", "0.01"), AS("0e5", "0"),
    AS("0E-5", "0"), AS("1.5e3", "1500"), AS("123.456e-1", "12.3456"), AS("1e-400", "0"),
    AS("4.9e-324", "4.94065645841247e-324"), AS("1.7976931348623157e308", "1.7976931348623157e+308"),
    AS("0.1000000000000000055511151231257827", "0.1"), AS("100000000000000000000.0", "1e+20"),
    AS("[1,2 , 3]", "[1,2,3]"), AS("[0,-0.0]", "[0,0]"),
    /* strings */
    TEXT("\"a\""), TEXT("\" \""), TEXT("\"'\""), TEXT("\"/\""), TEXT("\"null\""), TEXT("\"[\""),
    AS("\"\\/\"", "\"/\""), TEXT("\"\\\\\""), TEXT("\"\\\"\""), TEXT("\"\\n\\r\\t\\b\\f\""),
    AS("\"\\u0041\"", "\"A\""), AS("\"\\u00e9\"", "\"é\""), AS("\"\\u00E9\"", "\"é\""),
    AS("\"\\u20AC\"", "\"€\""), AS("\"\\ud83d\\ude00\"", "\"😀\""), AS("\"\\uD83D\\uDE00\"", "\"😀\""),
    AS("\"\\uFFFF\"", "\"\xEF\xBF\xBF\""), AS("\"\\uFFFE\"", "\"\xEF\xBF\xBE\""),
    AS("\"\\uFEFF\"", "\"\xEF\xBB\xBF\""), AS("\"\\udbff\\udfff\"", "\"\xF4\x8F\xBF\xBF\""),
    TEXT("\"\\u0001\""), TEXT("\"\\u001f\""), TEXT("\"\x7f\""), TEXT("\"é€😀\""),
    AS("\"\\u2028\\u2029\"", "\"\xE2\x80\xA8\xE2\x80\xA9\""), TEXT("\"\xE2\x80\xA8\""),
    TEXT("\"\xC2\x80\""), TEXT("\"\xDF\xBF\""), TEXT("\"\xE0\xA0\x80\""), TEXT("\"\xED\x9F\xBF\""),
    TEXT("\"\xEE\x80\x80\""), TEXT("\"\xF0\x90\x80\x80\""),
    AS("\"\\\\u0041\"", "\"\\\\u0041\""), TEXT("\"\\\\\\\"\""), TEXT("\"//\""), TEXT("\"/*\""),
    /* structures */
    TEXT("[null]"), TEXT("[[]]"), TEXT("[[[]]]"), TEXT("[{}]"), TEXT("[[],[]]"), TEXT("[\"\"]"),
    TEXT("[null,true,false,0,\"\",[],{}]"), TEXT("{\"\":0}"), TEXT("{\"a\":1}"),
    TEXT("{\"a\":1,\"b\":2}"), TEXT("{\"b\":1,\"a\":2}"), TEXT("{\"a\":{\"a\":{\"a\":{}}}}"),
    TEXT("{\"a\":[],\"A\":[]}"), TEXT("{\"a\":null}"), TEXT("{\"é\":1}"), AS("{\"\\u00e9\":1}", "{\"é\":1}"),
    AS("{ \"a\" : [ 1 , 2 ] }", "{\"a\":[1,2]}"), TEXT("{\"a b\":1}"), TEXT("{\"a/b~c\":1}"),
    TEXT("{\"__proto__\":{}}"), TEXT("{\"a\":\"a\",\"b\":\"a\"}"), TEXT("{\"null\":null}"),
    TEXT("[\"]\"]"), TEXT("[\"}\",\"{\"]"), TEXT("{\"]\":\"[\"}"), TEXT("[\"\\\"]\"]"),
    /* a mark before it */
    AS("\xEF\xBB\xBF{}", "{}"), AS("\xEF\xBB\xBF null", "null"),
    /* 32 levels */
    TEXT("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
};

static const struct sample refused[] = {
    /* nothing, and too much */
    TEXT(""), TEXT(" "), TEXT("\n"), TEXT("\xEF\xBB\xBF"), TEXT("\xEF\xBB\xBF\xEF\xBB\xBF{}"),
    TEXT("{}{}"), TEXT("{} {}"), TEXT("1 2"), TEXT("null null"), TEXT("[]x"), TEXT("{},"), TEXT(",{}"),
    TEXT("\"a\"\"b\""), TEXT("1,"), TEXT("[]]"), TEXT("{}}"), TEXT("{}\0"), TEXT("1\0"), TEXT("\0{}"), TEXT("[1\0]"), TEXT("{\"a\":1\0}"), TEXT("[1\0,2]"),
    TEXT("{}#"), TEXT("{}//"), TEXT("{}\xEF\xBB\xBF"),
    /* literals */
    TEXT("nul"), TEXT("nulll"), TEXT("Null"), TEXT("NULL"), TEXT("tru"), TEXT("True"), TEXT("FALSE"),
    TEXT("undefined"), TEXT("NaN"), TEXT("nan"), TEXT("Infinity"), TEXT("-Infinity"), TEXT("inf"),
    TEXT("[NaN]"), TEXT("[Infinity]"), TEXT("[-Infinity]"), TEXT("n"), TEXT("a"), TEXT("yes"),
    TEXT("nu\0ll"), TEXT("'a'"), TEXT("`a`"), TEXT("“a”"), TEXT("<null>"), TEXT("&nbsp;"), TEXT("@"),
    /* numbers */
    TEXT("+1"), TEXT("--1"), TEXT("-"), TEXT("+"), TEXT("- 1"), TEXT("-a"), TEXT("01"), TEXT("-01"),
    TEXT("00"), TEXT("-00"), TEXT("012"), TEXT("0x10"), TEXT("0X1"), TEXT("0b1"), TEXT("0o7"), TEXT("1_000"),
    TEXT("1,5"), TEXT("1 000"), TEXT("."), TEXT(".5"), TEXT("-.5"), TEXT("5."), TEXT("-5."), TEXT("1.e1"),
    TEXT("1.5."), TEXT("1..5"), TEXT("1e"), TEXT("1e+"), TEXT("1e-"), TEXT("1E"), TEXT("e1"), TEXT("1e1.5"),
    TEXT("1e1e1"), TEXT("1ee1"), TEXT("1f"), TEXT("1L"), TEXT("1.0f"), TEXT("1e400"), TEXT("-1e400"),
    TEXT("1e99999999999"), TEXT("9223372036854775808"), TEXT("-9223372036854775809"),
    TEXT("100000000000000000000"), TEXT("١"), TEXT("１"), TEXT("½"), TEXT("1%"), TEXT("0.1.2"), TEXT("1/2"),
    TEXT("[1e400]"), TEXT("[-]"), TEXT("[+1]"), TEXT("[.5]"), TEXT("[5.]"), TEXT("[01]"), TEXT("[1 2]"),
    TEXT("2.e+3"), TEXT("0e"), TEXT("0e+"), TEXT("0.e1"), TEXT("1.-5"), TEXT("1-2"), TEXT("1+2"),
    /* strings */
    TEXT("\""), TEXT("\"a"), TEXT("a\""), TEXT("\"\\\""), TEXT("\"\\"), TEXT("\"\n\""), TEXT("\"\r\""),
    TEXT("\"\t\""), TEXT("\"\x01\""), TEXT("\"\x1f\""), TEXT("\"\0\""), TEXT("\"a\0b\""),
    TEXT("\"\\0\""), TEXT("\"\\a\""), TEXT("\"\\v\""), TEXT("\"\\x41\""), TEXT("\"\\'\""), TEXT("\"\\ \""),
    TEXT("\"\\\n\""), TEXT("\"\\U00000041\""), TEXT("\"\\u\""), TEXT("\"\\u1\""), TEXT("\"\\u12\""),
    TEXT("\"\\u123\""), TEXT("\"\\u123g\""), TEXT("\"\\u 123\""), TEXT("\"\\u+123\""), TEXT("\"\\u-123\""),
    TEXT("\"\\u{41}\""), TEXT("\"\\u0000\""), TEXT("\"a\\u0000b\""), TEXT("\"\\ud800\""),
    TEXT("\"\\udc00\""), TEXT("\"\\ud800a\""), TEXT("\"\\ud800\\n\""), TEXT("\"\\ud800\\ud800\""),
    TEXT("\"\\ud800\\u0041\""), TEXT("\"\\udc00\\ud800\""), TEXT("\"\\ud83d\\\""), TEXT("\"\\ud83d\\u\""),
    TEXT("\"\\ud83d\\ude0\""), TEXT("\"\\é\""),
    /* not UTF-8 */
    TEXT("\"\x80\""), TEXT("\"\xBF\""), TEXT("\"\xC3\""), TEXT("\"\xC3(\""), TEXT("\"\xC0\x80\""),
    TEXT("\"\xC1\xBF\""), TEXT("\"\xE2\x82\""), TEXT("\"\xE2(\xA1\""), TEXT("\"\xE0\x80\xAF\""),
    TEXT("\"\xE0\x9F\xBF\""), TEXT("\"\xED\xA0\x80\""), TEXT("\"\xED\xBF\xBF\""), TEXT("\"\xED\xA0\xBD\xED\xB8\x80\""),
    TEXT("\"\xF0\x9F\x98\""), TEXT("\"\xF0\x80\x80\xAF\""), TEXT("\"\xF0\x8F\xBF\xBF\""),
    TEXT("\"\xF4\x90\x80\x80\""), TEXT("\"\xF5\x80\x80\x80\""), TEXT("\"\xF8\x88\x80\x80\x80\""),
    TEXT("\"\xFC\x84\x80\x80\x80\x80\""), TEXT("\"\xFE\""), TEXT("\"\xFF\""), TEXT("\xFF\xFE{\0}\0"),
    TEXT("\xFE\xFF\0{\0}"), TEXT("{\0}\0"), TEXT("\0{\0}"), TEXT("[\xE9]"), TEXT("\xC2\xA0{}"),
    TEXT("{\"\xFF\":1}"), TEXT("\xE2\x80\xA8{}"),
    /* lists */
    TEXT("["), TEXT("]"), TEXT("[1"), TEXT("[1,"), TEXT("[1,]"), TEXT("[,]"), TEXT("[,1]"), TEXT("[1,,2]"),
    TEXT("[1;2]"), TEXT("[1:2]"), TEXT("[\"a\":1]"), TEXT("[1}"), TEXT("[}"), TEXT("[[]"), TEXT("[]["),
    TEXT("[a]"), TEXT("['a']"), TEXT("[\"a]"), TEXT("[\"a\" \"b\"]"), TEXT("[null null]"), TEXT("(1)"),
    TEXT("[1]]"), TEXT("[/**/]"), TEXT("[1 // one\n]"), TEXT("[\0]"), TEXT("[\f]"), TEXT("[\v]"),
    TEXT("[*]"), TEXT("[1,\n1\n,1"), TEXT("[tru"), TEXT("[\xEF\xBB\xBF]"), TEXT("[...]"),
    /* objects */
    TEXT("{"), TEXT("}"), TEXT("{\"a\"}"), TEXT("{\"a\":}"), TEXT("{\"a\" 1}"), TEXT("{\"a\",1}"),
    TEXT("{\"a\"=1}"), TEXT("{:1}"), TEXT("{a:1}"), TEXT("{'a':1}"), TEXT("{1:1}"), TEXT("{null:1}"),
    TEXT("{[]:1}"), TEXT("{\"a\":1"), TEXT("{\"a\":1,"), TEXT("{\"a\":1,}"), TEXT("{,\"a\":1}"),
    TEXT("{\"a\":1,,\"b\":2}"), TEXT("{\"a\":1 \"b\":2}"), TEXT("{\"a\":1;\"b\":2}"), TEXT("{\"a\":1]"),
    TEXT("{\"a\"::1}"), TEXT("{\"a\":1:2}"), TEXT("{\"a\":a}"), TEXT("{\"a\":'a'}"), TEXT("{]"), TEXT("{[}"),
    TEXT("{\"a\":/**/1}"), TEXT("{/**/}"), TEXT("{\"a\":1}#"), TEXT("{\"a"), TEXT("{\"a\":\"b"), TEXT("{{}}"),
    TEXT("{\"a\":1,\"b\"}"), TEXT("{\"a\\u0000\":1}"), TEXT("{\"a\":undefined}"), TEXT("{...{}}"),
    /* the same name twice */
    TEXT("{\"a\":1,\"a\":2}"), TEXT("{\"a\":1,\"a\":1}"), TEXT("{\"a\":1,\"\\u0061\":2}"),
    TEXT("{\"\":1,\"\":1}"), TEXT("[{\"b\":{\"a\":1,\"c\":0,\"a\":1}}]"), TEXT("{\"é\":1,\"\\u00e9\":1}"),
    TEXT("{\"a\":null,\"a\":null}"),
    /* other things that are sent */
    TEXT("\x1e{}"), TEXT(")]}',\n{}"), TEXT("callback({})"), TEXT("a=1&b=2"), TEXT("<?xml version=\"1.0\"?>"),
    TEXT("--- {}"), TEXT("\x1f\x8b\x08"), TEXT("PK\x03\x04"), TEXT("%7B%7D"), TEXT("{}\f"), TEXT("\v{}"),
    TEXT("{\"a\":1}\n{\"a\":2}\n"),
};

static struct jalon_text text_of(const struct sample *sample)
{
    return (struct jalon_text){sample->data, sample->length};
}

static void everything_that_is_json_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        struct jalon_context *ctx = jalon_context_create();
        const struct jalon_json *json = NULL;
        struct jalon_buffer again;
        jalon_buffer_init(&again, 1 << 16);
        enum jalon_status status = jalon_json_parse(ctx, text_of(&accepted[i]), &json);
        if (status != JALON_OK) {
            print_error("sample %zu: %s: %s\n", i, accepted[i].data, ctx->error.message.data);
        }
        assert_int_equal(status, JALON_OK);
        jalon_json_write(&again, json);
        assert_string_equal(again.data,
                            accepted[i].again != NULL ? accepted[i].again : accepted[i].data);
        jalon_buffer_finish(&again);
        jalon_context_destroy(ctx);
    }
}

/* Each is copied to the end of a block of its own, so that a byte read behind it is found. */
static enum jalon_status parse_alone(struct jalon_context *ctx, const char *data, size_t length,
                                     const struct jalon_json **out)
{
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, data, length);
    enum jalon_status status = jalon_json_parse(ctx, (struct jalon_text){copy, length}, out);
    free(copy);
    return status;
}

static void nothing_else_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct jalon_context *ctx = jalon_context_create();
        const struct jalon_json *json = NULL;
        enum jalon_status status = parse_alone(ctx, refused[i].data, refused[i].length, &json);
        if (status != JALON_INVALID) {
            print_error("sample %zu is taken: %s\n", i, refused[i].data);
        }
        assert_int_equal(status, JALON_INVALID);
        assert_null(json);
        assert_true(ctx->error.message.length > 0);
        jalon_context_destroy(ctx);
    }
}

/* A text that was cut anywhere is not the whole text, nor JSON by chance. */
static void a_cut_text_is_refused(void **state)
{
    static const char whole[] =
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[3.87,-4.3e1]},"
        "\"properties\":{\"title\":\"Caf\\u00e9 \xC3\xA9\",\"open\":true,\"n\":null,\"l\":[\"a\",\"b\"]}}";
    (void)state;
    for (size_t length = 0; length < sizeof whole - 1; length++) {
        struct jalon_context *ctx = jalon_context_create();
        const struct jalon_json *json = NULL;
        assert_int_equal(parse_alone(ctx, whole, length, &json), JALON_INVALID);
        jalon_context_destroy(ctx);
    }
}

static void depth_has_an_end(void **state)
{
    enum { DEEP = 1 << 20 };
    char *text = malloc(DEEP);
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < 2; i++) {
        struct jalon_context *ctx = jalon_context_create();
        const struct jalon_json *json = NULL;
        memset(text, i == 0 ? '[' : '{', DEEP);
        assert_int_equal(jalon_json_parse(ctx, (struct jalon_text){text, 33}, &json),
                         JALON_TOO_LARGE);
        assert_int_equal(jalon_json_parse(ctx, (struct jalon_text){text, DEEP}, &json),
                         JALON_TOO_LARGE);
        jalon_context_destroy(ctx);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_is_json_is_read),
        cmocka_unit_test(nothing_else_is),
        cmocka_unit_test(a_cut_text_is_refused),
        cmocka_unit_test(depth_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
