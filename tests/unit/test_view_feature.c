/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The bytes of a feature: order, what is left out, what stays private. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "view_fixture.h"

static struct jalon_context *ctx;
static struct jalon_value fields[FIELDS];
static struct jalon_contribution contribution;

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

static int make_bare(void **state)
{
    (void)state;
    memset(fields, 0, sizeof fields);
    contribution = (struct jalon_contribution){
        .number = 7,
        .version = 3,
        .fields = fields,
        .status = -1,
        .moderation = JALON_MODERATION_PUBLISHED,
        .title = JALON_TEXT_EMPTY,
        .description = JALON_TEXT_EMPTY,
        .author = JALON_TEXT_EMPTY,
        .source = JALON_TEXT_EMPTY,
        .source_id = JALON_TEXT_EMPTY,
        .licence = JALON_TEXT_EMPTY,
        .observed = JALON_TEXT_EMPTY,
        .campaign = JALON_TEXT_EMPTY,
        .updated_us = 1500000,
    };
    return jalon_id_parse(JALON_TEXT("018f0000-1234-7abc-8def-0123456789ab"), &contribution.id)
               ? 0
               : 1;
}

static void assert_written(const char *expected)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 100000);
    jalon_feature_write(&buffer, &fixture_map, &contribution);
    assert_int_equal(jalon_buffer_status(&buffer), JALON_OK);
    assert_string_equal(buffer.data, expected);
    jalon_buffer_finish(&buffer);
}

static void what_is_empty_is_left_out(void **state)
{
    (void)state;
    assert_written("{\"type\":\"Feature\",\"id\":\"018f0000-1234-7abc-8def-0123456789ab\","
                   "\"geometry\":null,\"properties\":{\"created\":\"1970-01-01T00:00:00Z\","
                   "\"updated\":\"1970-01-01T00:00:01.500Z\",\"version\":3}}");
}

static void all_properties_come_in_their_order(void **state)
{
    (void)state;
    static const int32_t categories[] = {1, 4};
    static const struct jalon_text tags[] = {{"ramp", 4}, {"li\"ft", 5}};
    contribution.geometry = fixture_point(ctx->arena, 3.87654321987, 43.6);
    contribution.title = JALON_TEXT("A \"b\"\n\xc3\xa9");
    contribution.description = JALON_TEXT("d");
    contribution.categories = categories;
    contribution.category_count = 2;
    contribution.status = 1;
    contribution.moderation = JALON_MODERATION_HIDDEN;
    contribution.author = JALON_TEXT("ana");
    contribution.observed = JALON_TEXT("2026-01-02");
    contribution.licence = JALON_TEXT("ODbL-1.0");
    contribution.source = JALON_TEXT("osm");
    contribution.source_id = JALON_TEXT("n1");
    contribution.campaign = JALON_TEXT("spring-2026");
    fields[NAME] = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("x")};
    fields[WIDTH] = (struct jalon_value){.kind = JALON_VALUE_NUMBER, .number = 0.85};
    fields[LEVEL] = (struct jalon_value){.kind = JALON_VALUE_INTEGER, .integer = -2};
    fields[OPEN] = (struct jalon_value){.kind = JALON_VALUE_BOOLEAN, .boolean = false};
    fields[TAGS] = (struct jalon_value){.kind = JALON_VALUE_LIST, .list = {tags, 2}};
    fields[PHONE] = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("+33")};
    assert_written(
        "{\"type\":\"Feature\",\"id\":\"018f0000-1234-7abc-8def-0123456789ab\","
        "\"geometry\":{\"type\":\"Point\",\"coordinates\":[3.8765432,43.6]},\"properties\":{"
        "\"title\":\"A \\\"b\\\"\\n\xc3\xa9\",\"description\":\"d\","
        "\"categories\":[\"music\",\"health\"],\"status\":\"doing\",\"moderation\":\"hidden\","
        "\"author\":\"ana\",\"created\":\"1970-01-01T00:00:00Z\","
        "\"updated\":\"1970-01-01T00:00:01.500Z\",\"observed\":\"2026-01-02\",\"version\":3,"
        "\"licence\":\"ODbL-1.0\",\"source\":\"osm\",\"source_id\":\"n1\",\"campaign\":\"spring-2026\","
        "\"name\":\"x\",\"width\":0.85,\"level\":-2,\"open\":false,"
        "\"tags\":[\"ramp\",\"li\\\"ft\"]}}");
}

static void the_view_keeps_no_private_value(void **state)
{
    (void)state;
    fields[NAME] = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("x")};
    fields[PHONE] = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("+33")};
    struct jalon_view *view;
    assert_int_equal(jalon_view_create(ctx, &fixture_map, &view), JALON_OK);
    assert_int_equal(jalon_view_apply(ctx, view, &contribution, 1, 5), JALON_OK);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_view_item item;
    assert_true(jalon_snapshot_find(snapshot, PLACES, contribution.id, &item));
    const struct jalon_contribution *found = fixture_read(ctx, snapshot, &item);
    assert_string_equal(found->fields[NAME].text.data, "x");
    assert_int_equal(found->fields[PHONE].kind, JALON_VALUE_NONE);
    assert_null(strstr(item.json.data, "+33"));

    struct jalon_view_condition condition = {PHONE, fields[PHONE]};
    struct jalon_view_query query = fixture_query(PLACES, 10);
    query.conditions = &condition;
    query.condition_count = 1;
    struct jalon_view_result result;
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
    assert_int_equal(result.matched, 0);
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_empty_is_left_out, make_bare),
        cmocka_unit_test_setup(all_properties_come_in_their_order, make_bare),
        cmocka_unit_test_setup(the_view_keeps_no_private_value, make_bare),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
