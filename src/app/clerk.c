/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A thread that writes down what nobody should wait for, and finishes what was begun: when accounts
 * were seen, sign-ups that nobody confirmed. Layer 3 (app).
 */
#include "jalon/clock.h"

#include "people.h"

enum { TICK_MS = 2000, FORGET_EVERY = 900, ERASING_US = 1000000 };
static const int64_t signing_up_us = INT64_C(3) * 86400 * 1000000;

static void forget_signing_up(struct jalon_context *ctx, struct jalon_app *app)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = jalon_store_forget_signing_up(ctx, session, jalon_clock_now_us() - signing_up_us);
    }
    status = jalon_write_end(ctx, session, status);
    if (status != JALON_OK) {
        jalon_error_clear(ctx); /* later */
    }
}

static void finish_erasures(struct jalon_context *ctx, struct jalon_app *app)
{
    bool finished;
    if (jalon_erasures_go_on(ctx, app, ERASING_US, &finished) != JALON_OK) {
        jalon_error_clear(ctx); /* later */
    }
}

static void *work(void *argument)
{
    struct jalon_app *app = argument;
    struct jalon_context *ctx = jalon_context_create();
    for (uint64_t tick = 0; jalon_live_wait_tick(app, TICK_MS); tick++) {
        if (ctx == NULL) {
            ctx = jalon_context_create();
            continue;
        }
        jalon_seen_write(ctx, app);
        finish_erasures(ctx, app);
        if (tick % FORGET_EVERY == 0) {
            forget_signing_up(ctx, app);
        }
        jalon_context_reset(ctx);
    }
    jalon_context_destroy(ctx);
    return NULL;
}

enum jalon_status jalon_clerk_start(struct jalon_context *ctx, struct jalon_app *app)
{
    if (pthread_create(&app->clerk, NULL, work, app) != 0) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the system allows no more threads");
    }
    app->has_clerk = true;
    return JALON_OK;
}

void jalon_clerk_stop(struct jalon_app *app)
{
    if (app->has_clerk) {
        pthread_join(app->clerk, NULL);
        app->has_clerk = false;
    }
}
