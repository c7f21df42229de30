/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Writing contributions: one write is row, revision and event. Layer 2. */
#include <assert.h>
#include <string.h>

#include "jalon/memory.h"
#include "store/private.h"

/* --- Writing --- */

/* The parameters of contribution_insert and contribution_update: first what both have. */
enum {
    AT_MAP,
    AT_COLLECTION,
    AT_VERSION,
    AT_TITLE,
    AT_DESCRIPTION,
    AT_FIELDS,
    AT_CATEGORIES,
    AT_STATUS,
    AT_MODERATION,
    AT_AUTHOR,
    AT_SOURCE,
    AT_SOURCE_ID,
    AT_SOURCE_DIGEST,
    AT_LICENCE,
    AT_OBSERVED,
    AT_CAMPAIGN,
    AT_UPDATED,
    AT_GEOMETRY,
    AT_DECLARED_BY,
    AT_MERGED_INTO,
    AT_COMMON_END,
    AT_BOX = AT_COMMON_END, /* update: west, east, south, north */
    AT_NUMBER = AT_BOX + 4,
    AT_UPDATE_END,
    AT_ID = AT_COMMON_END, /* insert */
    AT_EDIT_SECRET_HASH,
    AT_CREATED,
    AT_INSERT_END,
    AT_ADD_NUMBER = AT_INSERT_END, /* add */
    AT_ADD_END
};

/* A geometry's box, as jalon_store_put_geometry gives it. */
enum { BOX_SIDES = 4 };

/* `merged_into` is where an id lies until the statement has run. */
static enum jalon_status fill_common(struct jalon_context *ctx, struct jalon_session *session,
                                     const struct jalon_map *map,
                                     const struct jalon_contribution *contribution,
                                     const struct jalon_write *write, struct jalon_db_value *out,
                                     char merged_into[JALON_ID_TEXT_SIZE],
                                     struct jalon_db_value out_box[BOX_SIDES])
{
    const struct jalon_collection *collection = &map->collections[contribution->collection];
    jalon_buffer_clear(&session->fields);
    jalon_buffer_clear(&session->categories);
    jalon_store_write_fields(&session->fields, collection, contribution->fields);
    jalon_store_write_categories(&session->categories, map, contribution->categories,
                                 contribution->category_count);
    if (jalon_buffer_status(&session->fields) != JALON_OK ||
        jalon_buffer_status(&session->categories) != JALON_OK) {
        return jalon_buffer_status(&session->fields) == JALON_TOO_LARGE
                   ? jalon_fail(ctx, JALON_TOO_LARGE, "the fields are too large to be stored")
                   : jalon_no_memory(ctx);
    }
    struct jalon_text moderation =
        jalon_text_from(jalon_moderation_name(contribution->moderation));
    out[AT_MAP] = jalon_db_integer(map->number);
    out[AT_COLLECTION] = jalon_db_integer(collection->number);
    out[AT_VERSION] = jalon_db_integer(contribution->version);
    out[AT_TITLE] = jalon_db_text_or_null(contribution->title);
    out[AT_DESCRIPTION] = jalon_db_text_or_null(contribution->description);
    out[AT_FIELDS] = jalon_db_text(jalon_buffer_text(&session->fields));
    out[AT_CATEGORIES] = jalon_db_text(jalon_buffer_text(&session->categories));
    out[AT_STATUS] = contribution->status < 0
                         ? jalon_db_null()
                         : jalon_db_text(collection->statuses[contribution->status].key);
    out[AT_MODERATION] = jalon_db_text(moderation);
    out[AT_AUTHOR] = jalon_db_text_or_null(contribution->author);
    out[AT_SOURCE] = jalon_db_text_or_null(contribution->source);
    out[AT_SOURCE_ID] = jalon_db_text_or_null(contribution->source_id);
    out[AT_SOURCE_DIGEST] = jalon_db_text_or_null(write->source_digest);
    out[AT_LICENCE] = jalon_db_text_or_null(contribution->licence);
    out[AT_OBSERVED] = jalon_db_text_or_null(contribution->observed);
    out[AT_CAMPAIGN] = jalon_db_text_or_null(contribution->campaign);
    out[AT_UPDATED] = jalon_db_time(contribution->updated_us);
    out[AT_DECLARED_BY] = jalon_db_text_or_null(contribution->declared_by);
    out[AT_MERGED_INTO] = jalon_store_id_or_null(contribution->merged_into, merged_into);
    struct jalon_db_value shape[1 + BOX_SIDES];
    enum jalon_status status =
        jalon_store_put_geometry(ctx, session, &contribution->geometry, shape);
    if (status == JALON_OK) {
        out[AT_GEOMETRY] = shape[0];
        memcpy(out_box, &shape[1], BOX_SIDES * sizeof shape[0]);
    }
    return status;
}

/* What a new row has beside: `id` is where its text lies until the statement has run. */
static void fill_new(const struct jalon_contribution *contribution,
                     const struct jalon_write *write, char id[JALON_ID_TEXT_SIZE],
                     struct jalon_db_value *out)
{
    out[AT_ID] = jalon_store_id(contribution->id, id);
    out[AT_EDIT_SECRET_HASH] = jalon_db_text_or_null(write->edit_secret_hash);
    out[AT_CREATED] = jalon_db_time(contribution->created_us);
}

static enum jalon_status insert_row(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_contribution *contribution,
                                    const struct jalon_write *write, struct jalon_db_value *values,
                                    const struct jalon_db_value box[BOX_SIDES], int64_t *out_number)
{
    char id[JALON_ID_TEXT_SIZE];
    fill_new(contribution, write, id, values);
    session->next_number = session->number_count; /* the engine may give the same ones */
    session->has_inserted = true;
    enum jalon_status status = jalon_db_insert(
        ctx, session->connection, JALON_QUERY_CONTRIBUTION_INSERT, values, AT_INSERT_END, out_number);
    if (status == JALON_CONFLICT) {
        return jalon_fail(ctx, status,
                          "there is a contribution with this id, or of this source, already");
    }
    return status == JALON_OK
               ? jalon_session_add_to_index(ctx, session, *out_number, box)
               : status;
}

/* Takes the next numbers from the engine. */
static enum jalon_status take_numbers(struct jalon_context *ctx, struct jalon_session *session)
{
    size_t wanted = JALON_SESSION_NUMBERS_MIN;
    if (session->number_count > 0) {
        wanted = JALON_SESSION_NUMBERS_FACTOR * session->number_count;
        wanted = wanted < JALON_SESSION_NUMBERS_MAX ? wanted : JALON_SESSION_NUMBERS_MAX;
    }
    int64_t *numbers = jalon_memory_resize(session->numbers, wanted * sizeof *numbers);
    if (numbers == NULL) {
        return jalon_no_memory(ctx);
    }
    session->numbers = numbers;
    session->next_number = session->number_count = 0;
    struct jalon_db_value value = jalon_db_integer((int64_t)wanted);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_db_query(ctx, session->connection, JALON_QUERY_CONTRIBUTION_TAKE_NUMBERS, &value, 1,
                       &cursor);
    if (status != JALON_OK) {
        return status;
    }
    for (size_t count = 0; count < wanted && status == JALON_OK;) {
        status = jalon_db_step(ctx, cursor, &row);
        int64_t first = status == JALON_OK ? jalon_db_to_integer(&row[0]) : 0;
        int64_t behind = status == JALON_OK ? first + jalon_db_to_integer(&row[1]) : 0;
        for (int64_t number = first; number < behind && count < wanted; number++) {
            numbers[count++] = number;
        }
    }
    jalon_db_cursor_end(cursor);
    session->number_count = status == JALON_OK ? wanted : 0;
    return status;
}

/* A row whose outcome nobody waits for; `many`: as jalon_db_add. */
static enum jalon_status insert_later(struct jalon_context *ctx, struct jalon_session *session,
                                       bool many, int query, const struct jalon_db_value *values,
                                       size_t count)
{
    return many ? jalon_db_add(ctx, session->connection, query, values, count)
                : jalon_db_execute(ctx, session->connection, query, values, count, NULL);
}

static enum jalon_status add_row(struct jalon_context *ctx, struct jalon_session *session,
                                 bool many, const struct jalon_contribution *contribution,
                                 const struct jalon_write *write, struct jalon_db_value *values,
                                 const struct jalon_db_value box[BOX_SIDES], int64_t *out_number)
{
    char id[JALON_ID_TEXT_SIZE];
    enum jalon_status status = session->next_number == session->number_count
                                   ? take_numbers(ctx, session)
                                   : JALON_OK;
    if (status != JALON_OK) {
        return status;
    }
    int64_t number = session->numbers[session->next_number++];
    fill_new(contribution, write, id, values);
    values[AT_ADD_NUMBER] = jalon_db_integer(number);
    status = insert_later(ctx, session, many, JALON_QUERY_CONTRIBUTION_ADD, values, AT_ADD_END);
    if (status == JALON_OK) {
        status = jalon_session_add_to_index(ctx, session, number, box);
    }
    if (status == JALON_OK) {
        *out_number = number;
    }
    return status;
}

static enum jalon_status update_row(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_contribution *contribution,
                                    struct jalon_db_value *values,
                                    const struct jalon_db_value box[BOX_SIDES])
{
    int64_t changed;
    memcpy(&values[AT_BOX], box, BOX_SIDES * sizeof box[0]);
    values[AT_NUMBER] = jalon_db_integer(contribution->number);
    enum jalon_status status = jalon_session_write_index(ctx, session);
    if (status == JALON_OK) {
        status = jalon_db_execute(ctx, session->connection, JALON_QUERY_CONTRIBUTION_UPDATE, values,
                                  AT_UPDATE_END, &changed);
    }
    if (status == JALON_CONFLICT) {
        return jalon_fail(ctx, status, "there is a contribution of this source already");
    }
    if (status == JALON_OK && changed == 0) {
        return jalon_fail(ctx, JALON_PRECONDITION,
                          "this contribution has been changed since you read it");
    }
    return status;
}

static enum jalon_status insert_revision(struct jalon_context *ctx, struct jalon_session *session,
                                         bool many, int64_t map, int64_t number,
                                         const struct jalon_contribution *contribution,
                                         const struct jalon_write *write)
{
    struct jalon_text changes = write->changes.length > 0 ? write->changes : JALON_TEXT("[]");
    struct jalon_db_value values[] = {
        jalon_db_integer(map),
        jalon_db_integer(number),
        jalon_db_integer(contribution->version),
        jalon_db_time(contribution->updated_us),
        jalon_db_text_or_null(write->author),
        jalon_db_text(jalon_text_from(jalon_action_name(write->action))),
        jalon_db_text_or_null(write->reason),
        jalon_db_text(changes),
        write->base > 0 ? jalon_db_integer(write->base) : jalon_db_null(),
        write->charter > 0 ? jalon_db_integer(write->charter) : jalon_db_null(),
    };
    return insert_later(ctx, session, many, JALON_QUERY_REVISION_INSERT, values,
                         JALON_STORE_COUNT(values));
}

/* `time` NULL: that of the version's revision. */
static enum jalon_status insert_event(struct jalon_context *ctx, struct jalon_session *session,
                                      bool many, int64_t map, int64_t seq, int64_t number,
                                      int64_t version, struct jalon_db_value time)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map),
        jalon_db_integer(seq),
        jalon_db_integer(number),
        jalon_db_integer(version),
        time,
    };
    return insert_later(ctx, session, many, JALON_QUERY_EVENT_INSERT, values,
                         JALON_STORE_COUNT(values));
}

/*
 * A new row. Of several that cannot meet a taken key all but the first are written without waiting
 * for it.
 */
static enum jalon_status create_row(struct jalon_context *ctx, struct jalon_session *session,
                                    bool many, const struct jalon_contribution *contribution,
                                    const struct jalon_write *write, struct jalon_db_value *values,
                                    const struct jalon_db_value box[BOX_SIDES], int64_t *out_number)
{
    return many || (write->is_unheard_of && session->has_inserted)
               ? add_row(ctx, session, many, contribution, write, values, box, out_number)
               : insert_row(ctx, session, contribution, write, values, box, out_number);
}

/* `many`: a new row as jalon_db_add takes it. */
static enum jalon_status write_rows(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map, bool many,
                                    struct jalon_contribution *contribution,
                                    const struct jalon_write *write, int64_t *out_seq)
{
    bool create = write->action == JALON_ACTION_CREATE;
    assert(contribution->collection >= 0 &&
           (size_t)contribution->collection < map->collection_count);
    assert(create ? contribution->version == 1 : contribution->version > 1 && !many);
    struct jalon_db_value values[AT_UPDATE_END], box[BOX_SIDES];
    char merged_into[JALON_ID_TEXT_SIZE];
    int64_t number = contribution->number, seq = 0;
    enum jalon_status status = jalon_session_lock_map(ctx, session, map, true);
    if (status == JALON_OK) {
        status = fill_common(ctx, session, map, contribution, write, values, merged_into, box);
    }
    if (status == JALON_OK) {
        status = create
                     ? create_row(ctx, session, many, contribution, write, values, box, &number)
                     : update_row(ctx, session, contribution, values, box);
    }
    if (status == JALON_OK) {
        status = insert_revision(ctx, session, many, map->number, number, contribution, write);
    }
    if (status == JALON_OK) {
        status = jalon_session_next_seq(ctx, session, map->number, &seq);
    }
    if (status == JALON_OK) {
        status = insert_event(ctx, session, many, map->number, seq, number, contribution->version,
                              jalon_db_null());
    }
    if (status == JALON_OK) {
        contribution->number = number;
        *out_seq = seq;
    }
    return status;
}

enum jalon_status jalon_store_put_contribution(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map,
                                               struct jalon_contribution *contribution,
                                               const struct jalon_write *write, int64_t *out_seq)
{
    return write_rows(ctx, session, map, false, contribution, write, out_seq);
}

enum jalon_status jalon_store_add_contribution(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map,
                                               struct jalon_contribution *contribution,
                                               const struct jalon_write *write, int64_t *out_seq)
{
    return write_rows(ctx, session, map, true, contribution, write, out_seq);
}

enum jalon_status jalon_store_touch_contribution(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map,
                                                 const struct jalon_contribution *contribution,
                                                 int64_t *out_seq)
{
    int64_t seq = 0, changed = 0;
    struct jalon_db_value time = jalon_db_time(contribution->touched_us);
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(contribution->number),
        jalon_db_text_or_null(contribution->confirmed),
        jalon_db_integer(contribution->supports),
        jalon_db_integer(contribution->comments),
        time,
    };
    enum jalon_status status = jalon_session_lock_map(ctx, session, map, true);
    if (status == JALON_OK) {
        status = jalon_db_execute(ctx, session->connection, JALON_QUERY_CONTRIBUTION_TOUCH, values,
                                  JALON_STORE_COUNT(values), &changed);
    }
    if (status == JALON_OK && changed == 0) {
        status = jalon_fail(ctx, JALON_NOT_FOUND, "there is no such contribution");
    }
    if (status == JALON_OK) {
        status = jalon_session_next_seq(ctx, session, map->number, &seq);
    }
    if (status == JALON_OK) {
        status = insert_event(ctx, session, false, map->number, seq, contribution->number,
                              contribution->version, time);
    }
    if (status == JALON_OK) {
        *out_seq = seq;
    }
    return status;
}

/* --- What writers need to know of a row --- */

enum jalon_status jalon_store_find_edit_secret(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map, int64_t number,
                                               struct jalon_text *out_hash)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(number)};
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_CONTRIBUTION_EDIT_SECRET, values,
                              JALON_STORE_COUNT(values), &cursor, &row);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, status, "there is no such contribution");
    }
    if (status == JALON_OK) {
        status = jalon_store_copy_text(ctx, &row[0], out_hash);
        jalon_db_cursor_end(cursor);
    }
    return status;
}

enum jalon_status jalon_store_find_source_row(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int32_t collection,
                                              struct jalon_text source, struct jalon_text source_id,
                                              struct jalon_source_row *out)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(map->collections[collection].number),
        jalon_db_text(source),
        jalon_db_text(source_id),
    };
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_CONTRIBUTION_SOURCE_ROW, values,
                              JALON_STORE_COUNT(values), &cursor, &row);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_source_row found = {.number = jalon_db_to_integer(&row[0])};
    status = jalon_store_copy_text(ctx, &row[2], &found.digest);
    if (status == JALON_OK &&
        !jalon_moderation_parse(jalon_db_to_text(&row[1]), &found.moderation)) {
        status = jalon_store_bad_row(ctx, "contribution", found.number);
    }
    jalon_db_cursor_end(cursor);
    if (status == JALON_OK) {
        *out = found;
    }
    return status;
}

struct source_rows {
    jalon_source_row_listener take;
    void *object;
};

static enum jalon_status take_source_row(struct jalon_context *ctx,
                                         const struct jalon_db_value *row, void *object)
{
    const struct source_rows *rows = object;
    return rows->take(ctx, rows->object, jalon_db_to_text(&row[0]), jalon_db_to_text(&row[1]));
}

enum jalon_status jalon_store_each_source_row(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int32_t collection,
                                              struct jalon_text source, int64_t since,
                                              jalon_source_row_listener take, void *object)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_integer(map->collections[collection].number),
        jalon_db_text(source),
        jalon_db_integer(since),
    };
    struct source_rows rows = {take, object};
    return since == 0 ? jalon_store_each_row(ctx, session, JALON_QUERY_CONTRIBUTION_SOURCE_ROWS,
                                             values, JALON_STORE_COUNT(values) - 1,
                                             take_source_row, &rows)
                      : jalon_store_each_row(ctx, session,
                                             JALON_QUERY_CONTRIBUTION_SOURCE_ROWS_SINCE, values,
                                             JALON_STORE_COUNT(values), take_source_row, &rows);
}
