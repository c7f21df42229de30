/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Opening and closing the application, and its maps' settings. Layer 3 (app). */
#include <string.h>

#include "jalon/memory.h"

#include "abuse.h"
#include "internal.h"
#include "people.h"
#include "tiles.h"

enum {
    TILES_KEPT = 64 << 20, /* bytes */
    IDLE_US = 5000000,
    PASSWORD_MEMORY = 64 << 20, /* bytes */
};

static enum jalon_status make_parts(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_app_options *options)
{
    size_t memory = options->password_memory > 0 ? options->password_memory : PASSWORD_MEMORY;
    app->tiles = jalon_tile_cache_create(TILES_KEPT);
    app->passwords = jalon_passwords_create(memory);
    app->throttle = jalon_throttle_create(options->sign_in_tries);
    app->seen = jalon_seen_create();
    app->abuse = jalon_abuse_create();
    return app->tiles == NULL || app->passwords == NULL || app->throttle == NULL ||
                   app->seen == NULL || app->abuse == NULL
               ? jalon_no_memory(ctx)
               : JALON_OK;
}

/* Threads that bring in what others write, and look after what is here. */
static enum jalon_status start_threads(struct jalon_context *ctx, struct jalon_app *app)
{
    enum jalon_status status = jalon_live_start_follower(ctx, app);
    if (status == JALON_OK) {
        status = jalon_keeper_start(ctx, app);
    }
    return status == JALON_OK ? jalon_clerk_start(ctx, app) : status;
}

enum jalon_status jalon_app_open(struct jalon_context *ctx, const struct jalon_app_options *options,
                                 struct jalon_app **out)
{
    struct jalon_app *app = jalon_memory_allocate_zeroed(1, sizeof *app);
    if (app == NULL) {
        return jalon_no_memory(ctx);
    }
    pthread_mutex_init(&app->maps_lock, NULL);
    pthread_mutex_init(&app->load_lock, NULL);
    pthread_mutex_init(&app->write_lock, NULL);
    pthread_mutex_init(&app->follower_lock, NULL);
    pthread_mutex_init(&app->move_lock, NULL);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&app->follower_wake, &clock);
    pthread_condattr_destroy(&clock);
    struct jalon_store_options store = {
        .data = options->data, .create = options->create, .checkpoints = options->follow};
    enum jalon_status status = make_parts(ctx, app, options);
    if (status == JALON_OK) {
        status = jalon_store_open(ctx, &store, &app->store);
    }
    app->view_memory = options->view_memory;
    app->idle_us = IDLE_US;
    app->mail_waiting = -1;
    if (status == JALON_OK) {
        status = jalon_app_server_key(ctx, app, JALON_TEXT("replay"), app->replay_key);
    }
    if (status == JALON_OK) {
        status = jalon_app_server_key(ctx, app, JALON_TEXT("traces"), app->trace_key);
    }
    if (status == JALON_OK) {
        status = jalon_keeper_set_folder(ctx, app, options->view_folder);
    }
    if (status == JALON_OK && options->follow) {
        status = start_threads(ctx, app);
    }
    if (status != JALON_OK) {
        jalon_app_close(app);
        return status;
    }
    *out = app;
    return JALON_OK;
}

void jalon_app_close(struct jalon_app *app)
{
    if (app == NULL) {
        return;
    }
    jalon_live_stop_follower(app);
    jalon_clerk_stop(app);
    jalon_keeper_stop(app);
    jalon_live_destroy_all(app);
    jalon_tile_cache_destroy(app->tiles);
    jalon_passwords_destroy(app->passwords);
    jalon_throttle_destroy(app->throttle);
    jalon_seen_destroy(app->seen);
    jalon_abuse_destroy(app->abuse);
    jalon_store_close(app->store);
    pthread_cond_destroy(&app->follower_wake);
    pthread_mutex_destroy(&app->move_lock);
    pthread_mutex_destroy(&app->follower_lock);
    pthread_mutex_destroy(&app->write_lock);
    pthread_mutex_destroy(&app->load_lock);
    pthread_mutex_destroy(&app->maps_lock);
    jalon_memory_release(app);
}

enum jalon_status jalon_app_read(struct jalon_context *ctx, struct jalon_app *app,
                                 struct jalon_text slug, const struct jalon_actor *actor,
                                 struct jalon_reading *out)
{
    struct jalon_live_map *live = NULL;
    enum jalon_status status = jalon_audience_hold(ctx, app, slug, actor, &live);
    if (status == JALON_OK) {
        *out = (struct jalon_reading){
            .map = jalon_view_map(live->view),
            .snapshot = jalon_view_pin(live->view),
            .live = live,
        };
    }
    return status;
}

void jalon_app_end_reading(struct jalon_app *app, struct jalon_reading *reading)
{
    if (reading->live != NULL) {
        jalon_view_unpin(reading->live->view, reading->snapshot);
        jalon_live_release(app, reading->live);
    }
    *reading = (struct jalon_reading){.live = NULL};
}
