/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Handing out mail to who sends it. Layer 3 (app). */
#include "jalon/app_mail.h"

#include <stdatomic.h>

#include "jalon/clock.h"

#include "internal.h"

void jalon_app_on_mail(struct jalon_app *app, void (*wake)(void *object), void *object)
{
    jalon_store_on_mail(app->store, wake, object);
}

static enum jalon_status find_next(struct jalon_context *ctx, struct jalon_app *app,
                                   struct jalon_mail *out)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_next_mail(ctx, session, out);
    }
    jalon_session_end(session);
    return status;
}

static enum jalon_status claim(struct jalon_context *ctx, struct jalon_app *app,
                               const struct jalon_mail *mail, int64_t now_us, int64_t until_us)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_write(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_claim_mail(ctx, session, mail, now_us, until_us);
    }
    return jalon_write_end(ctx, session, status);
}

enum jalon_status jalon_app_claim_mail(struct jalon_context *ctx, struct jalon_app *app,
                                       int64_t lease_us, struct jalon_mail *out,
                                       int64_t *out_next_us)
{
    struct jalon_mail mail;
    enum jalon_status status;
    int64_t now_us;
    do { /* whoever was faster has made another one the next */
        now_us = jalon_clock_now_us();
        status = find_next(ctx, app, &mail);
        if (status == JALON_OK && mail.due_us <= now_us) {
            status = claim(ctx, app, &mail, now_us, now_us + lease_us);
        } else {
            *out_next_us = status == JALON_OK ? mail.due_us : 0;
            status = status == JALON_OK ? JALON_NOT_FOUND : status;
        }
    } while (status == JALON_CONFLICT);
    if (status == JALON_OK) {
        mail.attempts++;
        *out = mail;
    }
    return status;
}

enum jalon_status jalon_app_end_mail(struct jalon_context *ctx, struct jalon_app *app,
                                     int64_t number, enum jalon_mail_end end, int64_t time_us,
                                     struct jalon_text error)
{
    struct jalon_session *session = NULL;
    atomic_fetch_add(&app->mail_ends[end], 1);
    enum jalon_status status = jalon_store_write(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_end_mail(ctx, session, number, end, time_us, error);
    }
    return jalon_write_end(ctx, session, status);
}

void jalon_app_measure_mail(struct jalon_app *app, struct jalon_mail_measures *out)
{
    *out = (struct jalon_mail_measures){
        .sent = atomic_load(&app->mail_ends[JALON_MAIL_SENT]),
        .failed = atomic_load(&app->mail_ends[JALON_MAIL_FAILED]),
        .postponed = atomic_load(&app->mail_ends[JALON_MAIL_POSTPONED]),
        .waiting = atomic_load(&app->mail_waiting),
    };
}

enum jalon_status jalon_app_count_mail(struct jalon_context *ctx, struct jalon_app *app,
                                       int64_t *out)
{
    struct jalon_session *session = NULL;
    int64_t waiting;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_count_mail(ctx, session, &waiting);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        atomic_store(&app->mail_waiting, waiting);
        *out = waiting;
    }
    return status;
}
