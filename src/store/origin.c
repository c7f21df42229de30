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

static enum jalon_status read_origin(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    enum { DEVICE, ADDRESS, EMAIL, EXPIRES, REVOKED, CREATED };
    struct jalon_origin *out = object;
    struct jalon_origin origin = {
        .secret_expires_us = jalon_db_to_time_us(&row[EXPIRES]),
        .is_revoked = jalon_db_to_integer(&row[REVOKED]) != 0,
        .created_us = jalon_db_to_time_us(&row[CREATED]),
    };
    const struct jalon_store_text texts[] = {
        {DEVICE, &origin.device}, {ADDRESS, &origin.address}, {EMAIL, &origin.email}, {0, NULL}};
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    (void)with;
    if (status == JALON_OK) {
        *out = origin;
    }
    return status;
}

enum jalon_status jalon_store_find_origin(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t contribution,
                                          struct jalon_origin *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_integer(contribution)};
    return jalon_store_read_one(ctx, session, JALON_QUERY_ORIGIN_FIND, values,
                                JALON_STORE_COUNT(values), read_origin, NULL, out);
}

static enum jalon_status read_recoverable(struct jalon_context *ctx,
                                          const struct jalon_db_value *row, const void *with,
                                          void *object)
{
    enum { NUMBER, TITLE, EMAIL };
    struct jalon_recoverable *out = object;
    struct jalon_recoverable found = {.contribution = jalon_db_to_integer(&row[NUMBER])};
    const struct jalon_store_text texts[] = {
        {TITLE, &found.title}, {EMAIL, &found.email}, {0, NULL}};
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    (void)with;
    if (status == JALON_OK) {
        *out = found;
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
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(map->collections[collection].number),
        jalon_store_id(id, text),
        jalon_db_text(email),
    };
    return jalon_store_read_one(ctx, session, JALON_QUERY_ORIGIN_FIND_RECOVERABLE, values,
                                JALON_STORE_COUNT(values), read_recoverable, NULL, out);
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
