/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What waits to be looked at, and the trail of what was decided. Layer 3 (app). */
#include "jalon/app_moderation.h"

#include <string.h>

#include "internal.h"
#include "rights.h"

/* Beyond a moderator's bounds so many pages are passed over before an answer is given. */
enum { PAGES_MAX = 20 };

struct desk {
    const struct jalon_map *map;
    const struct jalon_desk_command *command;
    struct jalon_session *session;
    struct jalon_party party;
    struct jalon_desk_item *items;
    size_t count;
};

/* --- What there is to know about one --- */
static enum jalon_status find_changes(struct jalon_context *ctx, const struct desk *desk,
                                      struct jalon_desk_item *item)
{
    struct jalon_revision *revisions = NULL;
    size_t count = 0;
    bool is_edited = false;
    item->changes = JALON_TEXT_EMPTY;
    for (size_t i = 0; i < item->review_count; i++) {
        is_edited = is_edited || item->reviews[i].reason == JALON_REVIEW_EDITED;
    }
    if (!is_edited) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_store_list_revisions(
        ctx, desk->session, desk->map, item->contribution.number, 0, 1, &revisions, &count);
    return status == JALON_OK && count > 0
               ? jalon_history_public(ctx, desk->map, item->contribution.collection,
                                      revisions[0].changes, &item->changes)
               : status;
}

/* What else the author contributed: counted once a page, whoever fills it with one's own. */
static enum jalon_status find_standing(struct jalon_context *ctx, const struct desk *desk,
                                       struct jalon_desk_item *item)
{
    for (const struct jalon_desk_item *other = desk->items; other < item; other++) {
        if (jalon_text_equal(other->contribution.author, item->contribution.author)) {
            memcpy(item->standing, other->standing, sizeof item->standing);
            return JALON_OK;
        }
    }
    return jalon_store_count_by_author(ctx, desk->session, desk->map, item->contribution.author,
                                       item->standing);
}

static enum jalon_status describe(struct jalon_context *ctx, const struct desk *desk,
                                  struct jalon_desk_item *item)
{
    const struct jalon_contribution *contribution = &item->contribution;
    struct jalon_review *reviews = NULL;
    int64_t personal;
    item->collection = jalon_text_copy(
        ctx->arena, desk->map->collections[contribution->collection].key);
    enum jalon_status status =
        item->collection.data != NULL
            ? jalon_contribute_write_feature(ctx, desk->map, contribution, &item->json)
            : jalon_no_memory(ctx);
    if (status == JALON_OK) {
        status = jalon_store_list_reviews(ctx, desk->session, desk->map, contribution->number,
                                          &reviews, &item->review_count);
        item->reviews = reviews;
    }
    if (status == JALON_OK) {
        status = jalon_store_count_open_reports(ctx, desk->session, desk->map,
                                                contribution->number, &item->open_reports,
                                                &personal);
    }
    if (status == JALON_OK && contribution->author.length > 0) {
        status = find_standing(ctx, desk, item);
    }
    return status == JALON_OK ? find_changes(ctx, desk, item) : status;
}

/* --- The queue --- */
static enum jalon_status take_page(struct jalon_context *ctx, struct desk *desk,
                                   const struct jalon_queued *queued, size_t count,
                                   struct jalon_desk *out)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < count && status == JALON_OK; i++) {
        bool is_within;
        if (desk->count == desk->command->filter.limit) {
            out->has_more = true;
            return JALON_OK;
        }
        out->after_us = queued[i].since_us;
        out->after = queued[i].contribution.number;
        status = jalon_rights_is_within(ctx, desk->session, desk->map, &desk->party,
                                        &queued[i].contribution, &is_within);
        if (status == JALON_OK && is_within) {
            struct jalon_desk_item *item = &desk->items[desk->count++];
            *item = (struct jalon_desk_item){.since_us = queued[i].since_us,
                                             .contribution = queued[i].contribution};
            status = describe(ctx, desk, item);
        }
    }
    return status;
}

static enum jalon_status list_in(struct jalon_context *ctx, struct desk *desk,
                                 struct jalon_queue_filter filter, struct jalon_desk *out)
{
    size_t wanted = filter.limit, count = 0;
    enum jalon_status status = JALON_OK;
    filter.limit = wanted + 1; /* one more says that there is more */
    out->has_more = true;
    for (int page = 0; page < PAGES_MAX && status == JALON_OK; page++) {
        struct jalon_queued *queued = NULL;
        status = jalon_store_list_queue(ctx, desk->session, desk->map, &filter, &queued, &count);
        if (status == JALON_OK) {
            out->has_more = false;
            status = take_page(ctx, desk, queued, count, out);
        }
        if (status != JALON_OK || out->has_more || count < filter.limit) {
            return status;
        }
        out->has_more = true;
        filter.after_us = out->after_us;
        filter.after = out->after;
    }
    return status;
}

static enum jalon_status list_desk(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_map *map,
                                   const struct jalon_desk_command *command,
                                   struct jalon_desk *out)
{
    struct desk desk = {.map = map, .command = command};
    struct jalon_queue_filter filter = command->filter;
    struct jalon_desk found = {.items = NULL};
    desk.items =
        jalon_arena_allocate_zeroed(ctx->arena, filter.limit + 1, sizeof *desk.items);
    enum jalon_status status = desk.items != NULL
                                   ? jalon_store_read(ctx, app->store, &desk.session)
                                   : jalon_no_memory(ctx);
    if (status == JALON_OK) {
        status = jalon_rights_find_party(ctx, desk.session, map, &command->actor, &desk.party);
    }
    if (status == JALON_OK) {
        status =
            jalon_rights_check(ctx, desk.session, map, &desk.party, JALON_RIGHT_MODERATE, NULL);
    }
    filter.collection = -1;
    if (status == JALON_OK && command->collection.length > 0) {
        status = jalon_rights_find_collection(ctx, map, command->collection, &filter.collection);
    }
    if (status == JALON_OK) {
        status = list_in(ctx, &desk, filter, &found);
    }
    jalon_session_end(desk.session);
    if (status == JALON_OK) {
        found.items = desk.items;
        found.count = desk.count;
        *out = found;
    }
    return status;
}

enum jalon_status jalon_app_list_desk(struct jalon_context *ctx, struct jalon_app *app,
                                      const struct jalon_desk_command *command,
                                      struct jalon_desk *out)
{
    struct jalon_live_map *live = NULL;
    enum jalon_status status = jalon_audience_hold(ctx, app, command->map, &command->actor, &live);
    if (status == JALON_OK) {
        status = list_desk(ctx, app, jalon_view_map(live->view), command, out);
        jalon_live_release(app, live);
    }
    return status;
}

/* --- The trail --- */
static enum jalon_status list_audit(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_map *map,
                                    const struct jalon_audit_command *command,
                                    struct jalon_audit_entry **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    struct jalon_party party;
    struct jalon_contribution contribution = {.number = 0};
    struct jalon_audit_filter filter = command->filter;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_rights_find_party(ctx, session, map, &command->reader, &party);
    }
    if (status == JALON_OK) {
        status = jalon_rights_check(ctx, session, map, &party, JALON_RIGHT_SEE_AUDIT, NULL);
    }
    if (status == JALON_OK && command->contribution != NULL) {
        status = jalon_store_find_by_id(ctx, session, map, *command->contribution, &contribution);
    }
    filter.contribution = contribution.number;
    if (status == JALON_OK) {
        status = jalon_store_list_audit(ctx, session, map, &filter, out, out_count);
    }
    jalon_session_end(session);
    return status;
}

enum jalon_status jalon_app_list_audit(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_audit_command *command,
                                       struct jalon_audit_entry **out, size_t *out_count)
{
    struct jalon_live_map *live = NULL;
    enum jalon_status status = jalon_audience_hold(ctx, app, command->map, &command->reader, &live);
    if (status != JALON_OK) {
        return status;
    }
    const struct jalon_map *map = jalon_view_map(live->view);
    status = list_audit(ctx, app, map, command, out, out_count);
    for (size_t i = 0; status == JALON_OK && i < *out_count; i++) {
        struct jalon_audit_entry *entry = &(*out)[i];
        entry->collection_key = entry->collection >= 0
                                    ? jalon_text_copy(ctx->arena,
                                                      map->collections[entry->collection].key)
                                    : JALON_TEXT_EMPTY;
        status = entry->collection_key.data != NULL ? JALON_OK : jalon_no_memory(ctx);
    }
    jalon_live_release(app, live);
    return status;
}
