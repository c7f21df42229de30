/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sorted lists, page by page, against a model that sorts everything: by up to four properties in
 * both directions, with absent values, ties, every filter, parts of every size; and while the map
 * changes. What a page costs is counted, not timed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "jalon/clock.h"

#include "view_fixture.h"

enum { COUNT = 2600, LOADED = 700, QUERIES = 300, WALKS = 12, UNITS = 70 };

/* A code point, and what it is folded to. */
static const struct {
    const char *written, *folded;
} letters[] = {
    {"a", "a"},        {"A", "a"},         {"\xc3\xa0", "a"},         {"b", "b"},
    {"e", "e"},        {"\xc3\x89", "e"},  {"\xcc\x81", ""},          {"\xc5\x93", "oe"},
    {"\xc3\x9f", "ss"}, {" ", " "},         {"-", "-"},                {"9", "9"},
    {"Z", "z"},        {"\xd0\x96", "\xd0\xb6"}, {"\xf0\x9f\x8c\xb3", "\xf0\x9f\x8c\xb3"},
};
enum { LETTERS = sizeof letters / sizeof *letters };

static struct jalon_context *ctx;
static struct jalon_context *scratch;
static struct jalon_view *view;
static struct jalon_map map;
static struct jalon_collection collections[COLLECTIONS];
static struct jalon_field fields[FIELDS];
static struct jalon_contribution *all;
static bool is_there[COUNT];
static int64_t seq;

/* --- Contributions --- */

static struct jalon_text make_text(struct chance *chance)
{
    struct jalon_buffer text;
    static const size_t lengths[] = {0, 1, 1, 2, 2, 3, 59, 60, 61, UNITS};
    size_t length = lengths[chance_below(chance, 10)];
    size_t variety = length > 3 ? 2 : LETTERS; /* long ones that agree for long */
    jalon_buffer_init(&text, UNITS * 4);
    for (size_t i = 0; i < length; i++) {
        bool is_last = i + 12 > length;
        jalon_buffer_append_string(
            &text, letters[chance_below(chance, is_last ? LETTERS : variety)].written);
    }
    struct jalon_text copy = jalon_text_copy(ctx->arena, jalon_buffer_text(&text));
    jalon_buffer_finish(&text);
    return copy;
}

static void edit(struct chance *chance, struct jalon_contribution *one)
{
    chance_edit(chance, ctx->arena, one);
    one->title = make_text(chance);
    if (one->fields[NAME].kind == JALON_VALUE_TEXT) {
        one->fields[NAME].text = make_text(chance);
    }
    /* Of few: codes. */
    one->author = chance_below(chance, 4) == 0
                      ? JALON_TEXT_EMPTY
                      : jalon_text_from(letters[chance_below(chance, LETTERS)].written);
    one->created_us = (int64_t)chance_below(chance, 5) * 1000000;
    if (chance_below(chance, 2) == 0) {
        size_t year = 1960 + chance_below(chance, 20);
        one->observed = jalon_text_format(ctx->arena, "%zu-01-01", year);
    }
    if (chance_below(chance, 2) == 0) {
        size_t year = 1990 + chance_below(chance, 20);
        one->confirmed = jalon_text_format(ctx->arena, "%zu-02-01", year);
    }
    one->supports = (int64_t)chance_below(chance, 9);
    one->comments = (int64_t)chance_below(chance, 3);
}

static void make(struct chance *chance, size_t index)
{
    all[index] = chance_contribution(chance, ctx->arena, (int64_t)index + 1);
    all[index].collection = PLACES;
    edit(chance, &all[index]);
}

static void apply(size_t index)
{
    seq++;
    assert_int_equal(jalon_view_apply(scratch, view, &all[index], seq, seq), JALON_OK);
    is_there[index] = all[index].moderation == JALON_MODERATION_PUBLISHED;
    jalon_context_reset(scratch);
}

static void drop(size_t index)
{
    all[index].moderation = JALON_MODERATION_DELETED;
    apply(index);
}

static int setup(void **state)
{
    (void)state;
    struct chance chance = {11};
    ctx = jalon_context_create();
    scratch = jalon_context_create();
    all = calloc(COUNT, sizeof *all);
    memset(is_there, 0, sizeof is_there);
    seq = 0;
    map = fixture_map;
    memcpy(collections, fixture_collections, sizeof collections);
    memcpy(fields, fixture_fields, sizeof fields);
    fields[PHONE].visibility = JALON_VISIBILITY_MODERATORS;
    collections[PLACES].fields = fields;
    map.collections = collections;
    if (ctx == NULL || scratch == NULL || all == NULL ||
        jalon_view_create(ctx, &map, &view) != JALON_OK) {
        return 1;
    }
    for (size_t i = 0; i < LOADED; i++) {
        make(&chance, i);
        is_there[i] = true;
    }
    fixture_load(ctx, view, all, LOADED);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    jalon_view_destroy(view);
    jalon_context_destroy(scratch);
    jalon_context_destroy(ctx);
    free(all);
    return 0;
}

/* New ones, edits and deletes, as many as that. */
static void change(struct chance *chance, size_t *count, size_t changes)
{
    for (size_t i = 0; i < changes; i++) {
        size_t kind = chance_below(chance, 4), index = chance_below(chance, *count);
        if (kind < 2 && *count < COUNT) {
            make(chance, *count);
            apply((*count)++);
        } else if (kind == 2 && is_there[index]) {
            edit(chance, &all[index]);
            all[index].version++;
            apply(index);
        } else if (is_there[index]) {
            drop(index);
        }
    }
}

/* --- The model --- */

/* The folded beginning, a zero, the beginning. */
static void model_bytes(struct jalon_text text, struct jalon_buffer *out)
{
    size_t at = 0;
    jalon_buffer_init(out, 1000);
    for (size_t units = 0; at < text.length && units < 60; units++) {
        size_t letter = 0;
        while (strncmp(text.data + at, letters[letter].written, strlen(letters[letter].written)) !=
               0) {
            letter++;
            assert_true(letter < LETTERS);
        }
        jalon_buffer_append_string(out, letters[letter].folded);
        at += strlen(letters[letter].written);
    }
    jalon_buffer_append_char(out, '\0');
    jalon_buffer_append(out, text.data, at);
}

static int compare_texts(struct jalon_text a, struct jalon_text b)
{
    struct jalon_buffer left, right;
    model_bytes(a, &left);
    model_bytes(b, &right);
    int order = jalon_text_compare(jalon_buffer_text(&left), jalon_buffer_text(&right));
    jalon_buffer_finish(&left);
    jalon_buffer_finish(&right);
    return order;
}

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

struct model_value {
    bool is_absent;
    bool is_text;
    double number;
    struct jalon_text text;
};

static struct model_value of_text(struct jalon_text text)
{
    return (struct model_value){.is_absent = text.length == 0, .is_text = true, .text = text};
}

static struct model_value of_value(const struct jalon_value *value)
{
    return (struct model_value){
        .is_absent = value->kind == JALON_VALUE_NONE,
        .is_text = value->kind == JALON_VALUE_TEXT,
        .text = value->kind == JALON_VALUE_TEXT ? value->text : JALON_TEXT_EMPTY,
        .number = value->kind == JALON_VALUE_NUMBER    ? value->number
                  : value->kind == JALON_VALUE_INTEGER ? (double)value->integer
                  : value->kind == JALON_VALUE_BOOLEAN ? (double)value->boolean
                                                       : 0,
    };
}

static struct model_value model_value(const struct jalon_contribution *one,
                                      const struct jalon_view_queryable *property)
{
    static char ids[2][JALON_ID_TEXT_SIZE];
    static size_t turn;
    const char *name = property->name.data;
    if (property->field >= 0) {
        return of_value(&one->fields[property->field]);
    }
    if (strcmp(name, "title") == 0) {
        return of_text(one->title);
    }
    if (strcmp(name, "author") == 0) {
        return of_text(one->author);
    }
    if (strcmp(name, "status") == 0) {
        return of_text(one->status >= 0 ? fixture_statuses[one->status].key : JALON_TEXT_EMPTY);
    }
    if (strcmp(name, "id") == 0) {
        turn = 1 - turn;
        jalon_id_format(one->id, ids[turn]);
        return of_text(jalon_text_from(ids[turn]));
    }
    if (strcmp(name, "observed") == 0) { /* dates as written stand as dates */
        int64_t time_us = 0;
        bool is_absent = !jalon_clock_parse_date(one->observed, &time_us);
        return (struct model_value){.is_absent = is_absent, .number = (double)time_us};
    }
    if (strcmp(name, "confirmed") == 0) {
        int64_t time_us = 0;
        bool is_absent = !jalon_clock_parse_date(one->confirmed, &time_us);
        return (struct model_value){.is_absent = is_absent, .number = (double)time_us};
    }
    if (strcmp(name, "supports") == 0 || strcmp(name, "comments") == 0) {
        return (struct model_value){
            .number = (double)(name[0] == 's' ? one->supports : one->comments)};
    }
    assert_true(strcmp(name, "created") == 0 || strcmp(name, "updated") == 0);
    return (struct model_value){
        .number = (double)(name[0] == 'c' ? one->created_us : one->updated_us)};
}

static const struct jalon_view_query *model_query; /* of compare_places */

static int compare_values(const struct jalon_view_sort *sort, struct model_value a,
                          struct model_value b)
{
    if (a.is_absent || b.is_absent) {
        return (int)a.is_absent - (int)b.is_absent;
    }
    /* Ids and keys are not made of the letters above. */
    bool is_plain = sort->property.field < 0 && (jalon_text_is(sort->property.name, "id") ||
                                                 jalon_text_is(sort->property.name, "status"));
    int order = is_plain    ? jalon_text_compare(a.text, b.text)
                : a.is_text ? compare_texts(a.text, b.text)
                            : compare_numbers(a.number, b.number);
    return sort->is_descending ? -order : order;
}

static int compare_places(const void *left, const void *right)
{
    const struct jalon_contribution *a = &all[*(const int64_t *)left - 1];
    const struct jalon_contribution *b = &all[*(const int64_t *)right - 1];
    for (size_t i = 0; i < model_query->sort_count; i++) {
        const struct jalon_view_sort *sort = &model_query->sorts[i];
        int order = compare_values(sort, model_value(a, &sort->property),
                                   model_value(b, &sort->property));
        if (order != 0) {
            return order;
        }
    }
    return (a->number > b->number) - (a->number < b->number);
}

/* What the query finds, by number as lists without sorting have it, sorted by the model. */
static size_t model(const struct jalon_snapshot *snapshot, const struct jalon_view_query *query,
                    int64_t *out)
{
    struct jalon_view_query plain = *query;
    struct jalon_view_result result;
    plain.sort_count = 0;
    plain.after = 0;
    plain.limit = COUNT;
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, &plain, &result), JALON_OK);
    for (size_t i = 0; i < result.count; i++) {
        out[i] = result.items[i].number;
    }
    model_query = query;
    qsort(out, result.count, sizeof *out, compare_places);
    return result.count;
}

/* --- Queries --- */

static size_t choose_sorts(struct chance *chance, struct jalon_view_sort *sorts)
{
    struct jalon_view_queryable one;
    size_t count = 0, wanted = 1 + chance_below(chance, JALON_QUERY_SORTS_MAX), sortables = 0;
    while (jalon_view_sortable_at(&collections[PLACES], sortables, &one)) {
        sortables++;
    }
    while (count < wanted) {
        bool is_new = true;
        assert_true(jalon_view_sortable_at(&collections[PLACES], chance_below(chance, sortables),
                                           &one));
        for (size_t i = 0; i < count; i++) {
            is_new = is_new && sorts[i].property.number != one.number;
        }
        if (is_new) {
            sorts[count++] = (struct jalon_view_sort){one, chance_below(chance, 2) == 0};
        }
    }
    return count;
}

static void choose_filters(struct chance *chance, struct jalon_view_query *query,
                           struct jalon_view_condition *condition)
{
    if (chance_below(chance, 3) == 0) {
        query->has_box = true;
        query->box = chance_box(chance);
    }
    if (chance_below(chance, 4) == 0) {
        query->status = (int32_t)chance_below(chance, STATUSES);
    }
    if (chance_below(chance, 4) == 0) {
        *condition = (struct jalon_view_condition){
            LEVEL, {.kind = JALON_VALUE_INTEGER, .integer = (int64_t)chance_below(chance, 4) - 1}};
        query->conditions = condition;
        query->condition_count = 1;
    }
    if (chance_below(chance, 6) == 0) {
        query->has_near = true;
        query->near = jalon_geo_circle_make(chance_position(chance), 3000);
    }
}

static void assert_pages(const struct jalon_snapshot *snapshot, struct jalon_view_query query,
                         const int64_t *expected, size_t count)
{
    size_t seen = 0;
    for (bool more = true; more;) {
        struct jalon_view_result result;
        assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
        assert_int_equal(result.matched, count);
        assert_int_equal(result.count, count - seen < query.limit ? count - seen : query.limit);
        for (size_t i = 0; i < result.count; i++) {
            assert_int_equal(result.items[i].number, expected[seen + i]);
        }
        seen += result.count;
        more = result.more;
        assert_int_equal(more, seen < count);
        if (more) {
            query.after = result.items[result.count - 1].number;
            query.after_values = result.last_values;
        }
    }
    assert_int_equal(seen, count);
}

static void pages_are_those_of_the_model(void **state)
{
    (void)state;
    struct chance chance = {5};
    size_t count = LOADED;
    int64_t *expected = calloc(COUNT, sizeof *expected);
    assert_non_null(expected);
    for (int i = 0; i < QUERIES; i++) {
        struct jalon_view_sort sorts[JALON_QUERY_SORTS_MAX];
        struct jalon_view_condition condition;
        struct jalon_view_query query = fixture_query(PLACES, 1 + chance_below(&chance, 400));
        change(&chance, &count, i % 50 == 0 ? 600 : 7);
        query.sorts = sorts;
        query.sort_count = choose_sorts(&chance, sorts);
        choose_filters(&chance, &query, &condition);
        const struct jalon_snapshot *snapshot = jalon_view_pin(view);
        assert_pages(snapshot, query, expected, model(snapshot, &query, expected));
        jalon_view_unpin(view, snapshot);
    }
    free(expected);
}

static void only_a_count_is_only_a_count(void **state)
{
    (void)state;
    struct jalon_view_sort sort = {.is_descending = true};
    struct jalon_view_query query = fixture_query(PLACES, 0);
    struct jalon_view_result result;
    assert_true(jalon_view_sortable_at(&collections[PLACES], 0, &sort.property));
    query.sorts = &sort;
    query.sort_count = 1;
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
    assert_int_equal(result.matched, LOADED);
    assert_int_equal(result.count, 0);
    assert_false(result.more);
    jalon_view_unpin(view, snapshot);
}

/* --- While the map changes --- */

/* What nobody touches is there once; what is touched, at most once where it was and once after. */
static void walk(struct chance *chance, size_t *count)
{
    static unsigned char seen[COUNT];
    static bool touched[COUNT];
    struct jalon_view_sort sorts[JALON_QUERY_SORTS_MAX];
    struct jalon_view_query query = fixture_query(PLACES, 5 + chance_below(chance, 60));
    size_t first_count = *count;
    bool more = true;
    query.sorts = sorts;
    query.sort_count = choose_sorts(chance, sorts);
    memset(seen, 0, sizeof seen);
    memset(touched, 0, sizeof touched);
    static bool was_there[COUNT];
    memcpy(was_there, is_there, sizeof was_there);
    while (more) {
        struct jalon_view_result result;
        const struct jalon_snapshot *snapshot = jalon_view_pin(view);
        assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
        for (size_t i = 0; i < result.count; i++) {
            seen[result.items[i].number - 1]++;
        }
        more = result.more;
        if (more) {
            query.after = result.items[result.count - 1].number;
            query.after_values = result.last_values;
        }
        jalon_view_unpin(view, snapshot);
        for (size_t i = 0; i < 6; i++) {
            size_t index = chance_below(chance, *count);
            if (i == 0 && *count < COUNT) {
                make(chance, *count);
                apply((*count)++);
            } else if (is_there[index]) {
                touched[index] = true;
                edit(chance, &all[index]);
                all[index].moderation =
                    i == 1 ? JALON_MODERATION_DELETED : JALON_MODERATION_PUBLISHED;
                apply(index);
            }
        }
    }
    for (size_t i = 0; i < first_count; i++) {
        if (!touched[i] && seen[i] != (was_there[i] ? 1 : 0)) {
            fail_msg("number %zu was seen %u times", i + 1, seen[i]);
        }
    }
}

static void a_walk_misses_nothing_while_others_write(void **state)
{
    (void)state;
    struct chance chance = {77};
    size_t count = LOADED;
    change(&chance, &count, 900);
    for (int i = 0; i < WALKS; i++) {
        walk(&chance, &count);
    }
}

/* --- What it costs --- */

/* Every page of the list looks at as many, at most. */
static void assert_cost(struct jalon_view_query query, int64_t most)
{
    struct jalon_view_result page = {.more = true};
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    size_t pages = 0;
    for (; page.more; pages++) {
        assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &page), JALON_OK);
        if (page.visited > most) {
            fail_msg("page %zu looked at %lld", pages + 1, (long long)page.visited);
        }
        if (page.more) {
            query.after = page.items[page.count - 1].number;
            query.after_values = page.last_values;
        }
    }
    assert_true(pages > 30);
    jalon_view_unpin(view, snapshot);
}

/* By number: as many as the page has, and one more to know that there is a next one. */
static void a_page_by_number_looks_at_itself(void **state)
{
    (void)state;
    assert_cost(fixture_query(PLACES, 3), 4);
    assert_cost(fixture_query(PLACES, 10), 11);
}

/* Far from where the search for a page begins, too: those that match came last, or first. */
static void a_page_by_number_does_not_pass_by_everything(void **state)
{
    (void)state;
    enum { MANY = 24000, MATCH = 5000 };
    struct jalon_view *large;
    struct jalon_contribution one = all[0];
    assert_int_equal(jalon_view_create(ctx, &map, &large), JALON_OK);
    one.category_count = 0;
    for (int64_t i = 0; i < MANY; i++) {
        bool is_first = i < MATCH, is_last = i >= MANY - MATCH;
        one.number = i + 1;
        one.status = is_first ? 0 : is_last ? 1 : 2;
        memcpy(one.id.bytes, &i, sizeof i);
        assert_int_equal(jalon_view_load(scratch, large, &one, 1), JALON_OK);
        jalon_context_reset(scratch);
    }
    assert_int_equal(jalon_view_set_seq(ctx, large, 0, 0), JALON_OK);
    const struct jalon_snapshot *snapshot = jalon_view_pin(large);
    for (int32_t status = 0; status < 2; status++) {
        struct jalon_view_query query = fixture_query(PLACES, 90);
        struct jalon_view_result page = {.more = true};
        int64_t seen = status == 0 ? 0 : MANY - MATCH;
        query.status = status;
        while (page.more) {
            assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &page), JALON_OK);
            assert_int_equal(page.matched, MATCH);
            assert_true(page.visited < 17000);
            for (size_t i = 0; i < page.count; i++) {
                assert_int_equal(page.items[i].number, ++seen);
            }
            query.after = seen;
        }
        assert_int_equal(seen, status == 0 ? MATCH : MANY);
    }
    jalon_view_unpin(large, snapshot);
    jalon_view_destroy(large);
}

/* Sorted: at all that match, whichever page it is. */
static void a_sorted_page_looks_at_each_match_once(void **state)
{
    (void)state;
    struct chance chance = {9};
    size_t count = LOADED;
    change(&chance, &count, 900);
    struct jalon_view_sort sorts[JALON_QUERY_SORTS_MAX];
    struct jalon_view_query query = fixture_query(PLACES, 5);
    query.sorts = sorts;
    for (int i = 0; i < 6; i++) {
        struct jalon_view_query plain = fixture_query(PLACES, 0);
        struct jalon_view_result result;
        query.sort_count = choose_sorts(&chance, sorts);
        query.status = i % 2 == 0 ? -1 : 1;
        plain.status = query.status;
        const struct jalon_snapshot *snapshot = jalon_view_pin(view);
        assert_int_equal(jalon_snapshot_query(ctx, snapshot, &plain, &result), JALON_OK);
        jalon_view_unpin(view, snapshot);
        assert_cost(query, result.matched);
    }
}

/* --- Sortables --- */

static void sortables_are_public_and_of_one_value(void **state)
{
    (void)state;
    static const char *const names[] = {"title", "status", "author",  "created", "updated",
                                        "observed", "confirmed", "supports", "comments", "id",
                                        "name", "width", "level", "open"};
    struct jalon_view_queryable one;
    size_t count = 0;
    while (jalon_view_sortable_at(&collections[PLACES], count, &one)) {
        assert_true(count < sizeof names / sizeof *names);
        assert_string_equal(one.name.data, names[count]);
        count++;
    }
    assert_int_equal(count, sizeof names / sizeof *names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pages_are_those_of_the_model, setup, teardown),
        cmocka_unit_test_setup_teardown(only_a_count_is_only_a_count, setup, teardown),
        cmocka_unit_test_setup_teardown(a_walk_misses_nothing_while_others_write, setup, teardown),
        cmocka_unit_test_setup_teardown(a_page_by_number_looks_at_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(a_page_by_number_does_not_pass_by_everything, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_sorted_page_looks_at_each_match_once, setup, teardown),
        cmocka_unit_test_setup_teardown(sortables_are_public_and_of_one_value, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
