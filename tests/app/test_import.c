/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Importing a file once: columns, targets, categories, refused rows, dry run. */
#include "support.h"

#include <stdio.h>
#include <string.h>

static const struct importing plain = {.source = "f"};

static const char *categories_of(struct fixture *fixture, const char *source_id)
{
    struct jalon_contribution row = imported_row(fixture, "places", "f", source_id);
    struct jalon_text keys = JALON_TEXT_EMPTY;
    for (size_t i = 0; i < row.category_count; i++) {
        keys = jalon_text_format(fixture->ctx->arena, "%s%s%s", keys.data, i > 0 ? " " : "",
                                 fixture->map.categories[row.categories[i]].key.data);
    }
    return keys.data;
}

static void test_columns_are_recognised_by_name(void **state)
{
    struct fixture *fixture = *state;
    struct imported done =
        import_text(fixture, plain,
                    "OBJECTID;NOM;Longitude;Latitude;wheelchair;largeur;SITE_INTERNET;SHAPE_AREA\n"
                    "7;Le café;3,87;43,61;yes;1,5;www.example.org;12\n");
    expect_counts(&done, 1, 1, 0, 0, 0, 0, 0);
    expect_notice(&done, "0 SHAPE_AREA: matches no field");
    struct jalon_contribution row = imported_row(fixture, "places", "f", "7");
    expect_text(row.title, "Le café");
    expect_text(row.source, "f");
    expect_text(row.author, "");
    assert_string_equal(field_text(fixture, &row, "access"), "full");
    assert_string_equal(field_text(fixture, &row, "width"), "1.5");
    assert_string_equal(field_text(fixture, &row, "website"), "http://www.example.org");
    assert_true(row.geometry.positions[0].lon > 3.869 && row.geometry.positions[0].lon < 3.871);
    size_t count;
    struct jalon_event *events = list_events(fixture, &count);
    assert_int_equal(count, 1);
    assert_int_equal(events[0].action, JALON_ACTION_CREATE);
    list_revisions(fixture, row.number, &count);
    assert_int_equal(count, 1);
    assert_non_null(shown(fixture, fixture->app, "places", row.id));
}

static void test_mapping(void **state)
{
    struct fixture *fixture = *state;
    struct importing options = plain;
    options.map = "NUM~PT=source_id LIB=title Coord~X=lon Coord~Y=lat wheelchair=- genre=category";
    struct imported done = import_text(fixture, options,
                                       "NUM PT;LIB;Coord X;Coord Y;wheelchair;genre\n"
                                       "a;Un;3.87;43.61;yes;Danse\n");
    expect_counts(&done, 1, 1, 0, 0, 0, 0, 0);
    struct jalon_contribution row = imported_row(fixture, "places", "f", "a");
    expect_text(row.title, "Un");
    assert_string_equal(field_text(fixture, &row, "access"), "");
    assert_string_equal(categories_of(fixture, "a"), "culture-dance");
    assert_null(strstr(done.notices, "wheelchair")); /* left out by wish: nothing to tell */
}

static void refuse_options(struct fixture *fixture, const char *map, const char *set,
                           const char *words)
{
    struct importing options = plain;
    options.map = map;
    options.set = set;
    struct imported done = import_text(fixture, options, "id;x;y\n1;3.87;43.61\n");
    assert_int_equal(done.status, JALON_INVALID);
    if (strstr(fixture->ctx->error.message.data, words) == NULL) {
        print_error("not '%s' but '%s'\n", words, fixture->ctx->error.message.data);
    }
    assert_non_null(strstr(fixture->ctx->error.message.data, words));
    size_t events;
    list_events(fixture, &events);
    assert_int_equal(events, 0);
}

static void test_options_that_are_refused(void **state)
{
    struct fixture *fixture = *state;
    refuse_options(fixture, "nom=title", NULL, "no column 'nom'");
    refuse_options(fixture, "id=key", NULL, "'key' is not a target of places");
    refuse_options(fixture, "nom=key", NULL, "'key' is not a target of places");
    refuse_options(fixture, "id=title id=name", NULL, "'id' is mapped twice");
    refuse_options(fixture, NULL, "colour=red", "'colour' is not a target");
    refuse_options(fixture, NULL, "width=large", "must be a number");
    refuse_options(fixture, NULL, "access=maybe", "must be one of full");
    refuse_options(fixture, NULL, "category=opera", "'opera' is not a category");
    refuse_options(fixture, NULL, "category=repairs", "'repairs' is not a category of places");
    refuse_options(fixture, NULL, "observed=hier", "YYYY-MM-DD");
    refuse_options(fixture, NULL, "campaign=Printemps!", "lower-case letters, digits");
    refuse_options(fixture, NULL, "declared_by=me", "expected 'holder' or 'third_party'");
    refuse_options(fixture, NULL, "source_id=1", "cannot be the same in every row");
    refuse_options(fixture, NULL, "lon=3.8", "cannot be the same in every row");
    refuse_options(fixture, NULL, "-=x", "cannot be the same in every row");
}

static void test_an_unknown_column_of_a_file_without_header(void **state)
{
    struct fixture *fixture = *state;
    const struct importing options = {.source = "f", .format = "geojson", .map = "nom=title"};
    struct imported done = import_text(
        fixture, options,
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":"
        "{\"type\":\"Point\",\"coordinates\":[3.8,43.6]},\"properties\":{\"name\":\"a\"}}]}");
    assert_int_equal(done.status, JALON_INVALID);
    assert_non_null(strstr(fixture->ctx->error.message.data, "no column 'nom'"));
    size_t events;
    list_events(fixture, &events);
    assert_int_equal(events, 0);
}

/* A target that the reader of this format cannot follow is not passed over in silence. */
static void test_a_position_column_of_a_file_with_shapes(void **state)
{
    struct fixture *fixture = *state;
    const struct importing options = {.source = "f", .format = "geojson", .map = "X=lon Y=lat"};
    struct imported done = import_text(
        fixture, options,
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":"
        "{\"type\":\"Point\",\"coordinates\":[3.8,43.6]},\"properties\":{\"X\":1,\"Y\":2}}]}");
    assert_int_equal(done.status, JALON_INVALID);
    assert_non_null(strstr(fixture->ctx->error.message.data, "positions of its own"));
}

static void test_unknown_places(void **state)
{
    struct fixture *fixture = *state;
    struct importing options = plain;
    options.collection = "nowhere";
    struct imported done = import_text(fixture, options, "x;y\n3.87;43.61\n");
    assert_int_equal(done.status, JALON_NOT_FOUND);
    assert_non_null(strstr(fixture->ctx->error.message.data, "'nowhere'"));
    fixture->map.slug = JALON_TEXT("no-map");
    done = import_text(fixture, plain, "x;y\n3.87;43.61\n");
    assert_int_equal(done.status, JALON_NOT_FOUND);
    assert_non_null(strstr(fixture->ctx->error.message.data, "'no-map'"));
    fixture->map.slug = JALON_TEXT("sample");
}

static void test_campaigns(void **state)
{
    struct fixture *fixture = *state;
    struct importing options = plain;
    /* A column of the name, where it says something, goes before --set. */
    options.map = "Campaign=campaign";
    options.set = "campaign=spring-2026";
    struct imported done = import_text(fixture, options,
                                       "id;Campaign;x;y\n"
                                       "1;;3.87;43.61\n"
                                       "2;autumn-2025;3.87;43.61\n"
                                       "3;Not a slug;3.87;43.61\n");
    expect_counts(&done, 3, 2, 0, 0, 1, 0, 0);
    expect_notice(&done, "4! Campaign: expected at most 63 lower-case letters");
    struct jalon_contribution first = imported_row(fixture, "places", "f", "1");
    expect_text(first.campaign, "spring-2026");
    expect_text(imported_row(fixture, "places", "f", "2").campaign, "autumn-2025");
    size_t count;
    struct jalon_revision *revisions = list_revisions(fixture, first.number, &count);
    assert_non_null(
        strstr(revisions[0].changes.data, "{\"field\":\"campaign\",\"after\":\"spring-2026\"}"));
    /* Said otherwise by the source it is changed, and only it. */
    options.set = "campaign=summer-2026";
    done = import_text(fixture, options,
                       "id;Campaign;x;y\n"
                       "1;;3.87;43.61\n"
                       "2;autumn-2025;3.87;43.61\n");
    expect_counts(&done, 2, 0, 1, 1, 0, 0, 0);
    revisions = list_revisions(fixture, first.number, &count);
    expect_text(revisions[0].changes, "[{\"field\":\"campaign\",\"before\":\"spring-2026\","
                                      "\"after\":\"summer-2026\"}]");
}

static void test_who_declares(void **state)
{
    struct fixture *fixture = *state;
    struct importing options = plain;
    options.map = "declared_by=declared_by"; /* a usual name goes behind --set */
    options.set = "declared_by=third_party";
    const char *const file = "id;declared_by;x;y\n"
                             "1;;3.87;43.61\n"
                             "2;holder;3.87;43.61\n"
                             "3;mayor;3.87;43.61\n";
    struct imported done = import_text(fixture, options, file);
    expect_counts(&done, 3, 2, 0, 0, 1, 0, 0);
    expect_notice(&done, "4! declared_by: expected 'holder' or 'third_party'");
    struct jalon_contribution first = imported_row(fixture, "places", "f", "1");
    expect_text(first.declared_by, "third_party");
    expect_text(imported_row(fixture, "places", "f", "2").declared_by, "holder");
    /* Whoever's claim was accepted since stays its holder, until the source says something else. */
    first.declared_by = JALON_TEXT(JALON_DECLARED_BY_HOLDER);
    edit(fixture, &first, JALON_ACTION_UPDATE, "zoe");
    done = import_text(fixture, options, "id;declared_by;titre;x;y\n1;;Four;3.87;43.61\n");
    expect_counts(&done, 1, 0, 1, 0, 0, 1, 0);
    first = imported_row(fixture, "places", "f", "1");
    expect_text(first.declared_by, "holder");
    expect_text(first.title, "Four");
    options.map = options.set = NULL;
    done = import_text(fixture, options, "id;declared_by;x;y\n2;third_party;3.87;43.61\n");
    expect_counts(&done, 1, 0, 1, 0, 0, 1, 0);
    expect_text(imported_row(fixture, "places", "f", "2").declared_by, "third_party");
}

static void test_set(void **state)
{
    struct fixture *fixture = *state;
    struct importing options = plain;
    options.set = "category=culture title=Passage width=2,5";
    options.map = "large=width";
    /* `nom` is not the title here, `large` comes before --set where it says something. */
    struct imported done = import_text(fixture, options,
                                       "id;nom;large;categorie;x;y\n"
                                       "1;Rue;;;3.87;43.61\n"
                                       "2;Rue;3;Danse;3.87;43.61\n");
    expect_counts(&done, 2, 2, 0, 0, 0, 0, 0);
    expect_notice(&done, "0 nom: matches no field");
    struct jalon_contribution first = imported_row(fixture, "places", "f", "1");
    struct jalon_contribution second = imported_row(fixture, "places", "f", "2");
    expect_text(first.title, "Passage");
    expect_text(second.title, "Passage");
    assert_string_equal(field_text(fixture, &first, "width"), "2.5");
    assert_string_equal(field_text(fixture, &second, "width"), "3");
    assert_string_equal(categories_of(fixture, "1"), "culture");
    assert_string_equal(categories_of(fixture, "2"), "culture culture-dance");
}

static void test_categories(void **state)
{
    struct fixture *fixture = *state;
    struct importing options = plain;
    options.map = "theme=category sub=category";
    struct imported done = import_text(fixture, options,
                                       "id;theme;sub;x;y\n"
                                       "1;Culture;Danse;3.87;43.61\n"
                                       "2;SPORT;danse;3.87;43.61\n"
                                       "3;Sports;echecs;3.87;43.61\n"
                                       "4;;Danse;3.87;43.61\n"
                                       "5;Opéra;Théâtre;3.87;43.61\n"
                                       "6;;;3.87;43.61\n"
                                       "7;sport;culture-theatre;3.87;43.61\n"
                                       "8;Sport|Culture| Cirque;Magie;3.87;43.61\n"
                                       "9;repairs;;3.87;43.61\n");
    expect_counts(&done, 9, 9, 0, 0, 0, 0, 0);
    assert_string_equal(categories_of(fixture, "1"), "culture culture-dance");
    assert_string_equal(categories_of(fixture, "2"), "sport sport-dance");
    assert_string_equal(categories_of(fixture, "3"), "sport sport-chess");
    assert_string_equal(categories_of(fixture, "4"), "culture-dance");
    assert_string_equal(categories_of(fixture, "5"), "culture-theatre");
    assert_string_equal(categories_of(fixture, "6"), "");
    assert_string_equal(categories_of(fixture, "7"), "culture-theatre sport");
    assert_string_equal(categories_of(fixture, "8"), "culture sport");
    assert_string_equal(categories_of(fixture, "9"), "");
    expect_notice(&done, "6 theme: 'Opéra' is not a category here");
    expect_notice(&done, "9 theme: 'Cirque' is not a category here");
    expect_notice(&done, "9 sub: 'Magie' is not a category here");
    expect_notice(&done, "10 theme: 'repairs' is not a category here");
}

static void test_statuses(void **state)
{
    struct fixture *fixture = *state;
    const struct importing options = {.source = "f", .collection = "reports"};
    struct imported done = import_text(fixture, options,
                                       "id;kind;depth;statut;x;y\n"
                                       "1;Trou;3; regle ;3.87;43.61\n"
                                       "2;light;3;;3.87;43.61\n"
                                       "3;Trou;3;perdu;3.87;43.61\n");
    expect_counts(&done, 3, 2, 0, 0, 1, 0, 0);
    expect_notice(&done, "4! statut: is not a status of reports");
    assert_int_equal(imported_row(fixture, "reports", "f", "1").status, 1);
    assert_int_equal(imported_row(fixture, "reports", "f", "2").status, 0);
}

static const char broken[] = "id;name;width;days;x;y\n"
                             "1;bon;1;lundi;3.87;43.61\n"
                             "2;trop long pour lui;20;dimanche;3.87;43.61\n"
                             "3;loin;1;;770000;6280000\n"
                             "4;nulle part;1;;;\n"
                             "5;bon;2,5;;3.88;43.62\n";

static void test_refused_rows_are_told(void **state)
{
    struct fixture *fixture = *state;
    struct imported done = import_text(fixture, plain, broken);
    expect_counts(&done, 5, 2, 0, 0, 3, 0, 0);
    expect_notice(&done, "3! name: must be at most 10 characters long\n"
                         "3! width: must be at most 10.5\n"
                         "3! days: must be one of monday");
    expect_notice(&done, "4! geometry: ");
    expect_notice(&done, "EPSG:2154");
    expect_notice(&done, "5! geometry: there is no position");
    size_t events;
    list_events(fixture, &events);
    assert_int_equal(events, 2);
}

static void test_omit_invalid(void **state)
{
    struct fixture *fixture = *state;
    struct importing options = plain;
    options.omit_invalid = true;
    struct imported done = import_text(fixture, options, broken);
    expect_counts(&done, 5, 3, 0, 0, 2, 0, 0);
    expect_notice(&done, "3 width: must be at most 10.5: imported without it");
    struct jalon_contribution row = imported_row(fixture, "places", "f", "2");
    assert_string_equal(field_text(fixture, &row, "name"), "");
    assert_string_equal(field_text(fixture, &row, "width"), "");
    options.collection = "reports";
    done = import_text(fixture, options,
                       "id;kind;depth;observed;x;y\n"
                       "1;mauvais;3;;3.87;43.61\n"
                       "2;Trou;3;hier;3.87;43.61\n");
    expect_counts(&done, 2, 1, 0, 0, 1, 0, 0);
    expect_notice(&done, "2! kind: must be one of hole, light");
    expect_notice(&done, "3 observed: must be a date that exists");
}

static void test_a_dry_run_tells_the_same_and_writes_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct importing options = plain;
    static const char csv[] = "id;name;width;x;y\n"
                              "1;bon;1;3.87;43.61\n"
                              "2;bon;99;3.87;43.61\n"
                              "1;encore;1;3.87;43.61\n"
                              ";sans;1;3.87;43.61\n"
                              ";sans;1;3.87;43.61\n";
    options.dry_run = true;
    struct imported dry = import_text(fixture, options, csv);
    expect_counts(&dry, 5, 3, 0, 0, 2, 0, 0);
    size_t events;
    list_events(fixture, &events);
    assert_int_equal(events, 0);
    options.dry_run = false;
    struct imported done = import_text(fixture, options, csv);
    expect_counts(&done, 5, 3, 0, 0, 2, 0, 0);
    assert_string_equal(dry.notices, done.notices);
    /* Again, on what is there now: a change, a row that is gone. */
    options.dry_run = true;
    options.sync = true;
    dry = import_text(fixture, options, "id;name;width;x;y\n1;autre;1;3.87;43.61\n");
    expect_counts(&dry, 1, 0, 1, 0, 0, 2, 0);
    list_events(fixture, &events);
    assert_int_equal(events, 3);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 3);
}

static void test_a_key_that_comes_twice_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct imported done = import_text(fixture, plain,
                                       "id;title;x;y\n"
                                       "1;Un;3.87;43.61\n"
                                       "2;Deux;3.87;43.61\n"
                                       "1;Trois;3.87;43.61\n");
    expect_counts(&done, 3, 2, 0, 0, 1, 0, 0);
    expect_notice(&done, "4! source_id: '1' is the key of an earlier row of this file");
    expect_text(imported_row(fixture, "places", "f", "1").title, "Un");
}

static void test_a_key_has_bounds_wherever_it_comes_from(void **state)
{
    struct fixture *fixture = *state;
    const struct importing options = {.source = "f", .format = "ndjson"};
    char rows[1000];
    snprintf(rows, sizeof rows,
             "{\"type\":\"Feature\",\"id\":\"%0256d\",\"properties\":{},\"geometry\":null}\n"
             "{\"type\":\"Feature\",\"id\":\"%0255d\",\"properties\":{},\"geometry\":"
             "{\"type\":\"Point\",\"coordinates\":[3.8,43.6]}}\n",
             1, 1);
    struct imported done = import_text(fixture, options, rows);
    expect_counts(&done, 2, 1, 0, 0, 1, 0, 0);
    expect_notice(&done, "1! id: must be at most 255 characters long");
}

static void test_shapes(void **state)
{
    struct fixture *fixture = *state;
    const struct importing options = {.source = "f", .format = "ndjson", .map = "n=source_id"};
    struct imported done = import_text(
        fixture, options,
        "{\"type\":\"Feature\",\"properties\":{\"n\":1},\"geometry\":{\"type\":\"MultiPoint\","
        "\"coordinates\":[[3.8,43.6]]}}\n"
        "{\"type\":\"Feature\",\"properties\":{\"n\":2},\"geometry\":{\"type\":\"MultiPoint\","
        "\"coordinates\":[[3.8,43.6],[3.9,43.6]]}}\n"
        "{\"type\":\"Feature\",\"properties\":{\"n\":3},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[3,43],[4,44],[4,43],[3,44],[3,43]]]}}\n"
        "{\"type\":\"Feature\",\"properties\":{\"n\":4},\"geometry\":{\"type\":\"LineString\","
        "\"coordinates\":[[3,43],[3,43]]}}\n"
        "{\"type\":\"Feature\",\"properties\":{\"n\":5},\"geometry\":null}\n");
    expect_counts(&done, 5, 2, 0, 0, 3, 0, 0);
    assert_int_equal(done.counts.repaired, 1);
    assert_int_equal(imported_row(fixture, "places", "f", "1").geometry.type, JALON_GEOMETRY_POINT);
    assert_int_equal(imported_row(fixture, "places", "f", "3").geometry.type,
                     JALON_GEOMETRY_MULTIPOLYGON);
    expect_notice(&done, "not MultiPoint");
}

static void test_projected_positions(void **state)
{
    struct fixture *fixture = *state;
    struct importing options = plain;
    options.srid = 2154;
    struct imported done =
        import_text(fixture, options, "id;x;y\n1;\"770286,52\";\"6279391,97\"\n");
    expect_counts(&done, 1, 1, 0, 0, 0, 0, 0);
    struct jalon_position at = imported_row(fixture, "places", "f", "1").geometry.positions[0];
    assert_true(at.lon > 3.86 && at.lon < 3.88 && at.lat > 43.6 && at.lat < 43.62);
}

static void test_keys_of_features(void **state)
{
    struct fixture *fixture = *state;
    const struct importing options = {.source = "f", .format = "ndjson"};
    struct imported done = import_text(
        fixture, options,
        "{\"type\":\"Feature\",\"id\":\"node/1\",\"properties\":{\"name\":\"a\"},\"geometry\":"
        "{\"type\":\"Point\",\"coordinates\":[3.8,43.6]}}\n"
        "{\"type\":\"Feature\",\"id\":12,\"properties\":{\"name\":\"b\"},\"geometry\":"
        "{\"type\":\"Point\",\"coordinates\":[3.8,43.6]}}\n");
    expect_counts(&done, 2, 2, 0, 0, 0, 0, 0);
    imported_row(fixture, "places", "f", "node/1");
    imported_row(fixture, "places", "f", "12");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_columns_are_recognised_by_name),
        RUN(test_mapping),
        RUN(test_options_that_are_refused),
        RUN(test_an_unknown_column_of_a_file_without_header),
        RUN(test_a_position_column_of_a_file_with_shapes),
        RUN(test_unknown_places),
        RUN(test_campaigns),
        RUN(test_who_declares),
        RUN(test_set),
        RUN(test_categories),
        RUN(test_statuses),
        RUN(test_refused_rows_are_told),
        RUN(test_omit_invalid),
        RUN(test_a_dry_run_tells_the_same_and_writes_nothing),
        RUN(test_a_key_that_comes_twice_is_refused),
        RUN(test_a_key_has_bounds_wherever_it_comes_from),
        RUN(test_shapes),
        RUN(test_projected_positions),
        RUN(test_keys_of_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
