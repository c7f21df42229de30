/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A copy of what there is of an account. Layer 3 (app).
 *
 * Each page is a short transaction of its own, with memory of its own: somebody with thousands of
 * contributions takes no more than somebody with a few, and keeps nobody from writing.
 */
#include "jalon/json.h"

#include "people.h"
#include "rights.h"

enum { CONTRIBUTIONS_A_PAGE = 100, ROWS_A_PAGE = 100 };

struct copying {
    struct jalon_app *app;
    const struct jalon_account *account;
    struct jalon_json_writer *writer;
    jalon_copy_flush flush;
    void *object;
    struct jalon_context *page; /* anew for each */
    struct jalon_context *row;  /* anew for each contribution */
};

static enum jalon_status end_row(struct copying *copying, struct jalon_context *ctx,
                                 enum jalon_status status)
{
    return status == JALON_OK ? copying->flush(ctx, copying->object) : status;
}

/* --- Contributions --- */
/*
 * The description as the account sees it, of what is its own: where it is exactly, but not what others
 * have written into fields that the account may not read.
 */
static enum jalon_status load_seen(struct jalon_context *ctx, struct jalon_session *session,
                                   const struct jalon_account *account, struct jalon_text slug,
                                   struct jalon_map *out)
{
    const struct jalon_actor actor = {.account = account->name, .scopes = JALON_SCOPE_ALL};
    struct jalon_map stored, seen;
    struct jalon_party party;
    enum jalon_status status = jalon_store_load_map(ctx, session, slug, &stored);
    if (status == JALON_OK) {
        status = jalon_rights_find_party(ctx, session, &stored, &actor, &party);
    }
    if (status != JALON_OK) {
        return status;
    }
    if (!jalon_map_as_seen(ctx->arena, &stored, jalon_rights_audience(&party), &seen)) {
        return jalon_no_memory(ctx);
    }
    *out = jalon_audience_own(&seen);
    return JALON_OK;
}

static enum jalon_status write_contribution(struct copying *copying, struct jalon_session *session,
                                            const struct jalon_map *map,
                                            const struct jalon_own_contribution *own)
{
    struct jalon_json_writer *writer = copying->writer;
    struct jalon_contribution contribution;
    struct jalon_text feature;
    jalon_context_reset(copying->row);
    enum jalon_status status = jalon_store_load_contribution(copying->row, session, map,
                                                             own->place.number, &contribution);
    if (status == JALON_NOT_FOUND) { /* purged just now */
        return JALON_OK;
    }
    if (status == JALON_OK) {
        status = jalon_contribute_write_feature(copying->row, map, &contribution, &feature);
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_text(writer, "map", own->map);
    jalon_json_put_text(writer, "collection", own->collection);
    jalon_json_put_text(writer, "moderation", own->moderation);
    jalon_json_put_raw(writer, "feature", feature);
    jalon_json_end_object(writer);
    return end_row(copying, copying->row, JALON_OK);
}

/* The page below `place`, which moves. */
static enum jalon_status write_page(struct copying *copying, struct jalon_session *session,
                                    struct jalon_own_place *place, size_t *out_count)
{
    struct jalon_context *ctx = copying->page;
    struct jalon_own_contribution *list = NULL;
    struct jalon_map map = {.number = 0};
    size_t count = 0;
    enum jalon_status status =
        jalon_store_list_own(ctx, session, copying->account->name, false, place,
                             CONTRIBUTIONS_A_PAGE, &list, &count);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        if (map.number != list[i].place.map) {
            status = load_seen(ctx, session, copying->account, list[i].map, &map);
        }
        if (status == JALON_OK) {
            status = write_contribution(copying, session, &map, &list[i]);
        }
    }
    if (status == JALON_OK && count > 0) {
        *place = list[count - 1].place;
    }
    *out_count = count;
    return status;
}

static enum jalon_status write_contributions(struct copying *copying)
{
    struct jalon_own_place place = {INT64_MAX, INT64_MAX};
    enum jalon_status status = JALON_OK;
    size_t count = CONTRIBUTIONS_A_PAGE;
    jalon_json_begin_array(copying->writer, "contributions");
    while (status == JALON_OK && count == CONTRIBUTIONS_A_PAGE) {
        struct jalon_session *session = NULL;
        jalon_context_reset(copying->page);
        status = jalon_store_read(copying->page, copying->app->store, &session);
        if (status == JALON_OK) {
            status = write_page(copying, session, &place, &count);
        }
        jalon_session_end(session);
    }
    jalon_json_end_array(copying->writer);
    return status;
}

/* --- All else --- */
static enum jalon_status write_list(struct copying *copying, enum jalon_own_list list)
{
    struct jalon_own_mark mark = {.text = ""};
    enum jalon_status status = JALON_OK;
    size_t count = ROWS_A_PAGE;
    jalon_json_begin_array(copying->writer, jalon_own_list_name(list));
    while (status == JALON_OK && count == ROWS_A_PAGE) {
        struct jalon_session *session = NULL;
        jalon_context_reset(copying->page);
        status = jalon_store_read(copying->page, copying->app->store, &session);
        if (status == JALON_OK) {
            status = jalon_store_write_own(copying->page, session, list, copying->account, &mark,
                                           ROWS_A_PAGE, copying->writer, &count);
        }
        jalon_session_end(session);
        status = end_row(copying, copying->page, status);
    }
    jalon_json_end_array(copying->writer);
    return status;
}

enum jalon_status jalon_app_write_copy(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_account *account,
                                       struct jalon_json_writer *writer, jalon_copy_flush flush,
                                       void *object)
{
    struct copying copying = {.app = app,
                              .account = account,
                              .writer = writer,
                              .flush = flush,
                              .object = object,
                              .page = jalon_context_create(),
                              .row = jalon_context_create()};
    enum jalon_status status =
        copying.page != NULL && copying.row != NULL ? write_contributions(&copying)
                                                    : JALON_NO_MEMORY;
    for (int i = 0; status == JALON_OK && i < JALON_OWN_LIST_COUNT; i++) {
        status = write_list(&copying, (enum jalon_own_list)i);
    }
    jalon_context_destroy(copying.page);
    jalon_context_destroy(copying.row);
    return status == JALON_OK ? JALON_OK : jalon_fail(ctx, status, "the copy could not be made");
}
