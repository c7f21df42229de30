/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Making the view of a map from the store, or from files and what happened since. Layer 3 (app). */
#include "jalon/clock.h"

#include "internal.h"

/* Events that are sooner applied than a large map is loaded. */
enum { REPLAYED_MAX = 50000 };
/* How long one transaction reads of a map that is being loaded. */
enum { CHAPTER_US = 1500000 };

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
    bool has = false;
    return history->last - seq <= REPLAYED_MAX &&
           jalon_store_has_event(history->ctx, history->session, history->map, seq, time_us,
                                 &has) == JALON_OK &&
           has;
}

/*
 * Takes the view from files kept by an earlier process, if they are of this database and little has
 * happened since: `last` is the map's last event. JALON_NOT_FOUND: no.
 */
static enum jalon_status restore_view(struct jalon_context *ctx, struct jalon_session *session,
                                      struct jalon_view *view, int64_t last)
{
    struct history history = {ctx, session, jalon_view_map(view), last};
    return jalon_view_restore(ctx, view, knows_event, &history);
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

/* JALON_RETRY: it is none of the map's events, so that what was read is of a history that has ended. */
static enum jalon_status expect_event(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map, struct jalon_standing mark)
{
    bool goes_on = true;
    enum jalon_status status = JALON_OK;
    if (mark.seq > 0) {
        status = jalon_store_has_event(ctx, session, map, mark.seq, mark.time_us, &goes_on);
    }
    return status != JALON_OK || goes_on
               ? status
               : jalon_fail(ctx, JALON_RETRY, "the map is another one now; try again");
}

/*
 * One chapter of a view's rows, from those after *after, on a standby if there is one. *latest was the
 * map's last event when the chapter before was read, and becomes what it is now.
 */
static enum jalon_status load_chapter(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_view *view, struct jalon_standing *latest, int64_t *after,
                                      bool *out_more)
{
    struct jalon_session *session = NULL;
    const struct jalon_map *map = jalon_view_map(view);
    enum jalon_status status =
        jalon_store_read_after(ctx, app->store, map, latest->seq, latest->time_us, &session);
    if (status == JALON_OK) {
        status = expect_event(ctx, session, map, *latest);
    }
    if (status == JALON_OK) {
        status = jalon_store_last_event(ctx, session, map, &latest->seq, &latest->time_us);
    }
    if (status == JALON_OK) {
        status = fill_chapter(ctx, session, view, after, out_more);
    }
    jalon_session_end(session);
    return status;
}

/*
 * Fills a view with what the store has, in chapters: a transaction that lasts keeps the database's
 * log from being cut. What changes between two of them comes again with its event: the view is at
 * `start`, the map's last event before the first chapter.
 */
static enum jalon_status load_all(struct jalon_context *ctx, struct jalon_app *app,
                                  struct jalon_view *view, struct jalon_standing start)
{
    struct jalon_session *session = NULL;
    struct jalon_standing latest = start;
    int64_t after = 0;
    enum jalon_status status = JALON_OK;
    for (bool more = true; status == JALON_OK && more;) {
        status = load_chapter(ctx, app, view, &latest, &after, &more);
    }
    if (status == JALON_OK) {
        status = jalon_store_read(ctx, app->store, &session);
    }
    if (status == JALON_OK) {
        status = expect_event(ctx, session, jalon_view_map(view), latest);
    }
    jalon_session_end(session);
    return status == JALON_OK ? jalon_view_set_seq(ctx, view, start.seq, start.time_us) : status;
}

/* The map as the audience sees it, and all that see it so. */
static enum jalon_status load_description(struct jalon_context *ctx, struct jalon_session *session,
                                          struct jalon_text slug, enum jalon_visibility audience,
                                          struct jalon_map *out, unsigned *out_audiences)
{
    struct jalon_map map;
    enum jalon_status status = jalon_store_load_map(ctx, session, slug, &map);
    if (status == JALON_OK && !jalon_map_as_seen(ctx->arena, &map, audience, out)) {
        status = jalon_no_memory(ctx);
    }
    for (int i = 0; status == JALON_OK && i < JALON_AUDIENCES; i++) {
        bool is_alike = jalon_map_find_audience(&map, (enum jalon_visibility)i) == out->seen_by;
        *out_audiences |= is_alike ? 1U << i : 0;
    }
    return status;
}

enum jalon_status jalon_load_view(struct jalon_context *ctx, struct jalon_app *app,
                                  struct jalon_text slug, enum jalon_visibility audience,
                                  struct jalon_view **out, unsigned *out_audiences)
{
    struct jalon_session *session = NULL;
    struct jalon_view *view = NULL;
    struct jalon_map map;
    unsigned audiences = 0;
    struct jalon_standing start = {0, 0};
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = load_description(ctx, session, slug, audience, &map, &audiences);
    }
    if (status == JALON_OK) {
        status = make_view(ctx, app, session, &map, &view);
    }
    if (status == JALON_OK) {
        status = jalon_store_last_event(ctx, session, &map, &start.seq, &start.time_us);
    }
    bool is_restored = status == JALON_OK && restore_view(ctx, session, view, start.seq) == JALON_OK;
    jalon_session_end(session);
    if (status == JALON_OK && !is_restored) {
        jalon_error_clear(ctx);
        status = load_all(ctx, app, view, start);
    }
    if (status != JALON_OK) {
        jalon_view_destroy(view);
        return status;
    }
    *out = view;
    *out_audiences = audiences;
    return JALON_OK;
}
