/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Complaints about contributions. Layer 2. */
#include "jalon/names.h"
#include "jalon/store_reports.h"

#include "store/private.h"

static const char *const kinds[JALON_REPORT_KIND_COUNT] = {
    [JALON_REPORT_NOT_THERE] = "not_there",   [JALON_REPORT_WRONG] = "wrong",
    [JALON_REPORT_CHARTER] = "charter",       [JALON_REPORT_DUPLICATE] = "duplicate",
    [JALON_REPORT_PERSONAL_DATA] = "personal_data",
};
static const char *const states[] = {
    [JALON_REPORT_OPEN] = "open",
    [JALON_REPORT_UPHELD] = "upheld",
    [JALON_REPORT_DISMISSED] = "dismissed",
};

JALON_DEFINE_NAMES(report_kind, kinds)

JALON_DEFINE_NAMES(report_state, states)

enum jalon_status jalon_store_insert_report(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            const struct jalon_report *report)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_store_id(report->id, id),
        jalon_db_integer(contribution),
        jalon_db_text(jalon_text_from(jalon_report_kind_name(report->kind))),
        jalon_db_text_or_null(report->text),
        jalon_db_text_or_null(report->author),
        jalon_db_text_or_null(report->device),
        jalon_db_time(report->created_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_REPORT_INSERT, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_has_open_report(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              struct jalon_text account, struct jalon_text device,
                                              bool *out)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_db_text_or_null(account),
        account.length > 0 ? jalon_db_null() : jalon_db_text_or_null(device),
    };
    return jalon_store_has_row(ctx, session, JALON_QUERY_REPORT_FIND_OPEN, values,
                               JALON_STORE_COUNT(values), out);
}

enum jalon_status jalon_store_count_open_reports(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map, int64_t contribution,
                                                 int64_t *out_open, int64_t *out_personal)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_integer(contribution)};
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_REPORT_COUNT, values,
                              JALON_STORE_COUNT(values), &cursor, &row);
    if (status == JALON_OK) {
        *out_open = jalon_db_to_integer(&row[0]);
        *out_personal = jalon_db_to_integer(&row[1]);
        jalon_db_cursor_end(cursor);
    }
    return status;
}

/* --- Lists --- */

enum { ID, KIND, TEXT, AUTHOR, STATE, DECIDED, DECIDED_BY, ANSWER, CREATED };

static enum jalon_status read_report(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    struct jalon_report *report = object;
    (void)with;
    *report = (struct jalon_report){
        .device = JALON_TEXT_EMPTY,
        .created_us = jalon_db_to_time_us(&row[CREATED]),
        .decided_us = jalon_db_to_time_us(&row[DECIDED]),
    };
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &report->id) ||
        !jalon_report_kind_parse(jalon_db_to_text(&row[KIND]), &report->kind) ||
        !jalon_report_state_parse(jalon_db_to_text(&row[STATE]), &report->state)) {
        return jalon_store_bad_row(ctx, "a report of time", report->created_us);
    }
    const struct jalon_store_text texts[] = {
        {TEXT, &report->text},
        {AUTHOR, &report->author},
        {DECIDED_BY, &report->decided_by},
        {ANSWER, &report->answer},
        {0, NULL},
    };
    return jalon_store_copy_texts(ctx, row, texts);
}

static enum jalon_status list_reports(struct jalon_context *ctx, struct jalon_session *session,
                                      int query, const struct jalon_db_value *values, size_t count,
                                      struct jalon_report **out, size_t *out_count)
{
    struct jalon_store_list list = {.size = sizeof(struct jalon_report), .read = read_report};
    enum jalon_status status =
        jalon_store_read_list(ctx, session, query, values, count, &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_list_reports(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           struct jalon_id after, size_t limit,
                                           struct jalon_report **out, size_t *out_count)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_store_id(after, id),
        jalon_db_integer((int64_t)limit),
    };
    return list_reports(ctx, session, JALON_QUERY_REPORT_LIST, values, JALON_STORE_COUNT(values),
                        out, out_count);
}

enum jalon_status jalon_store_list_open_reports(struct jalon_context *ctx,
                                                struct jalon_session *session,
                                                const struct jalon_map *map, int64_t contribution,
                                                struct jalon_report **out, size_t *out_count)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_integer(contribution)};
    return list_reports(ctx, session, JALON_QUERY_REPORT_OPEN, values, JALON_STORE_COUNT(values),
                        out, out_count);
}

enum jalon_status jalon_store_settle_reports(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             const struct jalon_report *verdict)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_db_text(jalon_text_from(jalon_report_state_name(verdict->state))),
        jalon_db_time(verdict->decided_us),
        jalon_db_text_or_null(verdict->decided_by),
        jalon_db_text_or_null(verdict->answer),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_REPORT_SETTLE, values,
                            JALON_STORE_COUNT(values), NULL);
}
