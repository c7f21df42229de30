/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where somebody is named in the words of others. Layer 2. */
#include "store/people.h"

#define SOURCE(name, has_numbers, is_json)                                                          \
    {JALON_QUERY_MENTION_IN_##name, JALON_QUERY_MENTION_OUT_OF_##name, has_numbers, is_json}

static const struct source {
    int find, write;
    bool has_numbers; /* as keys; else ids */
    bool is_json;
} sources[] = {
    SOURCE(COMMENT_TEXT, false, false),
    SOURCE(COMMENT_REASON, false, false),
    SOURCE(CONFIRMATION_REMARK, false, false),
    SOURCE(CLAIM_TEXT, false, false),
    SOURCE(CLAIM_REASON, false, false),
    SOURCE(REPORT_TEXT, false, false),
    SOURCE(REPORT_ANSWER, false, false),
    SOURCE(PROPOSAL_REASON, false, false),
    SOURCE(PROPOSAL_ANSWER, false, false),
    SOURCE(AUDIT_REASON, true, false),
    SOURCE(AUDIT_DETAIL, true, true),
    SOURCE(REVIEW_DETAIL, true, true),
    SOURCE(REVISION_REASON, true, false),
    SOURCE(ZONE_REASON, true, false),
    SOURCE(BLOCK_REASON, false, false),
    SOURCE(NOTIFICATION_DETAIL, true, true),
    SOURCE(OUTBOX_SUBJECT, true, false),
    SOURCE(OUTBOX_BODY, true, false),
};
_Static_assert(JALON_STORE_COUNT(sources) == JALON_MENTION_SOURCES, "a row for each source");

static enum jalon_status read_mentioning(struct jalon_context *ctx,
                                         const struct jalon_db_value *row, const void *with,
                                         void *object)
{
    const struct source *source = with;
    struct jalon_mentioning *item = object;
    item->number = source->has_numbers ? jalon_db_to_integer(&row[0]) : 0;
    item->id = JALON_TEXT_EMPTY;
    enum jalon_status status =
        source->has_numbers ? JALON_OK : jalon_store_copy_text(ctx, &row[0], &item->id);
    return status == JALON_OK ? jalon_store_copy_text(ctx, &row[1], &item->text) : status;
}

static struct jalon_db_value key_of(const struct source *source,
                                    const struct jalon_mentioning *item)
{
    return source->has_numbers ? jalon_db_integer(item->number) : jalon_db_text(item->id);
}

bool jalon_store_mentions_are_json(size_t source)
{
    return sources[source].is_json;
}

enum jalon_status jalon_store_list_mentioning(struct jalon_context *ctx,
                                              struct jalon_session *session, size_t source,
                                              int64_t map, struct jalon_text text,
                                              const struct jalon_mentioning *after, size_t limit,
                                              struct jalon_mentioning **out, size_t *out_count)
{
    static const struct jalon_mentioning first = {
        .number = -1,
        .id = {"00000000-0000-0000-0000-000000000000", JALON_ID_TEXT_SIZE - 1},
    };
    struct jalon_db_value values[] = {
        jalon_db_integer(map),
        jalon_db_text(text),
        key_of(&sources[source], after != NULL ? after : &first),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_list list = {
        .size = sizeof(struct jalon_mentioning), .read = read_mentioning, .with = &sources[source]};
    enum jalon_status status = jalon_store_read_list(ctx, session, sources[source].find, values,
                                                     JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_rewrite_mentioning(struct jalon_context *ctx,
                                                 struct jalon_session *session, size_t source,
                                                 int64_t map, const struct jalon_mentioning *item,
                                                 struct jalon_text text)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map),
        key_of(&sources[source], item),
        jalon_db_text(text),
        jalon_db_text(item->text),
    };
    return jalon_db_execute(ctx, session->connection, sources[source].write, values,
                            JALON_STORE_COUNT(values), NULL);
}
