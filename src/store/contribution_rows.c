/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Reading contributions: rows give back what was written, one by one or a whole map. Layer 2.
 *
 * The view reads every row of a map before it answers for the first time, so each row takes few
 * allocations here, and nothing of it is looked at twice.
 */
#include <string.h>

#include "store/private.h"

/* --- One row --- */

/* The columns of every reading statement. */
enum {
    COLUMN_NUMBER,
    COLUMN_ID,
    COLUMN_COLLECTION,
    COLUMN_VERSION,
    COLUMN_TITLE,
    COLUMN_DESCRIPTION,
    COLUMN_FIELDS,
    COLUMN_CATEGORIES,
    COLUMN_STATUS,
    COLUMN_MODERATION,
    COLUMN_AUTHOR,
    COLUMN_SOURCE,
    COLUMN_SOURCE_ID,
    COLUMN_LICENCE,
    COLUMN_OBSERVED,
    COLUMN_CAMPAIGN,
    COLUMN_CREATED,
    COLUMN_UPDATED,
    COLUMN_GEOMETRY,
    COLUMN_DECLARED_BY,
    COLUMN_CONFIRMED,
    COLUMN_SUPPORTS,
    COLUMN_COMMENTS,
    COLUMN_TOUCHED,
    COLUMN_MERGED_INTO,
    COLUMN_SEQ = JALON_STORE_CONTRIBUTION_COLUMNS, /* this and the next: of changes only */
    COLUMN_TIME,
    COLUMN_FORGETS,
};

static int32_t find_collection(const struct jalon_map *map, int64_t number)
{
    for (size_t i = 0; i < map->collection_count; i++) {
        if (map->collections[i].number == number) {
            return (int32_t)i;
        }
    }
    return -1;
}

/* Copies the text to *at, with a NUL, and moves *at behind it. */
static struct jalon_text put_copy(char **at, struct jalon_text text)
{
    char *copy = *at;
    if (text.length == 0) {
        return JALON_TEXT_EMPTY;
    }
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    *at += text.length + 1;
    return (struct jalon_text){copy, text.length};
}

/* Copies all texts of the row, the two JSON columns too, into one block. */
static enum jalon_status copy_texts(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    struct jalon_contribution *out, struct jalon_text *out_fields,
                                    struct jalon_text *out_categories)
{
    const struct {
        int column;
        struct jalon_text *to;
    } texts[] = {
        {COLUMN_TITLE, &out->title},         {COLUMN_DESCRIPTION, &out->description},
        {COLUMN_AUTHOR, &out->author},       {COLUMN_SOURCE, &out->source},
        {COLUMN_SOURCE_ID, &out->source_id}, {COLUMN_LICENCE, &out->licence},
        {COLUMN_OBSERVED, &out->observed},   {COLUMN_CAMPAIGN, &out->campaign},
        {COLUMN_FIELDS, out_fields},         {COLUMN_CATEGORIES, out_categories},
        {COLUMN_DECLARED_BY, &out->declared_by}, {COLUMN_CONFIRMED, &out->confirmed},
    };
    size_t size = 0;
    for (size_t i = 0; i < JALON_STORE_COUNT(texts); i++) {
        size += jalon_db_to_text(&row[texts[i].column]).length + 1;
    }
    char *at = jalon_arena_allocate(ctx->arena, size);
    if (at == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < JALON_STORE_COUNT(texts); i++) {
        *texts[i].to = put_copy(&at, jalon_db_to_text(&row[texts[i].column]));
    }
    return JALON_OK;
}

/* Reads the two JSON columns where their copies lie. */
static enum jalon_status read_json(struct jalon_context *ctx, const struct jalon_map *map,
                                   struct jalon_text fields, struct jalon_text categories,
                                   struct jalon_contribution *out)
{
    const struct jalon_collection *collection = &map->collections[out->collection];
    struct jalon_value *values =
        jalon_arena_allocate(ctx->arena, collection->field_count * sizeof *values);
    if (values == NULL) {
        return jalon_no_memory(ctx);
    }
    int32_t *indexes = NULL;
    enum jalon_status status =
        jalon_store_read_fields(ctx, collection, (char *)fields.data, fields.length, values);
    if (status == JALON_OK) {
        status = jalon_store_read_categories(ctx, map, (char *)categories.data, categories.length,
                                             &indexes, &out->category_count);
    }
    out->fields = values;
    out->categories = indexes;
    return status;
}

/* Most rows were never changed: then both times are the same text. */
static void read_times(const struct jalon_db_value *row, struct jalon_contribution *out)
{
    const struct jalon_db_value *created = &row[COLUMN_CREATED], *updated = &row[COLUMN_UPDATED];
    out->created_us = jalon_db_to_time_us(created);
    out->updated_us = created->kind == JALON_DB_TEXT && updated->kind == JALON_DB_TEXT &&
                              jalon_text_equal(created->text, updated->text)
                          ? out->created_us
                          : jalon_db_to_time_us(updated);
    if (row[COLUMN_TOUCHED].kind != JALON_DB_NULL) {
        out->touched_us = jalon_db_to_time_us(&row[COLUMN_TOUCHED]);
    }
}

/* False when a name or number in the row is none that this program knows. */
static bool read_names(const struct jalon_db_value *row, const struct jalon_map *map,
                       struct jalon_contribution *out)
{
    out->collection = find_collection(map, jalon_db_to_integer(&row[COLUMN_COLLECTION]));
    if (out->collection < 0 || !jalon_id_parse(jalon_db_to_text(&row[COLUMN_ID]), &out->id) ||
        !jalon_moderation_parse(jalon_db_to_text(&row[COLUMN_MODERATION]), &out->moderation)) {
        return false;
    }
    struct jalon_text status = jalon_db_to_text(&row[COLUMN_STATUS]);
    struct jalon_text merged_into = jalon_db_to_text(&row[COLUMN_MERGED_INTO]);
    if (merged_into.length > 0 && !jalon_id_parse(merged_into, &out->merged_into)) {
        return false;
    }
    out->status = -1;
    if (status.length > 0) {
        out->status = jalon_collection_find_status(&map->collections[out->collection], status);
        return out->status >= 0;
    }
    return true;
}

enum jalon_status jalon_store_read_contribution(struct jalon_context *ctx,
                                                const struct jalon_map *map,
                                                enum jalon_db_geometry_form form,
                                                const struct jalon_db_value *row,
                                                struct jalon_contribution *out)
{
    struct jalon_contribution read = {
        .number = jalon_db_to_integer(&row[COLUMN_NUMBER]),
        .version = jalon_db_to_integer(&row[COLUMN_VERSION]),
        .supports = jalon_db_to_integer(&row[COLUMN_SUPPORTS]),
        .comments = jalon_db_to_integer(&row[COLUMN_COMMENTS]),
    };
    struct jalon_text fields, categories;
    enum jalon_status status = read_names(row, map, &read) ? JALON_OK : JALON_INTERNAL;
    if (status == JALON_OK) {
        read_times(row, &read);
        status = copy_texts(ctx, row, &read, &fields, &categories);
    }
    if (status == JALON_OK) {
        status = read_json(ctx, map, fields, categories, &read);
    }
    if (status == JALON_OK) {
        status = jalon_store_read_geometry(ctx, form, &row[COLUMN_GEOMETRY], &read.geometry);
    }
    if (status == JALON_OK) {
        *out = read;
        return JALON_OK;
    }
    return status == JALON_NO_MEMORY ? status
                                     : jalon_store_bad_row(ctx, "contribution", read.number);
}

static enum jalon_status read_one(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_map *map, int query,
                                  const struct jalon_db_value *values, size_t count,
                                  struct jalon_contribution *out)
{
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, query, values, count, &cursor, &row);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, status, "there is no such contribution");
    }
    if (status == JALON_OK) {
        status = jalon_store_read_contribution(ctx, map, jalon_db_geometry_form(session->store->db), row, out);
        jalon_db_cursor_end(cursor);
    }
    return status;
}

enum jalon_status jalon_store_find_contribution(struct jalon_context *ctx,
                                                struct jalon_session *session,
                                                const struct jalon_map *map, int32_t collection,
                                                struct jalon_id id, struct jalon_contribution *out)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(map->collections[collection].number),
        jalon_store_id(id, text),
    };
    return read_one(ctx, session, map, JALON_QUERY_CONTRIBUTION_FIND, values,
                    JALON_STORE_COUNT(values), out);
}

enum jalon_status jalon_store_find_seen(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map, int32_t collection,
                                        struct jalon_id id, const struct jalon_onlooker *onlooker,
                                        struct jalon_contribution *out)
{
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(id, text);
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(map->collections[collection].number),
        jalon_db_text((struct jalon_text){text, JALON_ID_TEXT_SIZE - 1}),
        jalon_db_boolean(onlooker->sees_all),
        jalon_db_text_or_null(onlooker->account),
        jalon_db_text_or_null(onlooker->secret_hash),
    };
    return read_one(ctx, session, map, JALON_QUERY_CONTRIBUTION_FIND_SEEN, values,
                    JALON_STORE_COUNT(values), out);
}

enum jalon_status jalon_store_load_contribution(struct jalon_context *ctx,
                                                struct jalon_session *session,
                                                const struct jalon_map *map, int64_t number,
                                                struct jalon_contribution *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(number)};
    return read_one(ctx, session, map, JALON_QUERY_CONTRIBUTION_LOAD, values,
                    JALON_STORE_COUNT(values), out);
}

/* --- Changes --- */

static enum jalon_status read_change(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    const struct jalon_store_place *place = with;
    struct jalon_change *change = object;
    change->seq = jalon_db_to_integer(&row[COLUMN_SEQ]);
    change->time_us = jalon_db_to_time_us(&row[COLUMN_TIME]);
    change->forgets = jalon_db_to_integer(&row[COLUMN_FORGETS]) != 0;
    return jalon_store_read_contribution(ctx, place->map, place->form, row,
                                         &change->contribution);
}

enum jalon_status jalon_store_list_changes(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_map *map, int64_t since, size_t limit,
                                           struct jalon_change **out, size_t *out_count)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(since),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_place place = {map, jalon_db_geometry_form(session->store->db)};
    struct jalon_store_list list = {
        .size = sizeof(struct jalon_change), .read = read_change, .with = &place};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_CONTRIBUTION_CHANGED,
                                                     values, JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

/* --- Walking --- */

struct jalon_contribution_cursor {
    struct jalon_db_cursor *rows;
    const struct jalon_map *map;
    enum jalon_db_geometry_form form;
    struct jalon_db_value values[4];
};

/*
 * Which statement walks the map from where at the least cost; for an engine that has one way only,
 * that one.
 */
static enum jalon_status choose_scan(struct jalon_context *ctx, struct jalon_session *session,
                                     const struct jalon_map *map, int64_t *after, int *out_query)
{
    enum { START, READS_TABLE };
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(*after)};
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    *out_query = JALON_QUERY_CONTRIBUTION_SCAN;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_CONTRIBUTION_CHOOSE_SCAN, values,
                              JALON_STORE_COUNT(values), &cursor, &row);
    if (status == JALON_OK) {
        *after = jalon_db_to_integer(&row[START]);
        if (jalon_db_to_integer(&row[READS_TABLE]) != 0) {
            *out_query = JALON_QUERY_CONTRIBUTION_SCAN_TABLE;
        }
        jalon_db_cursor_end(cursor);
    }
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

enum jalon_status jalon_store_scan_contributions(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map,
                                                 const struct jalon_contribution_filter *filter,
                                                 struct jalon_contribution_cursor **out)
{
    struct jalon_contribution_cursor *cursor = jalon_arena_allocate(ctx->arena, sizeof *cursor);
    struct jalon_text source = jalon_text_copy(ctx->arena, filter->source);
    if (cursor == NULL || source.data == NULL) {
        return jalon_no_memory(ctx);
    }
    int query;
    int64_t after = filter->after;
    enum jalon_status status = choose_scan(ctx, session, map, &after, &query);
    if (status != JALON_OK) {
        return status;
    }
    *cursor = (struct jalon_contribution_cursor){
        .map = map,
        .form = jalon_db_geometry_form(session->store->db),
        .values = {
            jalon_db_integer(map->number),
            jalon_db_integer(after),
            filter->collection < 0
                ? jalon_db_null()
                : jalon_db_integer(map->collections[filter->collection].number),
            jalon_db_text_or_null(source),
        },
    };
    status = jalon_db_query(ctx, session->connection, query, cursor->values,
                            JALON_STORE_COUNT(cursor->values), &cursor->rows);
    if (status == JALON_OK) {
        *out = cursor;
    }
    return status;
}

enum jalon_status jalon_contribution_cursor_next(struct jalon_context *row_ctx,
                                                 struct jalon_contribution_cursor *cursor,
                                                 struct jalon_contribution *out)
{
    const struct jalon_db_value *row;
    enum jalon_status status = jalon_db_step(row_ctx, cursor->rows, &row);
    return status == JALON_OK ? jalon_store_read_contribution(row_ctx, cursor->map, cursor->form, row, out) : status;
}

void jalon_contribution_cursor_end(struct jalon_contribution_cursor *cursor)
{
    if (cursor != NULL) {
        jalon_db_cursor_end(cursor->rows);
    }
}
