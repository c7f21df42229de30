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
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_store_id(id, text),
        jalon_db_text(json),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_REDACTION_ANSWERS, values,
                            JALON_STORE_COUNT(values), NULL);
}

/* One statement after the other, as none depends on what another finds. Adds to *count. */
static enum jalon_status run_all(struct jalon_context *ctx, struct jalon_session *session,
                                 const int *queries, size_t query_count,
                                 const struct jalon_db_value *values, size_t value_count,
                                 int64_t *count)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < query_count; i++) {
        int64_t changed = 0;
        status = jalon_db_execute(ctx, session->connection, queries[i], values, value_count,
                                  &changed);
        *count += changed;
    }
    return status;
}

/* `text` as it stands within a longer one in JSON: without the quotation marks. */
static enum jalon_status quote(struct jalon_context *ctx, struct jalon_text text,
                               struct jalon_text *out)
{
    struct jalon_buffer quoted;
    struct jalon_text copy = {NULL, 0};
    jalon_buffer_init(&quoted, QUOTE_MAX);
    jalon_buffer_append_json(&quoted, text);
    if (jalon_buffer_status(&quoted) == JALON_OK) {
        copy = jalon_text_copy(ctx->arena,
                               jalon_text_slice(quoted.data + 1, quoted.length - 2));
    }
    jalon_buffer_finish(&quoted);
    if (copy.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = copy;
    return JALON_OK;
}

static enum jalon_status redact_details(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map, int64_t contribution,
                                        struct jalon_text text, int64_t *count)
{
    static const int queries[] = {JALON_QUERY_REDACTION_REVIEWS, JALON_QUERY_REDACTION_AUDIT,
                                  JALON_QUERY_REDACTION_NOTIFICATIONS};
    struct jalon_text quoted;
    enum jalon_status status = quote(ctx, text, &quoted);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_integer(contribution), jalon_db_text(quoted)};
    return run_all(ctx, session, queries, JALON_STORE_COUNT(queries), values,
                   JALON_STORE_COUNT(values), count);
}

enum jalon_status jalon_store_redact_quotes(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            struct jalon_text text)
{
    if (text.length == 0) {
        return JALON_OK;
    }
    int64_t count = 0;
    enum jalon_status status = redact_details(ctx, session, map, contribution, text, &count);
    if (status == JALON_OK && text.length >= QUOTE_IN_MAILS_MIN) {
        struct jalon_db_value value = jalon_db_text(text);
        status = jalon_db_execute(ctx, session->connection, JALON_QUERY_REDACTION_MAILS, &value, 1,
                                  NULL);
    }
    return status;
}

/* Beside the contribution itself: where it is told of with its id. */
static enum jalon_status redact_mentions(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, struct jalon_id id,
                                         struct jalon_text words, struct jalon_text mark,
                                         int64_t *count)
{
    static const int mentions = JALON_QUERY_REDACTION_MENTIONS;
    static const int mails = JALON_QUERY_REDACTION_MAILS_ABOUT;
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_text quoted;
    jalon_id_format(id, text);
    enum jalon_status status = quote(ctx, words, &quoted);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_db_value values[] = {jalon_db_integer(map->number),
                                      jalon_db_text(jalon_text_from(text)), jalon_db_text(quoted)};
    struct jalon_db_value said[] = {jalon_db_text(jalon_text_from(text)), jalon_db_text(words),
                                    jalon_db_text(mark)};
    status = run_all(ctx, session, &mentions, 1, values, JALON_STORE_COUNT(values), count);
    return status == JALON_OK
               ? run_all(ctx, session, &mails, 1, said, JALON_STORE_COUNT(said), count)
               : status;
}

enum jalon_status jalon_store_redact_words(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map,
                                           const struct jalon_contribution *contribution,
                                           struct jalon_text words, struct jalon_text mark,
                                           int64_t *out_count)
{
    static const int queries[] = {
        JALON_QUERY_REDACTION_REASONS,       JALON_QUERY_REDACTION_TRAIL,
        JALON_QUERY_REDACTION_COMMENTS,      JALON_QUERY_REDACTION_CONFIRMATIONS,
        JALON_QUERY_REDACTION_CLAIMS,        JALON_QUERY_REDACTION_REPORTS,
        JALON_QUERY_REDACTION_PROPOSALS,
    };
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number), jalon_db_integer(contribution->number),
        jalon_db_text(words), jalon_db_text(mark)};
    int64_t count = 0;
    enum jalon_status status =
        run_all(ctx, session, queries, JALON_STORE_COUNT(queries), values,
                JALON_STORE_COUNT(values), &count);
    if (status == JALON_OK) {
        status = redact_details(ctx, session, map, contribution->number, words, &count);
    }
    if (status == JALON_OK) {
        status = redact_mentions(ctx, session, map, contribution->id, words, mark, &count);
    }
    if (status == JALON_OK) {
        *out_count = count;
    }
    return status;
}
