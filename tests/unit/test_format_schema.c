/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The schema of a contribution, and the published schema of templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "json_schema.h"

#include "jalon/format.h"

static struct jalon_context *ctx;

static int set_up(void **state)
{
    (void)state;
    ctx = jalon_context_create();
    return ctx == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    jalon_context_destroy(ctx);
    return 0;
}

static const struct jalon_json *parse(struct jalon_text text)
{
    const struct jalon_json *json = NULL;
    jalon_error_clear(ctx);
    enum jalon_status status = jalon_json_parse(ctx, text, &json);
    if (status != JALON_OK) {
        print_error("%s\n", ctx->error.message.data);
    }
    assert_int_equal(status, JALON_OK);
    return json;
}

static struct jalon_map read_builtin(const char *name)
{
    const struct jalon_embedded *template = jalon_builtin_templates();
    while (strcmp(template->name, name) != 0) {
        template++;
    }
    struct jalon_map map;
    assert_int_equal(jalon_template_read(ctx, template->content, &map), JALON_OK);
    map.slug = JALON_TEXT("the-map");
    return map;
}

static const struct jalon_json *make_schema(const struct jalon_map *map, const char *collection)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 1 << 20);
    int32_t index = jalon_map_find_collection(map, jalon_text_from(collection));
    jalon_schema_write(&buffer, map, &map->collections[index], JALON_TEXT("http://x/schema"));
    assert_int_equal(jalon_buffer_status(&buffer), JALON_OK);
    const struct jalon_json *json = parse(jalon_buffer_text(&buffer));
    jalon_buffer_finish(&buffer);
    return json;
}

/* The value at a path of members and indexes: "properties/geometry/oneOf/0". */
static const struct jalon_json *at(const struct jalon_json *json, const char *path)
{
    char step[64];
    while (*path != '\0') {
        size_t length = strcspn(path, "/");
        snprintf(step, sizeof step, "%.*s", (int)length, path);
        int64_t index = 0;
        json = jalon_text_to_int64(jalon_text_from(step), &index)
                   ? jalon_json_element(json, (size_t)index)
                   : jalon_json_member(json, step);
        path += length + (path[length] == '/');
    }
    return json;
}

static void expect_at(const struct jalon_json *json, const char *path, const char *expected)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 1 << 20);
    const struct jalon_json *value = at(json, path);
    assert_non_null(value);
    jalon_json_write(&buffer, value);
    assert_string_equal(jalon_buffer_text(&buffer).data, expected);
    jalon_buffer_finish(&buffer);
}

static void the_schema_holds_what_a_form_needs(void **state)
{
    (void)state;
    struct jalon_map map = read_builtin("signalement");
    const struct jalon_json *schema = make_schema(&map, "reports");
    expect_at(schema, "$id", "\"http://x/schema\"");
    expect_at(schema, "x-label", "{\"fr\":\"Signalements\",\"en\":\"Reports\"}");
    expect_at(schema, "x-map", "\"the-map\"");
    expect_at(schema, "required", "[\"type\",\"geometry\",\"properties\"]");
    expect_at(schema, "properties/geometry/x-ogc-role", "\"primary-geometry\"");
    expect_at(schema, "properties/id/x-ogc-role", "\"id\"");
    expect_at(schema, "properties/properties/properties/observed/x-ogc-role", "\"primary-instant\"");
    expect_at(schema, "properties/geometry/x-geometry-types", "[\"Point\",\"LineString\",\"MultiLineString\"]");
    const struct jalon_json *properties = at(schema, "properties/properties/properties");
    expect_at(properties, "title",
              "{\"title\":\"Title\",\"x-label\":{\"fr\":\"Titre\",\"en\":\"Title\"},"
              "\"type\":\"string\",\"x-type\":\"string\",\"x-order\":1,\"x-ogc-propertySeq\":1,"
              "\"pattern\":\"^[^\\\\r\\\\n]*$\",\"maxLength\":255}");
    expect_at(properties, "asset_number",
              "{\"title\":\"Number of the equipment\",\"x-label\":{\"fr\":\"Numéro de "
              "l'équipement\",\"en\":\"Number of the equipment\"},\"type\":\"string\","
              "\"x-type\":\"string\",\"x-order\":6,\"x-ogc-propertySeq\":6,\"pattern\":\"^[^\\\\r\\\\n]*$\","
              "\"maxLength\":50,\"x-help\":{\"fr\":\"Celui qui est inscrit sur le lampadaire, le "
              "feu, l'arbre.\",\"en\":\"The one written on the lamp, the signal, the tree.\"},"
              "\"x-osm\":\"ref\"}");
    expect_at(properties, "danger/oneOf/0",
              "{\"const\":\"none\",\"title\":\"No\",\"x-label\":{\"fr\":\"Non\",\"en\":\"No\"}}");
    expect_at(properties, "since/format", "\"date\"");
    expect_at(properties, "status/default", "\"open\"");
    expect_at(properties, "status/oneOf/4/x-closes", "true");
    assert_null(at(properties, "status/oneOf/0/x-closes"));
    expect_at(properties, "status/x-transitions/in_progress", "[\"planned\",\"fixed\",\"unable\"]");
    expect_at(properties, "categories/items/oneOf/1",
              "{\"const\":\"pothole\",\"title\":\"Pothole\",\"x-label\":{\"fr\":\"Nid-de-poule\","
              "\"en\":\"Pothole\"},\"x-color\":\"#6d4c41\",\"x-parent\":\"road\"}");
    assert_null(at(properties, "categories/items/oneOf/0/x-parent"));
}

static void what_is_not_public_is_not_in_the_schema(void **state)
{
    (void)state;
    struct jalon_map map = read_builtin("signalement");
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 1 << 20);
    jalon_schema_write(&buffer, &map, &map.collections[0], JALON_TEXT("http://x/schema"));
    assert_null(strstr(buffer.data, "reporter"));
    assert_null(strstr(buffer.data, "Interne"));
    assert_null(strstr(buffer.data, "internal_reference"));
    assert_non_null(strstr(buffer.data, "service_notice"));
    jalon_buffer_finish(&buffer);
}

static void a_collection_without_statuses_has_none_in_its_form(void **state)
{
    (void)state;
    struct jalon_map map = read_builtin("demo");
    const struct jalon_json *schema = make_schema(&map, "pavements");
    const struct jalon_json *properties = at(schema, "properties/properties/properties");
    assert_null(at(properties, "status"));
    assert_null(at(properties, "categories"));
    expect_at(properties, "length_m/minimum", "0");
    assert_null(at(properties, "length_m/maximum"));
    expect_at(properties, "length_m/x-unit", "\"m\"");
    schema = make_schema(&map, "accessibility");
    properties = at(schema, "properties/properties/properties");
    assert_null(at(properties, "status"));
    /* Categories of other collections are not offered. */
    const struct jalon_json *offered = at(properties, "categories/items/oneOf");
    assert_int_equal(jalon_json_size(offered), 49);
}

static bool accepts(const struct jalon_json *schema, const char *json)
{
    struct schema_check check = {.root = schema};
    return schema_accepts(&check, schema, parse(jalon_text_from(json)), "");
}

/* The schema itself, by a validator: what it lets pass and what it does not. */
static void the_schema_accepts_what_post_accepts(void **state)
{
    (void)state;
    struct jalon_map map = read_builtin("cartomobilite");
    const struct jalon_json *schema = make_schema(&map, "obstacles");
#define FEATURE(geometry, properties) \
    "{\"type\":\"Feature\",\"geometry\":" geometry ",\"properties\":" properties "}"
#define POINT "{\"type\":\"Point\",\"coordinates\":[3.88,43.61]}"
#define GOOD "\"obstacle_type\":\"grille\",\"severity\":\"danger\""
    assert_true(accepts(schema, FEATURE(POINT, "{" GOOD "}")));
    assert_true(accepts(schema, FEATURE(POINT, "{" GOOD ",\"title\":\"Grille\",\"clear_width_m\":0.8,"
                                                   "\"hinders\":[\"blind\",\"wheelchair\"],"
                                                   "\"categories\":[\"kerb\"],\"until\":"
                                                   "\"2027-01-31\",\"status\":\"present\"}")));
    assert_true(accepts(schema, FEATURE("{\"type\":\"LineString\",\"coordinates\":[[3,43],[3,44]]}",
                                        "{" GOOD "}")));
    assert_false(accepts(schema, FEATURE("{\"type\":\"LineString\",\"coordinates\":[[3,43]]}",
                                         "{" GOOD "}")));
    assert_false(accepts(schema, FEATURE("{\"type\":\"Point\",\"coordinates\":[770000,6280000]}",
                                         "{" GOOD "}")));
    assert_false(accepts(schema, FEATURE("{\"type\":\"MultiPoint\",\"coordinates\":[[3,43]]}",
                                         "{" GOOD "}")));
    assert_false(accepts(schema, FEATURE(POINT, "{\"severity\":\"danger\"}")));
    assert_false(accepts(schema, FEATURE(POINT, "{" GOOD ",\"colour\":\"red\"}")));
    assert_false(accepts(schema, FEATURE(POINT, "{" GOOD ",\"clear_width_m\":-1}")));
    assert_false(accepts(schema, FEATURE(POINT, "{" GOOD ",\"slope_percent\":2.5}")));
    assert_false(accepts(schema, FEATURE(POINT, "{" GOOD ",\"hinders\":[\"blind\",\"blind\"]}")));
    assert_false(accepts(schema, FEATURE(POINT, "{" GOOD ",\"categories\":[\"nothing\"]}")));
    assert_false(accepts(schema, FEATURE(POINT, "{" GOOD ",\"title\":\"two\\nlines\"}")));
    assert_false(accepts(schema, FEATURE(POINT, "{" GOOD ",\"status\":\"gone\"}")));
    assert_false(accepts(schema, "{\"type\":\"Feature\",\"properties\":{" GOOD "}}"));
}

static void polygons_nest_as_deep_as_they_should(void **state)
{
    (void)state;
    struct jalon_map map = read_builtin("besoins");
    const struct jalon_json *schema = make_schema(&map, "needs");
    const char *square = FEATURE("{\"type\":\"Polygon\",\"coordinates\":"
                                 "[[[3,43],[4,43],[4,44],[3,43]]]}", "{}");
    assert_true(accepts(schema, square));
    assert_false(accepts(schema, FEATURE("{\"type\":\"Polygon\",\"coordinates\":"
                                         "[[[3,43],[4,43],[3,43]]]}", "{}")));
    assert_false(accepts(schema, FEATURE("{\"type\":\"Polygon\",\"coordinates\":"
                                         "[[3,43],[4,43],[4,44],[3,43]]}", "{}")));
}

/* --- The published schema of templates --- */
static const struct jalon_json *read_template_schema(void)
{
    static char bytes[1 << 16];
    FILE *file = fopen(JALON_TEST_DATA "/../../schema/template.schema.json", "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes - 1, file);
    fclose(file);
    return parse(jalon_text_slice(bytes, size));
}

static void every_builtin_template_fits_the_published_schema(void **state)
{
    (void)state;
    const struct jalon_json *schema = read_template_schema();
    for (const struct jalon_embedded *t = jalon_builtin_templates(); t->name != NULL; t++) {
        struct schema_check check = {.root = schema};
        if (!schema_accepts(&check, schema, parse(t->content), "")) {
            fail_msg("%s: %s", t->name, check.where);
        }
    }
}

/* Small templates that differ in one thing: the reader and the schema say the same. */
static void the_reader_and_the_published_schema_agree(void **state)
{
    (void)state;
    static const struct {
        bool right;
        const char *members; /* of the collection */
    } cases[] = {
        {true, "\"color\":\"#a1B2c3\",\"geometry\":[\"Point\",\"MultiPolygon\"]"},
        {false, "\"color\":\"red\",\"geometry\":[\"Point\"]"},
        {false, "\"color\":\"#112233\",\"geometry\":[]"},
        {false, "\"color\":\"#112233\",\"geometry\":[\"Point\",\"Point\"]"},
        {false, "\"color\":\"#112233\",\"geometry\":[\"point\"]"},
        {false, "\"color\":\"#112233\",\"geometry\":[\"Point\"],\"kind\":1"},
        {false, "\"color\":\"#112233\",\"geometry\":[\"Point\"],\"attribution\":\" \""},
        {false, "\"color\":\"#112233\",\"geometry\":[\"Point\"],\"visibility\":\"all\""},
    };
    static const struct {
        bool right;
        const char *members; /* of its field, after key and label */
    } fields[] = {
        {true, "\"type\":\"opening_hours\",\"max_length\":10"},
        {true, "\"type\":\"integer\",\"minimum\":0,\"maximum\":10,\"unit\":\"cm\""},
        {true, "\"type\":\"enum\",\"choices\":[{\"key\":\"1\",\"label\":{\"fr\":\"U\",\"en\":\"O\"}}]"},
        {true, "\"type\":\"string\",\"required\":true,\"visibility\":\"public\""},
        {false, "\"type\":\"string\",\"required\":true,\"visibility\":\"members\""},
        {false, "\"type\":\"enum\""},
        {false, "\"type\":\"multi_enum\",\"choices\":[]"},
        {false, "\"type\":\"date\",\"max_length\":10"},
        {false, "\"type\":\"text\",\"max_length\":100001"},
        {false, "\"type\":\"text\",\"unit\":\"cm\""},
        {false, "\"type\":\"integer\",\"minimum\":0.5"},
        {false, "\"type\":\"integer\",\"maximum\":9007199254740994"},
        {false, "\"type\":\"boolean\",\"choices\":[{\"key\":\"1\",\"label\":{\"fr\":\"U\",\"en\":\"O\"}}]"},
        {false, "\"type\":\"colour\""},
        {false, "\"type\":\"url\",\"osm\":\"\""},
    };
    const struct jalon_json *schema = read_template_schema();
    size_t case_count = sizeof cases / sizeof cases[0];
    for (size_t i = 0; i < case_count + sizeof fields / sizeof fields[0]; i++) {
        bool field = i >= case_count;
        bool right = field ? fields[i - case_count].right : cases[i].right;
        struct jalon_text text = jalon_text_format(
            ctx->arena,
            "{\"name\":\"t\",\"title\":{\"fr\":\"T\",\"en\":\"T\"},\"licence\":\"L\","
            "\"policy\":\"contributory\",\"account_needed\":true,\"box\":[0,40,1,41],"
            "\"collections\":[{\"key\":\"c\",\"title\":{\"fr\":\"C\",\"en\":\"C\"},%s%s%s}]}",
            field ? "\"color\":\"#112233\",\"geometry\":[\"Point\"],\"fields\":[{\"key\":\"x\","
                    "\"label\":{\"fr\":\"X\",\"en\":\"X\"},"
                  : "",
            field ? fields[i - case_count].members : cases[i].members, field ? "}]" : "");
        struct schema_check check = {.root = schema};
        bool by_schema = schema_accepts(&check, schema, parse(text), "");
        struct jalon_map map;
        bool by_reader = jalon_template_read(ctx, text, &map) == JALON_OK;
        if (by_schema != right || by_reader != right) {
            fail_msg("schema %d, reader %d, expected %d: %s", by_schema, by_reader, right,
                     text.data);
        }
    }
}

/* Lists that the schema repeats from the program. */
static void the_published_schema_knows_the_lists_of_the_program(void **state)
{
    (void)state;
    const struct jalon_json *schema = read_template_schema();
    const struct jalon_json *types = at(schema, "$defs/field/properties/type/enum");
    assert_int_equal(jalon_json_size(types), JALON_FIELD_TYPE_COUNT);
    for (size_t i = 0; i < JALON_FIELD_TYPE_COUNT; i++) {
        assert_true(jalon_text_is(jalon_json_text(jalon_json_element(types, i)),
                                  jalon_field_type_name((enum jalon_field_type)i)));
    }
    const struct jalon_json *reserved = at(schema, "$defs/field_key/not/enum");
    for (size_t i = 0; i < jalon_json_size(reserved); i++) {
        assert_true(jalon_property_is_reserved(jalon_json_text(jalon_json_element(reserved, i))));
    }
    /* What the schema of a contribution calls its own is reserved, and the published list has it. */
    static const char *const own[] = {"title", "description", "categories", "status", "observed",
                                      "licence", "id", "version", "author", "comments"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        assert_true(jalon_property_is_reserved(jalon_text_from(own[i])));
        struct jalon_text quoted = jalon_text_format(ctx->arena, "\"%s\"", own[i]);
        assert_true(schema_holds(reserved, parse(quoted)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_schema_holds_what_a_form_needs),
        cmocka_unit_test(what_is_not_public_is_not_in_the_schema),
        cmocka_unit_test(a_collection_without_statuses_has_none_in_its_form),
        cmocka_unit_test(the_schema_accepts_what_post_accepts),
        cmocka_unit_test(polygons_nest_as_deep_as_they_should),
        cmocka_unit_test(every_builtin_template_fits_the_published_schema),
        cmocka_unit_test(the_reader_and_the_published_schema_agree),
        cmocka_unit_test(the_published_schema_knows_the_lists_of_the_program),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
