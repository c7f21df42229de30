/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Doing something to one contribution in a turn of its own. Layer 3 (app). */
#include "deed.h"

#include "jalon/app_mail.h"
#include "jalon/json.h"

enum { DETAIL_MAX = 64 << 10 };

enum jalon_status jalon_deed_do(struct jalon_context *ctx, struct jalon_app *app,
                                const struct jalon_item_ref *ref, jalon_deed deed, void *object)
{
    struct jalon_live_map *live = NULL;
    struct jalon_turn turn;
    enum jalon_status status = jalon_audience_hold(ctx, app, ref->map, &ref->actor, &live);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_turn_begin(ctx, app, jalon_view_map(live->view), &turn);
    if (status == JALON_OK) {
        status = deed(ctx, live, &turn, object);
        status = jalon_turn_end(ctx, &turn, status);
    }
    jalon_live_release(app, live);
    if (status == JALON_GONE) {
        jalon_error_clear(ctx);
        jalon_live_drop(app, ref->map);
        return jalon_deed_do(ctx, app, ref, deed, object);
    }
    return status;
}

enum jalon_status jalon_deed_find(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_map *map, const struct jalon_item_ref *ref,
                                  enum jalon_right right, struct deed_subject *out)
{
    int32_t collection;
    enum jalon_status status =
        jalon_rights_find_collection(ctx, map, ref->collection, &collection);
    if (status == JALON_OK) {
        status = jalon_rights_find_party(ctx, session, map, &ref->actor, &out->party);
    }
    if (status == JALON_OK) {
        status = jalon_rights_find_seen(ctx, session, map, &out->party, collection, ref->id,
                                        &out->contribution);
    }
    if (status != JALON_OK) {
        return status;
    }
    if (out->contribution.moderation != JALON_MODERATION_PUBLISHED) {
        status = jalon_rights_check(ctx, session, map, &out->party,
                                    JALON_RIGHT_READ_UNPUBLISHED, &out->contribution);
        if (status == JALON_UNAUTHENTICATED || status == JALON_FORBIDDEN) {
            return jalon_fail(ctx, JALON_NOT_FOUND,
                              "there is no such contribution in this collection");
        }
    }
    return status == JALON_OK ? jalon_rights_check(ctx, session, map, &out->party, right,
                                                   &out->contribution)
                              : status;
}

enum jalon_status jalon_deed_check_reason(struct jalon_context *ctx, struct jalon_text reason)
{
    return jalon_text_trim(reason).length > 0
               ? JALON_OK
               : jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/reason",
                               "is needed: everybody may read why");
}

enum jalon_status jalon_deed_tell_decision(struct jalon_context *ctx, struct jalon_turn *turn,
                                           struct jalon_text account, const char *kind,
                                           const char *decision, int64_t contribution,
                                           struct jalon_text actor, struct jalon_text reason)
{
    struct jalon_buffer detail;
    struct jalon_json_writer writer;
    jalon_buffer_init(&detail, DETAIL_MAX);
    jalon_json_writer_init(&writer, &detail);
    jalon_json_begin_object(&writer, NULL);
    if (decision != NULL) {
        jalon_json_put_string(&writer, "decision", decision);
    }
    jalon_json_put_text(&writer, "reason", reason);
    jalon_json_end_object(&writer);
    struct jalon_text text = {NULL, 0};
    if (jalon_buffer_status(&detail) == JALON_OK) {
        text = jalon_text_copy(ctx->arena, jalon_buffer_text(&detail));
    }
    jalon_buffer_finish(&detail);
    return text.data != NULL ? jalon_notify(ctx, turn->session, account, kind, turn->map,
                                            contribution, actor, text)
                             : jalon_no_memory(ctx);
}
