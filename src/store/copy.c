/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * All rows of all tables from one database into another, whichever engines they have. Layer 2.
 *
 * Numbers, times and secrets stay as they are, and the numbers that were given to rows which are
 * gone are not given again. One row at a time: a large map takes no more memory than a small one.
 */
#include "store/copy.h"

enum { COLUMNS_MAX = 32, BOX_COLUMNS = 4 };

/* A table of the schema, with the numbers of its blocks in schema/queries/copy.sql. */
struct table {
    const char *name;
    int read, write;
    size_t columns;
    bool has_geometry; /* in its last column */
    bool has_box;      /* its writing takes the sides of the geometry's box as well */
    bool is_large; /* needs no row of another table; its spatial index is the session's business */
};

#define TABLE(name, NAME, columns, has_geometry, has_box, is_large) \
    {#name, JALON_QUERY_COPY_##NAME##_READ, JALON_QUERY_COPY_##NAME##_WRITE, columns, \
     has_geometry, has_box, is_large}

/* What is named comes before what names it. */
static const struct table tables[] = {
    TABLE(map, MAP, 31, false, false, false),
    TABLE(category, CATEGORY, 7, false, false, false),
    TABLE(collection, COLLECTION, 19, false, false, false),
    TABLE(collection_category, COLLECTION_CATEGORY, 4, false, false, false),
    TABLE(field, FIELD, 17, false, false, false),
    TABLE(choice, CHOICE, 9, false, false, false),
    TABLE(workflow_status, WORKFLOW_STATUS, 7, false, false, false),
    TABLE(transition, TRANSITION, 5, false, false, false),
    TABLE(territory, TERRITORY, 8, true, true, false),
    TABLE(contribution, CONTRIBUTION, 28, true, false, true),
    TABLE(revision, REVISION, 10, false, false, true),
    TABLE(event, EVENT, 5, false, false, true),
    TABLE(account, ACCOUNT, 19, false, false, false),
    TABLE(token, TOKEN, 8, false, false, false),
    TABLE(secret, SECRET, 2, false, false, false),
    TABLE(idempotency, IDEMPOTENCY, 9, false, false, false),
    TABLE(session, SESSION, 5, false, false, false),
    TABLE(ticket, TICKET, 8, false, false, false),
    TABLE(membership, MEMBERSHIP, 6, false, false, false),
    TABLE(outbox, OUTBOX, 10, false, false, false),
    TABLE(notification, NOTIFICATION, 9, false, false, false),
    TABLE(charter, CHARTER, 6, false, false, false),
    TABLE(comment, COMMENT, 12, false, false, false),
    TABLE(confirmation, CONFIRMATION, 9, false, false, false),
    TABLE(support, SUPPORT, 4, false, false, false),
    TABLE(link, LINK, 8, false, false, false),
    TABLE(claim, CLAIM, 10, false, false, false),
    TABLE(review, REVIEW, 5, false, false, false),
    TABLE(report, REPORT, 12, false, false, false),
    TABLE(proposal, PROPOSAL, 14, false, false, false),
    TABLE(audit, AUDIT, 9, false, false, false),
    TABLE(origin, ORIGIN, 8, false, false, false),
    TABLE(zone, ZONE, 8, true, false, false),
    TABLE(block, BLOCK, 9, false, false, false),
};

/* --- Whether all is known --- */

static const struct table *find_table(struct jalon_text name)
{
    for (size_t i = 0; i < JALON_STORE_COUNT(tables); i++) {
        if (jalon_text_is(name, tables[i].name)) {
            return &tables[i];
        }
    }
    return NULL;
}

/* Counts in *object the tables that have all that is copied, and nothing else. */
static enum jalon_status take_columns(struct jalon_context *ctx, const struct jalon_db_value *row,
                                      void *object)
{
    size_t *known = object;
    const struct table *table = find_table(jalon_db_to_text(&row[0]));
    int64_t columns = jalon_db_to_integer(&row[1]);
    if (table == NULL) { /* somebody else's */
        return JALON_OK;
    }
    if (columns != (int64_t)table->columns) {
        return jalon_fail(ctx, JALON_UNSUPPORTED,
                          "the table '%s' has %lld columns instead of %zu: what others have added "
                          "cannot be moved",
                          table->name, (long long)columns, table->columns);
    }
    (*known)++;
    return JALON_OK;
}

static enum jalon_status check_columns(struct jalon_context *ctx, struct jalon_session *session)
{
    size_t known = 0;
    enum jalon_status status = jalon_store_each_row(ctx, session, JALON_QUERY_COPY_COLUMNS, NULL, 0,
                                                    take_columns, &known);
    if (status == JALON_OK && known != JALON_STORE_COUNT(tables)) {
        status = jalon_fail(ctx, JALON_INVALID, "%zu of the %zu tables are not there",
                            JALON_STORE_COUNT(tables) - known, JALON_STORE_COUNT(tables));
    }
    return status;
}

/* --- Rows --- */

/* Where rows go, and what a row needs on its way: `row` is reset behind each. */
struct copying {
    struct jalon_session *from, *to;
    struct jalon_context *row;
    const struct table *table;
};

/* The last column of `values` in the other form, and its box behind it. */
static enum jalon_status convert_geometry(const struct copying *copying,
                                          struct jalon_db_value *values)
{
    struct jalon_db_value *column = &values[copying->table->columns - 1];
    struct jalon_geometry geometry;
    enum jalon_db_geometry_form form = jalon_db_geometry_form(copying->from->store->db);
    enum jalon_status status =
        jalon_store_read_geometry(copying->row, form, column, &geometry);
    if (status == JALON_OK) {
        return jalon_store_put_geometry(copying->row, copying->to, &geometry, column);
    }
    return status == JALON_NO_MEMORY
               ? status
               : jalon_store_bad_row(copying->row, copying->table->name,
                                     jalon_db_to_integer(&values[0]));
}

static enum jalon_status write_row(const struct copying *copying, const struct jalon_db_value *row)
{
    const struct table *table = copying->table;
    struct jalon_db_connection *to = copying->to->connection;
    struct jalon_db_value values[COLUMNS_MAX + BOX_COLUMNS];
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < table->columns; i++) {
        values[i] = row[i];
    }
    if (table->has_geometry) {
        status = convert_geometry(copying, values);
    }
    if (status != JALON_OK) {
        return status;
    }
    if (!table->is_large) {
        size_t count = table->columns + (table->has_box ? BOX_COLUMNS : 0);
        return jalon_db_execute(copying->row, to, table->write, values, count, NULL);
    }
    status = jalon_db_add(copying->row, to, table->write, values, table->columns);
    return status == JALON_OK && table->has_geometry
               ? jalon_session_add_to_index(copying->row, copying->to,
                                            jalon_db_to_integer(&values[0]),
                                            &values[table->columns])
               : status;
}

/* Of one row, as an error of the whole. */
static enum jalon_status fail_row(struct jalon_context *ctx, const struct copying *copying,
                                  enum jalon_status status)
{
    const struct jalon_error *error = &copying->row->error;
    if (error->internal.length > 0) {
        jalon_error_internal(ctx, "%s", error->internal.data);
    }
    return jalon_fail(ctx, status, "a row of '%s' cannot be copied: %s", copying->table->name,
                      error->message.data);
}

static enum jalon_status copy_table(struct jalon_context *ctx, const struct copying *copying)
{
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status = jalon_db_query(ctx, copying->from->connection, copying->table->read,
                                              NULL, 0, &cursor);
    if (status != JALON_OK) {
        return status;
    }
    while ((status = jalon_db_step(ctx, cursor, &row)) == JALON_OK) {
        status = write_row(copying, row);
        if (status != JALON_OK) {
            status = fail_row(ctx, copying, status);
            break;
        }
        jalon_context_reset(copying->row);
    }
    jalon_db_cursor_end(cursor);
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

static enum jalon_status write_number(struct jalon_context *ctx, const struct jalon_db_value *row,
                                      void *object)
{
    const struct copying *copying = object;
    return jalon_db_execute(ctx, copying->to->connection, JALON_QUERY_COPY_NUMBERS_WRITE, row, 2,
                            NULL);
}

static enum jalon_status copy_tables(struct jalon_context *ctx, struct copying *copying)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < JALON_STORE_COUNT(tables) && status == JALON_OK; i++) {
        copying->table = &tables[i];
        status = copy_table(ctx, copying);
    }
    if (status == JALON_OK) {
        status = jalon_session_write_index(ctx, copying->to);
    }
    if (status == JALON_OK) {
        status = jalon_store_each_row(ctx, copying->from, JALON_QUERY_COPY_NUMBERS_READ, NULL, 0,
                                      write_number, copying);
    }
    return status;
}

/* --- All of it --- */

/* A row of it, and nothing is copied. */
static enum jalon_status refuse_row(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    void *object)
{
    (void)row, (void)object;
    return jalon_fail(ctx, JALON_CONFLICT,
                      "the database is not empty: restore into a new one");
}

enum jalon_status jalon_store_copy(struct jalon_context *ctx, struct jalon_session *from,
                                   struct jalon_session *to)
{
    struct copying copying = {.from = from, .to = to, .row = jalon_context_create()};
    if (copying.row == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = check_columns(ctx, from);
    if (status == JALON_OK) {
        status = check_columns(ctx, to);
    }
    if (status == JALON_OK) {
        status = jalon_db_execute(ctx, to->connection, JALON_QUERY_COPY_BEGIN, NULL, 0, NULL);
    }
    if (status == JALON_OK) {
        status = jalon_store_each_row(ctx, to, JALON_QUERY_COPY_ANY, NULL, 0, refuse_row, NULL);
    }
    if (status == JALON_OK) {
        status = copy_tables(ctx, &copying);
    }
    if (status == JALON_OK) {
        status = jalon_db_execute(ctx, to->connection, JALON_QUERY_COPY_END, NULL, 0, NULL);
    }
    jalon_context_destroy(copying.row);
    return status;
}
