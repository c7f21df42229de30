/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The follower: brings in what other processes write, and finds out when the store is not what the
 * views show. Layer 3 (app).
 *
 * A view is brought forward only under write_lock, event after event, so that it never skips one: a
 * write of this process applies its own event when nothing is missing before it, and catches up from
 * the event table otherwise. A store may lose events that were there: a standby took over that had
 * not got them, or a backup was restored. So nothing is applied after an event that the store does
 * not have, with the time that the view knows of it.
 */
#include <stdatomic.h>
#include <time.h>

#include "jalon/clock.h"

#include "internal.h"

enum {
    EVENT_BATCH = 1000,
    FOLLOW_EVERY_US = 100000,
    FOLLOW_WOKEN_EVERY_US = 500000, /* where others wake it: some of that may be lost */
    SOON_US = 50000,                /* however often they do */
    PAUSE_US = 1000,                /* for a writer, between two batches */
    CHECK_EVERY_US = 500000,
};

/* --- Catching up --- */

static struct jalon_standing stands_at(struct jalon_view *view)
{
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    struct jalon_standing standing = {jalon_snapshot_seq(snapshot), jalon_snapshot_time_us(snapshot)};
    jalon_view_unpin(view, snapshot);
    return standing;
}

static enum jalon_status be_gone(struct jalon_context *ctx)
{
    return jalon_fail(ctx, JALON_GONE, "the history of this map is another one now");
}

/* Applies the next events; *out_count less than EVENT_BATCH when there are no more. */
static enum jalon_status catch_up_batch(struct jalon_context *batch, struct jalon_app *app,
                                        struct jalon_live_map *live, size_t *out_count)
{
    struct jalon_view *view = live->view;
    struct jalon_session *session = NULL;
    struct jalon_change *changes = NULL;
    size_t count = 0;
    struct jalon_standing at = stands_at(view);
    size_t known = at.seq > 0; /* the event that the view stands at comes first */
    uint64_t losses = jalon_store_losses(app->store);
    enum jalon_status status = jalon_store_read(batch, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_changes(batch, session, jalon_view_map(view),
                                          at.seq - (int64_t)known, EVENT_BATCH + known, &changes,
                                          &count);
    }
    jalon_session_end(session);
    if (status == JALON_OK && known > 0 &&
        (count == 0 || changes[0].seq != at.seq || changes[0].time_us != at.time_us)) {
        status = be_gone(batch);
    }
    for (size_t i = known; status == JALON_OK && i < count; i++) {
        status = jalon_view_apply(batch, view, &changes[i].contribution, changes[i].seq,
                                  changes[i].time_us);
        if (status == JALON_OK && changes[i].forgets) {
            jalon_view_forget_kept(view);
        }
    }
    if (status == JALON_OK) {
        atomic_store(&live->losses, losses);
        *out_count = count - known;
    }
    return status;
}

enum jalon_status jalon_live_catch_up(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_live_map *live)
{
    struct jalon_context *batch = jalon_context_create();
    enum jalon_status status = batch != NULL ? JALON_OK : jalon_no_memory(ctx);
    size_t count = EVENT_BATCH;
    while (status == JALON_OK && count == EVENT_BATCH) {
        status = catch_up_batch(batch, app, live, &count);
        if (status != JALON_OK) {
            status = jalon_fail(ctx, status, "the map could not be brought up to date");
        }
        jalon_context_reset(batch);
    }
    jalon_context_destroy(batch);
    return status;
}

/* --- Following --- */

/*
 * Brings one map forward by a batch, under the lock, so that a long import elsewhere does not keep
 * writers waiting. *out_more: there is more to come.
 */
static enum jalon_status follow_events(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_live_map *live, bool *out_more)
{
    size_t count = 0;
    struct jalon_context *batch = jalon_context_create();
    if (batch == NULL) {
        return jalon_no_memory(ctx);
    }
    pthread_mutex_lock(&app->write_lock);
    enum jalon_status status = catch_up_batch(batch, app, live, &count);
    pthread_mutex_unlock(&app->write_lock);
    jalon_context_destroy(batch);
    *out_more = count == EVENT_BATCH;
    return status;
}

/* What has become of one map: brought forward, or let go when it was removed, set or never was. */
static enum jalon_status follow_map(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_live_map *live,
                                    const struct jalon_map_progress *progress, bool *out_more)
{
    struct jalon_standing at = stands_at(live->view);
    bool is_same = progress->is_there &&
                   progress->described_us == jalon_view_map(live->view)->described_us;
    /* The view may have gone on since; then the time is that of an event before. */
    if (is_same && at.seq > 0 && progress->known_seq == at.seq) {
        is_same = progress->known_time_us == at.time_us;
    }
    enum jalon_status status = JALON_OK;
    if (is_same && progress->last_seq > at.seq) {
        status = follow_events(ctx, app, live, out_more);
    }
    if (!is_same || status == JALON_GONE) {
        jalon_live_let_go(app, live);
        status = JALON_OK;
    }
    if (!progress->is_there) {
        jalon_keeper_forget_maps(ctx, app);
    }
    return status;
}

static enum jalon_status ask_progress(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_live_map *const *held, size_t count,
                                      struct jalon_map_progress **out)
{
    struct jalon_map_progress *maps = jalon_arena_allocate(ctx->arena, count * sizeof *maps);
    if (maps == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        maps[i] = (struct jalon_map_progress){
            .map = jalon_view_map(held[i]->view)->number,
            .known_seq = stands_at(held[i]->view).seq,
        };
    }
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_follow(ctx, session, maps, count);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        jalon_condition_note(&app->store_answered_us);
        *out = maps;
    }
    return status;
}

/* Each map by itself: one that fails keeps no other one back. */
static enum jalon_status follow_held(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_live_map *const *held, size_t count,
                                     int64_t since_us, bool *out_more)
{
    struct jalon_map_progress *progress = NULL;
    enum jalon_status failed = ask_progress(ctx, app, held, count, &progress);
    for (int pass = 0; progress != NULL && pass < 2; pass++) { /* first those that are waited for */
        for (size_t i = 0; i < count; i++) {
            bool is_wanted = pass == 1 || atomic_exchange(&held[i]->wanted, false);
            bool more = false;
            if (progress[i].map == 0 || !is_wanted) {
                continue;
            }
            enum jalon_status status = follow_map(ctx, app, held[i], &progress[i], &more);
            if (status == JALON_OK && !more) {
                atomic_store(&held[i]->followed_us, since_us);
            }
            failed = status == JALON_OK ? failed : status;
            *out_more = *out_more || more;
            progress[i].map = 0;
            jalon_condition_note(&app->follower_seen_us);
        }
    }
    return failed;
}

static enum jalon_status follow_all(struct jalon_context *ctx, struct jalon_app *app,
                                    int64_t since_us, bool *out_more)
{
    struct jalon_live_map **held = NULL;
    size_t count = jalon_live_hold_all(ctx, app, &held);
    if (held == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status =
        count > 0 ? follow_held(ctx, app, held, count, since_us, out_more) : JALON_OK;
    for (size_t i = 0; i < count; i++) {
        jalon_live_release(app, held[i]);
    }
    return status;
}

/* Once. True: there is more to do at once. */
static bool follow_once(struct jalon_context *ctx, struct jalon_app *app)
{
    int64_t version = 0;
    int64_t since_us = jalon_clock_monotonic_us();
    bool more = false;
    if (jalon_store_data_version(ctx, app->store, &version) != JALON_OK) {
        atomic_store(&app->data_version, -1); /* who answers next may be another server */
        return false;
    }
    uint64_t losses = jalon_store_losses(app->store);
    /* Another server may have come to the same number by another history. */
    bool is_same = version == atomic_exchange(&app->data_version, version) &&
                   losses == app->losses;
    app->losses = losses;
    enum jalon_status status =
        is_same ? JALON_OK : follow_all(ctx, app, since_us, &more);
    if (status == JALON_OK && !more) {
        atomic_store(&app->followed_us, since_us);
    } else { /* what failed is tried again at the next tick: the version counts as not seen */
        atomic_store(&app->data_version, -1);
    }
    return more;
}

/* --- Those who wait for an event --- */

/* Does this form of the map show the event? As jalon_app_shows. */
static enum jalon_status shows_in(struct jalon_app *app, struct jalon_live_map *live, int64_t seq,
                                  int64_t since_us, bool at_once)
{
    /* Before the view is looked at: what it shows may come between the two, and not be missed. */
    int64_t all_us = atomic_load(&app->followed_us), own_us = atomic_load(&live->followed_us);
    if (stands_at(live->view).seq >= seq) {
        return JALON_OK;
    }
    bool is_known = (all_us > own_us ? all_us : own_us) >= since_us;
    if (!is_known && !at_once) {
        atomic_store(&live->wanted, true);
        pthread_mutex_lock(&app->follower_lock);
        app->is_wanted = true;
        pthread_cond_broadcast(&app->follower_wake);
        pthread_mutex_unlock(&app->follower_lock);
    }
    return is_known ? JALON_PRECONDITION : JALON_RETRY;
}

enum jalon_status jalon_app_shows(struct jalon_context *ctx, struct jalon_app *app,
                                  struct jalon_text slug, int64_t seq, int64_t since_us,
                                  bool at_once)
{
    struct jalon_live_map *forms[JALON_AUDIENCES];
    size_t count = jalon_live_hold_forms(app, slug, forms);
    enum jalon_status status = JALON_OK;
    if (count == 0 && !at_once) {
        status = jalon_live_hold(ctx, app, slug, JALON_VISIBILITY_PUBLIC, &forms[0]);
        count = status == JALON_OK;
    }
    for (size_t i = 0; i < count; i++) { /* whoever asks sees one of them: all are to show it */
        status = status == JALON_OK ? shows_in(app, forms[i], seq, since_us, at_once) : status;
        jalon_live_release(app, forms[i]);
    }
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

void jalon_app_on_move(struct jalon_app *app, void (*moved)(void *object), void *object)
{
    pthread_mutex_lock(&app->move_lock);
    app->moved = moved;
    app->moved_object = object;
    pthread_mutex_unlock(&app->move_lock);
}

static void tell_moved(struct jalon_app *app)
{
    pthread_mutex_lock(&app->move_lock);
    if (app->moved != NULL) {
        app->moved(app->moved_object);
    }
    pthread_mutex_unlock(&app->move_lock);
}

/* --- The thread --- */

/* Waits until then, or to be signalled; with the lock. */
static void wait_until(struct jalon_app *app, int64_t until_us)
{
    struct timespec until = {
        .tv_sec = (time_t)(until_us / 1000000),
        .tv_nsec = (long)(until_us % 1000000) * 1000,
    };
    pthread_cond_timedwait(&app->follower_wake, &app->follower_lock, &until);
}

bool jalon_live_wait_tick(struct jalon_app *app, long wait_ms)
{
    int64_t until_us = jalon_clock_monotonic_us() + wait_ms * 1000;
    pthread_mutex_lock(&app->follower_lock);
    while (!app->stopping && jalon_clock_monotonic_us() < until_us) {
        wait_until(app, until_us);
    }
    bool going_on = !app->stopping;
    pthread_mutex_unlock(&app->follower_lock);
    return going_on;
}

/* Until it is time to follow again; false when the application closes. */
static bool wait_to_follow(struct jalon_app *app, int64_t followed_us, bool more)
{
    int64_t usual_us = more ? PAUSE_US : app->wakes ? FOLLOW_WOKEN_EVERY_US : FOLLOW_EVERY_US;
    pthread_mutex_lock(&app->follower_lock);
    while (!app->stopping && !app->is_wanted) {
        int64_t until_us =
            followed_us + (app->is_woken && usual_us > SOON_US ? SOON_US : usual_us);
        if (jalon_clock_monotonic_us() >= until_us) {
            break;
        }
        wait_until(app, until_us);
    }
    app->is_wanted = app->is_woken = false;
    bool going_on = !app->stopping;
    pthread_mutex_unlock(&app->follower_lock);
    return going_on;
}

static void be_woken(void *object)
{
    struct jalon_app *app = object;
    pthread_mutex_lock(&app->follower_lock);
    app->is_woken = true;
    pthread_cond_broadcast(&app->follower_wake);
    pthread_mutex_unlock(&app->follower_lock);
}

/* Does the store answer, when nothing else has asked it lately? */
static void check_store(struct jalon_context *ctx, struct jalon_app *app, int64_t *checked_us)
{
    int64_t now_us = jalon_clock_monotonic_us();
    if (now_us - *checked_us >= CHECK_EVERY_US) {
        *checked_us = now_us;
        if (jalon_store_ping(ctx, app->store) == JALON_OK) {
            jalon_condition_note(&app->store_answered_us);
        }
    }
}

static void *follow(void *argument)
{
    struct jalon_app *app = argument;
    struct jalon_context *ctx = jalon_context_create();
    int64_t checked_us = 0, followed_us = 0;
    bool more = false;
    while (wait_to_follow(app, followed_us, more)) {
        followed_us = jalon_clock_monotonic_us();
        if (ctx == NULL) {
            ctx = jalon_context_create();
            continue;
        }
        more = follow_once(ctx, app);
        tell_moved(app);
        check_store(ctx, app, &checked_us);
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
    enum jalon_status status =
        jalon_store_start_watch(ctx, app->store, be_woken, app, &app->wakes);
    if (status != JALON_OK) {
        return status;
    }
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
