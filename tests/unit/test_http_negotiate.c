/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which representation, which language, which coding. */
#include "http_unit.h"

static const struct jalon_representation items[] = {
    {"geojson", "application/geo+json"}, {"csv", "text/csv"}, {"html", "text/html"}, {NULL, NULL}};

static const struct {
    const char *accept;
    const char *name; /* NULL: 406 */
} cases[] = {
    {"", "geojson"},
    {"*/*", "geojson"},
    {"application/geo+json", "geojson"},
    {"Application/GEO+json", "geojson"},
    {"application/json", "geojson"},
    {"application/json;charset=utf-8", "geojson"},
    {"application/*", "geojson"},
    {"text/csv", "csv"},
    {"text/*", "csv"},
    {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "html"},
    {"text/csv;q=0.5, text/html;q=0.7", "html"},
    {"text/csv;q=0.7 , text/html ; q=0.7", "csv"},
    {"*/*, text/csv", "csv"},
    {"*/*;q=0.1, application/geo+json;q=0", "csv"},
    {"text/*;q=0.9, text/csv;q=0, */*;q=0", "html"},
    {"application/xml;level=\"a,b;q=0\", text/html", "html"},
    {"text/csv;q=1.000", "csv"},
    {"application/xml", NULL},
    {"text/csv;q=0", NULL},
    {"*/*;q=0", NULL},
    {"image/*", NULL},
    /* what does not follow the grammar is passed over */
    {"text/csv;q=2, text/html", "html"},
    {"text/csv;q=0.1234, text/html", "html"},
    {"text/csv;q=abc", "geojson"},
    {"csv", "geojson"},
    {",,;;,", "geojson"},
};

static void accept_chooses(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jalon_text accept = jalon_text_from(cases[i].accept);
        const struct jalon_representation *found = NULL;
        enum jalon_status status =
            jalon_negotiate_representation(*state, items, NULL, &accept, &found);
        if (cases[i].name == NULL) {
            assert_int_equal(status, JALON_UNSUPPORTED);
        } else if (status != JALON_OK || strcmp(found->name, cases[i].name) != 0) {
            fail_msg("%s: %d %s", cases[i].accept, status, found != NULL ? found->name : "");
        }
    }
}

static void f_beats_accept(void **state)
{
    struct jalon_context *ctx = *state;
    const struct jalon_representation *found = NULL;
    struct jalon_text accept = JALON_TEXT("text/html");
    struct jalon_text f = JALON_TEXT("csv");
    assert_int_equal(jalon_negotiate_representation(ctx, items, &f, &accept, &found), JALON_OK);
    assert_string_equal(found->name, "csv");
    found = NULL;
    f = JALON_TEXT("CSV");
    assert_int_equal(jalon_negotiate_representation(ctx, items, &f, &accept, &found),
                     JALON_INVALID);
    assert_null(found);
    assert_true(said(ctx, "geojson, csv, html"));
    assert_text(ctx->error.details[0].where, "f");
}

static void language_is_french_unless_english_is_wanted(void **state)
{
    (void)state;
    static const char *const english[] = {"en", "EN-gb", "de, en;q=0.3", "fr;q=0.4, en;q=0.5",
                                          "en, fr", "fr;q=0, en;q=0.1"};
    static const char *const french[] = {"", "*", "fr", "de", "fr-CA, en;q=0.9", "en;q=0",
                                         "english", "en;q=x"};
    for (size_t i = 0; i < sizeof english / sizeof english[0]; i++) {
        assert_text(jalon_negotiate_language(jalon_text_from(english[i])), "en");
    }
    for (size_t i = 0; i < sizeof french / sizeof french[0]; i++) {
        assert_text(jalon_negotiate_language(jalon_text_from(french[i])), "fr");
    }
}

static void gzip_is_taken_where_it_is_wanted(void **state)
{
    (void)state;
    static const char *const yes[] = {"gzip", "GZIP", "br, gzip", "x-gzip", "*", "gzip;q=0.1",
                                      "identity;q=0, *;q=0.5", "deflate, gzip;q=1.0, *;q=0.5"};
    static const char *const no[] = {"", "br", "gzip;q=0", "identity", "*;q=0", "gzip;q=0, *",
                                     "identity, gzip;q=0.5", "gzip;q=0.000", "xgzip"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        if (jalon_negotiate_coding(jalon_text_from(yes[i])) != JALON_GZIP) {
            fail_msg("%s", yes[i]);
        }
    }
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        if (jalon_negotiate_coding(jalon_text_from(no[i])) != JALON_IDENTITY) {
            fail_msg("%s", no[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accept_chooses),
        cmocka_unit_test(f_beats_accept),
        cmocka_unit_test(language_is_french_unless_english_is_wanted),
        cmocka_unit_test(gzip_is_taken_where_it_is_wanted),
    };
    return cmocka_run_group_tests(tests, make_context, drop_context);
}
