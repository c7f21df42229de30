/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The lists of a copy of somebody's data, written row by row as JSON. Layer 2.
 *
 * A list is a statement and the names of its columns behind the key: nothing that is not named here
 * gets out, so that a hash, which is the key of one list, does not.
 */
#include "store/people.h"

#include <string.h>

#include "jalon/clock.h"
#include "jalon/json.h"

enum form { TEXT, TIME, INTEGER, BOOLEAN, JSON, CHANGES /* and the column that says how much */ };
/* What stands for the account. */
enum whose { BY_NAME, BY_NUMBER, BY_VOICE };

enum { COLUMNS_MAX = 13, PARAMETERS_MAX = 6 };

struct list {
    const char *name;
    int query;
    enum whose whose;
    size_t numbers; /* of the key */
    bool has_text;  /* behind them */
    struct {
        const char *name; /* NULL: no more */
        enum form form;
    } columns[COLUMNS_MAX];
};

#define OF_CONTRIBUTION {"map", TEXT}, {"collection", TEXT}, {"contribution", TEXT}

static const struct list lists[JALON_OWN_LIST_COUNT] = {
    {"memberships", JALON_QUERY_OWN_COPY_MEMBERSHIPS, BY_NUMBER, 1, false,
     {{"map", TEXT}, {"role", TEXT}, {"categories", JSON}, {"territory", TEXT}, {"since", TIME}}},
    {"revisions", JALON_QUERY_OWN_REVISIONS, BY_NAME, 3, false,
     {OF_CONTRIBUTION, {"version", INTEGER}, {"time", TIME}, {"action", TEXT}, {"reason", TEXT},
      {"base", INTEGER}, {"charter", INTEGER}, {"changes", CHANGES}}},
    {"decisions", JALON_QUERY_OWN_DECISIONS, BY_NAME, 3, false,
     {OF_CONTRIBUTION, {"version", INTEGER}, {"time", TIME}, {"action", TEXT}, {"reason", TEXT}}},
    {"comments", JALON_QUERY_OWN_COMMENTS, BY_NAME, 1, true,
     {OF_CONTRIBUTION, {"id", TEXT}, {"parent", TEXT}, {"kind", TEXT}, {"text", TEXT},
      {"moderation", TEXT}, {"reason", TEXT}, {"created", TIME}, {"updated", TIME}}},
    {"confirmations", JALON_QUERY_OWN_CONFIRMATIONS, BY_NAME, 1, true,
     {OF_CONTRIBUTION, {"id", TEXT}, {"still", BOOLEAN}, {"observed", TEXT}, {"remark", TEXT},
      {"created", TIME}}},
    {"supports", JALON_QUERY_OWN_SUPPORTS, BY_VOICE, 2, false,
     {OF_CONTRIBUTION, {"created", TIME}}},
    {"links", JALON_QUERY_OWN_LINKS, BY_NAME, 1, true,
     {OF_CONTRIBUTION, {"id", TEXT}, {"type", TEXT}, {"target_map", TEXT}, {"target", TEXT},
      {"created", TIME}}},
    {"reports", JALON_QUERY_OWN_REPORTS, BY_NAME, 1, true,
     {OF_CONTRIBUTION, {"id", TEXT}, {"kind", TEXT}, {"text", TEXT}, {"state", TEXT},
      {"decided", TIME}, {"answer", TEXT}, {"created", TIME}}},
    {"proposals", JALON_QUERY_OWN_PROPOSALS, BY_NAME, 1, true,
     {OF_CONTRIBUTION, {"id", TEXT}, {"base", INTEGER}, {"reason", TEXT}, {"state", TEXT},
      {"accepted", JSON}, {"decided", TIME}, {"answer", TEXT}, {"created", TIME},
      {"changes", CHANGES}}},
    {"claims", JALON_QUERY_OWN_CLAIMS, BY_NAME, 1, true,
     {OF_CONTRIBUTION, {"id", TEXT}, {"text", TEXT}, {"state", TEXT}, {"decided", TIME},
      {"reason", TEXT}, {"created", TIME}}},
    {"notifications", JALON_QUERY_OWN_NOTIFICATIONS, BY_NUMBER, 1, false,
     {OF_CONTRIBUTION, {"kind", TEXT}, {"actor", TEXT}, {"detail", JSON}, {"created", TIME},
      {"seen", TIME}}},
    {"tokens", JALON_QUERY_OWN_TOKENS, BY_NUMBER, 0, true,
     {{"id", TEXT}, {"name", TEXT}, {"scopes", TEXT}, {"created", TIME}, {"expires", TIME},
      {"used", TIME}}},
    {"sessions", JALON_QUERY_OWN_SESSIONS, BY_NUMBER, 0, true,
     {{"created", TIME}, {"seen", TIME}, {"expires", TIME}}},
    {"charters", JALON_QUERY_OWN_CHARTERS, BY_NAME, 2, false,
     {{"map", TEXT}, {"version", INTEGER}, {"fr", TEXT}, {"en", TEXT}, {"created", TIME}}},
    {"deeds", JALON_QUERY_OWN_DEEDS, BY_NAME, 2, false,
     {OF_CONTRIBUTION, {"time", TIME}, {"action", TEXT}, {"reason", TEXT}}},
};

const char *jalon_own_list_name(enum jalon_own_list list)
{
    return lists[list].name;
}

/* --- Rows --- */
struct writing {
    const struct list *list;
    struct jalon_own_mark mark;
    struct jalon_json_writer *writer;
    size_t count;
};

/* The changes of a row, as far as they are whose copy it is. */
static enum jalon_status put_changes(struct jalon_context *ctx, struct jalon_json_writer *writer,
                                     struct jalon_text changes, int64_t share)
{
    const struct jalon_json *all = NULL;
    if (share == 2) {
        jalon_json_put_raw(writer, "changes", changes);
        return JALON_OK;
    }
    enum jalon_status status = jalon_json_parse(ctx, changes, &all);
    jalon_json_begin_array(writer, "changes");
    for (size_t i = 0; status == JALON_OK && i < jalon_json_size(all); i++) {
        const struct jalon_json *change = jalon_json_element(all, i);
        const struct jalon_json *after = jalon_json_member(change, "after");
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_text(writer, "field", jalon_json_text(jalon_json_member(change, "field")));
        if (share == 1 && after != NULL) {
            jalon_json_put_raw(writer, "after", JALON_TEXT_EMPTY);
            jalon_json_write(writer->buffer, after);
        }
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
    return status;
}

static enum jalon_status put_column(struct jalon_context *ctx, struct jalon_json_writer *writer,
                                    const char *name, enum form form,
                                    const struct jalon_db_value *value)
{
    char time[JALON_CLOCK_TEXT_SIZE];
    if (value->kind == JALON_DB_NULL) {
        jalon_json_put_null(writer, name);
        return JALON_OK;
    }
    switch (form) {
    case TEXT:
        jalon_json_put_text(writer, name, jalon_db_to_text(value));
        break;
    case TIME:
        jalon_clock_format(jalon_db_to_time_us(value), time);
        jalon_json_put_string(writer, name, time);
        break;
    case INTEGER:
        jalon_json_put_integer(writer, name, jalon_db_to_integer(value));
        break;
    case BOOLEAN:
        jalon_json_put_boolean(writer, name, jalon_db_to_integer(value) != 0);
        break;
    case JSON:
        jalon_json_put_raw(writer, name, jalon_db_to_text(value));
        break;
    case CHANGES:
        return put_changes(ctx, writer, jalon_db_to_text(value), jalon_db_to_integer(value + 1));
    }
    return JALON_OK;
}

/* The row's key; how many columns it has. */
static size_t take_mark(const struct list *list, const struct jalon_db_value *row,
                        struct jalon_own_mark *out)
{
    size_t at = 0;
    for (; at < list->numbers; at++) {
        out->numbers[at] = jalon_db_to_integer(&row[at]);
    }
    if (list->has_text) {
        struct jalon_text text = jalon_db_to_text(&row[at++]);
        size_t length = text.length < sizeof out->text ? text.length : sizeof out->text - 1;
        memcpy(out->text, text.data, length);
        out->text[length] = '\0';
    }
    return at;
}

static enum jalon_status write_row(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   void *object)
{
    struct writing *writing = object;
    const struct list *list = writing->list;
    enum jalon_status status = JALON_OK;
    row += take_mark(list, row, &writing->mark);
    writing->count++;
    jalon_json_begin_object(writing->writer, NULL);
    for (size_t i = 0; i < COLUMNS_MAX && list->columns[i].name != NULL; i++) {
        status = put_column(ctx, writing->writer, list->columns[i].name, list->columns[i].form,
                            &row[i]);
        if (status != JALON_OK) {
            return status;
        }
    }
    jalon_json_end_object(writing->writer);
    return status;
}

/* --- A page --- */
static struct jalon_db_value who(const struct list *list, const struct jalon_account *account,
                                 struct jalon_text voice)
{
    switch (list->whose) {
    case BY_NAME:
        return jalon_db_text(account->name);
    case BY_VOICE:
        return jalon_db_text(voice);
    default:
        return jalon_db_integer(account->number);
    }
}

enum jalon_status jalon_store_write_own(struct jalon_context *ctx, struct jalon_session *session,
                                        enum jalon_own_list which,
                                        const struct jalon_account *account,
                                        struct jalon_own_mark *mark, size_t limit,
                                        struct jalon_json_writer *writer, size_t *out_count)
{
    /* Before every id and every hash. */
    static const char first[] = "00000000-0000-0000-0000-000000000000";
    struct writing writing = {.list = &lists[which], .mark = *mark, .writer = writer};
    struct jalon_db_value values[PARAMETERS_MAX];
    size_t count = 0;
    struct jalon_text voice =
        jalon_text_format(ctx->arena, "account:%lld", (long long)account->number);
    if (voice.data == NULL) {
        return jalon_no_memory(ctx);
    }
    values[count++] = who(writing.list, account, voice);
    for (size_t i = 0; i < writing.list->numbers; i++) {
        values[count++] = jalon_db_integer(mark->numbers[i]);
    }
    if (writing.list->has_text) {
        values[count++] = jalon_db_text(jalon_text_from(*mark->text != '\0' ? mark->text : first));
    }
    values[count++] = jalon_db_integer((int64_t)limit);
    enum jalon_status status = jalon_store_each_row(ctx, session, writing.list->query, values,
                                                    count, write_row, &writing);
    if (status == JALON_OK) {
        *mark = writing.mark;
        *out_count = writing.count;
    }
    return status;
}
