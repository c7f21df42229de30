/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Secrets of the server, and answers to requests that may be sent again. Layer 2. */
#include <string.h>

#include "store/private.h"

enum jalon_status jalon_store_find_secret(struct jalon_context *ctx, struct jalon_session *session,
                                          struct jalon_text name, void *out, size_t size)
{
    struct jalon_db_value value = jalon_db_text(name);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_SECRET_FIND, &value, 1, &cursor, &row);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_text bytes = jalon_db_to_text(&row[0]);
    if (bytes.length == size) {
        memcpy(out, bytes.data, size);
    } else {
        status = jalon_store_bad_row(ctx, "a secret of length", (int64_t)bytes.length);
    }
    jalon_db_cursor_end(cursor);
    return status;
}

enum jalon_status jalon_store_insert_secret(struct jalon_context *ctx,
                                            struct jalon_session *session, struct jalon_text name,
                                            const void *bytes, size_t size)
{
    struct jalon_db_value values[] = {jalon_db_text(name), jalon_db_blob(bytes, size)};
    enum jalon_status status = jalon_store_insert_new(ctx, session, JALON_QUERY_SECRET_INSERT,
                                                      values, JALON_STORE_COUNT(values));
    return status == JALON_CONFLICT ? jalon_fail(ctx, status, "there is this secret already")
                                    : status;
}

enum jalon_status jalon_store_find_answer(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, struct jalon_text account,
                                          struct jalon_text key, int64_t since_us,
                                          struct jalon_kept_answer *out)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_text(account),
        jalon_db_text(key),
        jalon_db_time(since_us),
    };
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_IDEMPOTENCY_FIND, values,
                              JALON_STORE_COUNT(values), &cursor, &row);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_kept_answer answer = {
        .seq = jalon_db_to_integer(&row[1]),
        .repaired = jalon_db_to_integer(&row[3]) != 0,
        .created_us = jalon_db_to_time_us(&row[5]),
    };
    if (!jalon_id_parse(jalon_db_to_text(&row[2]), &answer.contribution)) {
        status = jalon_store_bad_row(ctx, "the answer of event", answer.seq);
    }
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[0], &answer.digest);
    }
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[4], &answer.json);
    }
    jalon_db_cursor_end(cursor);
    if (status == JALON_OK) {
        *out = answer;
    }
    return status;
}

enum jalon_status jalon_store_keep_answer(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, struct jalon_text account,
                                          struct jalon_text key,
                                          const struct jalon_kept_answer *answer)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_text(account),
        jalon_db_text(key),
        jalon_db_text(answer->digest),
        jalon_db_integer(answer->seq),
        jalon_store_id(answer->contribution, id),
        jalon_db_boolean(answer->repaired),
        jalon_db_text(answer->json),
        jalon_db_time(answer->created_us),
    };
    enum jalon_status status = jalon_store_insert_new(ctx, session, JALON_QUERY_IDEMPOTENCY_INSERT,
                                                      values, JALON_STORE_COUNT(values));
    return status == JALON_CONFLICT
               ? jalon_fail(ctx, status, "an answer is kept under this key already")
               : status;
}

enum jalon_status jalon_store_forget_answers(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t until_us)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_time(until_us)};
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_IDEMPOTENCY_FORGET, values,
                            JALON_STORE_COUNT(values), NULL);
}
