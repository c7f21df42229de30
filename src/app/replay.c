/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Answers that are given again under the same Idempotency-Key. Layer 3 (app).
 *
 * Those of success, whose words are the contributor's: a refusal is not kept, so that it is always said
 * in the language of who asks.
 */
#include "replay.h"

#include "jalon/clock.h"

/* A day, and another one for a clock that is set a day on by mistake. */
static const int64_t kept_us = INT64_C(48) * 3600 * 1000000;

enum jalon_status jalon_replay_secret(struct jalon_context *ctx, const struct jalon_app *app,
                                      const struct jalon_contribute *command,
                                      struct jalon_id contribution, struct jalon_text *out)
{
    char id[JALON_ID_TEXT_SIZE];
    jalon_id_format(contribution, id);
    struct jalon_text text = jalon_text_format(ctx->arena, "%s %.*s", id,
                                               JALON_TEXT_ARGS(command->idempotency_key));
    return text.data != NULL ? jalon_secret_derive(ctx, app->replay_key, text, out)
                             : jalon_no_memory(ctx);
}

/* What was asked: the collection is part of it, and not of the key. */
static enum jalon_status digest_of(struct jalon_context *ctx,
                                   const struct jalon_contribute *command, struct jalon_text *out)
{
    struct jalon_text text =
        jalon_text_format(ctx->arena, "%.*s\n%.*s", JALON_TEXT_ARGS(command->collection),
                          JALON_TEXT_ARGS(command->said));
    return text.data != NULL ? jalon_secret_hash(ctx, text, out) : jalon_no_memory(ctx);
}

enum jalon_status jalon_replay_find(struct jalon_context *ctx, const struct jalon_turn *turn,
                                    const struct jalon_contribute *command,
                                    struct jalon_contributed *out)
{
    struct jalon_kept_answer kept;
    struct jalon_text digest;
    enum jalon_status status =
        jalon_store_find_answer(ctx, turn->session, turn->map, command->actor.account,
                                command->idempotency_key, jalon_clock_now_us() - kept_us, &kept);
    if (status == JALON_OK) {
        status = digest_of(ctx, command, &digest);
    }
    if (status != JALON_OK) {
        return status;
    }
    if (!jalon_text_equal(digest, kept.digest)) {
        return jalon_fail_at(ctx, JALON_MISMATCH, JALON_ERROR_PARAMETER, "Idempotency-Key",
                             "was sent with another request before: take a new one for each");
    }
    if (!jalon_turn_is_flushed(turn, kept.seq)) {
        return jalon_fail_at(ctx, JALON_CONFLICT, JALON_ERROR_PARAMETER, "Idempotency-Key",
                             "the request that has it is still being done");
    }
    struct jalon_map own = jalon_audience_own(turn->map);
    struct jalon_contributed answer = {
        .id = kept.contribution,
        .state = {.version = 1, .updated_us = kept.created_us, .look = jalon_map_look(&own)},
        .json = kept.json,
        .edit_secret = JALON_TEXT_EMPTY,
        .seq = kept.seq,
        .repaired = kept.repaired,
    };
    if (command->actor.account.length == 0) {
        status = jalon_replay_secret(ctx, turn->app, command, answer.id, &answer.edit_secret);
    }
    if (status == JALON_OK) {
        *out = answer;
    }
    return status;
}

enum jalon_status jalon_replay_keep(struct jalon_context *ctx, const struct jalon_turn *turn,
                                    const struct jalon_contribute *command,
                                    const struct jalon_contributed *done)
{
    struct jalon_kept_answer answer = {
        .contribution = done->id,
        .seq = done->seq,
        .repaired = done->repaired,
        .json = done->json,
        .created_us = done->state.updated_us,
    };
    enum jalon_status status =
        jalon_store_forget_answers(ctx, turn->session, turn->map, answer.created_us - kept_us);
    if (status == JALON_OK) {
        status = digest_of(ctx, command, &answer.digest);
    }
    return status == JALON_OK
               ? jalon_store_keep_answer(ctx, turn->session, turn->map, command->actor.account,
                                         command->idempotency_key, &answer)
               : status;
}
