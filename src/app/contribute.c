/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Adding a contribution, and reading its history. Layer 3 (app). */
#include "jalon/app_audience.h"
#include "jalon/app_mail.h"
#include "jalon/clock.h"

#include "admission.h"
#include "draft.h"
#include "edit_secret.h"
#include "internal.h"
#include "replay.h"
#include "rights.h"
#include "words.h"

enum { FEATURE_MAX = 64 << 20 };

/* The body as a contribution, or every fault it has. */
static enum jalon_status make_draft(struct jalon_context *ctx, const struct jalon_map *map,
                                    int32_t collection, const struct jalon_contribute *command,
                                    struct draft *out)
{
    enum jalon_status status = jalon_draft_begin(ctx, map, collection, NULL, out);
    if (status == JALON_OK) {
        status = jalon_draft_take_body(ctx, out, command->record, false);
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_draft_check_id(ctx, command->record, command->id, false);
    return jalon_error_verdict(ctx, "the contribution cannot be accepted as it is");
}

enum jalon_status jalon_contribute_write_feature(struct jalon_context *ctx,
                                                 const struct jalon_map *map,
                                                 const struct jalon_contribution *contribution,
                                                 struct jalon_text *out)
{
    struct jalon_buffer buffer;
    struct jalon_contribution seen = *contribution;
    enum jalon_status status = jalon_geometry_coarsen(
        ctx, &contribution->geometry, map->rules.location_grid_m, &seen.geometry);
    if (status != JALON_OK) {
        return status;
    }
    jalon_buffer_init(&buffer, FEATURE_MAX);
    jalon_feature_write(&buffer, map, &seen);
    status = jalon_buffer_status(&buffer);
    if (status == JALON_OK) {
        *out = jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer));
        status = out->data != NULL ? JALON_OK : JALON_NO_MEMORY;
    }
    jalon_buffer_finish(&buffer);
    return status == JALON_NO_MEMORY ? jalon_no_memory(ctx) : status;
}

/* What a new contribution is stored with. */
struct addition {
    const struct jalon_map *map;
    struct jalon_live_map *live;
    struct jalon_party party;
    const struct jalon_contribute *command;
    struct jalon_contribution contribution;
    struct jalon_write write;
};

/* What the Feature is answered with when nobody sees it yet. */
static enum jalon_status add_hint(struct jalon_context *ctx, struct jalon_text *json)
{
    struct jalon_buffer hinted;
    bool found = true;
    struct jalon_text fr = JALON_TEXT_EMPTY, en = JALON_TEXT_EMPTY;
    enum jalon_status status =
        jalon_words_find(ctx, JALON_TEXT("fr"), "answer.pending", &found, &fr);
    if (status == JALON_OK) {
        status = jalon_words_find(ctx, JALON_TEXT("en"), "answer.pending", &found, &en);
    }
    if (status != JALON_OK || !found) {
        return status;
    }
    jalon_buffer_init(&hinted, FEATURE_MAX);
    jalon_buffer_append(&hinted, json->data, json->length - 1);
    jalon_buffer_append_string(&hinted, ",\"hint\":{\"fr\":");
    jalon_buffer_append_json(&hinted, fr);
    jalon_buffer_append_string(&hinted, ",\"en\":");
    jalon_buffer_append_json(&hinted, en);
    jalon_buffer_append_string(&hinted, "}}");
    struct jalon_text copy = jalon_buffer_status(&hinted) == JALON_OK
                                 ? jalon_text_copy(ctx->arena, jalon_buffer_text(&hinted))
                                 : JALON_TEXT_EMPTY;
    jalon_buffer_finish(&hinted);
    if (copy.length == 0) {
        return jalon_no_memory(ctx);
    }
    *json = copy;
    return JALON_OK;
}

static enum jalon_status add_duplicates(struct jalon_context *ctx, struct jalon_text duplicates,
                                        struct jalon_text *json)
{
    struct jalon_text told =
        jalon_text_format(ctx->arena, "%.*s,\"possible_duplicates\":%.*s}", (int)json->length - 1,
                          json->data, JALON_TEXT_ARGS(duplicates));
    if (told.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *json = told;
    return JALON_OK;
}

/* The Feature as it is answered, also when it is asked for again. */
static enum jalon_status answer_new(struct jalon_context *ctx, struct jalon_turn *turn,
                                    const struct addition *addition,
                                    const struct jalon_admission *admission,
                                    struct jalon_contributed *done)
{
    const struct jalon_contribution *created = &addition->contribution;
    done->id = created->id;
    struct jalon_map own = jalon_audience_own(addition->map);
    done->state = jalon_audience_state(&own, created);
    enum jalon_status status = jalon_contribute_write_feature(ctx, &own, created, &done->json);
    if (status == JALON_OK && created->moderation != JALON_MODERATION_PUBLISHED) {
        status = add_hint(ctx, &done->json);
    }
    if (status == JALON_OK && admission->duplicates.length > 0) {
        status = add_duplicates(ctx, admission->duplicates, &done->json);
    }
    return status == JALON_OK && addition->command->idempotency_key.length > 0
               ? jalon_replay_keep(ctx, turn, addition->command, done)
               : status;
}

/* Row, revision and event, as the judgement wants them. */
static enum jalon_status put_new(struct jalon_context *ctx, struct jalon_turn *turn,
                                 struct addition *addition, struct jalon_contributed *done)
{
    struct jalon_contribution *created = &addition->contribution;
    struct jalon_admission admission = {
        .live = addition->live,
        .party = &addition->party,
        .after = created,
        .refuses_duplicates = addition->command->refuses_duplicates,
        .duplicates = JALON_TEXT_EMPTY,
    };
    created->created_us = jalon_clock_now_us();
    created->updated_us = created->created_us;
    enum jalon_status status = jalon_admission_judge(ctx, turn, &admission);
    if (status == JALON_OK) {
        status = jalon_history_changes(ctx, addition->map, NULL, created, &addition->write.changes);
    }
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_turn_put(ctx, turn, created, &addition->write, &done->seq);
    if (status == JALON_CONFLICT) {
        return jalon_fail(ctx, JALON_PRECONDITION, "there is a contribution with this id already");
    }
    if (status == JALON_OK && created->author.length == 0) {
        status = jalon_edit_secret_note_origin(ctx, turn, created, &addition->command->actor,
                                               addition->command->contact_email);
    }
    if (status == JALON_OK) {
        status = jalon_admission_finish(ctx, turn, &admission);
    }
    return status == JALON_OK ? answer_new(ctx, turn, addition, &admission, done) : status;
}

static enum jalon_status store_new(struct jalon_context *ctx, struct jalon_app *app,
                                   struct addition *addition, struct jalon_contributed *done)
{
    struct jalon_turn turn;
    /* An id that somebody has chosen may be taken: that shows when it is written. */
    enum jalon_status status = addition->write.is_unheard_of
                                   ? jalon_turn_begin_decided(ctx, app, addition->map, &turn)
                                   : jalon_turn_begin(ctx, app, addition->map, &turn);
    if (status != JALON_OK) {
        return status;
    }
    status = JALON_NOT_FOUND;
    if (addition->command->idempotency_key.length > 0) {
        status = jalon_replay_find(ctx, &turn, addition->command, done);
    }
    if (status == JALON_NOT_FOUND) {
        status = put_new(ctx, &turn, addition, done);
    }
    return jalon_turn_end(ctx, &turn, status);
}

/* Finds the collection and checks that this account may add to it. */
static enum jalon_status check_contributor(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_map *map,
                                           const struct jalon_contribute *command,
                                           int32_t *out_collection, struct jalon_party *out_party)
{
    enum jalon_status status =
        jalon_rights_find_collection(ctx, map, command->collection, out_collection);
    return status == JALON_OK ? jalon_rights_require(ctx, app, map, &command->actor,
                                                     JALON_RIGHT_ADD, out_party)
                              : status;
}

enum jalon_status jalon_app_may_contribute(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_contribute *command)
{
    struct jalon_live_map *live = NULL;
    int32_t collection;
    enum jalon_status status =
        jalon_audience_hold(ctx, app, command->map, &command->actor, &live);
    if (status == JALON_OK) {
        status = check_contributor(ctx, app, jalon_view_map(live->view), command, &collection,
                                   NULL);
        jalon_live_release(app, live);
    }
    return status;
}

/* A secret for who has no account, and its hash to keep. */
static enum jalon_status make_edit_secret(struct jalon_context *ctx, const struct jalon_app *app,
                                          struct addition *addition, struct jalon_text *out_secret)
{
    const struct jalon_contribute *command = addition->command;
    enum jalon_status status =
        command->idempotency_key.length > 0
            ? jalon_replay_secret(ctx, app, command, addition->contribution.id, out_secret)
            : jalon_secret_make(ctx, out_secret);
    return status == JALON_OK
               ? jalon_secret_hash(ctx, *out_secret, &addition->write.edit_secret_hash)
               : status;
}

/* Adds what is wrong with the address that was left. */
static void check_contact(struct jalon_context *ctx, const struct jalon_contribute *command)
{
    if (command->contact_email.length == 0) {
        return;
    }
    if (command->actor.account.length > 0) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/contact_email",
                        "is for contributions without an account");
    } else if (!jalon_mail_is_address(command->contact_email)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/contact_email", "expected an e-mail address");
    }
}

static enum jalon_status contribute(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_live_map *live,
                                    const struct jalon_contribute *command,
                                    struct jalon_contributed *out)
{
    int32_t collection = -1;
    struct draft draft;
    struct addition addition = {
        .map = jalon_view_map(live->view),
        .live = live,
        .command = command,
        .write =
            {
                .action = JALON_ACTION_CREATE,
                .author = command->actor.account,
                .reason = command->reason,
                .edit_secret_hash = JALON_TEXT_EMPTY,
                .source_digest = JALON_TEXT_EMPTY,
                .is_unheard_of = command->id == NULL,
            },
    };
    struct jalon_contributed done = {.edit_secret = JALON_TEXT_EMPTY};
    enum jalon_status status =
        check_contributor(ctx, app, addition.map, command, &collection, &addition.party);
    if (status == JALON_OK) {
        check_contact(ctx, command);
        status = make_draft(ctx, addition.map, collection, command, &draft);
    }
    if (status != JALON_OK) {
        return status;
    }
    done.repaired = draft.repaired;
    addition.contribution = draft.contribution;
    addition.contribution.id = command->id != NULL ? *command->id : jalon_id_make();
    addition.contribution.author = command->actor.account;
    if (command->actor.account.length == 0) {
        status = make_edit_secret(ctx, app, &addition, &done.edit_secret);
    }
    if (status == JALON_OK) {
        status = store_new(ctx, app, &addition, &done);
    }
    if (status == JALON_OK) {
        *out = done;
    }
    return status;
}

enum jalon_status jalon_app_contribute(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_contribute *command,
                                       struct jalon_contributed *out)
{
    struct jalon_live_map *live = NULL;
    enum jalon_status status =
        jalon_audience_hold(ctx, app, command->map, &command->actor, &live);
    if (status != JALON_OK) {
        return status;
    }
    status = contribute(ctx, app, live, command, out);
    jalon_live_release(app, live);
    if (status == JALON_GONE) { /* there may be another one of this name */
        jalon_error_clear(ctx);
        jalon_live_drop(app, command->map);
        return jalon_app_contribute(ctx, app, command, out);
    }
    return status;
}

/* The public contribution with this id, as the view has it now. */
static enum jalon_status find_public(struct jalon_context *ctx, struct jalon_live_map *live,
                                     struct jalon_text collection, struct jalon_id id,
                                     int32_t *out_collection, int64_t *out_number,
                                     struct jalon_standing *out_standing)
{
    const struct jalon_map *map = jalon_view_map(live->view);
    int32_t index = jalon_map_find_collection(map, collection);
    struct jalon_view_item item;
    const struct jalon_snapshot *snapshot = jalon_view_pin(live->view);
    bool found = index >= 0 && jalon_snapshot_find(snapshot, index, id, &item);
    if (found) {
        *out_collection = index;
        *out_number = item.number;
        *out_standing = (struct jalon_standing){jalon_snapshot_seq(snapshot),
                                                jalon_snapshot_time_us(snapshot)};
    }
    jalon_view_unpin(live->view, snapshot);
    return found ? JALON_OK
                 : jalon_fail(ctx, JALON_NOT_FOUND,
                              "there is no such contribution in this collection");
}

/* The history up to an event at least. */
static enum jalon_status list_public(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_map *map, struct jalon_standing at,
                                     int32_t collection, int64_t number, int64_t before,
                                     size_t limit, struct jalon_revision **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    enum jalon_status status =
        jalon_store_read_after(ctx, app->store, map, at.seq, at.time_us, &session);
    if (status == JALON_OK) {
        status =
            jalon_store_list_revisions(ctx, session, map, number, before, limit, out, out_count);
    }
    jalon_session_end(session);
    for (size_t i = 0; status == JALON_OK && i < *out_count; i++) {
        status = jalon_history_public(ctx, map, collection, (*out)[i].changes,
                                      &(*out)[i].changes);
    }
    return status;
}

/* The history of what is one's own, with its places. */
static enum jalon_status list_own(struct jalon_context *ctx, struct jalon_app *app,
                                  const struct jalon_reading *reading,
                                  const struct jalon_actor *actor, struct jalon_text collection,
                                  struct jalon_id id, int64_t before, size_t limit,
                                  struct jalon_revision **out, size_t *out_count)
{
    int32_t index;
    struct jalon_own own;
    enum jalon_status status =
        jalon_rights_find_collection(ctx, reading->map, collection, &index);
    if (status == JALON_OK) {
        status = jalon_app_find_own(ctx, app, reading, actor, index, id, &own);
    }
    struct jalon_standing at = {jalon_snapshot_seq(reading->snapshot),
                                jalon_snapshot_time_us(reading->snapshot)};
    return status == JALON_OK ? list_public(ctx, app, &own.map, at, index, own.contribution.number,
                                            before, limit, out, out_count)
                              : status;
}

enum jalon_status jalon_app_list_revisions(struct jalon_context *ctx, struct jalon_app *app,
                                           struct jalon_text slug, const struct jalon_actor *actor,
                                           struct jalon_text collection, struct jalon_id id,
                                           int64_t before, size_t limit,
                                           struct jalon_revision **out, size_t *out_count)
{
    struct jalon_reading reading = {.live = NULL};
    int32_t index = -1;
    int64_t number = 0;
    struct jalon_standing at = {0, 0};
    enum jalon_status status = jalon_app_read(ctx, app, slug, actor, &reading);
    if (status != JALON_OK) {
        return status;
    }
    status = find_public(ctx, reading.live, collection, id, &index, &number, &at);
    if (status == JALON_OK) {
        status = list_public(ctx, app, reading.map, at, index, number, before, limit, out, out_count);
    } else if (status == JALON_NOT_FOUND && jalon_app_has_own(actor)) {
        jalon_error_clear(ctx);
        status = list_own(ctx, app, &reading, actor, collection, id, before, limit, out, out_count);
    }
    jalon_app_end_reading(app, &reading);
    return status;
}
