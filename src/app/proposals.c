/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Proposing a change of a contribution, and reading what was proposed. Layer 3 (app). */
#include "proposals.h"

#include "jalon/app_mail.h"
#include "jalon/clock.h"

#include "admission.h"
#include "deed.h"
#include "edit.h"
#include "stale.h"

enum { OPEN_MAX = 100 };

/* --- Keeping --- */
static enum jalon_status make_proposal(struct jalon_context *ctx, struct jalon_turn *turn,
                                       const struct jalon_party *party,
                                       const struct jalon_contribution *before,
                                       const struct jalon_contribution *after,
                                       struct jalon_text reason, struct jalon_proposal *out)
{
    struct jalon_contribution alike = *after;
    struct jalon_proposal proposal = {
        .id = jalon_id_make(),
        .base = before->version,
        .author = party->actor.account,
        .device = JALON_TEXT_EMPTY,
        .reason = reason,
        .state = JALON_PROPOSAL_OPEN,
        .accepted = JALON_TEXT_EMPTY,
        .decided_by = JALON_TEXT_EMPTY,
        .answer = JALON_TEXT_EMPTY,
        .created_us = jalon_clock_now_us(),
    };
    alike.moderation = before->moderation;
    enum jalon_status status =
        jalon_history_changes(ctx, turn->map, before, &alike, &proposal.changes);
    if (status == JALON_OK && jalon_text_is(proposal.changes, "[]")) {
        return jalon_fail(ctx, JALON_INVALID, "this changes nothing");
    }
    if (status == JALON_OK && proposal.author.length == 0) {
        status = jalon_trace_device(ctx, turn->app, &party->actor, &proposal.device);
    }
    if (status == JALON_OK) {
        *out = proposal;
    }
    return status;
}

static enum jalon_status put_proposal(struct jalon_context *ctx, struct jalon_turn *turn,
                                      const struct jalon_contribution *before,
                                      const struct jalon_proposal *proposal)
{
    int64_t open = 0;
    enum jalon_status status =
        jalon_store_count_proposals(ctx, turn->session, turn->map, before->number, &open);
    if (status == JALON_OK && open >= OPEN_MAX) {
        return jalon_fail(ctx, JALON_CONFLICT,
                          "%d proposals for this contribution wait to be decided already", OPEN_MAX);
    }
    if (status == JALON_OK) {
        status = jalon_store_insert_proposal(ctx, turn->session, turn->map, before->number,
                                             proposal);
    }
    if (status == JALON_OK) {
        status = jalon_turn_keep(ctx, turn);
    }
    return status == JALON_OK
               ? jalon_deed_tell_decision(ctx, turn, before->author, "proposal", NULL,
                                          before->number, proposal->author, proposal->reason)
               : status;
}

enum jalon_status jalon_proposal_keep(struct jalon_context *ctx, struct jalon_turn *turn,
                                      const struct jalon_party *party,
                                      const struct jalon_contribution *before,
                                      const struct jalon_contribution *after,
                                      struct jalon_text reason, struct jalon_id *out)
{
    struct jalon_proposal proposal;
    enum jalon_status status =
        make_proposal(ctx, turn, party, before, after, reason, &proposal);
    if (status == JALON_OK) {
        status = put_proposal(ctx, turn, before, &proposal);
    }
    if (status == JALON_OK) {
        *out = proposal.id;
    }
    return status;
}

enum jalon_status jalon_proposal_is_own(struct jalon_context *ctx, const struct jalon_app *app,
                                        const struct jalon_party *party,
                                        const struct jalon_proposal *proposal, bool *out)
{
    struct jalon_text device;
    if (party->actor.account.length > 0 || proposal->author.length > 0) {
        *out = jalon_text_equal(party->actor.account, proposal->author);
        return JALON_OK;
    }
    enum jalon_status status = jalon_trace_device(ctx, app, &party->actor, &device);
    if (status == JALON_OK) {
        *out = device.length > 0 && jalon_text_equal(device, proposal->device);
    }
    return status;
}

/* --- Proposing --- */
struct proposing {
    const struct jalon_edit *edit;
    struct jalon_item_ref ref;
    struct jalon_proposal proposal;
};

static enum jalon_status propose_in_turn(struct jalon_context *ctx, struct jalon_live_map *live,
                                         struct jalon_turn *turn, void *object)
{
    struct proposing *proposing = object;
    const struct jalon_edit *edit = proposing->edit;
    struct deed_subject subject;
    struct jalon_contribution after;
    enum jalon_status status = jalon_deed_find(ctx, turn->session, turn->map, &proposing->ref,
                                               JALON_RIGHT_PROPOSE, &subject);
    if (status == JALON_OK && edit->if_match.given &&
        !jalon_stale_is_current(&edit->if_match, &subject.contribution)) {
        return jalon_fail(ctx, JALON_PRECONDITION,
                          "this contribution has been changed since you read it");
    }
    if (status == JALON_OK) {
        status = jalon_edit_read(ctx, turn->map, &subject.contribution, edit, &after);
    }
    if (status == JALON_OK) {
        struct jalon_admission admission = {.live = live,
                                            .party = &subject.party,
                                            .before = &subject.contribution,
                                            .after = &after};
        status = jalon_admission_judge(ctx, turn, &admission);
    }
    if (status == JALON_OK) {
        status = make_proposal(ctx, turn, &subject.party, &subject.contribution, &after,
                               edit->reason, &proposing->proposal);
    }
    return status == JALON_OK
               ? put_proposal(ctx, turn, &subject.contribution, &proposing->proposal)
               : status;
}

enum jalon_status jalon_app_propose(struct jalon_context *ctx, struct jalon_app *app,
                                    const struct jalon_edit *edit, struct jalon_proposal *out)
{
    struct proposing proposing = {
        .edit = edit,
        .ref = {edit->map, edit->collection, edit->id, edit->actor},
    };
    enum jalon_status status =
        jalon_deed_do(ctx, app, &proposing.ref, propose_in_turn, &proposing);
    if (status == JALON_OK) {
        *out = proposing.proposal;
    }
    return status;
}

/* --- Reading --- */
/* A contribution that is read, and whether all of its proposals are. */
struct reader {
    struct jalon_live_map *live;
    struct jalon_session *session;
    const struct jalon_map *map;
    struct deed_subject subject;
    bool sees_all;
};

static enum jalon_status begin_reading(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_item_ref *ref, struct reader *reader)
{
    enum jalon_status status =
        jalon_audience_hold(ctx, app, ref->map, &ref->actor, &reader->live);
    if (status != JALON_OK) {
        return status;
    }
    reader->map = jalon_view_map(reader->live->view);
    status = jalon_store_read(ctx, app->store, &reader->session);
    if (status == JALON_OK) {
        status = jalon_deed_find(ctx, reader->session, reader->map, ref, JALON_RIGHT_READ,
                                 &reader->subject);
    }
    if (status == JALON_OK) {
        status = jalon_rights_check(ctx, reader->session, reader->map, &reader->subject.party,
                                    JALON_RIGHT_DECIDE_PROPOSAL, &reader->subject.contribution);
        reader->sees_all = status == JALON_OK;
        if (status == JALON_FORBIDDEN || status == JALON_UNAUTHENTICATED) {
            jalon_error_clear(ctx);
            status = JALON_OK;
        }
    }
    return status;
}

static void end_reading(struct jalon_app *app, struct reader *reader)
{
    jalon_session_end(reader->session);
    if (reader->live != NULL) {
        jalon_live_release(app, reader->live);
    }
}

static enum jalon_status show(struct jalon_context *ctx, const struct reader *reader,
                              struct jalon_proposal *proposal)
{
    return jalon_history_public(ctx, reader->map, reader->subject.contribution.collection,
                                proposal->changes, &proposal->changes);
}

static enum jalon_status list_seen(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct reader *reader, const struct jalon_id *before,
                                   struct jalon_text state, size_t limit,
                                   struct jalon_proposal_list *out)
{
    const struct jalon_actor *actor = &reader->subject.party.actor;
    int64_t number = reader->subject.contribution.number;
    struct jalon_proposal_filter filter = {.before = before,
                                           .author = JALON_TEXT_EMPTY,
                                           .device = JALON_TEXT_EMPTY,
                                           .state = state};
    bool has_any = true;
    enum jalon_status status = JALON_OK;
    if (!reader->sees_all) {
        filter.author = actor->account;
        if (actor->account.length == 0) {
            status = jalon_trace_device(ctx, app, actor, &filter.device);
        }
        has_any = filter.author.length > 0 || filter.device.length > 0;
    }
    if (status == JALON_OK) {
        status = jalon_store_count_proposals(ctx, reader->session, reader->map, number,
                                             &out->open);
    }
    if (status == JALON_OK && has_any) {
        status = jalon_store_list_proposals(ctx, reader->session, reader->map, number, &filter,
                                            limit, &out->items, &out->count);
    }
    for (size_t i = 0; status == JALON_OK && i < out->count; i++) {
        status = show(ctx, reader, &out->items[i]);
    }
    return status;
}

enum jalon_status jalon_app_list_proposals(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_item_ref *ref,
                                           const struct jalon_id *before, struct jalon_text state,
                                           size_t limit, struct jalon_proposal_list *out)
{
    struct reader reader = {.live = NULL};
    struct jalon_proposal_list list = {.items = NULL};
    enum jalon_status status = begin_reading(ctx, app, ref, &reader);
    if (status == JALON_OK) {
        status = list_seen(ctx, app, &reader, before, state, limit, &list);
    }
    end_reading(app, &reader);
    if (status == JALON_OK) {
        *out = list;
    }
    return status;
}

enum jalon_status jalon_app_find_proposal(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_item_ref *ref, struct jalon_id id,
                                          struct jalon_proposal *out)
{
    struct reader reader = {.live = NULL};
    struct jalon_proposal found;
    bool is_own = false;
    enum jalon_status status = begin_reading(ctx, app, ref, &reader);
    if (status == JALON_OK) {
        status = jalon_store_find_proposal(ctx, reader.session, reader.map,
                                           reader.subject.contribution.number, id, &found);
        status = status == JALON_NOT_FOUND
                     ? jalon_fail(ctx, status, "there is no such proposal here")
                     : status;
    }
    if (status == JALON_OK && !reader.sees_all) {
        status = jalon_proposal_is_own(ctx, app, &reader.subject.party, &found, &is_own);
        status = status == JALON_OK && !is_own
                     ? jalon_fail(ctx, JALON_NOT_FOUND, "there is no such proposal here")
                     : status;
    }
    if (status == JALON_OK) {
        status = show(ctx, &reader, &found);
    }
    end_reading(app, &reader);
    if (status == JALON_OK) {
        *out = found;
    }
    return status;
}
