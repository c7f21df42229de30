/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of the store share. Layer 2, private. */
#ifndef JALON_STORE_PRIVATE_H
#define JALON_STORE_PRIVATE_H

#include <pthread.h>

#include "jalon/buffer.h"
#include "jalon/db.h"
#include "jalon/queries.h"
#include "jalon/store.h"

/* Largest JSON of one contribution's fields, and largest geometry, in bytes. */
#define JALON_STORE_JSON_MAX ((size_t)16 << 20)
#define JALON_STORE_GEOMETRY_MAX ((size_t)64 << 20)

struct jalon_store {
    struct jalon_db *db;
    pthread_mutex_t mail_lock;
    void (*mail_wake)(void *object); /* jalon_store_on_mail; under the lock */
    void *mail_object;
};

/* A map that a write session has for itself, and how far its events are counted. */
struct jalon_session_map {
    int64_t number;
    int64_t last_seq; /* -1: not read yet */
    int64_t kept_seq; /* when the savepoint was set */
    bool is_hindered; /* there are blocks or zones of this map, or of the server; or nobody knows */
};

/* Numbers taken for contributions that are added: few at first, then more at a time. */
enum {
    JALON_SESSION_NUMBERS_MIN = 16,
    JALON_SESSION_NUMBERS_FACTOR = 16,
    JALON_SESSION_NUMBERS_MAX = 1 << 14
};

struct jalon_session {
    struct jalon_store *store;
    struct jalon_db_connection *connection;
    bool ended; /* committed or rolled back */
    bool has_mail; /* something was put into the outbox */
    struct jalon_session_map *maps; /* in the order of their locks */
    size_t map_count;
    size_t map_capacity;
    size_t kept_map_count; /* when the savepoint was set */
    /* Reused from row to row, so that a million rows take no more memory than one. */
    struct jalon_buffer fields;
    struct jalon_buffer categories;
    struct jalon_buffer geometry;
    /* New rows of the spatial index, which wait until the commit to be written together. */
    struct jalon_db_index_row *pending;
    size_t pending_count;
    size_t pending_capacity;
    bool has_inserted; /* a contribution, waiting for its number */
    int64_t *numbers;
    size_t next_number;
    size_t number_count; /* of which so many are there */
};

/* How many values a parameter array has. */
#define JALON_STORE_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Remembers a new contribution for the spatial index, unless the engine sees to that; `box` as
 * jalon_store_put_geometry gives it.
 */
enum jalon_status jalon_session_add_to_index(struct jalon_context *ctx,
                                             struct jalon_session *session, int64_t number,
                                             const struct jalon_db_value box[4]) JALON_MUST_USE;
/* Writes what was remembered: before any other statement that is about the index. */
enum jalon_status jalon_session_write_index(struct jalon_context *ctx,
                                            struct jalon_session *session) JALON_MUST_USE;

/* --- session_maps.c --- */
/* The next event number of a map that the session has. */
enum jalon_status jalon_session_next_seq(struct jalon_context *ctx, struct jalon_session *session,
                                         int64_t map, int64_t *out) JALON_MUST_USE;
/*
 * May there be blocks or zones in the way of those who write to a map? Only who has the map makes some,
 * so that a session that has it need not ask for each writer. What is made for the whole server
 * meanwhile counts from the next session on.
 */
bool jalon_session_may_hinder(const struct jalon_session *session, int64_t map);
/* The session has made one. */
void jalon_session_note_hindrance(struct jalon_session *session);
/* It was removed. */
void jalon_session_forget_map(struct jalon_session *session, int64_t map);
/* With a savepoint: what is locked and counted from now on, and that none of it is any more. */
void jalon_session_mark_maps(struct jalon_session *session);
void jalon_session_undo_maps(struct jalon_session *session);

/* --- mail.c --- */
/* Calls what jalon_store_on_mail was given. */
void jalon_store_tell_of_mail(struct jalon_store *store);

/* After a change of the map's description or territories: other programs are to read them anew. */
enum jalon_status jalon_store_note_description(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               int64_t map) JALON_MUST_USE;

/* Brings the database to this program's schema; see jalon_store_open. */
enum jalon_status jalon_store_migrate(struct jalon_context *ctx, struct jalon_db *db, bool create)
    JALON_MUST_USE;
/* A store over an open database, which it then owns (also on failure): for tests. */
enum jalon_status jalon_store_open_db(struct jalon_context *ctx, struct jalon_db *db, bool create,
                                      struct jalon_store **out) JALON_MUST_USE;

/* --- rows.c --- */
/* The first row of a query, valid until the cursor ends. JALON_NOT_FOUND without a message. */
enum jalon_status jalon_store_query_row(struct jalon_context *ctx, struct jalon_session *session,
                                        int query, const struct jalon_db_value *parameters,
                                        size_t count, struct jalon_db_cursor **out_cursor,
                                        const struct jalon_db_value **out_row) JALON_MUST_USE;
/* Runs an insertion that leaves a taken key alone: JALON_CONFLICT, without a message, when it did. */
enum jalon_status jalon_store_insert_new(struct jalon_context *ctx, struct jalon_session *session,
                                         int query, const struct jalon_db_value *parameters,
                                         size_t count) JALON_MUST_USE;
/*
 * Runs a query and gives each row to `take`; stops at the first failure. `take` copies what it keeps.
 */
enum jalon_status jalon_store_each_row(
    struct jalon_context *ctx, struct jalon_session *session, int query,
    const struct jalon_db_value *parameters, size_t count,
    enum jalon_status (*take)(struct jalon_context *ctx, const struct jalon_db_value *row,
                              void *object),
    void *object) JALON_MUST_USE;

/* Reads a row into a struct, copying what it keeps; `with`: what it needs to know besides. */
typedef enum jalon_status jalon_store_reader(struct jalon_context *ctx,
                                             const struct jalon_db_value *row, const void *with,
                                             void *out);
/* Reads the first row of a query. JALON_NOT_FOUND without a message. */
enum jalon_status jalon_store_read_one(struct jalon_context *ctx, struct jalon_session *session,
                                       int query, const struct jalon_db_value *parameters,
                                       size_t count, jalon_store_reader *read, const void *with,
                                       void *out) JALON_MUST_USE;
/* Structs of one size, in the context's arena; zeroed before they are read. */
struct jalon_store_list {
    size_t size; /* of an item, in bytes */
    jalon_store_reader *read;
    const void *with;
    void *items;
    size_t count, capacity;
};
/* Reads a row into one item more. */
enum jalon_status jalon_store_add_item(struct jalon_context *ctx, const struct jalon_db_value *row,
                                       struct jalon_store_list *list) JALON_MUST_USE;
/* Reads every row of a query into the list; stops at the first failure. */
enum jalon_status jalon_store_read_list(struct jalon_context *ctx, struct jalon_session *session,
                                        int query, const struct jalon_db_value *parameters,
                                        size_t count, struct jalon_store_list *list)
    JALON_MUST_USE;
/* The integer that a query finds. JALON_NOT_FOUND without a message. */
enum jalon_status jalon_store_read_integer(struct jalon_context *ctx,
                                           struct jalon_session *session, int query,
                                           const struct jalon_db_value *parameters, size_t count,
                                           int64_t *out) JALON_MUST_USE;
/* Whether a query finds anything. */
enum jalon_status jalon_store_has_row(struct jalon_context *ctx, struct jalon_session *session,
                                      int query, const struct jalon_db_value *parameters,
                                      size_t count, bool *out) JALON_MUST_USE;

/* An id as a parameter; `text` is where it lies until the statement has run. */
struct jalon_db_value jalon_store_id(struct jalon_id id, char text[JALON_ID_TEXT_SIZE]);
/* The same; NULL for the nil id. */
struct jalon_db_value jalon_store_id_or_null(struct jalon_id id, char text[JALON_ID_TEXT_SIZE]);
/* A column's text, copied; JALON_NO_MEMORY. */
enum jalon_status jalon_store_copy_text(struct jalon_context *ctx,
                                        const struct jalon_db_value *column,
                                        struct jalon_text *out) JALON_MUST_USE;
/* Columns, and where their copies go; NULL ends the list. */
struct jalon_store_text {
    int column;
    struct jalon_text *to;
};
enum jalon_status jalon_store_copy_texts(struct jalon_context *ctx,
                                         const struct jalon_db_value *row,
                                         const struct jalon_store_text *texts) JALON_MUST_USE;
/* A row that this program cannot have written: says so to the operator. */
enum jalon_status jalon_store_bad_row(struct jalon_context *ctx, const char *what, int64_t number);

/* --- Whole rows --- */
/* Of what map the rows are, and how their geometries are written; for readers. */
struct jalon_store_place {
    const struct jalon_map *map;
    enum jalon_db_geometry_form form;
};
enum { JALON_STORE_CONTRIBUTION_COLUMNS = 25 }; /* of every statement that reads them */
/* What these columns hold, in the context's arena. */
enum jalon_status jalon_store_read_contribution(struct jalon_context *ctx,
                                                const struct jalon_map *map,
                                                enum jalon_db_geometry_form form,
                                                const struct jalon_db_value *row,
                                                struct jalon_contribution *out) JALON_MUST_USE;
/* The same of a revision's seven columns. */
enum jalon_status jalon_store_read_revision(struct jalon_context *ctx, int64_t contribution,
                                            const struct jalon_db_value *row,
                                            struct jalon_revision *out) JALON_MUST_USE;

/* --- Geometry columns --- */
/*
 * Five parameters: the geometry in the database's form (its bytes are the session's, until the next
 * call) and its box: west, east, south, north. Without geometry: NULL, and a box of nothing, whose
 * west is greater than its east.
 */
enum jalon_status jalon_store_put_geometry(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_geometry *geometry,
                                           struct jalon_db_value out[5]) JALON_MUST_USE;
/* What a geometry column holds, in the context's arena. */
enum jalon_status jalon_store_read_geometry(struct jalon_context *ctx,
                                            enum jalon_db_geometry_form form,
                                            const struct jalon_db_value *column,
                                            struct jalon_geometry *out) JALON_MUST_USE;

/* --- JSON columns --- */
/* {"key": value, …}: the fields that are not absent, in the collection's order. */
void jalon_store_write_fields(struct jalon_buffer *buffer,
                              const struct jalon_collection *collection,
                              const struct jalon_value *values);
/*
 * Reads it back into values[field_count]. Any JSON object is read, also one that another program
 * has formatted; members that the collection does not know (any more) are left out. False when it
 * is not JSON, or a member is of no kind that a field can hold. `json` is changed: the values lie
 * in it. Memory for lists comes from the arena; JALON_NO_MEMORY.
 */
enum jalon_status jalon_store_read_fields(struct jalon_context *ctx,
                                          const struct jalon_collection *collection, char *json,
                                          size_t length, struct jalon_value *values)
    JALON_MUST_USE;
/* ["key", …] of the categories with these indexes. */
void jalon_store_write_categories(struct jalon_buffer *buffer, const struct jalon_map *map,
                                  const int32_t *categories, size_t count);
/* Back to ascending indexes; keys that the map does not know (any more) are left out. */
enum jalon_status jalon_store_read_categories(struct jalon_context *ctx,
                                              const struct jalon_map *map, char *json,
                                              size_t length, int32_t **out, size_t *out_count)
    JALON_MUST_USE;

#endif
