/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What selects contributions, in random combinations, against a model as simple as can be: the words
 * of each text are known from a table, nothing is folded, indexed or cut short. Lists, lists by
 * distance page by page, clusters, statistics and visits have to find the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "jalon/clock.h"
#include "jalon/cluster.h"
#include "jalon/stats.h"

#include "view_fixture.h"

enum { COUNT = 400, QUERIES = 600, TEXTS = 10, TEXT_WORDS = 12, TERMS = 3, STALE_AFTER = 7 };

/* How something is written, and the words it is. */
struct vocabulary {
    const char *written;
    const char *words[3];
};

static const struct vocabulary vocabulary[] = {
    {"\xc3\x89" "cole", {"ecole"}},
    {"ECOLE", {"ecole"}},
    {"\xc5\x92uvre", {"oeuvre"}},
    {"oeuvr\xc3\xa9", {"oeuvre"}},
    {"l'eau", {"l", "eau"}},
    {"L\xe2\x80\x99" "Eau", {"l", "eau"}},
    {"Saint-Jean", {"saint", "jean"}},
    {"saints", {"saints"}},
    {"Stra\xc3\x9f" "e", {"strasse"}},
    {"stras", {"stras"}},
    {"na\xc3\xaf" "ve", {"naive"}},
    {"la", {"la"}},
    {"12", {"12"}},
    {"123", {"123"}},
};
enum { VOCABULARY = sizeof vocabulary / sizeof *vocabulary };

static const struct jalon_choice tags[] = {
    {.key = {"ramp", 4}, .label = {{"Rampe d'\xc3\xa9" "cole", 15}, {"Ramp of a school", 16}}},
    {.key = {"lift", 4}, .label = {{"Ascenseur", 9}, {"Lift", 4}}},
    {.key = {"bench", 5}, .label = {{"Banc", 4}, {"Bench", 5}}},
};

/* What is known of a contribution: its texts as words. */
struct known {
    const char *words[TEXTS][TEXT_WORDS];
    size_t word_counts[TEXTS];
    size_t text_count;
};

static struct jalon_context *ctx;
static struct jalon_view *view;
static struct jalon_map map;
static struct jalon_collection collections[COLLECTIONS];
static struct jalon_field fields[FIELDS];
static struct jalon_contribution all[COUNT];
static struct known known[COUNT];

/* --- Contributions --- */

static void know(struct known *one, const char *const *words)
{
    for (size_t i = 0; i < 3 && words[i] != NULL; i++) {
        assert_true(one->word_counts[one->text_count] < TEXT_WORDS);
        one->words[one->text_count][one->word_counts[one->text_count]++] = words[i];
    }
}

/* Up to `most` of the vocabulary, as a text of its own. */
static struct jalon_text write_text(struct chance *chance, struct known *one, size_t most)
{
    static const char *const between[] = {" ", ", ", "-", "\n", " \xe2\x80\xa6 "};
    struct jalon_text text = JALON_TEXT_EMPTY;
    size_t count = chance_below(chance, most + 1);
    for (size_t i = 0; i < count; i++) {
        const struct vocabulary *entry = &vocabulary[chance_below(chance, VOCABULARY)];
        text = jalon_text_format(ctx->arena, "%s%s%s", text.data,
                                 i > 0 ? between[chance_below(chance, 5)] : "", entry->written);
        know(one, entry->words);
    }
    one->text_count++;
    return text;
}

static void know_tags(struct known *one, const struct jalon_value *value)
{
    static const struct {
        const char *key;
        const char *fr[3], *en[3];
    } labels[] = {
        {"ramp", {"rampe", "d", "ecole"}, {"ramp", "of", "a"}},
        {"lift", {"ascenseur"}, {"lift"}},
        {"bench", {"banc"}, {"bench"}},
    };
    static const char *const school[3] = {"school"};
    for (size_t i = 0; value->kind == JALON_VALUE_LIST && i < value->list.count; i++) {
        for (size_t j = 0; j < 3; j++) {
            if (jalon_text_is(value->list.items[i], labels[j].key)) {
                know(one, labels[j].fr);
                one->text_count++;
                know(one, labels[j].en);
                know(one, j == 0 ? school : (const char *const[3]){NULL});
                one->text_count++;
            }
        }
    }
}

static void make(struct chance *chance, size_t index)
{
    static const char *const campaigns[] = {"", "spring", "autumn"};
    struct jalon_contribution *one = &all[index];
    *one = chance_contribution(chance, ctx->arena, (int64_t)index + 1);
    one->collection = chance_below(chance, 4) == 0 ? PATHS : PLACES;
    one->title = write_text(chance, &known[index], 4);
    one->description = write_text(chance, &known[index], 3);
    one->fields[NAME].kind = JALON_VALUE_TEXT;
    one->fields[NAME].text = write_text(chance, &known[index], 2);
    know_tags(&known[index], &one->fields[TAGS]);
    one->campaign = jalon_text_from(campaigns[chance_below(chance, 3)]);
    one->observed = JALON_TEXT_EMPTY;
    if (chance_below(chance, 2) == 0) {
        one->observed = jalon_text_format(ctx->arena, "1970-01-%02zu", 1 + chance_below(chance, 28));
    }
    one->confirmed = JALON_TEXT_EMPTY;
    if (chance_below(chance, 3) == 0) {
        one->confirmed = jalon_text_format(ctx->arena, "1970-01-%02zu", 1 + chance_below(chance, 28));
    }
}

static int setup(void **state)
{
    (void)state;
    struct chance chance = {2026};
    ctx = jalon_context_create();
    memcpy(fields, fixture_fields, sizeof fields);
    fields[TAGS].choices = tags;
    fields[TAGS].choice_count = sizeof tags / sizeof *tags;
    memcpy(collections, fixture_collections, sizeof collections);
    for (size_t i = 0; i < COLLECTIONS; i++) {
        collections[i].fields = fields;
    }
    collections[PLACES].stale_after_days = STALE_AFTER;
    map = fixture_map;
    map.collections = collections;
    if (ctx == NULL || jalon_view_create(ctx, &map, &view) != JALON_OK) {
        return 1;
    }
    for (size_t i = 0; i < COUNT; i++) {
        make(&chance, i);
    }
    fixture_load(ctx, view, all, COUNT);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    jalon_view_destroy(view);
    jalon_context_destroy(ctx);
    return 0;
}

/* --- Queries --- */

struct term {
    const char *words[8];
    size_t count;
    bool is_phrase;
};

struct asked {
    struct jalon_view_query query;
    struct term terms[16];
    size_t term_count;
    struct jalon_text words; /* as written */
};

static void write_words(struct asked *asked, const char *words, const char *behind)
{
    asked->words = jalon_text_format(ctx->arena, "%s%s%s", asked->words.data, words, behind);
}

static void ask_word(struct chance *chance, struct asked *asked)
{
    const struct vocabulary *entry = &vocabulary[chance_below(chance, VOCABULARY)];
    static const struct {
        const char *written, *word;
    } beginnings[] = {{"\xc3\x89" "co", "eco"}, {"s", "s"},     {"SAINT", "saint"}, {"strass", "strass"},
                      {"B", "b"},               {"1", "1"},     {"oe", "oe"},       {"\xc5\x93", "oe"},
                      {"ecoles", "ecoles"},     {"ramp", "ramp"}, {"ea", "ea"}};
    size_t at = chance_below(chance, 11);
    if (chance_below(chance, 2) == 0) {
        write_words(asked, beginnings[at].written, " ");
        asked->terms[asked->term_count++] = (struct term){{beginnings[at].word}, 1, false};
        return;
    }
    write_words(asked, entry->written, " ");
    for (size_t i = 0; i < 3 && entry->words[i] != NULL; i++) {
        asked->terms[asked->term_count++] = (struct term){{entry->words[i]}, 1, false};
    }
}

static void ask_phrase(struct chance *chance, struct asked *asked)
{
    struct term *term = &asked->terms[asked->term_count++];
    *term = (struct term){.is_phrase = true};
    write_words(asked, "\"", "");
    for (size_t i = 1 + chance_below(chance, 2); i > 0; i--) {
        const struct vocabulary *entry = &vocabulary[chance_below(chance, VOCABULARY)];
        write_words(asked, entry->written, " ");
        for (size_t j = 0; j < 3 && entry->words[j] != NULL; j++) {
            term->words[term->count++] = entry->words[j];
        }
    }
    write_words(asked, "\"", "");
}

static void ask_search(struct chance *chance, struct asked *asked)
{
    struct jalon_query_search *search = jalon_arena_allocate(ctx->arena, sizeof *search);
    for (size_t i = 1 + chance_below(chance, TERMS); i > 0; i--) {
        if (chance_below(chance, 3) == 0) {
            ask_phrase(chance, asked);
        } else {
            ask_word(chance, asked);
        }
    }
    assert_int_equal(jalon_query_read_search(ctx, asked->words, search), JALON_OK);
    asked->query.search = search;
}

static struct asked ask(struct chance *chance)
{
    static const char *const names[] = {"", "spring", "ana"};
    struct asked asked = {.query = fixture_query(chance_below(chance, 4) == 0 ? PATHS : PLACES, COUNT),
                          .words = JALON_TEXT_EMPTY};
    struct jalon_view_query *query = &asked.query;
    if (chance_below(chance, 3) > 0) {
        query->has_near = true;
        query->near = jalon_geo_circle_make(chance_position(chance),
                                            chance_below(chance, 4) == 0
                                                ? INFINITY
                                                : pow(10, 1 + chance_real(chance, 5)));
    }
    if (chance_below(chance, 3) == 0) {
        ask_search(chance, &asked);
    }
    if (chance_below(chance, 4) == 0) {
        int64_t start = (int64_t)chance_below(chance, 1500000) * 1000000;
        query->has_updated = true;
        query->updated = (struct jalon_query_interval){
            chance_below(chance, 3) == 0 ? INT64_MIN : start,
            chance_below(chance, 3) == 0 ? INT64_MAX : start + INT64_C(1000000000000)};
    }
    if (chance_below(chance, 4) == 0) {
        int64_t start = (int64_t)chance_below(chance, 2500000) * 1000000;
        query->has_observed = true;
        query->observed = (struct jalon_query_interval){
            chance_below(chance, 3) == 0 ? INT64_MIN : start,
            chance_below(chance, 3) == 0 ? INT64_MAX : start + INT64_C(200000000000)};
    }
    if (chance_below(chance, 4) == 0) {
        query->staleness = 1 + (unsigned)chance_below(chance, 2);
        query->today = (int64_t)chance_below(chance, 40);
    }
    query->has_campaign = chance_below(chance, 4) == 0;
    query->campaign = jalon_text_from(names[chance_below(chance, 2)]);
    query->has_author = chance_below(chance, 6) == 0;
    query->author = jalon_text_from(names[2 * chance_below(chance, 2)]);
    query->status = chance_below(chance, 6) == 0 ? 1 : -1;
    query->category = chance_below(chance, 6) == 0 ? 2 : -1;
    query->has_box = chance_below(chance, 4) == 0;
    query->box = chance_box(chance);
    return asked;
}

/* --- What is expected --- */

static bool begins(const char *word, const char *with)
{
    return strncmp(word, with, strlen(with)) == 0;
}

static bool has_term(const struct known *one, const struct term *term)
{
    for (size_t text = 0; text < one->text_count; text++) {
        for (size_t at = 0; at + term->count <= one->word_counts[text]; at++) {
            size_t same = 0;
            while (same < term->count &&
                   (term->is_phrase ? strcmp(one->words[text][at + same], term->words[same]) == 0
                                    : begins(one->words[text][at], term->words[0]))) {
                same++;
            }
            if (same == term->count) {
                return true;
            }
        }
    }
    return false;
}

static int64_t last_day(const struct jalon_contribution *one)
{
    int64_t day = one->updated_us / INT64_C(86400000000);
    const struct jalon_text dates[] = {one->observed, one->confirmed};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        if (dates[i].length > 0) {
            int64_t seen = (dates[i].data[8] - '0') * 10 + dates[i].data[9] - '0' - 1;
            day = seen > day ? seen : day;
        }
    }
    return day;
}

static bool has_category(const struct jalon_contribution *one, int32_t wanted)
{
    for (size_t i = 0; i < one->category_count; i++) {
        if (one->categories[i] == wanted || (wanted == 2 && one->categories[i] == 3)) {
            return true;
        }
    }
    return false;
}

/* Boxes are asked of lists of their own: see test_view_random. */
static bool meets_box(const struct jalon_view_query *query, size_t index)
{
    struct jalon_view_query box = fixture_query(query->collection, COUNT);
    struct jalon_view_result result;
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    bool found = false;
    box.has_box = true;
    box.box = query->box;
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, &box, &result), JALON_OK);
    for (size_t i = 0; i < result.count; i++) {
        found = found || result.items[i].number == all[index].number;
    }
    jalon_view_unpin(view, snapshot);
    return found;
}

/* Some moment of the day it was observed on is within; what never was is everywhere. */
static bool is_observed_in(const struct jalon_contribution *one, struct jalon_query_interval within)
{
    int64_t midnight_us;
    if (one->observed.length == 0) {
        return true;
    }
    assert_true(jalon_clock_parse_date(one->observed, &midnight_us));
    return !(midnight_us > within.last_us || midnight_us + INT64_C(86400000000) <= within.first_us);
}

static bool is_expected(const struct asked *asked, size_t index)
{
    const struct jalon_view_query *query = &asked->query;
    const struct jalon_contribution *one = &all[index];
    bool is_stale = query->collection == PLACES && query->today - last_day(one) > STALE_AFTER;
    bool fits = one->collection == query->collection &&
                (!query->has_author || jalon_text_equal(one->author, query->author)) &&
                (!query->has_campaign || jalon_text_equal(one->campaign, query->campaign)) &&
                (query->status < 0 || one->status == query->status) &&
                (query->category < 0 || has_category(one, query->category)) &&
                (query->staleness == JALON_VIEW_ANY_AGE ||
                 is_stale == (query->staleness == JALON_VIEW_STALE)) &&
                (!query->has_observed || is_observed_in(one, query->observed)) &&
                (!query->has_updated || (one->updated_us >= query->updated.first_us &&
                                         one->updated_us <= query->updated.last_us));
    for (size_t i = 0; fits && i < asked->term_count; i++) {
        fits = has_term(&known[index], &asked->terms[i]);
    }
    if (fits && query->has_near) {
        fits = one->geometry.type != JALON_GEOMETRY_NONE &&
               jalon_geo_circle_distance_m(&query->near, &one->geometry) <= query->near.radius_m;
    }
    return fits && (!query->has_box || meets_box(query, index));
}

/* --- The same everywhere --- */

static void check_list(const struct asked *asked, const bool *expected,
                       const struct jalon_snapshot *snapshot, int64_t count)
{
    struct jalon_view_result result;
    size_t next = 0;
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, &asked->query, &result), JALON_OK);
    for (size_t i = 0; i < COUNT; i++) {
        bool is_there =
            next < result.count && result.items[next].number == all[i].number;
        if (is_there != expected[i]) {
            fail_msg("q=%s: %zu is %sthere", asked->words.data, i + 1, is_there ? "" : "not ");
        }
        next += is_there;
    }
    assert_int_equal(result.matched, count);
}

/* Walks over the pages: everything once, in order. */
static void check_by_distance(struct chance *chance, const struct asked *asked,
                              const bool *expected, const struct jalon_snapshot *snapshot,
                              int64_t count)
{
    struct jalon_view_query query = asked->query;
    struct jalon_view_result result = {.more = true};
    int64_t seen = 0;
    double before_m = -1;
    int64_t before = 0;
    query.by_distance = true;
    query.limit = 1 + chance_below(chance, 20);
    while (result.more) {
        assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
        assert_int_equal(result.matched, count);
        assert_true(result.count == query.limit || !result.more);
        for (size_t i = 0; i < result.count; i++) {
            const struct jalon_contribution *one = fixture_read(ctx, snapshot, &result.items[i]);
            double distance_m = jalon_geo_circle_distance_m(&query.near, &one->geometry);
            assert_true(expected[one->number - 1]);
            assert_true(distance_m > before_m || (distance_m >= before_m && one->number > before));
            before_m = distance_m;
            before = one->number;
        }
        seen += (int64_t)result.count;
        query.after = before;
        query.after_m = result.last_m;
        assert_true(result.count == 0 || result.last_m == before_m);
    }
    assert_int_equal(seen, count);
    query.limit = 0;
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
    assert_int_equal(result.matched, count);
    assert_int_equal(result.count, 0);
    assert_false(result.more);
}

static void count_one(void *user, const struct jalon_contribution *contribution)
{
    int64_t *counts = user;
    counts[contribution->number - 1]++;
}

static void check_drawn(struct chance *chance, const struct asked *asked, const bool *expected,
                        const struct jalon_snapshot *snapshot, int64_t count)
{
    struct jalon_box const world = {-180, -90, 180, 90};
    static int64_t visits[COUNT];
    struct jalon_cluster_list clusters;
    struct jalon_view_query query = asked->query;
    int64_t shapes = 0, sum = 0;
    struct jalon_stats_request request = {.queries = &query, .query_count = 1};
    struct jalon_stats stats;
    assert_int_equal(jalon_snapshot_stats(ctx, snapshot, &request, &stats), JALON_OK);
    assert_int_equal(stats.matched, count);
    memset(visits, 0, sizeof visits);
    assert_int_equal(jalon_snapshot_visit(ctx, snapshot, &query, world, -1, count_one, visits),
                     JALON_OK);
    for (size_t i = 0; i < COUNT; i++) {
        bool is_seen = expected[i] && all[i].geometry.type != JALON_GEOMETRY_NONE;
        assert_int_equal(visits[i], is_seen);
        shapes += is_seen;
    }
    if (!query.has_box) { /* of clusters a box asks where they stand */
        assert_int_equal(jalon_snapshot_cluster(ctx, snapshot, &query,
                                                (int)chance_below(chance, 20), &clusters),
                         JALON_OK);
        for (size_t i = 0; i < clusters.count; i++) {
            sum += clusters.clusters[i].count;
        }
        assert_int_equal(sum, shapes);
        assert_int_equal(clusters.matched, shapes);
    }
}

static void every_answer_finds_what_is_expected(void **state)
{
    (void)state;
    struct chance chance = {311};
    int64_t found = 0, some = 0;
    for (int i = 0; i < QUERIES; i++) {
        struct asked asked = ask(&chance);
        bool expected[COUNT];
        int64_t count = 0;
        for (size_t j = 0; j < COUNT; j++) {
            expected[j] = is_expected(&asked, j);
            count += expected[j];
        }
        const struct jalon_snapshot *snapshot = jalon_view_pin(view);
        check_list(&asked, expected, snapshot, count);
        if (asked.query.has_near) {
            check_by_distance(&chance, &asked, expected, snapshot, count);
        }
        check_drawn(&chance, &asked, expected, snapshot, count);
        jalon_view_unpin(view, snapshot);
        found += count;
        some += count > 0;
    }
    assert_true(some > QUERIES / 4 && found > 10 * QUERIES); /* not all of nothing */
}

static void private_fields_are_not_searched(void **state)
{
    (void)state;
    struct jalon_view_query query = fixture_query(PLACES, COUNT);
    struct jalon_query_search search;
    struct jalon_view_result result;
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    assert_int_equal(jalon_query_read_search(ctx, JALON_TEXT("secret"), &search), JALON_OK);
    query.search = &search;
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
    assert_int_equal(result.matched, 0);
    jalon_view_unpin(view, snapshot);
}

static void a_contribution_is_stale_when_its_days_are_over(void **state)
{
    (void)state;
    struct jalon_contribution one = {.updated_us = INT64_C(86400000000) * 100 + 5,
                                     .observed = JALON_TEXT_EMPTY};
    struct jalon_collection collection = {.stale_after_days = 30};
    assert_false(jalon_contribution_is_stale(&collection, &one, 100));
    assert_false(jalon_contribution_is_stale(&collection, &one, 130));
    assert_true(jalon_contribution_is_stale(&collection, &one, 131));
    one.observed = JALON_TEXT("1970-04-12"); /* day 101 */
    assert_false(jalon_contribution_is_stale(&collection, &one, 131));
    assert_true(jalon_contribution_is_stale(&collection, &one, 132));
    one.observed = JALON_TEXT("1970-01-01");
    assert_true(jalon_contribution_is_stale(&collection, &one, 131));
    one.confirmed = JALON_TEXT("1970-04-22"); /* day 111 */
    assert_false(jalon_contribution_is_stale(&collection, &one, 141));
    assert_true(jalon_contribution_is_stale(&collection, &one, 142));
    collection.stale_after_days = 0;
    assert_false(jalon_contribution_is_stale(&collection, &one, 100000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_finds_what_is_expected),
        cmocka_unit_test(private_fields_are_not_searched),
        cmocka_unit_test(a_contribution_is_stale_when_its_days_are_over),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
