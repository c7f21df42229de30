/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The real files of tests/data/montpellier, each read whole, cut anywhere. */
#include "format_support.h"

struct expectation {
    const char *file;
    size_t records;
    size_t without_position;
    int32_t srid;
    const char *encoding;
};

static const struct expectation expectations[] = {
    {"OSM_MTP_Commerces.geojson", 953, 0, 4326, "UTF-8"},
    {"OSM_MTP_Pharmacie.geojson", 76, 0, 4326, "UTF-8"},
    {"OSM_MTP_Restaurants.geojson", 674, 0, 4326, "UTF-8"},
    {"OSM_MTP_Restaurants.csv", 674, 674, 4326, "UTF-8"},
    {"VilleMTP_MTP_AccTrottoir.geojson", 7654, 0, 2154, "UTF-8"},
    {"VilleMTP_MTP_AccTrottoir.csv", 7654, 7654, 4326, "WINDOWS-1252"},
    {"VilleMTP_MTP_LimiteCommune.geojson", 1, 0, 4326, "UTF-8"},
    {"VilleMTP_MTP_ListeAssoc_2011.csv", 2452, 200, 4326, "WINDOWS-1252"},
    {"VilleMTP_MTP_PassagesPiet.csv", 3130, 0, 2154, "UTF-8"},
    {"VilleMTP_MTP_PassagesPiet.kml", 3130, 0, 4326, "UTF-8"},
    {"VilleMTP_MTP_PlacesGIG.kml", 477, 0, 4326, "UTF-8"},
    {"VilleMTP_MTP_Quartiers.geojson", 7, 0, 4326, "UTF-8"},
    {"VilleMTP_MTP_SousQuartiers.geojson", 31, 0, 4326, "UTF-8"},
};

static struct bytes load(const char *name)
{
    char path[512];
    struct bytes bytes = {0};
    snprintf(path, sizeof path, "%s/montpellier/%s", JALON_TEST_DATA, name);
    bytes.data = read_whole(path, &bytes.size);
    if (bytes.data == NULL) {
        fail_msg("%s cannot be read", path);
    }
    return bytes;
}

static struct jalon_buffer dump_file(struct bytes *bytes, const struct expectation *expected,
                                     struct reading *out)
{
    const struct jalon_format *format = jalon_format_for_path(jalon_text_from(expected->file));
    struct jalon_reader_options options = default_options();
    struct jalon_buffer dump;
    assert_non_null(format);
    options.srid = expected->srid;
    jalon_buffer_init(&dump, (size_t)64 * 1024 * 1024);
    bytes->at = 0;
    *out = read_all(format, bytes, &options, &dump);
    assert_int_equal(jalon_buffer_status(&dump), JALON_OK);
    return dump;
}

static void every_file_is_read_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        const struct expectation *expected = &expectations[i];
        struct bytes bytes = load(expected->file);
        struct reading reading, cut_reading;
        struct jalon_buffer dump = dump_file(&bytes, expected, &reading);
        print_message("%s: %zu records, %zu refused\n", expected->file, reading.records,
                      reading.refused);
        assert_int_equal(reading.end, JALON_NOT_FOUND);
        assert_int_equal(reading.records, expected->records);
        assert_int_equal(reading.refused, 0);
        assert_int_equal(reading.without_position, expected->without_position);
        assert_int_equal(reading.position, (int64_t)bytes.size);
        char encoding[64];
        snprintf(encoding, sizeof encoding, "encoding: %s\n", expected->encoding);
        assert_true(jalon_text_ends_with(jalon_buffer_text(&dump), encoding));
        /* However the source cuts its bytes, the records are the same. */
        bytes.cut = 977;
        struct jalon_buffer cut_dump = dump_file(&bytes, expected, &cut_reading);
        assert_true(jalon_text_equal(jalon_buffer_text(&dump), jalon_buffer_text(&cut_dump)));
        jalon_buffer_finish(&cut_dump);
        jalon_buffer_finish(&dump);
        free((char *)bytes.data);
    }
}

static void assert_holds(const char *file, const char *text)
{
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        if (strcmp(expectations[i].file, file) != 0) {
            continue;
        }
        struct bytes bytes = load(file);
        struct reading reading;
        struct jalon_buffer dump = dump_file(&bytes, &expectations[i], &reading);
        if (strstr(dump.data, text) == NULL) {
            fail_msg("%s: not read: %s", file, text);
        }
        jalon_buffer_finish(&dump);
        free((char *)bytes.data);
    }
}

static void the_quirks_are_understood(void **state)
{
    (void)state;
    /* Latin-1, dBase types in header cells, decimal commas that are no delimiters */
    assert_holds("VilleMTP_MTP_AccTrottoir.csv",
                 "columns: ID_ARC VOI_NOM ACC_OIMP ACV_ILAR ACC_OPAI ACV_PLAR ACC_1I2P LEN\n"
                 "2: no position ID_ARC=\"1225\" VOI_NOM=\"Rue Jean Pierre Biscay\"");
    assert_holds("VilleMTP_MTP_AccTrottoir.csv", "VOI_NOM=\"All\xc3\xa9" "e des Magnolias\"");
    assert_holds("VilleMTP_MTP_AccTrottoir.csv", "LEN=\"109,072583506\"");
    /* decimal commas in quotes; the position's columns are consumed */
    assert_holds("VilleMTP_MTP_ListeAssoc_2011.csv",
                 "2: POINT (3.8996714 43.5948007) NomAsso=\"Anadolu Association Montpellier "
                 "Anatolie\" INTERNET=- Domaine=\"INTERNATIONAL\"");
    assert_holds("VilleMTP_MTP_ListeAssoc_2011.csv", "Code_Postal=\"34070\"\n");
    /* dates quoted twice; X and Y in Lambert-93 */
    assert_holds("VilleMTP_MTP_PassagesPiet.csv",
                 "2: POINT (765600 6281000) EPSG:2154 VOI_NUM=\"1208\" ACV_NUM=\"2563\" "
                 "ACC_TBAN=\"OUI\" ACC_TACC=\"OUI\" DATE_=\"18-10-2010\" RIVOLI=\"1208\"");
    assert_holds("VilleMTP_MTP_PassagesPiet.kml",
                 "columns: name description VOI_NUM ACV_NUM X Y ACC_TBAN");
    assert_holds("VilleMTP_MTP_PassagesPiet.kml",
                 "17: POINT (3.8131332 43.6259298) name=\"1208.00\" VOI_NUM=\"1208.00\"");
    /* numbers stay numbers, empty strings are absent */
    assert_holds("OSM_MTP_Pharmacie.geojson", "osm_id=int 82732952 ");
    assert_holds("OSM_MTP_Pharmacie.geojson", " wheelchair=- ");
    assert_holds("VilleMTP_MTP_AccTrottoir.geojson", "5: #0 LINESTRING (772305.5954 6277130.0715");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_read_whole),
        cmocka_unit_test(the_quirks_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
