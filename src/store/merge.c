/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* All that belongs to one contribution, moved to another one or removed. Layer 2. */
#include "jalon/store_merge.h"

#include "store/private.h"

enum { VALUES_MAX = 6 };

/* Runs statements that have the same parameters, one after the other. */
static enum jalon_status run_all(struct jalon_context *ctx, struct jalon_session *session,
                                 const int *queries, size_t query_count,
                                 const struct jalon_db_value *values, size_t count)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < query_count && status == JALON_OK; i++) {
        status = jalon_db_execute(ctx, session->connection, queries[i], values, count, NULL);
    }
    return status;
}

static enum jalon_status move_all(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_db_value *values)
{
    static const int moves[] = {
        JALON_QUERY_MERGE_COMMENTS, JALON_QUERY_MERGE_CONFIRMATIONS, JALON_QUERY_MERGE_SUPPORTS,
        JALON_QUERY_MERGE_CLAIMS,   JALON_QUERY_MERGE_REPORTS,       JALON_QUERY_MERGE_LINKS_FROM,
        JALON_QUERY_MERGE_LINKS_TO,
    };
    /* What could not move, because the other one has it already. */
    static const int rest[] = {JALON_QUERY_PURGE_SUPPORTS, JALON_QUERY_PURGE_LINKS};
    enum jalon_status status =
        run_all(ctx, session, moves, JALON_STORE_COUNT(moves), values, 3);
    return status == JALON_OK
               ? run_all(ctx, session, rest, JALON_STORE_COUNT(rest), values, 2)
               : status;
}

static enum jalon_status put_trace(struct jalon_context *ctx, struct jalon_session *session,
                                   const struct jalon_map *map, const struct jalon_merger *merger)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[VALUES_MAX] = {
        jalon_db_integer(map->number),
        jalon_db_integer(merger->from),
        jalon_db_integer(merger->into),
        jalon_store_id(jalon_id_make(), id),
        jalon_db_text_or_null(merger->actor),
        jalon_db_time(merger->time_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_MERGE_TRACE, values, VALUES_MAX,
                            NULL);
}

static enum jalon_status read_survivor(struct jalon_context *ctx, const struct jalon_db_value *row,
                                       const void *with, void *out)
{
    (void)with;
    return jalon_id_parse(jalon_db_to_text(&row[0]), out)
               ? JALON_OK
               : jalon_fail(ctx, JALON_INTERNAL, "a merged contribution leads nowhere");
}

enum jalon_status jalon_store_find_merged(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int32_t collection,
                                          struct jalon_id id, struct jalon_id *out_into)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(map->collections[collection].number),
        jalon_store_id(id, text),
    };
    return jalon_store_read_one(ctx, session, JALON_QUERY_MERGE_FIND, values,
                                JALON_STORE_COUNT(values), read_survivor, NULL, out_into);
}

enum jalon_status jalon_store_merge(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map, const struct jalon_merger *merger)
{
    struct jalon_db_value values[VALUES_MAX] = {
        jalon_db_integer(map->number),
        jalon_db_integer(merger->from),
        jalon_db_integer(merger->into),
        jalon_db_time(merger->time_us),
        jalon_db_text_or_null(merger->actor),
        jalon_db_text_or_null(merger->reason),
    };
    enum jalon_status status = move_all(ctx, session, values);
    if (status == JALON_OK) {
        status = jalon_db_execute(ctx, session->connection, JALON_QUERY_MERGE_PROPOSALS, values,
                                  VALUES_MAX, NULL);
    }
    return status == JALON_OK ? put_trace(ctx, session, map, merger) : status;
}

enum jalon_status jalon_store_unlink_merged(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t from, int64_t into)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(from),
                                      jalon_db_integer(into)};
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_MERGE_UNTRACE, values,
                            JALON_STORE_COUNT(values), NULL);
}

static enum jalon_status read_counts(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    enum { SUPPORTS, COMMENTS, CONFIRMED };
    struct jalon_contribution *contribution = object;
    (void)with;
    contribution->supports = jalon_db_to_integer(&row[SUPPORTS]);
    contribution->comments = jalon_db_to_integer(&row[COMMENTS]);
    return jalon_store_copy_text(ctx, &row[CONFIRMED], &contribution->confirmed);
}

enum jalon_status jalon_store_recount(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map,
                                      struct jalon_contribution *contribution)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_integer(contribution->number)};
    return jalon_store_read_one(ctx, session, JALON_QUERY_MERGE_COUNTS, values,
                                JALON_STORE_COUNT(values), read_counts, NULL, contribution);
}

enum jalon_status jalon_store_purge(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map, int64_t number)
{
    static const int queries[] = {
        JALON_QUERY_PURGE_SUPPORTS,      JALON_QUERY_PURGE_LINKS,   JALON_QUERY_PURGE_COMMENTS,
        JALON_QUERY_PURGE_CONFIRMATIONS, JALON_QUERY_PURGE_CLAIMS,  JALON_QUERY_PURGE_REPORTS,
        JALON_QUERY_PURGE_PROPOSALS,     JALON_QUERY_PURGE_ORIGIN,  JALON_QUERY_PURGE_NOTIFICATIONS,
        JALON_QUERY_PURGE_TICKETS,       JALON_QUERY_PURGE_ANSWERS, JALON_QUERY_PURGE_AUDIT,
        JALON_QUERY_PURGE_REVISIONS,     JALON_QUERY_PURGE_ROW,     JALON_QUERY_REVIEW_CLOSE,
    };
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(number)};
    return run_all(ctx, session, queries, JALON_STORE_COUNT(queries), values,
                   JALON_STORE_COUNT(values));
}
