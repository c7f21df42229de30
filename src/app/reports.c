/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Complaints. Layer 3 (app).
 *
 * Enough of them hide a contribution until a moderator has looked, because what is wrong harms meanwhile;
 * one about personal data is enough, because what was seen cannot be unseen. Whoever complains is told
 * what came of it, and moderators know who did.
 */
#include "jalon/app_mail.h"
#include "jalon/app_moderation.h"
#include "jalon/clock.h"

#include "decide.h"

/* What the author of something hidden so reads, in both languages: nobody has written it. */
#define HIDDEN_REASON                                                \
    "Signalée ; masquée en attendant qu'un modérateur la relise. / " \
    "Reported; hidden until a moderator has looked at it."
#define TOLD_HIDDEN "{\"decision\":\"hide\",\"reason\":\"" HIDDEN_REASON "\"}"
static const char hidden_reason[] = HIDDEN_REASON;

/* --- May it be reported? --- */
static enum jalon_status check_body(struct jalon_context *ctx,
                                    const struct jalon_report_command *command,
                                    enum jalon_report_kind *out)
{
    if (!jalon_report_kind_parse(command->kind, out)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/kind",
                        "expected not_there, wrong, charter, duplicate or personal_data");
    }
    if (jalon_text_code_points(command->text) > JALON_MODERATION_TEXT_MAX) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/text", "expected at most %d characters",
                        JALON_MODERATION_TEXT_MAX);
    }
    return jalon_error_verdict(ctx, "this is no report");
}

static enum jalon_status find_subject(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map,
                                      const struct jalon_report_command *command,
                                      enum jalon_right right, struct jalon_party *party,
                                      struct jalon_contribution *out)
{
    int32_t collection;
    enum jalon_status status =
        jalon_rights_find_collection(ctx, map, command->collection, &collection);
    if (status == JALON_OK) {
        status = jalon_rights_find_party(ctx, session, map, &command->actor, party);
    }
    if (status == JALON_OK) {
        status = jalon_rights_check(ctx, session, map, party, right, NULL);
    }
    return status == JALON_OK ? jalon_rights_find_seen(ctx, session, map, party, collection,
                                                       command->id, out)
                              : status;
}

/* An account has one voice, a device likewise; without either nobody could count them. */
static enum jalon_status find_voice(struct jalon_context *ctx, const struct jalon_turn *turn,
                                    const struct jalon_report_command *command,
                                    int64_t contribution, struct jalon_report *report)
{
    bool has_one = false;
    enum jalon_status status = JALON_OK;
    report->author = command->actor.account;
    report->device = JALON_TEXT_EMPTY;
    if (command->actor.account.length == 0) {
        status = jalon_trace_device(ctx, turn->app, &command->actor, &report->device);
        if (status == JALON_OK && report->device.length == 0) {
            return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "Jalon-Device",
                                 "expected, of who has no account: a random text that the device "
                                 "keeps");
        }
    }
    if (status == JALON_OK) {
        status = jalon_store_has_open_report(ctx, turn->session, turn->map, contribution,
                                             report->author, report->device, &has_one);
    }
    return status == JALON_OK && has_one
               ? jalon_fail(ctx, JALON_CONFLICT, "you have reported it already; a moderator will "
                            "look at it")
               : status;
}

/* --- What follows --- */
static enum jalon_status hide(struct jalon_context *ctx, struct jalon_turn *turn,
                              const struct jalon_contribution *subject, int64_t reports)
{
    struct jalon_contribution after = *subject;
    int64_t seq;
    after.moderation = JALON_MODERATION_HIDDEN;
    enum jalon_status status =
        jalon_decide_put(ctx, turn, subject, &after, JALON_ACTION_HIDE, JALON_TEXT_EMPTY,
                         jalon_text_from(hidden_reason), &seq);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_text detail = jalon_text_format(
        ctx->arena, "{\"version\":%lld,\"before\":\"published\",\"after\":\"hidden\",\"reports\":%lld}",
        (long long)subject->version, (long long)reports);
    if (detail.data == NULL) {
        return jalon_no_memory(ctx);
    }
    status = jalon_audit_add(ctx, turn->session, turn->map, JALON_TEXT_EMPTY, "hide",
                             subject->number, JALON_TEXT_EMPTY, jalon_text_from(hidden_reason),
                             detail);
    return status == JALON_OK
               ? jalon_notify(ctx, turn->session, subject->author, "decision", turn->map,
                              subject->number, JALON_TEXT_EMPTY, JALON_TEXT(TOLD_HIDDEN))
               : status;
}

static enum jalon_status ask_for_look(struct jalon_context *ctx, struct jalon_turn *turn,
                                      const struct jalon_contribution *subject,
                                      const struct jalon_report *report)
{
    struct jalon_text detail = jalon_text_format(ctx->arena, "{\"kind\":\"%s\"}",
                                                 jalon_report_kind_name(report->kind));
    struct jalon_review review = {JALON_REVIEW_REPORTED, detail, report->created_us};
    int64_t open = 0, personal = 0;
    int32_t threshold = turn->map->rules.report_threshold;
    enum jalon_status status = detail.data != NULL
                                   ? jalon_store_put_review(ctx, turn->session, turn->map,
                                                            subject->number, &review)
                                   : jalon_no_memory(ctx);
    if (status == JALON_OK) {
        status = jalon_store_count_open_reports(ctx, turn->session, turn->map, subject->number,
                                                &open, &personal);
    }
    bool is_enough = threshold > 0 && (open >= threshold || personal > 0);
    return status == JALON_OK && is_enough ? hide(ctx, turn, subject, open) : status;
}

static enum jalon_status report_in_turn(struct jalon_context *ctx, struct jalon_turn *turn,
                                        const struct jalon_report_command *command,
                                        struct jalon_report *report)
{
    struct jalon_party party;
    struct jalon_contribution subject;
    enum jalon_status status = find_subject(ctx, turn->session, turn->map, command,
                                            JALON_RIGHT_REPORT, &party, &subject);
    if (status == JALON_OK && subject.moderation != JALON_MODERATION_PUBLISHED) {
        status = jalon_fail(ctx, JALON_NOT_FOUND,
                            "there is no such contribution in this collection");
    }
    if (status == JALON_OK) {
        status = find_voice(ctx, turn, command, subject.number, report);
    }
    if (status == JALON_OK) {
        status = jalon_turn_keep(ctx, turn);
    }
    if (status == JALON_OK) {
        status = jalon_store_insert_report(ctx, turn->session, turn->map, subject.number, report);
    }
    return status == JALON_OK ? ask_for_look(ctx, turn, &subject, report) : status;
}

enum jalon_status jalon_app_report(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_report_command *command,
                                   struct jalon_report *out)
{
    struct jalon_live_map *live = NULL;
    struct jalon_turn turn;
    struct jalon_report report = {
        .id = jalon_id_make(),
        .text = command->text,
        .state = JALON_REPORT_OPEN,
        .created_us = jalon_clock_now_us(),
        .decided_by = JALON_TEXT_EMPTY,
        .answer = JALON_TEXT_EMPTY,
    };
    enum jalon_status status = check_body(ctx, command, &report.kind);
    if (status == JALON_OK) {
        status = jalon_audience_hold(ctx, app, command->map, &command->actor, &live);
    }
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_turn_begin(ctx, app, jalon_view_map(live->view), &turn);
    if (status == JALON_OK) {
        status = jalon_turn_end(ctx, &turn, report_in_turn(ctx, &turn, command, &report));
    }
    jalon_live_release(app, live);
    if (status == JALON_OK) {
        *out = report;
    }
    return status;
}

/* --- Reading --- */
static enum jalon_status list_reports(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map,
                                      const struct jalon_report_command *command,
                                      struct jalon_report **out, size_t *out_count)
{
    struct jalon_party party;
    struct jalon_contribution subject;
    enum jalon_status status = find_subject(ctx, session, map, command, JALON_RIGHT_SEE_REPORTS,
                                            &party, &subject);
    if (status == JALON_OK) {
        status = jalon_rights_check(ctx, session, map, &party, JALON_RIGHT_SEE_REPORTS, &subject);
    }
    return status == JALON_OK ? jalon_store_list_reports(ctx, session, map, subject.number,
                                                         command->after, command->limit, out,
                                                         out_count)
                              : status;
}

enum jalon_status jalon_app_list_reports(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_report_command *command,
                                         struct jalon_report **out, size_t *out_count)
{
    struct jalon_live_map *live = NULL;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_audience_hold(ctx, app, command->map, &command->actor, &live);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = list_reports(ctx, session, jalon_view_map(live->view), command, out, out_count);
    }
    jalon_session_end(session);
    jalon_live_release(app, live);
    return status;
}
