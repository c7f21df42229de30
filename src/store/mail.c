/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The outbox. Layer 2. */
#include "jalon/store_mail.h"

#include "jalon/clock.h"

#include "store/private.h"

void jalon_store_on_mail(struct jalon_store *store, void (*wake)(void *object), void *object)
{
    pthread_mutex_lock(&store->mail_lock);
    store->mail_wake = wake;
    store->mail_object = object;
    pthread_mutex_unlock(&store->mail_lock);
}

void jalon_store_tell_of_mail(struct jalon_store *store)
{
    pthread_mutex_lock(&store->mail_lock);
    if (store->mail_wake != NULL) {
        store->mail_wake(store->mail_object);
    }
    pthread_mutex_unlock(&store->mail_lock);
}

enum jalon_status jalon_store_queue_mail(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_text recipient, struct jalon_text subject,
                                         struct jalon_text body)
{
    bool is_to_nobody = jalon_text_is(recipient, JALON_MAIL_NOBODY);
    struct jalon_db_value now = jalon_db_time(jalon_clock_now_us());
    struct jalon_db_value values[] = {
        jalon_db_text(recipient),
        jalon_db_text(is_to_nobody ? JALON_TEXT_EMPTY : subject),
        jalon_db_text(is_to_nobody ? JALON_TEXT_EMPTY : body),
        now,
        is_to_nobody ? now : jalon_db_null(),
    };
    session->has_mail = true;
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_OUTBOX_INSERT, values,
                            JALON_STORE_COUNT(values), NULL);
}

static enum jalon_status read_contact(struct jalon_context *ctx, const struct jalon_db_value *row,
                                      const void *with, void *object)
{
    enum { ACCOUNT, EMAIL, LANGUAGE, WANTS_MAILS, IS_CONFIRMED };
    struct jalon_contact *out = object;
    struct jalon_contact contact = {
        .account = jalon_db_to_integer(&row[ACCOUNT]),
        .wants_mails = jalon_db_to_integer(&row[WANTS_MAILS]) != 0,
        .is_confirmed = jalon_db_to_integer(&row[IS_CONFIRMED]) != 0,
    };
    const struct jalon_store_text texts[] = {
        {EMAIL, &contact.email}, {LANGUAGE, &contact.language}, {0, NULL}};
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    (void)with;
    if (status == JALON_OK) {
        *out = contact;
    }
    return status;
}

enum jalon_status jalon_store_find_contact(struct jalon_context *ctx, struct jalon_session *session,
                                           struct jalon_text account, struct jalon_contact *out)
{
    struct jalon_db_value value = jalon_db_text(account);
    return jalon_store_read_one(ctx, session, JALON_QUERY_OUTBOX_CONTACT, &value, 1, read_contact,
                                NULL, out);
}

static enum jalon_status read_mail(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   const void *with, void *object)
{
    enum { NUMBER, RECIPIENT, SUBJECT, BODY, CREATED, DUE, ATTEMPTS };
    struct jalon_mail *out = object;
    struct jalon_mail mail = {
        .number = jalon_db_to_integer(&row[NUMBER]),
        .created_us = jalon_db_to_time_us(&row[CREATED]),
        .due_us = jalon_db_to_time_us(&row[DUE]),
        .attempts = jalon_db_to_integer(&row[ATTEMPTS]),
    };
    const struct jalon_store_text texts[] = {
        {RECIPIENT, &mail.recipient}, {SUBJECT, &mail.subject}, {BODY, &mail.body}, {0, NULL}};
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    (void)with;
    if (status == JALON_OK) {
        *out = mail;
    }
    return status;
}

enum jalon_status jalon_store_next_mail(struct jalon_context *ctx, struct jalon_session *session,
                                        struct jalon_mail *out)
{
    return jalon_store_read_one(ctx, session, JALON_QUERY_OUTBOX_NEXT, NULL, 0, read_mail, NULL,
                                out);
}

enum jalon_status jalon_store_claim_mail(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_mail *mail, int64_t now_us,
                                         int64_t until_us)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(mail->number),
        jalon_db_integer(mail->attempts),
        jalon_db_time(now_us),
        jalon_db_time(until_us),
    };
    int64_t changed;
    enum jalon_status status = jalon_db_execute(ctx, session->connection, JALON_QUERY_OUTBOX_CLAIM,
                                                values, JALON_STORE_COUNT(values), &changed);
    return status == JALON_OK && changed == 0 ? JALON_CONFLICT : status;
}

enum jalon_status jalon_store_end_mail(struct jalon_context *ctx, struct jalon_session *session,
                                       int64_t number, enum jalon_mail_end end, int64_t time_us,
                                       struct jalon_text error)
{
    static const int queries[] = {
        [JALON_MAIL_SENT] = JALON_QUERY_OUTBOX_SENT,
        [JALON_MAIL_FAILED] = JALON_QUERY_OUTBOX_FAILED,
        [JALON_MAIL_POSTPONED] = JALON_QUERY_OUTBOX_POSTPONE,
    };
    struct jalon_db_value values[] = {
        jalon_db_integer(number),
        jalon_db_time(time_us),
        jalon_db_text_or_null(error),
    };
    size_t count = JALON_STORE_COUNT(values) - (end == JALON_MAIL_SENT);
    return jalon_db_execute(ctx, session->connection, queries[end], values, count, NULL);
}

enum jalon_status jalon_store_count_mail(struct jalon_context *ctx, struct jalon_session *session,
                                         int64_t *out)
{
    return jalon_store_read_integer(ctx, session, JALON_QUERY_OUTBOX_COUNT, NULL, 0, out);
}
