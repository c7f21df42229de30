/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Statistics of random contributions against counts that share nothing with the view, after random
 * events and after a rebuild; each row against the list that it stands for; who wrote how much.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "jalon/clock.h"
#include "jalon/memory.h"
#include "jalon/stats.h"

#include "view_fixture.h"

enum { CONTRIBUTIONS = 1200, EVENTS = 1500, CHECK_EVERY = 300, QUERIES = 25 };
#define DAY_US INT64_C(86400000000)
static const unsigned every_dimension = JALON_STATS_BIT(JALON_STATS_DIMENSION_COUNT) - 1;

static struct jalon_context *lasting;
static struct jalon_context *ctx;
static struct chance chance = {20261122};
static struct jalon_contribution all[CONTRIBUTIONS + 1];
static bool within[CONTRIBUTIONS + 1][TERRITORIES];
static struct jalon_territory territories[TERRITORIES];
static const int64_t now_us = 1000 * DAY_US + 5;

static int setup(void **state)
{
    (void)state;
    lasting = jalon_context_create();
    ctx = jalon_context_create();
    if (lasting == NULL || ctx == NULL) {
        return 1;
    }
    fixture_make_territories(lasting->arena, territories);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    jalon_memory_fail_at(0);
    jalon_context_destroy(lasting);
    jalon_context_destroy(ctx);
    return 0;
}

static struct jalon_view *make_view(void)
{
    struct jalon_view *view;
    assert_int_equal(jalon_view_create(ctx, &fixture_map, &view), JALON_OK);
    assert_int_equal(jalon_view_set_territories(ctx, view, territories, TERRITORIES), JALON_OK);
    return view;
}

/* --- Random contributions with authors, sources and dates --- */

static void edit(int64_t number)
{
    struct jalon_contribution *one = &all[number];
    size_t author = chance_below(&chance, 40);
    chance_edit(&chance, lasting->arena, one);
    author = author < 20 ? author % 3 : author; /* some write much more than others */
    one->author = chance_below(&chance, 5) == 0
                      ? JALON_TEXT_EMPTY
                      : jalon_text_format(lasting->arena, "author-%zu", author);
    one->source = chance_below(&chance, 4) == 0 ? JALON_TEXT("a-file") : JALON_TEXT_EMPTY;
    one->created_us = (int64_t)chance_below(&chance, 900) * DAY_US;
    one->updated_us = one->created_us + (int64_t)chance_below(&chance, 900) * DAY_US;
    one->observed = chance_below(&chance, 3) == 0
                        ? jalon_text_format(lasting->arena, "%d-%02d-15",
                                            1965 + (int)chance_below(&chance, 10),
                                            1 + (int)chance_below(&chance, 12))
                        : JALON_TEXT_EMPTY;
}

static void change(int64_t number, bool is_new)
{
    struct jalon_contribution *one = &all[number];
    if (is_new) {
        *one = chance_contribution(&chance, lasting->arena, number);
        edit(number);
    } else if (chance_below(&chance, 3) == 0) {
        edit(number);
    } else if (chance_below(&chance, 2) == 0) {
        one->geometry = chance_geometry(&chance, lasting->arena);
    } else {
        one->moderation = chance_below(&chance, 2) == 0 ? JALON_MODERATION_DELETED
                                                        : JALON_MODERATION_PUBLISHED;
    }
    for (size_t i = 0; i < TERRITORIES; i++) {
        within[number][i] = fixture_is_within(ctx, one, i);
    }
}

/* --- Counting by hand --- */

static bool has_category(const struct jalon_contribution *one, int32_t wanted)
{
    for (size_t i = 0; i < one->category_count; i++) {
        for (int32_t at = one->categories[i]; at >= 0; at = fixture_categories[at].parent) {
            if (at == wanted) {
                return true;
            }
        }
    }
    return false;
}

static bool is_matched(int64_t number, const struct jalon_view_query *query)
{
    const struct jalon_contribution *one = &all[number];
    return one->moderation == JALON_MODERATION_PUBLISHED && one->collection == query->collection &&
           !query->nothing && (query->status < 0 || one->status == query->status) &&
           (query->category < 0 || has_category(one, query->category)) &&
           (!query->has_territory || within[number][query->territory]);
}

static int64_t author_total(const struct jalon_stats_request *request, struct jalon_text author)
{
    int64_t total = 0;
    for (int64_t number = 1; number <= CONTRIBUTIONS; number++) {
        for (size_t i = 0; i < request->query_count; i++) {
            total += all[number].number > 0 && is_matched(number, &request->queries[i]) &&
                     all[number].source.length == 0 &&
                     jalon_text_equal(all[number].author, author);
        }
    }
    return total;
}

static const char *age_key(const struct jalon_contribution *one)
{
    int64_t time_us = one->updated_us, day;
    if (one->observed.length > 0) {
        assert_true(jalon_clock_parse_date(one->observed, &time_us));
    }
    day = 1000 - time_us / DAY_US + (time_us < 0 && time_us % DAY_US != 0);
    return day <= 30    ? "0-30"
           : day <= 90  ? "31-90"
           : day <= 365 ? "91-365"
           : day <= 730 ? "366-730"
           : day <= 1825 ? "731-1825"
                         : "1826+";
}

static const char *class_key(const struct jalon_stats_request *request,
                             const struct jalon_contribution *one)
{
    if (one->source.length > 0) {
        return "imported";
    }
    if (one->author.length == 0) {
        return "anonymous";
    }
    int64_t total = author_total(request, one->author);
    return total == 1 ? "1" : total < 10 ? "2-9" : total < 100 ? "10-99" : "100+";
}

/* Does the contribution belong in the row of this key? */
static bool belongs(const struct jalon_stats_request *request,
                    const struct jalon_stats_table *table, struct jalon_text key, int64_t number)
{
    const struct jalon_contribution *one = &all[number];
    char time[JALON_CLOCK_TEXT_SIZE];
    bool in_kind = false;
    switch (table->dimension) {
    case JALON_STATS_CATEGORY:
        return key.length == 0 ? one->category_count == 0
                               : has_category(one, jalon_map_find_category(&fixture_map, key));
    case JALON_STATS_STATUS:
        return key.length == 0 ? one->status < 0
                               : one->status >= 0 &&
                                     jalon_text_equal(fixture_statuses[one->status].key, key);
    case JALON_STATS_TERRITORY:
        for (size_t i = 0; i < TERRITORIES; i++) {
            if (jalon_text_equal(territories[i].kind, table->kind) && within[number][i]) {
                in_kind = true;
                if (jalon_text_equal(territories[i].key, key)) {
                    return true;
                }
            }
        }
        return key.length == 0 && !in_kind;
    case JALON_STATS_MONTH:
        jalon_clock_format(one->created_us, time);
        return jalon_text_equal(jalon_text_slice(time, 7), key);
    case JALON_STATS_AUTHOR_CLASS: return jalon_text_is(key, class_key(request, one));
    case JALON_STATS_COLLECTION:
        return jalon_text_equal(fixture_collections[one->collection].key, key);
    case JALON_STATS_FRESHNESS: return jalon_text_is(key, age_key(one));
    case JALON_STATS_DIMENSION_COUNT: break;
    }
    return false;
}

/* --- Comparing --- */

static void check_table(const struct jalon_stats_request *request, const struct jalon_stats *stats,
                        const struct jalon_stats_table *table)
{
    int64_t sum = 0;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct jalon_stats_row *row = &table->rows[i];
        int64_t expected = 0;
        for (int64_t number = 1; number <= CONTRIBUTIONS; number++) {
            for (size_t j = 0; j < request->query_count; j++) {
                expected += all[number].number > 0 && is_matched(number, &request->queries[j]) &&
                            belongs(request, table, row->key, number);
            }
        }
        assert_int_equal(row->count, expected);
        assert_true(row->parent < (int32_t)i);
        sum += row->parent < 0 ? row->count : 0;
    }
    assert_int_equal(sum, stats->matched + table->repeated);
}

static void check_people(const struct jalon_stats_request *request,
                         const struct jalon_stats_people *people)
{
    int64_t totals[40], authors = 0, written = 0, ten = 0;
    for (size_t i = 0; i < 40; i++) {
        int64_t total =
            author_total(request, jalon_text_format(ctx->arena, "author-%zu", i)), at = authors;
        written += total;
        for (; total > 0 && at > 0 && totals[at - 1] < total; at--) {
            totals[at] = totals[at - 1];
        }
        totals[at < 40 ? at : 39] = total;
        authors += total > 0;
    }
    for (int64_t i = 0; i < authors && i < 10; i++) {
        ten += totals[i];
    }
    assert_int_equal(people->authors, authors);
    assert_int_equal(people->written, written);
    assert_int_equal(people->ten.count, ten);
    assert_int_equal(people->ten.authors, authors < 10 ? authors : 10);
    assert_int_equal(people->one_percent.count, authors > 0 ? totals[0] : 0);
    assert_int_equal(people->ten_percent.authors, (authors + 9) / 10);
    assert_true(people->half.count * 2 >= written);
    assert_true(people->half.authors == 0 ||
                (people->half.count - totals[people->half.authors - 1]) * 2 < written);
}

static size_t rows_with_some, repeated_some;

static void check(const struct jalon_snapshot *snapshot, const struct jalon_stats_request *request)
{
    struct jalon_stats stats;
    int64_t matched = 0;
    assert_int_equal(jalon_snapshot_stats(ctx, snapshot, request, &stats), JALON_OK);
    for (size_t i = 0; i < request->query_count; i++) {
        struct jalon_view_result result;
        struct jalon_view_query query = request->queries[i];
        query.limit = 0;
        assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
        matched += result.matched;
    }
    assert_int_equal(stats.matched, matched);
    assert_int_equal(stats.people.written + stats.people.anonymous + stats.people.imported, matched);
    if (request->queries[0].has_box) {
        return; /* boxes are the lists' own tests'; here the totals are enough */
    }
    assert_int_equal(stats.table_count, JALON_STATS_DIMENSION_COUNT + 1); /* two kinds of territory */
    for (size_t i = 0; i < stats.table_count; i++) {
        check_table(request, &stats, &stats.tables[i]);
        rows_with_some += stats.tables[i].row_count;
        repeated_some += stats.tables[i].repeated > 0;
    }
    check_people(request, &stats.people);
}

static void check_random(const struct jalon_snapshot *snapshot)
{
    struct jalon_view_query queries[2] = {fixture_query(PLACES, 0), fixture_query(PATHS, 0)};
    for (size_t i = 0; i < 2; i++) {
        queries[i].status = chance_below(&chance, 4) == 0 ? 1 : -1;
        queries[i].category = chance_below(&chance, 4) == 0 ? 0 : -1;
        queries[i].has_territory = chance_below(&chance, 4) == 0;
        queries[i].territory = (int32_t)chance_below(&chance, TERRITORIES);
        queries[i].nothing = chance_below(&chance, 10) == 0;
    }
    queries[0].has_box = queries[1].has_box = chance_below(&chance, 4) == 0;
    queries[0].box = queries[1].box = chance_box(&chance);
    struct jalon_stats_request request = {
        queries, 1 + chance_below(&chance, 2), every_dimension, now_us};
    check(snapshot, &request);
    jalon_context_reset(ctx);
}

static void counts_agree_after_events_and_rebuilt(void **state)
{
    (void)state;
    struct jalon_view *view = make_view();
    for (int64_t seq = 1; seq <= CONTRIBUTIONS + EVENTS; seq++) {
        bool is_new = seq <= CONTRIBUTIONS;
        int64_t number = is_new ? seq : 1 + (int64_t)chance_below(&chance, CONTRIBUTIONS);
        change(number, is_new);
        assert_int_equal(jalon_view_apply(ctx, view, &all[number], seq, seq), JALON_OK);
        jalon_context_reset(ctx);
        if (seq % CHECK_EVERY != 0) {
            continue;
        }
        struct jalon_view *fresh = make_view();
        fixture_load(ctx, fresh, all + 1, (size_t)(is_new ? seq : CONTRIBUTIONS));
        const struct jalon_snapshot *a = jalon_view_pin(view), *b = jalon_view_pin(fresh);
        for (int i = 0; i < QUERIES; i++) {
            struct chance before = chance;
            check_random(a);
            chance = before;
            check_random(b);
        }
        jalon_view_unpin(view, a);
        jalon_view_unpin(fresh, b);
        jalon_view_destroy(fresh);
    }
    assert_true(rows_with_some > 1000);
    assert_true(repeated_some > 10);
    jalon_view_destroy(view);
}

/* --- Cases --- */

static struct jalon_contribution make_one(int64_t number, const char *author, const char *source)
{
    struct jalon_contribution one = chance_contribution(&chance, lasting->arena, number);
    one.collection = PLACES;
    one.geometry = fixture_point(lasting->arena, 3.86, 43.6);
    one.author = jalon_text_from(author);
    one.source = jalon_text_from(source);
    one.category_count = 0;
    return one;
}

/* As the origin study counts: ten people wrote 71 % of what 110 people wrote. */
static void ten_people_wrote_71_percent(void **state)
{
    (void)state;
    struct jalon_view *view = make_view();
    int64_t seq = 0;
    for (int author = 0; author < 110; author++) {
        const char *name = jalon_text_format(lasting->arena, "person-%d", author).data;
        for (int i = 0; i < (author < 10 ? 71 : author < 100 ? 3 : 2); i++) {
            seq++;
            struct jalon_contribution one = make_one(seq, name, "");
            assert_int_equal(jalon_view_apply(ctx, view, &one, seq, seq), JALON_OK);
        }
    }
    struct jalon_contribution others[] = {make_one(seq + 1, "", ""), make_one(seq + 2, "", "file"),
                                          make_one(seq + 3, "person-1", "file")};
    fixture_load(ctx, view, others, 3);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_view_query query = fixture_query(PLACES, 0);
    struct jalon_stats_request request = {
        &query, 1, JALON_STATS_BIT(JALON_STATS_AUTHOR_CLASS), now_us};
    struct jalon_stats stats;
    assert_int_equal(jalon_snapshot_stats(ctx, snapshot, &request, &stats), JALON_OK);
    assert_int_equal(stats.matched, 1003);
    assert_int_equal(stats.people.written, 1000);
    assert_int_equal(stats.people.authors, 110);
    assert_int_equal(stats.people.ten.count, 710);
    assert_int_equal(stats.people.one_percent.authors, 2);
    assert_int_equal(stats.people.one_percent.count, 142);
    assert_int_equal(stats.people.ten_percent.authors, 11);
    assert_int_equal(stats.people.ten_percent.count, 713);
    assert_int_equal(stats.people.half.authors, 8);
    assert_int_equal(stats.people.anonymous, 1);
    assert_int_equal(stats.people.imported, 2);
    assert_int_equal(stats.table_count, 1);
    assert_int_equal(stats.tables[0].rows[1].count, 290); /* 2-9 */
    assert_int_equal(stats.tables[0].rows[1].authors, 100);
    assert_int_equal(stats.tables[0].rows[2].count, 710); /* 10-99 */
    assert_int_equal(stats.tables[0].rows[2].authors, 10);
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
}

static void months_without_any_are_there(void **state)
{
    (void)state;
    struct jalon_view *view = make_view();
    static const int64_t days[] = {10, 100, 100}; /* 1970-01, 1970-04 */
    struct jalon_contribution ones[3];
    for (int i = 0; i < 3; i++) {
        ones[i] = make_one(i + 1, "", "");
        ones[i].created_us = days[i] * DAY_US;
        ones[i].updated_us = 400 * DAY_US;
    }
    fixture_load(ctx, view, ones, 3);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_view_query query = fixture_query(PLACES, 0);
    struct jalon_stats_request request = {&query, 1, JALON_STATS_BIT(JALON_STATS_MONTH), now_us};
    struct jalon_stats stats;
    static const struct {
        const char *key;
        int count;
    } expected[] = {{"1970-01", 1}, {"1970-02", 0}, {"1970-03", 0}, {"1970-04", 2}};
    assert_int_equal(jalon_snapshot_stats(ctx, snapshot, &request, &stats), JALON_OK);
    assert_int_equal(stats.tables[0].row_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(stats.tables[0].rows[i].key.data, expected[i].key);
        assert_int_equal(stats.tables[0].rows[i].count, expected[i].count);
    }
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
}

static void an_empty_map_has_every_row_with_zero(void **state)
{
    (void)state;
    struct jalon_view *view = make_view();
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_view_query query = fixture_query(PLACES, 0);
    struct jalon_stats_request request = {&query, 1, every_dimension, now_us};
    struct jalon_stats stats;
    /* No category: the fixture's collections offer none. */
    static const size_t rows[] = {1, STATUSES + 1, 3, 2, 0, 6, 1, 6};
    assert_int_equal(jalon_snapshot_stats(ctx, snapshot, &request, &stats), JALON_OK);
    assert_int_equal(stats.matched, 0);
    assert_int_equal(stats.table_count, sizeof rows / sizeof rows[0]);
    for (size_t i = 0; i < stats.table_count; i++) {
        assert_int_equal(stats.tables[i].row_count, rows[i]);
        for (size_t j = 0; j < rows[i]; j++) {
            assert_int_equal(stats.tables[i].rows[j].count, 0);
            assert_non_null(stats.tables[i].rows[j].label.fr.data);
        }
    }
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
}

static void a_failed_count_says_so(void **state)
{
    (void)state;
    struct jalon_view *view = make_view();
    for (int64_t number = 1; number <= CONTRIBUTIONS; number++) {
        change(number, true);
        all[number].author = jalon_text_format(lasting->arena, "person-%d", (int)number);
    }
    fixture_load(ctx, view, all + 1, CONTRIBUTIONS);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_view_query queries[2] = {fixture_query(PLACES, 0), fixture_query(PATHS, 0)};
    struct jalon_stats_request request = {queries, 2, every_dimension, now_us};
    size_t failures = 0;
    for (enum jalon_status status = JALON_NO_MEMORY; status != JALON_OK; failures++) {
        struct jalon_context *fresh = jalon_context_create();
        struct jalon_stats stats = {.matched = -7};
        jalon_memory_fail_at(failures + 1);
        status = jalon_snapshot_stats(fresh, snapshot, &request, &stats);
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK ? stats.matched > 0 : stats.matched == -7);
        assert_true(status == JALON_OK || status == JALON_NO_MEMORY);
        jalon_context_destroy(fresh);
    }
    assert_true(failures > 3);
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_agree_after_events_and_rebuilt),
        cmocka_unit_test(ten_people_wrote_71_percent),
        cmocka_unit_test(months_without_any_are_there),
        cmocka_unit_test(an_empty_map_has_every_row_with_zero),
        cmocka_unit_test(a_failed_count_says_so),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
