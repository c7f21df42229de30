/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Removing a contribution for good: what stays is that there was one, its id, numbers and times, so that
 * the history of the map has no gap. Layer 3 (app).
 */
#include "jalon/clock.h"
#include "jalon/store_merge.h"

#include "decide.h"

/* Nothing but what a row must have. */
static struct jalon_contribution make_tombstone(const struct jalon_contribution *of,
                                                struct jalon_value *no_fields)
{
    return (struct jalon_contribution){
        .number = of->number,
        .id = of->id,
        .collection = of->collection,
        .version = of->version + 1,
        .geometry = {.type = JALON_GEOMETRY_NONE, .srid = JALON_SRID_WGS84},
        .title = JALON_TEXT_EMPTY,
        .description = JALON_TEXT_EMPTY,
        .fields = no_fields,
        .status = of->status,
        .moderation = JALON_MODERATION_DELETED,
        .author = JALON_TEXT_EMPTY,
        .source = JALON_TEXT_EMPTY,
        .source_id = JALON_TEXT_EMPTY,
        .licence = JALON_TEXT_EMPTY,
        .observed = JALON_TEXT_EMPTY,
        .campaign = JALON_TEXT_EMPTY,
        .declared_by = JALON_TEXT_EMPTY,
        .confirmed = JALON_TEXT_EMPTY,
        .created_us = of->created_us,
        .updated_us = jalon_clock_not_before_us(of->updated_us),
    };
}

enum jalon_status jalon_decide_purge(struct jalon_context *ctx, struct deciding *deciding)
{
    struct jalon_turn *turn = deciding->turn;
    const struct jalon_contribution *before = &deciding->before;
    size_t fields = turn->map->collections[before->collection].field_count;
    struct jalon_write write = {
        .action = JALON_ACTION_PURGE,
        .author = deciding->command->actor.account,
        .reason = deciding->command->reason,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    struct jalon_value *no_fields =
        jalon_arena_allocate_zeroed(ctx->arena, fields + 1, sizeof *no_fields);
    if (no_fields == NULL) {
        return jalon_no_memory(ctx);
    }
    deciding->after = make_tombstone(before, no_fields);
    struct jalon_contribution *after = &deciding->after;
    enum jalon_status status = jalon_store_purge(ctx, turn->session, turn->map, before->number);
    if (status == JALON_OK) { /* all that was said before is gone: its history begins here */
        status = jalon_history_changes(ctx, turn->map, NULL, after, &write.changes);
    }
    if (status == JALON_OK) {
        status = jalon_turn_put(ctx, turn, after, &write, &deciding->seq);
    }
    return status == JALON_OK && (before->supports > 0 || before->comments > 0 ||
                                  before->confirmed.length > 0)
               ? jalon_turn_touch(ctx, turn, after, &deciding->seq)
               : status;
}
