/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What authors read of decisions about their contributions, and answer to. Layer 3 (app). */
#include "jalon/app_mail.h"
#include "jalon/app_moderation.h"
#include "jalon/clock.h"

#include "internal.h"
#include "rights.h"

static enum jalon_status fail_absent(struct jalon_context *ctx)
{
    jalon_error_clear(ctx);
    return jalon_fail(ctx, JALON_NOT_FOUND, "there is no such contribution in this collection");
}

/* What was published is no secret; of all else only its author and moderators know that it is there. */
static enum jalon_status check_reader(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map,
                                      const struct jalon_party *party,
                                      const struct jalon_contribution *subject)
{
    bool is_author = false;
    enum jalon_status status =
        jalon_rights_check(ctx, session, map, party, JALON_RIGHT_MODERATE, subject);
    if (status != JALON_FORBIDDEN && status != JALON_UNAUTHENTICATED) {
        return status;
    }
    enum jalon_status refusal = status;
    status = jalon_rights_is_author(ctx, session, map, party, subject, &is_author);
    if (status != JALON_OK || is_author) {
        jalon_error_clear(ctx);
        return status;
    }
    return subject->moderation == JALON_MODERATION_PUBLISHED ? refusal : fail_absent(ctx);
}

static enum jalon_status find_subject(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map,
                                      const struct jalon_verdict_command *command,
                                      struct jalon_party *party,
                                      struct jalon_contribution *out)
{
    int32_t collection;
    enum jalon_status status =
        jalon_rights_find_collection(ctx, map, command->collection, &collection);
    if (status == JALON_OK) {
        status = jalon_rights_find_party(ctx, session, map, &command->actor, party);
    }
    if (status == JALON_OK) {
        status = jalon_rights_find_seen(ctx, session, map, party, collection, command->id, out);
    }
    return status == JALON_OK ? check_reader(ctx, session, map, party, out) : status;
}

static enum jalon_status list_decisions(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map, int64_t contribution,
                                        int64_t before, size_t limit,
                                        struct jalon_audit_entry **out, size_t *out_count)
{
    struct jalon_audit_filter filter = {
        .before = before,
        .actor = JALON_TEXT_EMPTY,
        .action = JALON_TEXT_EMPTY,
        .contribution = contribution,
        .limit = limit,
    };
    return jalon_store_list_audit(ctx, session, map, &filter, out, out_count);
}

/* --- Reading --- */
static enum jalon_status find_verdict(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map,
                                      const struct jalon_verdict_command *command,
                                      struct jalon_verdict *out)
{
    struct jalon_party party;
    struct jalon_contribution subject;
    struct jalon_audit_entry *decisions = NULL, *last = NULL;
    struct jalon_review *reviews = NULL;
    size_t last_count = 0;
    struct jalon_verdict verdict = {.reason = JALON_TEXT_EMPTY};
    enum jalon_status status = find_subject(ctx, session, map, command, &party, &subject);
    if (status == JALON_OK) {
        status = list_decisions(ctx, session, map, subject.number, command->before, command->limit,
                                &decisions, &verdict.decision_count);
    }
    if (status == JALON_OK) {
        status = list_decisions(ctx, session, map, subject.number, 0, 1, &last, &last_count);
    }
    if (status == JALON_OK && jalon_rights_allows(map, &party, JALON_RIGHT_MODERATE)) {
        status = jalon_store_list_reviews(ctx, session, map, subject.number, &reviews,
                                          &verdict.review_count);
    }
    if (status != JALON_OK) {
        return status;
    }
    verdict.state = subject.moderation;
    verdict.reason = last_count > 0 ? last[0].reason : JALON_TEXT_EMPTY;
    verdict.decisions = decisions;
    verdict.reviews = reviews;
    *out = verdict;
    return JALON_OK;
}

enum jalon_status jalon_app_find_verdict(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_verdict_command *command,
                                         struct jalon_verdict *out)
{
    struct jalon_live_map *live = NULL;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_audience_hold(ctx, app, command->map, &command->actor, &live);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = find_verdict(ctx, session, jalon_view_map(live->view), command, out);
    }
    jalon_session_end(session);
    jalon_live_release(app, live);
    return status;
}

/* --- Answering --- */
static enum jalon_status check_text(struct jalon_context *ctx, struct jalon_text text)
{
    if (jalon_text_trim(text).length == 0 ||
        jalon_text_code_points(text) > JALON_MODERATION_TEXT_MAX) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/text", "expected 1 to %d characters",
                        JALON_MODERATION_TEXT_MAX);
    }
    return jalon_error_verdict(ctx, "this is no answer");
}

/* On the desk with its last text, and to whoever decided. */
static enum jalon_status put_answer(struct jalon_context *ctx, struct jalon_turn *turn,
                                    const struct jalon_verdict_command *command,
                                    const struct jalon_contribution *subject,
                                    struct jalon_text decided_by)
{
    struct jalon_buffer detail;
    jalon_buffer_init(&detail, 64 << 10);
    jalon_buffer_append_string(&detail, "{\"text\":");
    jalon_buffer_append_json(&detail, command->text);
    jalon_buffer_append_char(&detail, '}');
    enum jalon_status status = jalon_buffer_status(&detail) == JALON_OK ? JALON_OK
                                                                        : jalon_no_memory(ctx);
    struct jalon_review review = {JALON_REVIEW_ANSWERED, jalon_buffer_text(&detail),
                                  jalon_clock_now_us()};
    if (status == JALON_OK) {
        status = jalon_store_close_review(ctx, turn->session, turn->map, subject->number,
                                          JALON_REVIEW_ANSWERED);
    }
    if (status == JALON_OK) {
        status = jalon_store_put_review(ctx, turn->session, turn->map, subject->number, &review);
    }
    if (status == JALON_OK) {
        status = jalon_notify(ctx, turn->session, decided_by, "answer", turn->map,
                              subject->number, command->actor.account, review.detail);
    }
    jalon_buffer_finish(&detail);
    return status == JALON_OK ? jalon_turn_keep(ctx, turn) : status;
}

static enum jalon_status answer_in_turn(struct jalon_context *ctx, struct jalon_turn *turn,
                                        const struct jalon_verdict_command *command)
{
    struct jalon_party party;
    struct jalon_contribution subject;
    struct jalon_audit_entry *last = NULL;
    size_t count = 0;
    enum jalon_status status =
        find_subject(ctx, turn->session, turn->map, command, &party, &subject);
    if (status == JALON_OK) {
        status = jalon_rights_check(ctx, turn->session, turn->map, &party, JALON_RIGHT_ANSWER,
                                    &subject);
    }
    if (status == JALON_OK) {
        status = list_decisions(ctx, turn->session, turn->map, subject.number, 0, 1, &last, &count);
    }
    if (status == JALON_OK && count == 0) {
        status = jalon_fail(ctx, JALON_CONFLICT, "nothing was decided about it");
    }
    return status == JALON_OK ? put_answer(ctx, turn, command, &subject, last[0].actor) : status;
}

enum jalon_status jalon_app_answer_verdict(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_verdict_command *command)
{
    struct jalon_live_map *live = NULL;
    struct jalon_turn turn;
    enum jalon_status status = check_text(ctx, command->text);
    if (status == JALON_OK) {
        status = jalon_audience_hold(ctx, app, command->map, &command->actor, &live);
    }
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_turn_begin(ctx, app, jalon_view_map(live->view), &turn);
    if (status == JALON_OK) {
        status = jalon_turn_end(ctx, &turn, answer_in_turn(ctx, &turn, command));
    }
    jalon_live_release(app, live);
    return status;
}
