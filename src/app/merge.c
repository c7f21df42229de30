/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Merging a duplicate into the contribution that stays. Layer 3 (app).
 *
 * What others said of the duplicate moves and is counted there; the duplicate stays as a deleted row with
 * its history, and says what it was merged into. To restore it brings it back, not what has moved.
 */
#include "jalon/clock.h"
#include "jalon/store_merge.h"

#include "decide.h"
#include "merge.h"

static bool is_none(struct jalon_id id)
{
    static const struct jalon_id none = {{0}};
    return jalon_id_compare(id, none) == 0;
}

/* --- The one that stays --- */
static enum jalon_status find_survivor(struct jalon_context *ctx, const struct deciding *deciding,
                                       struct jalon_contribution *out)
{
    struct jalon_turn *turn = deciding->turn;
    enum jalon_status status =
        jalon_store_find_by_id(ctx, turn->session, turn->map, *deciding->command->into, out);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/into",
                             "there is no such contribution in this map");
    }
    if (status == JALON_OK) {
        status = jalon_rights_check(ctx, turn->session, turn->map, &deciding->party,
                                    JALON_RIGHT_MERGE, out);
    }
    if (status != JALON_OK) {
        return status;
    }
    if (out->number == deciding->before.number) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/into",
                             "a contribution cannot be merged into itself");
    }
    return out->moderation == JALON_MODERATION_PUBLISHED ||
                   out->moderation == JALON_MODERATION_PENDING
               ? JALON_OK
               : jalon_fail_at(ctx, JALON_CONFLICT, JALON_ERROR_POINTER, "/into",
                               "it is %s: what is merged goes into what is there",
                               jalon_say(ctx, jalon_moderation_name(out->moderation)));
}

/* --- What it takes over --- */
/* Takes a property that every contribution may have; false: there is no such one. */
static bool take_reserved(struct jalon_text key, const struct jalon_contribution *from,
                          struct jalon_contribution *into)
{
    const struct {
        const char *key;
        struct jalon_text from;
        struct jalon_text *into;
    } texts[] = {
        {"title", from->title, &into->title},
        {"description", from->description, &into->description},
        {"observed", from->observed, &into->observed},
        {"declared_by", from->declared_by, &into->declared_by},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (jalon_text_is(key, texts[i].key)) {
            *texts[i].into = texts[i].into->length > 0 ? *texts[i].into : texts[i].from;
            return true;
        }
    }
    if (jalon_text_is(key, "categories") && from->collection == into->collection) {
        into->categories = into->category_count > 0 ? into->categories : from->categories;
        into->category_count =
            into->category_count > 0 ? into->category_count : from->category_count;
        return true;
    }
    return false;
}

static void take_field(struct jalon_context *ctx, const struct jalon_map *map,
                       const struct jalon_contribution *from, struct jalon_contribution *into,
                       struct jalon_text key, size_t index)
{
    int32_t field = jalon_collection_find_field(&map->collections[into->collection], key);
    if (field >= 0 && from->collection == into->collection) {
        struct jalon_value *value = &into->fields[field];
        *value = value->kind == JALON_VALUE_NONE ? from->fields[field] : *value;
    } else if (!take_reserved(key, from, into)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, jalon_json_pointer_at(ctx, "/fields", index),
                        "both have no '%.*s' that could be taken over", JALON_TEXT_ARGS(key));
    }
}

/* Where the one that stays has nothing; a revision of it, if anything was taken. */
static enum jalon_status take_fields(struct jalon_context *ctx, const struct deciding *deciding,
                                     struct jalon_contribution *survivor)
{
    const struct jalon_map *map = deciding->turn->map;
    const struct jalon_decide *command = deciding->command;
    size_t count = map->collections[survivor->collection].field_count;
    struct jalon_contribution after = *survivor;
    struct jalon_text changes;
    int64_t seq;
    after.fields = jalon_arena_allocate(ctx->arena, (count + 1) * sizeof *after.fields);
    if (after.fields == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        after.fields[i] = survivor->fields[i];
    }
    for (size_t i = 0; i < command->field_count; i++) {
        take_field(ctx, map, &deciding->before, &after, command->fields[i], i);
    }
    enum jalon_status status = jalon_error_verdict(ctx, "not all of it can be taken over");
    if (status == JALON_OK) {
        status = jalon_history_changes(ctx, map, survivor, &after, &changes);
    }
    if (status != JALON_OK || jalon_text_is(changes, "[]")) {
        return status;
    }
    status = jalon_decide_put(ctx, deciding->turn, survivor, &after, JALON_ACTION_MERGE,
                              command->actor.account, command->reason, &seq);
    if (status == JALON_OK) {
        *survivor = after;
    }
    return status;
}

/* --- Counts --- */
static enum jalon_status recount(struct jalon_context *ctx, struct jalon_turn *turn,
                                 struct jalon_contribution *contribution)
{
    int64_t seq;
    struct jalon_contribution before = *contribution;
    enum jalon_status status =
        jalon_store_recount(ctx, turn->session, turn->map, contribution);
    bool is_same = before.supports == contribution->supports &&
                   before.comments == contribution->comments &&
                   jalon_text_equal(before.confirmed, contribution->confirmed);
    return status == JALON_OK && !is_same ? jalon_turn_touch(ctx, turn, contribution, &seq)
                                          : status;
}

/* --- The merge --- */
static enum jalon_status move(struct jalon_context *ctx, struct deciding *deciding,
                              struct jalon_contribution *survivor)
{
    struct jalon_turn *turn = deciding->turn;
    struct jalon_merger merger = {
        .from = deciding->before.number,
        .into = survivor->number,
        .actor = deciding->command->actor.account,
        .reason = deciding->command->reason,
        .time_us = jalon_clock_now_us(),
    };
    enum jalon_status status = jalon_store_merge(ctx, turn->session, turn->map, &merger);
    if (status == JALON_OK) {
        status = recount(ctx, turn, survivor);
    }
    return status == JALON_OK ? recount(ctx, turn, &deciding->after) : status;
}

enum jalon_status jalon_decide_merge(struct jalon_context *ctx, struct deciding *deciding)
{
    const struct jalon_decide *command = deciding->command;
    struct jalon_contribution survivor, before;
    enum jalon_status status = find_survivor(ctx, deciding, &survivor);
    if (status == JALON_OK) {
        status = take_fields(ctx, deciding, &survivor);
    }
    if (status == JALON_OK) {
        status = move(ctx, deciding, &survivor);
    }
    if (status != JALON_OK) {
        return status;
    }
    before = deciding->after;
    deciding->after.moderation = JALON_MODERATION_DELETED;
    deciding->after.merged_into = survivor.id;
    return jalon_decide_put(ctx, deciding->turn, &before, &deciding->after, JALON_ACTION_MERGE,
                            command->actor.account, command->reason, &deciding->seq);
}

enum jalon_status jalon_merge_undo(struct jalon_context *ctx, struct jalon_turn *turn,
                                   const struct jalon_contribution *before,
                                   struct jalon_contribution *after)
{
    static const struct jalon_id none = {{0}};
    struct jalon_contribution survivor;
    if (is_none(before->merged_into)) {
        return JALON_OK;
    }
    after->merged_into = none;
    enum jalon_status status = jalon_store_find_by_id(ctx, turn->session, turn->map,
                                                      before->merged_into, &survivor);
    return status == JALON_OK ? jalon_store_unlink_merged(ctx, turn->session, turn->map,
                                                          before->number, survivor.number)
                              : status;
}
