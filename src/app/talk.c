/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The frame of all that is said about a contribution: who asks, what they may see, and the turn in
 * which it is written. Layer 3 (app).
 */
#include "talk.h"

#include "jalon/app_mail.h"
#include "jalon/json.h"

#include "abuse.h"

enum { DETAIL_MAX = 32 << 10 };

/* --- The contribution --- */
static enum jalon_status fail_absent(struct jalon_context *ctx)
{
    jalon_error_clear(ctx);
    return jalon_fail(ctx, JALON_NOT_FOUND, "there is no such contribution in this collection");
}

enum jalon_status jalon_talk_may(struct jalon_context *ctx, struct talk *talk,
                                 enum jalon_right right, bool *out)
{
    enum jalon_status status = jalon_rights_check(ctx, talk->session, talk->map, &talk->party,
                                                  right, &talk->subject);
    *out = status == JALON_OK;
    if (status == JALON_FORBIDDEN || status == JALON_UNAUTHENTICATED) {
        jalon_error_clear(ctx);
        return JALON_OK;
    }
    return status;
}

static enum jalon_status find_subject(struct jalon_context *ctx, struct talk *talk)
{
    int32_t collection;
    bool may_read = true;
    enum jalon_status status =
        jalon_rights_find_collection(ctx, talk->map, talk->about->collection, &collection);
    if (status == JALON_OK) {
        status = jalon_rights_find_party(ctx, talk->session, talk->map, &talk->about->actor,
                                         &talk->party);
    }
    if (status == JALON_OK) {
        status = jalon_trace_device(ctx, talk->app, &talk->about->actor, &talk->device);
    }
    if (status == JALON_OK) {
        status = jalon_rights_find_seen(ctx, talk->session, talk->map, &talk->party, collection,
                                        talk->about->id, &talk->subject);
    }
    if (status == JALON_OK && talk->subject.moderation != JALON_MODERATION_PUBLISHED) {
        status = jalon_talk_may(ctx, talk, JALON_RIGHT_READ_UNPUBLISHED, &may_read);
    }
    return status == JALON_NOT_FOUND || !may_read ? fail_absent(ctx) : status;
}

/* --- Reading --- */
enum jalon_status jalon_talk_read(struct jalon_context *ctx, struct jalon_app *app,
                                  const struct jalon_about *about, talk_work work, void *object)
{
    struct talk talk = {.app = app, .about = about};
    enum jalon_status status =
        jalon_audience_hold(ctx, app, about->map, &about->actor, &talk.live);
    if (status != JALON_OK) {
        return status;
    }
    talk.map = jalon_view_map(talk.live->view);
    status = jalon_store_read(ctx, app->store, &talk.session);
    if (status == JALON_OK) {
        status = find_subject(ctx, &talk);
    }
    if (status == JALON_OK) {
        status = work(ctx, &talk, object);
    }
    jalon_session_end(talk.session);
    jalon_live_release(app, talk.live);
    return status;
}

static enum jalon_status check_right(struct jalon_context *ctx, struct talk *talk, void *object)
{
    const enum jalon_right *right = object;
    return jalon_rights_check(ctx, talk->session, talk->map, &talk->party, *right, &talk->subject);
}

enum jalon_status jalon_app_may_about(struct jalon_context *ctx, struct jalon_app *app,
                                      const struct jalon_about *about, enum jalon_right right)
{
    return jalon_talk_read(ctx, app, about, check_right, &right);
}

/* --- Writing --- */
static enum jalon_status do_in_turn(struct jalon_context *ctx, struct talk *talk,
                                    enum jalon_right right, talk_work work, void *object)
{
    enum jalon_status status = find_subject(ctx, talk);
    if (status == JALON_OK) {
        status = jalon_rights_check(ctx, talk->session, talk->map, &talk->party, right,
                                    &talk->subject);
    }
    if (status == JALON_OK && talk->subject.moderation != JALON_MODERATION_PUBLISHED) {
        status = jalon_fail(ctx, JALON_CONFLICT, "this contribution is not published");
    }
    if (status == JALON_OK && right != JALON_RIGHT_SET_STATUS) { /* which is judged as an edit is */
        status = jalon_abuse_check(ctx, talk->app, talk->session, talk->map, &talk->party,
                                   &talk->subject.geometry);
    }
    if (status == JALON_OK) {
        status = jalon_turn_keep(ctx, talk->turn);
    }
    return status == JALON_OK ? work(ctx, talk, object) : status;
}

enum jalon_status jalon_talk_write(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_about *about, enum jalon_right right,
                                   talk_work work, void *object)
{
    struct jalon_turn turn;
    struct talk talk = {.app = app, .about = about, .turn = &turn};
    enum jalon_status status =
        jalon_audience_hold(ctx, app, about->map, &about->actor, &talk.live);
    if (status != JALON_OK) {
        return status;
    }
    talk.map = jalon_view_map(talk.live->view);
    status = jalon_turn_begin(ctx, app, talk.map, &turn);
    if (status == JALON_OK) {
        talk.session = turn.session;
        status = do_in_turn(ctx, &talk, right, work, object);
        status = jalon_turn_end(ctx, &turn, status);
    }
    jalon_live_release(app, talk.live);
    if (status == JALON_GONE) { /* there may be another one of this name */
        jalon_error_clear(ctx);
        jalon_live_drop(app, about->map);
        return jalon_talk_write(ctx, app, about, right, work, object);
    }
    return status;
}

/* --- Texts --- */
static bool has_control(struct jalon_text text, bool has_lines)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < ' ' && !(has_lines && (c == '\n' || c == '\t'))) || c == 0x7f) {
            return true;
        }
    }
    return false;
}

struct jalon_text jalon_talk_check_text(struct jalon_context *ctx, struct jalon_text text,
                                        const char *pointer, size_t max, bool may_be_empty,
                                        bool has_lines)
{
    struct jalon_text trimmed = jalon_text_trim(text);
    if (trimmed.length == 0 && !may_be_empty) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, pointer, "must not be empty");
    } else if (jalon_text_code_points(trimmed) > max) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, pointer, "has more than %zu characters", max);
    } else if (has_control(trimmed, has_lines)) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, pointer, "has control characters");
    }
    return trimmed;
}

enum jalon_status jalon_talk_need_reason(struct jalon_context *ctx, struct jalon_text reason)
{
    (void)jalon_talk_check_text(ctx, reason, "/reason", JALON_TALK_REASON_LENGTH_MAX, false, true);
    return jalon_error_verdict(ctx, "this needs a reason that whoever is concerned can read");
}

bool jalon_talk_is_none(struct jalon_id id)
{
    static const struct jalon_id none = {{0}};
    return jalon_id_compare(id, none) == 0;
}

struct jalon_text jalon_talk_id_text(struct jalon_context *ctx, struct jalon_id id)
{
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(id, text);
    struct jalon_text copy = jalon_text_copy(ctx->arena, jalon_text_from(text));
    return copy.data != NULL ? copy : JALON_TEXT_EMPTY;
}

enum jalon_status jalon_talk_detail(struct jalon_context *ctx,
                                    const struct jalon_talk_member *members, size_t count,
                                    struct jalon_text *out)
{
    struct jalon_buffer buffer;
    struct jalon_json_writer writer;
    jalon_buffer_init(&buffer, DETAIL_MAX);
    jalon_json_writer_init(&writer, &buffer);
    jalon_json_begin_object(&writer, NULL);
    for (size_t i = 0; i < count; i++) {
        if (members[i].value.length > 0) {
            jalon_json_put_text(&writer, members[i].name, members[i].value);
        }
    }
    jalon_json_end_object(&writer);
    struct jalon_text copy = jalon_buffer_status(&buffer) == JALON_OK
                                 ? jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer))
                                 : jalon_text_slice(NULL, 0);
    jalon_buffer_finish(&buffer);
    if (copy.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = copy;
    return JALON_OK;
}

enum jalon_status jalon_talk_tell(struct jalon_context *ctx, struct talk *talk,
                                  struct jalon_text account, const char *kind,
                                  const struct jalon_talk_member *members, size_t count)
{
    struct jalon_text detail;
    enum jalon_status status = jalon_talk_detail(ctx, members, count, &detail);
    return status == JALON_OK
               ? jalon_notify(ctx, talk->session, account, kind, talk->map, talk->subject.number,
                              talk->party.actor.account, detail)
               : status;
}
