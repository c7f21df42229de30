/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Looking through a database for what no write of ours leaves behind: what one statement can tell.
 * Layer 2. Row by row: check_rows.c.
 */
#include "store/check.h"

enum jalon_status jalon_store_vacuum(struct jalon_context *ctx, struct jalon_store *store,
                                     int64_t *out_before, int64_t *out_after)
{
    return jalon_db_compact(ctx, store->db, out_before, out_after);
}

/* --- Telling --- */

void jalon_check_tell(const struct jalon_check *check, const char *table, struct jalon_text key,
                      struct jalon_text what)
{
    struct jalon_finding finding = {jalon_text_from(table), key, what};
    check->listener(check->handle, &finding);
}

static void tell_engine(void *object, struct jalon_text table, struct jalon_text key,
                        struct jalon_text what)
{
    const struct jalon_check *check = object;
    struct jalon_finding finding = {table, key, what};
    check->listener(check->handle, &finding);
}

/* --- Statements that should answer nothing --- */

static const struct rule {
    int query;
    const char *table;
    const char *what; /* the first two # are the answer's numbers */
} rules[] = {
    {JALON_QUERY_CHECK_REVISION_GAPS, "revision",
     "the last version of this contribution is #, but it has # of them"},
    {JALON_QUERY_CHECK_REVISION_OWNERS, "revision",
     "version # is of a contribution that is not in map #"},
    {JALON_QUERY_CHECK_VERSIONS, "contribution", "has version #, but its last revision is #"},
    {JALON_QUERY_CHECK_UPDATE_TIMES, "contribution",
     "was not updated when its last revision (#) was made"},
    {JALON_QUERY_CHECK_CREATION_TIMES, "contribution",
     "was updated (version #) before it was created"},
    {JALON_QUERY_CHECK_EVENT_GAPS, "event", "the map's last event is #, but it has # of them"},
    {JALON_QUERY_CHECK_EVENT_REVISIONS, "event",
     "names contribution # and version #, which is not in the history"},
    {JALON_QUERY_CHECK_EVENT_DOUBLES, "event",
     "version # of this contribution has # events instead of one"},
    {JALON_QUERY_CHECK_EVENT_COUNTS, "event", "the map has # events for # revisions"},
    {JALON_QUERY_CHECK_EVENT_MAPS, "event", "# events are of a map that is not there"},
    {JALON_QUERY_CHECK_CONTRIBUTION_INDEX, "idx_contribution_geometry",
     "the spatial index has this number, but there is no such geometry"},
    {JALON_QUERY_CHECK_TERRITORY_INDEX, "idx_territory_geometry",
     "the spatial index has this number, but there is no such geometry"},
};

struct applied {
    const struct jalon_check *check;
    const struct rule *rule;
};

static enum jalon_status tell_row(struct jalon_context *ctx, const struct jalon_db_value *row,
                                  void *object)
{
    enum { KEY, FIRST };
    const struct applied *applied = object;
    struct jalon_buffer what;
    jalon_buffer_init(&what, 4096);
    int column = FIRST;
    for (const char *at = applied->rule->what; *at != '\0'; at++) {
        if (*at == '#') {
            jalon_buffer_append_format(&what, "%lld",
                                       (long long)jalon_db_to_integer(&row[column++]));
        } else {
            jalon_buffer_append_char(&what, *at);
        }
    }
    enum jalon_status status = jalon_buffer_status(&what);
    if (status == JALON_OK) {
        jalon_check_tell(applied->check, applied->rule->table, jalon_db_to_text(&row[KEY]),
                         jalon_buffer_text(&what));
    }
    jalon_buffer_finish(&what);
    return status == JALON_OK ? status : jalon_no_memory(ctx);
}

/* --- The whole database --- */

static enum jalon_status check_schema(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_check *check, bool *out_readable)
{
    int64_t has, makes = jalon_db_schema_newest();
    enum jalon_status status = jalon_db_schema_version(ctx, session->connection, &has);
    if (status != JALON_OK) {
        return status;
    }
    if (has != makes) {
        struct jalon_text what = jalon_text_format(
            ctx->arena, "has schema %lld, while this program makes %lld: %s", (long long)has,
            (long long)makes, has < makes ? "jalon migrate" : "use a newer Jalon");
        if (what.data == NULL) {
            return jalon_no_memory(ctx);
        }
        jalon_check_tell(check, "schema_migration", JALON_TEXT_EMPTY, what);
    }
    *out_readable = has == makes;
    return JALON_OK;
}

enum jalon_status jalon_store_check(struct jalon_context *ctx, struct jalon_session *session,
                                    jalon_finding_listener listener, void *handle,
                                    bool *out_readable)
{
    struct jalon_check check = {listener, handle};
    bool readable = false;
    enum jalon_status status = check_schema(ctx, session, &check, &readable);
    if (status == JALON_OK) {
        status = jalon_db_check(ctx, session->connection, tell_engine, &check);
        if (status == JALON_UNSUPPORTED) { /* whoever keeps the data checks it */
            jalon_error_clear(ctx);
            status = JALON_OK;
        }
    }
    for (size_t i = 0; status == JALON_OK && readable && i < JALON_STORE_COUNT(rules); i++) {
        struct applied applied = {&check, &rules[i]};
        status = jalon_store_each_row(ctx, session, rules[i].query, NULL, 0, tell_row, &applied);
    }
    if (status == JALON_OK) {
        *out_readable = readable;
    }
    return status;
}
