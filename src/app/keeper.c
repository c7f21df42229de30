/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The keeper: a thread that tidies views, keeps the large ones in files, and lets idle ones go when
 * all together are larger than they may be. Layer 3 (app).
 *
 * What it does is never needed for a right answer: when something fails it is tried again later.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "jalon/clock.h"

#include "internal.h"

enum {
    TICK_MS = 200,
    KEEP_EVERY = 300, /* ticks: a minute */
};

enum jalon_status jalon_keeper_set_folder(struct jalon_context *ctx, struct jalon_app *app,
                                          struct jalon_text folder)
{
    if (folder.length >= sizeof app->view_folder) {
        return jalon_fail(ctx, JALON_INVALID, "the folder for views has too long a name");
    }
    if (folder.length == 0) {
        return JALON_OK;
    }
    (void)snprintf(app->view_folder, sizeof app->view_folder, "%s", folder.data);
    if (mkdir(app->view_folder, 0700) != 0 && errno != EEXIST) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the folder for views, %s, cannot be made",
                          app->view_folder);
    }
    jalon_view_tidy_folder(app->view_folder);
    jalon_keeper_forget_maps(ctx, app);
    return JALON_OK;
}

struct known_maps {
    const struct jalon_map_summary *maps;
    size_t count;
};

static bool is_known(void *user, struct jalon_text slug)
{
    const struct known_maps *known = user;
    for (size_t i = 0; i < known->count; i++) {
        if (jalon_text_equal(known->maps[i].slug, slug)) {
            return true;
        }
    }
    return false;
}

void jalon_keeper_forget_maps(struct jalon_context *ctx, struct jalon_app *app)
{
    struct jalon_map_summary *maps = NULL;
    struct known_maps known = {.count = 0};
    if (app->view_folder[0] == '\0') {
        return;
    }
    if (jalon_app_list_maps(ctx, app, &maps, &known.count) != JALON_OK) {
        jalon_error_clear(ctx); /* the next start does it */
        return;
    }
    known.maps = maps;
    jalon_view_forget_maps(app->view_folder, is_known, &known);
}

/* What fails leaves the view as it was. */
static void look_after(struct jalon_context *ctx, struct jalon_view *view, bool is_keeping)
{
    enum jalon_status status = jalon_view_tidy(ctx, view);
    if (status == JALON_OK && is_keeping) {
        status = jalon_view_keep(ctx, view);
    }
    if (status != JALON_OK) {
        jalon_error_clear(ctx);
    }
}

/* The map that was asked for longest ago among those nobody holds; NULL: none is idle. */
static struct jalon_live_map *find_idlest(const struct jalon_app *app, int64_t now_us)
{
    const struct jalon_live_map *idlest = NULL;
    for (const struct jalon_live_map *live = app->maps; live != NULL; live = live->next) {
        if (live->holders == 0 && now_us - live->used_us > app->idle_us &&
            (idlest == NULL || live->used_us < idlest->used_us)) {
            idlest = live;
        }
    }
    return (struct jalon_live_map *)(uintptr_t)idlest;
}

static size_t measure_all(struct jalon_app *app)
{
    size_t size = 0;
    for (struct jalon_live_map *live = app->maps; live != NULL; live = live->next) {
        size += jalon_view_memory(live->view);
    }
    return size;
}

/* Lets idle maps go until the others are small enough. */
static void evict(struct jalon_context *ctx, struct jalon_app *app)
{
    bool goes_on = app->view_memory > 0;
    while (goes_on) {
        pthread_mutex_lock(&app->maps_lock);
        bool is_too_much = measure_all(app) > app->view_memory;
        struct jalon_live_map *idlest =
            is_too_much ? find_idlest(app, jalon_clock_monotonic_us()) : NULL;
        if (idlest != NULL) {
            jalon_live_unlist(app, idlest);
        }
        pthread_mutex_unlock(&app->maps_lock);
        goes_on = idlest != NULL;
        if (goes_on) {
            /* Nobody can find it any more: what is kept of it is its last state here. */
            look_after(ctx, idlest->view, true);
            jalon_live_destroy(idlest);
        }
    }
}

static void tidy_all(struct jalon_context *ctx, struct jalon_app *app, bool is_keeping)
{
    struct jalon_live_map **held = NULL;
    size_t count = jalon_live_hold_all(ctx, app, &held);
    for (size_t i = 0; i < count; i++) {
        look_after(ctx, held[i]->view, is_keeping);
        jalon_live_release(app, held[i]);
    }
}

void jalon_keeper_look(struct jalon_context *ctx, struct jalon_app *app, bool is_keeping)
{
    tidy_all(ctx, app, is_keeping);
    evict(ctx, app);
}

static void *keep(void *argument)
{
    struct jalon_app *app = argument;
    struct jalon_context *ctx = jalon_context_create();
    for (uint64_t tick = 1; jalon_live_wait_tick(app, TICK_MS); tick++) {
        if (ctx == NULL) {
            ctx = jalon_context_create();
            continue;
        }
        jalon_keeper_look(ctx, app, tick % KEEP_EVERY == 0);
        jalon_condition_note(&app->keeper_seen_us);
        jalon_context_reset(ctx);
    }
    jalon_context_destroy(ctx);
    return NULL;
}

enum jalon_status jalon_keeper_start(struct jalon_context *ctx, struct jalon_app *app)
{
    jalon_condition_note(&app->keeper_seen_us);
    if (pthread_create(&app->keeper, NULL, keep, app) != 0) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the system allows no more threads");
    }
    app->keeping = true;
    return JALON_OK;
}

void jalon_keeper_stop(struct jalon_app *app)
{
    if (!app->keeping) {
        return;
    }
    pthread_join(app->keeper, NULL);
    app->keeping = false;
    struct jalon_context *ctx = jalon_context_create();
    for (struct jalon_live_map *live = app->maps; ctx != NULL && live != NULL; live = live->next) {
        look_after(ctx, live->view, true);
        jalon_context_reset(ctx);
    }
    jalon_context_destroy(ctx);
}
