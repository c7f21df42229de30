/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Sessions beside each other: threads, another process, a process that is killed.
 *
 * The other process is this program again, started with "writer LOCATION COUNT": a forked copy
 * would share the engine's idea of which locks are held.
 */
#include "support.h"

#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "jalon/clock.h"
#include "jalon/db.h"

extern char **environ;

/* Writes contributions, three a transaction; says the last event number after each commit. */
static int be_writer(const char *location, long transactions)
{
    struct fixture fixture = {.ctx = jalon_context_create()};
    fixture.store = open_store(fixture.ctx, location);
    struct jalon_session *session = read_session(&fixture);
    expect(fixture.ctx, JALON_OK,
           jalon_store_load_map(fixture.ctx, session, JALON_TEXT("sample"), &fixture.map));
    jalon_session_end(session);
    for (long i = 0; i < transactions; i++) {
        struct jalon_contribution row;
        int64_t seq = 0;
        session = write_session(&fixture);
        for (int j = 0; j < 3; j++) {
            sample_contribution(fixture.ctx, &fixture.map, (int)i, &row);
            row.source = row.source_id = JALON_TEXT_EMPTY;
            expect(fixture.ctx, JALON_OK,
                   jalon_store_put_contribution(fixture.ctx, session, &fixture.map, &row,
                                                &creation, &seq));
        }
        commit_session(&fixture, session);
        if (write(STDOUT_FILENO, &seq, sizeof seq) != sizeof seq) {
            return 1;
        }
    }
    jalon_store_close(fixture.store);
    jalon_context_destroy(fixture.ctx);
    return 0;
}

/* Starts the writer; what it says comes out of *out_pipe. */
static pid_t start_writer(const char *location, const char *transactions, int *out_pipe)
{
    int ends[2];
    pid_t writer;
    posix_spawn_file_actions_t actions;
    char *const arguments[] = {"writer", "writer", (char *)location, (char *)transactions, NULL};
    assert_int_equal(pipe(ends), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    assert_int_equal(posix_spawn(&writer, "/proc/self/exe", &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    *out_pipe = ends[0];
    return writer;
}

static void another_process_writes_too(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    int64_t before, after, seq, time_us, said;
    int said_pipe;
    expect(ctx, JALON_OK, jalon_store_data_version(ctx, fixture->store, &before));
    pid_t writer = start_writer(fixture->location, "40", &said_pipe);
    for (int i = 0; i < 40; i++) {
        struct jalon_contribution row;
        sample_contribution(ctx, &fixture->map, i, &row);
        create(fixture, &row);
    }
    while (read(said_pipe, &said, sizeof said) == sizeof said) {
    }
    close(said_pipe);
    int exit_status;
    assert_int_equal(waitpid(writer, &exit_status, 0), writer);
    assert_int_equal(exit_status, 0);
    expect(ctx, JALON_OK, jalon_store_data_version(ctx, fixture->store, &after));
    assert_true(after > before);
    struct jalon_session *session = read_session(fixture);
    expect(ctx, JALON_OK,
           jalon_store_last_event(ctx, session, &fixture->map, &seq, &time_us));
    jalon_session_end(session);
    assert_int_equal(seq, 40 + 3 * 40);
    assert_history_whole(fixture, seq);
}

static void the_data_version_tells_of_commits_only(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    int64_t first = 0, second = 1;
    struct jalon_contribution row;
    for (int i = 0; i < 100 && first != second; i++) { /* an engine may count for all its databases */
        expect(ctx, JALON_OK, jalon_store_data_version(ctx, fixture->store, &first));
        struct jalon_session *session = read_session(fixture);
        jalon_session_end(session);
        session = write_session(fixture);
        jalon_session_end(session);
        expect(ctx, JALON_OK, jalon_store_data_version(ctx, fixture->store, &second));
    }
    assert_int_equal(first, second);
    sample_contribution(ctx, &fixture->map, 1, &row);
    create(fixture, &row);
    expect(ctx, JALON_OK, jalon_store_data_version(ctx, fixture->store, &second));
    assert_true(second > first);
}

static void a_killed_process_leaves_nothing_half(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    int64_t seq = 0;
    for (int round = 0; round < 8; round++) {
        int64_t said = 0, time_us;
        int said_pipe;
        jalon_store_close(fixture->store);
        fixture->store = NULL;
        pid_t writer = start_writer(fixture->location, "1000000", &said_pipe);
        /* Killed after the first commits, at a moment that differs. */
        for (int i = 0; i <= round; i++) {
            assert_int_equal(read(said_pipe, &said, sizeof said), sizeof said);
        }
        nanosleep(&(struct timespec){.tv_nsec = 700000L * round}, NULL);
        kill(writer, SIGKILL);
        assert_int_equal(waitpid(writer, NULL, 0), writer);
        while (read(said_pipe, &said, sizeof said) == sizeof said) {
        }
        close(said_pipe);
        settle_location(fixture->location); /* it may have sent its last commit */
        fixture->store = open_store(ctx, fixture->location);
        struct jalon_session *session = read_session(fixture);
        expect(ctx, JALON_OK,
               jalon_store_last_event(ctx, session, &fixture->map, &seq, &time_us));
        jalon_session_end(session);
        /* What was said to be committed is there, and whole transactions only. */
        assert_true(seq >= said);
        assert_int_equal(seq % 3, 0);
        assert_history_whole(fixture, seq);
    }
}

/* Where writers of a map meet is the engine's: when a session begins, or when it comes to the map. */
static enum jalon_status write_to_map(struct fixture *fixture, struct jalon_store *store)
{
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contribution row;
    struct jalon_session *session = NULL;
    int64_t seq;
    enum jalon_status status = jalon_store_write(ctx, store, &session);
    if (status == JALON_OK) {
        sample_contribution(ctx, &fixture->map, 2, &row);
        status =
            jalon_store_put_contribution(ctx, session, &fixture->map, &row, &creation, &seq);
    }
    jalon_session_end(session);
    return status;
}

static void a_second_writer_waits_and_gives_up(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_store_options impatient = {
        .data = jalon_text_from(fixture->location),
        .write_wait_ms = 50,
    };
    struct jalon_store *other;
    struct jalon_session *session, *second, *third;
    struct jalon_contribution row;
    int64_t seq;
    expect(ctx, JALON_OK, jalon_store_open(ctx, &impatient, &other));
    session = write_session(fixture);
    sample_contribution(ctx, &fixture->map, 1, &row);
    expect(ctx, JALON_OK,
           jalon_store_put_contribution(ctx, session, &fixture->map, &row, &creation, &seq));
    expect(ctx, JALON_RETRY, write_to_map(fixture, other));
    jalon_session_end(session);
    expect(ctx, JALON_OK, write_to_map(fixture, other));
    /* The same within one store, whatever they write to. */
    expect(ctx, JALON_OK, jalon_store_write(ctx, other, &second));
    expect(ctx, JALON_RETRY, jalon_store_write(ctx, other, &third));
    jalon_session_end(second);
    expect(ctx, JALON_OK, jalon_store_write(ctx, other, &third));
    jalon_session_end(third);
    jalon_store_close(other);
}

enum { WRITERS = 3, READERS = 12, ROUNDS = 25 };

struct worker {
    struct fixture *fixture;
    pthread_t thread;
    int failures;
};

static void *write_many(void *object)
{
    struct worker *worker = object;
    struct jalon_context *ctx = jalon_context_create();
    for (int i = 0; i < ROUNDS; i++) {
        struct jalon_contribution row;
        struct jalon_session *session;
        int64_t seq;
        sample_contribution(ctx, &worker->fixture->map, i, &row);
        row.source = row.source_id = JALON_TEXT_EMPTY;
        bool done = jalon_store_write(ctx, worker->fixture->store, &session) == JALON_OK;
        if (done) {
            done = jalon_store_put_contribution(ctx, session, &worker->fixture->map, &row,
                                                &creation, &seq) == JALON_OK &&
                   jalon_session_commit(ctx, session) == JALON_OK;
            jalon_session_end(session);
        }
        worker->failures += !done;
    }
    jalon_context_destroy(ctx);
    return NULL;
}

/* In one session the last event does not move, whoever writes meanwhile. */
static void *read_many(void *object)
{
    struct worker *worker = object;
    struct jalon_context *ctx = jalon_context_create();
    const struct jalon_map *map = &worker->fixture->map;
    for (int i = 0; i < ROUNDS; i++) {
        struct jalon_session *session;
        int64_t first = 0, last = -1, time_us;
        if (jalon_store_read(ctx, worker->fixture->store, &session) != JALON_OK) {
            worker->failures++;
            continue;
        }
        bool read = jalon_store_last_event(ctx, session, map, &first, &time_us) == JALON_OK &&
                    jalon_store_last_event(ctx, session, map, &last, &time_us) == JALON_OK;
        worker->failures += !read || first != last;
        jalon_session_end(session);
        jalon_context_reset(ctx);
    }
    jalon_context_destroy(ctx);
    return NULL;
}

static void many_threads_read_and_write(void **state)
{
    struct fixture *fixture = *state;
    struct worker workers[WRITERS + READERS];
    for (int i = 0; i < WRITERS + READERS; i++) {
        workers[i] = (struct worker){.fixture = fixture};
        assert_int_equal(pthread_create(&workers[i].thread, NULL,
                                        i < WRITERS ? write_many : read_many, &workers[i]),
                         0);
    }
    for (int i = 0; i < WRITERS + READERS; i++) {
        pthread_join(workers[i].thread, NULL);
        assert_int_equal(workers[i].failures, 0);
    }
    assert_history_whole(fixture, WRITERS * ROUNDS);
}

/* --- Opening --- */

struct opener {
    pthread_t thread;
    const char *location;
    enum jalon_status status;
    char words[400];
};

static void *open_once(void *argument)
{
    struct opener *opener = argument;
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_store_options options = {
        .data = jalon_text_from(opener->location), .create = true, .write_wait_ms = 120000};
    struct jalon_store *store = NULL;
    opener->status = jalon_store_open(ctx, &options, &store);
    snprintf(opener->words, sizeof opener->words, "%s (%s)", ctx->error.message.data,
             ctx->error.internal.data);
    jalon_store_close(store);
    jalon_context_destroy(ctx);
    return NULL;
}

/* As programs do that are started together: one makes the schema, the others wait for it. */
static void several_may_create_it_at_once(void **state)
{
    enum { OPENERS = 4 };
    (void)state;
    char location[256];
    struct opener openers[OPENERS];
    make_location(location);
    for (int i = 0; i < OPENERS; i++) {
        openers[i] = (struct opener){.location = location};
        assert_int_equal(pthread_create(&openers[i].thread, NULL, open_once, &openers[i]), 0);
    }
    for (int i = 0; i < OPENERS; i++) {
        pthread_join(openers[i].thread, NULL);
    }
    for (int i = 0; i < OPENERS; i++) {
        if (openers[i].status != JALON_OK) {
            print_error("%s\n", openers[i].words);
        }
        assert_int_equal(openers[i].status, JALON_OK);
    }
    forget_location(location);
}

static void what_is_not_there_is_not_opened(void **state)
{
    (void)state;
    struct jalon_context *ctx = jalon_context_create();
    char location[256], inside[300];
    int64_t has, makes;
    struct jalon_store *store;
    make_location(location);
    struct jalon_store_options options = {.data = jalon_text_from(location)};
    expect(ctx, JALON_NOT_FOUND, jalon_store_open(ctx, &options, &store));
    make_missing_location(location, inside);
    options.data = jalon_text_from(inside);
    /* A server may be as silent about what it has not as about itself. */
    enum jalon_status opened = jalon_store_open(ctx, &options, &store);
    assert_true(opened == JALON_NOT_FOUND || opened == JALON_UNAVAILABLE);
    assert_int_equal(jalon_store_versions(ctx, &options, &has, &makes), opened);
    options.data = JALON_TEXT("mystery://host/database");
    expect(ctx, JALON_UNSUPPORTED, jalon_store_open(ctx, &options, &store));
    forget_location(location);
    jalon_context_destroy(ctx);
}

static void a_newer_database_is_refused_and_not_touched(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_store_options options = {.data = jalon_text_from(fixture->location)};
    int64_t has, makes;
    expect(ctx, JALON_OK, jalon_store_versions(ctx, &options, &has, &makes));
    assert_int_equal(has, makes);
    assert_int_equal(makes, jalon_db_schema_newest());

    mark_schema(fixture, makes + 1);
    jalon_store_close(fixture->store);
    fixture->store = NULL;
    struct jalon_store *store = NULL;
    options.create = true;
    enum jalon_status status = jalon_store_open(ctx, &options, &store);
    char newer[40], known[40];
    snprintf(newer, sizeof newer, "version %lld", (long long)makes + 1);
    snprintf(known, sizeof known, "up to %lld", (long long)makes);
    assert_non_null(strstr(ctx->error.message.data, newer));
    assert_non_null(strstr(ctx->error.message.data, known));
    expect(ctx, JALON_CONFLICT, status);
    expect(ctx, JALON_OK, jalon_store_versions(ctx, &options, &has, &makes));
    assert_int_equal(has, makes + 1);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "writer") == 0) {
        return be_writer(argv[2], strtol(argv[3], NULL, 10));
    }
    const struct CMUnitTest tests[] = {
        RUN(another_process_writes_too),
        RUN(the_data_version_tells_of_commits_only),
        RUN(a_killed_process_leaves_nothing_half),
        RUN(a_second_writer_waits_and_gives_up),
        RUN(many_threads_read_and_write),
        cmocka_unit_test(several_may_create_it_at_once),
        cmocka_unit_test(what_is_not_there_is_not_opened),
        RUN(a_newer_database_is_refused_and_not_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
