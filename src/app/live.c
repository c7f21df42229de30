/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The maps in use: loaded on first use (load.c), held while they are used, let go. Layer 3 (app).
 * What keeps them up to date is in follow.c.
 */
#include <stdatomic.h>

#include "jalon/clock.h"
#include "jalon/memory.h"

#include "internal.h"

/* Of any of these audiences (bits). */
static struct jalon_live_map *find_live(struct jalon_app *app, struct jalon_text slug,
                                        unsigned audiences)
{
    for (struct jalon_live_map *live = app->maps; live != NULL; live = live->next) {
        if ((live->audiences & audiences) != 0 &&
            jalon_text_equal(jalon_view_map(live->view)->slug, slug)) {
            return live;
        }
    }
    return NULL;
}

struct jalon_live_map *jalon_live_hold_loaded(struct jalon_app *app, struct jalon_text slug,
                                              enum jalon_visibility audience)
{
    pthread_mutex_lock(&app->maps_lock);
    struct jalon_live_map *live = find_live(app, slug, 1U << audience);
    if (live != NULL) {
        live->holders++;
        live->used_us = jalon_clock_monotonic_us();
    }
    pthread_mutex_unlock(&app->maps_lock);
    return live;
}

size_t jalon_live_hold_forms(struct jalon_app *app, struct jalon_text slug,
                             struct jalon_live_map *out[JALON_AUDIENCES])
{
    size_t count = 0;
    unsigned rest = (1U << JALON_AUDIENCES) - 1;
    pthread_mutex_lock(&app->maps_lock);
    for (struct jalon_live_map *live; (live = find_live(app, slug, rest)) != NULL;) {
        live->holders++;
        out[count++] = live;
        rest &= ~live->audiences;
    }
    pthread_mutex_unlock(&app->maps_lock);
    return count;
}

void jalon_live_destroy(struct jalon_live_map *live)
{
    jalon_view_destroy(live->view);
    jalon_arena_destroy(live->arena);
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

void jalon_live_let_go(struct jalon_app *app, struct jalon_live_map *live)
{
    pthread_mutex_lock(&app->maps_lock);
    if (!live->dropped) {
        jalon_live_unlist(app, live);
    }
    pthread_mutex_unlock(&app->maps_lock);
}

void jalon_live_drop(struct jalon_app *app, struct jalon_text slug)
{
    struct jalon_live_map *forms[JALON_AUDIENCES];
    size_t count = jalon_live_hold_forms(app, slug, forms);
    for (size_t i = 0; i < count; i++) {
        jalon_live_let_go(app, forms[i]);
        jalon_live_release(app, forms[i]);
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
 * Puts it into the list, and out of it what was loaded for the same audiences by an earlier description:
 * each audience has one at most. The caller has maps_lock; *out_unused is what nobody holds any more.
 */
static void list_live(struct jalon_app *app, struct jalon_live_map *live,
                      struct jalon_live_map **out_unused)
{
    struct jalon_text slug = jalon_view_map(live->view)->slug;
    for (struct jalon_live_map *other;
         (other = find_live(app, slug, live->audiences)) != NULL;) {
        jalon_live_unlist(app, other);
        if (other->holders == 0) {
            other->next = *out_unused;
            *out_unused = other;
        }
    }
    live->next = app->maps;
    app->maps = live;
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
    if (status == JALON_GONE) { /* while it was read */
        status = jalon_fail(ctx, JALON_RETRY, "the map is another one now; try again");
    }
    struct jalon_live_map *unused = NULL;
    if (status == JALON_OK) {
        pthread_mutex_lock(&app->maps_lock);
        list_live(app, live, &unused);
        pthread_mutex_unlock(&app->maps_lock);
    }
    pthread_mutex_unlock(&app->write_lock);
    while (unused != NULL) {
        struct jalon_live_map *next = unused->next;
        jalon_live_destroy(unused);
        unused = next;
    }
    /* What another process wrote while this was loading must not wait for its next write. */
    atomic_store(&app->data_version, -1);
    return status;
}

static enum jalon_status load_and_hold(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_text slug, enum jalon_visibility audience,
                                       struct jalon_live_map **out)
{
    struct jalon_live_map *live = jalon_memory_allocate_zeroed(1, sizeof *live);
    if (live == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status =
        jalon_load_view(ctx, app, slug, audience, &live->view, &live->audiences);
    if (status != JALON_OK) {
        jalon_live_destroy(live);
        return status == JALON_NOT_FOUND
                   ? jalon_fail(ctx, status, "there is no map '%.*s' here", JALON_TEXT_ARGS(slug))
                   : status;
    }
    live->id = ++app->loaded;
    live->holders = 1;
    live->used_us = jalon_clock_monotonic_us();
    live->arena = jalon_arena_create();
    status = live->arena != NULL
                 ? jalon_duplicates_read_kinds(ctx, live->arena, jalon_view_map(live->view),
                                               &live->kinds)
                 : jalon_no_memory(ctx);
    if (status == JALON_OK) {
        status = bring_into_use(ctx, app, live);
    }
    if (status != JALON_OK) {
        jalon_live_destroy(live);
        return status;
    }
    *out = live;
    return JALON_OK;
}

enum jalon_status jalon_live_hold(struct jalon_context *ctx, struct jalon_app *app,
                                  struct jalon_text slug, enum jalon_visibility audience,
                                  struct jalon_live_map **out)
{
    struct jalon_live_map *live = jalon_live_hold_loaded(app, slug, audience);
    enum jalon_status status = JALON_OK;
    if (live == NULL) {
        pthread_mutex_lock(&app->load_lock);
        live = jalon_live_hold_loaded(app, slug, audience); /* somebody else may have loaded it meanwhile */
        if (live == NULL) {
            status = load_and_hold(ctx, app, slug, audience, &live);
        }
        pthread_mutex_unlock(&app->load_lock);
    }
    if (status == JALON_OK) {
        *out = live;
    }
    return status;
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
