/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Undoing what somebody did in the last hours. Layer 3 (app).
 *
 * What he made is hidden, what he changed becomes what it was before: new revisions with a reason, which
 * can be restored like any other. What others have changed since is left to somebody who looks at it.
 */
#include "jalon/app_abuse.h"
#include "jalon/app_moderation.h"
#include "jalon/clock.h"

#include "internal.h"
#include "past.h"
#include "rights.h"

static const int64_t hour_us = INT64_C(3600) * 1000000;

struct reverting {
    const struct jalon_revert_command *command;
    const struct jalon_actor *actor;
    struct jalon_turn turn;
    struct jalon_writer writer;
    struct jalon_reverted *items;
    size_t count;
};

static enum jalon_status check_command(struct jalon_context *ctx,
                                       const struct jalon_revert_command *command)
{
    bool is_missing = !command->dry_run && jalon_text_trim(command->reason).length == 0;
    if (is_missing || jalon_text_code_points(command->reason) > JALON_ABUSE_REASON_MAX) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/reason",
                        "expected 1 to %d characters: it stands in the history",
                        JALON_ABUSE_REASON_MAX);
    }
    if (command->hours < 1 || command->hours > JALON_REVERT_HOURS_MAX) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/hours", "expected an integer from 1 to %d",
                        JALON_REVERT_HOURS_MAX);
    }
    return jalon_error_verdict(ctx, "this cannot be reverted");
}

static enum jalon_status find_writer(struct jalon_context *ctx, struct reverting *work)
{
    const struct jalon_revert_command *command = work->command;
    struct jalon_session *session = work->turn.session;
    struct jalon_account account;
    struct jalon_contribution found;
    struct jalon_text address;
    if (command->account.length > 0) {
        work->writer.account = command->account;
        enum jalon_status status =
            jalon_store_find_account(ctx, session, command->account, &account);
        return status == JALON_NOT_FOUND ? jalon_fail(ctx, status, "there is no account '%.*s' here",
                                                      JALON_TEXT_ARGS(command->account))
                                         : status;
    }
    enum jalon_status status = jalon_store_find_by_id(ctx, session, work->turn.map,
                                                      *command->contribution, &found);
    if (status == JALON_OK) {
        status = jalon_store_find_trace(ctx, session, work->turn.map, found.number,
                                        &work->writer.device, &address);
    }
    bool is_known = status == JALON_OK && work->writer.device.length > 0;
    return is_known || (status != JALON_OK && status != JALON_NOT_FOUND)
               ? status
               : jalon_fail(ctx, JALON_NOT_FOUND,
                            "nothing is known, or not any more, of the device it came from");
}

/* --- One contribution --- */
static enum jalon_status put(struct jalon_context *ctx, struct reverting *work,
                             const struct jalon_contribution *now,
                             struct jalon_contribution *after, enum jalon_action action)
{
    struct jalon_write write = {
        .action = action,
        .author = work->actor->account,
        .reason = work->command->reason,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    int64_t seq;
    after->version = now->version + 1;
    after->updated_us = jalon_clock_not_before_us(now->updated_us);
    enum jalon_status status =
        jalon_history_changes(ctx, work->turn.map, now, after, &write.changes);
    return status == JALON_OK ? jalon_turn_put(ctx, &work->turn, after, &write, &seq) : status;
}

/* As it was before, but for what is not its content. */
static enum jalon_status restore(struct jalon_context *ctx, struct reverting *work,
                                 const struct jalon_contribution *now, int64_t version,
                                 struct jalon_reverted *item)
{
    struct past past;
    enum jalon_status status =
        jalon_past_find(ctx, work->turn.session, work->turn.map, now, version, 0, &past);
    if (status == JALON_NOT_FOUND) {
        item->what = JALON_REVERT_SETTLED;
        return JALON_OK;
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_contribution after = past.contribution;
    after.moderation = now->moderation;
    item->what = past.change_count > 0 ? JALON_REVERTED : JALON_REVERT_SETTLED;
    return work->command->dry_run || past.change_count == 0
               ? JALON_OK
               : put(ctx, work, now, &after, JALON_ACTION_RESTORE);
}

static enum jalon_status revert_one(struct jalon_context *ctx, struct reverting *work,
                                    const struct jalon_doing *doing)
{
    struct jalon_contribution now;
    enum jalon_status status = jalon_store_load_contribution(
        ctx, work->turn.session, work->turn.map, doing->contribution, &now);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_reverted *item = &work->items[work->count++];
    *item = (struct jalon_reverted){
        .id = now.id,
        .collection =
            jalon_text_copy(ctx->arena, work->turn.map->collections[now.collection].key),
        .title = now.title,
    };
    if (item->collection.data == NULL) {
        return jalon_no_memory(ctx);
    }
    bool is_gone = now.moderation == JALON_MODERATION_DELETED ||
                   now.moderation == JALON_MODERATION_HIDDEN ||
                   now.moderation == JALON_MODERATION_REJECTED;
    bool is_alone = now.version - doing->first + 1 == doing->count;
    if (is_gone || !is_alone) {
        item->what = is_gone ? JALON_REVERT_SETTLED : JALON_REVERT_CHANGED;
        return JALON_OK;
    }
    if (doing->first > 1) {
        return restore(ctx, work, &now, doing->first - 1, item);
    }
    item->what = JALON_REVERTED_HIDDEN;
    if (work->command->dry_run) {
        return JALON_OK;
    }
    struct jalon_contribution after = now;
    after.moderation = JALON_MODERATION_HIDDEN;
    status = put(ctx, work, &now, &after, JALON_ACTION_HIDE);
    return status == JALON_OK
               ? jalon_store_close_reviews(ctx, work->turn.session, work->turn.map, now.number)
               : status;
}

/* --- All of them --- */
/* They come by number, which grows as they were made. */
static enum jalon_status find_after(struct jalon_context *ctx, const struct reverting *work,
                                    int64_t *out)
{
    struct jalon_contribution last;
    if (work->command->after == NULL) {
        *out = 0;
        return JALON_OK;
    }
    enum jalon_status status = jalon_store_find_by_id(ctx, work->turn.session, work->turn.map,
                                                      *work->command->after, &last);
    if (status == JALON_OK) {
        *out = last.number;
    }
    return status == JALON_NOT_FOUND
               ? jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/after",
                               "expected the last id of an answer")
               : status;
}

static enum jalon_status note(struct jalon_context *ctx, struct reverting *work)
{
    int64_t counts[4] = {0};
    for (size_t i = 0; i < work->count; i++) {
        counts[work->items[i].what]++;
    }
    struct jalon_text detail = jalon_text_format(
        ctx->arena, "{\"hours\":%lld,\"restored\":%lld,\"hidden\":%lld,\"left\":%lld}",
        (long long)work->command->hours, (long long)counts[JALON_REVERTED],
        (long long)counts[JALON_REVERTED_HIDDEN],
        (long long)(counts[JALON_REVERT_CHANGED] + counts[JALON_REVERT_SETTLED]));
    return detail.data != NULL
               ? jalon_audit_add(ctx, work->turn.session, work->turn.map, work->actor->account,
                                 "revert_author", 0, work->command->account, work->command->reason,
                                 detail)
               : jalon_no_memory(ctx);
}

static enum jalon_status revert_all(struct jalon_context *ctx, struct reverting *work,
                                    bool *out_more)
{
    struct jalon_doing *doings = NULL;
    size_t count = 0;
    int64_t after = 0;
    int64_t since_us = jalon_clock_now_us() - work->command->hours * hour_us;
    enum jalon_status status =
        jalon_rights_check_actor(ctx, work->turn.session, work->turn.map, work->actor,
                                 JALON_RIGHT_REVERT_AUTHOR);
    if (status == JALON_OK) {
        status = find_writer(ctx, work);
    }
    if (status == JALON_OK) {
        status = find_after(ctx, work, &after);
    }
    if (status == JALON_OK) {
        status = jalon_store_list_doings(ctx, work->turn.session, work->turn.map, &work->writer,
                                         since_us, after, JALON_REVERTS_MAX + 1, &doings, &count);
    }
    *out_more = count > JALON_REVERTS_MAX;
    count -= *out_more;
    for (size_t i = 0; i < count && status == JALON_OK; i++) {
        status = revert_one(ctx, work, &doings[i]);
    }
    return status == JALON_OK && !work->command->dry_run ? note(ctx, work) : status;
}

enum jalon_status jalon_app_revert(struct jalon_context *ctx, struct jalon_app *app,
                                   struct jalon_text slug, const struct jalon_actor *actor,
                                   const struct jalon_revert_command *command,
                                   struct jalon_reverted **out, size_t *out_count, bool *out_more)
{
    struct jalon_reading reading = {.live = NULL};
    struct reverting work = {
        .command = command,
        .actor = actor,
        .writer = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY, JALON_TEXT_EMPTY},
        .items = jalon_arena_allocate(ctx->arena, JALON_REVERTS_MAX * sizeof *work.items),
    };
    enum jalon_status status = work.items != NULL ? JALON_OK : jalon_no_memory(ctx);
    bool more = false;
    if (status == JALON_OK) {
        status = check_command(ctx, command);
    }
    if (status == JALON_OK) {
        status = jalon_app_read(ctx, app, slug, actor, &reading);
    }
    if (status == JALON_OK) {
        status = jalon_turn_begin(ctx, app, reading.map, &work.turn);
        if (status == JALON_OK) {
            status = revert_all(ctx, &work, &more);
            status = jalon_turn_end(ctx, &work.turn, status);
        }
    }
    jalon_app_end_reading(app, &reading);
    if (status == JALON_OK) {
        *out = work.items;
        *out_count = work.count;
        *out_more = more;
    }
    return status;
}
