/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Readers as streams: options, bounds, memory that does not grow with the file, failing sources,
 * failing allocations, files torn and damaged anywhere.
 */
#include "format_support.h"

#include "jalon/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
/* <sanitizer/allocator_interface.h>, which not every compiler's package has */
size_t __sanitizer_get_current_allocated_bytes(void);
#else
#include <malloc.h>
#endif

static const struct jalon_format *format_named(const char *name)
{
    const struct jalon_format *format = jalon_format_find(jalon_text_from(name));
    assert_non_null(format);
    return format;
}

/* Reads a text and compares what came of it. */
static void check(const char *format, const char *text, const struct jalon_reader_options *options,
                  const char *expected)
{
    struct bytes bytes = {.data = text, .size = strlen(text)};
    struct jalon_buffer dump;
    jalon_buffer_init(&dump, 1 << 20);
    read_all(format_named(format), &bytes, options, &dump);
    assert_string_equal(dump.data, expected);
    jalon_buffer_finish(&dump);
}

/* --- Options --- */
static void columns_are_named_by_options(void **state)
{
    (void)state;
    struct jalon_reader_options options = default_options();
    const char *file = "nom,est,nord,lon,lat,forme\nA,1,2,3,4,POINT (5 6)\n";
    options.x_column = JALON_TEXT("est");
    options.y_column = JALON_TEXT("NORD");
    check("csv", file, &options,
          "columns: nom lon lat forme\n"
          "2: POINT (1 2) nom=\"A\" lon=\"3\" lat=\"4\" forme=\"POINT (5 6)\"\nencoding: UTF-8\n");
    options.y_column = JALON_TEXT("sud");
    check("csv", file, &options,
          "invalid: sud: there is no such column; the file has: nom, est, nord, lon, lat, forme\n"
          "    in sud: there is no such column; the file has: nom, est, nord, lon, lat, forme\n");
    options.y_column = JALON_TEXT_EMPTY;
    check("csv", file, &options,
          "invalid: a position needs two columns: only the one of the longitude (or x) is named\n");
    options.wkt_column = JALON_TEXT("forme");
    options.x_column = JALON_TEXT_EMPTY;
    check("csv", file, &options,
          "columns: nom est nord lon lat\n"
          "2: POINT (5 6) nom=\"A\" est=\"1\" nord=\"2\" lon=\"3\" lat=\"4\"\nencoding: UTF-8\n");
}

static void projected_files_prefer_x_and_y(void **state)
{
    (void)state;
    struct jalon_reader_options options = default_options();
    options.srid = 2154;
    check("csv", "x,y,lon,lat\n770000,6279000,3.8,43.6\n", &options,
          "columns: lon lat\n2: POINT (770000 6279000) EPSG:2154 lon=\"3.8\" lat=\"43.6\"\n"
          "encoding: UTF-8\n");
    /* a pair in one cell is latitude and longitude, never metres */
    check("csv", "nom,geo_point_2d\nA,\"43.6,3.8\"\n", &options,
          "columns: nom geo_point_2d\n2: no position nom=\"A\" geo_point_2d=\"43.6,3.8\"\n"
          "encoding: UTF-8\n");
    /* the option counts more than what the file says */
    check("geojson",
          "{\"crs\":{\"properties\":{\"name\":\"EPSG:3857\"}},\"type\":\"FeatureCollection\","
          "\"features\":[{\"type\":\"Feature\",\"geometry\":null,\"properties\":null}]}",
          &options, "1: null\nencoding: UTF-8\n");
    check("kml", "<kml/>", &options,
          "invalid: crs: KML is always in longitude and latitude on WGS 84: leave it out\n"
          "    in crs: KML is always in longitude and latitude on WGS 84: leave it out\n");
}

static void delimiter_and_encoding_are_options(void **state)
{
    (void)state;
    struct jalon_reader_options options = default_options();
    options.delimiter = ',';
    check("csv", "a;b,c\n1;2,3\n", &options,
          "columns: a;b c\n2: no position a;b=\"1;2\" c=\"3\"\nencoding: UTF-8\n");
    options = default_options();
    options.encoding = JALON_TEXT("latin1");
    check("csv", "a\n\xe9\xc3\xa9\n", &options,
          "columns: a\n2: no position a=\"\xc3\xa9\xc3\x83\xc2\xa9\"\nencoding: WINDOWS-1252\n");
    options.encoding = JALON_TEXT("iso-8859-15");
    check("csv", "a\n\xa4\n", &options,
          "columns: a\n2: no position a=\"\xe2\x82\xac\"\nencoding: ISO-8859-15\n");
    options.encoding = JALON_TEXT("utf8");
    check("csv", "a\nb\n\xe9\n", &options,
          "columns: a\n2: no position a=\"b\"\n3: invalid: line 3: characters that are not UTF-8: "
          "name the right encoding with --encoding (perhaps WINDOWS-1252)\nencoding: UTF-8\n");
    options.encoding = JALON_TEXT("UTF-8//IGNORE");
    struct bytes bytes = {.data = "a\n", .size = 2};
    assert_int_equal(read_all(format_named("csv"), &bytes, &options, NULL).end, JALON_UNSUPPORTED);
    options.encoding = JALON_TEXT("latin");
    check("csv", "a\n", &options,
          "unsupported: encoding: the encoding \"latin\" is not known here: UTF-8, ISO-8859-1, "
          "WINDOWS-1252 and UTF-16 are, among others\n"
          "    in encoding: the encoding \"latin\" is not known here: UTF-8, ISO-8859-1, "
          "WINDOWS-1252 and UTF-16 are, among others\n");
}

static void formats_are_found(void **state)
{
    (void)state;
    size_t count;
    assert_ptr_equal(jalon_formats(&count)[0], format_named("geojson"));
    assert_int_equal(count, 7);
    assert_null(jalon_format_find(JALON_TEXT("html")));
    assert_null(jalon_format_find(JALON_TEXT("CSV")));
    assert_ptr_equal(jalon_format_for_path(JALON_TEXT("/a.b/X.GeoJSON")), format_named("geojson"));
    assert_ptr_equal(jalon_format_for_path(JALON_TEXT("a.json")), format_named("geojson"));
    assert_ptr_equal(jalon_format_for_path(JALON_TEXT("a.csv.txt")), format_named("csv"));
    assert_ptr_equal(jalon_format_for_path(JALON_TEXT("a.jsonl")), format_named("ndjson"));
    assert_ptr_equal(jalon_format_for_path(JALON_TEXT("a.kml")), format_named("kml"));
    assert_ptr_equal(jalon_format_for_path(JALON_TEXT("a.shp.zip")), format_named("shp"));
    assert_ptr_equal(jalon_format_for_path(JALON_TEXT("a.GPKG")), format_named("gpkg"));
    assert_null(jalon_format_for_path(JALON_TEXT("a.csv/file")));
    assert_null(jalon_format_for_path(JALON_TEXT("csv")));
    assert_null(jalon_format_for_path(JALON_TEXT("a.")));
    assert_null(jalon_format_for_path(JALON_TEXT("a.kmz")));
}

/* --- Text made while it is read --- */
/* `head`, `body` over and over until `total` bytes are given (0: for ever), then `tail`. */
struct endless {
    const char *head, *body, *tail;
    size_t head_size, body_size, tail_size;
    size_t total;
    size_t at;
};

static struct endless make_endless(const char *head, const char *body, const char *tail,
                                   size_t bodies)
{
    return (struct endless){
        .head = head,
        .body = body,
        .tail = tail,
        .head_size = strlen(head),
        .body_size = strlen(body),
        .tail_size = strlen(tail),
        .total = bodies * strlen(body),
    };
}

static bool next_byte(struct endless *endless, char *out)
{
    size_t at = endless->at;
    if (at < endless->head_size) {
        *out = endless->head[at];
        return true;
    }
    at -= endless->head_size;
    if (endless->total == 0 || at < endless->total) {
        *out = endless->body[at % endless->body_size];
        return true;
    }
    at -= endless->total;
    *out = at < endless->tail_size ? endless->tail[at] : '\0';
    return at < endless->tail_size;
}

static enum jalon_status give_endless(struct jalon_context *ctx, void *handle, void *data,
                                      size_t size, size_t *out_size)
{
    (void)ctx;
    struct endless *endless = handle;
    char *bytes = data;
    size_t count = 0;
    while (count < size && next_byte(endless, &bytes[count])) {
        count++;
        endless->at++;
    }
    *out_size = count;
    return JALON_OK;
}

static size_t heap_in_use(void)
{
#ifdef HAS_ASAN
    return __sanitizer_get_current_allocated_bytes();
#else
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#endif
}

struct long_reading {
    size_t records, refused;
    enum jalon_status end;
    size_t early, peak; /* heap in use after 100 records, and at most after that */
    int64_t last_row;
};

static struct long_reading read_endless(const char *format, struct endless *endless)
{
    struct long_reading reading = {0};
    struct jalon_reader_options options = default_options();
    struct jalon_source source = {.read = give_endless, .handle = endless};
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_reader *reader = NULL;
    assert_non_null(ctx);
    reading.end = format_named(format)->open_reader(ctx, &source, &options, &reader);
    while (reading.end == JALON_OK || reading.end == JALON_INVALID) {
        struct jalon_record record;
        jalon_context_reset(ctx);
        reading.end = jalon_reader_next(ctx, reader, &record);
        reading.records += reading.end == JALON_OK;
        reading.refused += reading.end == JALON_INVALID;
        reading.last_row = reading.end == JALON_OK ? record.row : reading.last_row;
        size_t heap = reading.records % 64 == 0 ? heap_in_use() : 0;
        reading.early = reading.records == 128 ? heap : reading.early;
        reading.peak = reading.records > 128 && heap > reading.peak ? heap : reading.peak;
    }
    jalon_reader_close(reader);
    jalon_context_destroy(ctx);
    return reading;
}

static void check_flat(const char *format, struct endless endless, size_t records, int64_t last_row)
{
    struct long_reading reading = read_endless(format, &endless);
    assert_int_equal(reading.end, JALON_NOT_FOUND);
    assert_int_equal(reading.records, records);
    assert_int_equal(reading.refused, 0);
    assert_int_equal(reading.last_row, last_row);
    print_message("%s: %zu bytes, heap %zu then at most %zu\n", format, endless.at, reading.early,
                  reading.peak);
    assert_true(reading.peak < reading.early + 256 * 1024);
}

#define FEATURE \
    "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[3.87,43.61]}," \
    "\"properties\":{\"name\":\"caf\xc3\xa9\",\"n\":1}}"

static void memory_does_not_grow_with_the_file(void **state)
{
    (void)state;
    size_t const n = 60000;
    check_flat("csv", make_endless("nom,lon,lat\n", "caf\xc3\xa9,3.87,43.61\n", "", n), n,
               (int64_t)n + 1);
    check_flat("csv", make_endless("nom,lon,lat\n", "\"caf\xe9\r\n2\",3.87,43.61\r\n", "", n), n,
               2 * (int64_t)n);
    check_flat("geojson",
               make_endless("{\"type\":\"FeatureCollection\",\"features\":[\n" FEATURE,
                            ",\n" FEATURE, "\n]}", n),
               n + 1, (int64_t)n + 2);
    check_flat("ndjson", make_endless("", FEATURE "\n", "", n), n, (int64_t)n);
    check_flat("kml",
               make_endless("<kml><Document>\n",
                            "<Placemark><name>caf\xc3\xa9</name>\n<Point><coordinates>3.87,43.61"
                            "</coordinates></Point></Placemark>\n",
                            "</Document></kml>", n),
               n, 2 * (int64_t)n);
}

/* What has no end is given up before more was read than one record may have. */
static void check_bounded(const char *format, struct endless endless, enum jalon_status end,
                          size_t most)
{
    struct long_reading reading = read_endless(format, &endless);
    print_message("%s: %s after %zu bytes\n", format, jalon_status_name(reading.end), endless.at);
    assert_int_equal(reading.end, end);
    assert_true(endless.at <= most);
}

static void what_has_no_end_is_given_up(void **state)
{
    (void)state;
    size_t const mib = 1024 * 1024;
    check_bounded("csv", make_endless("a,b\n1,\"", "x", "", 0), JALON_TOO_LARGE, 5 * mib);
    check_bounded("csv", make_endless("a,b\n1,\"", "x\n", "", 0), JALON_TOO_LARGE, 5 * mib);
    check_bounded("csv", make_endless("a,b\n", "1,", "", 0), JALON_TOO_LARGE, 1 * mib);
    check_bounded("csv", make_endless("", "name", "", 0), JALON_TOO_LARGE, 5 * mib);
    check_bounded("csv", make_endless("a,b\n1,", "xxxxxxxxxxxxxxx,", "", 0), JALON_TOO_LARGE, mib);
    check_bounded("geojson",
                  make_endless("{\"type\":\"FeatureCollection\",\"features\":[{\"a\":\"", "x", "", 0),
                  JALON_TOO_LARGE, 34 * mib);
    check_bounded("ndjson", make_endless("[{\"a\":[", "1,", "", 0), JALON_TOO_LARGE, 34 * mib);
    /* an object at the top might have its features later: it is passed over without being kept */
    check_bounded("ndjson", make_endless("{\"a\":[", "1,", "1]}", 17 * mib), JALON_TOO_LARGE,
                  35 * mib);
    check_bounded("kml", make_endless("<kml><Placemark>", "<name>x</name>", "", 0),
                  JALON_TOO_LARGE, 10 * mib);
    check_bounded("kml", make_endless("<kml><Placemark><name>", "x", "", 0), JALON_TOO_LARGE,
                  10 * mib);
    check_bounded("kml", make_endless("<kml><name>", "x", "", 0), JALON_TOO_LARGE, 10 * mib);
    check_bounded("kml", make_endless("<kml a=\"", "x", "", 0), JALON_TOO_LARGE, 10 * mib);
    check_bounded("kml", make_endless("<kml>", "<Folder>", "", 0), JALON_UNSUPPORTED, mib);
}

static void accents_may_come_late(void **state)
{
    (void)state;
    struct jalon_reader_options options = default_options();
    static const char *const accents[][2] = {
        {"All\xc3\xa9" "e\n", "UTF-8"},
        {"All\xe9" "e\n", "WINDOWS-1252"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct endless endless = make_endless("a\n", "ascii\n", accents[i][0], 100000);
        struct jalon_source source = {.read = give_endless, .handle = &endless};
        struct jalon_context *ctx = jalon_context_create();
        struct jalon_reader *reader;
        struct jalon_record record;
        size_t count = 0;
        assert_int_equal(format_named("csv")->open_reader(ctx, &source, &options, &reader), 0);
        jalon_context_reset(ctx);
        while (jalon_reader_next(ctx, reader, &record) == JALON_OK) {
            if (++count <= 100000) {
                jalon_context_reset(ctx);
            }
        }
        assert_int_equal(count, 100001);
        assert_string_equal(record.values[0].value.text.data, "All\xc3\xa9" "e");
        assert_string_equal(jalon_reader_encoding(reader), accents[i][1]);
        jalon_reader_close(reader);
        jalon_context_destroy(ctx);
    }
}

/* --- Things that fail --- */
struct sample {
    const char *format;
    const char *text;
};

static const struct sample samples[] = {
    {"csv", "nom;lon;lat\n\"caf\xc3\xa9\n\";3,87;43,61\nB;;\n"},
    {"csv", "nom,geom\nA,POINT (3 43)\n\xe9,\"{\"\"type\"\":\"\"Point\"\","
            "\"\"coordinates\"\":[1,2]}\"\n"},
    {"geojson", "{\"type\":\"FeatureCollection\",\"features\":[" FEATURE ",\n" FEATURE "]}"},
    {"ndjson", FEATURE "\n" FEATURE "\n"},
    {"kml", "<kml><Document><Schema><SimpleField name=\"x\"/></Schema><Placemark id=\"1\"><name>A"
            "</name><ExtendedData><Data name=\"x\"><value>1</value></Data></ExtendedData><Polygon>"
            "<outerBoundaryIs><LinearRing><coordinates>0,0 1,0 1,1</coordinates></LinearRing>"
            "</outerBoundaryIs></Polygon></Placemark></Document></kml>"},
};

static void a_failing_source_ends_the_reading(void **state)
{
    (void)state;
    struct jalon_reader_options options = default_options();
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        size_t whole = strlen(samples[i].text);
        for (size_t size = 0; size <= whole; size += 5) {
            struct bytes bytes = {samples[i].text, size, 3, 0, JALON_UNAVAILABLE};
            struct reading reading =
                read_all(format_named(samples[i].format), &bytes, &options, NULL);
            assert_int_equal(reading.end, JALON_UNAVAILABLE);
        }
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct jalon_reader_options options = default_options();
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        uint64_t failed = 0;
        enum jalon_status end = JALON_NO_MEMORY;
        for (uint64_t n = 4; n < 1000 && end == JALON_NO_MEMORY; n++) {
            struct bytes bytes = {samples[i].text, strlen(samples[i].text), 0, 0, JALON_OK};
            jalon_memory_fail_at(n); /* 1 to 3 are the context */
            end = read_all(format_named(samples[i].format), &bytes, &options, NULL).end;
            failed = n;
        }
        jalon_memory_fail_at(0);
        assert_int_equal(end, JALON_NOT_FOUND);
        assert_true(failed > 6);
    }
}

/* The same numbers in every run: a linear congruential generator (Numerical Recipes). */
static uint32_t roll(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static void check_end(const struct reading *reading)
{
    bool allowed = reading->end == JALON_NOT_FOUND || reading->end == JALON_UNSUPPORTED ||
                   reading->end == JALON_TOO_LARGE || reading->end == JALON_INVALID;
    assert_true(allowed);
}

static void damage(const char *file, size_t size_max, int rounds, uint32_t *seed)
{
    char path[512];
    size_t size = 0;
    snprintf(path, sizeof path, "%s/%s", JALON_TEST_DATA, file);
    char *data = read_whole(path, &size);
    assert_non_null(data);
    size = size < size_max ? size : size_max;
    const struct jalon_format *format = jalon_format_for_path(jalon_text_from(file));
    struct jalon_reader_options options = default_options();
    for (int round = 0; round < rounds; round++) {
        char *torn = malloc(size); /* its own block, so that reading beyond is seen */
        size_t torn_size = round % 3 == 0 ? roll(seed) % size : size;
        memcpy(torn, data, torn_size);
        for (uint32_t flips = round % 3 == 0 ? 0 : 1 + roll(seed) % 4; flips > 0; flips--) {
            torn[roll(seed) % size] = (char)roll(seed);
        }
        struct bytes bytes = {torn, torn_size, 1 + roll(seed) % 5000, 0, JALON_OK};
        struct reading reading = read_all(format, &bytes, &options, NULL);
        check_end(&reading);
        free(torn);
    }
    free(data);
}

static void torn_and_damaged_files_are_survived(void **state)
{
    (void)state;
    uint32_t seed = 20101018;
    damage("montpellier/VilleMTP_MTP_ListeAssoc_2011.csv", 6000, 200, &seed);
    damage("montpellier/VilleMTP_MTP_PassagesPiet.csv", 2000, 200, &seed);
    damage("montpellier/VilleMTP_MTP_PassagesPiet.kml", 6000, 200, &seed);
    damage("montpellier/VilleMTP_MTP_Quartiers.geojson", 6000, 200, &seed);
    damage("montpellier/OSM_MTP_Pharmacie.geojson", 6000, 200, &seed);
    damage("format/geometries.kml", 6000, 300, &seed);
    damage("format/data.kml", 6000, 300, &seed);
    damage("format/values.geojson", 6000, 300, &seed);
    damage("format/lines.ndjson", 6000, 300, &seed);
    damage("format/crs84.geojson", 6000, 300, &seed);
    damage("format/geojson-cells.csv", 6000, 300, &seed);
    damage("format/utf16le.csv", 6000, 300, &seed);
    damage("format/bom-semicolon.csv", 6000, 300, &seed);
}

/* A torn JSON or XML file is never taken for a whole one. */
static void torn_files_are_noticed(void **state)
{
    (void)state;
    struct jalon_reader_options options = default_options();
    for (size_t i = 2; i < sizeof samples / sizeof *samples; i++) {
        if (strcmp(samples[i].format, "ndjson") == 0) {
            continue; /* may end after any line */
        }
        for (size_t size = 1; size < strlen(samples[i].text); size++) {
            struct bytes bytes = {samples[i].text, size, 0, 0, JALON_OK};
            struct reading reading =
                read_all(format_named(samples[i].format), &bytes, &options, NULL);
            assert_int_equal(reading.end, JALON_UNSUPPORTED);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_named_by_options),
        cmocka_unit_test(projected_files_prefer_x_and_y),
        cmocka_unit_test(delimiter_and_encoding_are_options),
        cmocka_unit_test(formats_are_found),
        cmocka_unit_test(memory_does_not_grow_with_the_file),
        cmocka_unit_test(what_has_no_end_is_given_up),
        cmocka_unit_test(accents_may_come_late),
        cmocka_unit_test(a_failing_source_ends_the_reading),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(torn_and_damaged_files_are_survived),
        cmocka_unit_test(torn_files_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
