/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where anonymous contributions came from, and their edit secrets. Layer 2. */
#include "jalon/store_origin.h"

#include "store/private.h"

enum jalon_status jalon_store_insert_origin(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            const struct jalon_origin *origin)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_db_text_or_null(origin->device),
        jalon_db_text_or_null(origin->address),
        jalon_db_text_or_null(origin->email),
        jalon_db_time_or_null(origin->secret_expires_us),
        jalon_db_time(origin->created_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_ORIGIN_INSERT, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_find_origin(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t contribution,
                                          struct jalon_origin *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_integer(contribution)};
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status = jalon_store_query_row(ctx, session, JALON_QUERY_ORIGIN_FIND, values,
                                                     JALON_STORE_COUNT(values), &cursor, &row);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_origin origin = {
        .secret_expires_us = jalon_db_to_time_us(&row[3]),
        .is_revoked = jalon_db_to_integer(&row[4]) != 0,
        .created_us = jalon_db_to_time_us(&row[5]),
    };
    status = jalon_store_copy_text(ctx, &row[0], &origin.device);
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[1], &origin.address);
    }
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[2], &origin.email);
    }
    jalon_db_cursor_end(cursor);
    if (status == JALON_OK) {
        *out = origin;
    }
    return status;
}

enum jalon_status jalon_store_find_recoverable(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map, int32_t collection,
                                               struct jalon_id id, struct jalon_text email,
                                               struct jalon_recoverable *out)
{
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(id, text);
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(map->collections[collection].number),
        jalon_db_text(jalon_text_from(text)),
        jalon_db_text(email),
    };
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_ORIGIN_FIND_RECOVERABLE, values,
                              JALON_STORE_COUNT(values), &cursor, &row);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_recoverable found = {.contribution = jalon_db_to_integer(&row[0])};
    status = jalon_store_copy_text(ctx, &row[1], &found.title);
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[2], &found.email);
    }
    jalon_db_cursor_end(cursor);
    if (status == JALON_OK) {
        *out = found;
    }
    return status;
}

enum jalon_status jalon_store_renew_secret(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           struct jalon_text hash, int64_t expires_us)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number), jalon_db_integer(contribution), jalon_db_text(hash),
        jalon_db_time(expires_us),     jalon_db_boolean(false),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_ORIGIN_RENEW_SECRET, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_revoke_secret(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            int64_t time_us)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_db_boolean(true),
        jalon_db_time(time_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_ORIGIN_REVOKE_SECRET, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_delete_origin(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_integer(contribution)};
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_ORIGIN_DELETE, values,
                            JALON_STORE_COUNT(values), NULL);
}
