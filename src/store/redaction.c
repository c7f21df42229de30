/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Removing values from what was kept of them. Layer 2. */
#include "jalon/store_memory.h"
#include "store/private.h"

enum { QUOTE_MAX = 1 << 20, QUOTE_IN_MAILS_MIN = 8 };

enum jalon_status jalon_store_redact_revision(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              int64_t version, struct jalon_text changes)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution),
        jalon_db_integer(version),
        jalon_db_text(changes),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_REDACTION_REVISION, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_redact_answers(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, struct jalon_id id,
                                             struct jalon_text json)
{
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(id, text);
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_text(jalon_text_from(text)),
        jalon_db_text(json),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_REDACTION_ANSWERS, values,
                            JALON_STORE_COUNT(values), NULL);
}

static enum jalon_status redact_details(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map, int64_t contribution,
                                        struct jalon_text text)
{
    struct jalon_buffer quoted;
    jalon_buffer_init(&quoted, QUOTE_MAX);
    jalon_buffer_append_json(&quoted, text);
    enum jalon_status status = jalon_buffer_status(&quoted);
    if (status == JALON_OK) {
        /* Without the quotation marks: it may stand within a longer text. */
        struct jalon_db_value values[] = {
            jalon_db_integer(map->number),
            jalon_db_integer(contribution),
            jalon_db_text(jalon_text_slice(quoted.data + 1, quoted.length - 2)),
        };
        status = jalon_db_execute(ctx, session->connection, JALON_QUERY_REDACTION_DETAILS, values,
                                  JALON_STORE_COUNT(values), NULL);
    } else {
        status = jalon_no_memory(ctx);
    }
    jalon_buffer_finish(&quoted);
    return status;
}

enum jalon_status jalon_store_redact_quotes(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            struct jalon_text text)
{
    if (text.length == 0) {
        return JALON_OK;
    }
    enum jalon_status status = redact_details(ctx, session, map, contribution, text);
    if (status == JALON_OK && text.length >= QUOTE_IN_MAILS_MIN) {
        struct jalon_db_value value = jalon_db_text(text);
        status = jalon_db_execute(ctx, session->connection, JALON_QUERY_REDACTION_MAILS, &value, 1,
                                  NULL);
    }
    return status;
}
