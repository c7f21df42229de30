/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the writers write, compared with tests/golden/format/write, and read back.
 * JALON_GOLDEN_UPDATE=1 writes those files, to be looked at before they are committed.
 */
#include "format_support.h"

static const struct jalon_choice services[] = {
    {.key = JALON_TEXT("lift"), .label = {JALON_TEXT("Ascenseur"), JALON_TEXT("Lift")}},
    {.key = JALON_TEXT("toilets"), .label = {JALON_TEXT("Toilettes"), JALON_TEXT("Toilets")}},
};

static const struct jalon_field fields[] = {
    {.key = JALON_TEXT("width"), .type = JALON_FIELD_NUMBER, .max_length = 1},
    {.key = JALON_TEXT("note"),
     .type = JALON_FIELD_TEXT,
     .max_length = 1000,
     .visibility = JALON_VISIBILITY_MEMBERS},
    {.key = JALON_TEXT("steps"), .type = JALON_FIELD_INTEGER, .max_length = 1},
    {.key = JALON_TEXT("services"),
     .type = JALON_FIELD_MULTI_ENUM,
     .max_length = 1,
     .choices = services,
     .choice_count = 2},
    {.key = JALON_TEXT("open"), .type = JALON_FIELD_BOOLEAN, .max_length = 1},
    {.key = JALON_TEXT("phone"), .type = JALON_FIELD_PHONE, .max_length = 50},
    {.key = JALON_TEXT("owner"),
     .type = JALON_FIELD_STRING,
     .max_length = 50,
     .visibility = JALON_VISIBILITY_MODERATORS},
};
enum { FIELD_COUNT = sizeof fields / sizeof *fields };

static const struct jalon_category categories[] = {
    {.key = JALON_TEXT("access"), .parent = -1, .color = JALON_TEXT("#ff8800")},
    {.key = JALON_TEXT("shops"), .parent = -1, .color = JALON_TEXT("#123456")},
};
static int32_t const roots[] = {0, 1};

static const struct jalon_workflow_status statuses[] = {
    {.key = JALON_TEXT("open")},
    {.key = JALON_TEXT("done"), .closes = true},
};

static const struct jalon_link links[] = {
    {.rel = JALON_TEXT("self"),
     .type = JALON_TEXT("application/geo+json"),
     .title = JALON_TEXT("Ce \"document\""),
     .href = JALON_TEXT("https://carte.example/maps/m/collections/c/items?f=geojson&limit=2")},
    {.rel = JALON_TEXT("item"),
     .type = JALON_TEXT_EMPTY,
     .title = JALON_TEXT_EMPTY,
     .href = JALON_TEXT("https://carte.example/maps/m/collections/c/items/{id}"),
     .templated = true},
};

static struct jalon_collection make_collection(unsigned geometry_types)
{
    return (struct jalon_collection){
        .key = JALON_TEXT("places"),
        .title = {JALON_TEXT("Lieux & \"caf\xc3\xa9s\""), JALON_TEXT("Places")},
        .description = {JALON_TEXT("O\xc3\xb9 aller"), JALON_TEXT("Where to go")},
        .color = JALON_TEXT("#0a1b2c"),
        .category_roots = roots,
        .category_root_count = 2,
        .geometry_types = geometry_types,
        .fields = fields,
        .field_count = FIELD_COUNT,
        .statuses = statuses,
        .status_count = 2,
        JALON_COLLECTION_DEFAULTS,
    };
}

static const struct jalon_map map = {
    .slug = JALON_TEXT("m"),
    .categories = categories,
    .category_count = 2,
};

static struct jalon_value text_value(const char *text)
{
    return (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = jalon_text_from(text)};
}

enum { ITEM_COUNT = 3 };

struct world {
    struct jalon_position positions[6];
    uint32_t ends[2];
    int32_t used[2];
    struct jalon_text chosen[2];
    struct jalon_value values[ITEM_COUNT][FIELD_COUNT];
    struct jalon_contribution contributions[ITEM_COUNT];
    struct jalon_item items[ITEM_COUNT];
};

static void fill_values(struct world *world)
{
    world->chosen[0] = services[0].key;
    world->chosen[1] = services[1].key;
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        world->values[i][1] = text_value("SECRET note");
        world->values[i][6] = text_value("SECRET owner");
    }
    struct jalon_value *first = world->values[0];
    first[0] = (struct jalon_value){.kind = JALON_VALUE_NUMBER, .number = -1.5};
    first[2] = (struct jalon_value){.kind = JALON_VALUE_INTEGER, .integer = 3};
    first[3] = (struct jalon_value){.kind = JALON_VALUE_LIST};
    first[3].list.items = world->chosen;
    first[3].list.count = 2;
    first[4] = (struct jalon_value){.kind = JALON_VALUE_BOOLEAN, .boolean = true};
    first[5] = text_value("+33 4 67 00 00 00");
    world->values[1][5] = text_value("+cmd|' /C calc'!A0");
}

static struct jalon_contribution make_contribution(struct world *world, size_t index)
{
    struct jalon_contribution contribution = {
        .version = (int64_t)index + 1,
        .title = JALON_TEXT_EMPTY,
        .description = JALON_TEXT_EMPTY,
        .fields = world->values[index],
        .status = -1,
        .moderation = JALON_MODERATION_PUBLISHED,
        .author = JALON_TEXT_EMPTY,
        .source = JALON_TEXT_EMPTY,
        .source_id = JALON_TEXT_EMPTY,
        .licence = JALON_TEXT_EMPTY,
        .observed = JALON_TEXT_EMPTY,
        .campaign = index == 0 ? JALON_TEXT("spring-2026") : JALON_TEXT_EMPTY,
        .declared_by = index == 0 ? JALON_TEXT("third_party") : JALON_TEXT_EMPTY,
        .confirmed = index == 0 ? JALON_TEXT("2026-05-01") : JALON_TEXT_EMPTY,
        .supports = index == 0 ? 12 : 0,
        .comments = index == 0 ? 3 : 0,
        .created_us = INT64_C(1290333120000000),
        .updated_us = INT64_C(1290333120123000),
    };
    assert_true(jalon_id_parse(JALON_TEXT("0190a6f2-0000-7000-8000-0000000000aa"),
                               &contribution.id));
    contribution.id.bytes[15] = (uint8_t)index;
    return contribution;
}

static void fill_world(struct world *world)
{
    *world = (struct world){
        .positions = {{3.87, 43.61}, {0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}},
        .ends = {5, 1},
        .used = {0, 1},
    };
    fill_values(world);
    struct jalon_contribution *all = world->contributions;
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        all[i] = make_contribution(world, i);
        world->items[i].contribution = &all[i];
    }
    all[0].title = JALON_TEXT("Caf\xc3\xa9 \"Le Zinc\", rue Foch");
    all[0].description = JALON_TEXT("deux\nlignes");
    all[0].categories = world->used;
    all[0].category_count = 2;
    all[0].status = 1;
    all[0].author = JALON_TEXT("marie");
    all[0].source = JALON_TEXT("liste 2011");
    all[0].source_id = JALON_TEXT("-12");
    all[0].geometry = (struct jalon_geometry){.type = JALON_GEOMETRY_POINT,
                                              .srid = 4326,
                                              .positions = world->positions,
                                              .position_count = 1};
    all[1].title = JALON_TEXT("=HYPERLINK(\"http://evil.example\")");
    all[1].description = JALON_TEXT("'@home");
    all[1].geometry = (struct jalon_geometry){.type = JALON_GEOMETRY_POLYGON,
                                              .srid = 4326,
                                              .positions = world->positions + 1,
                                              .position_count = 5,
                                              .ring_ends = world->ends,
                                              .ring_count = 1,
                                              .polygon_ends = world->ends + 1,
                                              .polygon_count = 1};
    all[2].title = JALON_TEXT(" espaces ");
    world->items[0].json = JALON_TEXT("{\"type\":\"Feature\",\"id\":\"a\",\"geometry\":null,"
                                      "\"properties\":{\"title\":\"Caf\xc3\xa9\"}}");
    world->items[1].json = JALON_TEXT("{\"type\":\"Feature\",\"id\":\"b\",\"geometry\":null,"
                                      "\"properties\":{}}");
    world->items[2].json = JALON_TEXT("{\"type\":\"Feature\",\"id\":\"c\",\"geometry\":null,"
                                      "\"properties\":{}}");
}

static struct jalon_items_frame make_frame(const struct jalon_collection *collection, size_t count)
{
    return (struct jalon_items_frame){
        .map = &map,
        .collection = collection,
        .links = links,
        .link_count = 2,
        .matched = 1234,
        .returned = (int64_t)count,
        .time_us = INT64_C(1290333120123456),
    };
}

static void write_items(const char *format, unsigned geometry_types, size_t count,
                        struct jalon_buffer *out)
{
    struct world world;
    struct jalon_collection collection = make_collection(geometry_types);
    struct jalon_items_frame frame = make_frame(&collection, count);
    const struct jalon_item_writer *writer =
        jalon_format_find(jalon_text_from(format))->writer;
    fill_world(&world);
    jalon_buffer_init(out, 1 << 20);
    writer->begin(out, &frame);
    for (; frame.pass < writer->passes; frame.pass++) {
        for (size_t i = 0; i < count; i++) {
            writer->item(out, &frame, &world.items[i], i);
        }
    }
    writer->end(out, &frame);
    assert_int_equal(jalon_buffer_status(out), JALON_OK);
    assert_true(out->data == NULL || strstr(out->data, "SECRET") == NULL);
    assert_true(out->data == NULL || strstr(out->data, "owner") == NULL);
}

static void compare(const char *name, const struct jalon_buffer *written)
{
    char path[512];
    size_t size = 0;
    snprintf(path, sizeof path, "%s/format/write/%s", JALON_TEST_GOLDEN, name);
    if (getenv("JALON_GOLDEN_UPDATE") != NULL) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fwrite(written->data, 1, written->length, file);
        fclose(file);
    }
    char *golden = read_whole(path, &size);
    if (golden == NULL || size != written->length || memcmp(golden, written->data, size) != 0) {
        fail_msg("%s: expected\n%s\nbut wrote\n%s", name, golden != NULL ? golden : "a file",
                 written->data);
    }
    free(golden);
}

static unsigned const anything = JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT) |
                                 JALON_GEOMETRY_BIT(JALON_GEOMETRY_POLYGON);

static void collections_are_written(void **state)
{
    (void)state;
    static const struct {
        const char *file, *format;
        unsigned geometry_types;
        size_t count;
    } cases[] = {
        {"items.geojson", "geojson", 0xffU, 3},
        {"one.geojson", "geojson", 0xffU, 1},
        {"none.geojson", "geojson", 0xffU, 0},
        {"items.ndjson", "ndjson", 0xffU, 3},
        {"items.csv", "csv", 0, 3}, /* 0: anything, which is no constant */
        {"items.kml", "kml", 0, 3},
        {"none.kml", "kml", 0xffU, 0},
        {"items.gpx", "gpx", 0, 3},
        {"none.gpx", "gpx", 0xffU, 0},
        {"items.rows", "gpkg", 0, 3}, /* what jalon-gdal makes GeoPackages and Shapefiles of */
        {"points.csv", "csv", JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT), 1},
        {"lines.csv", "csv", JALON_GEOMETRY_BIT(JALON_GEOMETRY_LINESTRING), 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct jalon_buffer written;
        unsigned types = cases[i].geometry_types != 0 ? cases[i].geometry_types : anything;
        write_items(cases[i].format, types, cases[i].count, &written);
        compare(cases[i].file, &written);
        jalon_buffer_finish(&written);
    }
}

static void one_item_has_its_links(void **state)
{
    (void)state;
    struct world world;
    struct jalon_collection collection = make_collection(anything);
    struct jalon_items_frame frame = make_frame(&collection, 1);
    struct jalon_buffer written;
    fill_world(&world);
    jalon_buffer_init(&written, 1 << 20);
    jalon_format_find(JALON_TEXT("geojson"))->writer->single(&written, &frame, &world.items[0]);
    compare("single.geojson", &written);
    struct jalon_context *ctx = jalon_context_create();
    const struct jalon_json *json;
    assert_int_equal(jalon_json_parse(ctx, jalon_buffer_text(&written), &json), JALON_OK);
    assert_int_equal(jalon_json_size(jalon_json_member(json, "links")), 2);
    jalon_context_destroy(ctx);
    jalon_buffer_finish(&written);
    assert_null(jalon_format_find(JALON_TEXT("csv"))->writer->single);
    assert_null(jalon_format_find(JALON_TEXT("ndjson"))->writer->single);
}

/* What is chosen of a Feature's bytes: some properties, another place, or both. */
static void features_are_chosen_from(void **state)
{
    (void)state;
    struct jalon_position moved[] = {{770000.25, 6279000.5}};
    struct jalon_geometry place = {
        .type = JALON_GEOMETRY_POINT, .srid = 2154, .positions = moved, .position_count = 1};
    struct jalon_text const two[] = {JALON_TEXT("rooms"), JALON_TEXT("title")};
    struct jalon_text const none[] = {JALON_TEXT_EMPTY};
    struct jalon_item item = {
        .json = JALON_TEXT("{\"type\":\"Feature\",\"id\":\"a\",\"geometry\":{\"type\":\"Point\","
                           "\"coordinates\":[1,2]},\"properties\":{\"title\":\"\\\"},{\\\\\","
                           "\"version\":1,\"services\":[\"a]\",\"b\"],\"rooms\":3}}")};
    static const char title[] = "\"title\":\"\\\"},{\\\\\"";
    struct {
        const struct jalon_text *properties;
        size_t count;
        const struct jalon_geometry *geometry;
        const char *coordinates, *rest;
    } const cases[] = {
        {NULL, 0, NULL, "[1,2]", ",\"version\":1,\"services\":[\"a]\",\"b\"],\"rooms\":3"},
        {NULL, 0, &place, "[770000.25,6279000.5]",
         ",\"version\":1,\"services\":[\"a]\",\"b\"],\"rooms\":3"},
        {two, 2, NULL, "[1,2]", ",\"rooms\":3"},
        {two, 2, &place, "[770000.25,6279000.5]", ",\"rooms\":3"},
        {none, 0, NULL, "[1,2]", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct jalon_items_frame frame = {.properties = cases[i].properties,
                                          .property_count = cases[i].count};
        struct jalon_buffer written;
        char expected[512];
        item.geometry = cases[i].geometry;
        jalon_buffer_init(&written, 1 << 16);
        jalon_format_find(JALON_TEXT("ndjson"))->writer->item(&written, &frame, &item, 0);
        snprintf(expected, sizeof expected,
                 "{\"type\":\"Feature\",\"id\":\"a\",\"geometry\":{\"type\":\"Point\","
                 "\"coordinates\":%s},\"properties\":{%s%s}}\n",
                 cases[i].coordinates, cases[i].rest != NULL ? title : "",
                 cases[i].rest != NULL ? cases[i].rest : "");
        assert_string_equal(written.data, expected);
        jalon_buffer_finish(&written);
    }
}

static void frames_are_json(void **state)
{
    struct jalon_context *ctx = *state;
    for (size_t count = 0; count <= 3; count++) {
        struct jalon_buffer written;
        const struct jalon_json *json;
        write_items("geojson", anything, count, &written);
        assert_int_equal(jalon_json_parse(ctx, jalon_buffer_text(&written), &json), JALON_OK);
        assert_int_equal(jalon_json_size(jalon_json_member(json, "features")), count);
        assert_int_equal(jalon_json_integer(jalon_json_member(json, "numberMatched")), 1234);
        assert_int_equal(jalon_json_integer(jalon_json_member(json, "numberReturned")), count);
        jalon_buffer_finish(&written);
    }
}

static struct jalon_text value_of(const struct jalon_record *record, const char *name)
{
    for (size_t i = 0; i < record->value_count; i++) {
        if (jalon_text_is(record->values[i].name, name)) {
            return record->values[i].value.kind == JALON_VALUE_TEXT ? record->values[i].value.text
                                                                    : JALON_TEXT_EMPTY;
        }
    }
    fail_msg("no column %s", name);
    return JALON_TEXT_EMPTY;
}

/* What is exported can be imported: the same texts and places come back. */
static void csv_is_read_back(void **state)
{
    struct jalon_context *ctx = *state;
    struct world world;
    struct jalon_buffer written;
    struct jalon_reader_options options = default_options();
    struct jalon_reader *reader;
    fill_world(&world);
    write_items("csv", anything, ITEM_COUNT, &written);
    struct bytes bytes = {.data = written.data, .size = written.length};
    struct jalon_source source = source_of(&bytes);
    const struct jalon_format *csv = jalon_format_find(JALON_TEXT("csv"));
    assert_int_equal(csv->open_reader(ctx, &source, &options, &reader), JALON_OK);
    for (size_t i = 0; i < ITEM_COUNT; i++) {
        struct jalon_record record;
        const struct jalon_contribution *contribution = &world.contributions[i];
        assert_int_equal(jalon_reader_next(ctx, reader, &record), JALON_OK);
        assert_string_equal(value_of(&record, "title").data, contribution->title.data);
        assert_string_equal(value_of(&record, "description").data,
                            contribution->description.data);
        assert_string_equal(value_of(&record, "source_id").data, contribution->source_id.data);
        struct jalon_value phone = contribution->fields[5];
        if (phone.kind == JALON_VALUE_TEXT) {
            assert_string_equal(value_of(&record, "phone").data, phone.text.data);
        }
        assert_int_equal(record.has_geometry, i < 2);
        if (record.has_geometry) {
            assert_true(jalon_geometry_equal(&record.geometry, &contribution->geometry));
        }
    }
    struct jalon_record end;
    assert_int_equal(jalon_reader_next(ctx, reader, &end), JALON_NOT_FOUND);
    jalon_reader_close(reader);
    jalon_buffer_finish(&written);
}

/* Two positions, rings and parts of each kind. */
static void fill_shapes(struct jalon_position positions[10], uint32_t ends[4],
                        struct jalon_geometry shapes[6])
{
    static const struct jalon_position two_squares[10] = {{0, 0}, {9, 0}, {9, 9}, {0, 9}, {0, 0},
                                                          {2, 2}, {2, 3}, {3, 3}, {3, 2}, {2, 2}};
    memcpy(positions, two_squares, sizeof two_squares);
    ends[0] = 5;
    ends[1] = 10;
    ends[2] = 1;
    ends[3] = 2;
    for (int i = 0; i < 6; i++) {
        bool is_area = i % 3 == 2, is_single = i == 0 || i == 1;
        shapes[i] = (struct jalon_geometry){
            .type = (enum jalon_geometry_type)(i + 1),
            .srid = 4326,
            .positions = positions,
            .position_count = i == 0 ? 1 : i == 1 ? 5 : 10,
            .ring_ends = ends,
            .ring_count = i % 3 == 0 ? 0 : is_single ? 1 : 2,
            .polygon_ends = i == 2 ? ends + 3 : ends + 2,
            .polygon_count = !is_area ? 0 : i == 2 ? 1 : 2,
        };
    }
}

/* Every kind of geometry comes back from KML as it was, and so do the values. */
static void kml_is_read_back(void **state)
{
    struct jalon_context *ctx = *state;
    struct world world;
    struct jalon_position positions[10];
    uint32_t ends[4];
    struct jalon_geometry shapes[6];
    struct jalon_collection collection = make_collection(0xffU);
    struct jalon_items_frame frame = make_frame(&collection, 6);
    const struct jalon_format *kml = jalon_format_find(JALON_TEXT("kml"));
    struct jalon_reader_options options = default_options();
    struct jalon_reader *reader;
    struct jalon_buffer written;
    fill_world(&world);
    fill_shapes(positions, ends, shapes);
    world.contributions[0].description = JALON_TEXT("a\x01" "b\xef\xbf\xbf" "c <&> ]]>");
    jalon_buffer_init(&written, 1 << 20);
    kml->writer->begin(&written, &frame);
    for (size_t i = 0; i < 6; i++) {
        world.contributions[0].geometry = shapes[i];
        kml->writer->item(&written, &frame, &world.items[0], i);
    }
    kml->writer->end(&written, &frame);
    assert_int_equal(jalon_buffer_status(&written), JALON_OK);
    struct bytes bytes = {.data = written.data, .size = written.length};
    struct jalon_source source = source_of(&bytes);
    assert_int_equal(kml->open_reader(ctx, &source, &options, &reader), JALON_OK);
    for (size_t i = 0; i < 6; i++) {
        struct jalon_record record;
        assert_int_equal(jalon_reader_next(ctx, reader, &record), JALON_OK);
        assert_true(record.has_geometry);
        assert_true(jalon_geometry_equal(&record.geometry, &shapes[i]));
        assert_string_equal(value_of(&record, "name").data, world.contributions[0].title.data);
        assert_string_equal(value_of(&record, "description").data,
                            "a\xef\xbf\xbd" "b\xef\xbf\xbd" "c <&> ]]>");
        assert_string_equal(value_of(&record, "id").data, "0190a6f2-0000-7000-8000-000000000000");
        assert_string_equal(value_of(&record, "categories").data, "access|shops");
        assert_string_equal(value_of(&record, "width").data, "-1.5");
        assert_string_equal(value_of(&record, "services").data, "lift|toilets");
    }
    struct jalon_record end;
    assert_int_equal(jalon_reader_next(ctx, reader, &end), JALON_NOT_FOUND);
    jalon_reader_close(reader);
    jalon_buffer_finish(&written);
}

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        count++;
    }
    return count;
}

/* GPX: all points before all lines; a segment for each line and ring; no longitude 180. */
static void gpx_has_points_before_lines(void **state)
{
    (void)state;
    struct world world;
    struct jalon_position positions[10];
    uint32_t ends[4];
    struct jalon_geometry shapes[6];
    struct jalon_collection collection = make_collection(0xffU);
    struct jalon_items_frame frame = make_frame(&collection, 6);
    const struct jalon_item_writer *writer = jalon_format_find(JALON_TEXT("gpx"))->writer;
    struct jalon_buffer written;
    fill_world(&world);
    fill_shapes(positions, ends, shapes);
    positions[0] = (struct jalon_position){180.0, -12.5};
    jalon_buffer_init(&written, 1 << 20);
    writer->begin(&written, &frame);
    assert_int_equal(writer->passes, 2);
    for (; frame.pass < writer->passes; frame.pass++) {
        for (size_t i = 0; i < 6; i++) {
            world.contributions[0].geometry = shapes[5 - i];
            writer->item(&written, &frame, &world.items[0], i);
        }
    }
    writer->end(&written, &frame);
    assert_int_equal(jalon_buffer_status(&written), JALON_OK);
    assert_int_equal(count_of(written.data, "<wpt "), 11);
    assert_int_equal(count_of(written.data, "<trk>"), 4);
    assert_int_equal(count_of(written.data, "<trkseg>"), 7);
    assert_int_equal(count_of(written.data, "<trkpt "), 35);
    assert_null(strstr(strstr(written.data, "<trk>"), "<wpt "));
    assert_int_equal(count_of(written.data, "lat=\"-12.5\" lon=\"-180\""), 6);
    assert_null(strstr(written.data, "\"180\""));
    jalon_buffer_finish(&written);
}

static void a_full_buffer_is_noticed(void **state)
{
    (void)state;
    struct world world;
    struct jalon_collection collection = make_collection(anything);
    struct jalon_items_frame frame = make_frame(&collection, 1);
    size_t count;
    const struct jalon_format *const *formats = jalon_formats(&count);
    fill_world(&world);
    for (size_t i = 0; i < count; i++) {
        if (formats[i]->writer == NULL) {
            continue;
        }
        struct jalon_buffer small;
        jalon_buffer_init(&small, 40);
        formats[i]->writer->begin(&small, &frame);
        formats[i]->writer->item(&small, &frame, &world.items[0], 0);
        formats[i]->writer->end(&small, &frame);
        assert_int_equal(jalon_buffer_status(&small), JALON_TOO_LARGE);
        jalon_buffer_finish(&small);
    }
}

/* --- Bodies of requests --- */
static void check_body(const char *body, const char *expected)
{
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_record record;
    struct jalon_buffer dump;
    jalon_buffer_init(&dump, 1 << 16);
    enum jalon_status status = jalon_feature_read(ctx, jalon_text_from(body), &record);
    if (status == JALON_OK) {
        dump_record(&dump, &record);
    } else {
        dump_error(&dump, ctx, status);
    }
    assert_string_equal(dump.data, expected);
    jalon_buffer_finish(&dump);
    jalon_context_destroy(ctx);
}

static void bodies_are_features(void **state)
{
    (void)state;
    check_body("{\"type\":\"Feature\",\"id\":\"x\",\"bbox\":[1,2,1,2],\"links\":[],\"geometry\":"
               "{\"type\":\"Point\",\"coordinates\":[1,2]},\"properties\":{\"a\":\"\",\"b\":[\"c\"]"
               ",\"d\":null}}",
               "1: #x POINT (1 2) a=\"\" b=[\"c\"] d=-\n");
    check_body("{\"type\":\"Feature\",\"geometry\":null,\"properties\":null}", "1: null\n");
    check_body("{\"type\":\"Feature\"}",
               "invalid: this is not a valid GeoJSON Feature\n"
               "    at /geometry: is missing: an object, or null\n"
               "    at /properties: is missing: an object, or null\n");
    check_body("{\"type\":\"FeatureCollection\",\"geometry\":[],\"properties\":1,\"id\":true}",
               "invalid: this is not a valid GeoJSON Feature\n"
               "    at /type: \"FeatureCollection\" instead of \"Feature\"\n"
               "    at /id: a string or a number, not a boolean\n"
               "    at /geometry: an object or null, not an array\n"
               "    at /properties: an object or null, not an integer\n");
    check_body("[]", "invalid: this is not a valid GeoJSON Feature\n"
                     "    at : an object, not an array\n");
}

static int make_context(void **state)
{
    *state = jalon_context_create();
    return *state == NULL;
}

static int drop_context(void **state)
{
    jalon_context_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collections_are_written),
        cmocka_unit_test(one_item_has_its_links),
        cmocka_unit_test(features_are_chosen_from),
        cmocka_unit_test_setup_teardown(frames_are_json, make_context, drop_context),
        cmocka_unit_test_setup_teardown(csv_is_read_back, make_context, drop_context),
        cmocka_unit_test_setup_teardown(kml_is_read_back, make_context, drop_context),
        cmocka_unit_test(gpx_has_points_before_lines),
        cmocka_unit_test(a_full_buffer_is_noticed),
        cmocka_unit_test(bodies_are_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
