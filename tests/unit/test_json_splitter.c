/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The splitter: the same slices whatever the cut of the bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/json.h"

static struct jalon_context *ctx;
static struct jalon_buffer slices;
static uint64_t random_state = 88172645463325252u;

static int set_up(void **state)
{
    (void)state;
    ctx = jalon_context_create();
    jalon_buffer_init(&slices, 1 << 26);
    return ctx == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    jalon_buffer_finish(&slices);
    jalon_context_destroy(ctx);
    return 0;
}

/* xorshift64: the same cuts in each run. */
static size_t random_below(size_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (size_t)(random_state % bound);
}

/* Takes all that is there: each slice as "line:slice|". */
static enum jalon_status drain(struct jalon_json_splitter *splitter)
{
    struct jalon_text slice;
    int64_t line = 0;
    enum jalon_status status;
    while ((status = jalon_json_splitter_next(ctx, splitter, &slice, &line)) == JALON_OK) {
        jalon_buffer_append_int(&slices, line);
        jalon_buffer_append_char(&slices, ':');
        jalon_buffer_append_text(&slices, slice);
        jalon_buffer_append_char(&slices, '|');
    }
    return status;
}

/* Splits `text` fed in pieces of 1 to `piece_max` bytes; what came out is in `slices`. */
static enum jalon_status split(struct jalon_text text, size_t piece_max, size_t value_max)
{
    struct jalon_json_splitter *splitter = jalon_json_splitter_create("features", value_max);
    enum jalon_status status = JALON_NOT_FOUND;
    jalon_buffer_clear(&slices);
    jalon_error_clear(ctx);
    for (size_t at = 0; at < text.length && status == JALON_NOT_FOUND;) {
        size_t size = 1 + random_below(piece_max);
        size = size < text.length - at ? size : text.length - at;
        assert_int_equal(jalon_json_splitter_feed(ctx, splitter, text.data + at, size), JALON_OK);
        at += size;
        status = drain(splitter);
        assert_false(jalon_json_splitter_done(splitter));
    }
    if (status == JALON_NOT_FOUND) {
        assert_int_equal(jalon_json_splitter_feed(ctx, splitter, "", 0), JALON_OK);
        status = drain(splitter);
        assert_int_equal(jalon_json_splitter_done(splitter), status == JALON_NOT_FOUND);
    }
    jalon_json_splitter_destroy(splitter);
    return status;
}

/* Whole, byte by byte, and at random cuts: always `expected`. */
static void expect(const char *text, const char *expected)
{
    for (size_t round = 0; round < 40; round++) {
        size_t piece_max = round == 0 ? 1 << 20 : round == 1 ? 1 : 1 + random_below(12);
        assert_int_equal(split(jalon_text_from(text), piece_max, 1000), JALON_NOT_FOUND);
        assert_string_equal(jalon_buffer_text(&slices).data, expected);
    }
}

static void features_are_found_wherever_the_member_is(void **state)
{
    (void)state;
    expect("{\"type\":\"FeatureCollection\",\"features\":[{\"a\":1},{\"b\":[2]}]}",
           "1:{\"a\":1}|1:{\"b\":[2]}|");
    expect("\xEF\xBB\xBF{\r\n\"features\" :\r\n[\r\n{\"a\": \"]}\\\\\\\"{\"}\r\n,\r\nnull , 12,\"s\\\"\"]\r\n"
           ", \"crs\":{\"x\":[{}]}}\r\n",
           "4:{\"a\": \"]}\\\\\\\"{\"}|6:null|6:12|6:\"s\\\"\"|");
    expect("{\"properties\":{\"features\":[1]},\"x\":\"features\",\"n\":-1.5e3,\"features\":[]}", "");
    expect("{\"features\\u0041\":[1],\"feature\":[2],\"featuress\":[3],\"features\":[[4]]}", "1:[4]|");
}

static void other_documents_are_split_into_their_values(void **state)
{
    (void)state;
    expect("", "");
    expect(" \n", "");
    expect("[ {\"a\":1}, [2] ,3]", "1:{\"a\":1}|1:[2]|1:3|");
    expect("{\"type\":\"Feature\",\"geometry\":null}", "1:{\"type\":\"Feature\",\"geometry\":null}|");
    expect("{\"a\":1}\n{\"a\":2}\r\n\n{\"a\":3}", "1:{\"a\":1}|2:{\"a\":2}|4:{\"a\":3}|");
    expect("\x1E{\"a\":1}\n\x1E{\"a\":2}\n", "1:{\"a\":1}|2:{\"a\":2}|");
    expect("{}\n{\"features\":[1,2]}\n{\"features\":null}", "1:{}|2:1|2:2|3:{\"features\":null}|");
}

static void expect_refusal(const char *text, enum jalon_status status, const char *message)
{
    for (size_t round = 0; round < 20; round++) {
        assert_int_equal(split(jalon_text_from(text), round == 0 ? 1 << 20 : 1 + round % 5, 20),
                         status);
        assert_string_equal(ctx->error.message.data, message);
    }
}

static void what_has_no_such_structure_is_refused(void **state)
{
    (void)state;
    expect_refusal("\"text\"", JALON_INVALID, "line 1: expected a JSON object or array");
    expect_refusal("<html>", JALON_INVALID, "line 1: expected a JSON object or array");
    expect_refusal("{\"features\":[\n{\"a\":1},\n{\"b\":", JALON_INVALID,
                   "line 3: the JSON text ends too early");
    expect_refusal("{\"features\":[{\"a\":1}", JALON_INVALID, "line 1: the JSON text ends too early");
    expect_refusal("{\"features\":[{\"a\":1]]}", JALON_INVALID,
                   "line 1: a bracket closes another one");
    expect_refusal("{\"features\":[1,]}", JALON_INVALID, "line 1: expected a JSON value");
    expect_refusal("{\"features\":[1 2]}", JALON_INVALID, "line 1: expected ',' or ']'");
    expect_refusal("{\"a\" 1}", JALON_INVALID, "line 1: expected ':'");
    expect_refusal("{\"a\":1\n\"b\":2}", JALON_INVALID, "line 2: expected ',' or '}'");
    expect_refusal("{\"a\":1,}", JALON_INVALID, "line 1: expected a member name");
    expect_refusal("{\"features\":[1],\"features\":[2]}", JALON_INVALID,
                   "line 1: the same member twice");
}

static void one_value_is_bounded_and_skipped_members_are_not(void **state)
{
    (void)state;
    char text[4000];
    char filler[3000];
    memset(filler, 'x', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    snprintf(text, sizeof text, "{\"features\":[{\"a\":\"%.40s\"}]}", filler);
    expect_refusal(text, JALON_TOO_LARGE, "line 1: one JSON value is too large");
    snprintf(text, sizeof text, "{\"skipped\":[\"%s\"],\"features\":[1]}", filler);
    assert_int_equal(split(jalon_text_from(text), 16, 20), JALON_NOT_FOUND);
    assert_string_equal(slices.data, "1:1|");
    snprintf(text, sizeof text, "{\"kept\":\"%s\"}", filler);
    assert_int_equal(split(jalon_text_from(text), 16, 20), JALON_TOO_LARGE);
}

static void nesting_in_skipped_members_is_bounded(void **state)
{
    (void)state;
    char text[400] = "{\"x\":";
    memset(text + 5, '[', 200);
    assert_int_equal(split(jalon_text_from(text), 16, 1000), JALON_TOO_LARGE);
    assert_string_equal(ctx->error.message.data, "line 1: JSON nested too deep");
}

/* A real file, in pieces as a reader gives them: as many features as it says, each of them JSON. */
static void a_real_file_is_split(void **state)
{
    (void)state;
    FILE *file = fopen(JALON_TEST_DATA "/montpellier/OSM_MTP_Restaurants.geojson", "rb");
    assert_non_null(file);
    struct jalon_json_splitter *splitter = jalon_json_splitter_create("features", 1 << 20);
    size_t features = 0;
    while (!jalon_json_splitter_done(splitter)) {
        char piece[4099];
        size_t size = fread(piece, 1, sizeof piece, file);
        assert_int_equal(jalon_json_splitter_feed(ctx, splitter, piece, size), JALON_OK);
        struct jalon_text slice;
        int64_t line;
        enum jalon_status status;
        while ((status = jalon_json_splitter_next(ctx, splitter, &slice, &line)) == JALON_OK) {
            const struct jalon_json *json;
            assert_int_equal(jalon_json_parse(ctx, slice, &json), JALON_OK);
            assert_true(jalon_text_is(jalon_json_text(jalon_json_member(json, "type")), "Feature"));
            jalon_context_reset(ctx);
            features++;
        }
        assert_int_equal(status, JALON_NOT_FOUND);
    }
    fclose(file);
    jalon_json_splitter_destroy(splitter);
    assert_int_equal(features, 674);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_are_found_wherever_the_member_is),
        cmocka_unit_test(other_documents_are_split_into_their_values),
        cmocka_unit_test(what_has_no_such_structure_is_refused),
        cmocka_unit_test(one_value_is_bounded_and_skipped_members_are_not),
        cmocka_unit_test(nesting_in_skipped_members_is_bounded),
        cmocka_unit_test(a_real_file_is_split),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
