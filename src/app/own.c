/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One's own contribution, or one to be judged, that others do not see (so). Layer 3 (app).
 *
 * It is in no view: it is asked from the store, each time, by the rights of whoever asks. Who may not
 * see it is answered as for an id that nobody ever had, and costs as much as that.
 */
#include "jalon/app_audience.h"

#include "internal.h"
#include "rights.h"

enum { REVISIONS_LOOKED_AT = 50, FEATURE_TEXT_MAX = 64 << 20 };

bool jalon_app_has_own(const struct jalon_actor *actor)
{
    return actor != NULL && (actor->account.length > 0 || actor->secret.length > 0);
}

/* --- Whether --- */
static enum jalon_status check_author(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map,
                                      const struct jalon_party *party,
                                      const struct jalon_contribution *subject)
{
    bool is_author = false;
    enum jalon_status status =
        jalon_rights_is_author(ctx, session, map, party, subject, &is_author);
    return status == JALON_OK && !is_author ? JALON_NOT_FOUND : status;
}

static enum jalon_status check(struct jalon_context *ctx, struct jalon_session *session,
                               const struct jalon_map *map, const struct jalon_party *party,
                               const struct jalon_contribution *subject)
{
    switch (subject->moderation) {
    case JALON_MODERATION_PUBLISHED:
        return map->rules.location_grid_m > 0 ? check_author(ctx, session, map, party, subject)
                                              : JALON_NOT_FOUND;
    case JALON_MODERATION_DELETED:
        return jalon_rights_check(ctx, session, map, party, JALON_RIGHT_MODERATE, subject);
    default:
        return jalon_rights_check(ctx, session, map, party, JALON_RIGHT_READ_UNPUBLISHED, subject);
    }
}

static bool is_refusal(enum jalon_status status)
{
    return status == JALON_NOT_FOUND || status == JALON_FORBIDDEN ||
           status == JALON_UNAUTHENTICATED;
}

/* Who asks is found first, whatever there is. */
static enum jalon_status find(struct jalon_context *ctx, struct jalon_session *session,
                              const struct jalon_map *map, const struct jalon_actor *actor,
                              int32_t collection, struct jalon_id id,
                              struct jalon_contribution *out)
{
    struct jalon_party party;
    enum jalon_status status = jalon_rights_find_party(ctx, session, map, actor, &party);
    if (status == JALON_OK) {
        status = jalon_rights_find_seen(ctx, session, map, &party, collection, id, out);
    }
    if (status == JALON_OK) {
        status = check(ctx, session, map, &party, out);
    }
    if (is_refusal(status)) {
        jalon_error_clear(ctx);
        return jalon_fail(ctx, JALON_NOT_FOUND, "there is no such contribution in this collection");
    }
    return status;
}

/* --- What of it --- */
static bool is_verdict(enum jalon_action action)
{
    return action == JALON_ACTION_REJECT || action == JALON_ACTION_HIDE ||
           action == JALON_ACTION_MERGE || action == JALON_ACTION_DELETE;
}

/* Why it is not shown: the last verdict's reason; empty: none was given. */
static enum jalon_status find_reason(struct jalon_context *ctx, struct jalon_session *session,
                                     const struct jalon_map *map,
                                     const struct jalon_contribution *contribution,
                                     struct jalon_text *out)
{
    struct jalon_revision *revisions = NULL;
    size_t count = 0;
    if (contribution->moderation == JALON_MODERATION_PUBLISHED ||
        contribution->moderation == JALON_MODERATION_PENDING) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_store_list_revisions(
        ctx, session, map, contribution->number, 0, REVISIONS_LOOKED_AT, &revisions, &count);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        if (is_verdict(revisions[i].action)) {
            *out = revisions[i].reason;
            break;
        }
    }
    return status;
}

static enum jalon_status add_reason(struct jalon_context *ctx, struct jalon_text reason,
                                    struct jalon_text *json)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, FEATURE_TEXT_MAX);
    jalon_buffer_append(&buffer, json->data, json->length - 1);
    jalon_buffer_append_string(&buffer, ",\"moderation_reason\":");
    jalon_buffer_append_json(&buffer, reason);
    jalon_buffer_append_char(&buffer, '}');
    struct jalon_text with = jalon_buffer_status(&buffer) == JALON_OK
                                 ? jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer))
                                 : (struct jalon_text){NULL, 0};
    jalon_buffer_finish(&buffer);
    if (with.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *json = with;
    return JALON_OK;
}

enum jalon_status jalon_app_find_own(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_reading *reading,
                                     const struct jalon_actor *actor, int32_t collection,
                                     struct jalon_id id, struct jalon_own *out)
{
    struct jalon_session *session = NULL;
    struct jalon_own own = {.map = jalon_audience_own(reading->map)};
    struct jalon_text reason = JALON_TEXT_EMPTY;
    enum jalon_status status = jalon_store_read_after(
        ctx, app->store, reading->map, jalon_snapshot_seq(reading->snapshot),
        jalon_snapshot_time_us(reading->snapshot), &session);
    if (status == JALON_OK) {
        status = find(ctx, session, reading->map, actor, collection, id, &own.contribution);
    }
    if (status == JALON_OK) {
        status = find_reason(ctx, session, reading->map, &own.contribution, &reason);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        status = jalon_contribute_write_feature(ctx, &own.map, &own.contribution, &own.json);
    }
    if (status == JALON_OK && reason.length > 0) {
        status = add_reason(ctx, reason, &own.json);
    }
    if (status == JALON_OK) {
        *out = own;
    }
    return status;
}
