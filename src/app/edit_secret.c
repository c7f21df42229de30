/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The edit secret of an anonymous contribution, from its making to its end. Layer 3 (app). */
#include "edit_secret.h"

#include "jalon/app_mail.h"
#include "jalon/clock.h"
#include "jalon/store_origin.h"
#include "jalon/store_people.h"

#include "people.h"
#include "rights.h"

static const int64_t day_us = INT64_C(86400) * 1000000;
static const int64_t link_us = INT64_C(86400) * 1000000; /* for which a mailed link is good */

static int64_t end_of_secret(const struct jalon_map *map, int64_t now_us)
{
    return now_us + map->rules.secret_days * day_us;
}

enum jalon_status jalon_edit_secret_note_origin(struct jalon_context *ctx, struct jalon_turn *turn,
                                                const struct jalon_contribution *created,
                                                const struct jalon_actor *actor,
                                                struct jalon_text contact_email)
{
    struct jalon_origin origin = {
        .email = contact_email,
        .secret_expires_us = end_of_secret(turn->map, created->created_us),
        .created_us = created->created_us,
    };
    enum jalon_status status = jalon_trace_device(ctx, turn->app, actor, &origin.device);
    if (status == JALON_OK) {
        status = jalon_trace_address(ctx, turn->app, actor, &origin.address);
    }
    return status == JALON_OK ? jalon_store_insert_origin(ctx, turn->session, turn->map,
                                                          created->number, &origin)
                              : status;
}

/* What is kept says whether a right secret still opens; without anything kept it does. */
static enum jalon_status judge(struct jalon_context *ctx, struct jalon_session *session,
                               const struct jalon_map *map, int64_t contribution)
{
    struct jalon_origin origin;
    enum jalon_status status =
        jalon_store_find_origin(ctx, session, map, contribution, &origin);
    if (status == JALON_NOT_FOUND) {
        return JALON_OK;
    }
    if (status == JALON_OK && origin.is_revoked) {
        return jalon_fail(ctx, JALON_FORBIDDEN,
                          "this edit secret was revoked; whoever left an address can ask for a new one");
    }
    bool is_over = status == JALON_OK && origin.secret_expires_us != 0 &&
                   origin.secret_expires_us <= jalon_clock_now_us();
    return is_over ? jalon_fail(ctx, JALON_FORBIDDEN,
                                "this edit secret has expired; whoever left an address can ask for a "
                                "new one")
                   : status;
}

enum jalon_status jalon_edit_secret_opens(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t contribution,
                                          struct jalon_text secret, bool *out)
{
    struct jalon_text hash;
    bool is_right = false;
    enum jalon_status status =
        jalon_store_find_edit_secret(ctx, session, map, contribution, &hash);
    if (status == JALON_OK) {
        status = jalon_secret_check(ctx, secret, hash, &is_right);
    }
    if (status == JALON_OK && is_right) {
        status = judge(ctx, session, map, contribution);
    }
    if (status == JALON_OK) {
        *out = is_right;
    }
    return status;
}

/* --- Which contribution --- */
static enum jalon_status fail_not_there(struct jalon_context *ctx)
{
    return jalon_fail(ctx, JALON_NOT_FOUND, "there is no such contribution in this collection");
}

/* Whatever its moderation, if it is not deleted. JALON_NOT_FOUND. */
static enum jalon_status find(struct jalon_context *ctx, struct jalon_session *session,
                              const struct jalon_map *map, const struct jalon_secret_of *of,
                              struct jalon_contribution *out)
{
    int32_t collection;
    enum jalon_status status = jalon_rights_find_collection(ctx, map, of->collection, &collection);
    if (status == JALON_OK) {
        status = jalon_store_find_contribution(ctx, session, map, collection, of->id, out);
        if (status == JALON_NOT_FOUND ||
            (status == JALON_OK && out->moderation == JALON_MODERATION_DELETED)) {
            return fail_not_there(ctx);
        }
    }
    return status;
}

/* As find, for who may see it; the secret alone says who that is. */
static enum jalon_status find_seen(struct jalon_context *ctx, struct jalon_session *session,
                                   const struct jalon_map *map, const struct jalon_actor *actor,
                                   const struct jalon_secret_of *of, struct jalon_contribution *out)
{
    const struct jalon_party party = {
        .actor = {.account = JALON_TEXT_EMPTY, .secret = actor->secret},
        .role = JALON_ROLE_NOBODY,
    };
    int32_t collection;
    enum jalon_status status = jalon_rights_find_collection(ctx, map, of->collection, &collection);
    if (status == JALON_OK) {
        status = jalon_rights_find_seen(ctx, session, map, &party, collection, of->id, out);
    }
    return status == JALON_OK && out->moderation == JALON_MODERATION_DELETED ? fail_not_there(ctx)
                                                                             : status;
}

/* Finds it for who has its secret, and nobody else. */
static enum jalon_status find_own(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_map *map, const struct jalon_actor *actor,
                                  const struct jalon_secret_of *of, struct jalon_contribution *out)
{
    bool opens = false;
    if (actor->secret.length == 0) {
        return jalon_fail(ctx, JALON_UNAUTHENTICATED,
                          "this needs the edit secret, in the header Jalon-Edit-Secret");
    }
    enum jalon_status status = find_seen(ctx, session, map, actor, of, out);
    if (status == JALON_OK) {
        status = jalon_edit_secret_opens(ctx, session, map, out->number, actor->secret, &opens);
    }
    if (status != JALON_OK || opens) {
        return status;
    }
    return jalon_fail(ctx, JALON_FORBIDDEN, "this is not its edit secret");
}

/* --- Recovering --- */
static enum jalon_status mail_link(struct jalon_context *ctx, struct jalon_session *session,
                                   const struct jalon_map *map, const struct jalon_secret_of *of,
                                   struct jalon_text title, const struct jalon_ticket *ticket,
                                   struct jalon_text token,
                                   struct jalon_text language)
{
    char id[JALON_ID_TEXT_SIZE], until[JALON_CLOCK_TEXT_SIZE];
    jalon_id_format(of->id, id);
    jalon_clock_format(ticket->expires_us / 60000000 * 60000000, until);
    bool is_english = jalon_text_is(language, "en");
    struct jalon_text link = jalon_text_format(
        ctx->arena,
        JALON_MAIL_HERE "/account#secret=%.*s&item=/maps/%.*s/collections/%.*s/items/%s",
        JALON_TEXT_ARGS(token), JALON_TEXT_ARGS(of->map), JALON_TEXT_ARGS(of->collection), id);
    enum jalon_status status = link.data != NULL ? JALON_OK : jalon_no_memory(ctx);
    if (status == JALON_OK && title.length == 0) {
        status = jalon_mail_say(ctx, language, "untitled", NULL, 0, &title);
    }
    const struct jalon_mail_value values[] = {
        {"map", is_english ? map->title.en : map->title.fr},
        {"title", title},
        {"until", jalon_text_from(until)},
        {"link", link},
    };
    return status == JALON_OK
               ? jalon_mail_write(ctx, session, ticket->email, language, "recover_secret", values,
                                  sizeof values / sizeof values[0])
               : status;
}

/*
 * A ticket and a mail are written either way, of nothing and to nobody when there is nothing to recover:
 * who asks cannot tell by the time it takes.
 */
static enum jalon_status ask_in(struct jalon_context *ctx, struct jalon_session *session,
                                const struct jalon_map *map, int32_t collection,
                                const struct jalon_secret_of *of, struct jalon_text email,
                                struct jalon_text language)
{
    int64_t now_us = jalon_clock_now_us();
    struct jalon_recoverable found = {
        .title = JALON_TEXT(JALON_MAIL_NOBODY),
        .email = JALON_TEXT(JALON_MAIL_NOBODY),
    };
    struct jalon_text token;
    enum jalon_status status =
        jalon_store_find_recoverable(ctx, session, map, collection, of->id, email, &found);
    bool is_there = status == JALON_OK;
    struct jalon_ticket ticket = {
        .purpose = JALON_TICKET_RECOVER_SECRET,
        .map = is_there ? map->number : 0,
        .contribution = found.contribution,
        .email = found.email,
        .created_us = now_us,
        .expires_us = is_there ? now_us + link_us : now_us + 1,
    };
    if (status == JALON_OK || status == JALON_NOT_FOUND) {
        status = jalon_secret_make(ctx, &token);
    }
    if (status == JALON_OK) {
        status = jalon_secret_hash(ctx, token, &ticket.hash);
    }
    if (status == JALON_OK) {
        status = jalon_store_insert_ticket(ctx, session, &ticket);
    }
    return status == JALON_OK
               ? mail_link(ctx, session, map, of, found.title, &ticket, token, language)
               : status;
}

enum jalon_status jalon_app_ask_secret(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_actor *actor,
                                       const struct jalon_secret_of *of, struct jalon_text email,
                                       struct jalon_text language, int64_t *out_wait_s)
{
    struct jalon_live_map *live = NULL;
    struct jalon_session *session = NULL;
    int32_t collection;
    enum jalon_status status = jalon_audience_hold(ctx, app, of->map, actor, &live);
    if (status != JALON_OK) {
        return status;
    }
    const struct jalon_map *map = jalon_view_map(live->view);
    status = jalon_rights_find_collection(ctx, map, of->collection, &collection);
    if (status == JALON_OK && !jalon_mail_is_address(email)) {
        status = jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/email",
                               "expected an e-mail address");
    }
    if (status == JALON_OK) {
        status = jalon_throttle_check(ctx, app, actor, JALON_THROTTLE_MAIL, email, out_wait_s);
    }
    if (status == JALON_OK) {
        status = jalon_write_alone(ctx, app, &session);
    }
    if (status == JALON_OK) {
        status = jalon_write_end(ctx, session,
                                 ask_in(ctx, session, map, collection, of, email, language));
    }
    if (status == JALON_OK) {
        jalon_throttle_note(app, actor, JALON_THROTTLE_MAIL, email);
    }
    jalon_live_release(app, live);
    return status;
}

/* --- Renewing and revoking --- */
static enum jalon_status refuse_ticket(struct jalon_context *ctx)
{
    jalon_error_clear(ctx);
    return jalon_fail_at(ctx, JALON_FORBIDDEN, JALON_ERROR_POINTER, "/token",
                         "this link was used already, or is over: ask for another one");
}

/* Before what it is for is looked at: without the ticket nobody learns whether that is there. */
static enum jalon_status take_ticket(struct jalon_context *ctx, struct jalon_session *session,
                                     const struct jalon_map *map, struct jalon_text token,
                                     int64_t *out_contribution)
{
    struct jalon_text hash;
    struct jalon_ticket ticket;
    enum jalon_status status = jalon_secret_hash(ctx, token, &hash);
    if (status == JALON_OK) {
        status = jalon_store_find_ticket(ctx, session, hash, &ticket);
    }
    bool is_good = status == JALON_OK && ticket.purpose == JALON_TICKET_RECOVER_SECRET &&
                   ticket.map == map->number && ticket.expires_us > jalon_clock_now_us();
    if (status == JALON_NOT_FOUND || (status == JALON_OK && !is_good)) {
        return refuse_ticket(ctx);
    }
    *out_contribution = ticket.contribution;
    return status == JALON_OK ? jalon_store_use_ticket(ctx, session, hash) : status;
}

static enum jalon_status renew_in(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_map *map, const struct jalon_secret_of *of,
                                  struct jalon_text token, struct jalon_text *out_secret,
                                  int64_t *out_expires_us)
{
    struct jalon_contribution contribution;
    struct jalon_text hash;
    int64_t expires_us = end_of_secret(map, jalon_clock_now_us());
    int64_t number = 0;
    enum jalon_status status = take_ticket(ctx, session, map, token, &number);
    if (status == JALON_OK) {
        status = find(ctx, session, map, of, &contribution);
        bool is_another = status == JALON_OK && contribution.number != number;
        status = status == JALON_NOT_FOUND || is_another ? refuse_ticket(ctx) : status;
    }
    if (status == JALON_OK) {
        status = jalon_secret_make(ctx, out_secret);
    }
    if (status == JALON_OK) {
        status = jalon_secret_hash(ctx, *out_secret, &hash);
    }
    *out_expires_us = expires_us;
    return status == JALON_OK ? jalon_store_renew_secret(ctx, session, map, contribution.number,
                                                         hash, expires_us)
                              : status;
}

enum jalon_status jalon_app_renew_secret(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_actor *actor,
                                         const struct jalon_secret_of *of, struct jalon_text token,
                                         struct jalon_text *out_secret, int64_t *out_expires_us)
{
    struct jalon_live_map *live = NULL;
    struct jalon_session *session = NULL;
    struct jalon_text secret;
    int64_t expires_us;
    enum jalon_status status = jalon_audience_hold(ctx, app, of->map, actor, &live);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = jalon_write_end(ctx, session,
                                 renew_in(ctx, session, jalon_view_map(live->view), of, token,
                                          &secret, &expires_us));
    }
    jalon_live_release(app, live);
    if (status == JALON_OK) {
        *out_secret = secret;
        *out_expires_us = expires_us;
    }
    return status;
}

static enum jalon_status revoke_in(struct jalon_context *ctx, struct jalon_session *session,
                                   const struct jalon_map *map, const struct jalon_actor *actor,
                                   const struct jalon_secret_of *of)
{
    struct jalon_contribution contribution;
    enum jalon_status status = find_own(ctx, session, map, actor, of, &contribution);
    return status == JALON_OK ? jalon_store_revoke_secret(ctx, session, map, contribution.number,
                                                          jalon_clock_now_us())
                              : status;
}

enum jalon_status jalon_app_revoke_secret(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_actor *actor,
                                          const struct jalon_secret_of *of)
{
    struct jalon_live_map *live = NULL;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_audience_hold(ctx, app, of->map, actor, &live);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = jalon_write_end(ctx, session,
                                 revoke_in(ctx, session, jalon_view_map(live->view), actor, of));
    }
    jalon_live_release(app, live);
    return status;
}

/* --- Adopting --- */
static enum jalon_status adopt_in(struct jalon_context *ctx, struct jalon_turn *turn,
                                  const struct jalon_actor *actor, const struct jalon_secret_of *of,
                                  struct jalon_text reason, struct jalon_contributed *out)
{
    struct jalon_contribution after;
    struct jalon_contributed done = {.id = of->id, .edit_secret = JALON_TEXT_EMPTY};
    struct jalon_write write = {
        .action = JALON_ACTION_UPDATE,
        .author = actor->account,
        .reason = reason,
        .changes = JALON_TEXT("[]"),
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    enum jalon_status status = find_own(ctx, turn->session, turn->map, actor, of, &after);
    if (status == JALON_OK && after.author.length > 0) {
        status = jalon_fail(ctx, JALON_CONFLICT, "this contribution has an author already");
    }
    if (status != JALON_OK) {
        return status;
    }
    after.author = actor->account;
    after.version++;
    after.updated_us = jalon_clock_not_before_us(after.updated_us);
    status = jalon_turn_put(ctx, turn, &after, &write, &done.seq);
    if (status == JALON_OK) {
        status = jalon_store_delete_origin(ctx, turn->session, turn->map, after.number);
    }
    struct jalon_map own = jalon_audience_own(turn->map);
    if (status == JALON_OK) {
        status = jalon_contribute_write_feature(ctx, &own, &after, &done.json);
    }
    done.state = jalon_audience_state(&own, &after);
    if (status == JALON_OK) {
        *out = done;
    }
    return status;
}

enum jalon_status jalon_app_adopt(struct jalon_context *ctx, struct jalon_app *app,
                                  const struct jalon_actor *actor, const struct jalon_secret_of *of,
                                  struct jalon_text reason, struct jalon_contributed *out)
{
    struct jalon_live_map *live = NULL;
    struct jalon_turn turn;
    if (actor->account.length == 0) {
        return jalon_fail(ctx, JALON_UNAUTHENTICATED, "to adopt a contribution takes an account");
    }
    if ((actor->scopes & JALON_SCOPE_WRITE) == 0) {
        return jalon_fail(ctx, JALON_FORBIDDEN, "this token has not the scope `write`");
    }
    enum jalon_status status = jalon_audience_hold(ctx, app, of->map, actor, &live);
    if (status != JALON_OK) {
        return status;
    }
    status = jalon_turn_begin(ctx, app, jalon_view_map(live->view), &turn);
    if (status == JALON_OK) {
        status = adopt_in(ctx, &turn, actor, of, reason, out);
        status = jalon_turn_end(ctx, &turn, status);
    }
    jalon_live_release(app, live);
    return status;
}
