/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Deciding about a proposal: accepted, wholly or in part, rejected or withdrawn. Layer 3 (app). */
#include "jalon/app_moderation.h"
#include "jalon/clock.h"
#include "jalon/json.h"

#include "admission.h"
#include "deed.h"
#include "draft.h"
#include "proposals.h"
#include "stale.h"

enum { ACCEPTED_MAX = 1 << 20 };

struct decision {
    const struct jalon_proposal_deciding *command;
    struct jalon_live_map *live;
    struct deed_subject subject;
    struct past base;
    struct jalon_proposal_decided done;
};

/* --- What is taken --- */
static bool is_wanted(const struct jalon_proposal_deciding *command, struct jalon_text field)
{
    bool wanted = command->field_count == 0;
    for (size_t i = 0; !wanted && i < command->field_count; i++) {
        wanted = jalon_text_equal(command->fields[i], field);
    }
    return wanted;
}

static enum jalon_status check_fields(struct jalon_context *ctx,
                                      const struct jalon_proposal_deciding *command,
                                      const struct jalon_json *changes)
{
    for (size_t i = 0; i < command->field_count; i++) {
        if (jalon_history_find_change(changes, command->fields[i]) == NULL) {
            jalon_error_add(ctx, JALON_ERROR_POINTER, jalon_json_pointer_at(ctx, "/fields", i),
                            "is not part of this proposal");
        }
    }
    return jalon_error_verdict(ctx, "the proposal does not change that");
}

/* Sets a field as it was proposed; a fault where that cannot be any more. */
static enum jalon_status apply_change(struct jalon_context *ctx, const struct jalon_map *map,
                                      const struct jalon_json *change,
                                      struct jalon_contribution *after)
{
    struct jalon_text field = jalon_json_text(jalon_json_member(change, "field"));
    const struct jalon_json *value = jalon_json_member(change, "after");
    const char *where = jalon_json_pointer(ctx, "", field);
    bool fits = true;
    if (value == NULL && jalon_json_boolean(jalon_json_member(change, "redacted"))) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, where, "was redacted since");
        return JALON_OK;
    }
    enum jalon_status status = jalon_past_set_field(ctx, map, after, field, value, &fits);
    if (status == JALON_OK && !fits) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, where,
                        "has a value that the collection does not take any more");
    }
    return status;
}

/* What a draft would refuse, of what may have changed since it was one. */
static void check_after(struct jalon_context *ctx, const struct jalon_collection *collection,
                        const struct jalon_contribution *now,
                        const struct jalon_contribution *after)
{
    for (size_t i = 0; i < collection->field_count; i++) {
        if (collection->fields[i].required && after->fields[i].kind == JALON_VALUE_NONE &&
            now->fields[i].kind != JALON_VALUE_NONE) {
            jalon_error_add(ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer(ctx, "", collection->fields[i].key),
                            "is required now");
        }
    }
    if ((collection->geometry_types & JALON_GEOMETRY_BIT(after->geometry.type)) == 0) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/geometry", "is of a kind not taken any more");
    }
    if (after->status >= 0 && !jalon_draft_may_move(collection, now->status, after->status)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/status", "cannot be reached from '%s'",
                        now->status >= 0 ? collection->statuses[now->status].key.data : "");
    }
}

/* The fields that are taken, as a JSON array, are set in *after. */
static enum jalon_status take_fields(struct jalon_context *ctx, const struct jalon_map *map,
                                     struct decision *decision, const struct jalon_json *changes,
                                     struct jalon_contribution *after)
{
    struct jalon_proposal *proposal = &decision->done.proposal;
    struct jalon_buffer accepted;
    struct jalon_text text = {NULL, 0};
    size_t count = 0;
    enum jalon_status status = jalon_past_own_arrays(ctx, map, after);
    jalon_buffer_init(&accepted, ACCEPTED_MAX);
    jalon_buffer_append_char(&accepted, '[');
    for (size_t i = 0; status == JALON_OK && i < jalon_json_size(changes); i++) {
        const struct jalon_json *change = jalon_json_element(changes, i);
        struct jalon_text field = jalon_json_text(jalon_json_member(change, "field"));
        if (is_wanted(decision->command, field)) {
            status = apply_change(ctx, map, change, after);
            jalon_buffer_append_string(&accepted, count++ > 0 ? "," : "");
            jalon_buffer_append_json(&accepted, field);
        }
    }
    jalon_buffer_append_char(&accepted, ']');
    if (jalon_buffer_status(&accepted) == JALON_OK) {
        text = jalon_text_copy(ctx->arena, jalon_buffer_text(&accepted));
    }
    jalon_buffer_finish(&accepted);
    if (status == JALON_OK && text.data == NULL) {
        status = jalon_no_memory(ctx);
    }
    proposal->accepted = text;
    proposal->state = count == jalon_json_size(changes) ? JALON_PROPOSAL_ACCEPTED
                                                        : JALON_PROPOSAL_PARTLY_ACCEPTED;
    return status;
}

/* Nobody has changed since what is taken, or to the same. */
static enum jalon_status check_meanwhile(struct jalon_context *ctx, struct jalon_turn *turn,
                                         struct decision *decision,
                                         const struct jalon_contribution *after)
{
    const struct jalon_contribution *now = &decision->subject.contribution;
    struct jalon_text conflicts;
    size_t count = 0;
    enum jalon_status status = jalon_past_find(ctx, turn->session, turn->map, now,
                                               decision->done.proposal.base, 0, &decision->base);
    if (status == JALON_OK) {
        status = jalon_stale_compare(ctx, turn->map, &decision->base, now, now, after, &conflicts,
                                     &count);
    }
    if (status == JALON_OK && count > 0) {
        decision->done.conflicts = conflicts;
        return jalon_fail(ctx, JALON_CONFLICT,
                          "others have changed since what this proposal changes too");
    }
    return status;
}

static enum jalon_status make_accepted(struct jalon_context *ctx, struct jalon_turn *turn,
                                       struct decision *decision, struct jalon_contribution *after)
{
    const struct jalon_contribution *now = &decision->subject.contribution;
    const struct jalon_collection *collection = &turn->map->collections[now->collection];
    const struct jalon_json *changes = NULL;
    *after = *now;
    enum jalon_status status =
        jalon_json_parse(ctx, decision->done.proposal.changes, &changes);
    if (status == JALON_OK) {
        status = check_fields(ctx, decision->command, changes);
    }
    if (status == JALON_OK) {
        status = take_fields(ctx, turn->map, decision, changes, after);
    }
    if (status == JALON_OK) {
        status = check_meanwhile(ctx, turn, decision, after);
    }
    if (status != JALON_OK) {
        return status;
    }
    check_after(ctx, collection, now, after);
    status = jalon_error_verdict(ctx, "this cannot be accepted any more");
    after->version++;
    after->updated_us = jalon_clock_not_before_us(now->updated_us);
    return status == JALON_INVALID ? JALON_CONFLICT : status;
}

/* --- Accepting --- */
/* The reason that the history keeps, of the proposal and of who accepted it, for both languages. */
static enum jalon_status write_reason(struct jalon_context *ctx, const struct decision *decision,
                                      struct jalon_text *out)
{
    const struct jalon_proposal *proposal = &decision->done.proposal;
    struct jalon_text by = decision->command->ref.actor.account;
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(proposal->id, id);
    *out = jalon_text_format(ctx->arena, "%.*s%s(proposition %s acceptée / accepted%s%.*s)",
                             JALON_TEXT_ARGS(proposal->reason),
                             proposal->reason.length > 0 ? " " : "", id,
                             by.length > 0 ? ": " : "", JALON_TEXT_ARGS(by));
    return out->data != NULL ? JALON_OK : jalon_no_memory(ctx);
}

static enum jalon_status put_accepted(struct jalon_context *ctx, struct jalon_turn *turn,
                                      struct decision *decision, struct jalon_contribution *after)
{
    const struct jalon_contribution *now = &decision->subject.contribution;
    const struct jalon_proposal *proposal = &decision->done.proposal;
    struct jalon_write write = {
        .action = JALON_ACTION_UPDATE,
        .author = proposal->author,
        .base = proposal->base < now->version ? proposal->base : 0,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    struct jalon_admission admission = {
        .live = decision->live, .party = &decision->subject.party, .before = now, .after = after};
    enum jalon_status status = jalon_admission_judge(ctx, turn, &admission);
    if (status == JALON_OK && admission.is_proposal) {
        return jalon_fail(ctx, JALON_FORBIDDEN,
                          "changes of this map wait for a moderator: only they accept this");
    }
    if (status == JALON_OK) {
        status = jalon_history_changes(ctx, turn->map, now, after, &write.changes);
    }
    if (status == JALON_OK && jalon_text_is(write.changes, "[]")) {
        return JALON_OK;
    }
    if (status == JALON_OK) {
        status = write_reason(ctx, decision, &write.reason);
    }
    if (status == JALON_OK) {
        status = jalon_turn_put(ctx, turn, after, &write, &decision->done.seq);
    }
    if (status == JALON_OK) {
        decision->done.state = jalon_audience_state(turn->map, after);
        status = jalon_admission_finish(ctx, turn, &admission);
    }
    return status;
}

static enum jalon_status accept(struct jalon_context *ctx, struct jalon_turn *turn,
                                struct decision *decision)
{
    struct jalon_contribution after;
    enum jalon_status status = make_accepted(ctx, turn, decision, &after);
    if (status == JALON_OK) {
        status = jalon_rights_check_outcome(ctx, turn->session, turn->map, &decision->subject.party,
                                            JALON_RIGHT_DECIDE_PROPOSAL, &after);
    }
    return status == JALON_OK ? put_accepted(ctx, turn, decision, &after) : status;
}

/* --- Deciding --- */
static enum jalon_status check_right(struct jalon_context *ctx, struct jalon_turn *turn,
                                     const struct decision *decision)
{
    const struct jalon_party *party = &decision->subject.party;
    bool is_own = false;
    if (decision->command->decision != JALON_PROPOSAL_WITHDRAW) {
        return jalon_rights_check(ctx, turn->session, turn->map, party,
                                  JALON_RIGHT_DECIDE_PROPOSAL, &decision->subject.contribution);
    }
    enum jalon_status status = jalon_proposal_is_own(ctx, turn->app, party,
                                                     &decision->done.proposal, &is_own);
    return status == JALON_OK && !is_own
               ? jalon_fail(ctx,
                            party->actor.account.length > 0 ? JALON_FORBIDDEN
                                                            : JALON_UNAUTHENTICATED,
                            "only who made a proposal withdraws it")
               : status;
}

static enum jalon_status tell(struct jalon_context *ctx, struct jalon_turn *turn,
                              const struct decision *decision)
{
    const struct jalon_proposal_deciding *command = decision->command;
    const struct jalon_contribution *now = &decision->subject.contribution;
    struct jalon_text actor = command->ref.actor.account;
    bool is_acceptance = command->decision == JALON_PROPOSAL_ACCEPT;
    char id[JALON_ID_TEXT_SIZE];
    if (command->decision == JALON_PROPOSAL_WITHDRAW) {
        return JALON_OK;
    }
    jalon_id_format(decision->done.proposal.id, id);
    enum jalon_status status = jalon_deed_tell_decision(
        ctx, turn, decision->done.proposal.author, "proposal", is_acceptance ? "accept" : "reject",
        now->number, actor, command->reason);
    if (status == JALON_OK && actor.length > 0 && !jalon_text_equal(actor, now->author)) {
        status = jalon_audit_add(
            ctx, turn->session, turn->map, actor,
            is_acceptance ? JALON_WORDS("accept_proposal") : JALON_WORDS("reject_proposal"),
            now->number, jalon_text_from(id), command->reason, JALON_TEXT_EMPTY);
    }
    return status;
}

static enum jalon_status decide(struct jalon_context *ctx, struct jalon_turn *turn,
                                struct decision *decision)
{
    const struct jalon_proposal_deciding *command = decision->command;
    struct jalon_proposal *proposal = &decision->done.proposal;
    enum jalon_status status = JALON_OK;
    if (proposal->state != JALON_PROPOSAL_OPEN) {
        return jalon_fail(ctx, JALON_CONFLICT, "this proposal has been decided already");
    }
    switch (command->decision) {
    case JALON_PROPOSAL_ACCEPT: status = accept(ctx, turn, decision); break;
    case JALON_PROPOSAL_REJECT:
        status = jalon_deed_check_reason(ctx, command->reason);
        proposal->state = JALON_PROPOSAL_REJECTED;
        break;
    case JALON_PROPOSAL_WITHDRAW: proposal->state = JALON_PROPOSAL_WITHDRAWN; break;
    }
    if (status != JALON_OK) {
        return status;
    }
    proposal->decided_us = jalon_clock_now_us();
    proposal->decided_by = command->ref.actor.account;
    proposal->answer = command->reason;
    status = jalon_store_decide_proposal(ctx, turn->session, turn->map, proposal);
    if (status == JALON_OK) {
        status = jalon_turn_keep(ctx, turn);
    }
    return status == JALON_OK ? tell(ctx, turn, decision) : status;
}

static enum jalon_status decide_in_turn(struct jalon_context *ctx, struct jalon_live_map *live,
                                        struct jalon_turn *turn, void *object)
{
    struct decision *decision = object;
    const struct jalon_proposal_deciding *command = decision->command;
    decision->live = live;
    enum jalon_status status = jalon_deed_find(ctx, turn->session, turn->map, &command->ref,
                                               JALON_RIGHT_READ, &decision->subject);
    if (status == JALON_OK) {
        status = jalon_store_find_proposal(ctx, turn->session, turn->map,
                                           decision->subject.contribution.number,
                                           command->proposal, &decision->done.proposal);
        status = status == JALON_NOT_FOUND
                     ? jalon_fail(ctx, status, "there is no such proposal here")
                     : status;
    }
    if (status == JALON_OK) {
        status = check_right(ctx, turn, decision);
    }
    return status == JALON_OK ? decide(ctx, turn, decision) : status;
}

enum jalon_status jalon_app_decide_proposal(struct jalon_context *ctx, struct jalon_app *app,
                                            const struct jalon_proposal_deciding *deciding,
                                            struct jalon_proposal_decided *out)
{
    struct decision decision = {
        .command = deciding,
        .done = {.conflicts = JALON_TEXT_EMPTY},
    };
    enum jalon_status status =
        jalon_deed_do(ctx, app, &deciding->ref, decide_in_turn, &decision);
    if (status == JALON_OK) {
        *out = decision.done;
    } else {
        out->conflicts = decision.done.conflicts;
    }
    return status;
}
