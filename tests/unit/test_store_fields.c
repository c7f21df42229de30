/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The store's own reader of its JSON columns, held against the general one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "jalon/json.h"
#include "store/private.h"

#define WORD(string) {"" string, sizeof(string) - 1}

static const struct jalon_field fields[] = {
    {.key = WORD("text"), .type = JALON_FIELD_STRING},
    {.key = WORD("number"), .type = JALON_FIELD_NUMBER},
    {.key = WORD("integer"), .type = JALON_FIELD_INTEGER},
    {.key = WORD("flag"), .type = JALON_FIELD_BOOLEAN},
    {.key = WORD("list"), .type = JALON_FIELD_MULTI_ENUM},
};
static const struct jalon_collection collection = {.fields = fields, .field_count = 5};
static const struct jalon_category categories[] = {
    {.key = WORD("a"), .parent = -1},
    {.key = WORD("b\xc3\xa9"), .parent = -1},
    {.key = WORD("c"), .parent = 1},
};
static const struct jalon_map map = {.categories = categories, .category_count = 3};

static struct jalon_context *ctx;

static int make_context(void **state)
{
    (void)state;
    ctx = jalon_context_create();
    return ctx == NULL;
}

static int drop_context(void **state)
{
    (void)state;
    jalon_context_destroy(ctx);
    return 0;
}

/* The values are borrowed from a copy that lives as long as the context. */
static enum jalon_status read_fields(const char *json, struct jalon_value values[5])
{
    struct jalon_text copy = jalon_text_copy(ctx->arena, jalon_text_from(json));
    return jalon_store_read_fields(ctx, &collection, (char *)copy.data, copy.length, values);
}

static void assert_text(struct jalon_value value, const char *expected)
{
    assert_int_equal(value.kind, JALON_VALUE_TEXT);
    assert_int_equal(value.text.length, strlen(expected));
    assert_string_equal(value.text.data, expected);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    static const struct jalon_text items[] = {WORD("x\"y"), WORD(""), WORD("\xf0\x9f\x9a\xb2")};
    const struct jalon_value values[5] = {
        {.kind = JALON_VALUE_TEXT, .text = WORD("a\\b\"c\n\t\x01 \xc3\xa9 \xf0\x9f\x9a\xb2/")},
        {.kind = JALON_VALUE_NUMBER, .number = -1.0 / 3},
        {.kind = JALON_VALUE_INTEGER, .integer = -(INT64_C(1) << 53)},
        {.kind = JALON_VALUE_BOOLEAN, .boolean = false},
        {.kind = JALON_VALUE_LIST, .list = {items, 3}},
    };
    struct jalon_buffer buffer;
    struct jalon_value read[5];
    jalon_buffer_init(&buffer, JALON_STORE_JSON_MAX);
    jalon_store_write_fields(&buffer, &collection, values);
    assert_int_equal(jalon_buffer_status(&buffer), JALON_OK);
    assert_int_equal(read_fields(buffer.data, read), JALON_OK);
    for (int i = 0; i < 5; i++) {
        assert_true(jalon_value_equal(values[i], read[i]));
    }
    /* And it is JSON that the general reader takes. */
    const struct jalon_json *json;
    assert_int_equal(jalon_json_parse(ctx, jalon_buffer_text(&buffer), &json), JALON_OK);
    assert_int_equal(jalon_json_size(json), 5);
    jalon_buffer_finish(&buffer);
}

static void absent_fields_are_not_written(void **state)
{
    (void)state;
    const struct jalon_value values[5] = {[2] = {.kind = JALON_VALUE_INTEGER, .integer = 7}};
    struct jalon_buffer buffer;
    struct jalon_value read[5];
    jalon_buffer_init(&buffer, JALON_STORE_JSON_MAX);
    jalon_store_write_fields(&buffer, &collection, values);
    assert_string_equal(buffer.data, "{\"integer\":7}");
    jalon_buffer_finish(&buffer);
    assert_int_equal(read_fields("{}", read), JALON_OK);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(read[i].kind, JALON_VALUE_NONE);
    }
}

static void what_others_have_formatted_is_read(void **state)
{
    (void)state;
    struct jalon_value read[5];
    assert_int_equal(read_fields(" {\n \"list\" : [ \"a\" , \"b\" ] ,\r\n\t\"unknown\": [\"x\"],"
                                 " \"text\":\"\\u00e9\\ud83d\\udeb2\\/\\b\", \"flag\" : null,"
                                 "\"gone\": 1.5e3, \"number\": 3 } ",
                                 read),
                     JALON_OK);
    assert_text(read[0], "\xc3\xa9\xf0\x9f\x9a\xb2/\b");
    assert_int_equal(read[1].kind, JALON_VALUE_NUMBER);
    assert_true(read[1].number > 2.9 && read[1].number < 3.1);
    assert_int_equal(read[3].kind, JALON_VALUE_NONE);
    assert_int_equal(read[4].list.count, 2);
    assert_string_equal(read[4].list.items[1].data, "b");
}

static void what_is_not_json_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "[]",
        "{",
        "{\"text\"}",
        "{\"text\":}",
        "{\"text\":\"a}",
        "{\"text\":\"a\\\"}",
        "{\"text\":\"\\x\"}",
        "{\"text\":\"\\u12\"}",
        "{\"text\":\"\\ud83d\"}",
        "{\"text\":\"\\ude00\"}",
        "{\"text\":\"\\u0000\"}",
        "{\"number\":1.2.3}",
        "{\"number\":-}",
        "{\"flag\":tru}",
        "{\"list\":[\"a\"}",
        "{\"list\":[1]}",
        "{\"text\":\"a\",}",
        "{\"text\":{\"a\":1}}",
        "{\"text\":\"a\" \"list\":[]}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct jalon_value read[5];
        if (read_fields(bad[i], read) != JALON_INVALID) {
            print_error("%s\n", bad[i]);
            fail();
        }
    }
}

/* A value as the general reader gives it. */
static bool same_as_json(struct jalon_value value, const struct jalon_json *json)
{
    if (json == NULL || jalon_json_kind(json) == JALON_JSON_NULL) {
        return value.kind == JALON_VALUE_NONE;
    }
    switch (value.kind) {
    case JALON_VALUE_TEXT: return jalon_text_equal(value.text, jalon_json_text(json));
    case JALON_VALUE_NUMBER: return fabs(value.number - jalon_json_number(json)) == 0;
    case JALON_VALUE_INTEGER: return value.integer == jalon_json_integer(json);
    case JALON_VALUE_BOOLEAN: return value.boolean == jalon_json_boolean(json);
    case JALON_VALUE_LIST:
        for (size_t i = 0; i < value.list.count; i++) {
            if (!jalon_text_equal(value.list.items[i],
                                  jalon_json_text(jalon_json_element(json, i)))) {
                return false;
            }
        }
        return value.list.count == jalon_json_size(json);
    default: return false;
    }
}

/* The same numbers in every run (Knuth's MMIX generator). */
static size_t chance(void)
{
    static uint64_t state = 1;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(state >> 33);
}

/* Whatever stands in the column, the two readers agree when both take it; and nothing is read
 * beyond its end (the sanitizer watches: the text is copied to its exact size). */
static void damaged_texts_are_read_alike(void **state)
{
    (void)state;
    static const char good[] = "{\"text\":\"a\\u00e9\\n\\\\ \xc3\xa9\",\"number\":-12.5e-1,"
                               "\"integer\":42,\"flag\":true,\"list\":[\"x\",\"y\\\"\"]}";
    static const char spice[] = "\"\\{}[],:u0n1e.- \x01t";
    int agreed = 0;
    for (int round = 0; round < 20000; round++) {
        size_t length = sizeof good - 1;
        char *text = malloc(length);
        memcpy(text, good, length);
        for (size_t change = chance() % 3; change > 0; change--) {
            text[chance() % length] = spice[chance() % (sizeof spice - 1)];
        }
        if (round % 4 == 0) {
            length = chance() % length;
            text = realloc(text, length > 0 ? length : 1);
        }
        const struct jalon_json *json;
        struct jalon_value read[5];
        enum jalon_status general = jalon_json_parse(ctx, (struct jalon_text){text, length}, &json);
        enum jalon_status own = jalon_store_read_fields(ctx, &collection, text, length, read);
        if (general == JALON_OK && own == JALON_OK) {
            agreed++;
            for (int i = 0; i < 5; i++) {
                assert_true(same_as_json(read[i], jalon_json_member(json, fields[i].key.data)));
            }
        }
        free(text);
        jalon_context_reset(ctx);
    }
    assert_true(agreed > 5000);
}

static void categories_read_back_ascending_and_once(void **state)
{
    (void)state;
    const int32_t indexes[] = {0, 1};
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, JALON_STORE_JSON_MAX);
    jalon_store_write_categories(&buffer, &map, indexes, 2);
    assert_string_equal(buffer.data, "[\"a\",\"b\xc3\xa9\"]");
    jalon_buffer_finish(&buffer);
    char json[] = " [ \"c\", \"gone\", \"b\\u00e9\",\"c\" ] ";
    int32_t *read;
    size_t count;
    assert_int_equal(jalon_store_read_categories(ctx, &map, json, strlen(json), &read, &count),
                     JALON_OK);
    assert_int_equal(count, 2);
    assert_int_equal(read[0], 1);
    assert_int_equal(read[1], 2);
    char empty[] = "[]", bad[] = "{\"a\":1}";
    assert_int_equal(jalon_store_read_categories(ctx, &map, empty, 2, &read, &count), JALON_OK);
    assert_int_equal(count, 0);
    assert_int_equal(jalon_store_read_categories(ctx, &map, bad, strlen(bad), &read, &count),
                     JALON_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_reads_back, make_context, drop_context),
        cmocka_unit_test_setup_teardown(absent_fields_are_not_written, make_context, drop_context),
        cmocka_unit_test_setup_teardown(what_others_have_formatted_is_read, make_context,
                                        drop_context),
        cmocka_unit_test_setup_teardown(what_is_not_json_is_refused, make_context, drop_context),
        cmocka_unit_test_setup_teardown(damaged_texts_are_read_alike, make_context, drop_context),
        cmocka_unit_test_setup_teardown(categories_read_back_ascending_and_once, make_context,
                                        drop_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
