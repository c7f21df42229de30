/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Revisions and events. Layer 2. */
#include "store/private.h"

/* --- Revisions --- */

enum jalon_status jalon_store_read_revision(struct jalon_context *ctx, int64_t contribution,
                                            const struct jalon_db_value *row,
                                            struct jalon_revision *out)
{
    enum { VERSION, TIME, AUTHOR, ACTION, REASON, CHANGES, BASE };
    struct jalon_revision read = {
        .version = jalon_db_to_integer(&row[VERSION]),
        .time_us = jalon_db_to_time_us(&row[TIME]),
        .base = jalon_db_to_integer(&row[BASE]),
    };
    if (!jalon_action_parse(jalon_db_to_text(&row[ACTION]), &read.action)) {
        return jalon_store_bad_row(ctx, "a revision of contribution", contribution);
    }
    enum jalon_status status = jalon_store_copy_text(ctx, &row[AUTHOR], &read.author);
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[REASON], &read.reason);
    }
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[CHANGES], &read.changes);
    }
    if (status == JALON_OK) {
        *out = read;
    }
    return status;
}

static enum jalon_status read_revision(struct jalon_context *ctx, const struct jalon_db_value *row,
                                       const void *with, void *object)
{
    const int64_t *contribution = with;
    return jalon_store_read_revision(ctx, *contribution, row, object);
}

/* An empty list of those of the contribution with this number. */
static struct jalon_store_list list_revisions(const int64_t *contribution)
{
    return (struct jalon_store_list){
        .size = sizeof(struct jalon_revision), .read = read_revision, .with = contribution};
}

static struct jalon_db_value limit_value(size_t limit)
{
    return jalon_db_integer(limit < INT64_MAX ? (int64_t)limit : INT64_MAX);
}

enum jalon_status jalon_store_list_revisions(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             int64_t before, size_t limit,
                                             struct jalon_revision **out, size_t *out_count)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_db_integer(before > 0 ? before : INT64_MAX),
        limit_value(limit),
    };
    struct jalon_store_list list = list_revisions(&contribution);
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_REVISION_LIST,
                                                     values, JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

/* --- All of a map --- */

struct histories {
    const struct jalon_map *map;
    enum jalon_db_geometry_form form;
    jalon_history_listener take;
    void *object;
    struct jalon_context *one; /* of the contribution that is read; reset behind it */
    struct jalon_contribution contribution;
    int64_t number;
    struct jalon_store_list revisions; /* its own until now */
};

/* Gives the contribution whose rows were read away. */
static enum jalon_status give_history(struct histories *histories)
{
    enum jalon_status status = JALON_OK;
    if (histories->revisions.count > 0) {
        status = histories->take(histories->one, histories->object, &histories->contribution,
                                 histories->revisions.items, histories->revisions.count);
    }
    if (status == JALON_OK) {
        jalon_context_reset(histories->one);
        histories->revisions = list_revisions(&histories->number);
    }
    return status;
}

static enum jalon_status read_history_row(struct histories *histories,
                                          const struct jalon_db_value *row)
{
    enum jalon_status status = JALON_OK;
    int64_t number = jalon_db_to_integer(&row[0]);
    if (histories->revisions.count > 0 && histories->number != number) {
        status = give_history(histories);
    }
    if (status == JALON_OK && histories->revisions.count == 0) {
        histories->number = number;
        status = jalon_store_read_contribution(histories->one, histories->map, histories->form, row,
                                               &histories->contribution);
    }
    return status == JALON_OK
               ? jalon_store_add_item(histories->one, row + JALON_STORE_CONTRIBUTION_COLUMNS,
                                      &histories->revisions)
               : status;
}

static enum jalon_status fail_history(struct jalon_context *ctx, enum jalon_status status,
                                      const struct histories *histories)
{
    return jalon_fail(ctx, status, "the history cannot be read further: %s",
                      histories->one->error.message.data);
}

static enum jalon_status take_history_row(struct jalon_context *ctx,
                                          const struct jalon_db_value *row, void *object)
{
    enum jalon_status status = read_history_row(object, row);
    return status == JALON_OK ? status : fail_history(ctx, status, object);
}

enum jalon_status jalon_store_each_history(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map,
                                           jalon_history_listener take, void *object)
{
    struct jalon_db_value value = jalon_db_integer(map->number);
    struct histories histories = {
        .map = map,
        .form = jalon_db_geometry_form(session->store->db),
        .take = take,
        .object = object,
        .one = jalon_context_create(),
    };
    if (histories.one == NULL) {
        return jalon_no_memory(ctx);
    }
    histories.revisions = list_revisions(&histories.number);
    enum jalon_status status = jalon_store_each_row(ctx, session, JALON_QUERY_REVISION_HISTORIES,
                                                    &value, 1, take_history_row, &histories);
    if (status == JALON_OK) {
        status = give_history(&histories);
        status = status == JALON_OK ? status : fail_history(ctx, status, &histories);
    }
    jalon_context_destroy(histories.one);
    return status;
}

/* --- Events --- */

static enum jalon_status read_event(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    const void *with, void *object)
{
    struct jalon_event *event = object;
    (void)with;
    *event = (struct jalon_event){
        .seq = jalon_db_to_integer(&row[0]),
        .time_us = jalon_db_to_time_us(&row[1]),
        .contribution = jalon_db_to_integer(&row[3]),
        .version = jalon_db_to_integer(&row[5]),
    };
    if (!jalon_action_parse(jalon_db_to_text(&row[2]), &event->action) ||
        !jalon_id_parse(jalon_db_to_text(&row[4]), &event->id)) {
        return jalon_store_bad_row(ctx, "event", event->seq);
    }
    return JALON_OK;
}

enum jalon_status jalon_store_list_events(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t since, size_t limit,
                                          struct jalon_event **out, size_t *out_count)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(since),
        limit_value(limit),
    };
    struct jalon_store_list list = {.size = sizeof(struct jalon_event), .read = read_event};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_EVENT_LIST, values,
                                                     JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_has_event(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map, int64_t seq, int64_t time_us,
                                        bool *out)
{
    struct jalon_event *events = NULL;
    size_t count = 0;
    enum jalon_status status =
        jalon_store_list_events(ctx, session, map, seq - 1, 1, &events, &count);
    if (status == JALON_OK) {
        *out = count == 1 && events[0].seq == seq && events[0].time_us == time_us;
    }
    return status;
}

enum jalon_status jalon_store_last_event(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, int64_t *out_seq,
                                         int64_t *out_time_us)
{
    struct jalon_db_value value = jalon_db_integer(map->number);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_EVENT_LAST, &value, 1, &cursor, &row);
    if (status == JALON_NOT_FOUND) {
        *out_seq = 0;
        *out_time_us = map->created_us;
        return JALON_OK;
    }
    if (status == JALON_OK) {
        *out_seq = jalon_db_to_integer(&row[0]);
        *out_time_us = jalon_db_to_time_us(&row[1]);
        jalon_db_cursor_end(cursor);
    }
    return status;
}
