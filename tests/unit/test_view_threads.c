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

#include "view/state.h"
#include "view_digest.h"

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

/* The pages of a sorted list are the list: as many, and the same numbers in sum. */
static const char *check_sorted(struct jalon_context *ctx, struct chance *chance,
                                const struct jalon_snapshot *snapshot)
{
    struct jalon_view_sort sorts[2];
    struct jalon_view_query query = fixture_query(PLACES, NUMBERS);
    struct jalon_view_result plain, page = {.more = true};
    int64_t count = 0, sum = 0;
    for (size_t i = 0; i < 2; i++) { /* a text, then a time */
        size_t which = i == 0 ? chance_below(chance, 3) : 3;
        (void)jalon_view_sortable_at(&fixture_collections[PLACES], which, &sorts[i].property);
        sorts[i].is_descending = chance_below(chance, 2) == 0;
    }
    if (jalon_snapshot_query(ctx, snapshot, &query, &plain) != JALON_OK) {
        return "the list failed";
    }
    query.sorts = sorts;
    query.sort_count = 2;
    query.limit = NUMBERS / 4;
    while (page.more) {
        if (jalon_snapshot_query(ctx, snapshot, &query, &page) != JALON_OK) {
            return "the sorted list failed";
        }
        for (size_t i = 0; i < page.count; i++, count++) {
            sum += page.items[i].number;
        }
        query.after = page.count > 0 ? page.items[page.count - 1].number : 0;
        query.after_values = page.last_values;
    }
    for (size_t i = 0; i < plain.count; i++) {
        sum -= plain.items[i].number;
    }
    return count == plain.matched && sum == 0 ? NULL : "the sorted pages are not the list";
}

static void *read_on(void *argument)
{
    struct reader *reader = argument;
    struct jalon_context *ctx = jalon_context_create();
    int64_t last_seq = 0;
    do { /* once at least, however late the thread comes */
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
        if (reader->wrong == NULL) {
            reader->wrong = check_sorted(ctx, &reader->chance, snapshot);
        }
        jalon_view_unpin(view, snapshot);
        jalon_context_reset(ctx);
        reader->reads++;
    } while (reader->wrong == NULL && !atomic_load(&finished));
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

/* --- A state that is held for long, while others write and tidy --- */

enum { HELD_NUMBERS = 300, HELD_EVENTS = 9000, SEGMENTS_SEEN = 64 };

/* Segments that were there once, with one reference more: ours. */
struct seen {
    struct jalon_view_segment *segments[SEGMENTS_SEEN];
    size_t count;
};

static void note_segments(struct seen *seen, const struct jalon_snapshot *snapshot)
{
    const struct jalon_view_parts *parts = snapshot->collections[PLACES].parts;
    for (size_t i = 0; i < parts->segment_count && seen->count < SEGMENTS_SEEN; i++) {
        bool is_new = true;
        for (size_t j = 0; j < seen->count; j++) {
            is_new = is_new && seen->segments[j] != parts->segments[i];
        }
        if (is_new) {
            jalon_view_segment_retain(parts->segments[i]);
            seen->segments[seen->count++] = parts->segments[i];
        }
    }
}

/* How many of them somebody else still refers to. */
static size_t count_alive(const struct seen *seen)
{
    size_t alive = 0;
    for (size_t i = 0; i < seen->count; i++) {
        alive += atomic_load(&seen->segments[i]->references) > 1;
    }
    return alive;
}

static void *tidy_on(void *argument)
{
    struct jalon_context *ctx = jalon_context_create();
    enum jalon_status status = JALON_OK;
    while (status == JALON_OK && !atomic_load(&finished)) {
        status = jalon_view_tidy(ctx, view);
    }
    *(enum jalon_status *)argument = status;
    jalon_context_destroy(ctx);
    return NULL;
}

/* Events from `from` to before `end`; what they borrow is the arena's. */
static void write_some(struct jalon_context *ctx, struct jalon_arena *arena, struct chance *chance,
                       struct jalon_contribution *all, int64_t from, int64_t end)
{
    for (int64_t seq = from; seq < end; seq++) {
        struct jalon_contribution *one = &all[chance_below(chance, HELD_NUMBERS)];
        chance_edit(chance, arena, one);
        one->geometry = chance_geometry(chance, arena);
        one->moderation = chance_below(chance, 4) == 0 ? JALON_MODERATION_HIDDEN
                                                       : JALON_MODERATION_PUBLISHED;
        assert_int_equal(jalon_view_apply(ctx, view, one, seq, seq), JALON_OK);
    }
}

/* The view after event `seq`, made at once. */
static uint64_t digest_anew(struct jalon_context *ctx, const struct jalon_contribution *all,
                            int64_t seq)
{
    struct jalon_view *anew;
    assert_int_equal(jalon_view_create(ctx, &fixture_map, &anew), JALON_OK);
    assert_int_equal(jalon_view_load(ctx, anew, all, HELD_NUMBERS), JALON_OK);
    assert_int_equal(jalon_view_set_seq(ctx, anew, seq, seq), JALON_OK);
    uint64_t digest = digest_of(anew);
    jalon_view_destroy(anew);
    return digest;
}

static void a_held_state_stays_and_then_goes(void **state)
{
    (void)state;
    struct jalon_context *ctx = jalon_context_create();
    struct chance chance = {4};
    struct jalon_contribution *all =
        jalon_arena_allocate_zeroed(ctx->arena, HELD_NUMBERS, sizeof *all);
    struct seen seen = {.count = 0};
    assert_int_equal(jalon_view_create(ctx, &fixture_map, &view), JALON_OK);
    for (int64_t i = 0; i < HELD_NUMBERS; i++) {
        all[i] = chance_contribution(&chance, ctx->arena, i + 1);
    }
    assert_int_equal(jalon_view_load(ctx, view, all, HELD_NUMBERS), JALON_OK);
    assert_int_equal(jalon_view_set_seq(ctx, view, 1, 1), JALON_OK);
    struct jalon_context *lasting = jalon_context_create();
    write_some(ctx, lasting->arena, &chance, all, 2, 1000);
    const struct jalon_snapshot *held = jalon_view_pin(view);
    uint64_t digest = digest_snapshot(held);
    size_t memory = jalon_view_memory(view);
    note_segments(&seen, held);
    size_t held_segments = seen.count;
    assert_true(held_segments > 0);

    enum jalon_status tidied = JALON_INTERNAL;
    pthread_t thread;
    atomic_store(&finished, false);
    assert_int_equal(pthread_create(&thread, NULL, tidy_on, &tidied), 0);
    for (int64_t seq = 1000; seq < 1000 + HELD_EVENTS; seq += HELD_EVENTS / 10) {
        write_some(ctx, lasting->arena, &chance, all, seq, seq + HELD_EVENTS / 10);
        const struct jalon_snapshot *latest = jalon_view_pin(view);
        note_segments(&seen, latest);
        jalon_view_unpin(view, latest);
        assert_int_equal(digest_snapshot(held), digest);
        assert_int_equal(digest_of(view), digest_anew(ctx, all, seq + HELD_EVENTS / 10 - 1));
    }
    atomic_store(&finished, true);
    pthread_join(thread, NULL);
    assert_int_equal(tidied, JALON_OK);
    assert_int_equal(jalon_view_tidy(ctx, view), JALON_OK);
    assert_int_equal(digest_snapshot(held), digest);

    /* Alive is what the held state has and what the latest one has, nothing between; then only that. */
    size_t now = view->latest->collections[PLACES].parts->segment_count;
    assert_true(seen.count > held_segments + now);
    assert_true(count_alive(&seen) >= held_segments);
    assert_true(count_alive(&seen) <= held_segments + now);
    jalon_view_unpin(view, held);
    assert_true(count_alive(&seen) <= now);
    assert_true(jalon_view_memory(view) < 4 * memory);
    for (size_t i = 0; i < seen.count; i++) {
        jalon_view_segment_release(seen.segments[i]);
    }
    jalon_view_destroy(view);
    jalon_context_destroy(lasting);
    jalon_context_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_see_one_state_while_a_writer_works),
        cmocka_unit_test(another_thread_may_unpin),
        cmocka_unit_test(a_held_state_stays_and_then_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
