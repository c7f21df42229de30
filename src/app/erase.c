/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The end of an account: the person goes, the commons stay. Layer 3 (app).
 *
 * First, in one transaction, everything by which somebody could be found or could sign in. Then its
 * name goes out of what it contributed, in turns so short that nobody waits; account.former holds
 * the name until that is done, so that it goes on after a restart. Each contribution gets a
 * revision, by which views, entity tags and followers learn of it.
 */
#include <stdio.h>

#include "jalon/clock.h"
#include "jalon/store_membership.h"

#include "erase_mentions.h"

enum { CONTRIBUTIONS_A_TURN = 50, HISTORY_A_TURN = 5000, MAPS_NAMED = 20 };

/* --- The account --- */
/* A map that has an admin keeps one, unless who goes says that it is not to. */
static enum jalon_status check_alone(struct jalon_context *ctx, struct jalon_session *session,
                                     int64_t account)
{
    struct jalon_text maps = JALON_TEXT_EMPTY;
    enum jalon_status status =
        jalon_store_list_alone(ctx, session, account, MAPS_NAMED, &maps);
    return status == JALON_OK && maps.length > 0
               ? jalon_fail_at(ctx, JALON_CONFLICT, JALON_ERROR_POINTER, "/leave_maps",
                               "you are the only admin of %.*s: make somebody else one first, or "
                               "say that these maps are to have none", JALON_TEXT_ARGS(maps))
               : status;
}

static enum jalon_status begin_erasure(struct jalon_context *ctx, struct jalon_session *session,
                                       struct jalon_text name, enum jalon_erasure erasure,
                                       bool leaves_maps)
{
    char made_up[32];
    uint8_t random[6];
    struct jalon_account account;
    jalon_random_bytes(random, sizeof random);
    snprintf(made_up, sizeof made_up, "erased-%02x%02x%02x%02x%02x%02x", random[0], random[1],
             random[2], random[3], random[4], random[5]);
    struct jalon_erased erased = {.name = jalon_text_from(made_up), .erasure = erasure};
    enum jalon_status status = jalon_store_find_account(ctx, session, name, &account);
    if (status == JALON_OK && account.erased_us != 0) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "there is no such account");
    }
    if (status == JALON_OK && !leaves_maps) {
        status = check_alone(ctx, session, account.number);
    }
    if (status == JALON_OK) {
        status = jalon_store_begin_erasure(ctx, session, &account, &erased, jalon_clock_now_us());
    }
    return status == JALON_OK ? jalon_session_commit(ctx, session) : status;
}

enum jalon_status jalon_app_erase_account(struct jalon_context *ctx, struct jalon_app *app,
                                          struct jalon_text account, struct jalon_text name,
                                          enum jalon_erasure erasure, bool leaves_maps,
                                          bool *out_finished)
{
    static const int64_t patience_us = 5000000;
    struct jalon_session *session = NULL;
    bool finished = false;
    if (!jalon_text_equal(account, name)) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/name",
                             "must be the name of your account, to show that you mean it");
    }
    enum jalon_status status = jalon_store_write(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = begin_erasure(ctx, session, account, erasure, leaves_maps);
    }
    jalon_session_end(session);
    if (status != JALON_OK) {
        return status;
    }
    if (jalon_erasures_go_on(ctx, app, patience_us, &finished) != JALON_OK) {
        jalon_error_clear(ctx); /* it is begun, and goes on later */
    }
    *out_finished = finished;
    return JALON_OK;
}

/* --- Contributions --- */
static enum jalon_status erase_one(struct jalon_context *ctx, struct jalon_turn *turn,
                                   const struct jalon_erased *erased, int64_t number)
{
    struct jalon_contribution contribution;
    int64_t seq;
    enum jalon_status status =
        jalon_store_load_contribution(ctx, turn->session, turn->map, number, &contribution);
    if (status == JALON_NOT_FOUND ||
        (status == JALON_OK && !jalon_text_equal(contribution.author, erased->former))) {
        jalon_error_clear(ctx);
        return JALON_OK; /* somebody was here before */
    }
    if (status != JALON_OK) {
        return status;
    }
    contribution.author =
        erased->erasure == JALON_ERASURE_REMOVE ? JALON_TEXT_EMPTY : erased->name;
    contribution.version++;
    contribution.updated_us = jalon_clock_not_before_us(contribution.updated_us);
    struct jalon_write write = {
        .action = JALON_ACTION_ERASE,
        .author = contribution.author,
        .reason = JALON_TEXT_EMPTY,
        .changes = JALON_TEXT("[]"),
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    return jalon_turn_put(ctx, turn, &contribution, &write, &seq);
}

/* Those of the list that are in the same map as the first. */
static enum jalon_status erase_some(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_erased *erased,
                                    const struct jalon_own_contribution *list, size_t count)
{
    struct jalon_live_map *live;
    struct jalon_turn turn;
    enum jalon_status status =
        jalon_live_hold(ctx, app, list[0].map, JALON_VISIBILITY_MODERATORS, &live);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_turn_begin(ctx, app, jalon_view_map(live->view), &turn);
    if (status == JALON_OK) {
        for (size_t i = 0; status == JALON_OK && i < count; i++) {
            if (list[i].place.map == list[0].place.map) {
                status = erase_one(ctx, &turn, erased, list[i].place.number);
            }
        }
        status = jalon_turn_end(ctx, &turn, status);
    }
    jalon_live_release(app, live);
    return status;
}

/* Until there are none left, or no time. */
static enum jalon_status erase_contributions(struct jalon_context *ctx, struct jalon_app *app,
                                             const struct jalon_erased *erased, int64_t until_us,
                                             bool *out_finished)
{
    for (;;) {
        struct jalon_context *own = jalon_context_create();
        struct jalon_own_contribution *list = NULL;
        size_t count = 0;
        enum jalon_status status =
            own == NULL ? JALON_NO_MEMORY
                        : jalon_app_list_own(own, app, erased->former, false, NULL,
                                             CONTRIBUTIONS_A_TURN, &list, &count);
        if (status == JALON_OK && count > 0) {
            status = erase_some(own, app, erased, list, count);
        }
        jalon_context_destroy(own);
        if (status != JALON_OK) {
            return jalon_fail(ctx, status, "the erasure goes on later");
        }
        if (count == 0 || jalon_clock_monotonic_us() >= until_us) {
            *out_finished = count == 0;
            return JALON_OK;
        }
    }
}

/* --- All else --- */
static enum jalon_status erase_history(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_erased *erased, int64_t map)
{
    int64_t first = 0, last = 0;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_revision_range(ctx, session, map, &first, &last);
    }
    jalon_session_end(session);
    for (; status == JALON_OK && first <= last; first += HISTORY_A_TURN) {
        session = NULL;
        status = jalon_store_write(ctx, app->store, &session);
        if (status == JALON_OK) {
            status = jalon_store_erase_in_history(ctx, session, erased, map, first,
                                                  first + HISTORY_A_TURN);
        }
        status = jalon_write_end(ctx, session, status);
    }
    return status;
}

static enum jalon_status erase_in_map(struct jalon_context *ctx, struct jalon_app *app,
                                      const struct jalon_erased *erased, int64_t map)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = map != 0 ? erase_history(ctx, app, erased, map) : JALON_OK;
    if (status == JALON_OK) {
        status = jalon_mentions_erase(ctx, app, erased, map);
    }
    if (status == JALON_OK) {
        status = jalon_store_write(ctx, app->store, &session);
    }
    if (status == JALON_OK) {
        status = jalon_store_erase_in_map(ctx, session, erased, map);
    }
    return jalon_write_end(ctx, session, status);
}

static enum jalon_status finish(struct jalon_context *ctx, struct jalon_app *app,
                                const struct jalon_erased *erased)
{
    struct jalon_map_summary *maps = NULL;
    size_t count = 0;
    enum jalon_status status = jalon_app_list_maps(ctx, app, &maps, &count);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = erase_in_map(ctx, app, erased, maps[i].number);
    }
    if (status == JALON_OK) {
        status = erase_in_map(ctx, app, erased, 0);
    }
    struct jalon_session *session = NULL;
    if (status == JALON_OK) {
        status = jalon_store_write(ctx, app->store, &session);
    }
    if (status == JALON_OK) {
        status = jalon_store_finish_erasure(ctx, session, erased);
    }
    return jalon_write_end(ctx, session, status);
}

static enum jalon_status find_next(struct jalon_context *ctx, struct jalon_app *app,
                                   struct jalon_erased *out)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_find_erasure(ctx, session, out);
    }
    jalon_session_end(session);
    return status;
}

enum jalon_status jalon_erasures_go_on(struct jalon_context *ctx, struct jalon_app *app,
                                       int64_t most_us, bool *out_finished)
{
    int64_t until_us = jalon_clock_monotonic_us() + most_us;
    struct jalon_erased erased;
    enum jalon_status status;
    while ((status = find_next(ctx, app, &erased)) == JALON_OK) {
        bool finished = false;
        status = erase_contributions(ctx, app, &erased, until_us, &finished);
        if (status == JALON_OK && finished) {
            status = finish(ctx, app, &erased);
        }
        if (status != JALON_OK || !finished) {
            *out_finished = false;
            return status;
        }
    }
    if (status != JALON_NOT_FOUND) {
        return status;
    }
    *out_finished = true;
    return JALON_OK;
}
