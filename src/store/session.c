/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Store, sessions, and the helpers every entity uses. Layer 2. */
#include <assert.h>

#include "jalon/geo.h"
#include "jalon/memory.h"
#include "store/private.h"

enum { WAIT_MS = 10000 };

/* --- Store --- */

static struct jalon_db_options database_options(const struct jalon_store_options *options)
{
    return (struct jalon_db_options){
        .location = options->data,
        .create = options->create,
        .read_only = options->read_only,
        .wait_ms = options->write_wait_ms > 0 ? options->write_wait_ms : WAIT_MS,
    };
}

/* Takes the database, also on failure. */
static enum jalon_status make_store(struct jalon_context *ctx, struct jalon_db *db,
                                    struct jalon_store **out)
{
    struct jalon_store *store = jalon_memory_allocate(sizeof *store);
    if (store == NULL) {
        jalon_db_close(db);
        return jalon_no_memory(ctx);
    }
    *store = (struct jalon_store){.db = db};
    pthread_mutex_init(&store->mail_lock, NULL);
    *out = store;
    return JALON_OK;
}

enum jalon_status jalon_store_open_db(struct jalon_context *ctx, struct jalon_db *db, bool create,
                                      struct jalon_store **out)
{
    enum jalon_status status = jalon_store_migrate(ctx, db, create);
    if (status != JALON_OK) {
        jalon_db_close(db);
        return status;
    }
    return make_store(ctx, db, out);
}

enum jalon_status jalon_store_open(struct jalon_context *ctx,
                                   const struct jalon_store_options *options,
                                   struct jalon_store **out)
{
    struct jalon_db_options database = database_options(options);
    struct jalon_db *db;
    enum jalon_status status = jalon_db_open(ctx, &database, &db);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_store *store = NULL;
    status = options->as_is || options->read_only
                 ? make_store(ctx, db, &store)
                 : jalon_store_open_db(ctx, db, options->create, &store);
    if (status == JALON_OK && options->checkpoints) {
        status = jalon_db_start_checkpoints(ctx, db);
        if (status == JALON_OK) {
            status = jalon_db_start_pulse(ctx, db);
        }
        if (status != JALON_OK) {
            jalon_store_close(store);
        }
    }
    if (status == JALON_OK) {
        *out = store;
    }
    return status;
}

void jalon_store_close(struct jalon_store *store)
{
    if (store != NULL) {
        jalon_db_close(store->db);
        pthread_mutex_destroy(&store->mail_lock);
        jalon_memory_release(store);
    }
}

enum jalon_status jalon_store_versions(struct jalon_context *ctx,
                                       const struct jalon_store_options *options, int64_t *out_has,
                                       int64_t *out_makes)
{
    struct jalon_db_options database = database_options(options);
    database.create = false;
    struct jalon_db *db;
    enum jalon_status status = jalon_db_open(ctx, &database, &db);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_db_connection *connection;
    int64_t has;
    status = jalon_db_begin(ctx, db, JALON_DB_READ, &connection);
    if (status == JALON_OK) {
        status = jalon_db_schema_version(ctx, connection, &has);
        jalon_db_end(connection);
    }
    jalon_db_close(db);
    if (status == JALON_OK) {
        *out_has = has;
        *out_makes = jalon_db_schema_newest();
    }
    return status;
}

enum jalon_status jalon_store_data_version(struct jalon_context *ctx, struct jalon_store *store,
                                           int64_t *out)
{
    return jalon_db_data_version(ctx, store->db, out);
}

enum jalon_status jalon_store_start_watch(struct jalon_context *ctx, struct jalon_store *store,
                                          void (*wake)(void *object), void *object,
                                          bool *out_wakes)
{
    return jalon_db_start_watch(ctx, store->db, wake, object, out_wakes);
}

uint64_t jalon_store_losses(struct jalon_store *store)
{
    uint64_t lost, regained, refused;
    jalon_db_measure_reach(store->db, &lost, &regained, &refused);
    return lost;
}

enum jalon_status jalon_store_ping(struct jalon_context *ctx, struct jalon_store *store)
{
    struct jalon_db_connection *connection;
    int64_t version;
    enum jalon_status status = jalon_db_begin(ctx, store->db, JALON_DB_READ, &connection);
    if (status == JALON_OK) {
        status = jalon_db_schema_version(ctx, connection, &version);
        jalon_db_end(connection);
    }
    return status;
}

void jalon_store_measure_reach(struct jalon_store *store, uint64_t *out_lost,
                               uint64_t *out_regained, uint64_t *out_refused)
{
    jalon_db_measure_reach(store->db, out_lost, out_regained, out_refused);
}

uint64_t jalon_store_measure_statements(const struct jalon_store *store)
{
    return jalon_db_measure_statements(store->db);
}

void jalon_store_measure(struct jalon_store *store, uint64_t *out_reads,
                         uint64_t *out_standby_reads, uint64_t *out_writes, int64_t *out_log_bytes)
{
    jalon_db_measure(store->db, out_reads, out_standby_reads, out_writes, out_log_bytes);
}

/* --- Sessions --- */

static enum jalon_status begin(struct jalon_context *ctx, struct jalon_store *store,
                               enum jalon_db_mode mode, struct jalon_session **out)
{
    struct jalon_session *session = jalon_memory_allocate_zeroed(1, sizeof *session);
    if (session == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status =
        mode == JALON_DB_STANDBY
            ? jalon_db_begin_standby(ctx, store->db, &session->connection)
            : jalon_db_begin(ctx, store->db, mode, &session->connection);
    if (status != JALON_OK) {
        jalon_memory_release(session);
        return status;
    }
    session->store = store;
    jalon_buffer_init(&session->fields, JALON_STORE_JSON_MAX);
    jalon_buffer_init(&session->categories, JALON_STORE_JSON_MAX);
    jalon_buffer_init(&session->geometry, JALON_STORE_GEOMETRY_MAX);
    *out = session;
    return JALON_OK;
}

enum jalon_status jalon_store_read(struct jalon_context *ctx, struct jalon_store *store,
                                   struct jalon_session **out)
{
    return begin(ctx, store, JALON_DB_READ, out);
}

enum jalon_status jalon_store_read_after(struct jalon_context *ctx, struct jalon_store *store,
                                         const struct jalon_map *map, int64_t seq, int64_t time_us,
                                         struct jalon_session **out)
{
    struct jalon_session *session = NULL;
    bool has_event = false;
    enum jalon_status status = JALON_NOT_FOUND;
    if (seq > 0) {
        status = begin(ctx, store, JALON_DB_STANDBY, &session);
    }
    if (status == JALON_OK) {
        status = jalon_store_has_event(ctx, session, map, seq, time_us, &has_event);
    }
    if (status == JALON_OK && has_event) {
        *out = session;
        return JALON_OK;
    }
    jalon_session_end(session);
    jalon_error_clear(ctx);
    return jalon_store_read(ctx, store, out);
}

enum jalon_status jalon_store_write(struct jalon_context *ctx, struct jalon_store *store,
                                    struct jalon_session **out)
{
    return begin(ctx, store, JALON_DB_WRITE, out);
}

enum jalon_status jalon_session_commit(struct jalon_context *ctx, struct jalon_session *session)
{
    assert(!session->ended);
    session->ended = true;
    enum jalon_status status = jalon_session_write_index(ctx, session);
    if (status == JALON_OK) {
        status = jalon_db_commit(ctx, session->connection);
    }
    if (status == JALON_OK && session->has_mail) {
        jalon_store_tell_of_mail(session->store);
    }
    return status;
}

/* Nothing waits for the index when a savepoint is set or kept: to undo it is the database's. */
static enum jalon_status write_index_then(struct jalon_context *ctx, struct jalon_session *session,
                                          enum jalon_status (*step)(struct jalon_context *,
                                                                    struct jalon_db_connection *))
{
    enum jalon_status status = jalon_session_write_index(ctx, session);
    return status == JALON_OK ? step(ctx, session->connection) : status;
}

enum jalon_status jalon_session_set_savepoint(struct jalon_context *ctx,
                                              struct jalon_session *session)
{
    jalon_session_mark_maps(session);
    return write_index_then(ctx, session, jalon_db_set_savepoint);
}

enum jalon_status jalon_session_keep_savepoint(struct jalon_context *ctx,
                                               struct jalon_session *session)
{
    return write_index_then(ctx, session, jalon_db_keep_savepoint);
}

enum jalon_status jalon_session_undo_savepoint(struct jalon_context *ctx,
                                               struct jalon_session *session)
{
    session->pending_count = 0;
    jalon_session_undo_maps(session);
    return jalon_db_undo_savepoint(ctx, session->connection);
}

uint64_t jalon_session_changes(const struct jalon_session *session)
{
    return jalon_db_changes(session->connection);
}

void jalon_session_end(struct jalon_session *session)
{
    if (session == NULL) {
        return;
    }
    jalon_db_end(session->connection);
    jalon_buffer_finish(&session->fields);
    jalon_buffer_finish(&session->categories);
    jalon_buffer_finish(&session->geometry);
    jalon_memory_release(session->pending);
    jalon_memory_release(session->maps);
    jalon_memory_release(session->numbers);
    jalon_memory_release(session);
}

/* --- The spatial index --- */

enum {
    INDEX_MANY = 100,         /* from here on they are inserted together */
    INDEX_PENDING_MAX = 1 << 17 /* 5 MB */
};

static enum jalon_status write_one(struct jalon_context *ctx, struct jalon_session *session,
                                   const struct jalon_db_index_row *row)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(row->number), jalon_db_double(row->west),  jalon_db_double(row->east),
        jalon_db_double(row->south),   jalon_db_double(row->north),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_CONTRIBUTION_INDEX, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_session_write_index(struct jalon_context *ctx,
                                            struct jalon_session *session)
{
    static const struct jalon_db_index index = {
        .find_node = JALON_QUERY_CONTRIBUTION_INDEX_NODE,
        .last_node = JALON_QUERY_CONTRIBUTION_INDEX_LAST_NODE,
        .put_node = JALON_QUERY_CONTRIBUTION_INDEX_PUT_NODE,
        .put_row = JALON_QUERY_CONTRIBUTION_INDEX_PUT_ROW,
        .put_parent = JALON_QUERY_CONTRIBUTION_INDEX_PUT_PARENT,
    };
    size_t count = session->pending_count;
    enum jalon_status status = JALON_OK;
    session->pending_count = 0;
    if (count >= INDEX_MANY) {
        return jalon_db_index_many(ctx, session->connection, &index, session->pending, count);
    }
    for (size_t i = 0; i < count && status == JALON_OK; i++) {
        status = write_one(ctx, session, &session->pending[i]);
    }
    return status;
}

enum jalon_status jalon_session_add_to_index(struct jalon_context *ctx,
                                             struct jalon_session *session, int64_t number,
                                             const struct jalon_db_value box[4])
{
    struct jalon_db_index_row row = {number, box[0].number, box[1].number, box[2].number,
                                     box[3].number};
    if (row.west > row.east || /* no geometry */
        !jalon_db_has_statement(session->store->db, JALON_QUERY_CONTRIBUTION_INDEX)) {
        return JALON_OK;
    }
    if (session->pending_count == INDEX_PENDING_MAX) {
        enum jalon_status status = jalon_session_write_index(ctx, session);
        if (status != JALON_OK) {
            return status;
        }
    }
    if (session->pending_count == session->pending_capacity) {
        size_t capacity = session->pending_capacity == 0 ? 16 : 2 * session->pending_capacity;
        struct jalon_db_index_row *grown =
            jalon_memory_resize(session->pending, capacity * sizeof *grown);
        if (grown == NULL) {
            return jalon_no_memory(ctx);
        }
        session->pending = grown;
        session->pending_capacity = capacity;
    }
    session->pending[session->pending_count++] = row;
    return JALON_OK;
}

/* --- Rows --- */

/* --- Geometry columns --- */

enum jalon_status jalon_store_put_geometry(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_geometry *geometry,
                                           struct jalon_db_value out[5])
{
    struct jalon_box box;
    out[0] = jalon_db_null();
    out[1] = out[3] = jalon_db_double(1);
    out[2] = out[4] = jalon_db_double(0);
    if (geometry->type == JALON_GEOMETRY_NONE || !jalon_geometry_box(geometry, &box)) {
        return JALON_OK;
    }
    assert(geometry->srid == JALON_SRID_WGS84);
    struct jalon_buffer *buffer = &session->geometry;
    jalon_buffer_clear(buffer);
    switch (jalon_db_geometry_form(session->store->db)) {
    case JALON_DB_GEOMETRY_BLOB: jalon_geometry_write_blob(buffer, geometry); break;
    case JALON_DB_GEOMETRY_EWKB: jalon_geometry_write_ewkb(buffer, geometry); break;
    }
    enum jalon_status status = jalon_buffer_status(buffer);
    if (status == JALON_NO_MEMORY) {
        return jalon_no_memory(ctx);
    }
    if (status != JALON_OK) {
        return jalon_fail(ctx, status, "the geometry is too large to be stored");
    }
    out[0] = jalon_db_blob(buffer->data, buffer->length);
    out[1] = jalon_db_double(box.west);
    out[2] = jalon_db_double(box.east);
    out[3] = jalon_db_double(box.south);
    out[4] = jalon_db_double(box.north);
    return JALON_OK;
}

enum jalon_status jalon_store_read_geometry(struct jalon_context *ctx,
                                            enum jalon_db_geometry_form form,
                                            const struct jalon_db_value *column,
                                            struct jalon_geometry *out)
{
    struct jalon_text bytes = jalon_db_to_text(column);
    if (bytes.length == 0) {
        *out = (struct jalon_geometry){.type = JALON_GEOMETRY_NONE, .srid = JALON_SRID_WGS84};
        return JALON_OK;
    }
    enum jalon_status status = JALON_INTERNAL;
    switch (form) {
    case JALON_DB_GEOMETRY_BLOB:
        status = jalon_geometry_from_blob(ctx, bytes.data, bytes.length, out);
        break;
    case JALON_DB_GEOMETRY_EWKB:
        status = jalon_geometry_from_ewkb(ctx, bytes.data, bytes.length, out);
        break;
    }
    return status;
}
