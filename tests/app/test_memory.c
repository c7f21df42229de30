/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The n-th allocation fails, for every n: nothing is half done, and the next try works. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "jalon/memory.h"

enum { MOST = 20000 };

static size_t event_count(struct fixture *fixture)
{
    size_t count;
    list_events(fixture, &count);
    return count;
}

/* A failure of memory anywhere may show as itself, or as what a library made of it. */
static bool is_failure_of_memory(enum jalon_status status)
{
    return status == JALON_NO_MEMORY || status == JALON_INTERNAL || status == JALON_UNAVAILABLE;
}

static void test_contributing(void **state)
{
    struct fixture *fixture = *state;
    const char *json = at_point(
        fixture, "'title':'Un','access':'full','days':['monday'],'categories':['culture']");
    struct jalon_record record = body(fixture, json);
    const struct jalon_contribute command = {
        .map = JALON_TEXT("sample"),
        .collection = JALON_TEXT("places"),
        .record = &record,
        .actor.account = JALON_TEXT_EMPTY,
    };
    size_t stored_count = 0;
    bool failed = true;
    shown_count(fixture, fixture->app, "places"); /* loaded */
    for (uint64_t n = 1; failed && n < MOST; n++) {
        struct jalon_context *ctx = jalon_context_create();
        struct jalon_contributed made;
        jalon_memory_fail_at(n);
        enum jalon_status status = jalon_app_contribute(ctx, fixture->app, &command, &made);
        failed = jalon_memory_count() >= n;
        jalon_memory_fail_at(0);
        if (status != JALON_OK && !is_failure_of_memory(status)) {
            print_error("allocation %lu: %s: %s\n", (unsigned long)n, jalon_status_name(status),
                        ctx->error.message.data);
        }
        assert_true(status == JALON_OK || is_failure_of_memory(status));
        stored_count += status == JALON_OK;
        size_t events = event_count(fixture);
        /* Stored and then no memory for the answer: the one case in which it is there. */
        assert_true(events == stored_count || events == stored_count + 1);
        stored_count = events;
        assert_int_equal(shown_count(fixture, fixture->app, "places"), events);
        jalon_context_destroy(ctx);
    }
    assert_false(failed);
    assert_true(stored_count > 0);
}

static void test_loading_a_map(void **state)
{
    struct fixture *fixture = *state;
    bool failed = true;
    for (int i = 0; i < 3; i++) {
        expect(fixture->ctx, JALON_OK,
               contribute(fixture, "places", at_point(fixture, "'title':'a'"), "", NULL));
    }
    for (uint64_t n = 1; failed && n < MOST; n++) {
        struct jalon_context *ctx = jalon_context_create();
        struct jalon_reading reading;
        jalon_live_drop(fixture->app, JALON_TEXT("sample"));
        jalon_memory_fail_at(n);
        enum jalon_status status =
            jalon_app_read(ctx, fixture->app, JALON_TEXT("sample"), NULL, &reading);
        failed = jalon_memory_count() >= n;
        jalon_memory_fail_at(0);
        if (status == JALON_OK) {
            assert_int_equal(jalon_snapshot_count(reading.snapshot, 0), 3);
            jalon_app_end_reading(fixture->app, &reading);
        }
        assert_true(status == JALON_OK || is_failure_of_memory(status));
        assert_int_equal(shown_count(fixture, fixture->app, "places"), 3);
        jalon_context_destroy(ctx);
    }
    assert_false(failed);
}

static void test_importing(void **state)
{
    struct fixture *fixture = *state;
    static const char csv[] = "id;title;category;access;days;width;x;y\n"
                              "1;Un;Danse;oui;lundi;1,5;3.87;43.61\n"
                              "2;Deux;Sport;yes;lundi;1,5;3.87;43.61\n"
                              ";Trois;Sport;yes;lundi;1,5;3.87;43.61\n";
    bool failed = true;
    for (uint64_t n = 1; failed && n < MOST; n++) {
        char source[32];
        snprintf(source, sizeof source, "source %lu", (unsigned long)n);
        const struct importing options = {.source = source};
        size_t before = event_count(fixture);
        jalon_memory_fail_at(n);
        struct imported done = import_text(fixture, options, csv);
        failed = jalon_memory_count() >= n;
        jalon_memory_fail_at(0);
        size_t made = event_count(fixture) - before;
        assert_true(done.status == JALON_OK || is_failure_of_memory(done.status));
        assert_true(made == 0 || made == 2); /* all of its rows, or none */
        assert_true(done.status != JALON_OK || made == 2);
        /* Again: what is there stays, the rest comes. */
        done = import_text(fixture, options, csv);
        expect_counts(&done, 3, 2 - (int64_t)made, 0, (int64_t)made, 1, 0, 0);
    }
    assert_false(failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {RUN(test_contributing), RUN(test_loading_a_map),
                                       RUN(test_importing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
