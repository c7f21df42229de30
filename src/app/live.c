/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Live maps: loaded on first use, kept up to date with every event, also of other processes.
 * Layer 3 (app).
 *
 * The view is brought forward only under write_lock, event after event, so that it never skips one:
 * a write of this process applies its own event when nothing is missing before it, and catches up
 * from the event table otherwise.
 */
#include <stdatomic.h>
#include <time.h>

#include "jalon/clock.h"
#include "jalon/memory.h"

#include "internal.h"

enum {
    EVENT_BATCH = 1000,
    FOLLOW_EVERY_MS = 100,
    CHECK_EVERY = 5, /* ticks */
};
/* Events that are sooner applied than a large map is loaded. */
enum { REPLAYED_MAX = 50000 };
/* How long one transaction reads of a map that is being loaded. */
enum { CHAPTER_US = 1500000 };

static struct jalon_live_map *find_live(struct jalon_app *app, struct jalon_text slug)
{
    for (struct jalon_live_map *live = app->maps; live != NULL; live = live->next) {
        if (jalon_text_equal(jalon_view_map(live->view)->slug, slug)) {
            return live;
        }
    }
    return NULL;
}

struct jalon_live_map *jalon_live_hold_loaded(struct jalon_app *app, struct jalon_text slug)
{
    pthread_mutex_lock(&app->maps_lock);
    struct jalon_live_map *live = find_live(app, slug);
    if (live != NULL) {
        live->holders++;
        live->used_us = jalon_clock_monotonic_us();
    }
    pthread_mutex_unlock(&app->maps_lock);
    return live;
}

void jalon_live_destroy(struct jalon_live_map *live)
{
    jalon_view_destroy(live->view);
    jalon_memory_release(live);
}

void jalon_live_release(struct jalon_app *app, struct jalon_live_map *live)
{
    pthread_mutex_lock(&app->maps_lock);
    bool last = --live->holders == 0 && live->dropped;
    pthread_mutex_unlock(&app->maps_lock);
    if (last) {
        jalon_live_destroy(live);
    }
}

void jalon_live_unlist(struct jalon_app *app, struct jalon_live_map *live)
{
    struct jalon_live_map **link = &app->maps;
    while (*link != live) {
        link = &(*link)->next;
    }
    *link = live->next;
    live->dropped = true;
}

void jalon_live_drop(struct jalon_app *app, struct jalon_text slug)
{
    pthread_mutex_lock(&app->maps_lock);
    struct jalon_live_map *live = find_live(app, slug);
    if (live != NULL) {
        jalon_live_unlist(app, live);
    }
    bool unused = live != NULL && live->holders == 0;
    pthread_mutex_unlock(&app->maps_lock);
    if (unused) {
        jalon_live_destroy(live);
    }
}

void jalon_live_destroy_all(struct jalon_app *app)
{
    while (app->maps != NULL) {
        struct jalon_live_map *live = app->maps;
        app->maps = live->next;
        jalon_live_destroy(live);
    }
}

/*
 * Loads the rows after *after, for CHAPTER_US, and moves it to the last one. The rows are read by a
 * thread of its own while the view takes those before.
 */
static enum jalon_status fill_chapter(struct jalon_context *ctx, struct jalon_session *session,
                                      struct jalon_view *view, int64_t *after, bool *out_more)
{
    struct jalon_contribution_filter rest = {
        .collection = -1, .source = JALON_TEXT_EMPTY, .after = *after};
    struct jalon_contribution_reader *reader = NULL;
    const struct jalon_contribution *rows = NULL;
    size_t count = 1;
    int64_t until_us = jalon_clock_monotonic_us() + CHAPTER_US;
    struct jalon_context *batch = jalon_context_create();
    enum jalon_status status =
        batch == NULL
            ? jalon_no_memory(ctx)
            : jalon_store_read_ahead(ctx, session, jalon_view_map(view), &rest, &reader);
    while (status == JALON_OK && count > 0 && jalon_clock_monotonic_us() < until_us) {
        status = jalon_contribution_reader_next(batch, reader, &rows, &count);
        if (status == JALON_OK && count > 0) {
            status = jalon_view_load(batch, view, rows, count);
            *after = rows[count - 1].number;
        }
        if (status != JALON_OK) {
            status = jalon_fail(ctx, status, "the map could not be read");
        }
        jalon_context_reset(batch);
    }
    *out_more = count > 0;
    jalon_contribution_reader_end(reader);
    jalon_context_destroy(batch);
    return status;
}

/* Gives the view its territories. */
static enum jalon_status set_territories(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_view *view)
{
    struct jalon_territory *territories = NULL;
    size_t count = 0;
    enum jalon_status status =
        jalon_store_list_territories(ctx, session, jalon_view_map(view), &territories, &count);
    return status == JALON_OK ? jalon_view_set_territories(ctx, view, territories, count) : status;
}

/* The history of a map, as one session sees it. */
struct history {
    struct jalon_context *ctx;
    struct jalon_session *session;
    const struct jalon_map *map;
    int64_t last; /* event */
};

/* Is this one of the map's events, and has little happened since? */
static bool knows_event(void *user, int64_t seq, int64_t time_us)
{
    const struct history *history = user;
    struct jalon_event *events = NULL;
    size_t count = 0;
    return history->last - seq <= REPLAYED_MAX &&
           jalon_store_list_events(history->ctx, history->session, history->map, seq - 1, 1,
                                   &events, &count) == JALON_OK &&
           count == 1 && events[0].seq == seq && events[0].time_us == time_us;
}

/*
 * Takes the view from files kept by an earlier process, if they are of this database and little has
 * happened since. JALON_NOT_FOUND: no.
 */
static enum jalon_status restore_view(struct jalon_context *ctx, struct jalon_session *session,
                                      struct jalon_view *view)
{
    struct history history = {.ctx = ctx, .session = session, .map = jalon_view_map(view)};
    int64_t time_us = 0;
    enum jalon_status status =
        jalon_store_last_event(ctx, session, history.map, &history.last, &time_us);
    return status == JALON_OK ? jalon_view_restore(ctx, view, knows_event, &history) : status;
}

/* A view of the map with its territories and nothing else. */
static enum jalon_status make_view(struct jalon_context *ctx, struct jalon_app *app,
                                   struct jalon_session *session, const struct jalon_map *map,
                                   struct jalon_view **out)
{
    struct jalon_view *view = NULL;
    enum jalon_status status = jalon_view_create(ctx, map, &view);
    if (status == JALON_OK && app->view_folder[0] != '\0') {
        status = jalon_view_set_folder(ctx, view, jalon_text_from(app->view_folder));
    }
    if (status == JALON_OK) {
        status = set_territories(ctx, session, view);
    }
    if (status != JALON_OK) {
        jalon_view_destroy(view);
        return status;
    }
    *out = view;
    return JALON_OK;
}

/*
 * Fills a view with what the store has, in chapters: a transaction that lasts keeps the database's
 * log from being cut. What changes between two of them comes again with its event: the view is at
 * the event before the first chapter.
 */
static enum jalon_status load_all(struct jalon_context *ctx, struct jalon_app *app,
                                  struct jalon_view *view)
{
    int64_t seq = 0, time_us = 0, after = 0;
    enum jalon_status status = JALON_OK;
    bool more = true;
    for (bool first = true; status == JALON_OK && more; first = false) {
        struct jalon_session *session = NULL;
        status = jalon_store_read(ctx, app->store, &session);
        if (status == JALON_OK && first) {
            status = jalon_store_last_event(ctx, session, jalon_view_map(view), &seq, &time_us);
        }
        if (status == JALON_OK) {
            status = fill_chapter(ctx, session, view, &after, &more);
        }
        jalon_session_end(session);
    }
    return status == JALON_OK ? jalon_view_set_seq(ctx, view, seq, time_us) : status;
}

/* Makes the view of a map from files and the events since, or from the rows of the store. */
static enum jalon_status load_view(struct jalon_context *ctx, struct jalon_app *app,
                                   struct jalon_text slug, struct jalon_view **out)
{
    struct jalon_session *session = NULL;
    struct jalon_view *view = NULL;
    struct jalon_map map;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_load_map(ctx, session, slug, &map);
    }
    if (status == JALON_OK) {
        status = make_view(ctx, app, session, &map, &view);
    }
    bool is_restored = status == JALON_OK && restore_view(ctx, session, view) == JALON_OK;
    jalon_session_end(session);
    if (status == JALON_OK && !is_restored) {
        jalon_error_clear(ctx);
        status = load_all(ctx, app, view);
    }
    if (status != JALON_OK) {
        jalon_view_destroy(view);
        return status;
    }
    *out = view;
    return JALON_OK;
}

static int64_t view_seq(struct jalon_view *view)
{
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    int64_t seq = jalon_snapshot_seq(snapshot);
    jalon_view_unpin(view, snapshot);
    return seq;
}

static enum jalon_status apply_event(struct jalon_context *ctx, struct jalon_session *session,
                                     struct jalon_view *view, const struct jalon_event *event)
{
    struct jalon_contribution contribution;
    enum jalon_status status = jalon_store_load_contribution(ctx, session, jalon_view_map(view),
                                                             event->contribution, &contribution);
    return status != JALON_OK
               ? status
               : jalon_view_apply(ctx, view, &contribution, event->seq, event->time_us);
}

/* Applies the next events; *out_count less than EVENT_BATCH when there are no more. */
static enum jalon_status catch_up_batch(struct jalon_context *batch, struct jalon_app *app,
                                        struct jalon_view *view, size_t *out_count)
{
    struct jalon_session *session = NULL;
    struct jalon_event *events = NULL;
    size_t count = 0;
    enum jalon_status status = jalon_store_read(batch, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_events(batch, session, jalon_view_map(view), view_seq(view),
                                         EVENT_BATCH, &events, &count);
    }
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = apply_event(batch, session, view, &events[i]);
    }
    jalon_session_end(session);
    *out_count = count;
    return status;
}

typedef enum jalon_status (*batch_runner)(struct jalon_context *batch, struct jalon_app *app,
                                          struct jalon_view *view, size_t *out_count);

/* Batch after batch until there are no more events. */
static enum jalon_status run_batches(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_live_map *live, batch_runner run)
{
    struct jalon_context *batch = jalon_context_create();
    enum jalon_status status = batch != NULL ? JALON_OK : jalon_no_memory(ctx);
    size_t count = EVENT_BATCH;
    while (status == JALON_OK && count == EVENT_BATCH) {
        status = run(batch, app, live->view, &count);
        if (status != JALON_OK) {
            status = jalon_fail(ctx, status, "the map could not be brought up to date");
        }
        jalon_context_reset(batch);
    }
    jalon_context_destroy(batch);
    return status;
}

enum jalon_status jalon_live_catch_up(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_live_map *live)
{
    return run_batches(ctx, app, live, catch_up_batch);
}

/*
 * Lists a map that was just loaded. What was written meanwhile in this process comes in first: a
 * write finds either the listed map, or has ended before.
 */
static enum jalon_status bring_into_use(struct jalon_context *ctx, struct jalon_app *app,
                                        struct jalon_live_map *live)
{
    pthread_mutex_lock(&app->write_lock);
    enum jalon_status status = jalon_live_catch_up(ctx, app, live);
    if (status == JALON_OK) {
        pthread_mutex_lock(&app->maps_lock);
        live->next = app->maps;
        app->maps = live;
        pthread_mutex_unlock(&app->maps_lock);
    }
    pthread_mutex_unlock(&app->write_lock);
    /* What another process wrote while this was loading must not wait for its next write. */
    atomic_store(&app->data_version, -1);
    return status;
}

static enum jalon_status load_and_hold(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_text slug, struct jalon_live_map **out)
{
    struct jalon_live_map *live = jalon_memory_allocate_zeroed(1, sizeof *live);
    if (live == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = load_view(ctx, app, slug, &live->view);
    if (status != JALON_OK) {
        jalon_memory_release(live);
        return status == JALON_NOT_FOUND
                   ? jalon_fail(ctx, status, "there is no map '%.*s' here", JALON_TEXT_ARGS(slug))
                   : status;
    }
    live->id = ++app->loaded;
    live->holders = 1;
    live->used_us = jalon_clock_monotonic_us();
    status = bring_into_use(ctx, app, live);
    if (status != JALON_OK) {
        jalon_live_destroy(live);
        return status;
    }
    *out = live;
    return JALON_OK;
}

enum jalon_status jalon_live_hold(struct jalon_context *ctx, struct jalon_app *app,
                                  struct jalon_text slug, struct jalon_live_map **out)
{
    struct jalon_live_map *live = jalon_live_hold_loaded(app, slug);
    enum jalon_status status = JALON_OK;
    if (live == NULL) {
        pthread_mutex_lock(&app->load_lock);
        live = jalon_live_hold_loaded(app, slug); /* somebody else may have loaded it meanwhile */
        if (live == NULL) {
            status = load_and_hold(ctx, app, slug, &live);
        }
        pthread_mutex_unlock(&app->load_lock);
    }
    if (status == JALON_OK) {
        *out = live;
    }
    return status;
}

/* --- The follower --- */
static bool same_label(struct jalon_label a, struct jalon_label b)
{
    return jalon_text_equal(a.fr, b.fr) && jalon_text_equal(a.en, b.en);
}

/* Nothing else of a collection can be changed. */
static bool same_collections(const struct jalon_map *a, const struct jalon_map *b)
{
    for (size_t i = 0; i < a->collection_count; i++) {
        if (!jalon_collection_same_settings(&a->collections[i], &b->collections[i])) {
            return false;
        }
    }
    return true;
}

/* Is the live description still what the store says? */
static bool same_settings(const struct jalon_map *a, const struct jalon_map *b)
{
    return a->number == b->number && a->created_us == b->created_us &&
           same_label(a->title, b->title) && same_label(a->description, b->description) &&
           jalon_text_equal(a->licence, b->licence) &&
           jalon_text_equal(a->attribution, b->attribution) && a->policy == b->policy &&
           a->account_needed == b->account_needed &&
           a->collection_count == b->collection_count && same_collections(a, b);
}

/* One batch, then room for a writer: a long import elsewhere must not keep contributions waiting.
 */
static enum jalon_status follow_batch(struct jalon_context *batch, struct jalon_app *app,
                                      struct jalon_view *view, size_t *out_count)
{
    static const struct timespec pause = {.tv_nsec = 1000000};
    pthread_mutex_lock(&app->write_lock);
    enum jalon_status status = catch_up_batch(batch, app, view, out_count);
    pthread_mutex_unlock(&app->write_lock);
    if (status == JALON_OK) {
        jalon_condition_note(&app->store_answered_us);
        jalon_condition_note(&app->follower_seen_us);
    }
    if (*out_count == EVENT_BATCH) {
        nanosleep(&pause, NULL);
    }
    return status;
}

/* Has any territory come, gone or changed? Each one that is stored has an id of its own. */
static enum jalon_status compare_territories(struct jalon_context *ctx, struct jalon_app *app,
                                             struct jalon_view *view, bool *out_same)
{
    struct jalon_session *session = NULL;
    struct jalon_id *ids = NULL;
    size_t count = 0, own_count;
    const struct jalon_territory *own = jalon_view_territories(view, &own_count);
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_territory_ids(ctx, session, jalon_view_map(view), &ids, &count);
    }
    jalon_session_end(session);
    if (status != JALON_OK) {
        return status;
    }
    bool same = count == own_count;
    for (size_t i = 0; same && i < count; i++) {
        same = jalon_id_compare(ids[i], own[i].id) == 0;
    }
    *out_same = same;
    return JALON_OK;
}

/* Brings one live map up to date; a map that was deleted or set anew is dropped. */
static void follow_map(struct jalon_context *ctx, struct jalon_app *app,
                       struct jalon_live_map *live)
{
    const struct jalon_map *map = jalon_view_map(live->view);
    struct jalon_map stored;
    bool same = false;
    enum jalon_status status = jalon_app_find_map(ctx, app, map->slug, &stored);
    if (status == JALON_OK && same_settings(map, &stored)) {
        status = compare_territories(ctx, app, live->view, &same);
    }
    if (status == JALON_NOT_FOUND) {
        jalon_live_drop(app, map->slug);
        jalon_keeper_forget_maps(ctx, app);
    } else if (status == JALON_OK && !same) {
        jalon_live_drop(app, map->slug);
    } else if (status == JALON_OK) {
        status = run_batches(ctx, app, live, follow_batch);
    }
    /* What failed now is tried again at the next tick: the data version has not been noted. */
    if (status != JALON_OK && status != JALON_NOT_FOUND) {
        atomic_store(&app->data_version, -1);
    }
}

size_t jalon_live_hold_all(struct jalon_context *ctx, struct jalon_app *app,
                           struct jalon_live_map ***out)
{
    size_t count = 0;
    pthread_mutex_lock(&app->maps_lock);
    for (struct jalon_live_map *live = app->maps; live != NULL; live = live->next) {
        count++;
    }
    struct jalon_live_map **held = jalon_arena_allocate(ctx->arena, count * sizeof(void *));
    count = 0;
    for (struct jalon_live_map *live = app->maps; held != NULL && live != NULL; live = live->next) {
        live->holders++;
        held[count++] = live;
    }
    pthread_mutex_unlock(&app->maps_lock);
    *out = held;
    return count;
}

static void follow_once(struct jalon_context *ctx, struct jalon_app *app)
{
    int64_t version = 0;
    if (jalon_store_data_version(ctx, app->store, &version) != JALON_OK ||
        version == atomic_load(&app->data_version)) {
        return;
    }
    atomic_store(&app->data_version, version);
    struct jalon_live_map **held = NULL;
    size_t count = jalon_live_hold_all(ctx, app, &held);
    for (size_t i = 0; i < count; i++) {
        follow_map(ctx, app, held[i]);
        jalon_live_release(app, held[i]);
    }
}

bool jalon_live_wait_tick(struct jalon_app *app, long wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += wait_ms * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&app->follower_lock);
    int waited = 0;
    while (!app->stopping && waited == 0) {
        waited = pthread_cond_timedwait(&app->follower_wake, &app->follower_lock, &until);
    }
    bool going_on = !app->stopping;
    pthread_mutex_unlock(&app->follower_lock);
    return going_on;
}

static void *follow(void *argument)
{
    struct jalon_app *app = argument;
    struct jalon_context *ctx = jalon_context_create();
    for (uint64_t tick = 0; jalon_live_wait_tick(app, FOLLOW_EVERY_MS); tick++) {
        if (ctx == NULL) {
            ctx = jalon_context_create();
            continue;
        }
        follow_once(ctx, app);
        if (tick % CHECK_EVERY == 0 && jalon_store_ping(ctx, app->store) == JALON_OK) {
            jalon_condition_note(&app->store_answered_us);
        }
        jalon_condition_note(&app->follower_seen_us);
        jalon_context_reset(ctx);
    }
    jalon_context_destroy(ctx);
    return NULL;
}

enum jalon_status jalon_live_start_follower(struct jalon_context *ctx, struct jalon_app *app)
{
    atomic_store(&app->data_version, -1);
    jalon_condition_note(&app->store_answered_us);
    jalon_condition_note(&app->follower_seen_us);
    if (pthread_create(&app->follower, NULL, follow, app) != 0) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the system allows no more threads");
    }
    app->following = true;
    return JALON_OK;
}

void jalon_live_stop_follower(struct jalon_app *app)
{
    if (!app->following) {
        return;
    }
    pthread_mutex_lock(&app->follower_lock);
    app->stopping = true;
    pthread_cond_broadcast(&app->follower_wake);
    pthread_mutex_unlock(&app->follower_lock);
    pthread_join(app->follower, NULL);
    app->following = false;
}
