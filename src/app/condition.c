/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How the application is: whether it can answer, and what it holds. Layer 3 (app). */
#include <stdatomic.h>

#include "jalon/clock.h"

#include "internal.h"
#include "people.h"
#include "tiles.h"

enum {
    STORE_BOUND_US = 3000000,
    FOLLOWER_BOUND_US = 30000000, /* one batch of events of the largest kind */
    KEEPER_BOUND_US = 600000000,  /* writing the largest view to a slow disk */
};

void jalon_condition_note(_Atomic int64_t *seen_us)
{
    atomic_store_explicit(seen_us, jalon_clock_monotonic_us(), memory_order_relaxed);
}

static int64_t since(_Atomic int64_t *seen_us)
{
    return jalon_clock_monotonic_us() - atomic_load_explicit(seen_us, memory_order_relaxed);
}

enum jalon_status jalon_app_check_ready(struct jalon_context *ctx, struct jalon_app *app)
{
    int64_t silent_us = since(&app->store_answered_us);
    if (silent_us > STORE_BOUND_US) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the store has not answered for %lld seconds",
                          (long long)(silent_us / 1000000));
    }
    if (since(&app->follower_seen_us) > FOLLOWER_BOUND_US) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the maps are not brought up to date");
    }
    if (since(&app->keeper_seen_us) > KEEPER_BOUND_US) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the maps are not looked after");
    }
    return JALON_OK;
}

void jalon_app_measure(struct jalon_app *app, struct jalon_app_measures *out)
{
    *out = (struct jalon_app_measures){.maps = 0};
    pthread_mutex_lock(&app->maps_lock);
    for (struct jalon_live_map *live = app->maps; live != NULL; live = live->next) {
        size_t mapped = jalon_view_mapped(live->view);
        size_t all = jalon_view_memory(live->view);
        out->maps++;
        out->view_mapped_bytes += mapped;
        out->view_private_bytes += all > mapped ? all - mapped : 0;
    }
    pthread_mutex_unlock(&app->maps_lock);
    jalon_tile_cache_measure(app->tiles, out);
    jalon_store_measure_reach(app->store, &out->store_lost, &out->store_regained,
                              &out->store_refused);
    out->store_statements = jalon_store_measure_statements(app->store);
    out->password_hashes = jalon_passwords_count(app->passwords);
    jalon_store_measure(app->store, &out->store_reads, &out->store_standby_reads,
                        &out->store_writes, &out->store_log_bytes);
}
