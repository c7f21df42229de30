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

static void language_is_what_is_wanted_of_those_there_are(void **state)
{
    (void)state;
    static const char *const english[] = {"en", "EN-gb", "de, en;q=0.3", "fr;q=0.4, en;q=0.5",
                                          "en, fr", "fr;q=0, en;q=0.1"};
    static const char *const french[] = {"fr", "FR-ca", "fr-CA, en;q=0.9", "en;q=0, fr;q=0.1"};
    static const char *const neither[] = {"", "*", "de", "en;q=0", "english", "en;q=x"};
    for (size_t i = 0; i < sizeof english / sizeof english[0]; i++) {
        assert_text(jalon_negotiate_language(jalon_text_from(english[i])), "en");
    }
    for (size_t i = 0; i < sizeof french / sizeof french[0]; i++) {
        assert_text(jalon_negotiate_language(jalon_text_from(french[i])), "fr");
    }
    for (size_t i = 0; i < sizeof neither / sizeof neither[0]; i++) {
        assert_text(jalon_negotiate_language(jalon_text_from(neither[i])), "");
    }
}

enum {
    PLAIN = 1 << JALON_IDENTITY,
    GZIP = 1 << JALON_GZIP,
    BROTLI = 1 << JALON_BROTLI,
    ZSTD = 1 << JALON_ZSTD,
};

static void codings_are_taken_by_their_quality(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum jalon_coding preferred;
        unsigned accepted;
    } lines[] = {
        {"", JALON_IDENTITY, PLAIN},
        {"gzip", JALON_GZIP, PLAIN | GZIP},
        {"GZIP", JALON_GZIP, PLAIN | GZIP},
        {"x-gzip", JALON_GZIP, PLAIN | GZIP},
        {"br", JALON_BROTLI, PLAIN | BROTLI},
        {"zstd", JALON_ZSTD, PLAIN | ZSTD},
        {"gzip, deflate, br", JALON_BROTLI, PLAIN | GZIP | BROTLI},
        {"gzip, deflate, br, zstd", JALON_ZSTD, PLAIN | GZIP | BROTLI | ZSTD},
        {"zstd;q=0.5, br;q=0.9, gzip;q=0.8", JALON_BROTLI, PLAIN | GZIP | BROTLI | ZSTD},
        {"zstd;q=0.001, gzip ; q=0.002", JALON_GZIP, PLAIN | GZIP | ZSTD},
        {"zstd;q=0, br;q=0.0, gzip", JALON_GZIP, PLAIN | GZIP},
        {"*", JALON_ZSTD, PLAIN | GZIP | BROTLI | ZSTD},
        {"*;q=0.1, gzip", JALON_GZIP, PLAIN | GZIP | BROTLI | ZSTD},
        {"gzip;q=0, *", JALON_ZSTD, PLAIN | BROTLI | ZSTD},
        {"zstd;q=0, *;q=0.3", JALON_BROTLI, PLAIN | GZIP | BROTLI},
        /* What is not here changes nothing. */
        {"deflate, compress, xgzip, dcb, dcz", JALON_IDENTITY, PLAIN},
        {"deflate, gzip;q=1.0, *;q=0.5", JALON_GZIP, PLAIN | GZIP | BROTLI | ZSTD},
        /* As it is: always, unless it is refused by name or with all others. */
        {"gzip;q=0", JALON_IDENTITY, PLAIN},
        {"identity", JALON_IDENTITY, PLAIN},
        {"identity, gzip;q=0.5", JALON_IDENTITY, PLAIN | GZIP},
        {"identity;q=0.5, gzip;q=0.5", JALON_GZIP, PLAIN | GZIP},
        {"identity;q=0.5, *;q=0", JALON_IDENTITY, PLAIN},
        {"identity;q=0, gzip", JALON_GZIP, GZIP},
        {"identity;q=0, *;q=0.5", JALON_ZSTD, GZIP | BROTLI | ZSTD},
        {"br, *;q=0", JALON_BROTLI, BROTLI},
        {"*;q=0", JALON_IDENTITY, 0},
        {"identity;q=0", JALON_IDENTITY, 0},
        {"deflate, identity;q=0", JALON_IDENTITY, 0},
        {"gzip;q=0.000, *;q=0.0", JALON_IDENTITY, 0},
        /* Nonsense is passed over. */
        {"gzip;q=2, br;q=x, zstd;q=0.1234", JALON_IDENTITY, PLAIN},
        {",, ;q=1, gzip", JALON_GZIP, PLAIN | GZIP},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct jalon_codings got = jalon_negotiate_coding(jalon_text_from(lines[i].header));
        if (got.preferred != lines[i].preferred || got.accepted != lines[i].accepted) {
            fail_msg("%s: %s of %x", lines[i].header, jalon_coding_name(got.preferred),
                     got.accepted);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accept_chooses),
        cmocka_unit_test(f_beats_accept),
        cmocka_unit_test(language_is_what_is_wanted_of_those_there_are),
        cmocka_unit_test(codings_are_taken_by_their_quality),
    };
    return cmocka_run_group_tests(tests, make_context, drop_context);
}
