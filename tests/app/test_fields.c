/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One value of each field type: what the API takes, what an import takes, what neither does. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "app/draft.h"

enum manner { STRICT, LENIENT };

/* `json` read as the field gives `result`; "!words" is a refusal whose reason holds the words. */
struct example {
    const char *field;
    enum manner manner;
    const char *json;
    const char *result;
};

static const struct example examples[] = {
    /* string: one line, at most 10 code points here */
    {"name", STRICT, "'Café'", "Café"},
    {"name", STRICT, "'éééééééééé'", "éééééééééé"},
    {"name", STRICT, "'ééééééééééé'", "!at most 10 characters"},
    {"name", STRICT, "'a\\nb'", "!one line"},
    {"name", STRICT, "'a\\u0007b'", "!control"},
    {"name", STRICT, "12", "!must be a text"},
    {"name", STRICT, "true", "!must be a text"},
    {"name", STRICT, "['a']", "!must be a text"},
    {"name", STRICT, "null", ""},
    {"name", STRICT, "''", ""},
    {"name", STRICT, "'   '", ""},
    {"name", LENIENT, "'  Café '", "Café"},
    {"name", LENIENT, "34000", "34000"},
    {"name", LENIENT, "1.5", "1.5"},
    {"name", LENIENT, "' '", ""},
    {"name", LENIENT, "true", "!must be a text"},
    /* text: several lines */
    {"story", STRICT, "'a\\n\\tb'", "a\n\tb"},
    {"story", STRICT, "'a\\u0001b'", "!control"},
    {"story", STRICT, "'123456789012345678901'", "!at most 20 characters"},
    {"story", LENIENT, "'a\\r\\nb\\n'", "a\r\nb"},
    /* number: 0 to 10.5 */
    {"width", STRICT, "0", "0"},
    {"width", STRICT, "10.5", "10.5"},
    {"width", STRICT, "10.500001", "!at most 10.5"},
    {"width", STRICT, "-0.1", "!at least 0"},
    {"width", STRICT, "'1.5'", "!must be a number"},
    {"width", STRICT, "true", "!must be a number"},
    {"width", STRICT, "''", "!must be a number"},
    {"width", STRICT, "null", ""},
    {"level", STRICT, "-1.5e3", "-1500"},
    {"level", STRICT, "1e300", "1e+300"},
    {"width", LENIENT, "'1,5'", "1.5"},
    {"width", LENIENT, "' 1.5 '", "1.5"},
    {"width", LENIENT, "'.5'", "0.5"},
    {"width", LENIENT, "'1,5 m'", "!must be a number"},
    {"width", LENIENT, "'large'", "!must be a number"},
    {"width", LENIENT, "'NaN'", "!must be a number"},
    {"width", LENIENT, "'inf'", "!must be a number"},
    {"width", LENIENT, "'11'", "!at most 10.5"},
    {"width", LENIENT, "''", ""},
    {"width", LENIENT, "true", "!must be a number"},
    {"level", LENIENT, "'1 234,5'", "1234.5"},
    {"level", LENIENT, "'1\\u00a0234,5'", "1234.5"},
    {"level", LENIENT, "'1\\u202f234'", "1234"},
    {"level", LENIENT, "'-12'", "-12"},
    {"level", LENIENT, "'1.234,5'", "!must be a number"},
    /* integer: 0 to 50; without bounds exact in every reader of JSON */
    {"steps", STRICT, "0", "0"},
    {"steps", STRICT, "50", "50"},
    {"steps", STRICT, "51", "!at most 50"},
    {"steps", STRICT, "-1", "!at least 0"},
    {"steps", STRICT, "3.0", "3"},
    {"steps", STRICT, "3.5", "!whole number"},
    {"steps", STRICT, "-3.5", "!whole number"},
    {"steps", STRICT, "'3'", "!whole number"},
    {"visitors", STRICT, "9007199254740992", "9007199254740992"},
    {"visitors", STRICT, "-9007199254740992", "-9007199254740992"},
    {"visitors", STRICT, "9007199254740993", "!whole number"},
    {"visitors", STRICT, "1e17", "!whole number"},
    {"steps", LENIENT, "'3'", "3"},
    {"steps", LENIENT, "'3,0'", "3"},
    {"steps", LENIENT, "'3,5'", "!whole number"},
    {"visitors", LENIENT, "'12 000'", "12000"},
    /* boolean */
    {"open", STRICT, "true", "true"},
    {"open", STRICT, "false", "false"},
    {"open", STRICT, "1", "!true or false"},
    {"open", STRICT, "'true'", "!true or false"},
    {"open", LENIENT, "'Oui'", "true"},
    {"open", LENIENT, "'NON'", "false"},
    {"open", LENIENT, "'yes'", "true"},
    {"open", LENIENT, "'no'", "false"},
    {"open", LENIENT, "'vrai'", "true"},
    {"open", LENIENT, "'Faux'", "false"},
    {"open", LENIENT, "'1'", "true"},
    {"open", LENIENT, "'0'", "false"},
    {"open", LENIENT, "1", "true"},
    {"open", LENIENT, "0.0", "false"},
    {"open", LENIENT, "2", "!yes or no"},
    {"open", LENIENT, "'o'", "true"},
    {"open", LENIENT, "'n'", "false"},
    {"open", LENIENT, "'peut-être'", "!yes or no"},
    /* date */
    {"opened", STRICT, "'2024-02-29T10:30:00+02:00'", "2024-02-29T08:30:00Z"},
    {"opened", STRICT, "'2024-02-29T08:30:00.25Z'", "2024-02-29T08:30:00.250Z"},
    {"opened", STRICT, "'2024-02-29T08:30:00'", "!with its offset"},
    {"opened", STRICT, "'2023-02-29T08:30:00Z'", "!with its offset"},
    {"opened", STRICT, "'2024-02-29'", "!with its offset"},
    {"opened", STRICT, "1709195400", "!with its offset"},
    {"opened", STRICT, "''", ""},
    {"opened", LENIENT, "'2024-02-29T08:30:00'", "2024-02-29T08:30:00Z"},
    {"opened", LENIENT, "'soon'", "!with its offset"},
    {"built", STRICT, "'2024-02-29'", "2024-02-29"},
    {"built", STRICT, "'2023-02-29'", "!YYYY-MM-DD"},
    {"built", STRICT, "'18/10/2010'", "!YYYY-MM-DD"},
    {"built", STRICT, "20101018", "!YYYY-MM-DD"},
    {"built", LENIENT, "'18/10/2010'", "2010-10-18"},
    {"built", LENIENT, "'18-10-2010'", "2010-10-18"},
    {"built", LENIENT, "'18.10.2010'", "2010-10-18"},
    {"built", LENIENT, "'2010/10/18'", "2010-10-18"},
    {"built", LENIENT, "'1/9/2010'", "2010-09-01"},
    {"built", LENIENT, "'20101018'", "2010-10-18"},
    {"built", LENIENT, "20101018", "2010-10-18"},
    {"built", LENIENT, "'2010-10-18T08:30:00Z'", "2010-10-18"},
    {"built", LENIENT, "'2010-10-18T23:30:00+02:00'", "2010-10-18"},
    {"built", LENIENT, "'2010-10-18T08:30:00'", "2010-10-18"},
    {"built", LENIENT, "'2010/10/18 08:30:00+00'", "2010-10-18"},
    {"built", LENIENT, "'18/10/2010 08:30'", "2010-10-18"},
    {"built", LENIENT, "'\\\"18-10-2010\\\"'", "2010-10-18"},
    {"name", LENIENT, "'\\\"Chez A\\\"'", "\"Chez A\""},
    {"width", LENIENT, "'\\\"1,5\\\"'", "1.5"},
    {"built", LENIENT, "'31/02/2010'", "!date that exists"},
    {"built", LENIENT, "'10/18/2010'", "!date that exists"},
    {"built", LENIENT, "'18/10-2010'", "!date that exists"},
    {"built", LENIENT, "'18/10/10'", "!date that exists"},
    {"built", LENIENT, "'2010'", "!date that exists"},
    {"built", LENIENT, "'18/10/2010 demain'", "!date that exists"},
    /* enum: by key; in imports also by label, OpenStreetMap and acceslibre value */
    {"access", STRICT, "'full'", "full"},
    {"access", STRICT, "'Full'", "!one of full, partial, none, 34"},
    {"access", STRICT, "'yes'", "!one of full"},
    {"access", STRICT, "'Complet'", "!one of full"},
    {"access", STRICT, "34", "!one of full"},
    {"access", STRICT, "null", ""},
    {"access", LENIENT, "' FULL '", "full"},
    {"access", LENIENT, "'complet'", "full"},
    {"access", LENIENT, "'Complete'", "full"},
    {"access", LENIENT, "'limited'", "partial"},
    {"access", LENIENT, "'partiel'", "partial"},
    {"access", LENIENT, "'partiel, AVEC aide'", "partial"},
    {"access", LENIENT, "'herault'", "34"},
    {"access", LENIENT, "'partiel,_avec-aide'", "partial"},
    {"access", LENIENT, "34", "34"},
    {"access", LENIENT, "true", "full"},
    {"access", LENIENT, "false", "none"},
    {"access", LENIENT, "'unknown'", "!one of full"},
    /* multi-enum: a list of keys, each once, in the order of the choices */
    {"days", STRICT, "['tuesday','monday']", "monday;tuesday"},
    {"days", STRICT, "[]", ""},
    {"days", STRICT, "['monday','monday']", "!once"},
    {"days", STRICT, "['Lundi']", "!one of monday"},
    {"days", STRICT, "'monday'", "!must be a list"},
    {"days", LENIENT, "['Lundi','lundi']", "monday"},
    {"days", LENIENT, "'lundi; MARDI'", "monday;tuesday"},
    {"days", LENIENT, "'lundi|mardi|'", "monday;tuesday"},
    {"days", LENIENT, "'lundi, mardi'", "monday;tuesday"},
    {"days", LENIENT, "'Fêtes, vacances'", "feast"},
    {"days", LENIENT, "'lundi;Fêtes, vacances'", "monday;feast"},
    {"days", LENIENT, "'lundi;dimanche'", "!one of monday"},
    {"days", LENIENT, "';'", ""},
    {"days", LENIENT, "3", "!must be a list"},
    {"days", STRICT, "''", "!must be a list"},
    /* web address */
    {"website", STRICT, "'https://example.org/a?b=c#d'", "https://example.org/a?b=c#d"},
    {"website", STRICT, "'http://exämple.org'", "http://exämple.org"},
    {"website", STRICT, "'HTTP://example.org'", "HTTP://example.org"},
    {"website", STRICT, "'example.org'", "!http://"},
    {"website", STRICT, "'ftp://example.org'", "!http://"},
    {"website", STRICT, "'javascript:alert(1)'", "!http://"},
    {"website", STRICT, "'http://'", "!http://"},
    {"website", STRICT, "'http:///path'", "!http://"},
    {"website", STRICT, "'http://?q'", "!http://"},
    {"website", STRICT, "'http://a b'", "!http://"},
    {"website", STRICT, "'http://a\\\\b'", "!http://"},
    {"website", STRICT, "'http://a<b>'", "!http://"},
    {"website", LENIENT, "'www.example.org'", "http://www.example.org"},
    {"website", LENIENT, "'example.org/page:1'", "http://example.org/page:1"},
    {"website", LENIENT, "'example.org:8080/a'", "http://example.org:8080/a"},
    {"website", LENIENT, "'javascript:alert(1.0)'", "!http://"},
    {"website", LENIENT, "'someone@example.org'", "!http://"},
    {"website", LENIENT, "'en construction'", "!http://"},
    {"website", LENIENT, "'néant'", "!http://"},
    /* e-mail */
    {"email", STRICT, "'a@example.org'", "a@example.org"},
    {"email", STRICT, "'a.b+c@mail.example.org'", "a.b+c@mail.example.org"},
    {"email", STRICT, "'a@example'", "!e-mail address"},
    {"email", STRICT, "'@example.org'", "!e-mail address"},
    {"email", STRICT, "'a@b@example.org'", "!e-mail address"},
    {"email", STRICT, "'a@.org'", "!e-mail address"},
    {"email", STRICT, "'a@example.'", "!e-mail address"},
    {"email", STRICT, "'a @example.org'", "!e-mail address"},
    {"email", STRICT, "'Jo <a@example.org>'", "!e-mail address"},
    {"email", LENIENT, "' a@example.org '", "a@example.org"},
    /* telephone */
    {"phone", STRICT, "'+33 4 67 34 70 00'", "+33 4 67 34 70 00"},
    {"phone", STRICT, "'04.67.34.70.00'", "04.67.34.70.00"},
    {"phone", STRICT, "'15'", "!telephone number"},
    {"phone", STRICT, "'0467 ext. 12'", "!telephone number"},
    {"phone", STRICT, "467347000", "!must be a text"},
    {"phone", LENIENT, "467347000", "467347000"},
    {"phone", LENIENT, "'04\\u00a067\\u00a034\\u00a070\\u00a000'", "04 67 34 70 00"},
    {"phone", LENIENT, "'appeler Paul'", "!telephone number"},
    /* opening hours */
    {"hours", STRICT, "'Mo-Fr 09:00-18:00; Sa 10:00-12:00; PH off'",
     "Mo-Fr 09:00-18:00; Sa 10:00-12:00; PH off"},
    {"hours", STRICT, "'24/7'", "24/7"},
    {"hours", STRICT, "'Fr 18:00-26:00'", "Fr 18:00-26:00"},
    {"hours", STRICT, "'Jan-Mar: Mo 10:00+ \\\"sur rendez-vous\\\"'",
     "Jan-Mar: Mo 10:00+ \"sur rendez-vous\""},
    {"hours", STRICT, "'lundi 9h-18h'", "!OpenStreetMap"},
    {"hours", STRICT, "'Mo 09:60'", "!OpenStreetMap"},
    {"hours", STRICT, "'Mo 49:00'", "!OpenStreetMap"},
    {"hours", STRICT, "'Mo \\\"open'", "!OpenStreetMap"},
    {"hours", STRICT, "';'", "!OpenStreetMap"},
};

/* The value of {"v": json}. */
static struct jalon_value read_json(struct fixture *fixture, const char *json)
{
    struct jalon_record record = body(
        fixture, jalon_text_format(fixture->ctx->arena,
                                   "{'type':'Feature','geometry':null,'properties':{'v':%s}}", json)
                     .data);
    return record.values[0].value;
}

static bool check_example(struct fixture *fixture, const struct example *example)
{
    const struct jalon_collection *places = &fixture->map.collections[0];
    int32_t field = jalon_collection_find_field(places, jalon_text_from(example->field));
    assert_true(field >= 0);
    struct jalon_value untouched = {.kind = JALON_VALUE_BOOLEAN, .boolean = true};
    struct jalon_value read = untouched;
    enum jalon_status status;
    struct lexicon words;
    expect(fixture->ctx, JALON_OK, jalon_lexicon_make(fixture->ctx, &fixture->map, 0, &words));
    const char *reason = jalon_field_value_read(
        fixture->ctx, &places->fields[field], read_json(fixture, example->json),
        example->manner == LENIENT ? &words : NULL, &read, &status);
    assert_int_equal(status, JALON_OK);
    const char *got = reason != NULL ? reason : value_text(fixture->ctx, read);
    bool refused = example->result[0] == '!';
    bool good = refused ? reason != NULL && strstr(reason, example->result + 1) != NULL &&
                              jalon_value_equal(read, untouched)
                        : reason == NULL && strcmp(got, example->result) == 0;
    if (!good) {
        print_error("%s %s %s: '%s' instead of '%s'\n", example->field,
                    example->manner == LENIENT ? "lenient" : "strict", example->json, got,
                    example->result);
    }
    return good;
}

static void test_examples(void **state)
{
    struct fixture *fixture = *state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        wrong += !check_example(fixture, &examples[i]);
    }
    assert_int_equal(wrong, 0);
}

static void test_lengths_have_bounds(void **state)
{
    struct fixture *fixture = *state;
    char address[2100];
    struct jalon_value value = {.kind = JALON_VALUE_TEXT};
    struct jalon_value read;
    enum jalon_status status;
    const struct jalon_field *website =
        &fixture->map.collections[0].fields[jalon_collection_find_field(
            &fixture->map.collections[0], JALON_TEXT("website"))];
    memset(address, 'a', sizeof address);
    memcpy(address, "http://example.org/", 19);
    value.text = jalon_text_slice(address, 2000);
    address[2000] = '\0';
    assert_null(jalon_field_value_read(fixture->ctx, website, value, NULL, &read, &status));
    address[2000] = 'a';
    address[2001] = '\0';
    value.text = jalon_text_slice(address, 2001);
    assert_non_null(jalon_field_value_read(fixture->ctx, website, value, NULL, &read, &status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {RUN(test_examples), RUN(test_lengths_have_bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
