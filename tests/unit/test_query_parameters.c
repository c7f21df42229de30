/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Paging tokens, values to sort by, boxes, places and times: what is read, what is refused and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/query.h"

static struct jalon_context *ctx;
static const struct jalon_query_key key = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
                                            17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
                                            31, 32}};
static const struct jalon_query_parameter parameters[] = {
    {{"bbox", 4}, {"3,43,4,44", 9}},
    {{"category", 8}, {"shops", 5}},
};
static const struct jalon_query_scope scope = {{"m/c", 3}, parameters, 2};

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

static void assert_refused(enum jalon_status status, const char *parameter)
{
    assert_int_equal(status, JALON_INVALID);
    assert_int_equal(ctx->error.detail_count, 1);
    assert_int_equal(ctx->error.details[0].place, JALON_ERROR_PARAMETER);
    assert_string_equal(ctx->error.details[0].where.data, parameter);
    assert_non_null(strstr(ctx->error.details[0].reason.data, "expected"));
    jalon_error_clear(ctx);
}

/* --- Tokens --- */

static struct jalon_text write_token(struct jalon_buffer *buffer, int64_t number)
{
    jalon_buffer_init(buffer, 1000);
    jalon_query_token_write(buffer, &key, &scope,
                            &(struct jalon_query_mark){.number = number,
                                                       .distance_m = (double)number / 3});
    return jalon_buffer_text(buffer);
}

static void a_token_comes_back_as_its_mark(void **state)
{
    (void)state;
    int64_t const numbers[] = {0, 1, 255, 123456789, INT64_MAX};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct jalon_buffer buffer;
        struct jalon_text token = write_token(&buffer, numbers[i]);
        assert_int_equal(token.length, numbers[i] == 0 ? 36 : 44); /* without a distance, with */
        struct jalon_query_mark mark = {.number = -1, .distance_m = -1};
        assert_int_equal(jalon_query_token_read(ctx, &key, &scope, token, &mark), JALON_OK);
        assert_int_equal(mark.number, numbers[i]);
        assert_true(mark.distance_m == (double)numbers[i] / 3);
        jalon_buffer_finish(&buffer);
    }
}

/* With as many values of every kind as there can be, up to the longest. */
static struct jalon_text write_sorted_token(struct jalon_buffer *buffer, unsigned kinds,
                                            struct jalon_query_mark *mark)
{
    static char longest[4 * 100];
    for (size_t i = 0; i < sizeof longest; i++) {
        longest[i] = "\xf0\x9f\x8c\xb3"[i % 4];
    }
    *mark = (struct jalon_query_mark){.number = 4711, .value_count = JALON_QUERY_SORTS_MAX};
    for (size_t i = 0; i < JALON_QUERY_SORTS_MAX; i++, kinds /= 4) {
        struct jalon_query_sort_value const values[] = {
            {.kind = JALON_QUERY_SORT_ABSENT},
            jalon_query_sort_number(-1.5),
            jalon_query_sort_text(JALON_TEXT("\xc3\x89" "cole")),
            jalon_query_sort_text(jalon_text_slice(longest, sizeof longest)),
        };
        mark->values[i] = values[kinds % 4];
    }
    jalon_buffer_init(buffer, 10000);
    jalon_query_token_write(buffer, &key, &scope, mark);
    return jalon_buffer_text(buffer);
}

static void a_token_brings_back_every_value(void **state)
{
    (void)state;
    for (unsigned kinds = 0; kinds < 256; kinds++) {
        struct jalon_buffer buffer;
        struct jalon_query_mark mark, back;
        struct jalon_text token = write_sorted_token(&buffer, kinds, &mark);
        assert_int_equal(jalon_query_token_read(ctx, &key, &scope, token, &back), JALON_OK);
        assert_int_equal(back.number, 4711);
        assert_true(back.distance_m == 0);
        assert_int_equal(back.value_count, JALON_QUERY_SORTS_MAX);
        for (size_t i = 0; i < JALON_QUERY_SORTS_MAX; i++) {
            assert_int_equal(back.values[i].kind, mark.values[i].kind);
            assert_true(back.values[i].number == mark.values[i].number);
            assert_true(jalon_text_equal(back.values[i].text, mark.values[i].text));
        }
        jalon_buffer_finish(&buffer);
    }
}

static void a_sorted_token_is_refused_altered_or_cut(void **state)
{
    (void)state;
    struct jalon_buffer buffer;
    struct jalon_query_mark mark, back;
    struct jalon_text token = write_sorted_token(&buffer, 0x1b, &mark);
    for (size_t i = 0; i < token.length; i++) {
        buffer.data[i] = buffer.data[i] == 'A' ? 'B' : 'A';
        assert_refused(jalon_query_token_read(ctx, &key, &scope, token, &back), "next");
        jalon_buffer_clear(&buffer);
        jalon_query_token_write(&buffer, &key, &scope, &mark);
    }
    for (size_t length = 0; length < token.length; length++) {
        struct jalon_text cut = {token.data, length};
        assert_refused(jalon_query_token_read(ctx, &key, &scope, cut, &back), "next");
    }
    jalon_buffer_finish(&buffer);
}

/* --- Values --- */

static int order_of(struct jalon_query_sort_value a, struct jalon_query_sort_value b)
{
    char left[JALON_QUERY_SORT_BYTES_MAX], right[JALON_QUERY_SORT_BYTES_MAX];
    int order = jalon_text_compare(jalon_text_slice(left, jalon_query_sort_bytes(&a, left)),
                                   jalon_text_slice(right, jalon_query_sort_bytes(&b, right)));
    return (order > 0) - (order < 0);
}

static void numbers_stand_by_size(void **state)
{
    (void)state;
    const double ascending[] = {-1.7976931348623157e308, -2, -1.5, -5e-324, 0, 5e-324, 1, 1.5, 10,
                                9007199254740992.0, 1.7976931348623157e308};
    size_t const count = sizeof ascending / sizeof *ascending;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            struct jalon_query_sort_value a = jalon_query_sort_number(ascending[i]);
            struct jalon_query_sort_value b = jalon_query_sort_number(ascending[j]);
            assert_int_equal(order_of(a, b), (i > j) - (i < j));
            assert_int_equal((a.number > b.number) - (a.number < b.number), (i > j) - (i < j));
        }
    }
    assert_int_equal(order_of(jalon_query_sort_number(-0.0), jalon_query_sort_number(0)), 0);
    assert_int_equal(order_of(jalon_query_sort_time(-1), jalon_query_sort_time(0)), -1);
    assert_int_equal(order_of(jalon_query_sort_time(INT64_MIN), jalon_query_sort_time(-5)), -1);
    assert_int_equal(order_of(jalon_query_sort_time(INT64_MAX), jalon_query_sort_time(5)), 1);
}

/* As readers of French and English look for them. */
static void texts_stand_without_case_and_accents_first(void **state)
{
    (void)state;
    static const char *const ascending[] = {
        "", " ", "10 rue", "2 rue", "A", "a", "\xc3\xa0", "ab", "Abc", "cote", "cot\xc3\xa9",
        "c\xc3\xb4te", "c\xc3\xb4t\xc3\xa9", "coter", "E", "\xc3\x89" "cole", "\xc3\xa9t\xc3\xa9", "Oe", "\xc5\x92u",
        "oeuf", "OEUFS", "Stra\xc3\x9f" "e", "Strasser", "zoo", "\xd0\xb0",
    };
    size_t const count = sizeof ascending / sizeof *ascending;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            int order = order_of(jalon_query_sort_text(jalon_text_from(ascending[i])),
                                 jalon_query_sort_text(jalon_text_from(ascending[j])));
            if (order != (i > j) - (i < j)) {
                fail_msg("%s beside %s: %d", ascending[i], ascending[j], order);
            }
        }
    }
}

static void only_the_beginning_of_a_text_counts(void **state)
{
    (void)state;
    char text[2 * 61 + 1] = "";
    for (size_t i = 0; i < 61; i++) {
        memcpy(text + 2 * i, "\xc3\xa9", 2);
    }
    struct jalon_query_sort_value value = jalon_query_sort_text(jalon_text_slice(text, 2 * 61));
    assert_int_equal(value.text.length, 2 * 60);
    assert_int_equal(jalon_query_sort_text(jalon_text_slice(text, 2 * 60)).text.length, 2 * 60);
    assert_int_equal(jalon_query_sort_text(jalon_text_slice(text, 2 * 3)).text.length, 2 * 3);
    /* Characters that become several take no more room than there is. */
    char wide[3 * 60];
    for (size_t i = 0; i < 60; i++) {
        memcpy(wide + 3 * i, "\xef\xac\x83", 3); /* the ligature ffi */
    }
    char *bytes = malloc(JALON_QUERY_SORT_BYTES_MAX);
    value = jalon_query_sort_text(jalon_text_slice(wide, sizeof wide));
    assert_true(jalon_query_sort_bytes(&value, bytes) <= JALON_QUERY_SORT_BYTES_MAX);
    free(bytes);
}

static void an_altered_token_is_refused(void **state)
{
    (void)state;
    struct jalon_buffer buffer;
    struct jalon_text token = write_token(&buffer, 4711);
    struct jalon_query_mark after = {.number = -1, .distance_m = -1};
    for (size_t i = 0; i < token.length; i++) {
        for (int bit = 0; bit < 8; bit++) {
            buffer.data[i] = (char)(buffer.data[i] ^ 1 << bit);
            assert_refused(jalon_query_token_read(ctx, &key, &scope, token, &after), "next");
            buffer.data[i] = (char)(buffer.data[i] ^ 1 << bit);
        }
    }
    token.length--;
    assert_refused(jalon_query_token_read(ctx, &key, &scope, token, &after), "next");
    assert_refused(jalon_query_token_read(ctx, &key, &scope, JALON_TEXT_EMPTY, &after), "next");
    assert_int_equal(after.number, -1);
    jalon_buffer_finish(&buffer);
}

static enum jalon_status read_with(struct jalon_text token, struct jalon_query_key with,
                                   struct jalon_query_scope in)
{
    struct jalon_query_mark mark;
    return jalon_query_token_read(ctx, &with, &in, token, &mark);
}

static void a_token_is_good_for_its_own_query_only(void **state)
{
    (void)state;
    struct jalon_buffer buffer;
    struct jalon_text token = write_token(&buffer, 4711);
    struct jalon_query_parameter changed[3] = {parameters[0], parameters[1]};
    struct jalon_query_scope other = {scope.list, changed, 2};

    changed[1].value = JALON_TEXT("shop");
    assert_refused(read_with(token, key, other), "next");
    changed[1] = (struct jalon_query_parameter){JALON_TEXT("categorys"), JALON_TEXT("hops")};
    assert_refused(read_with(token, key, other), "next");
    other.parameter_count = 1;
    assert_refused(read_with(token, key, other), "next");
    other = scope;
    other.list = JALON_TEXT("m/d");
    assert_refused(read_with(token, key, other), "next");
    struct jalon_query_key other_key = key;
    other_key.bytes[31] ^= 1;
    assert_refused(read_with(token, other_key, scope), "next");
    other_key = key;
    other_key.bytes[0] ^= 1;
    assert_refused(read_with(token, other_key, scope), "next");
    jalon_buffer_finish(&buffer);
}

static void order_and_page_parameters_do_not_matter(void **state)
{
    (void)state;
    struct jalon_buffer buffer;
    struct jalon_text token = write_token(&buffer, 4711);
    const struct jalon_query_parameter shuffled[] = {
        {JALON_TEXT("limit"), JALON_TEXT("7")}, parameters[1],
        {JALON_TEXT("f"), JALON_TEXT("csv")},   parameters[0],
        {JALON_TEXT("next"), token},
    };
    struct jalon_query_scope same = {scope.list, shuffled, 5};
    assert_int_equal(read_with(token, key, same), JALON_OK);
    jalon_buffer_finish(&buffer);
}

/* --- Boxes --- */

static void assert_box(const char *text, double west, double south, double east, double north)
{
    struct jalon_box box;
    assert_int_equal(jalon_query_read_box(ctx, jalon_text_from(text), JALON_QUERY_LONGITUDE_FIRST, &box), JALON_OK);
    assert_true(box.west == west && box.south == south && box.east == east && box.north == north);
}

static void boxes_have_four_or_six_numbers(void **state)
{
    (void)state;
    assert_box("3.8,43.5,3.9,43.7", 3.8, 43.5, 3.9, 43.7);
    assert_box("-.5,.25,5.,1e1", -.5, .25, 5, 10);
    assert_box("-180,-90,180,90", -180, -90, 180, 90);
    assert_box("170,-10,-170,10", 170, -10, -170, 10);
    assert_box("1,2,1,2", 1, 2, 1, 2);
    assert_box("1,2,-100,3,4,9000", 1, 2, 3, 4);
}

static void other_boxes_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",         "1",          "1,2,3",      "1,2,3,4,5",       "1,2,3,4,5,6,7", "1,2,3,",
        ",,,",      "1,2,3,x",    "1, 2,3,4",   "nan,2,3,4",       "1,2,inf,4",     "181,2,3,4",
        "1,2,-181,4", "1,-91,3,4", "1,2,3,91",  "1,5,3,4",         "1,2,9,3,4,8",   "1;2;3;4",
        "1e400,2,3,4",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct jalon_box box = {42, 0, 0, 0};
        assert_refused(jalon_query_read_box(ctx, jalon_text_from(bad[i]),
                                            JALON_QUERY_LONGITUDE_FIRST, &box), "bbox");
        assert_true(box.west == 42);
    }
}

/* --- Places --- */

static void a_place_has_two_numbers(void **state)
{
    (void)state;
    struct jalon_position place = {0, 0};
    double radius_m = -1;
    assert_int_equal(jalon_query_read_near(ctx, JALON_TEXT("3.87,43.6"), &place), JALON_OK);
    assert_true(place.lon == 3.87 && place.lat == 43.6);
    assert_int_equal(jalon_query_read_near(ctx, JALON_TEXT("-180,-90"), &place), JALON_OK);
    assert_int_equal(jalon_query_read_radius(ctx, JALON_TEXT("0"), &radius_m), JALON_OK);
    assert_true(radius_m == 0);
    assert_int_equal(jalon_query_read_radius(ctx, JALON_TEXT("1e6"), &radius_m), JALON_OK);
    assert_true(radius_m == JALON_QUERY_RADIUS_MAX_M);
}

static void other_places_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "3.87", "3.87,43.6,1", "3.87,", ",43.6", "3.87;43.6",
                                      "x,43.6", "3.87, 43.6", "180.1,0", "-181,0", "0,90.01",
                                      "43.6,-91", "nan,0", "0,inf", "1e400,0"};
    static const char *const bad_radii[] = {"", "x", "-1", "1000000.1", "inf", "nan", "1,2", "5m"};
    struct jalon_position place = {42, 0};
    double radius_m = 42;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_refused(jalon_query_read_near(ctx, jalon_text_from(bad[i]), &place), "near");
    }
    for (size_t i = 0; i < sizeof bad_radii / sizeof *bad_radii; i++) {
        assert_refused(jalon_query_read_radius(ctx, jalon_text_from(bad_radii[i]), &radius_m),
                       "radius");
    }
    assert_true(place.lon == 42 && radius_m == 42);
}

/* --- Times --- */

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

static void assert_interval(const char *text, int64_t first_us, int64_t last_us)
{
    struct jalon_query_interval interval;
    assert_int_equal(jalon_query_read_interval(ctx, "updated", jalon_text_from(text), &interval),
                     JALON_OK);
    assert_true(interval.first_us == first_us && interval.last_us == last_us);
}

static void an_interval_is_a_time_a_day_or_two_of_them(void **state)
{
    (void)state;
    assert_interval("1970-01-02T00:00:01Z", DAY + SECOND, DAY + SECOND);
    assert_interval("1970-01-02T01:00:01.5+01:00", DAY + SECOND * 3 / 2, DAY + SECOND * 3 / 2);
    assert_interval("1970-01-02", DAY, 2 * DAY - 1);
    assert_interval("1970-01-02/1970-01-02", DAY, 2 * DAY - 1);
    assert_interval("1970-01-02/1970-01-03T00:00:00Z", DAY, 2 * DAY);
    assert_interval("1970-01-02T00:00:00Z/..", DAY, INT64_MAX);
    assert_interval("1970-01-02T02:00:00 02:00", DAY, DAY); /* a plus sign that was not escaped */
    assert_interval("1970-01-02t00:00:00z", DAY, DAY);
    assert_interval("1970-01-02/P2D", DAY, 3 * DAY - 1);
    assert_interval("1970-01-02T00:00:00Z/P1Y1M1W1DT1H1M1S",
                    DAY, (1 + 365 + 31 + 8) * DAY + 3661 * SECOND - 1);
    assert_interval("1970-01-31/P1M", 30 * DAY, 58 * DAY - 1); /* until the end of 27 February */
    assert_interval("1970-01-02/PT6H", DAY, DAY + 6 * 3600 * SECOND - 1);
    assert_interval("1970-01-01T23:59:60Z", DAY - 1, DAY - 1);
    assert_interval("1970-01-02T00:59:60.5+01:00/", DAY - 1, INT64_MAX);
    assert_interval("1970-01-02T00:00:00Z/", DAY, INT64_MAX);
    assert_interval("../1970-01-02", INT64_MIN, 2 * DAY - 1);
    assert_interval("/1970-01-02T00:00:00Z", INT64_MIN, DAY);
}

static void other_intervals_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "/", "..", "../..", "../", "x", "2026", "2026-02-30", "2026-01-01T00:00:00",
        "2026-01-02/2026-01-01", "2026-01-02T00:00:01Z/2026-01-02T00:00:00Z",
        "2026-01-01/2026-01-02/2026-01-03", "2026-01-01/x", "x/2026-01-01", "2026-01-01 / ..",
        "2026-01-01/P", "2026-01-01/PT", "2026-01-01/P1", "2026-01-01/P1H", "2026-01-01/PT1D",
        "2026-01-01/P1D1Y", "2026-01-01/P-1D", "2026-01-01/P1.5D", "2026-01-01/P1DT", "P1D",
        "P1D/2026-01-01", "../P1D", "2026-01-01/P9999Y", "2026-01-01/P1234567D",
        "2026-01-01T12:00:60Z", "2026-01-01T23:59:60+01:00", "2026-01-01T00:00:00  02:00",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct jalon_query_interval interval = {42, 42};
        assert_refused(
            jalon_query_read_interval(ctx, "updated", jalon_text_from(bad[i]), &interval),
            "updated");
        assert_true(interval.first_us == 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_comes_back_as_its_mark),
        cmocka_unit_test(an_altered_token_is_refused),
        cmocka_unit_test(a_token_brings_back_every_value),
        cmocka_unit_test(a_sorted_token_is_refused_altered_or_cut),
        cmocka_unit_test(numbers_stand_by_size),
        cmocka_unit_test(texts_stand_without_case_and_accents_first),
        cmocka_unit_test(only_the_beginning_of_a_text_counts),
        cmocka_unit_test(a_token_is_good_for_its_own_query_only),
        cmocka_unit_test(order_and_page_parameters_do_not_matter),
        cmocka_unit_test(boxes_have_four_or_six_numbers),
        cmocka_unit_test(other_boxes_are_refused),
        cmocka_unit_test(a_place_has_two_numbers),
        cmocka_unit_test(other_places_are_refused),
        cmocka_unit_test(an_interval_is_a_time_a_day_or_two_of_them),
        cmocka_unit_test(other_intervals_are_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
