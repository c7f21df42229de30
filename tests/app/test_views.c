/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The life of maps in memory: let go when idle, taken from files when those are of this database, and
 * whatever happens the same answers.
 */
#include "support.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "view/state.h"

enum { PATH_SIZE = 1024 };

static void path_of(const struct fixture *fixture, const char *name, char out[PATH_SIZE])
{
    assert_true(snprintf(out, PATH_SIZE, "%s/%s", fixture->folder, name) < PATH_SIZE);
}

/* How many files the folder for views has; removes them, and it, if wanted. */
static size_t count_files(struct fixture *fixture, bool removes)
{
    char folder[PATH_SIZE], path[2 * PATH_SIZE];
    size_t count = 0;
    path_of(fixture, "view", folder);
    DIR *listing = opendir(folder);
    for (struct dirent *one = listing != NULL ? readdir(listing) : NULL; one != NULL;
         one = readdir(listing)) {
        if (one->d_name[0] != '.') {
            count++;
            snprintf(path, sizeof path, "%s/%s", folder, one->d_name);
            if (removes) {
                assert_int_equal(unlink(path), 0);
            }
        }
    }
    if (listing != NULL) {
        closedir(listing);
    }
    if (removes) {
        (void)rmdir(folder);
    }
    return count;
}

static void use_folder(struct fixture *fixture)
{
    char folder[PATH_SIZE];
    path_of(fixture, "view", folder);
    expect(fixture->ctx, JALON_OK,
           jalon_keeper_set_folder(fixture->ctx, fixture->app, jalon_text_from(folder)));
}

static int setup_views(void **state)
{
    int failed = setup(state);
    use_folder(*state);
    return failed;
}

static int teardown_views(void **state)
{
    (void)count_files(*state, true);
    return teardown(state);
}

#define RUN_VIEWS(function)                                                                        \
    cmocka_unit_test_setup_teardown(function, setup_views, teardown_views)

/* As another process, on the same folders. */
static void reopen(struct fixture *fixture)
{
    jalon_app_close(fixture->app);
    fixture->app = open_app(fixture, false);
    use_folder(fixture);
}

static struct jalon_contributed add(struct fixture *fixture, const char *title)
{
    char properties[128];
    struct jalon_contributed made;
    snprintf(properties, sizeof properties, "'title':'%s'", title);
    expect(fixture->ctx, JALON_OK,
           contribute(fixture, "places", at_point(fixture, properties), "", &made));
    return made;
}

/* Keeps the map "sample" in files, however small it is. */
static void keep_sample(struct fixture *fixture, struct jalon_app *app)
{
    struct jalon_live_map *live = NULL;
    expect(fixture->ctx, JALON_OK,
           jalon_live_hold(fixture->ctx, app, JALON_TEXT("sample"),
                           JALON_VISIBILITY_PUBLIC, &live));
    live->view->kept_from = 0;
    live->view->kept_every = 0;
    expect(fixture->ctx, JALON_OK, jalon_view_keep(fixture->ctx, live->view));
    jalon_live_release(app, live);
}

/* Did the map "sample" come from files? */
static bool was_restored(struct fixture *fixture, struct jalon_app *app)
{
    struct jalon_live_map *live = NULL;
    expect(fixture->ctx, JALON_OK,
           jalon_live_hold(fixture->ctx, app, JALON_TEXT("sample"),
                           JALON_VISIBILITY_PUBLIC, &live));
    bool was = live->view->kept_seq > 0;
    jalon_live_release(app, live);
    return was;
}

/* --- Files --- */

static void a_start_takes_files_and_what_came_since(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed first = add(fixture, "one"), second = add(fixture, "two");
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 2);
    assert_false(was_restored(fixture, fixture->app));
    keep_sample(fixture, fixture->app);
    assert_true(count_files(fixture, false) > 0);
    struct jalon_contributed third = add(fixture, "three");
    struct jalon_contribution row = stored(fixture, "places", first.id);
    row.moderation = JALON_MODERATION_DELETED;
    edit(fixture, &row, JALON_ACTION_DELETE, "zoe");
    reopen(fixture);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 2);
    assert_true(was_restored(fixture, fixture->app));
    assert_null(shown(fixture, fixture->app, "places", first.id));
    assert_string_equal(shown(fixture, fixture->app, "places", second.id), second.json.data);
    assert_string_equal(shown(fixture, fixture->app, "places", third.id), third.json.data);
}

/* What is deleted is nowhere: where it is deleted, and where another process did it. */
static void nothing_is_kept_of_a_deleted_map(void **state)
{
    struct fixture *fixture = *state;
    (void)add(fixture, "one");
    keep_sample(fixture, fixture->app);
    create_map(fixture, "other");
    size_t kept = count_files(fixture, false);
    assert_true(kept > 0);
    expect(fixture->ctx, JALON_OK,
           jalon_app_delete_map(fixture->ctx, fixture->app, JALON_TEXT("other")));
    assert_int_equal(count_files(fixture, false), kept);
    struct jalon_app *elsewhere = open_app(fixture, false);
    expect(fixture->ctx, JALON_OK,
           jalon_app_delete_map(fixture->ctx, elsewhere, JALON_TEXT("sample")));
    jalon_app_close(elsewhere);
    assert_int_equal(count_files(fixture, false), kept);
    reopen(fixture);
    assert_int_equal(count_files(fixture, false), 0);
    create_map(fixture, "sample");
    (void)add(fixture, "again");
    keep_sample(fixture, fixture->app);
    assert_true(count_files(fixture, false) > 0);
    expect(fixture->ctx, JALON_OK,
           jalon_app_delete_map(fixture->ctx, fixture->app, JALON_TEXT("sample")));
    assert_int_equal(count_files(fixture, false), 0);
}

/* The database is that of an earlier time: what came after never was. */
static void after_a_backup_files_are_of_no_use(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed first = add(fixture, "one"), second;
    jalon_app_close(fixture->app);
    save_location(fixture->location);
    fixture->app = open_app(fixture, false);
    use_folder(fixture);
    second = add(fixture, "two");
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 2);
    keep_sample(fixture, fixture->app);
    jalon_app_close(fixture->app);
    restore_location(fixture->location);
    fixture->app = open_app(fixture, false);
    use_folder(fixture);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 1);
    assert_false(was_restored(fixture, fixture->app));
    assert_null(shown(fixture, fixture->app, "places", second.id));
    /* Now there is an event of that number again. */
    struct jalon_contributed other = add(fixture, "other");
    reopen(fixture);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 2);
    assert_false(was_restored(fixture, fixture->app));
    assert_null(shown(fixture, fixture->app, "places", second.id));
    assert_string_equal(shown(fixture, fixture->app, "places", other.id), other.json.data);
    assert_string_equal(shown(fixture, fixture->app, "places", first.id), first.json.data);
}

static void files_of_another_map_of_that_name_are_of_no_use(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed first = add(fixture, "one");
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 1);
    keep_sample(fixture, fixture->app);
    expect(fixture->ctx, JALON_OK,
           jalon_app_delete_map(fixture->ctx, fixture->app, JALON_TEXT("sample")));
    create_map(fixture, "sample");
    struct jalon_contributed other = add(fixture, "other");
    reopen(fixture);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 1);
    assert_false(was_restored(fixture, fixture->app));
    assert_null(shown(fixture, fixture->app, "places", first.id));
    assert_string_equal(shown(fixture, fixture->app, "places", other.id), other.json.data);
}

static void two_may_keep_in_one_folder(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_app *first = fixture->app, *second = open_app(fixture, false);
    char folder[PATH_SIZE];
    path_of(fixture, "view", folder);
    expect(fixture->ctx, JALON_OK,
           jalon_keeper_set_folder(fixture->ctx, second, jalon_text_from(folder)));
    for (int i = 1; i <= 12; i++) {
        fixture->app = i % 2 == 0 ? first : second;
        add(fixture, "one");
        assert_int_equal(shown_count(fixture, fixture->app, "places"), i);
        keep_sample(fixture, fixture->app);
        jalon_live_drop(fixture->app, JALON_TEXT("sample"));
        assert_int_equal(shown_count(fixture, fixture->app, "places"), i);
        assert_true(was_restored(fixture, fixture->app));
    }
    fixture->app = first;
    jalon_app_close(second);
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
    struct fixture *fixture = *state;
    char folder[PATH_SIZE];
    path_of(fixture, "not/there", folder);
    expect(fixture->ctx, JALON_UNAVAILABLE,
           jalon_keeper_set_folder(fixture->ctx, fixture->app, jalon_text_from(folder)));
    assert_non_null(strstr(fixture->ctx->error.message.data, folder));
    jalon_error_clear(fixture->ctx);
    /* Where no file can be made there are none; all else is as ever. */
    path_of(fixture, "file", folder);
    fclose(fopen(folder, "w"));
    expect(fixture->ctx, JALON_OK,
           jalon_keeper_set_folder(fixture->ctx, fixture->app, jalon_text_from(folder)));
    add(fixture, "one");
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 1);
    keep_sample(fixture, fixture->app);
    jalon_live_drop(fixture->app, JALON_TEXT("sample"));
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 1);
    assert_false(was_restored(fixture, fixture->app));
    unlink(folder);
}

/* --- Letting go --- */

enum { MAPS = 4 };

static const char *const slugs[MAPS] = {"sample", "second", "third", "fourth"};

/* So small that every map is too much, idle at once. */
static void leave_no_memory(struct fixture *fixture)
{
    fixture->app->view_memory = 1;
    fixture->app->idle_us = -1;
}

static size_t count_live(struct fixture *fixture)
{
    size_t count = 0;
    pthread_mutex_lock(&fixture->app->maps_lock);
    for (struct jalon_live_map *live = fixture->app->maps; live != NULL; live = live->next) {
        count++;
    }
    pthread_mutex_unlock(&fixture->app->maps_lock);
    return count;
}

/* How many contributions the map has; -1: it cannot be read. */
static int64_t count_of(struct jalon_context *ctx, struct jalon_app *app, const char *slug)
{
    struct jalon_reading reading;
    if (jalon_app_read(ctx, app, jalon_text_from(slug), NULL, &reading) != JALON_OK) {
        return -1;
    }
    int64_t count = jalon_snapshot_count(reading.snapshot, 0);
    jalon_app_end_reading(app, &reading);
    return count;
}

/* Contributes to a map by its slug. */
static enum jalon_status add_to(struct jalon_context *ctx, struct jalon_app *app, const char *slug,
                                const struct jalon_record *record)
{
    const struct jalon_contribute command = {
        .map = jalon_text_from(slug),
        .collection = JALON_TEXT("places"),
        .record = record,
        .actor.account = JALON_TEXT_EMPTY,
    };
    struct jalon_contributed made;
    enum jalon_status status;
    int tries = 0;
    do {
        status = jalon_app_contribute(ctx, app, &command, &made);
    } while (asks_again(ctx, status, &tries));
    return status;
}

static void idle_maps_go_and_come_back(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_record record = body(fixture, at_point(fixture, "'title':'a'"));
    for (int i = 1; i < MAPS; i++) {
        create_map(fixture, slugs[i]);
    }
    for (int i = 0; i < MAPS; i++) {
        for (int j = 0; j <= i; j++) {
            expect(ctx, JALON_OK, add_to(ctx, fixture->app, slugs[i], &record));
        }
    }
    assert_int_equal(count_live(fixture), MAPS);
    jalon_keeper_look(ctx, fixture->app, false);
    assert_int_equal(count_live(fixture), MAPS); /* any memory is theirs */
    fixture->app->view_memory = 1;
    fixture->app->idle_us = INT64_C(3600000000);
    jalon_keeper_look(ctx, fixture->app, false);
    assert_int_equal(count_live(fixture), MAPS); /* asked for within the hour */
    leave_no_memory(fixture);
    jalon_keeper_look(ctx, fixture->app, false);
    assert_int_equal(count_live(fixture), 0);
    for (int i = MAPS; i > 0; i--) {
        assert_int_equal(count_of(ctx, fixture->app, slugs[i - 1]), i);
    }
    assert_int_equal(count_live(fixture), MAPS);
    /* Room for half of them: who was asked for longest ago goes. */
    size_t size = 0;
    for (struct jalon_live_map *live = fixture->app->maps; live != NULL; live = live->next) {
        size += jalon_view_memory(live->view);
    }
    fixture->app->view_memory = size / 2 + size / 8;
    jalon_keeper_look(ctx, fixture->app, false);
    assert_int_equal(count_live(fixture), MAPS / 2);
    struct jalon_live_map *kept = jalon_live_hold_loaded(fixture->app, JALON_TEXT("sample"),
                                                         JALON_VISIBILITY_PUBLIC);
    assert_non_null(kept);
    jalon_live_release(fixture->app, kept);
    assert_null(jalon_live_hold_loaded(fixture->app, JALON_TEXT("fourth"),
                                       JALON_VISIBILITY_PUBLIC));
}

static void who_holds_a_map_keeps_it(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed made = add(fixture, "one");
    create_map(fixture, "second");
    assert_int_equal(count_of(ctx, fixture->app, "second"), 0);
    struct jalon_reading reading;
    expect(ctx, JALON_OK, jalon_app_read(ctx, fixture->app, JALON_TEXT("sample"), NULL, &reading));
    leave_no_memory(fixture);
    jalon_keeper_look(ctx, fixture->app, false);
    assert_int_equal(count_live(fixture), 1);
    struct jalon_view_item item;
    assert_true(jalon_snapshot_find(reading.snapshot, -1, made.id, &item));
    assert_int_equal(item.json.length, strlen(made.json.data));
    jalon_app_end_reading(fixture->app, &reading);
    jalon_keeper_look(ctx, fixture->app, false);
    assert_int_equal(count_live(fixture), 0);
}

/* A map that is let go while large is kept in files first, as at an end. */
static void a_map_that_goes_is_kept(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, "one");
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 1);
    struct jalon_live_map *live = fixture->app->maps;
    live->view->kept_from = live->view->kept_every = 0;
    assert_int_equal(count_files(fixture, false), 0);
    leave_no_memory(fixture);
    jalon_keeper_look(fixture->ctx, fixture->app, false);
    assert_int_equal(count_live(fixture), 0);
    assert_true(count_files(fixture, false) > 0);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 1);
    assert_true(was_restored(fixture, fixture->app));
}

/* --- All at once (ThreadSanitizer) --- */

enum { WRITERS = 2, READERS = 2, WRITES = 60 };

struct worker {
    pthread_t thread;
    struct jalon_app *app;
    const struct jalon_record *record;
    int number;
    atomic_bool *finished;
    int64_t done;
    const char *wrong; /* NULL: nothing */
};

/* Writes to the maps in turn, and looks whether the own write is there. */
static void *write_on(void *argument)
{
    struct worker *worker = argument;
    struct jalon_context *ctx = jalon_context_create();
    for (int i = 0; i < WRITES && worker->wrong == NULL; i++) {
        const char *slug = slugs[(i + worker->number) % MAPS];
        int64_t before = count_of(ctx, worker->app, slug);
        if (before < 0 || add_to(ctx, worker->app, slug, worker->record) != JALON_OK) {
            worker->wrong = "a write failed";
        } else if (count_of(ctx, worker->app, slug) <= before) {
            worker->wrong = "the own write is not there";
        }
        jalon_context_reset(ctx);
    }
    jalon_context_destroy(ctx);
    return NULL;
}

static void *read_on(void *argument)
{
    struct worker *worker = argument;
    struct jalon_context *ctx = jalon_context_create();
    int64_t last[MAPS] = {0};
    while (!atomic_load(worker->finished) && worker->wrong == NULL) {
        int at = (int)(worker->done++ % MAPS);
        int64_t count = count_of(ctx, worker->app, slugs[at]);
        if (count < last[at]) {
            worker->wrong = count < 0 ? "a map could not be read" : "a write was lost";
        }
        last[at] = count;
        jalon_context_reset(ctx);
    }
    jalon_context_destroy(ctx);
    return NULL;
}

static void *let_go_on(void *argument)
{
    struct worker *worker = argument;
    struct jalon_context *ctx = jalon_context_create();
    while (!atomic_load(worker->finished)) {
        jalon_keeper_look(ctx, worker->app, worker->done++ % 2 == 0);
        jalon_context_reset(ctx);
    }
    jalon_context_destroy(ctx);
    return NULL;
}

static void no_write_is_lost_while_maps_go(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_record record = body(fixture, at_point(fixture, "'title':'a'"));
    atomic_bool finished = false;
    for (int i = 1; i < MAPS; i++) {
        create_map(fixture, slugs[i]);
    }
    leave_no_memory(fixture);
    struct worker workers[WRITERS + READERS + 1];
    void *(*const works[])(void *) = {write_on, read_on, let_go_on};
    for (int i = 0; i < WRITERS + READERS + 1; i++) {
        workers[i] = (struct worker){
            .app = fixture->app, .record = &record, .number = i, .finished = &finished};
        assert_int_equal(pthread_create(&workers[i].thread, NULL,
                                        works[(i >= WRITERS) + (i >= WRITERS + READERS)],
                                        &workers[i]),
                         0);
    }
    for (int i = 0; i < WRITERS + READERS + 1; i++) {
        if (i == WRITERS) {
            atomic_store(&finished, true);
        }
        pthread_join(workers[i].thread, NULL);
        assert_string_equal(workers[i].wrong != NULL ? workers[i].wrong : "", "");
    }
    assert_true(fixture->app->loaded > 2 * MAPS); /* they did go */
    int64_t sum = 0;
    for (int i = 0; i < MAPS; i++) {
        sum += count_of(ctx, fixture->app, slugs[i]);
    }
    assert_int_equal(sum, WRITERS * WRITES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN_VIEWS(a_start_takes_files_and_what_came_since),
        RUN_VIEWS(nothing_is_kept_of_a_deleted_map),
        RUN_VIEWS(after_a_backup_files_are_of_no_use),
        RUN_VIEWS(files_of_another_map_of_that_name_are_of_no_use),
        RUN_VIEWS(two_may_keep_in_one_folder),
        RUN_VIEWS(a_folder_that_cannot_be_made_is_named),
        RUN_VIEWS(idle_maps_go_and_come_back),
        RUN_VIEWS(who_holds_a_map_keeps_it),
        RUN_VIEWS(a_map_that_goes_is_kept),
        RUN_VIEWS(no_write_is_lost_while_maps_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
