/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* CQL2 text: what becomes of it, what is refused, where and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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

static void assert_tree(const char *text, const char *expected)
{
    struct jalon_cql2 cql2;
    struct jalon_buffer out;
    enum jalon_status status = jalon_cql2_parse_text(ctx, jalon_text_from(text), &cql2);
    if (status != JALON_OK) {
        fail_msg("%s: %s", text, ctx->error.details[0].reason.data);
    }
    jalon_buffer_init(&out, 100000);
    dump_node(&out, cql2.root);
    assert_string_equal(out.data, expected);
    jalon_buffer_finish(&out);
}

static void assert_refused_text(struct jalon_text text, const char *reason)
{
    struct jalon_cql2 cql2 = {.root = NULL};
    assert_int_equal(jalon_cql2_parse_text(ctx, text, &cql2), JALON_INVALID);
    assert_null(cql2.root);
    assert_int_equal(ctx->error.detail_count, 1);
    assert_int_equal(ctx->error.details[0].place, JALON_ERROR_PARAMETER);
    assert_string_equal(ctx->error.details[0].where.data, "filter");
    if (strstr(ctx->error.details[0].reason.data, reason) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", ctx->error.details[0].reason.data, reason);
    }
    jalon_error_clear(ctx);
}

static void assert_refused(const char *text, const char *reason)
{
    assert_refused_text(jalon_text_from(text), reason);
}

static void operators_bind_as_the_standard_says(void **state)
{
    (void)state;
    assert_tree("a=1", "(= $a 1)");
    assert_tree("a=1 or b<>2 and not c<3", "(OR (= $a 1) (AND (<> $b 2) (NOT (< $c 3))))");
    assert_tree("(a=1 OR b=2) AND c=3 AND d=4", "(AND (OR (= $a 1) (= $b 2)) (= $c 3) (= $d 4))");
    assert_tree("NOT a LIKE 'x%'", "(NOT (LIKE $a \"x%\"))");
    assert_tree("a+b*c-d/2 >= 1", "(>= (- (+ $a (* $b $c)) (/ $d 2)) 1)");
    assert_tree("(a+b)*c <= -1.5e1", "(<= (* (+ $a $b) $c) -15)");
    assert_tree("2*x^2 > 10 div 3 % 2", "(> (* 2 (^ $x 2)) (% (DIV 10 3) 2))");
    assert_tree("-x^2 = 4", "(= (^ (* -1 $x) 2) 4)"); /* rule arithmeticFactor */
    assert_tree("a-1 = a -1", "(= (- $a 1) (- $a 1))");
    assert_tree("((a)) = ((1))", "(= $a 1)");
    assert_tree("true", "true");
    assert_tree("a = FALSE", "(= $a false)");
}

static void predicates_are_read(void **state)
{
    (void)state;
    assert_tree("a not like 'B_r%'", "(NOT (LIKE $a \"B_r%\"))");
    assert_tree("a between 1 and b+1 and c is null", "(AND (BETWEEN $a 1 (+ $b 1)) (IS NULL $c))");
    assert_tree("a not between 1 and 2", "(NOT (BETWEEN $a 1 2))");
    assert_tree("a in (1, 2,3)", "(IN $a 1 2 3)");
    assert_tree("a NOT IN ('x')", "(NOT (IN $a \"x\"))");
    assert_tree("a is not null", "(NOT (IS NULL $a))");
    assert_tree("CASEI(a)=casei('X')", "(= (CASEI $a) (CASEI \"X\"))");
    assert_tree("accenti(CASEI(a)) like 'x'", "(LIKE (ACCENTI (CASEI $a)) \"x\")");
    assert_tree("f(a, 1, ('x','y')) = g()", "(= (f() $a 1 (ARRAY \"x\" \"y\")) (g()))");
}

static void names_may_be_quoted_and_of_any_script(void **state)
{
    (void)state;
    assert_tree("\"date\" is null", "(IS NULL $date)");
    assert_tree("\"and\"=1", "(= $and 1)");
    assert_tree("eo:cloud_cover.x2 < .1", "(< $eo:cloud_cover.x2 0.1)");
    assert_tree("étage=1 AND \"größe\">1. AND 名前='x'",
                "(AND (= $étage 1) (> $größe 1) (= $名前 \"x\"))");
    assert_tree("date = 1 and point = 2 and interval=3",
                "(AND (= $date 1) (= $point 2) (= $interval 3))");
}

static void strings_are_unescaped(void **state)
{
    (void)state;
    assert_tree("a='l''été'", "(= $a \"l'été\")");
    assert_tree("a='l\\'été'", "(= $a \"l'été\")");
    assert_tree("a=''", "(= $a \"\")");
    assert_tree("a='\\t\\n\\r\\f\\b'", "(= $a \"\\t\\n\\r\\f\\b\")");
    assert_tree("a='\\\\ \\% \\_'", "(= $a \"\\\\ \\\\% \\\\_\")");
}

static void instants_and_intervals_are_read(void **state)
{
    (void)state;
    assert_tree("a>date('2022-04-16')", "(> $a date 2022-04-16T00:00:00Z)");
    assert_tree("a>TIMESTAMP('2022-04-16T10:13:19.5Z')", "(> $a time 2022-04-16T10:13:19.500Z)");
    assert_tree("T_DURING(interval(a,\"b\"),INTERVAL('2022-04-16','..'))",
                "(T_DURING (INTERVAL $a $b) (INTERVAL date 2022-04-16T00:00:00Z ..))");
    assert_tree("t_finishedby(a,b)", "(T_FINISHEDBY $a $b)");
}

static void geometries_and_arrays_are_read(void **state)
{
    (void)state;
    assert_tree("S_INTERSECTS(g, POINT (1 2))", "(S_INTERSECTS $g <POINT (1 2)>)");
    assert_tree("s_within(polygon z((0 0 1,1 0 1,1 1 1,0 0 1)),g)",
                "(S_WITHIN <polygon z((0 0 1,1 0 1,1 1 1,0 0 1))> $g)");
    assert_tree("S_EQUALS(GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(0 0,1 1)), g)",
                "(S_EQUALS (COLLECTION <POINT(1 2)> <LINESTRING(0 0,1 1)>) $g)");
    assert_tree("S_DISJOINT(g,BBOX(-1,+2,3.5,4))", "(S_DISJOINT $g (BBOX -1 2 3.5 4))");
    assert_tree("S_DISJOINT(g,BBOX(1,2,0,3,4,9))", "(S_DISJOINT $g (BBOX 1 2 0 3 4 9))");
    assert_tree("A_CONTAINS(a,('x'))", "(A_CONTAINS $a (ARRAY \"x\"))");
    assert_tree("A_EQUALS((),b)", "(A_EQUALS (ARRAY) $b)");
    assert_tree("A_OVERLAPS(('x',1,true),b)", "(A_OVERLAPS (ARRAY \"x\" 1 true) $b)");
}

static void errors_tell_place_and_what_was_expected(void **state)
{
    (void)state;
    assert_refused("", "at character 1: expected a property, a value");
    assert_refused("   ", "found the end");
    assert_refused("é = = 1",
                   "at character 5: expected a property, a value, a function or \"(\", found =");
    assert_refused("a=1 b=2", "at character 5: expected AND, OR or the end, found b");
    assert_refused("a=1=2", "expected AND, OR or the end, found =");
    assert_refused("a=(1", "expected \")\", found the end");
    assert_refused("a='x", "expected a string that ends with '");
    assert_refused("a=\"b", "the name of a property between double quotes");
    assert_refused("a=1e400", "a number within the range of doubles");
    assert_refused("a=1e", "the digits of an exponent");
    assert_refused("a=1;drop", "at character 4");
    assert_refused("a not b", "expected LIKE, BETWEEN or IN, found b");
    assert_refused("a is 3", "NULL or NOT NULL");
    assert_refused("a between 1 or 2", "AND and the highest value");
    assert_refused("a in ()", "expected a property, a value");
    assert_refused("a in 3", "\"(\" and a list of values");
    assert_refused("a=date('2022-02-30')", "a date that exists");
    assert_refused("a=timestamp('2022-02-03')", "a time in UTC that exists");
    assert_refused("a=timestamp('2022-02-03T00:00:00+01:00')", "a time in UTC that exists");
    assert_refused("t_after(a,interval(1,2))", "'..' or a property");
    assert_refused("s_within(g,bbox(1,2,3))", "BBOX of 4 or 6 numbers");
    assert_refused("s_within(g,bbox(1,2,3,4,5,6,7))", "expected \")\"");
    assert_refused("s_within(g,POINT(1 2)", "expected \")\", found the end");
    assert_refused("s_within(g,POINT(1 (2)", "a \")\" for each \"(\"");
    assert_refused("s_within(g)", "another operand");
    assert_refused("s_within(g,h,i)", "expected \")\", found ,");
    assert_refused("s_within(g,GEOMETRYCOLLECTION())", "a geometry of the collection");
    assert_refused("a='x\x01'", "without control characters");
    assert_refused("not not a", "found not");
}

static void hostile_text_is_refused(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    static char many[MANY * 4 + 1];
    memset(many, '(', MANY);
    many[MANY] = '\0';
    assert_refused(many, "at most 64 levels of brackets");
    memset(many, '-', MANY);
    assert_refused(many, "expected");
    for (size_t i = 0; i < MANY / 4; i++) {
        memcpy(many + 4 * i, "1+1+", 4);
    }
    assert_refused(many, "at most 64 levels of nesting");
    memset(many, ' ', MANY);
    memcpy(many, "a in (1", strlen("a in (1"));
    for (size_t i = 2; i < MANY / 4; i++) {
        memcpy(many + 4 * i, ",100", 4);
    }
    assert_refused(many, "at most 4096");
    memset(many, 'x', MANY * 4);
    many[MANY * 4] = '\0';
    assert_refused(many, "at most 65536 bytes");
    assert_refused("a='\xff'", "well-formed UTF-8");
    assert_refused("a='\xed\xa0\x80'", "well-formed UTF-8");
    assert_refused("a='\xc0\x80'", "well-formed UTF-8");
    assert_refused_text(jalon_text_slice("a=\0'x'", 6), "expected");
}

/* Bytes cut and changed at random: an answer, and none that harms. */
static void broken_text_never_harms(void **state)
{
    (void)state;
    static const char seed[] =
        "(NOT (a LIKE 'x%') AND b=1) OR S_INTERSECTS(g,POLYGON((0 0,1 0,1 1,0 0))) and "
        "T_AFTER(INTERVAL(a,'..'),DATE('2022-01-01')) or A_CONTAINS(t,('a','b')) and é between "
        "-1e3 and (2^3) or casei(\"n\") in ('\\'x','y''z') and BBOX(1,2,3,4) is not null";
    uint32_t random = 7;
    for (int round = 0; round < 20000; round++) {
        char copy[sizeof seed];
        memcpy(copy, seed, sizeof seed);
        for (int i = 0; i < 3; i++) {
            random = random * 1664525U + 1013904223U;
            copy[(random >> 8) % (sizeof seed - 1)] = "()',\"\\%x1- .=<"[(random >> 4) % 15];
        }
        random = random * 1664525U + 1013904223U;
        size_t length = (random >> 8) % sizeof seed;
        char *exact = malloc(length + 1); /* so that a sanitizer sees what reads too far */
        assert_non_null(exact);
        memcpy(exact, copy, length);
        struct jalon_cql2 cql2;
        enum jalon_status status =
            jalon_cql2_parse_text(ctx, jalon_text_slice(exact, length), &cql2);
        assert_true(status == JALON_OK || status == JALON_INVALID);
        free(exact);
        jalon_context_reset(ctx);
    }
}

static void missing_memory_is_told(void **state)
{
    (void)state;
    static const char text[] = "CASEI(a)='l''é' AND b IN (1,2,3) OR a LIKE 'x\\'%'";
    for (uint64_t n = 1; n < 100; n++) {
        struct jalon_cql2 cql2;
        struct jalon_context *own = jalon_context_create();
        assert_non_null(own);
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_cql2_parse_text(own, jalon_text_from(text), &cql2);
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK || status == JALON_NO_MEMORY);
        jalon_context_destroy(own);
    }
}

/* --- Folding --- */

static void assert_folds(const char *text, unsigned folding, const char *expected)
{
    struct jalon_cql2_reader a, b;
    jalon_cql2_reader_init(&a, jalon_text_from(text), folding);
    jalon_cql2_reader_init(&b, jalon_text_from(expected), 0);
    int32_t code;
    do {
        code = jalon_cql2_reader_next(&a);
        assert_int_equal(code, jalon_cql2_reader_next(&b));
    } while (code >= 0);
}

static void characters_are_folded_as_unicode_says(void **state)
{
    (void)state;
    unsigned both = JALON_CQL2_CASEI_BIT | JALON_CQL2_ACCENTI_BIT;
    assert_folds("ABC Éé ΟΔΟΣ", 0, "ABC Éé ΟΔΟΣ");
    assert_folds("ABC Éé Straße ΟΔΟΣ οδος", JALON_CQL2_CASEI_BIT, "abc éé strasse οδοσ οδοσ");
    assert_folds("\xef\xac\x83 KØBENHAVN", JALON_CQL2_CASEI_BIT, "ffi københavn");
    assert_folds("Chișinău Århus Łódź e\xcc\x81 Øre ñ", JALON_CQL2_ACCENTI_BIT,
                 "Chisinau Arhus Lodz e Ore n");
    assert_folds("CHIȘINĂU ǾÉ İ", both, "chisinau oe i");
    assert_folds("ば", JALON_CQL2_ACCENTI_BIT,
                 "\xe3\x81\xaf\xe3\x82\x99"); /* the voicing mark stays */
    assert_folds("한글", JALON_CQL2_CASEI_BIT, "한글");
    assert_folds("", both, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(operators_bind_as_the_standard_says, setup, teardown),
        cmocka_unit_test_setup_teardown(predicates_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(names_may_be_quoted_and_of_any_script, setup, teardown),
        cmocka_unit_test_setup_teardown(strings_are_unescaped, setup, teardown),
        cmocka_unit_test_setup_teardown(instants_and_intervals_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(geometries_and_arrays_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(errors_tell_place_and_what_was_expected, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_text_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_text_never_harms, setup, teardown),
        cmocka_unit_test_setup_teardown(missing_memory_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(characters_are_folded_as_unicode_says, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
