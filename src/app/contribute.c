/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Adding a contribution, and reading its history. Layer 3 (app). */
#include <string.h>

#include "jalon/clock.h"
#include "jalon/json.h"

#include "draft.h"
#include "internal.h"
#include "replay.h"

enum { FEATURE_MAX = 64 << 20 };

/* What a property of the body is for; adds a fault when it may not be there. */
static struct target find_target(struct jalon_context *ctx,
                                 const struct jalon_collection *collection, struct jalon_text name,
                                 const char *where)
{
    static const struct {
        const char *name;
        enum target_kind kind;
    } reserved[] = {
        {"title", TARGET_TITLE},         {"description", TARGET_DESCRIPTION},
        {"categories", TARGET_CATEGORY}, {"status", TARGET_STATUS},
        {"observed", TARGET_OBSERVED},   {"licence", TARGET_LICENCE},
    };
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (jalon_text_is(name, reserved[i].name)) {
            return (struct target){reserved[i].kind, -1};
        }
    }
    int32_t field = jalon_collection_find_field(collection, name);
    if (field >= 0 && collection->fields[field].visibility == JALON_VISIBILITY_PUBLIC) {
        return (struct target){TARGET_FIELD, field};
    }
    if (jalon_property_is_reserved(name)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, where, "is set by the server");
    } else {
        jalon_error_add(ctx, JALON_ERROR_POINTER, where, "is not a field of %s",
                        collection->key.data);
    }
    return (struct target){TARGET_NONE, -1};
}

static enum jalon_status take_properties(struct jalon_context *ctx, struct draft *draft,
                                         const struct jalon_record *record)
{
    struct jalon_text unknown = JALON_TEXT_EMPTY;
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < record->value_count; i++) {
        const struct jalon_record_value *value = &record->values[i];
        const char *where = jalon_json_pointer(ctx, "/properties", value->name);
        if (where == NULL) {
            return jalon_no_memory(ctx);
        }
        struct target target = find_target(ctx, draft->collection, value->name, where);
        if (value->structured && target.kind != TARGET_NONE) {
            jalon_error_add(ctx, JALON_ERROR_POINTER, where, "must not be an object or mixed list");
        } else {
            status = jalon_draft_take(ctx, draft, target, value->value, where, &unknown);
        }
    }
    return status;
}

/* The body as a contribution, or every fault it has. */
static enum jalon_status make_draft(struct jalon_context *ctx, const struct jalon_map *map,
                                    int32_t collection, const struct jalon_record *record,
                                    struct draft *out)
{
    enum jalon_status status = jalon_draft_begin(ctx, map, collection, NULL, out);
    if (status == JALON_OK) {
        status = take_properties(ctx, out, record);
    }
    if (status == JALON_OK) {
        status = jalon_draft_take_geometry(ctx, out, &record->geometry, "/geometry");
    }
    if (status != JALON_OK) {
        return status;
    }
    if (record->id.length > 0) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/id", "is chosen by the server");
    }
    jalon_draft_check_required(ctx, out, "/properties/");
    return jalon_error_verdict(ctx, "the contribution cannot be accepted as it is");
}

static enum jalon_status write_feature(struct jalon_context *ctx, const struct jalon_map *map,
                                       const struct jalon_contribution *contribution,
                                       struct jalon_text *out)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, FEATURE_MAX);
    jalon_feature_write(&buffer, map, contribution);
    enum jalon_status status = jalon_buffer_status(&buffer);
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
    const struct jalon_contribute *command;
    struct jalon_contribution contribution;
    struct jalon_write write;
};

/* Row, revision and event, and the answer where it may be asked for again. */
static enum jalon_status put_new(struct jalon_context *ctx, struct jalon_turn *turn,
                                 struct addition *addition, struct jalon_contributed *done)
{
    struct jalon_contribution *created = &addition->contribution;
    created->created_us = jalon_clock_now_us();
    created->updated_us = created->created_us;
    enum jalon_status status =
        jalon_turn_put(ctx, turn, addition->map, created, &addition->write, &done->seq);
    if (status == JALON_OK) {
        status = write_feature(ctx, addition->map, created, &done->json);
    }
    done->id = created->id;
    done->version = created->version;
    return status == JALON_OK && addition->command->idempotency_key.length > 0
               ? jalon_replay_keep(ctx, turn, addition->map, addition->command, done)
               : status;
}

static enum jalon_status store_new(struct jalon_context *ctx, struct jalon_app *app,
                                   struct addition *addition, struct jalon_contributed *done)
{
    struct jalon_turn turn;
    enum jalon_status status = jalon_turn_begin(ctx, app, &turn);
    if (status != JALON_OK) {
        return status;
    }
    status = JALON_NOT_FOUND;
    if (addition->command->idempotency_key.length > 0) {
        status = jalon_replay_find(ctx, &turn, addition->map, addition->command, done);
    }
    if (status == JALON_NOT_FOUND) {
        status = put_new(ctx, &turn, addition, done);
    }
    return jalon_turn_end(ctx, &turn, status);
}

/* Finds the collection and checks that this account may add to it. */
static enum jalon_status check_contributor(struct jalon_context *ctx,
                                           const struct jalon_live_map *live,
                                           const struct jalon_contribute *command,
                                           int32_t *out_collection)
{
    const struct jalon_map *map = jalon_view_map(live->view);
    int32_t collection = jalon_map_find_collection(map, command->collection);
    if (collection < 0 || map->collections[collection].visibility != JALON_VISIBILITY_PUBLIC) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "there is no collection '%.*s' in this map",
                          JALON_TEXT_ARGS(command->collection));
    }
    if (map->account_needed && command->account.length == 0) {
        return jalon_fail(ctx, JALON_UNAUTHENTICATED, "contributing to this map needs an account");
    }
    *out_collection = collection;
    return JALON_OK;
}

enum jalon_status jalon_app_may_contribute(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_contribute *command)
{
    struct jalon_live_map *live = NULL;
    int32_t collection;
    enum jalon_status status = jalon_live_hold(ctx, app, command->map, &live);
    if (status == JALON_OK) {
        status = check_contributor(ctx, live, command, &collection);
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

static enum jalon_status contribute(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_live_map *live,
                                    const struct jalon_contribute *command,
                                    struct jalon_contributed *out)
{
    int32_t collection = -1;
    struct draft draft;
    struct addition addition = {
        .map = jalon_view_map(live->view),
        .command = command,
        .write =
            {
                .action = JALON_ACTION_CREATE,
                .author = command->account,
                .reason = JALON_TEXT_EMPTY,
                .edit_secret_hash = JALON_TEXT_EMPTY,
                .source_digest = JALON_TEXT_EMPTY,
            },
    };
    struct jalon_contributed done = {.edit_secret = JALON_TEXT_EMPTY};
    enum jalon_status status = check_contributor(ctx, live, command, &collection);
    if (status == JALON_OK) {
        status = make_draft(ctx, addition.map, collection, command->record, &draft);
    }
    if (status == JALON_OK) {
        status = jalon_history_changes(ctx, addition.map, NULL, &draft.contribution,
                                       &addition.write.changes);
    }
    if (status != JALON_OK) {
        return status;
    }
    done.repaired = draft.repaired;
    addition.contribution = draft.contribution;
    addition.contribution.id = jalon_id_make();
    addition.contribution.author = command->account;
    if (command->account.length == 0) {
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

/* Has another process removed the map, or made another one of the same name? */
static bool is_stale(struct jalon_context *ctx, struct jalon_app *app, const struct jalon_map *map)
{
    struct jalon_map stored;
    enum jalon_status status = jalon_app_find_map(ctx, app, map->slug, &stored);
    return status == JALON_NOT_FOUND || (status == JALON_OK && stored.number != map->number);
}

enum jalon_status jalon_app_contribute(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_contribute *command,
                                       struct jalon_contributed *out)
{
    struct jalon_live_map *live = NULL;
    enum jalon_status status = jalon_live_hold(ctx, app, command->map, &live);
    if (status != JALON_OK) {
        return status;
    }
    status = contribute(ctx, app, live, command, out);
    bool again = status == JALON_INTERNAL && is_stale(ctx, app, jalon_view_map(live->view));
    if (again) {
        jalon_live_drop(app, command->map);
    }
    jalon_live_release(app, live);
    if (again) {
        jalon_error_clear(ctx);
        return jalon_app_contribute(ctx, app, command, out);
    }
    return status;
}

/* The public contribution with this id, as the view has it now. */
static enum jalon_status find_public(struct jalon_context *ctx, struct jalon_live_map *live,
                                     struct jalon_text collection, struct jalon_id id,
                                     int32_t *out_collection, int64_t *out_number)
{
    const struct jalon_map *map = jalon_view_map(live->view);
    int32_t index = jalon_map_find_collection(map, collection);
    struct jalon_view_item item;
    const struct jalon_snapshot *snapshot = jalon_view_pin(live->view);
    bool found = index >= 0 && jalon_snapshot_find(snapshot, index, id, &item);
    if (found) {
        *out_collection = index;
        *out_number = item.number;
    }
    jalon_view_unpin(live->view, snapshot);
    return found ? JALON_OK
                 : jalon_fail(ctx, JALON_NOT_FOUND,
                              "there is no such contribution in this collection");
}

static enum jalon_status list_public(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_map *map, int32_t collection,
                                     int64_t number, int64_t before, size_t limit,
                                     struct jalon_revision **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status =
            jalon_store_list_revisions(ctx, session, map, number, before, limit, out, out_count);
    }
    jalon_session_end(session);
    for (size_t i = 0; status == JALON_OK && i < *out_count; i++) {
        status = jalon_history_public(ctx, &map->collections[collection], (*out)[i].changes,
                                      &(*out)[i].changes);
    }
    return status;
}

enum jalon_status jalon_app_list_revisions(struct jalon_context *ctx, struct jalon_app *app,
                                           struct jalon_text slug, struct jalon_text collection,
                                           struct jalon_id id, int64_t before, size_t limit,
                                           struct jalon_revision **out, size_t *out_count)
{
    struct jalon_live_map *live = NULL;
    int32_t index = -1;
    int64_t number = 0;
    enum jalon_status status = jalon_live_hold(ctx, app, slug, &live);
    if (status != JALON_OK) {
        return status;
    }
    status = find_public(ctx, live, collection, id, &index, &number);
    if (status == JALON_OK) {
        status = list_public(ctx, app, jalon_view_map(live->view), index, number, before, limit,
                             out, out_count);
    }
    jalon_live_release(app, live);
    return status;
}
