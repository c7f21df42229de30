/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Changing and deleting a contribution: OGC API Features part 4, replace, update, delete. Layer 3
 * (app).
 *
 * All of it happens in one write turn: what is checked against is what is replaced, so of two writers
 * who have seen the same state one wins, and the other is told.
 */
#include "jalon/clock.h"

#include "admission.h"
#include "edit.h"
#include "proposals.h"
#include "stale.h"

/* A contribution that may be edited, in what it is part of. */
struct subject {
    const struct jalon_map *map;
    struct jalon_contribution before;
    struct jalon_party party; /* who edits */
    bool is_own;  /* who edits is its author, and is shown where it is exactly */
    bool is_late; /* who edits has seen an older state: the next */
    struct past seen;
};

/* May whoever sends this do it to the contribution as it is? */
static enum jalon_status check_right(struct jalon_context *ctx, struct jalon_session *session,
                                     const struct jalon_edit *edit, struct subject *subject)
{
    bool is_deletion = edit->kind == JALON_EDIT_DELETE;
    enum jalon_status status = jalon_rights_check(
        ctx, session, subject->map, &subject->party,
        is_deletion ? JALON_RIGHT_DELETE : JALON_RIGHT_CHANGE, &subject->before);
    if (status == JALON_OK && subject->map->rules.location_grid_m > 0) {
        return jalon_rights_is_author(ctx, session, subject->map, &subject->party,
                                      &subject->before, &subject->is_own);
    }
    if (status != JALON_FORBIDDEN || is_deletion ||
        subject->map->rules.edits != JALON_EDITS_PROPOSAL ||
        !jalon_rights_allows(subject->map, &subject->party, JALON_RIGHT_PROPOSE)) {
        return status;
    }
    return jalon_fail(ctx, status, "what others have contributed to this map is changed by its "
                                   "author and moderators: POST the same patch to …/proposals");
}

/* What is not published its author and moderators see, until it is deleted; others are not told. */
static enum jalon_status check_seen(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct subject *subject, bool *out)
{
    enum jalon_moderation moderation = subject->before.moderation;
    *out = moderation == JALON_MODERATION_PUBLISHED;
    if (*out || moderation == JALON_MODERATION_DELETED) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_rights_check(ctx, session, subject->map, &subject->party,
                                                  JALON_RIGHT_READ_UNPUBLISHED, &subject->before);
    *out = status == JALON_OK;
    if (status == JALON_FORBIDDEN || status == JALON_UNAUTHENTICATED) {
        jalon_error_clear(ctx);
        status = JALON_OK;
    }
    return status;
}

/* What somebody may not see is not there for him. */
static enum jalon_status find_subject(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_edit *edit, struct subject *subject)
{
    int32_t collection;
    bool is_seen = false;
    enum jalon_status status =
        jalon_rights_find_collection(ctx, subject->map, edit->collection, &collection);
    if (status == JALON_OK) {
        status = jalon_rights_find_party(ctx, session, subject->map, &edit->actor,
                                         &subject->party);
    }
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_rights_find_seen(ctx, session, subject->map, &subject->party, collection,
                                    edit->id, &subject->before);
    if (status == JALON_OK) {
        status = check_seen(ctx, session, subject, &is_seen);
    }
    if (status == JALON_NOT_FOUND || (status == JALON_OK && !is_seen)) {
        /* 20-002, put-rid-exception: what would replace a state must not become something new. */
        bool replaces_state = edit->kind == JALON_EDIT_REPLACE && edit->if_match.given;
        return jalon_fail(ctx, replaces_state ? JALON_PRECONDITION : JALON_NOT_FOUND,
                          "there is no such contribution in this collection");
    }
    return status == JALON_OK ? check_right(ctx, session, edit, subject) : status;
}

/* --- Preconditions --- */
static enum jalon_status fail_changed_since(struct jalon_context *ctx)
{
    return jalon_fail(ctx, JALON_PRECONDITION,
                      "this contribution has been changed since you read it");
}

/* Who names an older state is late; who names none that ever was is refused at once. */
static enum jalon_status find_seen(struct jalon_context *ctx, struct jalon_session *session,
                                   const struct jalon_edit *edit, struct subject *subject)
{
    enum jalon_status status = jalon_stale_find(ctx, session, subject->map, &subject->before,
                                                &edit->if_match, &subject->seen);
    subject->is_late = status == JALON_OK;
    return status == JALON_NOT_FOUND ? fail_changed_since(ctx) : status;
}

static enum jalon_status check_preconditions(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_edit *edit,
                                             struct subject *subject)
{
    const struct jalon_contribution *before = &subject->before;
    if (edit->if_none_match.given && jalon_stale_is_current(&edit->if_none_match, before)) {
        return jalon_fail(ctx, JALON_PRECONDITION,
                          "this contribution is there, or as If-None-Match says it must not be");
    }
    if (!edit->if_match.given) {
        return jalon_fail(ctx, JALON_PRECONDITION,
                          "say which state is to be changed: send its ETag as If-Match");
    }
    return jalon_stale_is_current(&edit->if_match, before) ? JALON_OK
                                                : find_seen(ctx, session, edit, subject);
}

/* --- What it becomes --- */
/* Nothing is closed without a reason that its author can read. */
static void check_closing(struct jalon_context *ctx, const struct draft *draft,
                          const struct jalon_edit *edit)
{
    int32_t after = draft->contribution.status;
    if (after >= 0 && after != draft->before->status && edit->reason.length == 0 &&
        draft->collection->statuses[after].closes) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/properties/status",
                        "'%s' needs a reason: send it as Jalon-Reason",
                        draft->collection->statuses[after].key.data);
    }
}

/* Body's faults are told all at once; a step that the workflow does not have is no fault of its form. */
static enum jalon_status judge(struct jalon_context *ctx, const struct draft *draft)
{
    bool only_barred = draft->status_barred && ctx->error.detail_total == 1;
    enum jalon_status status =
        jalon_error_verdict(ctx, "the contribution cannot be changed to this");
    return status == JALON_INVALID && only_barred ? JALON_CONFLICT : status;
}

/* What `base` becomes by what is read of its Feature; faults are added. */
static enum jalon_status read_draft(struct jalon_context *ctx, const struct jalon_map *map,
                                    const struct jalon_contribution *base,
                                    const struct jalon_edit *edit, struct draft *out)
{
    bool is_patch = edit->kind == JALON_EDIT_PATCH;
    struct jalon_text current;
    struct jalon_record record;
    enum jalon_status status =
        jalon_contribute_write_feature(ctx, map, base, &current);
    if (status == JALON_OK) {
        status = edit->read(ctx, edit->user, current, &record);
    }
    if (status == JALON_OK) {
        status = jalon_draft_begin_edit(ctx, map, base, out);
    }
    if (status == JALON_OK) {
        status = jalon_draft_take_body(ctx, out, &record, is_patch);
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_draft_check_id(ctx, &record, &base->id, is_patch);
    check_closing(ctx, out, edit);
    return JALON_OK;
}

enum jalon_status jalon_edit_read(struct jalon_context *ctx, const struct jalon_map *map,
                                  const struct jalon_contribution *base,
                                  const struct jalon_edit *edit, struct jalon_contribution *out)
{
    struct draft draft;
    enum jalon_status status = read_draft(ctx, map, base, edit, &draft);
    if (status == JALON_OK) {
        status = judge(ctx, &draft);
    }
    if (status == JALON_OK) {
        *out = draft.contribution;
    }
    return status;
}

/* Is there nothing wrong with it but, at most, the way to its status? */
static bool is_sound(const struct jalon_context *ctx, const struct draft *draft)
{
    return ctx->error.detail_total == (draft->status_barred ? 1 : 0);
}

/* --- Coming too late --- */
/* What the draft, made of `from`, changes although others have changed it since. */
static enum jalon_status find_conflicts(struct jalon_context *ctx, const struct subject *subject,
                                        const struct jalon_contribution *from,
                                        const struct draft *draft, struct jalon_text *out,
                                        size_t *out_count)
{
    struct jalon_contribution yours = draft->contribution;
    if (draft->status_barred) {
        yours.status = draft->barred_status;
    }
    return jalon_stale_compare(ctx, subject->map, &subject->seen, &subject->before, from, &yours,
                               out, out_count);
}

/* Both versions, and where the edit is at odds with what others did. */
static enum jalon_status tell_late(struct jalon_context *ctx, const struct subject *subject,
                                   struct jalon_text conflicts, struct jalon_stale *out)
{
    struct jalon_stale stale = {
        .state = jalon_audience_state(subject->map, &subject->before),
        .base = JALON_TEXT_EMPTY,
        .conflicts = conflicts,
    };
    enum jalon_status status =
        jalon_contribute_write_feature(ctx, subject->map, &subject->before, &stale.current);
    if (status == JALON_OK) {
        status = jalon_contribute_write_feature(ctx, subject->map, &subject->seen.contribution,
                                                &stale.base);
    }
    if (status == JALON_OK) {
        *out = stale;
    }
    return status;
}

/* What an edit that is not merged is at odds with, where it can be read at all. */
static enum jalon_status find_odds(struct jalon_context *ctx, const struct subject *subject,
                                   const struct jalon_edit *edit, struct jalon_text *out)
{
    const struct jalon_contribution *from =
        edit->kind == JALON_EDIT_PATCH ? &subject->before : &subject->seen.contribution;
    struct draft draft;
    size_t count;
    if (edit->kind == JALON_EDIT_DELETE) {
        return JALON_OK;
    }
    enum jalon_status status = read_draft(ctx, subject->map, from, edit, &draft);
    if (status == JALON_NO_MEMORY) {
        return status;
    }
    bool readable = status == JALON_OK && is_sound(ctx, &draft);
    jalon_error_clear(ctx);
    return readable ? find_conflicts(ctx, subject, from, &draft, out, &count) : JALON_OK;
}

/* Goes on with what will be merged; else says what there is. */
static enum jalon_status judge_late(struct jalon_context *ctx, const struct subject *subject,
                                    const struct jalon_edit *edit)
{
    struct jalon_text conflicts = JALON_TEXT_EMPTY;
    enum jalon_status status = JALON_OK;
    if (edit->merges) {
        return JALON_OK;
    }
    if (edit->stale != NULL) {
        status = find_odds(ctx, subject, edit, &conflicts);
        if (status == JALON_OK) {
            status = tell_late(ctx, subject, conflicts, edit->stale);
        }
    }
    return status == JALON_OK ? fail_changed_since(ctx) : status;
}

static enum jalon_status check_merge(struct jalon_context *ctx, const struct subject *subject,
                                     const struct jalon_edit *edit, const struct draft *draft)
{
    struct jalon_text conflicts;
    size_t count = 0;
    enum jalon_status status =
        find_conflicts(ctx, subject, &subject->before, draft, &conflicts, &count);
    if (status != JALON_OK || count == 0) {
        return status;
    }
    jalon_error_clear(ctx);
    status = edit->stale != NULL ? tell_late(ctx, subject, conflicts, edit->stale) : JALON_OK;
    return status == JALON_OK
               ? jalon_fail(ctx, JALON_PRECONDITION,
                            "others have changed since you read it what you change too")
               : status;
}

static enum jalon_status make_draft(struct jalon_context *ctx, const struct subject *subject,
                                    const struct jalon_edit *edit, struct draft *out)
{
    enum jalon_status status = read_draft(ctx, subject->map, &subject->before, edit, out);
    if (status != JALON_OK) {
        return status;
    }
    if (subject->is_late && is_sound(ctx, out)) {
        status = check_merge(ctx, subject, edit, out);
    }
    return status == JALON_OK ? judge(ctx, out) : status;
}

static enum jalon_status make_after(struct jalon_context *ctx, const struct subject *subject,
                                    const struct jalon_edit *edit,
                                    struct jalon_contribution *out_after, bool *out_repaired)
{
    if (edit->kind == JALON_EDIT_DELETE) {
        *out_after = subject->before;
        out_after->version++;
        out_after->moderation = JALON_MODERATION_DELETED;
        return JALON_OK;
    }
    struct draft draft;
    enum jalon_status status = make_draft(ctx, subject, edit, &draft);
    if (status == JALON_OK) {
        *out_after = draft.contribution;
        *out_repaired = draft.repaired;
    }
    return status;
}

/* --- The write --- */
static enum jalon_status put_after(struct jalon_context *ctx, struct jalon_turn *turn,
                                   const struct subject *subject, const struct jalon_edit *edit,
                                   struct jalon_contribution *after, int64_t *out_seq)
{
    struct jalon_write write = {
        .action = edit->kind == JALON_EDIT_DELETE ? JALON_ACTION_DELETE : JALON_ACTION_UPDATE,
        .author = edit->actor.account,
        .reason = edit->reason,
        .base = subject->is_late ? subject->seen.contribution.version : 0,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    after->updated_us = jalon_clock_not_before_us(subject->before.updated_us);
    enum jalon_status status =
        jalon_history_changes(ctx, subject->map, &subject->before, after, &write.changes);
    return status == JALON_OK ? jalon_turn_put(ctx, turn, after, &write, out_seq)
                              : status;
}

/* Puts what was let in, and asks for the looks that it needs; or keeps it as a proposal. */
static enum jalon_status admit(struct jalon_context *ctx, struct jalon_turn *turn,
                               struct jalon_live_map *live, const struct subject *subject,
                               const struct jalon_edit *edit, struct jalon_contribution *after,
                               struct jalon_contributed *done)
{
    struct jalon_admission admission = {
        .live = live, .party = &subject->party, .before = &subject->before, .after = after};
    bool is_deletion = edit->kind == JALON_EDIT_DELETE;
    enum jalon_status status =
        is_deletion ? JALON_OK : jalon_admission_judge(ctx, turn, &admission);
    if (status == JALON_OK && admission.is_proposal) {
        done->is_proposal = true;
        after->updated_us = jalon_clock_now_us();
        status = jalon_proposal_keep(ctx, turn, &subject->party, &subject->before, after,
                                     edit->reason, &done->proposal);
    } else if (status == JALON_OK) {
        status = put_after(ctx, turn, subject, edit, after, &done->seq);
    }
    return status == JALON_OK ? jalon_admission_finish(ctx, turn, &admission) : status;
}

/* In the turn, from reading what is there to writing what it becomes. */
static enum jalon_status edit_in_turn(struct jalon_context *ctx, struct jalon_turn *turn,
                                      struct jalon_live_map *live, struct subject *subject,
                                      const struct jalon_edit *edit, struct jalon_contributed *out)
{
    struct jalon_contribution after;
    struct jalon_contributed done = {
        .id = edit->id, .json = JALON_TEXT_EMPTY, .edit_secret = JALON_TEXT_EMPTY};
    enum jalon_status status = find_subject(ctx, turn->session, edit, subject);
    if (status == JALON_OK) {
        status = check_preconditions(ctx, turn->session, edit, subject);
    }
    if (status == JALON_OK && subject->is_late) {
        status = judge_late(ctx, subject, edit);
    }
    if (status == JALON_OK) {
        status = make_after(ctx, subject, edit, &after, &done.repaired);
    }
    if (status == JALON_OK && edit->kind != JALON_EDIT_DELETE) {
        status = jalon_rights_check_outcome(ctx, turn->session, subject->map, &subject->party,
                                            JALON_RIGHT_CHANGE, &after);
    }
    if (status == JALON_OK) {
        status = admit(ctx, turn, live, subject, edit, &after, &done);
    }
    struct jalon_map shown =
        subject->is_own ? jalon_audience_own(subject->map) : *subject->map;
    if (status == JALON_OK && edit->kind != JALON_EDIT_DELETE) {
        status = jalon_contribute_write_feature(ctx, &shown, &after, &done.json);
    }
    if (status == JALON_OK) {
        done.state = jalon_audience_state(&shown, &after);
        done.merged_from = subject->is_late ? subject->seen.contribution.version : 0;
        *out = done;
    }
    return status;
}

enum jalon_status jalon_app_edit(struct jalon_context *ctx, struct jalon_app *app,
                                 const struct jalon_edit *edit, struct jalon_contributed *out)
{
    struct jalon_live_map *live = NULL;
    struct jalon_turn turn;
    struct jalon_contributed done;
    enum jalon_status status = jalon_audience_hold(ctx, app, edit->map, &edit->actor, &live);
    if (status != JALON_OK) {
        return status;
    }
    struct subject subject = {.map = jalon_view_map(live->view)};
    status = jalon_turn_begin(ctx, app, subject.map, &turn);
    if (status == JALON_OK) {
        status = edit_in_turn(ctx, &turn, live, &subject, edit, &done);
        status = jalon_turn_end(ctx, &turn, status);
    }
    jalon_live_release(app, live);
    if (status == JALON_GONE) { /* there may be another one of this name */
        jalon_error_clear(ctx);
        jalon_live_drop(app, edit->map);
        return jalon_app_edit(ctx, app, edit, out);
    }
    if (status == JALON_OK) {
        *out = done;
    }
    return status;
}

enum jalon_status jalon_app_may_edit(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_edit *edit)
{
    struct jalon_live_map *live = NULL;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_audience_hold(ctx, app, edit->map, &edit->actor, &live);
    if (status != JALON_OK) {
        return status;
    }
    struct subject subject = {.map = jalon_view_map(live->view)};
    status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = find_subject(ctx, session, edit, &subject);
    }
    jalon_session_end(session);
    jalon_live_release(app, live);
    return status;
}
