/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What moderators, admins and operators have done. Layer 2. */
#include "jalon/store_moderation.h"
#include "store/private.h"

/* Others who wanted the same number of the server's at the same time. */
enum { TRIES_MAX = 100 };

enum jalon_status jalon_store_add_audit(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map,
                                        const struct jalon_audit_entry *entry)
{
    struct jalon_text detail = entry->detail.length > 0 ? entry->detail : JALON_TEXT("{}");
    struct jalon_db_value values[] = {
        jalon_db_integer(map != NULL ? map->number : 0),
        jalon_db_time(entry->time_us),
        jalon_db_text_or_null(entry->actor),
        jalon_db_text(entry->action),
        entry->contribution != 0 ? jalon_db_integer(entry->contribution) : jalon_db_null(),
        jalon_db_text_or_null(entry->subject),
        jalon_db_text_or_null(entry->reason),
        jalon_db_text(detail),
    };
    enum jalon_status status =
        map != NULL ? jalon_session_lock_map(ctx, session, map, true) : JALON_OK;
    if (status != JALON_OK) {
        return status;
    }
    int tries = 0;
    do {
        status = jalon_store_insert_new(ctx, session, JALON_QUERY_AUDIT_ADD, values,
                                        JALON_STORE_COUNT(values));
    } while (status == JALON_CONFLICT && ++tries < TRIES_MAX);
    return status == JALON_CONFLICT
               ? jalon_fail(ctx, JALON_RETRY, "others are writing; try again in a moment")
               : status;
}

static int32_t find_collection(const struct jalon_map *map, int64_t number)
{
    for (size_t i = 0; i < map->collection_count; i++) {
        if (map->collections[i].number == number) {
            return (int32_t)i;
        }
    }
    return -1;
}

enum { NUMBER, TIME, ACTOR, ACTION, CONTRIBUTION, ID, COLLECTION, SUBJECT, REASON, DETAIL };

static enum jalon_status read_entry(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    const void *with, void *object)
{
    const struct jalon_map *map = with;
    struct jalon_audit_entry *entry = object;
    *entry = (struct jalon_audit_entry){
        .number = jalon_db_to_integer(&row[NUMBER]),
        .time_us = jalon_db_to_time_us(&row[TIME]),
        .contribution = jalon_db_to_integer(&row[CONTRIBUTION]),
        .collection = -1,
    };
    if (row[ID].kind != JALON_DB_NULL) {
        entry->collection = find_collection(map, jalon_db_to_integer(&row[COLLECTION]));
        if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &entry->id)) {
            return jalon_store_bad_row(ctx, "contribution", entry->contribution);
        }
    }
    const struct jalon_store_text texts[] = {
        {ACTOR, &entry->actor},   {ACTION, &entry->action}, {SUBJECT, &entry->subject},
        {REASON, &entry->reason}, {DETAIL, &entry->detail}, {0, NULL},
    };
    return jalon_store_copy_texts(ctx, row, texts);
}

enum jalon_status jalon_store_list_audit(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_audit_filter *filter,
                                         struct jalon_audit_entry **out, size_t *out_count)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(filter->before > 0 ? filter->before : INT64_MAX),
        jalon_db_text_or_null(filter->actor),
        jalon_db_text_or_null(filter->action),
        filter->contribution != 0 ? jalon_db_integer(filter->contribution) : jalon_db_null(),
        jalon_db_integer((int64_t)filter->limit),
    };
    struct jalon_store_list list = {
        .size = sizeof(struct jalon_audit_entry), .read = read_entry, .with = map};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_AUDIT_LIST, values,
                                                     JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}
