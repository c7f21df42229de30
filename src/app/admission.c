/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a new or changed contribution becomes. Layer 3 (app). */
#include "admission.h"

#include "jalon/clock.h"

#include "abuse.h"

void jalon_admission_ask(struct jalon_admission *admission, enum jalon_review_reason reason,
                         struct jalon_text detail)
{
    for (size_t i = 0; i < admission->review_count; i++) {
        if (admission->reviews[i].reason == reason) {
            return;
        }
    }
    admission->reviews[admission->review_count++] =
        (struct jalon_review){.reason = reason, .detail = detail};
}

void jalon_admission_hold(struct jalon_admission *admission, enum jalon_review_reason reason,
                          struct jalon_text detail)
{
    jalon_admission_ask(admission, reason, detail);
    if (admission->after->moderation != JALON_MODERATION_PUBLISHED) {
        return;
    }
    if (admission->before == NULL) {
        admission->after->moderation = JALON_MODERATION_PENDING;
    } else {
        admission->is_proposal = true;
    }
}

/* --- The territories --- */
static enum jalon_status check_outside(struct jalon_context *ctx, struct jalon_turn *turn,
                                       struct jalon_admission *admission)
{
    enum jalon_outside_mode mode = turn->map->rules.outside;
    bool is_outside = false;
    bool is_moved = admission->before == NULL ||
                    !jalon_geometry_equal(&admission->before->geometry, &admission->after->geometry);
    if (mode == JALON_OUTSIDE_ACCEPT || !admission->is_reviewed || !is_moved) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_view_is_outside(ctx, admission->live->view,
                                                     &admission->after->geometry, &is_outside);
    if (status != JALON_OK || !is_outside) {
        return status;
    }
    if (mode == JALON_OUTSIDE_REFUSE) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/geometry",
                        "this place is outside of the territories of this map, which takes nothing "
                        "from there");
        return jalon_error_verdict(ctx, "this place is outside of the territories of this map");
    }
    jalon_admission_ask(admission, JALON_REVIEW_OUTSIDE, JALON_TEXT_EMPTY);
    return JALON_OK;
}

/* --- Who is looked after --- */
/* An anonymous one always is new; an account until enough of what it contributed is accepted. */
static enum jalon_status find_newcomer(struct jalon_context *ctx, struct jalon_turn *turn,
                                       struct jalon_admission *admission)
{
    struct jalon_text account = admission->party->actor.account;
    int64_t wanted = turn->map->rules.trust_count, accepted = 0;
    admission->is_newcomer = admission->is_reviewed;
    if (!admission->is_reviewed || account.length == 0) {
        return JALON_OK;
    }
    enum jalon_status status =
        jalon_store_count_accepted(ctx, turn->session, turn->map, account, wanted, &accepted);
    if (status == JALON_OK) {
        admission->is_newcomer = accepted < wanted;
    }
    return status;
}

static bool is_held(const struct jalon_map *map, const struct jalon_admission *admission)
{
    switch (map->rules.moderation) {
    case JALON_MODERATE_POST: return false;
    case JALON_MODERATE_PRE: return admission->is_reviewed;
    case JALON_MODERATE_TRUST: return admission->is_newcomer;
    }
    return true;
}

/* Of what was not published moderators see that its author has changed it; what was refused waits again. */
static void judge_unpublished(struct jalon_admission *admission, struct jalon_text detail)
{
    if (!admission->is_reviewed) {
        return;
    }
    if (admission->before->moderation == JALON_MODERATION_REJECTED) {
        admission->after->moderation = JALON_MODERATION_PENDING;
    }
    if (admission->before->moderation != JALON_MODERATION_PENDING) {
        jalon_admission_ask(admission, JALON_REVIEW_EDITED, detail);
    }
}

static enum jalon_status check_mode(struct jalon_context *ctx, struct jalon_turn *turn,
                                    struct jalon_admission *admission)
{
    bool is_change = admission->before != NULL;
    enum jalon_review_reason reason = is_change ? JALON_REVIEW_EDITED : JALON_REVIEW_NEW;
    struct jalon_text detail = JALON_TEXT_EMPTY;
    if (is_change) {
        detail = jalon_text_format(ctx->arena, "{\"from\":%lld}",
                                   (long long)admission->before->version);
        if (detail.data == NULL) {
            return jalon_no_memory(ctx);
        }
    }
    if (is_change && admission->before->moderation != JALON_MODERATION_PUBLISHED) {
        judge_unpublished(admission, detail);
    } else if (is_held(turn->map, admission)) {
        jalon_admission_hold(admission, reason, detail);
    } else if (admission->is_newcomer) {
        jalon_admission_ask(admission, reason, detail);
    }
    return JALON_OK;
}

/* --- Abuse --- */
static enum jalon_status check_abuse(struct jalon_context *ctx, struct jalon_turn *turn,
                                     struct jalon_admission *admission)
{
    bool is_moved = admission->before == NULL ||
                    !jalon_geometry_equal(&admission->before->geometry, &admission->after->geometry);
    return jalon_abuse_check(ctx, turn->app, turn->session, turn->map, admission->party,
                             is_moved ? &admission->after->geometry : NULL);
}

/* Whoever is trusted may link to as much as he likes. */
static enum jalon_status check_text(struct jalon_context *ctx, struct jalon_turn *turn,
                                    struct jalon_admission *admission)
{
    struct jalon_text detail = JALON_TEXT_EMPTY;
    if (!admission->is_newcomer) {
        return JALON_OK;
    }
    enum jalon_status status =
        jalon_abuse_judge_text(ctx, turn->app, turn->map, admission->after, &detail);
    if (status == JALON_OK && detail.length > 0) {
        jalon_admission_hold(admission, JALON_REVIEW_SPAM, detail);
    }
    return status;
}

/* --- Duplicates --- */
static enum jalon_status check_duplicates(struct jalon_context *ctx, struct jalon_turn *turn,
                                          struct jalon_admission *admission)
{
    struct jalon_duplicate *found = NULL;
    size_t count = 0;
    (void)turn;
    if (admission->before != NULL) {
        return JALON_OK;
    }
    enum jalon_status status =
        jalon_duplicates_of(ctx, admission->live, admission->after, &found, &count);
    if (status == JALON_OK && count > 0) {
        status = jalon_duplicates_tell(ctx, found, count, &admission->duplicates);
    }
    if (status != JALON_OK || count == 0) {
        return status;
    }
    struct jalon_text detail = jalon_text_format(ctx->arena, "{\"candidates\":%.*s}",
                                                 JALON_TEXT_ARGS(admission->duplicates));
    struct jalon_text members = jalon_text_format(ctx->arena, "\"possible_duplicates\":%.*s",
                                                  JALON_TEXT_ARGS(admission->duplicates));
    if (detail.data == NULL || members.data == NULL) {
        return jalon_no_memory(ctx);
    }
    if (admission->refuses_duplicates) {
        ctx->error.members = members;
        return jalon_fail(ctx, JALON_CONFLICT,
                          "this may be here already; without \"Prefer: handling=strict\" it is added "
                          "all the same");
    }
    if (admission->is_reviewed) {
        jalon_admission_ask(admission, JALON_REVIEW_DUPLICATE, detail);
    }
    return JALON_OK;
}

/* --- The judgement --- */
typedef enum jalon_status (*judge_step)(struct jalon_context *ctx, struct jalon_turn *turn,
                                        struct jalon_admission *admission);

/* In this order; each refuses, holds it back, asks for a look, or has nothing to say. */
static const judge_step steps[] = {
    check_abuse, check_outside, find_newcomer, check_text, check_duplicates, check_mode,
};

/* Who moderates is not looked after; who moderates some of the map, not within that. */
static enum jalon_status find_reviewed(struct jalon_context *ctx, struct jalon_turn *turn,
                                       struct jalon_admission *admission)
{
    const struct jalon_party *party = admission->party;
    bool is_within = jalon_rights_allows(turn->map, party, JALON_RIGHT_MODERATE);
    enum jalon_status status = JALON_OK;
    if (is_within && admission->before != NULL) {
        status = jalon_rights_is_within(ctx, turn->session, turn->map, party, admission->before,
                                        &is_within);
    }
    if (status == JALON_OK && is_within) {
        status = jalon_rights_is_within(ctx, turn->session, turn->map, party, admission->after,
                                        &is_within);
    }
    admission->is_reviewed = !is_within;
    return status;
}

enum jalon_status jalon_admission_judge(struct jalon_context *ctx, struct jalon_turn *turn,
                                        struct jalon_admission *admission)
{
    enum jalon_status status = find_reviewed(ctx, turn, admission);
    admission->review_count = 0;
    admission->is_proposal = false;
    admission->after->moderation = admission->before == NULL ? JALON_MODERATION_PUBLISHED
                                                             : admission->before->moderation;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == JALON_OK; i++) {
        status = steps[i](ctx, turn, admission);
    }
    return status;
}

enum jalon_status jalon_admission_finish(struct jalon_context *ctx, struct jalon_turn *turn,
                                         const struct jalon_admission *admission)
{
    int64_t number = admission->after->number;
    enum jalon_status status = JALON_OK;
    if (admission->after->moderation == JALON_MODERATION_DELETED) {
        return jalon_store_close_reviews(ctx, turn->session, turn->map, number);
    }
    for (size_t i = 0; i < admission->review_count && status == JALON_OK; i++) {
        struct jalon_review review = admission->reviews[i];
        review.created_us = admission->after->updated_us;
        status = jalon_store_put_review(ctx, turn->session, turn->map, number, &review);
    }
    return status;
}
