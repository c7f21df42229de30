/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What moderators decide about a contribution. Layer 3 (app). */
#include "decide.h"

#include <assert.h>
#include <stdio.h>

#include "jalon/app_mail.h"
#include "jalon/clock.h"

#include "merge.h"

/* What a decision does, and what it says to those who complained. */
static const struct rule {
    const char *name;
    enum jalon_right right;
    enum jalon_moderation becomes;
    enum jalon_action action;
    enum jalon_report_state reports;
} rules[JALON_DECIDE_COUNT] = {
    [JALON_DECIDE_APPROVE] = {JALON_WORDS("approve"), JALON_RIGHT_MODERATE,
                              JALON_MODERATION_PUBLISHED, JALON_ACTION_APPROVE,
                              JALON_REPORT_DISMISSED},
    [JALON_DECIDE_REJECT] = {JALON_WORDS("reject"), JALON_RIGHT_MODERATE, JALON_MODERATION_REJECTED,
                             JALON_ACTION_REJECT, JALON_REPORT_UPHELD},
    [JALON_DECIDE_HIDE] = {JALON_WORDS("hide"), JALON_RIGHT_MODERATE, JALON_MODERATION_HIDDEN,
                           JALON_ACTION_HIDE, JALON_REPORT_UPHELD},
    [JALON_DECIDE_RESTORE] = {JALON_WORDS("restore"), JALON_RIGHT_MODERATE,
                              JALON_MODERATION_PUBLISHED, JALON_ACTION_RESTORE,
                              JALON_REPORT_DISMISSED},
    [JALON_DECIDE_DELETE] = {JALON_WORDS("delete"), JALON_RIGHT_MODERATE, JALON_MODERATION_DELETED,
                             JALON_ACTION_DELETE, JALON_REPORT_UPHELD},
    [JALON_DECIDE_MERGE] = {JALON_WORDS("merge"), JALON_RIGHT_MERGE, JALON_MODERATION_DELETED,
                            JALON_ACTION_MERGE, JALON_REPORT_UPHELD},
    [JALON_DECIDE_PURGE] = {JALON_WORDS("purge"), JALON_RIGHT_PURGE, JALON_MODERATION_DELETED,
                            JALON_ACTION_DELETE, JALON_REPORT_UPHELD},
};

const char *jalon_decision_name(enum jalon_decision decision)
{
    assert((size_t)decision < JALON_DECIDE_COUNT);
    return rules[decision].name;
}

bool jalon_decision_parse(struct jalon_text name, enum jalon_decision *out)
{
    for (size_t i = 0; i < JALON_DECIDE_COUNT; i++) {
        if (jalon_text_is(name, rules[i].name)) {
            *out = (enum jalon_decision)i;
            return true;
        }
    }
    return false;
}

/* --- May it be decided? --- */
static enum jalon_status check_command(struct jalon_context *ctx,
                                       const struct jalon_decide *command)
{
    if (jalon_text_trim(command->reason).length == 0 &&
        command->decision != JALON_DECIDE_APPROVE) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/reason",
                        "expected the reason, which its author reads");
    }
    if (jalon_text_code_points(command->reason) > JALON_MODERATION_TEXT_MAX) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/reason", "expected at most %d characters",
                        JALON_MODERATION_TEXT_MAX);
    }
    if (command->decision == JALON_DECIDE_MERGE && command->into == NULL) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/into",
                        "expected the id of the contribution that it is merged into");
    }
    if (command->decision != JALON_DECIDE_MERGE &&
        (command->into != NULL || command->field_count > 0)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER,
                        command->into != NULL ? "/into" : "/fields", "only of a merge");
    }
    return jalon_error_verdict(ctx, "this cannot be decided so");
}

/* Finds what is decided about; who may not decide at all is told so whatever is there. */
static enum jalon_status find_subject(struct jalon_context *ctx, struct deciding *deciding)
{
    struct jalon_turn *turn = deciding->turn;
    const struct jalon_decide *command = deciding->command;
    enum jalon_right right = rules[command->decision].right;
    enum jalon_status status = jalon_rights_find_party(ctx, turn->session, turn->map,
                                                       &command->actor, &deciding->party);
    if (status == JALON_OK) {
        status = jalon_rights_check(ctx, turn->session, turn->map, &deciding->party, right, NULL);
    }
    if (status == JALON_OK) {
        status = jalon_store_find_by_id(ctx, turn->session, turn->map, command->id,
                                        &deciding->before);
    }
    if (status == JALON_OK) {
        status = jalon_rights_check(ctx, turn->session, turn->map, &deciding->party, right,
                                    &deciding->before);
    }
    deciding->after = deciding->before;
    return status;
}

/* The last line about it in the trail; *out_there false: there is none. */
static enum jalon_status find_last_entry(struct jalon_context *ctx, struct deciding *deciding,
                                         struct jalon_audit_entry *out, bool *out_there)
{
    struct jalon_audit_filter filter = {
        .actor = JALON_TEXT_EMPTY,
        .action = JALON_TEXT_EMPTY,
        .contribution = deciding->before.number,
        .limit = 1,
    };
    struct jalon_audit_entry *entries = NULL;
    size_t count = 0;
    enum jalon_status status = jalon_store_list_audit(ctx, deciding->turn->session,
                                                      deciding->turn->map, &filter, &entries,
                                                      &count);
    *out_there = status == JALON_OK && count > 0;
    if (*out_there) {
        *out = entries[0];
    }
    return status;
}

static enum jalon_status fail_decided(struct jalon_context *ctx,
                                      const struct jalon_audit_entry *entry)
{
    char time[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(entry->time_us, time);
    struct jalon_text actor =
        entry->actor.length > 0 ? entry->actor : jalon_text_from(jalon_say(ctx, "the server"));
    return jalon_fail_at(ctx, JALON_CONFLICT, JALON_ERROR_POINTER, "/version",
                         "%.*s has decided about it meanwhile: %s, %s", JALON_TEXT_ARGS(actor),
                         jalon_say(ctx, entry->action.data), time);
}

static bool says_version(const struct jalon_audit_entry *entry, int64_t version)
{
    char words[64];
    snprintf(words, sizeof words, "{\"version\":%lld,", (long long)version);
    return jalon_text_starts_with(entry->detail, words);
}

/* Has somebody decided about what this moderator has looked at? Or has it been changed? */
static enum jalon_status check_version(struct jalon_context *ctx, struct deciding *deciding,
                                       size_t open)
{
    int64_t version = deciding->command->version;
    struct jalon_audit_entry entry;
    bool is_there = false;
    bool is_other = version != deciding->before.version;
    if (version == 0 || (!is_other && open > 0)) {
        return JALON_OK;
    }
    enum jalon_status status = find_last_entry(ctx, deciding, &entry, &is_there);
    if (status != JALON_OK) {
        return status;
    }
    if (is_there && (says_version(&entry, version) || (is_other && open == 0))) {
        return fail_decided(ctx, &entry);
    }
    return is_other ? jalon_fail_at(ctx, JALON_CONFLICT, JALON_ERROR_POINTER, "/version",
                                    "it has been changed meanwhile: there is version %lld",
                                    (long long)deciding->before.version)
                    : JALON_OK;
}

/* What was purged left nothing that could be brought back. */
static enum jalon_status check_left(struct jalon_context *ctx, const struct deciding *deciding)
{
    struct jalon_revision *revisions = NULL;
    size_t count = 0;
    enum jalon_status status =
        jalon_store_list_revisions(ctx, deciding->turn->session, deciding->turn->map,
                                   deciding->before.number, 0, 1, &revisions, &count);
    return status == JALON_OK && count > 0 && revisions[0].action == JALON_ACTION_PURGE
               ? jalon_fail(ctx, JALON_CONFLICT, "it was removed for good")
               : status;
}

static enum jalon_status check_state(struct jalon_context *ctx, const struct deciding *deciding)
{
    enum jalon_moderation state = deciding->before.moderation;
    enum jalon_decision decision = deciding->command->decision;
    bool is_fit = decision == JALON_DECIDE_RESTORE
                      ? state != JALON_MODERATION_PUBLISHED && state != JALON_MODERATION_PENDING
                      : state != JALON_MODERATION_DELETED || decision == JALON_DECIDE_PURGE;
    if (!is_fit) {
        return jalon_fail(ctx, JALON_CONFLICT, "what is %s cannot be decided about so: %s",
                          jalon_say(ctx, jalon_moderation_name(state)),
                          jalon_say(ctx, jalon_decision_name(decision)));
    }
    return decision == JALON_DECIDE_RESTORE ? check_left(ctx, deciding) : JALON_OK;
}

/* --- The new state --- */
enum jalon_status jalon_decide_put(struct jalon_context *ctx, struct jalon_turn *turn,
                                   const struct jalon_contribution *before,
                                   struct jalon_contribution *after, enum jalon_action action,
                                   struct jalon_text author, struct jalon_text reason,
                                   int64_t *out_seq)
{
    struct jalon_write write = {
        .action = action,
        .author = author,
        .reason = reason,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    after->version = before->version + 1;
    after->updated_us = jalon_clock_not_before_us(before->updated_us);
    enum jalon_status status =
        jalon_history_changes(ctx, turn->map, before, after, &write.changes);
    return status == JALON_OK ? jalon_turn_put(ctx, turn, after, &write, out_seq) : status;
}

/* What is so already is no new state; a reason is one, that its author is to read. */
static enum jalon_status put_state(struct jalon_context *ctx, struct deciding *deciding)
{
    const struct jalon_decide *command = deciding->command;
    const struct rule *rule = &rules[command->decision];
    deciding->after.moderation = rule->becomes;
    if (deciding->before.moderation == rule->becomes) {
        return JALON_OK;
    }
    return jalon_decide_put(ctx, deciding->turn, &deciding->before, &deciding->after, rule->action,
                            command->actor.account, command->reason, &deciding->seq);
}

static enum jalon_status apply(struct jalon_context *ctx, struct deciding *deciding)
{
    switch (deciding->command->decision) {
    case JALON_DECIDE_MERGE: return jalon_decide_merge(ctx, deciding);
    case JALON_DECIDE_PURGE: return jalon_decide_purge(ctx, deciding);
    case JALON_DECIDE_RESTORE: {
        enum jalon_status status =
            jalon_merge_undo(ctx, deciding->turn, &deciding->before, &deciding->after);
        return status == JALON_OK ? put_state(ctx, deciding) : status;
    }
    case JALON_DECIDE_APPROVE:
    case JALON_DECIDE_REJECT:
    case JALON_DECIDE_HIDE:
    case JALON_DECIDE_DELETE:
    case JALON_DECIDE_COUNT: break;
    }
    return put_state(ctx, deciding);
}

/* --- What follows --- */
static enum jalon_status tell(struct jalon_context *ctx, const struct deciding *deciding,
                              struct jalon_text account, const char *kind, const char *decision)
{
    struct jalon_buffer detail;
    jalon_buffer_init(&detail, 64 << 10);
    jalon_buffer_append_format(&detail, "{\"decision\":\"%s\"", decision);
    if (deciding->command->reason.length > 0) {
        jalon_buffer_append_string(&detail, ",\"reason\":");
        jalon_buffer_append_json(&detail, deciding->command->reason);
    }
    jalon_buffer_append_char(&detail, '}');
    enum jalon_status status = jalon_buffer_status(&detail);
    status = status == JALON_OK
                 ? jalon_notify(ctx, deciding->turn->session, account, kind, deciding->turn->map,
                                deciding->before.number, deciding->command->actor.account,
                                jalon_buffer_text(&detail))
                 : jalon_no_memory(ctx);
    jalon_buffer_finish(&detail);
    return status;
}

/* Those who complained are answered, and told. */
static enum jalon_status settle_reports(struct jalon_context *ctx, const struct deciding *deciding,
                                        const struct jalon_report *reports, size_t count)
{
    struct jalon_report verdict = {
        .state = rules[deciding->command->decision].reports,
        .decided_us = jalon_clock_now_us(),
        .decided_by = deciding->command->actor.account,
        .answer = deciding->command->reason,
    };
    const char *word = verdict.state == JALON_REPORT_UPHELD ? "uphold" : "dismiss";
    enum jalon_status status =
        count > 0 ? jalon_store_settle_reports(ctx, deciding->turn->session, deciding->turn->map,
                                               deciding->before.number, &verdict)
                  : JALON_OK;
    for (size_t i = 0; i < count && status == JALON_OK; i++) {
        status = tell(ctx, deciding, reports[i].author, "report", word);
    }
    return status;
}

/* `version` is the one that was decided about: check_version looks for it. */
static enum jalon_status add_to_trail(struct jalon_context *ctx, const struct deciding *deciding)
{
    char into[JALON_ID_TEXT_SIZE] = "";
    if (deciding->command->into != NULL) {
        jalon_id_format(*deciding->command->into, into);
    }
    struct jalon_text detail = jalon_text_format(
        ctx->arena, "{\"version\":%lld,\"before\":\"%s\",\"after\":\"%s\"}",
        (long long)deciding->before.version, jalon_moderation_name(deciding->before.moderation),
        jalon_moderation_name(deciding->after.moderation));
    return detail.data == NULL
               ? jalon_no_memory(ctx)
               : jalon_audit_add(ctx, deciding->turn->session, deciding->turn->map,
                                 deciding->command->actor.account,
                                 jalon_decision_name(deciding->command->decision),
                                 deciding->before.number, jalon_text_from(into),
                                 deciding->command->reason, detail);
}

static enum jalon_status conclude(struct jalon_context *ctx, const struct deciding *deciding)
{
    enum jalon_decision decision = deciding->command->decision;
    bool is_news = deciding->before.moderation != deciding->after.moderation ||
                   decision != JALON_DECIDE_APPROVE;
    enum jalon_status status = jalon_turn_keep(ctx, deciding->turn);
    if (status == JALON_OK) {
        status = jalon_store_close_reviews(ctx, deciding->turn->session, deciding->turn->map,
                                           deciding->before.number);
    }
    if (status == JALON_OK) {
        status = add_to_trail(ctx, deciding);
    }
    return status == JALON_OK && is_news ? tell(ctx, deciding, deciding->before.author, "decision",
                                                jalon_decision_name(decision))
                                         : status;
}

static enum jalon_status decide_in_turn(struct jalon_context *ctx, struct deciding *deciding)
{
    struct jalon_turn *turn = deciding->turn;
    struct jalon_review *reviews = NULL;
    struct jalon_report *reports = NULL;
    size_t review_count = 0, report_count = 0;
    enum jalon_status status = find_subject(ctx, deciding);
    if (status == JALON_OK) {
        status = jalon_store_list_reviews(ctx, turn->session, turn->map, deciding->before.number,
                                          &reviews, &review_count);
    }
    if (status == JALON_OK) {
        status = jalon_store_list_open_reports(ctx, turn->session, turn->map,
                                               deciding->before.number, &reports, &report_count);
    }
    if (status == JALON_OK) {
        status = check_version(ctx, deciding, review_count + report_count);
    }
    if (status == JALON_OK) {
        status = check_state(ctx, deciding);
    }
    /* A merge moves complaints, and a purge removes what was told before. */
    bool is_purge = deciding->command->decision == JALON_DECIDE_PURGE;
    if (status == JALON_OK && !is_purge) {
        status = settle_reports(ctx, deciding, reports, report_count);
    }
    if (status == JALON_OK) {
        status = apply(ctx, deciding);
    }
    if (status == JALON_OK && is_purge) {
        status = settle_reports(ctx, deciding, reports, report_count);
    }
    return status == JALON_OK ? conclude(ctx, deciding) : status;
}

static enum jalon_status decide(struct jalon_context *ctx, struct jalon_app *app,
                                const struct jalon_map *map, const struct jalon_decide *command,
                                struct jalon_decided *out)
{
    struct jalon_turn turn;
    struct deciding deciding = {.turn = &turn, .command = command};
    enum jalon_status status = jalon_turn_begin(ctx, app, map, &turn);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_turn_end(ctx, &turn, decide_in_turn(ctx, &deciding));
    if (status != JALON_OK) {
        return status;
    }
    *out = (struct jalon_decided){
        .id = deciding.after.id,
        .collection =
            jalon_text_copy(ctx->arena, map->collections[deciding.after.collection].key),
        .state = deciding.after.moderation,
        .version = deciding.after.version,
        .seq = deciding.seq,
    };
    return out->collection.data != NULL ? JALON_OK : jalon_no_memory(ctx);
}

enum jalon_status jalon_app_check_decide(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_decide *command)
{
    struct jalon_live_map *live = NULL;
    enum jalon_status status = check_command(ctx, command);
    if (status == JALON_OK) {
        status = jalon_audience_hold(ctx, app, command->map, &command->actor, &live);
    }
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_rights_require(ctx, app, jalon_view_map(live->view), &command->actor,
                                  rules[command->decision].right, NULL);
    jalon_live_release(app, live);
    return status;
}

enum jalon_status jalon_app_decide(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_decide *command, struct jalon_decided *out)
{
    struct jalon_live_map *live = NULL;
    struct jalon_decided done;
    enum jalon_status status = check_command(ctx, command);
    if (status == JALON_OK) {
        status = jalon_audience_hold(ctx, app, command->map, &command->actor, &live);
    }
    if (status != JALON_OK) {
        return status;
    }
    status = decide(ctx, app, jalon_view_map(live->view), command, &done);
    jalon_live_release(app, live);
    if (status == JALON_GONE) { /* there may be another one of this name */
        jalon_error_clear(ctx);
        jalon_live_drop(app, command->map);
        return jalon_app_decide(ctx, app, command, out);
    }
    if (status == JALON_OK) {
        *out = done;
    }
    return status;
}
