/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What accounts are told. Layer 2. */
#include "jalon/store_mail.h"

#include "store/private.h"

enum jalon_status jalon_store_add_notification(struct jalon_context *ctx,
                                               struct jalon_session *session, int64_t account,
                                               int64_t map, int64_t contribution,
                                               const struct jalon_notification *notification)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(account),
        jalon_db_text(notification->kind),
        jalon_db_integer_or_null(map),
        jalon_db_integer_or_null(contribution),
        jalon_db_text_or_null(notification->actor),
        jalon_db_text(notification->detail),
        jalon_db_time(notification->created_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_NOTIFICATION_INSERT, values,
                            JALON_STORE_COUNT(values), NULL);
}

/* NULL: what is gone. */
static enum jalon_status read_subject(struct jalon_context *ctx, const struct jalon_db_value *row,
                                      const void *with, void *object)
{
    enum { COLLECTION, ID, TITLE };
    struct jalon_notification *out = object;
    (void)with;
    out->collection = out->title = JALON_TEXT_EMPTY;
    if (row[COLLECTION].kind == JALON_DB_NULL) {
        return JALON_OK;
    }
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &out->contribution)) {
        return jalon_store_bad_row(ctx, "what is told in notification", out->number);
    }
    const struct jalon_store_text texts[] = {
        {COLLECTION, &out->collection}, {TITLE, &out->title}, {0, NULL}};
    return jalon_store_copy_texts(ctx, row, texts);
}

enum jalon_status jalon_store_find_notified(struct jalon_context *ctx,
                                            struct jalon_session *session, int64_t map,
                                            int64_t contribution, struct jalon_notification *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map), jalon_db_integer(contribution)};
    return jalon_store_read_one(ctx, session, JALON_QUERY_NOTIFICATION_SUBJECT, values,
                                JALON_STORE_COUNT(values), read_subject, NULL, out);
}

static enum jalon_status read_notification(struct jalon_context *ctx,
                                           const struct jalon_db_value *row, const void *with,
                                           void *object)
{
    struct jalon_notification *out = object;
    (void)with;
    *out = (struct jalon_notification){
        .number = jalon_db_to_integer(&row[0]),
        .created_us = jalon_db_to_time_us(&row[4]),
        .seen_us = jalon_db_to_time_us(&row[5]),
    };
    const struct jalon_store_text texts[] = {
        {1, &out->kind}, {2, &out->actor},        {3, &out->detail},
        {6, &out->map},  {7, &out->map_title.fr}, {8, &out->map_title.en}, {0, NULL},
    };
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    return status == JALON_OK ? read_subject(ctx, &row[9], NULL, out) : status;
}

enum jalon_status jalon_store_list_notifications(struct jalon_context *ctx,
                                                 struct jalon_session *session, int64_t account,
                                                 int64_t before, size_t limit,
                                                 struct jalon_notification **out,
                                                 size_t *out_count)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(account),
        jalon_db_integer(before == 0 ? INT64_MAX : before),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_list list = {
        .size = sizeof(struct jalon_notification), .read = read_notification};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_NOTIFICATION_LIST,
                                                     values, JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_count_notifications_since(struct jalon_context *ctx,
                                                        struct jalon_session *session,
                                                        int64_t account, int64_t since_us,
                                                        size_t most, int64_t *out)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(account),
        jalon_db_time(since_us),
        jalon_db_integer((int64_t)most),
    };
    return jalon_store_read_integer(ctx, session, JALON_QUERY_NOTIFICATION_COUNT_SINCE, values,
                                    JALON_STORE_COUNT(values), out);
}

enum jalon_status jalon_store_count_unseen(struct jalon_context *ctx, struct jalon_session *session,
                                           int64_t account, int64_t *out)
{
    struct jalon_db_value value = jalon_db_integer(account);
    return jalon_store_read_integer(ctx, session, JALON_QUERY_NOTIFICATION_COUNT_UNSEEN, &value, 1,
                                    out);
}

enum jalon_status jalon_store_see_notifications(struct jalon_context *ctx,
                                                struct jalon_session *session, int64_t account,
                                                int64_t up_to, int64_t time_us)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(account),
        jalon_db_integer(up_to),
        jalon_db_time(time_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_NOTIFICATION_SEE, values,
                            JALON_STORE_COUNT(values), NULL);
}
