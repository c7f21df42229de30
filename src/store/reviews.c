/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The desk's queue: why contributions are to be looked at. Layer 2. */
#include "jalon/names.h"
#include "jalon/store_moderation.h"
#include "store/private.h"

static const char *const reasons[JALON_REVIEW_REASON_COUNT] = {
    [JALON_REVIEW_NEW] = "new",
    [JALON_REVIEW_EDITED] = "edited",
    [JALON_REVIEW_REPORTED] = "reported",
    [JALON_REVIEW_OUTSIDE] = "outside",
    [JALON_REVIEW_SPAM] = "spam",
    [JALON_REVIEW_DUPLICATE] = "duplicate",
    [JALON_REVIEW_LATE] = "late",
    [JALON_REVIEW_ANSWERED] = "answered",
};

JALON_DEFINE_NAMES(review_reason, reasons)

static struct jalon_db_value reason_value(enum jalon_review_reason reason)
{
    return jalon_db_text(jalon_text_from(jalon_review_reason_name(reason)));
}

/* --- Reasons of one contribution --- */

enum jalon_status jalon_store_put_review(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, int64_t contribution,
                                         const struct jalon_review *review)
{
    struct jalon_text detail = review->detail.length > 0 ? review->detail : JALON_TEXT("{}");
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),  jalon_db_integer(contribution),
        reason_value(review->reason),   jalon_db_text(detail),
        jalon_db_time(review->created_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_REVIEW_PUT, values,
                            JALON_STORE_COUNT(values), NULL);
}

static enum jalon_status read_review(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    struct jalon_review *review = object;
    (void)with;
    review->created_us = jalon_db_to_time_us(&row[2]);
    if (!jalon_review_reason_parse(jalon_db_to_text(&row[0]), &review->reason)) {
        return jalon_store_bad_row(ctx, "a review of time", review->created_us);
    }
    return jalon_store_copy_text(ctx, &row[1], &review->detail);
}

enum jalon_status jalon_store_list_reviews(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           struct jalon_review **out, size_t *out_count)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_integer(contribution)};
    struct jalon_store_list list = {.size = sizeof(struct jalon_review), .read = read_review};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_REVIEW_LIST, values,
                                                     JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_close_reviews(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_integer(contribution)};
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_REVIEW_CLOSE, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_close_review(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           enum jalon_review_reason reason)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(contribution),
                                      reason_value(reason)};
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_REVIEW_CLOSE_ONE, values,
                            JALON_STORE_COUNT(values), NULL);
}

/* --- The queue --- */

static enum jalon_status read_queued(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    struct jalon_queued *queued = object;
    (void)ctx;
    (void)with;
    queued->since_us = jalon_db_to_time_us(&row[0]);
    queued->contribution.number = jalon_db_to_integer(&row[1]);
    return JALON_OK;
}

enum jalon_status jalon_store_list_queue(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_queue_filter *filter,
                                         struct jalon_queued **out, size_t *out_count)
{
    struct jalon_text state = filter->state != NULL
                                  ? jalon_text_from(jalon_moderation_name(*filter->state))
                                  : JALON_TEXT_EMPTY;
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_time(filter->after_us),
        jalon_db_integer(filter->after),
        filter->reason != NULL ? reason_value(*filter->reason) : jalon_db_null(),
        jalon_db_text_or_null(state),
        filter->collection < 0
            ? jalon_db_null()
            : jalon_db_integer(map->collections[filter->collection].number),
        jalon_db_integer((int64_t)filter->limit),
    };
    struct jalon_store_list queue = {.size = sizeof(struct jalon_queued), .read = read_queued};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_REVIEW_QUEUE, values,
                                                     JALON_STORE_COUNT(values), &queue);
    for (size_t i = 0; i < queue.count && status == JALON_OK; i++) {
        struct jalon_contribution *queued = &((struct jalon_queued *)queue.items)[i].contribution;
        status = jalon_store_load_contribution(ctx, session, map, queued->number, queued);
    }
    if (status == JALON_OK) {
        *out = queue.items;
        *out_count = queue.count;
    }
    return status;
}

/* --- Authors --- */

enum jalon_status jalon_store_count_accepted(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map,
                                             struct jalon_text account, int64_t most, int64_t *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_text(account),
                                      jalon_db_integer(most)};
    return jalon_store_read_integer(ctx, session, JALON_QUERY_REVIEW_ACCEPTED, values,
                                    JALON_STORE_COUNT(values), out);
}

static enum jalon_status take_standing(struct jalon_context *ctx, const struct jalon_db_value *row,
                                       void *object)
{
    int64_t *counts = object;
    enum jalon_moderation state;
    if (!jalon_moderation_parse(jalon_db_to_text(&row[0]), &state)) {
        return jalon_store_bad_row(ctx, "an author's contribution", 0);
    }
    counts[state] = jalon_db_to_integer(&row[1]);
    return JALON_OK;
}

enum jalon_status jalon_store_count_by_author(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map,
                                              struct jalon_text account,
                                              int64_t out[JALON_MODERATION_COUNT])
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_text(account)};
    int64_t counts[JALON_MODERATION_COUNT] = {0};
    enum jalon_status status =
        jalon_store_each_row(ctx, session, JALON_QUERY_REVIEW_STANDING, values,
                             JALON_STORE_COUNT(values), take_standing, counts);
    for (size_t i = 0; status == JALON_OK && i < JALON_MODERATION_COUNT; i++) {
        out[i] = counts[i];
    }
    return status;
}

enum jalon_status jalon_store_find_by_id(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, struct jalon_id id,
                                         struct jalon_contribution *out)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_store_id(id, text)};
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_REVIEW_FIND, values,
                              JALON_STORE_COUNT(values), &cursor, &row);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, status, "there is no such contribution in this map");
    }
    if (status != JALON_OK) {
        return status;
    }
    int64_t number = jalon_db_to_integer(&row[0]);
    jalon_db_cursor_end(cursor);
    return jalon_store_load_contribution(ctx, session, map, number, out);
}
