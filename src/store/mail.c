/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The outbox. Layer 2. */
#include "jalon/store_mail.h"

#include "jalon/clock.h"

#include "store/private.h"

void jalon_store_on_mail(struct jalon_store *store, void (*wake)(void *object), void *object)
{
    store->mail_wake = wake;
    store->mail_object = object;
}

enum jalon_status jalon_store_queue_mail(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_text recipient, struct jalon_text subject,
                                         struct jalon_text body)
{
    struct jalon_db_value values[] = {
        jalon_db_text(recipient),
        jalon_db_text(subject),
        jalon_db_text(body),
        jalon_db_time(jalon_clock_now_us()),
    };
    session->has_mail = true;
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_OUTBOX_INSERT, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_find_contact(struct jalon_context *ctx, struct jalon_session *session,
                                           struct jalon_text account, struct jalon_contact *out)
{
    struct jalon_db_value value = jalon_db_text(account);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_OUTBOX_CONTACT, &value, 1, &cursor, &row);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_contact contact = {
        .account = jalon_db_to_integer(&row[0]),
        .wants_mails = jalon_db_to_integer(&row[3]) != 0,
        .is_confirmed = jalon_db_to_integer(&row[4]) != 0,
    };
    status = jalon_store_copy_text(ctx, &row[1], &contact.email);
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[2], &contact.language);
    }
    jalon_db_cursor_end(cursor);
    if (status == JALON_OK) {
        *out = contact;
    }
    return status;
}
