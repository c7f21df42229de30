/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One earlier state of a contribution, and making it that again. Layer 3 (app). */
#include "jalon/app_memory.h"
#include "jalon/app_moderation.h"
#include "jalon/clock.h"
#include "jalon/json.h"

#include "admission.h"
#include "deed.h"
#include "draft.h"
#include "merge.h"
#include "past.h"
#include "proposals.h"
#include "stale.h"

enum { LIST_MAX = 1 << 20, PAGE = 50 };

/* --- Reading --- */
/* JSON array of the fields that are not known, and may be known of. */
static enum jalon_status list_unknown(struct jalon_context *ctx,
                                      const struct jalon_collection *collection,
                                      const struct past *past, struct jalon_text *out)
{
    struct jalon_buffer buffer;
    struct jalon_text text = {NULL, 0};
    bool comma = false;
    jalon_buffer_init(&buffer, LIST_MAX);
    jalon_buffer_append_char(&buffer, '[');
    for (size_t i = 0; i < past->change_count; i++) {
        const struct past_change *change = &past->changes[i];
        if ((change->is_redacted || change->is_unfit) &&
            jalon_history_shows(collection, change->field)) {
            jalon_buffer_append_string(&buffer, comma ? "," : "");
            jalon_buffer_append_json(&buffer, change->field);
            comma = true;
        }
    }
    jalon_buffer_append_char(&buffer, ']');
    if (jalon_buffer_status(&buffer) == JALON_OK) {
        text = jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer));
    }
    jalon_buffer_finish(&buffer);
    if (text.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = text;
    return JALON_OK;
}

static enum jalon_status fail_no_version(struct jalon_context *ctx, int64_t version)
{
    return jalon_fail(ctx, JALON_NOT_FOUND, "this contribution has no version %lld",
                      (long long)version);
}

static enum jalon_status read_past(struct jalon_context *ctx, struct jalon_session *session,
                                   const struct jalon_map *map,
                                   const struct jalon_contribution *now, int64_t version,
                                   struct jalon_past_revision *out)
{
    const struct jalon_collection *collection = &map->collections[now->collection];
    struct jalon_revision *revision = NULL;
    struct jalon_past_revision read = {.json = JALON_TEXT_EMPTY};
    struct past past;
    size_t count = 0;
    enum jalon_status status = jalon_past_find(ctx, session, map, now, version, 0, &past);
    if (status == JALON_OK) {
        status = jalon_store_list_revisions(ctx, session, map, now->number, version + 1, 1,
                                            &revision, &count);
    }
    if (status == JALON_NOT_FOUND || (status == JALON_OK && count == 0)) {
        return fail_no_version(ctx, version);
    }
    if (status == JALON_OK) {
        read.revision = *revision;
        status = jalon_history_public(ctx, map, now->collection, revision->changes,
                                      &read.revision.changes);
    }
    if (status == JALON_OK) {
        status = jalon_contribute_write_feature(ctx, map, &past.contribution, &read.json);
    }
    if (status == JALON_OK) {
        status = list_unknown(ctx, collection, &past, &read.unknown);
    }
    if (status == JALON_OK) {
        *out = read;
    }
    return status;
}

enum jalon_status jalon_app_find_revision(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_item_ref *ref, int64_t version,
                                          struct jalon_past_revision *out)
{
    struct jalon_live_map *live = NULL;
    struct jalon_session *session = NULL;
    struct deed_subject subject;
    enum jalon_status status = jalon_audience_hold(ctx, app, ref->map, &ref->actor, &live);
    if (status != JALON_OK) {
        return status;
    }
    const struct jalon_map *map = jalon_view_map(live->view);
    status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_deed_find(ctx, session, map, ref, JALON_RIGHT_READ, &subject);
    }
    if (status == JALON_OK) {
        status = read_past(ctx, session, map, &subject.contribution, version, out);
    }
    jalon_session_end(session);
    jalon_live_release(app, live);
    return status;
}

/* --- Restoring --- */
struct restoration {
    const struct jalon_restoring *restoring;
    struct deed_subject subject;
    struct past past;
    struct jalon_contributed done;
};

static enum jalon_status check_state(struct jalon_context *ctx,
                                     const struct restoration *restoration)
{
    const struct jalon_states *states = &restoration->restoring->if_match;
    if (!states->given) {
        return jalon_fail(ctx, JALON_PRECONDITION,
                          "say which state is to be replaced: send its ETag as If-Match");
    }
    return jalon_stale_is_current(states, &restoration->subject.contribution)
               ? JALON_OK
               : jalon_fail(ctx, JALON_PRECONDITION,
                            "this contribution has been changed since you read it");
}

static const struct jalon_json *find_moderation(const struct jalon_json *changes)
{
    for (size_t i = 0; i < jalon_json_size(changes); i++) {
        const struct jalon_json *change = jalon_json_element(changes, i);
        if (jalon_text_is(jalon_json_text(jalon_json_member(change, "field")), "moderation")) {
            return change;
        }
    }
    return NULL;
}

/* What it was before it was deleted: who brings back something hidden does not show it by that. */
static enum jalon_status find_standing(struct jalon_context *ctx, struct jalon_turn *turn,
                                       const struct jalon_contribution *now,
                                       enum jalon_moderation *out)
{
    const struct jalon_json *change = NULL;
    int64_t before = 0;
    size_t count = 1;
    enum jalon_status status = JALON_OK;
    *out = now->moderation == JALON_MODERATION_DELETED ? JALON_MODERATION_PENDING : now->moderation;
    while (now->moderation == JALON_MODERATION_DELETED && status == JALON_OK && change == NULL &&
           count > 0) {
        struct jalon_revision *revisions = NULL;
        status = jalon_store_list_revisions(ctx, turn->session, turn->map, now->number, before,
                                            PAGE, &revisions, &count);
        for (size_t i = 0; status == JALON_OK && change == NULL && i < count; i++) {
            const struct jalon_json *changes = NULL;
            before = revisions[i].version;
            status = jalon_json_parse(ctx, revisions[i].changes, &changes);
            change = status == JALON_OK ? find_moderation(changes) : NULL;
        }
    }
    if (status == JALON_OK && change != NULL &&
        !jalon_moderation_parse(jalon_json_text(jalon_json_member(change, "before")), out)) {
        *out = JALON_MODERATION_PENDING;
    }
    return status;
}

/* What the state of then cannot say stays; what it says and the collection does not take is told. */
static void check_fit(struct jalon_context *ctx, const struct jalon_collection *collection,
                      const struct past *past)
{
    const struct jalon_contribution *then = &past->contribution;
    for (size_t i = 0; i < past->change_count; i++) {
        struct jalon_text field = past->changes[i].field;
        if (past->changes[i].is_unfit && jalon_history_shows(collection, field)) {
            jalon_error_add(ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer(ctx, "/properties", field),
                            "had a value that %s does not take any more", collection->key.data);
        }
    }
    for (size_t i = 0; i < collection->field_count; i++) {
        if (collection->fields[i].required && then->fields[i].kind == JALON_VALUE_NONE) {
            jalon_error_add(ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer(ctx, "/properties", collection->fields[i].key),
                            "had no value, and needs one now");
        }
    }
    if (then->geometry.type == JALON_GEOMETRY_NONE ||
        (collection->geometry_types & JALON_GEOMETRY_BIT(then->geometry.type)) == 0) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/geometry",
                        "was of a kind that %s does not take any more", collection->key.data);
    }
}

/* A field of the collection, or one that every contribution has, as it is now. */
static enum jalon_status keep_field(struct jalon_context *ctx, const struct jalon_map *map,
                                    const struct jalon_contribution *now, struct jalon_text field,
                                    struct jalon_contribution *after)
{
    struct jalon_buffer buffer;
    const struct jalon_json *value = NULL;
    struct jalon_text text = {NULL, 0};
    bool fits;
    struct jalon_map exact = jalon_audience_own(map);
    jalon_buffer_init(&buffer, LIST_MAX);
    enum jalon_status status = jalon_history_write_field(ctx, &buffer, &exact, now, field);
    if (status == JALON_OK && jalon_buffer_status(&buffer) == JALON_OK) {
        text = jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer));
    }
    jalon_buffer_finish(&buffer);
    if (status == JALON_OK) {
        status = text.data != NULL ? jalon_json_parse(ctx, text, &value) : jalon_no_memory(ctx);
    }
    if (jalon_json_kind(value) == JALON_JSON_NULL) {
        value = NULL;
    }
    return status == JALON_OK ? jalon_past_set_field(ctx, map, after, field, value, &fits)
                              : status;
}

static enum jalon_status make_restored(struct jalon_context *ctx, const struct jalon_map *map,
                                       struct restoration *restoration,
                                       struct jalon_contribution *out)
{
    const struct jalon_contribution *now = &restoration->subject.contribution;
    const struct jalon_collection *collection = &map->collections[now->collection];
    struct past *past = &restoration->past;
    struct jalon_contribution *then = &past->contribution;
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < past->change_count; i++) {
        if (past->changes[i].is_redacted) {
            status = keep_field(ctx, map, now, past->changes[i].field, then);
        }
    }
    if (status != JALON_OK) {
        return status;
    }
    for (size_t i = 0; i < collection->field_count; i++) {
        if (collection->fields[i].visibility != JALON_VISIBILITY_PUBLIC) {
            then->fields[i] = now->fields[i];
        }
    }
    then->source = now->source;
    then->source_id = now->source_id;
    then->campaign = now->campaign;
    check_fit(ctx, collection, past);
    status = jalon_error_verdict(ctx, "the collection does not take the state of that version");
    if (status != JALON_OK) {
        return JALON_CONFLICT;
    }
    if (now->moderation == JALON_MODERATION_DELETED &&
        then->moderation == JALON_MODERATION_DELETED) {
        return jalon_fail(ctx, JALON_CONFLICT,
                          "that version is a deletion: restore the one before it");
    }
    *out = *then;
    out->version = now->version + 1;
    out->updated_us = jalon_clock_not_before_us(now->updated_us);
    return JALON_OK;
}

static enum jalon_status put_restored(struct jalon_context *ctx, struct jalon_turn *turn,
                                      struct restoration *restoration,
                                      struct jalon_contribution *after)
{
    const struct jalon_restoring *restoring = restoration->restoring;
    const struct jalon_contribution *now = &restoration->subject.contribution;
    struct jalon_contributed *done = &restoration->done;
    struct jalon_write write = {
        .action = JALON_ACTION_RESTORE,
        .author = restoring->ref.actor.account,
        .reason = restoring->reason,
        .base = restoring->version,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    enum jalon_status status =
        jalon_history_changes(ctx, turn->map, now, after, &write.changes);
    if (status == JALON_OK && jalon_text_is(write.changes, "[]")) {
        return jalon_fail(ctx, JALON_CONFLICT, "the contribution is as it was then already");
    }
    if (status == JALON_OK) {
        status = jalon_merge_undo(ctx, turn, now, after);
    }
    if (status == JALON_OK) {
        status = jalon_turn_put(ctx, turn, after, &write, &done->seq);
    }
    if (status == JALON_OK && now->moderation == JALON_MODERATION_DELETED) {
        status = jalon_audit_add(ctx, turn->session, turn->map, write.author, "restore",
                                 now->number, JALON_TEXT_EMPTY, write.reason, JALON_TEXT_EMPTY);
    }
    if (status == JALON_OK) {
        status = jalon_contribute_write_feature(ctx, turn->map, after, &done->json);
    }
    done->state = jalon_audience_state(turn->map, after);
    return status;
}

/* Of its status a proposal takes only what the workflow lets somebody accept. */
static enum jalon_status propose_restored(struct jalon_context *ctx, struct jalon_turn *turn,
                                          struct restoration *restoration,
                                          const struct jalon_contribution *restored)
{
    const struct jalon_contribution *now = &restoration->subject.contribution;
    const struct jalon_collection *collection = &turn->map->collections[now->collection];
    struct jalon_contribution after = *restored;
    if (after.status < 0 || !jalon_draft_may_move(collection, now->status, after.status)) {
        after.status = now->status;
    }
    enum jalon_status status = jalon_proposal_keep(
        ctx, turn, &restoration->subject.party, now, &after, restoration->restoring->reason,
        &restoration->done.proposal);
    if (status == JALON_INVALID) {
        jalon_error_clear(ctx);
        return jalon_fail(ctx, JALON_CONFLICT, "the contribution is as it was then already");
    }
    restoration->done.is_proposal = status == JALON_OK;
    return status;
}

/* The judgement is that of an edit of what it was before it was, perhaps, deleted. */
static enum jalon_status admit(struct jalon_context *ctx, struct jalon_live_map *live,
                               struct jalon_turn *turn, struct restoration *restoration,
                               struct jalon_contribution *after)
{
    struct jalon_contribution *now = &restoration->subject.contribution;
    struct jalon_contribution standing = *now;
    struct jalon_admission admission = {.live = live,
                                        .party = &restoration->subject.party,
                                        .before = &standing,
                                        .after = after};
    bool was_deleted = now->moderation == JALON_MODERATION_DELETED;
    enum jalon_status status = find_standing(ctx, turn, now, &standing.moderation);
    if (status == JALON_OK) {
        status = jalon_admission_judge(ctx, turn, &admission);
    }
    if (status == JALON_OK && admission.is_proposal && !was_deleted) {
        status = propose_restored(ctx, turn, restoration, after);
    } else if (status == JALON_OK) {
        /* There is nothing to propose a change of: it is back when somebody has seen it. */
        after->moderation = admission.is_proposal ? JALON_MODERATION_PENDING : after->moderation;
        status = put_restored(ctx, turn, restoration, after);
    }
    return status == JALON_OK ? jalon_admission_finish(ctx, turn, &admission) : status;
}

static enum jalon_status restore_in_turn(struct jalon_context *ctx, struct jalon_live_map *live,
                                         struct jalon_turn *turn, void *object)
{
    struct restoration *restoration = object;
    const struct jalon_restoring *restoring = restoration->restoring;
    struct jalon_contribution after;
    enum jalon_status status =
        jalon_deed_find(ctx, turn->session, turn->map, &restoring->ref, JALON_RIGHT_RESTORE,
                        &restoration->subject);
    if (status == JALON_OK) {
        status = jalon_deed_check_reason(ctx, restoring->reason);
    }
    if (status == JALON_OK) {
        status = check_state(ctx, restoration);
    }
    if (status == JALON_OK) {
        status = jalon_past_find(ctx, turn->session, turn->map,
                                 &restoration->subject.contribution, restoring->version, 0,
                                 &restoration->past);
        status = status == JALON_NOT_FOUND ? fail_no_version(ctx, restoring->version) : status;
    }
    if (status == JALON_OK) {
        status = make_restored(ctx, turn->map, restoration, &after);
    }
    if (status == JALON_OK) {
        status = jalon_rights_check_outcome(ctx, turn->session, turn->map,
                                            &restoration->subject.party, JALON_RIGHT_RESTORE,
                                            &after);
    }
    return status == JALON_OK ? admit(ctx, live, turn, restoration, &after) : status;
}

enum jalon_status jalon_app_restore_revision(struct jalon_context *ctx, struct jalon_app *app,
                                             const struct jalon_restoring *restoring,
                                             struct jalon_contributed *out)
{
    struct restoration restoration = {
        .restoring = restoring,
        .done = {.id = restoring->ref.id,
                 .json = JALON_TEXT_EMPTY,
                 .edit_secret = JALON_TEXT_EMPTY},
    };
    enum jalon_status status =
        jalon_deed_do(ctx, app, &restoring->ref, restore_in_turn, &restoration);
    if (status == JALON_OK) {
        *out = restoration.done;
    }
    return status;
}
