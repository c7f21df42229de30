/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Readers beside a writer: what is pinned is one state, and everybody gets their turn. Meant for
 * ThreadSanitizer, which sees what these assertions cannot.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "view_fixture.h"

enum { READERS = 3, EVENTS = 3000, NUMBERS = 400 };

static struct jalon_view *view;
static atomic_bool finished;

/* What a reader found; read after it has ended (cmocka's assertions are for the main thread). */
struct reader {
    pthread_t thread;
    struct chance chance;
    size_t reads;
    const char *wrong; /* NULL: nothing */
};

/* Category 5 is counted by the view; the same count by looking at every item. */
static const char *check_counts(struct jalon_context *ctx, const struct jalon_snapshot *snapshot)
{
    struct jalon_view_query query = fixture_query(PLACES, NUMBERS);
    struct jalon_view_result result;
    if (jalon_snapshot_query(ctx, snapshot, &query, &result) != JALON_OK) {
        return "the list failed";
    }
    int64_t in_category = 0;
    for (size_t i = 0; i < result.count; i++) {
        const struct jalon_contribution *one;
        if (jalon_snapshot_read(ctx, snapshot, &result.items[i], &one) != JALON_OK) {
            return "an item cannot be read";
        }
        for (size_t j = 0; j < one->category_count; j++) {
            in_category += one->categories[j] == 5;
        }
        if (result.items[i].json.data[result.items[i].json.length - 1] != '}') {
            return "an item is not whole";
        }
    }
    if (result.matched != jalon_snapshot_count(snapshot, PLACES) ||
        (int64_t)result.count != result.matched) {
        return "the list and the count differ";
    }
    return in_category == jalon_snapshot_category_count(snapshot, PLACES, 5)
               ? NULL
               : "the list and the category's count differ";
}

static const char *check_box(struct jalon_context *ctx, struct chance *chance,
                             const struct jalon_snapshot *snapshot)
{
    struct jalon_view_query query = fixture_query(PLACES, 10);
    query.has_box = true;
    query.box = chance_box(chance);
    struct jalon_view_result first, again;
    if (jalon_snapshot_query(ctx, snapshot, &query, &first) != JALON_OK ||
        jalon_snapshot_query(ctx, snapshot, &query, &again) != JALON_OK) {
        return "the box failed";
    }
    bool same = first.matched == again.matched && first.count == again.count;
    for (size_t i = 0; same && i < first.count; i++) {
        same = first.items[i].json.data == again.items[i].json.data;
    }
    return same ? NULL : "one state gave two answers";
}

static void *read_on(void *argument)
{
    struct reader *reader = argument;
    struct jalon_context *ctx = jalon_context_create();
    int64_t last_seq = 0;
    while (reader->wrong == NULL && !atomic_load(&finished)) {
        const struct jalon_snapshot *snapshot = jalon_view_pin(view);
        if (jalon_snapshot_seq(snapshot) < last_seq) {
            reader->wrong = "time went back";
        }
        last_seq = jalon_snapshot_seq(snapshot);
        if (reader->wrong == NULL) {
            reader->wrong = check_counts(ctx, snapshot);
        }
        if (reader->wrong == NULL) {
            reader->wrong = check_box(ctx, &reader->chance, snapshot);
        }
        jalon_view_unpin(view, snapshot);
        jalon_context_reset(ctx);
        reader->reads++;
    }
    jalon_context_destroy(ctx);
    return NULL;
}

static void readers_see_one_state_while_a_writer_works(void **state)
{
    (void)state;
    struct jalon_context *ctx = jalon_context_create();
    struct chance chance = {42};
    assert_int_equal(jalon_view_create(ctx, &fixture_map, &view), JALON_OK);
    struct jalon_contribution *all =
        jalon_arena_allocate_zeroed(ctx->arena, NUMBERS + 1, sizeof *all);
    for (int64_t number = 1; number <= NUMBERS; number++) {
        all[number] = chance_contribution(&chance, ctx->arena, number);
    }
    struct reader readers[READERS] = {{.reads = 0}};
    for (size_t i = 0; i < READERS; i++) {
        readers[i].chance.state = 7 + i;
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    for (int64_t seq = 1; seq <= EVENTS; seq++) {
        struct jalon_contribution *one = &all[1 + chance_below(&chance, NUMBERS)];
        one->geometry = chance_geometry(&chance, ctx->arena);
        chance_edit(&chance, ctx->arena, one);
        one->moderation = chance_below(&chance, 4) == 0 ? JALON_MODERATION_HIDDEN
                                                        : JALON_MODERATION_PUBLISHED;
        assert_int_equal(jalon_view_apply(ctx, view, one, seq, seq), JALON_OK);
        const struct jalon_snapshot *snapshot = jalon_view_pin(view); /* its own write is there */
        struct jalon_view_item item;
        assert_int_equal(jalon_snapshot_find(snapshot, -1, one->id, &item),
                         one->moderation == JALON_MODERATION_PUBLISHED);
        jalon_view_unpin(view, snapshot);
    }
    atomic_store(&finished, true);
    for (size_t i = 0; i < READERS; i++) {
        pthread_join(readers[i].thread, NULL);
        assert_string_equal(readers[i].wrong == NULL ? "" : readers[i].wrong, "");
        assert_true(readers[i].reads > 0);
    }
    jalon_view_destroy(view);
    jalon_context_destroy(ctx);
}

/* --- A pin may be given back by another thread than the one that took it --- */

static void *unpin(void *argument)
{
    jalon_view_unpin(view, argument);
    return NULL;
}

static void another_thread_may_unpin(void **state)
{
    (void)state;
    struct jalon_context *ctx = jalon_context_create();
    assert_int_equal(jalon_view_create(ctx, &fixture_map, &view), JALON_OK);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    assert_int_equal(jalon_view_set_seq(ctx, view, 3, 4), JALON_OK); /* does not wait for it */
    assert_int_equal(jalon_snapshot_seq(snapshot), 0);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, unpin, (void *)snapshot), 0);
    pthread_join(thread, NULL);
    snapshot = jalon_view_pin(view);
    assert_int_equal(jalon_snapshot_seq(snapshot), 3);
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
    jalon_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_see_one_state_while_a_writer_works),
        cmocka_unit_test(another_thread_may_unpin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
