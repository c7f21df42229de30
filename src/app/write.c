/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Write turns: one after the other, many with one flush. Layer 3 (app).
 *
 * A flush of the disk costs more than everything else a write does, so the thread that answers
 * waiting writers opens a group: their turns share one transaction, each a savepoint in it that can
 * be undone by itself, or, of those that decide before they write, nothing that need be undone.
 * Outside a group a turn is a transaction of its own. Views learn of a write when it is on disk, never
 * before; who writes in between reads the session, not the view.
 */
#include <stdatomic.h>

#include "jalon/clock.h"

#include "internal.h"

/* What a view has to show once it is on disk. */
struct written {
    struct jalon_text map; /* slug */
    struct jalon_contribution contribution; /* what it points at is its turn's context's */
    int64_t seq;     /* of the event; 0: there is none, and nothing to show */
    int64_t time_us; /* of the event */
    bool forgets;    /* what was there before */
};

struct jalon_write_group {
    struct jalon_app *app;
    struct jalon_context *ctx;
    struct jalon_session *session; /* from the first turn on */
    bool has_map;  /* the session: it waits for no further one */
    bool lost;     /* the transaction: nothing of the group can be kept */
    struct written *written;
    size_t written_count, written_capacity;
};

/* The group that this thread has open. */
static _Thread_local struct jalon_write_group *open_group;

/* --- Showing --- */

/*
 * Brings a view forward to the write, whatever other processes wrote in between. *out_all: to all that
 * is written.
 */
static enum jalon_status show_in(struct jalon_context *ctx, struct jalon_app *app,
                                 struct jalon_live_map *live, const struct written *written,
                                 bool *out_all)
{
    const struct jalon_snapshot *snapshot = jalon_view_pin(live->view);
    int64_t seen = jalon_snapshot_seq(snapshot);
    jalon_view_unpin(live->view, snapshot);
    /*
     * A view that is as far already, or was last compared before a connection was lost, may show an
     * event that is none of the store's any more.
     */
    *out_all = seen + 1 != written->seq || live->losses != jalon_store_losses(app->store);
    return *out_all ? jalon_live_catch_up(ctx, app, live)
                    : jalon_view_apply(ctx, live->view, &written->contribution, written->seq,
                                       written->time_us);
}

/* One view in use shows the write. True: it shows all that is written to the map. */
static bool show_form(struct jalon_context *ctx, struct jalon_app *app,
                      struct jalon_live_map *live, const struct written *written)
{
    bool shows_all = false;
    enum jalon_status status = show_in(ctx, app, live, written, &shows_all);
    if (status != JALON_OK) {
        jalon_error_clear(ctx); /* it is stored: the answer is yes */
    } else if (written->forgets) {
        jalon_view_forget_kept(live->view);
    }
    if (status == JALON_UNAVAILABLE) {
        /* The store went away in between: what is shown stays, until the follower comes to this. */
        atomic_store(&app->data_version, -1);
    } else if (status != JALON_OK) {
        jalon_live_let_go(app, live); /* and is made anew from the store */
    }
    return shows_all || status != JALON_OK;
}

/*
 * The views in use, of all audiences, show the write. They may be others than were in use when the
 * write began: the map's settings were changed meanwhile. True: they show all that is written to the
 * map; one that is not in use is loaded from the store by its next reader.
 */
static bool show(struct jalon_context *ctx, struct jalon_app *app, const struct written *written)
{
    struct jalon_live_map *forms[JALON_AUDIENCES];
    size_t count = jalon_live_hold_forms(app, written->map, forms);
    bool shows_all = true;
    for (size_t i = 0; i < count; i++) {
        shows_all = show_form(ctx, app, forms[i], written) && shows_all;
        jalon_live_release(app, forms[i]);
    }
    return shows_all;
}

/* The caller has write_lock. */
static void show_all(struct jalon_context *ctx, const struct jalon_write_group *group)
{
    struct jalon_text shown = JALON_TEXT_EMPTY; /* a map of which nothing more is to be shown */
    for (size_t i = 0; i < group->written_count; i++) {
        const struct written *written = &group->written[i];
        if (written->forgets && group->app->view_folder[0] != '\0') { /* in use or not */
            jalon_view_forget_map(group->app->view_folder, written->map);
        }
        if (written->seq > 0 && !jalon_text_equal(shown, written->map) &&
            show(ctx, group->app, written)) {
            shown = written->map;
        }
    }
}

/* --- Groups --- */

static enum jalon_status create_group(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_write_group **out)
{
    struct jalon_write_group *group = jalon_arena_allocate(ctx->arena, sizeof *group);
    if (group == NULL) {
        return jalon_no_memory(ctx);
    }
    *group = (struct jalon_write_group){.app = app, .ctx = ctx};
    *out = group;
    return JALON_OK;
}

/* What cannot be kept was never sent to be: it is not there, and may be done again. */
static enum jalon_status fail_lost(struct jalon_context *ctx)
{
    return jalon_fail(ctx, JALON_RETRY, "what was being written was lost; send it again");
}

/* Is it a failure of something that was to be kept, not of keeping it? */
static bool is_of_a_row(enum jalon_status status)
{
    return status == JALON_INVALID || status == JALON_CONFLICT || status == JALON_TOO_LARGE ||
           status == JALON_INTERNAL;
}

/* Writes it to disk and shows it, or leaves nothing of it. */
static enum jalon_status finish_group(struct jalon_context *ctx, struct jalon_write_group *group)
{
    struct jalon_app *app = group->app;
    enum jalon_status status = JALON_OK;
    /* Not under the lock: nobody else's map stands still while this waits for a disk, or a standby. */
    if (group->lost) {
        status = fail_lost(ctx);
    } else if (group->written_count > 0) {
        status = jalon_session_commit(ctx, group->session);
    }
    if (is_of_a_row(status) && group == open_group) {
        status = fail_lost(ctx); /* whose row it was is found out by trying each by itself */
    }
    jalon_session_end(group->session);
    if (status == JALON_OK && group->written_count > 0) {
        pthread_mutex_lock(&app->write_lock);
        show_all(ctx, group);
        pthread_mutex_unlock(&app->write_lock);
    }
    return status;
}

enum jalon_status jalon_app_begin_group(struct jalon_context *ctx, struct jalon_app *app)
{
    return create_group(ctx, app, &open_group);
}

enum jalon_status jalon_app_end_group(struct jalon_context *ctx)
{
    enum jalon_status status = finish_group(ctx, open_group);
    open_group = NULL;
    return status;
}

enum jalon_status jalon_write_alone(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_session **out)
{
    if (open_group != NULL) { /* which may have what this would wait for */
        return jalon_fail(ctx, JALON_RETRY, "this is written by itself; send it again");
    }
    return jalon_store_write(ctx, app->store, out);
}

enum jalon_status jalon_write_end(struct jalon_context *ctx, struct jalon_session *session,
                                  enum jalon_status status)
{
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    jalon_session_end(session);
    return status;
}

/* --- Turns --- */

/* Nothing of it is kept. The next turn has another one. */
static void end_session(struct jalon_write_group *group)
{
    jalon_session_end(group->session);
    group->session = NULL;
    group->has_map = false;
}

/*
 * Has the map locked in the group's session. A failure may be this turn's alone: a group that has
 * another map does not wait for one, so that no two groups wait for each other. Nor is a map waited
 * for that somebody keeps for long: writers of other maps stand behind it.
 */
static enum jalon_status take_map(struct jalon_context *ctx, struct jalon_write_group *group,
                                  const struct jalon_map *map)
{
    _Atomic int64_t *busy = &group->app->busy_map;
    bool is_busy = atomic_load(busy) == map->number;
    bool wait = !group->has_map && !is_busy;
    enum jalon_status status = jalon_session_lock_map(ctx, group->session, map, wait);
    if (status == JALON_OK) {
        group->has_map = true;
        if (is_busy) {
            atomic_store(busy, 0);
        }
    } else if (status == JALON_RETRY && wait) {
        atomic_store(busy, map->number);
        end_session(group);
    } else {
        group->lost = status != JALON_RETRY && status != JALON_GONE;
    }
    return status;
}

static enum jalon_status begin_in(struct jalon_context *ctx, struct jalon_write_group *group,
                                  const struct jalon_map *map)
{
    enum jalon_status status = JALON_OK;
    if (group->lost) {
        return fail_lost(ctx);
    }
    if (group->session == NULL) {
        status = jalon_store_write(ctx, group->app->store, &group->session);
        group->lost = status != JALON_OK;
    }
    return status == JALON_OK ? take_map(ctx, group, map) : status;
}

/* What is before it is to be kept when this turn is undone; the first one takes all with it. */
static enum jalon_status set_savepoint(struct jalon_context *ctx, struct jalon_write_group *group,
                                       bool *out)
{
    bool wanted = group->written_count > 0;
    enum jalon_status status =
        wanted ? jalon_session_set_savepoint(ctx, group->session) : JALON_OK;
    group->lost = status != JALON_OK;
    *out = wanted;
    return status;
}

static enum jalon_status begin_turn(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_map *map, bool is_decided,
                                    struct jalon_turn *out)
{
    bool has_savepoint = false;
    struct jalon_write_group *group = open_group;
    enum jalon_status status = group == NULL ? create_group(ctx, app, &group) : JALON_OK;
    if (status != JALON_OK) {
        return status;
    }
    status = begin_in(ctx, group, map);
    if (status == JALON_OK && !is_decided) {
        status = set_savepoint(ctx, group, &has_savepoint);
    }
    if (status == JALON_OK) {
        *out = (struct jalon_turn){
            .session = group->session,
            .app = app,
            .map = map,
            .group = group,
            .written_before = group->written_count,
            .has_savepoint = has_savepoint,
            .changes_before = jalon_session_changes(group->session),
        };
    } else if (group != open_group) {
        end_session(group);
    }
    return status;
}

enum jalon_status jalon_turn_begin(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_map *map, struct jalon_turn *out)
{
    return begin_turn(ctx, app, map, false, out);
}

enum jalon_status jalon_turn_begin_decided(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_map *map, struct jalon_turn *out)
{
    return begin_turn(ctx, app, map, true, out);
}

/* Room for what is written next, of which the map is known already. */
static enum jalon_status make_room(struct jalon_context *ctx, const struct jalon_turn *turn)
{
    struct jalon_write_group *group = turn->group;
    struct jalon_arena *arena = group->ctx->arena;
    struct jalon_text slug = jalon_text_copy(arena, turn->map->slug);
    struct written *grown =
        jalon_arena_grow(arena, group->written, group->written_count, group->written_count + 1,
                         sizeof *grown, &group->written_capacity);
    if (slug.data == NULL || grown == NULL) {
        return jalon_no_memory(ctx);
    }
    group->written = grown;
    group->written[group->written_count].map = slug;
    return JALON_OK;
}

static void note_written(const struct jalon_turn *turn,
                         const struct jalon_contribution *contribution, int64_t seq,
                         int64_t time_us)
{
    struct written *written = &turn->group->written[turn->group->written_count++];
    *written = (struct written){written->map, *contribution, seq, time_us, false};
}

enum jalon_status jalon_turn_put(struct jalon_context *ctx, struct jalon_turn *turn,
                                 struct jalon_contribution *contribution,
                                 const struct jalon_write *write, int64_t *out_seq)
{
    int64_t seq;
    struct jalon_write accepting = *write;
    accepting.charter = turn->map->rules.charter; /* whoever writes here accepts it */
    enum jalon_status status = make_room(ctx, turn);
    if (status == JALON_OK) {
        status = jalon_store_put_contribution(ctx, turn->session, turn->map, contribution,
                                              &accepting, &seq);
    }
    if (status == JALON_OK) {
        note_written(turn, contribution, seq, contribution->updated_us);
        turn->group->written[turn->group->written_count - 1].forgets =
            write->action == JALON_ACTION_REDACT || write->action == JALON_ACTION_ERASE ||
            write->action == JALON_ACTION_PURGE;
        *out_seq = seq;
    }
    return status;
}

enum jalon_status jalon_turn_touch(struct jalon_context *ctx, struct jalon_turn *turn,
                                   struct jalon_contribution *contribution, int64_t *out_seq)
{
    int64_t seq, before_us = contribution->touched_us;
    enum jalon_status status = make_room(ctx, turn);
    contribution->touched_us = jalon_clock_not_before_us(
        before_us > contribution->updated_us ? before_us : contribution->updated_us);
    if (status == JALON_OK) {
        status =
            jalon_store_touch_contribution(ctx, turn->session, turn->map, contribution, &seq);
    }
    if (status == JALON_OK) {
        note_written(turn, contribution, seq, contribution->touched_us);
        *out_seq = seq;
    }
    return status;
}

enum jalon_status jalon_turn_keep(struct jalon_context *ctx, struct jalon_turn *turn)
{
    static const struct jalon_contribution nothing = {.number = 0};
    enum jalon_status status = make_room(ctx, turn);
    if (status == JALON_OK) {
        note_written(turn, &nothing, 0, 0);
    }
    return status;
}

bool jalon_turn_is_flushed(const struct jalon_turn *turn, int64_t seq)
{
    const struct jalon_write_group *group = turn->group;
    for (size_t i = 0; i < group->written_count; i++) {
        if (group->written[i].seq == seq &&
            jalon_text_equal(group->written[i].map, turn->map->slug)) {
            return false;
        }
    }
    return true;
}

static void undo(struct jalon_context *ctx, struct jalon_turn *turn)
{
    struct jalon_write_group *group = turn->group;
    group->written_count = turn->written_before;
    if (turn->written_before == 0) {
        end_session(group);
    } else if (turn->has_savepoint
                   ? jalon_session_undo_savepoint(ctx, turn->session) != JALON_OK
                   : jalon_session_changes(turn->session) != turn->changes_before) {
        group->lost = true;
    }
}

enum jalon_status jalon_turn_end(struct jalon_context *ctx, struct jalon_turn *turn,
                                 enum jalon_status status)
{
    struct jalon_write_group *group = turn->group;
    if (status != JALON_OK) {
        undo(ctx, turn);
        return status;
    }
    if (group != open_group) { /* a group of one */
        return finish_group(ctx, group);
    }
    if (turn->has_savepoint) {
        status = jalon_session_keep_savepoint(ctx, turn->session);
        group->lost = status != JALON_OK;
    }
    return status;
}
