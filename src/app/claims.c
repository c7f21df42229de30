/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The holder of a place asks to become the author of what is said of it. Layer 3 (app). */
#include "jalon/app_moderation.h"
#include "jalon/clock.h"
#include "jalon/store_membership.h"
#include "jalon/store_origin.h"

#include "talk.h"

/* --- Claiming --- */
struct claiming {
    struct jalon_text text;
    struct jalon_claim done;
};

static enum jalon_status claim(struct jalon_context *ctx, struct talk *talk, void *object)
{
    struct claiming *claiming = object;
    struct jalon_text account = talk->party.actor.account;
    struct jalon_claim open;
    struct jalon_text text = jalon_talk_check_text(ctx, claiming->text, "/text",
                                                   JALON_CLAIM_LENGTH_MAX, false, true);
    enum jalon_status status = jalon_error_verdict(ctx, "the claim cannot be accepted as it is");
    if (status != JALON_OK) {
        return status;
    }
    if (jalon_text_equal(account, talk->subject.author)) {
        return jalon_fail(ctx, JALON_CONFLICT, "you are its author already");
    }
    status = jalon_store_find_open_claim(ctx, talk->session, talk->map, talk->subject.number,
                                         account, &open);
    if (status == JALON_OK) {
        return jalon_fail(ctx, JALON_CONFLICT, "you have a claim of this contribution that waits");
    }
    if (status != JALON_NOT_FOUND) {
        return status;
    }
    claiming->done = (struct jalon_claim){
        .id = jalon_id_make(),
        .account = account,
        .text = text,
        .state = JALON_TEXT("open"),
        .decided_by = JALON_TEXT_EMPTY,
        .reason = JALON_TEXT_EMPTY,
        .created_us = jalon_clock_now_us(),
    };
    status = jalon_store_insert_claim(ctx, talk->session, talk->map, talk->subject.number,
                                      &claiming->done);
    const struct jalon_talk_member members[] = {
        {"claim", jalon_talk_id_text(ctx, claiming->done.id)}, {"text", text}};
    return status == JALON_OK
               ? jalon_talk_tell(ctx, talk, talk->subject.author, "claim", members,
                                 sizeof members / sizeof members[0])
               : status;
}

enum jalon_status jalon_app_claim(struct jalon_context *ctx, struct jalon_app *app,
                                  const struct jalon_about *about, struct jalon_text text,
                                  struct jalon_claim *out)
{
    struct claiming claiming = {.text = text};
    enum jalon_status status =
        jalon_talk_write(ctx, app, about, JALON_RIGHT_CLAIM, claim, &claiming);
    if (status == JALON_OK) {
        *out = claiming.done;
    }
    return status;
}

/* --- Who decides --- */
static enum jalon_status may_decide(struct jalon_context *ctx, struct talk *talk, bool *out)
{
    enum jalon_status status = jalon_talk_may(ctx, talk, JALON_RIGHT_MODERATE, out);
    return status == JALON_OK && !*out
               ? jalon_rights_is_author(ctx, talk->session, talk->map, &talk->party,
                                        &talk->subject, out)
               : status;
}

/* --- Reading --- */
struct page {
    struct jalon_id after;
    size_t limit;
    struct jalon_claim **out;
    size_t *out_count;
};

static enum jalon_status list(struct jalon_context *ctx, struct talk *talk, void *object)
{
    const struct page *page = object;
    struct jalon_text account = talk->party.actor.account;
    bool decides = false;
    enum jalon_status status = may_decide(ctx, talk, &decides);
    if (status == JALON_OK && !decides && account.length == 0) {
        return jalon_fail(ctx, JALON_UNAUTHENTICATED, "sign in to see your claims");
    }
    return status == JALON_OK
               ? jalon_store_list_claims(ctx, talk->session, talk->map, talk->subject.number,
                                         decides ? JALON_TEXT_EMPTY : account, page->after,
                                         page->limit, page->out, page->out_count)
               : status;
}

enum jalon_status jalon_app_list_claims(struct jalon_context *ctx, struct jalon_app *app,
                                        const struct jalon_about *about, struct jalon_id after,
                                        size_t limit, struct jalon_claim **out, size_t *out_count)
{
    struct page page = {after, limit, out, out_count};
    return jalon_talk_read(ctx, app, about, list, &page);
}

/* --- Deciding --- */
struct deciding {
    struct jalon_id id;
    struct jalon_text decision, reason;
    struct jalon_claim done;
    int64_t seq;
};

/* A new version, of which the claimant is the author; the secret of who was it opens no more. */
static enum jalon_status hand_over(struct jalon_context *ctx, struct talk *talk,
                                   struct deciding *deciding)
{
    struct jalon_contribution after = talk->subject;
    struct jalon_write write = {
        .action = JALON_ACTION_UPDATE,
        .author = talk->party.actor.account,
        .reason = deciding->done.reason,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    struct jalon_account account;
    enum jalon_status status =
        jalon_store_find_account(ctx, talk->session, deciding->done.account, &account);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, JALON_CONFLICT, "whoever claimed this has no account any more");
    }
    after.author = deciding->done.account;
    after.declared_by = JALON_TEXT(JALON_DECLARED_BY_HOLDER);
    after.version++;
    after.updated_us = jalon_clock_not_before_us(talk->subject.updated_us);
    if (status == JALON_OK) {
        status = jalon_history_changes(ctx, talk->map, &talk->subject, &after, &write.changes);
    }
    if (status == JALON_OK && talk->subject.author.length == 0) {
        status = jalon_store_revoke_secret(ctx, talk->session, talk->map, talk->subject.number,
                                           after.updated_us);
    }
    return status == JALON_OK ? jalon_turn_put(ctx, talk->turn, &after, &write, &deciding->seq)
                              : status;
}

static enum jalon_status judge(struct jalon_context *ctx, struct talk *talk,
                               struct deciding *deciding)
{
    struct jalon_claim *done = &deciding->done;
    bool accepts = jalon_text_is(deciding->decision, "accept");
    bool rejects = jalon_text_is(deciding->decision, "reject");
    bool withdraws = jalon_text_is(deciding->decision, "withdraw");
    bool is_own = jalon_text_equal(done->account, talk->party.actor.account);
    bool decides = false;
    enum jalon_status status = may_decide(ctx, talk, &decides);
    if (status != JALON_OK) {
        return status;
    }
    if (!accepts && !rejects && !withdraws) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/decision",
                             "expected accept, reject or withdraw");
    }
    if (withdraws ? !is_own : !decides || (is_own && !jalon_rights_allows(talk->map, &talk->party,
                                                                         JALON_RIGHT_MODERATE))) {
        return jalon_fail(ctx, JALON_FORBIDDEN,
                          withdraws ? "only who made a claim withdraws it"
                                    : "moderators and its author decide about claims");
    }
    if (!jalon_text_is(done->state, "open")) {
        return jalon_fail(ctx, JALON_CONFLICT, "this claim is %s already",
                          jalon_say(ctx, done->state.data));
    }
    done->reason = jalon_text_trim(deciding->reason);
    done->state = accepts   ? JALON_TEXT(JALON_WORDS("accepted"))
                  : rejects ? JALON_TEXT(JALON_WORDS("rejected"))
                            : JALON_TEXT(JALON_WORDS("withdrawn"));
    return rejects ? jalon_talk_need_reason(ctx, deciding->reason) : JALON_OK;
}

/* Who decides otherwise than as the author does it as a moderator. */
static enum jalon_status note_decision(struct jalon_context *ctx, struct talk *talk,
                                       const struct deciding *deciding)
{
    const struct jalon_claim *done = &deciding->done;
    struct jalon_text id = jalon_talk_id_text(ctx, done->id);
    const struct jalon_talk_member members[] = {
        {"decision", deciding->decision}, {"claim", id}, {"reason", done->reason}};
    bool is_author = false;
    enum jalon_status status = jalon_rights_is_author(ctx, talk->session, talk->map, &talk->party,
                                                      &talk->subject, &is_author);
    if (status == JALON_OK && !is_author && !jalon_text_is(done->state, "withdrawn")) {
        status =
            jalon_audit_add(ctx, talk->session, talk->map, talk->party.actor.account,
                            jalon_text_is(done->state, "accepted") ? JALON_WORDS("accept_claim")
                                                                   : JALON_WORDS("reject_claim"),
                            talk->subject.number, done->account, done->reason, JALON_TEXT("{}"));
    }
    return status == JALON_OK ? jalon_talk_tell(ctx, talk, done->account, "claim", members,
                                                sizeof members / sizeof members[0])
                              : status;
}

static enum jalon_status decide(struct jalon_context *ctx, struct talk *talk, void *object)
{
    struct deciding *deciding = object;
    enum jalon_status status = jalon_store_find_claim(
        ctx, talk->session, talk->map, talk->subject.number, deciding->id, &deciding->done);
    if (status == JALON_OK) {
        status = judge(ctx, talk, deciding);
    }
    if (status == JALON_OK && jalon_text_is(deciding->done.state, "accepted")) {
        status = hand_over(ctx, talk, deciding);
    }
    if (status == JALON_OK) {
        deciding->done.decided_us = jalon_clock_now_us();
        deciding->done.decided_by = talk->party.actor.account;
        status = jalon_store_decide_claim(ctx, talk->session, talk->map, talk->subject.number,
                                          &deciding->done);
    }
    return status == JALON_OK ? note_decision(ctx, talk, deciding) : status;
}

enum jalon_status jalon_app_decide_claim(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_about *about, struct jalon_id id,
                                         struct jalon_text decision, struct jalon_text reason,
                                         struct jalon_claim *out, int64_t *out_seq)
{
    struct deciding deciding = {.id = id, .decision = decision, .reason = reason};
    /* Whose claim it is decides: who may read it may ask. */
    enum jalon_status status =
        jalon_talk_write(ctx, app, about, JALON_RIGHT_READ, decide, &deciding);
    if (status == JALON_OK) {
        *out = deciding.done;
        *out_seq = deciding.seq;
    }
    return status;
}
