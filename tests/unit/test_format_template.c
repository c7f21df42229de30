/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Templates: the built-in ones, what is read, what is refused and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/format.h"
#include "jalon/json.h"
#include "jalon/memory.h"

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

static struct jalon_map read_builtin(const char *name)
{
    const struct jalon_embedded *template = jalon_builtin_templates();
    while (template->name != NULL && strcmp(template->name, name) != 0) {
        template++;
    }
    assert_non_null(template->name);
    struct jalon_map map;
    jalon_error_clear(ctx);
    enum jalon_status status = jalon_template_read(ctx, template->content, &map);
    for (size_t i = 0; i < ctx->error.detail_count; i++) {
        print_error("%s%s: %s\n", name, ctx->error.details[i].where.data,
                    ctx->error.details[i].reason.data);
    }
    assert_int_equal(status, JALON_OK);
    return map;
}

static void every_builtin_template_is_right(void **state)
{
    (void)state;
    static const char *const names[] = {"besoins", "cartomobilite", "demo", "initiatives",
                                        "signalement"};
    size_t count = 0;
    for (const struct jalon_embedded *t = jalon_builtin_templates(); t->name != NULL; t++) {
        assert_true(count < 5);
        assert_string_equal(t->name, names[count++]);
        struct jalon_map map = read_builtin(t->name);
        assert_true(jalon_text_is(map.template_name, t->name));
        for (size_t i = 0; i < map.category_count; i++) {
            assert_true(map.categories[i].parent < (int32_t)i);
            assert_int_equal(map.categories[i].color.length, 7);
        }
    }
    assert_int_equal(count, 5);
}

static const struct jalon_field *find_field(const struct jalon_map *map, const char *collection,
                                            const char *field)
{
    int32_t c = jalon_map_find_collection(map, jalon_text_from(collection));
    assert_true(c >= 0);
    int32_t f = jalon_collection_find_field(&map->collections[c], jalon_text_from(field));
    assert_true(f >= 0);
    return &map->collections[c].fields[f];
}

static void a_template_is_read_whole(void **state)
{
    (void)state;
    struct jalon_map map = read_builtin("signalement");
    assert_true(jalon_text_is(map.title.fr, "Signalements de rue"));
    assert_true(jalon_text_is(map.title.en, "Street reports"));
    assert_int_equal(map.policy, JALON_POLICY_PARTICIPATORY);
    assert_false(map.account_needed);
    assert_true(map.box.west < -5 && map.box.north > 51);
    assert_int_equal(map.slug.length, 0);
    const struct jalon_collection *reports = &map.collections[0];
    /* The multi form comes with lines, not with points. */
    assert_int_equal(reports->geometry_types,
                     JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT) |
                         JALON_GEOMETRY_BIT(JALON_GEOMETRY_LINESTRING) |
                         JALON_GEOMETRY_BIT(JALON_GEOMETRY_MULTILINESTRING));
    assert_int_equal(reports->status_count, 8);
    assert_false(reports->statuses[0].closes);
    assert_true(reports->statuses[7].closes);
    assert_int_equal(reports->transition_count, 26);
    assert_int_equal(find_field(&map, "reports", "reporter_email")->visibility,
                     JALON_VISIBILITY_MODERATORS);
    assert_int_equal(find_field(&map, "reports", "asset_number")->max_length, 50);
    assert_int_equal(find_field(&map, "reports", "where")->max_length, 255);
    assert_int_equal(find_field(&map, "reports", "service_notice")->type, JALON_FIELD_TEXT);
    int32_t pothole = jalon_map_find_category(&map, JALON_TEXT("pothole"));
    int32_t road = jalon_map_find_category(&map, JALON_TEXT("road"));
    assert_int_equal(map.categories[pothole].parent, road);
    assert_true(jalon_text_equal(map.categories[pothole].color, map.categories[road].color));
    assert_true(jalon_collection_uses_category(&map, reports, pothole));
}

static void fields_keep_their_bounds_and_mappings(void **state)
{
    (void)state;
    struct jalon_map map = read_builtin("cartomobilite");
    const struct jalon_field *ramp = find_field(&map, "accessibility", "entrance_ramp");
    assert_true(jalon_text_is(ramp->acceslibre, "entree_marches_rampe"));
    assert_true(jalon_text_is(ramp->choices[2].key, "removable"));
    assert_true(jalon_text_is(ramp->choices[2].osm, "portable"));
    assert_true(jalon_text_is(ramp->choices[2].acceslibre, "amovible"));
    const struct jalon_field *slope = find_field(&map, "obstacles", "slope_percent");
    assert_true(slope->minimum > -101 && slope->minimum < -99);
    assert_true(jalon_text_is(slope->unit, "%"));
    assert_true(find_field(&map, "obstacles", "obstacle_type")->required);
    assert_int_equal(find_field(&map, "obstacles", "obstacle_type")->choice_count, 15);
}

/* Does a choice read as this cell of a file, whatever the case and accents? */
static bool has_choice(const struct jalon_field *field, struct jalon_text cell)
{
    struct jalon_text wanted = jalon_text_fold(ctx->arena, cell);
    for (size_t i = 0; i < field->choice_count; i++) {
        const struct jalon_text names[] = {field->choices[i].key, field->choices[i].label.fr,
                                           field->choices[i].label.en};
        for (size_t n = 0; n < 3; n++) {
            if (jalon_text_equal(wanted, jalon_text_fold(ctx->arena, names[n]))) {
                return true;
            }
        }
    }
    return false;
}

static bool has_category(const struct jalon_map *map, const char *collection,
                         struct jalon_text cell)
{
    const struct jalon_collection *used =
        &map->collections[jalon_map_find_collection(map, jalon_text_from(collection))];
    struct jalon_text wanted = jalon_text_fold(ctx->arena, cell);
    for (size_t i = 0; i < map->category_count; i++) {
        const struct jalon_category *c = &map->categories[i];
        if (jalon_collection_uses_category(map, used, (int32_t)i) &&
            (jalon_text_equal(wanted, jalon_text_fold(ctx->arena, c->key)) ||
             jalon_text_equal(wanted, jalon_text_fold(ctx->arena, c->label.fr)))) {
            return true;
        }
    }
    return false;
}

static const struct jalon_json *read_file(const char *path)
{
    struct jalon_buffer bytes;
    jalon_buffer_init(&bytes, 1 << 24);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char piece[65536];
    for (size_t size; (size = fread(piece, 1, sizeof piece, file)) > 0;) {
        jalon_buffer_append(&bytes, piece, size);
    }
    fclose(file);
    const struct jalon_json *json;
    assert_int_equal(jalon_json_parse(ctx, jalon_buffer_text(&bytes), &json), JALON_OK);
    jalon_buffer_finish(&bytes);
    return json;
}

/* Every value of `property` in the file has a choice of the field, or a category (field NULL). */
static void expect_all_known(const struct jalon_map *map, const char *file, const char *property,
                             const char *collection, const char *field)
{
    char path[512];
    snprintf(path, sizeof path, "%s/montpellier/%s", JALON_TEST_DATA, file);
    const struct jalon_json *features = jalon_json_member(read_file(path), "features");
    size_t known = 0;
    for (size_t i = 0; i < jalon_json_size(features); i++) {
        const struct jalon_json *properties =
            jalon_json_member(jalon_json_element(features, i), "properties");
        struct jalon_text value = jalon_json_text(jalon_json_member(properties, property));
        bool found = value.length == 0 ||
                     (field != NULL ? has_choice(find_field(map, collection, field), value)
                                    : has_category(map, collection, value));
        if (!found) {
            print_error("%s: %s has no place for \"%s\"\n", file, property, value.data);
        }
        assert_true(found);
        known += value.length > 0;
    }
    assert_true(known > 30);
}

static void the_demo_knows_every_value_of_the_real_files(void **state)
{
    (void)state;
    struct jalon_map map = read_builtin("demo");
    static const char *const places[] = {"OSM_MTP_Restaurants.geojson",
                                         "OSM_MTP_Commerces.geojson", "OSM_MTP_Pharmacie.geojson"};
    for (size_t i = 0; i < 3; i++) {
        expect_all_known(&map, places[i], "wheelchair", "accessibility", "wheelchair");
        expect_all_known(&map, places[i], "type", "accessibility", NULL);
    }
    expect_all_known(&map, "VilleMTP_MTP_AccTrottoir.geojson", "ACC_OIMP", "pavements",
                     "odd_side_accessible");
    expect_all_known(&map, "VilleMTP_MTP_AccTrottoir.geojson", "ACC_OPAI", "pavements",
                     "even_side_accessible");
    /* The KML files, whose values are these. */
    const struct {
        const char *field, *values[3];
    } kml[] = {
        {"layout", {"Longitudinal", "Perpendiculaire", "Epi"}},
        {"vertical_sign", {"Conforme", "Non conforme", "Conforme"}},
        {"ground_marking", {"Conforme", "Non conforme", "Conforme"}},
        {"dimensions", {"Conforme", "Non conforme", "Conforme"}},
        {"pavement_access", {"Conforme", "Non conforme", "Conforme"}},
        {"tactile_strip", {"OUI", "NON", "TVX"}},
        {"accessible_threshold", {"OUI", "NON", "TVX"}},
    };
    for (size_t i = 0; i < sizeof kml / sizeof kml[0]; i++) {
        for (size_t v = 0; v < 3; v++) {
            assert_true(has_choice(find_field(&map, "accessibility", kml[i].field),
                                   jalon_text_from(kml[i].values[v])));
        }
    }
}

/* The next cell of a CSV line in Latin-1, as UTF-8 in the arena. */
static struct jalon_text next_cell(const char **at)
{
    char *cell = jalon_arena_allocate(ctx->arena, 2 * strlen(*at) + 1);
    char *end = cell;
    bool quoted = **at == '"';
    *at += quoted;
    while (**at != '\0' && **at != '\r' && **at != '\n' && (quoted || **at != ',')) {
        unsigned char c = (unsigned char)*(*at)++;
        if (quoted && c == '"') {
            quoted = false;
            continue;
        }
        if (c >= 0x80) {
            *end++ = (char)(0xC0 | c >> 6);
            c = (unsigned char)(0x80 | (c & 0x3F));
        }
        *end++ = (char)c;
    }
    *end = '\0';
    *at += **at == ',';
    return jalon_text_slice(cell, (size_t)(end - cell));
}

static void the_demo_knows_every_domain_of_the_associations(void **state)
{
    (void)state;
    struct jalon_map map = read_builtin("demo");
    FILE *file = fopen(JALON_TEST_DATA "/montpellier/VilleMTP_MTP_ListeAssoc_2011.csv", "rb");
    assert_non_null(file);
    char line[4096];
    size_t rows = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) != NULL) {
        const char *at = line;
        next_cell(&at);
        next_cell(&at);
        for (int level = 0; level < 2; level++) {
            struct jalon_text theme = next_cell(&at);
            bool known = theme.length == 0 || has_category(&map, "initiatives", theme);
            if (!known) {
                print_error("no category for \"%s\"\n", theme.data);
            }
            assert_true(known);
        }
        rows++;
    }
    fclose(file);
    assert_int_equal(rows, 2452);
}

/* --- What is refused --- */
/* A right template of one collection; `extra` are more members of the collection. */
static struct jalon_text make_template(const char *extra)
{
    return jalon_text_format(
        ctx->arena,
        "{\"name\":\"t\",\"title\":{\"fr\":\"T\",\"en\":\"T\"},\"licence\":\"ODbL-1.0\","
        "\"policy\":\"contributory\",\"account_needed\":true,\"box\":[0,40,1,41],"
        "\"categories\":[{\"key\":\"a\",\"label\":{\"fr\":\"A\",\"en\":\"A\"},\"color\":\"#112233\","
        "\"children\":[{\"key\":\"b\",\"label\":{\"fr\":\"B\",\"en\":\"B\"}}]}],"
        "\"collections\":[{\"key\":\"c\",\"title\":{\"fr\":\"C\",\"en\":\"C\"},"
        "\"color\":\"#112233\",\"geometry\":[\"Point\"]%s}]}",
        extra);
}

static void accept(struct jalon_text json, struct jalon_map *out)
{
    jalon_error_clear(ctx);
    assert_int_equal(jalon_template_read(ctx, json, out), JALON_OK);
}

static void refuse(struct jalon_text json)
{
    struct jalon_map map = {.number = 7};
    jalon_error_clear(ctx);
    assert_int_equal(jalon_template_read(ctx, json, &map), JALON_INVALID);
    assert_int_equal(map.number, 7);
}

static void expect(const char *where, const char *reason)
{
    for (size_t i = 0; i < ctx->error.detail_count; i++) {
        if (strcmp(ctx->error.details[i].where.data, where) == 0 &&
            strcmp(ctx->error.details[i].reason.data, reason) == 0) {
            return;
        }
    }
    for (size_t i = 0; i < ctx->error.detail_count; i++) {
        print_error("there is %s: %s\n", ctx->error.details[i].where.data,
                    ctx->error.details[i].reason.data);
    }
    fail_msg("not found: %s: %s", where, reason);
}

static void expect_only(const char *extra, const char *where, const char *reason)
{
    refuse(make_template(extra));
    expect(where, reason);
    assert_int_equal(ctx->error.detail_total, 1);
}

#define LABEL "\"label\":{\"fr\":\"X\",\"en\":\"X\"}"
#define FIELD(rest) ",\"fields\":[{\"key\":\"x\"," LABEL "," rest "}]"

static void the_small_template_is_right(void **state)
{
    (void)state;
    struct jalon_map map;
    jalon_error_clear(ctx);
    assert_int_equal(jalon_template_read(ctx, make_template(",\"categories\":[\"a\"]"), &map),
                     JALON_OK);
    assert_int_equal(map.category_count, 2);
    assert_int_equal(map.collections[0].category_root_count, 1);
}

/* A whole template with these rules. */
static struct jalon_text with_rules(const char *rules)
{
    return jalon_text_format(
        ctx->arena,
        "{\"name\":\"t\",\"title\":{\"fr\":\"T\",\"en\":\"T\"},\"licence\":\"L\","
        "\"policy\":\"contributory\",\"account_needed\":true,\"box\":[0,40,1,41],\"rules\":%s,"
        "\"collections\":[{\"key\":\"c\",\"title\":{\"fr\":\"C\",\"en\":\"C\"},"
        "\"color\":\"#123456\",\"geometry\":[\"Point\"],\"fields\":[]}]}",
        rules);
}

static void rules_are_read_and_judged(void **state)
{
    (void)state;
    struct jalon_map map;
    jalon_error_clear(ctx);
    assert_int_equal(
        jalon_template_read(ctx,
                            with_rules("{\"moderation\":\"trust\",\"trust_count\":5,\"edits\":"
                                       "\"proposal\",\"licences\":[\"CC0-1.0\",\"ODbL-1.0\"]}"),
                            &map),
        JALON_OK);
    assert_int_equal(map.rules.moderation, JALON_MODERATE_TRUST);
    assert_int_equal(map.rules.trust_count, 5);
    assert_int_equal(map.rules.edits, JALON_EDITS_PROPOSAL);
    assert_int_equal(map.rules.licence_count, 2);
    assert_string_equal(map.rules.licences[1].data, "ODbL-1.0");
    assert_int_equal(map.rules.report_threshold, 3); /* as in a map that says nothing */
    refuse(with_rules("{\"moderation\":\"late\",\"trust_count\":0,\"licences\":[1],\"policy\":"
                      "\"contributory\",\"reading\":\"moderators\"}"));
    expect("/rules/moderation", "expected post, pre or trust");
    expect("/rules/trust_count", "expected a whole number from 1 to 1000");
    expect("/rules/licences", "expected a list of at most 100 texts of one line");
    expect("/rules/policy", "unknown member");
    expect("/rules/reading", "expected public or members");
    refuse(with_rules("[]"));
    expect("/rules", "expected an object, found an array");
}

static void what_is_missing_or_unknown_is_named(void **state)
{
    (void)state;
    refuse(JALON_TEXT("{\"nom\":1,\"collections\":[]}"));
    expect("/nom", "unknown member");
    expect("/name", "is required");
    expect("/title", "is required");
    expect("/box", "is required");
    expect("/collections", "needs at least 1");
    refuse(JALON_TEXT("[]"));
    expect("", "expected an object, found an array");
    refuse(JALON_TEXT("{\"name\":\"\",\"title\":{\"fr\":\" \"},\"policy\":\"wiki\",\"licence\":3,"
                      "\"account_needed\":\"no\",\"box\":[0,50,200,40],\"collections\":{}}"));
    expect("/name", "is empty");
    expect("/title/fr", "is empty");
    expect("/title/en", "is required");
    expect("/policy", "expected administered, participatory or contributory");
    expect("/licence", "expected a string, found an integer");
    expect("/account_needed", "expected a boolean, found a string");
    expect("/box/2", "expected degrees from -180 to 180");
    expect("/box", "its south (second) is north of its north (fourth)");
    expect("/collections", "expected an array, found an object");
}

static void keys_are_checked(void **state)
{
    (void)state;
    refuse(make_template(",\"fields\":[{\"key\":\"Largeur\",\"type\":\"number\"," LABEL "},"
                         "{\"key\":\"title\",\"type\":\"string\"," LABEL "},"
                         "{\"key\":\"x\",\"type\":\"string\"," LABEL "},"
                         "{\"key\":\"x\",\"type\":\"strong\"," LABEL "},"
                         "{\"key\":\"1x\",\"type\":\"date\"," LABEL "}]"));
    expect("/collections/0/fields/0/key",
           "expected at most 63 lower-case letters, digits and '_', starting with a letter");
    expect("/collections/0/fields/1/key", "every contribution has a property of this name");
    expect("/collections/0/fields/3/key", "another field has this key");
    expect("/collections/0/fields/3/type",
           "expected one of string, text, number, integer, boolean, date, date_time, enum, multi_enum, url, "
           "email, phone, opening_hours");
    expect("/collections/0/fields/4/key",
           "expected at most 63 lower-case letters, digits and '_', starting with a letter");
    assert_int_equal(ctx->error.detail_total, 5);
}

static void members_fit_their_type(void **state)
{
    (void)state;
    expect_only(FIELD("\"type\":\"enum\""), "/collections/0/fields/0/choices", "is required");
    expect_only(FIELD("\"type\":\"enum\",\"choices\":[]"), "/collections/0/fields/0/choices",
                "needs at least 1");
    expect_only(FIELD("\"type\":\"string\",\"minimum\":1"), "/collections/0/fields/0/minimum",
                "a string has none");
    expect_only(FIELD("\"type\":\"number\",\"max_length\":1"),
                "/collections/0/fields/0/max_length", "a number has none");
    expect_only(FIELD("\"type\":\"text\",\"max_length\":0"), "/collections/0/fields/0/max_length",
                "expected 1 to 100000");
    expect_only(FIELD("\"type\":\"number\",\"minimum\":2,\"maximum\":1"),
                "/collections/0/fields/0/maximum", "is less than the minimum");
    expect_only(FIELD("\"type\":\"integer\",\"maximum\":1.5"), "/collections/0/fields/0/maximum",
                "expected a whole number within 2^53");
    expect_only(FIELD("\"type\":\"email\",\"required\":true,\"visibility\":\"members\""),
                "/collections/0/fields/0/required",
                "only a public field may be required: the form has no others");
    expect_only(FIELD("\"type\":\"email\",\"visibility\":\"nobody\""),
                "/collections/0/fields/0/visibility", "expected public, members or moderators");
    expect_only(FIELD("\"type\":\"enum\",\"choices\":[{\"key\":\"oui\",\"label\":{\"fr\":\"Oui\","
                      "\"en\":\"Yes\"}},{\"key\":\"y\",\"label\":{\"fr\":\"D'accord\","
                      "\"en\":\"YÈS\"}}]"),
                "/collections/0/fields/0/choices/1",
                "its key or a label reads the same as choice 0");
}

static void references_are_checked(void **state)
{
    (void)state;
    expect_only(",\"categories\":[\"a\",\"nothing\"]", "/collections/0/categories/1",
                "no category of this template has this key");
    expect_only(",\"categories\":[\"b\"]", "/collections/0/categories/0",
                "is not a root: name the tree, not a branch of it");
    expect_only(",\"categories\":[\"a\",\"a\"]", "/collections/0/categories/1", "is there twice");
    const char *statuses = ",\"statuses\":[{\"key\":\"open\"," LABEL "},"
                           "{\"key\":\"done\",\"closes\":true," LABEL "}],\"transitions\":[%s]";
    struct jalon_text extra = jalon_text_format(
        ctx->arena, "%.*s{\"from\":\"open\",\"to\":\"closed\"},{\"from\":\"open\",\"to\":\"open\"},"
                    "{\"from\":\"open\",\"to\":\"done\"},{\"from\":\"open\",\"to\":\"done\"}]",
        (int)strlen(statuses) - 3, statuses);
    refuse(make_template(extra.data));
    expect("/collections/0/transitions/0/to", "no status of this collection has this key");
    expect("/collections/0/transitions/1/to", "is where it starts from");
    expect("/collections/0/transitions/3", "is there twice");
    assert_int_equal(ctx->error.detail_total, 3);
    expect_only(",\"statuses\":[{\"key\":\"done\",\"closes\":true," LABEL "}]",
                "/collections/0/statuses/0/closes",
                "the first status is the one contributions start in");
    expect_only(",\"statuses\":[{\"key\":\"x\"," LABEL "},{\"key\":\"x\"," LABEL "}]",
                "/collections/0/statuses/1/key", "another status has this key");
}

static void settings_are_checked(void **state)
{
    (void)state;
    struct jalon_map map;
    accept(make_template(""), &map);
    assert_int_equal(map.collections[0].cluster_radius, 40);
    assert_int_equal(map.collections[0].cluster_min_points, 2);
    assert_int_equal(map.collections[0].cluster_max_zoom, 16);
    assert_int_equal(map.collections[0].stale_after_days, 0);
    assert_false(map.collections[0].chooses_tile_fields);
    expect_only(",\"cluster_radius\":9", "/collections/0/cluster_radius",
                "expected an integer from 10 to 85");
    expect_only(",\"cluster_radius\":86", "/collections/0/cluster_radius",
                "expected an integer from 10 to 85");
    expect_only(",\"cluster_radius\":40.5", "/collections/0/cluster_radius",
                "expected an integer, found a number");
    expect_only(",\"cluster_min_points\":1", "/collections/0/cluster_min_points",
                "expected an integer from 2 to 1000");
    expect_only(",\"cluster_max_zoom\":23", "/collections/0/cluster_max_zoom",
                "expected an integer from 0 to 22");
    expect_only(",\"cluster_max_zoom\":-1", "/collections/0/cluster_max_zoom",
                "expected an integer from 0 to 22");
    expect_only(",\"stale_after_days\":-1", "/collections/0/stale_after_days",
                "expected an integer from 0 to 36525");
}

#define TILE_FIELDS \
    ",\"fields\":[{\"key\":\"a\",\"type\":\"text\"," LABEL "}," \
    "{\"key\":\"b\",\"type\":\"integer\"," LABEL "}," \
    "{\"key\":\"c\",\"type\":\"integer\",\"visibility\":\"members\"," LABEL "}," \
    "{\"key\":\"color\",\"type\":\"integer\"," LABEL "}],\"tile_fields\":"

static void tile_fields_are_checked(void **state)
{
    (void)state;
    struct jalon_map map;
    accept(make_template(TILE_FIELDS "[\"a\"]"), &map);
    const struct jalon_collection *collection = &map.collections[0];
    assert_true(collection->chooses_tile_fields);
    assert_int_equal(collection->tile_field_count, 1);
    assert_int_equal(collection->tile_fields[0], 0);
    assert_true(jalon_collection_shows_in_tiles(collection, 0));
    assert_false(jalon_collection_shows_in_tiles(collection, 1));
    accept(make_template(TILE_FIELDS "[]"), &map);
    assert_false(jalon_collection_shows_in_tiles(&map.collections[0], 1));
    accept(make_template(TILE_FIELDS "null"), &map);
    assert_false(jalon_collection_shows_in_tiles(&map.collections[0], 0));
    assert_true(jalon_collection_shows_in_tiles(&map.collections[0], 1));
    assert_false(jalon_collection_shows_in_tiles(&map.collections[0], 2));
    assert_false(jalon_collection_shows_in_tiles(&map.collections[0], 3));
    expect_only(TILE_FIELDS "[\"b\",\"x\"]", "/collections/0/tile_fields/1",
                "no field of this collection has this key");
    expect_only(TILE_FIELDS "[7]", "/collections/0/tile_fields/0",
                "no field of this collection has this key");
    expect_only(TILE_FIELDS "[\"b\",\"b\"]", "/collections/0/tile_fields/1", "is there twice");
    expect_only(TILE_FIELDS "[\"c\"]", "/collections/0/tile_fields/0", "is not a public field");
    expect_only(TILE_FIELDS "[\"color\"]", "/collections/0/tile_fields/0",
                "is what tiles call an attribute of their own");
    expect_only(TILE_FIELDS "\"a\"", "/collections/0/tile_fields",
                "expected an array, found a string");
}

static void looks_are_checked(void **state)
{
    (void)state;
    struct jalon_text json = make_template("");
    char *copy = (char *)jalon_text_copy(ctx->arena, json).data;
    *strstr(copy, "Point") = 'p';
    strstr(copy, "#112233")[1] = 'x';
    refuse(jalon_text_from(copy));
    expect("/categories/0/color", "expected \"#rrggbb\"");
    expect("/collections/0/geometry/0",
           "expected Point, LineString, Polygon, MultiPoint, MultiLineString or MultiPolygon");
    assert_int_equal(ctx->error.detail_total, 2);
}

/* Each allocation in turn fails: never a half-read map, never a wrong refusal. */
static void a_reading_without_memory_says_so(void **state)
{
    (void)state;
    struct jalon_text json = jalon_builtin_templates()[2].content;
    size_t refused = 0;
    enum jalon_status status = JALON_NO_MEMORY;
    for (uint64_t n = 1; status != JALON_OK && n < 1000; n++) {
        struct jalon_map map = {.number = 7};
        struct jalon_context *poor = jalon_context_create();
        jalon_memory_fail_at(n);
        status = jalon_template_read(poor, json, &map);
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK || (status == JALON_NO_MEMORY && map.number == 7));
        refused += status == JALON_NO_MEMORY;
        jalon_context_destroy(poor);
    }
    assert_int_equal(status, JALON_OK);
    assert_true(refused > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_builtin_template_is_right),
        cmocka_unit_test(a_template_is_read_whole),
        cmocka_unit_test(fields_keep_their_bounds_and_mappings),
        cmocka_unit_test(the_demo_knows_every_value_of_the_real_files),
        cmocka_unit_test(the_demo_knows_every_domain_of_the_associations),
        cmocka_unit_test(the_small_template_is_right),
        cmocka_unit_test(what_is_missing_or_unknown_is_named),
        cmocka_unit_test(rules_are_read_and_judged),
        cmocka_unit_test(keys_are_checked),
        cmocka_unit_test(members_fit_their_type),
        cmocka_unit_test(references_are_checked),
        cmocka_unit_test(settings_are_checked),
        cmocka_unit_test(tile_fields_are_checked),
        cmocka_unit_test(looks_are_checked),
        cmocka_unit_test(a_reading_without_memory_says_so),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
