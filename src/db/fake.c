/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A database that fails when it is told to: for tests. Layer 1. */
#include "db/fake.h"

#include "jalon/memory.h"

/* How the fake passes through jalon_db_open_driver. */
struct fake_options {
    struct jalon_db_options base;
    struct jalon_db_fake *fake;
};

struct fake_db {
    struct jalon_db base;
    struct jalon_db_fake *fake;
    struct jalon_db *under; /* NULL: alone */
    int64_t last_number;
};

struct fake_connection {
    struct jalon_db_connection base;
    struct jalon_db_connection *under;
};

struct fake_cursor {
    struct jalon_db_cursor base;
    struct jalon_db_cursor *under;
    const struct jalon_db_fake_answer *answer; /* NULL: no rows */
    size_t next_row;
    bool is_muted;
};

static struct fake_db *db_of(const struct jalon_db_connection *connection)
{
    return (struct fake_db *)connection->db;
}

static struct jalon_db_connection *under(const struct jalon_db_connection *connection)
{
    return ((const struct fake_connection *)connection)->under;
}

/* Counts a call; true when it is the one to fail, with *out_status. */
static bool fails(struct jalon_context *ctx, const struct jalon_db_connection *connection,
                  enum jalon_status *out_status)
{
    struct jalon_db_fake *fake = db_of(connection)->fake;
    fake->calls++;
    if (fake->fail_at == 0 || --fake->fail_at > 0) {
        return false;
    }
    *out_status = jalon_fail(ctx, fake->status, "told to fail");
    return true;
}

static enum jalon_status fake_open(struct jalon_context *ctx,
                                   const struct jalon_db_options *options, struct jalon_db **out)
{
    struct jalon_db_fake *fake = ((const struct fake_options *)options)->fake;
    struct fake_db *db = jalon_memory_allocate_zeroed(1, sizeof *db);
    if (db == NULL) {
        return jalon_no_memory(ctx);
    }
    db->fake = fake;
    enum jalon_status status = JALON_OK;
    if (fake->driver != NULL) {
        status = jalon_db_open_driver(ctx, fake->driver, options, &db->under);
    }
    if (status != JALON_OK) {
        jalon_memory_release(db);
        return status;
    }
    *out = &db->base;
    return JALON_OK;
}

static void fake_close(struct jalon_db *base)
{
    jalon_db_close(((struct fake_db *)base)->under);
    jalon_memory_release(base);
}

static enum jalon_status fake_connect(struct jalon_context *ctx, struct jalon_db *base,
                                      enum jalon_db_mode mode, struct jalon_db_connection **out)
{
    struct fake_db *db = (struct fake_db *)base;
    struct fake_connection *connection = jalon_memory_allocate_zeroed(1, sizeof *connection);
    if (connection == NULL) {
        return jalon_no_memory(ctx);
    }
    connection->base = (struct jalon_db_connection){.db = base, .mode = mode};
    enum jalon_status status = JALON_OK;
    if (db->under != NULL) {
        status = db->under->driver->connect(ctx, db->under, mode, &connection->under);
    }
    if (status != JALON_OK) {
        jalon_memory_release(connection);
        return status;
    }
    *out = &connection->base;
    return JALON_OK;
}

static void fake_disconnect(struct jalon_db_connection *connection)
{
    if (under(connection) != NULL) {
        db_of(connection)->fake->driver->disconnect(under(connection));
    }
    jalon_memory_release(connection);
}

static enum jalon_status fake_begin(struct jalon_context *ctx,
                                    struct jalon_db_connection *connection, int64_t deadline_us)
{
    enum jalon_status status = JALON_OK;
    if (!fails(ctx, connection, &status) && under(connection) != NULL) {
        status = db_of(connection)->fake->driver->begin(ctx, under(connection), deadline_us);
    }
    db_of(connection)->fake->begun += status == JALON_OK;
    return status;
}

static enum jalon_status fake_commit(struct jalon_context *ctx,
                                     struct jalon_db_connection *connection)
{
    enum jalon_status status = JALON_OK;
    if (!fails(ctx, connection, &status) && under(connection) != NULL) {
        status = db_of(connection)->fake->driver->commit(ctx, under(connection));
    }
    db_of(connection)->fake->committed += status == JALON_OK;
    return status;
}

static enum jalon_status fake_savepoint(struct jalon_context *ctx,
                                        struct jalon_db_connection *connection,
                                        enum jalon_db_savepoint_step step)
{
    enum jalon_status status = JALON_OK;
    if (!fails(ctx, connection, &status) && under(connection) != NULL) {
        status = db_of(connection)->fake->driver->savepoint(ctx, under(connection), step);
    }
    return status;
}

static void fake_rollback(struct jalon_db_connection *connection)
{
    struct jalon_db_fake *fake = db_of(connection)->fake;
    if (under(connection) != NULL) {
        fake->driver->rollback(under(connection));
    }
    fake->rolled_back++;
}

static enum jalon_status fake_prepare(struct jalon_context *ctx,
                                      struct jalon_db_connection *connection, int query)
{
    const struct jalon_db_driver *driver = db_of(connection)->fake->driver;
    return driver != NULL ? driver->prepare(ctx, under(connection), query) : JALON_OK;
}

static enum jalon_status fake_execute(struct jalon_context *ctx,
                                      struct jalon_db_connection *connection, int query,
                                      const struct jalon_db_value *parameters,
                                      int64_t *out_changed, int64_t *out_number)
{
    struct fake_db *db = db_of(connection);
    enum jalon_status status;
    if (fails(ctx, connection, &status)) {
        return status;
    }
    if (db->under != NULL) {
        return db->fake->driver->execute(ctx, under(connection), query, parameters, out_changed,
                                         out_number);
    }
    db->last_number++;
    if (out_changed != NULL) {
        *out_changed = 1;
    }
    if (out_number != NULL) {
        *out_number = db->last_number;
    }
    return JALON_OK;
}

static const struct jalon_db_fake_answer *find_answer(const struct jalon_db_fake *fake, int query)
{
    for (size_t i = 0; i < fake->answer_count; i++) {
        if (fake->answers[i].query == query) {
            return &fake->answers[i];
        }
    }
    return NULL;
}

static enum jalon_status fake_query(struct jalon_context *ctx,
                                    struct jalon_db_connection *connection, int query,
                                    const struct jalon_db_value *parameters,
                                    struct jalon_db_cursor **out)
{
    struct fake_db *db = db_of(connection);
    enum jalon_status status = JALON_OK;
    if (fails(ctx, connection, &status)) {
        return status;
    }
    struct fake_cursor *cursor = jalon_memory_allocate_zeroed(1, sizeof *cursor);
    if (cursor == NULL) {
        return jalon_no_memory(ctx);
    }
    if (db->under != NULL) {
        status = db->fake->driver->query(ctx, under(connection), query, parameters, &cursor->under);
    }
    if (status != JALON_OK) {
        jalon_memory_release(cursor);
        return status;
    }
    cursor->answer = find_answer(db->fake, query);
    cursor->is_muted = query != 0 && query == db->fake->muted_query;
    jalon_db_cursor_link(connection, &cursor->base);
    *out = &cursor->base;
    return JALON_OK;
}

static enum jalon_status fake_step(struct jalon_context *ctx, struct jalon_db_cursor *base,
                                   const struct jalon_db_value **out_row)
{
    struct fake_cursor *cursor = (struct fake_cursor *)base;
    const struct jalon_db_fake_answer *answer = cursor->answer;
    enum jalon_status status;
    if (fails(ctx, base->connection, &status)) {
        return status;
    }
    if (cursor->is_muted) {
        return JALON_NOT_FOUND;
    }
    if (cursor->under != NULL) {
        return jalon_db_step(ctx, cursor->under, out_row);
    }
    if (answer == NULL || cursor->next_row == answer->row_count) {
        return JALON_NOT_FOUND;
    }
    *out_row = answer->values + cursor->next_row++ * answer->column_count;
    return JALON_OK;
}

static void fake_cursor_end(struct jalon_db_cursor *base)
{
    jalon_db_cursor_end(((struct fake_cursor *)base)->under);
    jalon_memory_release(base);
}

static enum jalon_status fake_schema_version(struct jalon_context *ctx,
                                             struct jalon_db_connection *connection, int64_t *out)
{
    struct jalon_db_fake *fake = db_of(connection)->fake;
    enum jalon_status status;
    if (fails(ctx, connection, &status)) {
        return status;
    }
    if (fake->driver != NULL) {
        return fake->driver->schema_version(ctx, under(connection), out);
    }
    *out = fake->schema_version;
    return JALON_OK;
}

static enum jalon_status fake_run_script(struct jalon_context *ctx,
                                         struct jalon_db_connection *connection, const char *sql)
{
    struct jalon_db_fake *fake = db_of(connection)->fake;
    enum jalon_status status = JALON_OK;
    if (!fails(ctx, connection, &status) && fake->driver != NULL) {
        status = fake->driver->run_script(ctx, under(connection), sql);
    }
    if (status == JALON_OK) {
        fake->schema_version++;
    }
    return status;
}

static enum jalon_status fake_data_version(struct jalon_context *ctx,
                                           struct jalon_db_connection *connection, int64_t *out)
{
    struct jalon_db_fake *fake = db_of(connection)->fake;
    if (fake->driver != NULL) {
        return fake->driver->data_version(ctx, under(connection), out);
    }
    *out = fake->committed;
    return JALON_OK;
}

static const struct jalon_db_driver fake_driver = {
    .engine = JALON_DB_SQLITE, /* when it is alone; else as what is under it */
    .geometry_form = JALON_DB_GEOMETRY_BLOB,
    .open = fake_open,
    .close = fake_close,
    .connect = fake_connect,
    .disconnect = fake_disconnect,
    .begin = fake_begin,
    .commit = fake_commit,
    .rollback = fake_rollback,
    .savepoint = fake_savepoint,
    .prepare = fake_prepare,
    .execute = fake_execute,
    .query = fake_query,
    .step = fake_step,
    .cursor_end = fake_cursor_end,
    .schema_version = fake_schema_version,
    .run_script = fake_run_script,
    .data_version = fake_data_version,
    .care = "nobody: it is not real",
};

enum jalon_status jalon_db_fake_open(struct jalon_context *ctx, struct jalon_db_fake *fake,
                                     const struct jalon_db_options *options, struct jalon_db **out)
{
    struct fake_options with_fake = {*options, fake};
    fake->self = fake_driver;
    if (fake->driver != NULL) {
        fake->self.engine = fake->driver->engine;
        fake->self.geometry_form = fake->driver->geometry_form;
    }
    return jalon_db_open_driver(ctx, &fake->self, &with_fake.base, out);
}
