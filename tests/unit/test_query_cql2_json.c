/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* CQL2 JSON: the same tree as the text that says the same; what is refused, with its pointer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "cql2_dump.h"
#include "jalon/memory.h"

static struct jalon_context *ctx;

static int setup(void **state)
{
    (void)state;
    ctx = jalon_context_create();
    return ctx == NULL;
}

static int teardown(void **state)
{
    (void)state;
    jalon_context_destroy(ctx);
    return 0;
}

/* Both parsed; geometries are empty in the dump of JSON, so their text is given apart. */
static void assert_alike(const char *json, const char *text)
{
    struct jalon_cql2 from_json, from_text;
    struct jalon_buffer a, b;
    enum jalon_status status = jalon_cql2_parse_json(ctx, jalon_text_from(json), &from_json);
    if (status != JALON_OK) {
        fail_msg("%s: %s", json, ctx->error.details[0].reason.data);
    }
    assert_int_equal(jalon_cql2_parse_text(ctx, jalon_text_from(text), &from_text), JALON_OK);
    jalon_buffer_init(&a, 100000);
    jalon_buffer_init(&b, 100000);
    dump_node(&a, from_json.root);
    dump_node(&b, from_text.root);
    assert_string_equal(a.data, b.data);
    jalon_buffer_finish(&a);
    jalon_buffer_finish(&b);
}

static void assert_refused(const char *json, const char *reason)
{
    struct jalon_cql2 cql2 = {.root = NULL};
    assert_int_equal(jalon_cql2_parse_json(ctx, jalon_text_from(json), &cql2), JALON_INVALID);
    assert_null(cql2.root);
    assert_int_equal(ctx->error.detail_count, 1);
    assert_string_equal(ctx->error.details[0].where.data, "filter");
    if (strstr(ctx->error.details[0].reason.data, reason) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", ctx->error.details[0].reason.data, reason);
    }
    jalon_error_clear(ctx);
}

#define A "{\"property\":\"a\"}"
#define B "{\"property\":\"b\"}"
#define OP(name, operands) "{\"op\":\"" name "\",\"args\":[" operands "]}"

static void json_says_what_text_says(void **state)
{
    (void)state;
    assert_alike(OP("=", A ",1"), "a=1");
    assert_alike(OP("and", OP("<>", A ",\"l'été\"") "," OP("not", OP(">=", B ",1.5"))),
                 "a<>'l''été' AND NOT b>=1.5");
    assert_alike(OP("or", "true," OP("<", A ",1") "," OP("<=", A ",2") "," OP(">", A ",3")),
                 "true or a<1 or a<=2 or a>3");
    assert_alike(OP("like", OP("casei", A) "," OP("accenti", "\"x%\"")),
                 "CASEI(a) LIKE ACCENTI('x%')");
    assert_alike(OP("between", A ",1," B), "a between 1 and b");
    assert_alike(OP("in", A ",[1,2,3]"), "a in (1,2,3)");
    assert_alike(OP("isNull", A), "a is null");
    assert_alike(OP("=", OP("+", A "," OP("*", "2," B)) "," OP("div", OP("^", A ",2") ",3")),
                 "a+2*b = a^2 div 3");
    assert_alike(OP("-", OP("/", A ",2") "," OP("%", B ",2")), "a/2 - b%2");
    assert_alike(OP("=", A ",{\"date\":\"2022-04-16\"}"), "a=DATE('2022-04-16')");
    assert_alike(OP("=", A ",{\"timestamp\":\"2022-04-16T10:13:19Z\"}"),
                 "a=TIMESTAMP('2022-04-16T10:13:19Z')");
    assert_alike(
        OP("t_finishedBy", "{\"interval\":[" A "," B "]},{\"interval\":[\"..\",\"2022-04-16\"]}"),
        "T_FINISHEDBY(INTERVAL(a,b),INTERVAL('..','2022-04-16'))");
    assert_alike(OP("s_intersects", A ",{\"bbox\":[1,2,3,4]}"), "S_INTERSECTS(a,BBOX(1,2,3,4))");
    assert_alike(OP("a_containedBy", A ",[\"x\",1,true]"), "A_CONTAINEDBY(a,('x',1,true))");
    assert_alike(OP("a_overlaps", A ",[\"x\"]"), "A_OVERLAPS(a,('x'))");
    assert_alike(OP("f", A ",1"), "f(a,1)");
    assert_alike("false", "FALSE");
}

static void geometries_are_kept(void **state)
{
    (void)state;
    struct jalon_cql2 cql2;
    static const char json[] = OP("s_within", A ",{\"type\":\"GeometryCollection\",\"geometries\":["
                                                "{\"type\":\"Point\",\"coordinates\":[1,2]}]}");
    assert_int_equal(jalon_cql2_parse_json(ctx, jalon_text_from(json), &cql2), JALON_OK);
    const struct jalon_cql2_node *collection = cql2.root->first->next;
    assert_int_equal(collection->kind, JALON_CQL2_COLLECTION);
    assert_int_equal(collection->count, 1);
    assert_string_equal(collection->first->pointer, "/args/1/geometries/0");
    assert_string_equal(jalon_json_text(jalon_json_member(collection->first->json, "type")).data,
                        "Point");
}

static void errors_tell_the_pointer(void **state)
{
    (void)state;
    assert_refused("", "expected JSON");
    assert_refused("{", "expected JSON of at most 32 levels: line 1");
    assert_refused("null", "at the top: expected an expression");
    assert_refused("{}", "at the top: expected an object with \"op\"");
    assert_refused("{\"op\":1,\"args\":[]}", "at /op: expected the name of an operator");
    assert_refused("{\"op\":\"=\"}", "at /args: expected an array of operands");
    assert_refused(OP("=", A), "at /args: expected 2 operands");
    assert_refused(OP("and", A), "at /args: expected at least 2 operands");
    assert_refused(OP("not", "true,false"), "at /args: expected 1 operand");
    assert_refused(OP("not", OP("=", "{\"property\":7},1")),
                   "at /args/0/args/0/property: expected a string");
    assert_refused(OP("in", A ",3"), "at /args/1: expected an array of values");
    assert_refused(OP("=", A ",{\"date\":\"2022-02-30\"}"),
                   "at /args/1/date: expected a date that exists");
    assert_refused(OP("=", A ",{\"date\":\"2022-02-03T00:00:00Z\"}"), "expected a date");
    assert_refused(OP("=", A ",{\"timestamp\":\"2022-02-03\"}"), "expected a date with the time");
    assert_refused(OP("t_after", A ",{\"interval\":[\"..\"]}"), "an array of two ends");
    assert_refused(OP("t_after", A ",{\"interval\":[\"..\",1]}"), "at /args/1/interval/1");
    assert_refused(OP("s_within", A ",{\"bbox\":[1,2,3]}"), "4 or 6 numbers");
    assert_refused(OP("s_within", A ",{\"bbox\":[1,2,3,\"4\"]}"),
                   "at /args/1/bbox/3: expected a number");
    assert_refused(OP("s_within", A ",{\"type\":\"GeometryCollection\"}"),
                   "an array of geometries");
    assert_refused("{\"op\":\"=\",\"args\":[1,1],\"arg\":1}", "at /arg: expected no such member");
    assert_refused("{\"property\":\"a\",\"x\":1}", "at /x: expected no such member");
}

static void hostile_json_is_refused(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    static char many[MANY * 6 + 100];
    memset(many, '[', MANY);
    assert_refused(many, "at most 32 levels");
    static const char head[] = "{\"op\":\"in\",\"args\":[1,[1";
    memcpy(many, head, sizeof head - 1);
    for (size_t i = 0; i < MANY; i++) {
        memcpy(many + sizeof head - 1 + 2 * i, ",1", 2);
    }
    memcpy(many + sizeof head - 1 + 2 * (size_t)MANY, "]]}", 4);
    assert_refused(many, "at most 4096");
    assert_refused("{\"op\":\"=\",\"args\":[1,1e400]}", "out of range");
    assert_refused("{\"op\":\"=\",\"args\":[1,\"\xff\"]}", "well-formed UTF-8");
    assert_refused("{\"op\":\"=\",\"op\":\"<\",\"args\":[1,1]}", "twice");
}

static void missing_memory_is_told(void **state)
{
    (void)state;
    static const char json[] =
        OP("and", OP("in", A ",[1,2]") "," OP("s_within", A ",{\"bbox\":[1,2,3,4]}"));
    for (uint64_t n = 1; n < 100; n++) {
        struct jalon_cql2 cql2;
        struct jalon_context *own = jalon_context_create();
        assert_non_null(own);
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_cql2_parse_json(own, jalon_text_from(json), &cql2);
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK || status == JALON_NO_MEMORY);
        jalon_context_destroy(own);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(json_says_what_text_says, setup, teardown),
        cmocka_unit_test_setup_teardown(geometries_are_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(errors_tell_the_pointer, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_json_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(missing_memory_is_told, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
