/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * SQL behind a narrow door. Layer 1; knows connections, transactions and named statements, not what
 * they mean.
 *
 * Statements are the named blocks of schema/queries/, numbered by the generated <jalon/queries.h>.
 * A connection is leased to one thread at a time; one writes at most, several read. A failure's
 * status says what the caller may do: JALON_CONFLICT a unique key is taken; JALON_RETRY another
 * writer was in the way; JALON_NO_SPACE the disk is full; JALON_UNAVAILABLE it is failing, read-only
 * or damaged; JALON_NO_MEMORY;
 * JALON_TOO_LARGE a value beyond the engine's limit; JALON_INTERNAL a statement of ours is wrong.
 */
#ifndef JALON_DB_H
#define JALON_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jalon/context.h"

struct jalon_db;
struct jalon_db_connection;
struct jalon_db_cursor;

enum jalon_db_mode {
    JALON_DB_READ,
    JALON_DB_WRITE,
    JALON_DB_STANDBY, /* a reader on another server: jalon_db_begin_standby */
    JALON_DB_MODE_COUNT,
};

/* In which bytes a geometry column is read and written; see jalon/geo.h. */
enum jalon_db_geometry_form { JALON_DB_GEOMETRY_BLOB, JALON_DB_GEOMETRY_EWKB };

/* --- Values --- */
enum jalon_db_kind {
    JALON_DB_NULL,
    JALON_DB_INTEGER,
    JALON_DB_DOUBLE,
    JALON_DB_TEXT,
    JALON_DB_BLOB,
    JALON_DB_BOOLEAN,
    JALON_DB_TIME, /* microseconds UTC; RFC 3339 text where the engine has no such type */
};

struct jalon_db_value {
    enum jalon_db_kind kind;
    union {
        int64_t integer; /* also BOOLEAN (0, 1) and TIME */
        double number;
        struct jalon_text text; /* also the bytes of a BLOB */
    };
};

struct jalon_db_value jalon_db_null(void);
struct jalon_db_value jalon_db_integer(int64_t value);
struct jalon_db_value jalon_db_double(double value);
struct jalon_db_value jalon_db_boolean(bool value);
struct jalon_db_value jalon_db_time(int64_t time_us);
struct jalon_db_value jalon_db_text(struct jalon_text value);
/* Absent is NULL in tables, in structs an empty text or 0. */
struct jalon_db_value jalon_db_text_or_null(struct jalon_text value);
struct jalon_db_value jalon_db_integer_or_null(int64_t value);
struct jalon_db_value jalon_db_time_or_null(int64_t time_us);
struct jalon_db_value jalon_db_blob(const void *data, size_t size);

/* A column's value; the neutral one (0, empty) when it is NULL or of another kind. */
int64_t jalon_db_to_integer(const struct jalon_db_value *value);
double jalon_db_to_double(const struct jalon_db_value *value);
struct jalon_text jalon_db_to_text(const struct jalon_db_value *value);
int64_t jalon_db_to_time_us(const struct jalon_db_value *value);

/* --- Database --- */
struct jalon_db_options {
    struct jalon_text location; /* a folder, or an engine's URL */
    bool create;                /* make what is not there */
    bool read_only;             /* the location is a file of jalon_db_backup, which stays as it is */
    int64_t wait_ms;            /* how long to wait for a connection or a lock; > 0 */
};

/*
 * Opens and checks what can be checked cheaply. JALON_NOT_FOUND: nothing there and !create;
 * JALON_INVALID: not one of ours, or damaged; JALON_FORBIDDEN: no rights; JALON_UNSUPPORTED: no
 * engine for this URL. Messages are for the operator, and name the location as it may be shown.
 */
enum jalon_status jalon_db_open(struct jalon_context *ctx, const struct jalon_db_options *options,
                                struct jalon_db **out) JALON_MUST_USE;
/*
 * The location as messages may show it: of a URL without password and parameters, however wrongly
 * it was written. In ctx' arena, or a constant when there is no memory.
 */
struct jalon_text jalon_db_show_location(struct jalon_context *ctx, struct jalon_text location);
/* Is it a folder, or a URL that an engine can read? Else as jalon_db_open; nothing is opened. */
enum jalon_status jalon_db_check_location(struct jalon_context *ctx,
                                          struct jalon_text location) JALON_MUST_USE;
/* Every connection must have been released. NULL is allowed. */
void jalon_db_close(struct jalon_db *db);
enum jalon_db_geometry_form jalon_db_geometry_form(const struct jalon_db *db);
/*
 * False when the engine has nothing to do for this statement, such as those of an index that it
 * keeps by itself: to run it changes and answers no row.
 */
bool jalon_db_has_statement(const struct jalon_db *db, int query);
/*
 * Changes, and grows, when anybody (also another process) has committed since. Any thread, one
 * after the other.
 */
enum jalon_status jalon_db_data_version(struct jalon_context *ctx, struct jalon_db *db,
                                        int64_t *out) JALON_MUST_USE;

/*
 * Has `wake` called by a thread of the engine's, until the database is closed, soon after another
 * program has committed, and now and then without a reason; and other programs told likewise of what
 * is committed here. Some of it may be lost: data_version tells all. Once. *out_wakes false: the
 * engine has no such thing, and is to be asked often. JALON_UNAVAILABLE: no more threads.
 */
enum jalon_status jalon_db_start_watch(struct jalon_context *ctx, struct jalon_db *db,
                                       void (*wake)(void *object), void *object,
                                       bool *out_wakes) JALON_MUST_USE;

/*
 * Has a thread of its own keep the engine's log short until the database is closed; without, those
 * who commit do it. Once. Nothing for an engine that sees to it. JALON_UNAVAILABLE: no more threads.
 */
enum jalon_status jalon_db_start_checkpoints(struct jalon_context *ctx,
                                             struct jalon_db *db) JALON_MUST_USE;

/* Statements asked for since it was opened, each time that one was. */
uint64_t jalon_db_measure_statements(const struct jalon_db *db);
/*
 * Transactions begun since it was opened, and bytes of what is written and not yet in the database's
 * own file (0 for an engine that keeps them elsewhere).
 */
void jalon_db_measure(struct jalon_db *db, uint64_t *out_reads, uint64_t *out_standby_reads,
                      uint64_t *out_writes, int64_t *out_log_bytes);

/*
 * Has a thread of its own find out when a database server answers nothing any more: calls that wait
 * for it, and those that would, fail then with JALON_UNAVAILABLE. Once. Nothing for an engine that
 * has no server. JALON_UNAVAILABLE: no more threads.
 */
enum jalon_status jalon_db_start_pulse(struct jalon_context *ctx,
                                       struct jalon_db *db) JALON_MUST_USE;

/*
 * Connections that were lost, those made anew since, and attempts to connect that failed; 0 for an
 * engine that has no server.
 */
void jalon_db_measure_reach(struct jalon_db *db, uint64_t *out_lost, uint64_t *out_regained,
                            uint64_t *out_refused);

/* --- Connections and transactions --- */
/*
 * A connection and a transaction in it. Waits for a free one, and for writing until no other writer
 * (thread or process) is there; JALON_RETRY after wait_ms. JALON_UNAVAILABLE: the server cannot be
 * reached; at once when that is known already.
 */
enum jalon_status jalon_db_begin(struct jalon_context *ctx, struct jalon_db *db,
                                 enum jalon_db_mode mode, struct jalon_db_connection **out)
    JALON_MUST_USE;
/*
 * A transaction that reads on a server which follows the one that is written to, and may be behind it
 * or, after another one took over, of another history. JALON_NOT_FOUND (no message): there is none, or
 * not now; nobody waits for one.
 */
enum jalon_status jalon_db_begin_standby(struct jalon_context *ctx, struct jalon_db *db,
                                         struct jalon_db_connection **out) JALON_MUST_USE;
/* Ends its cursors. On failure nothing of the transaction is there. */
enum jalon_status jalon_db_commit(struct jalon_context *ctx,
                                  struct jalon_db_connection *connection) JALON_MUST_USE;
/*
 * A part of a write transaction that can be undone by itself: set, then kept or undone, which ends
 * its cursors. Never nested. After a failure of any of the three nothing of the transaction is sure:
 * end it. JALON_UNAVAILABLE also when the engine has rolled the transaction back by itself. That what
 * was to be kept failed may come with a later call, at the latest with the commit.
 */
enum jalon_status jalon_db_set_savepoint(struct jalon_context *ctx,
                                         struct jalon_db_connection *connection) JALON_MUST_USE;
enum jalon_status jalon_db_keep_savepoint(struct jalon_context *ctx,
                                          struct jalon_db_connection *connection) JALON_MUST_USE;
enum jalon_status jalon_db_undo_savepoint(struct jalon_context *ctx,
                                          struct jalon_db_connection *connection) JALON_MUST_USE;
/* Rolls back what was not committed, ends cursors, gives the connection back. */
void jalon_db_end(struct jalon_db_connection *connection);

/* --- Statements --- */
/*
 * Parameters are borrowed during the call. `count` is what the statement has, else it is a bug.
 * A block of several statements runs them in order with the same parameters; when the first one
 * changes no row the others are left out. *out_changed counts the first one's rows; NULL: nobody waits
 * for the outcome, and a failure may come with a later call, at the latest with the commit, as one
 * that is not JALON_CONFLICT.
 */
enum jalon_status jalon_db_execute(struct jalon_context *ctx,
                                   struct jalon_db_connection *connection, int query,
                                   const struct jalon_db_value *parameters, size_t count,
                                   int64_t *out_changed) JALON_MUST_USE;
/*
 * The same for an insertion into a table that numbers its rows: *out_number is the new row's.
 * JALON_CONFLICT also when it inserted none, because it says to leave a taken key alone.
 */
enum jalon_status jalon_db_insert(struct jalon_context *ctx,
                                  struct jalon_db_connection *connection, int query,
                                  const struct jalon_db_value *parameters, size_t count,
                                  int64_t *out_number) JALON_MUST_USE;
/*
 * Inserts one of many rows: at once, or, where the engine has a way, together with others that are added,
 * which is several times as fast. All are in their tables before any other statement runs, and
 * before a savepoint or the transaction ends; a failure may come only with that one. After it, also
 * after JALON_CONFLICT: end the transaction. Rows of a table stay in their order, tables do not: none
 * of them may need what is added to another. Parameters are copied. The statement is
 * INSERT INTO table (columns) VALUES ($1, $2, ...), its parameters in order, and no more.
 */
enum jalon_status jalon_db_add(struct jalon_context *ctx, struct jalon_db_connection *connection,
                               int query, const struct jalon_db_value *parameters,
                               size_t count) JALON_MUST_USE;
/*
 * Grows with every statement that is run to change something, also with one that fails: while it stays
 * the same, there is nothing of the transaction to undo.
 */
uint64_t jalon_db_changes(const struct jalon_db_connection *connection);
/*
 * Parameters must stay until the cursor ends, at the latest with the transaction. *out is NULL when
 * the engine has no such statement.
 */
enum jalon_status jalon_db_query(struct jalon_context *ctx, struct jalon_db_connection *connection,
                                 int query, const struct jalon_db_value *parameters, size_t count,
                                 struct jalon_db_cursor **out) JALON_MUST_USE;
/*
 * The next row's columns, valid until the next call with this cursor; JALON_NOT_FOUND (no message)
 * at the end, and from a cursor that is NULL.
 */
enum jalon_status jalon_db_step(struct jalon_context *ctx, struct jalon_db_cursor *cursor,
                                const struct jalon_db_value **out_row) JALON_MUST_USE;
/* NULL is allowed; not after the transaction's end. */
void jalon_db_cursor_end(struct jalon_db_cursor *cursor);

/* Has the engine understand a statement without running it: for the test that tries them all. */
enum jalon_status jalon_db_prepare(struct jalon_context *ctx,
                                   struct jalon_db_connection *connection, int query)
    JALON_MUST_USE;

/* --- Spatial index --- */
/*
 * A spatial index whose rows are written by statements of ours: those of an R*Tree. All of them are
 * about the tables of one index; not for an engine that does not have them.
 */
struct jalon_db_index {
    int find_node;  /* $1 nodeno; answers its data */
    int last_node;  /* answers the highest nodeno */
    int put_node;   /* $1 nodeno, $2 data: inserts or replaces, as those below */
    int put_row;    /* $1 rowid, $2 nodeno */
    int put_parent; /* $1 nodeno, $2 parentnode */
};
struct jalon_db_index_row {
    int64_t number;
    double west, east, south, north; /* west <= east, south <= north */
};
/*
 * Inserts rows that are not in it yet, best in the order of their numbers, many at once: from about
 * a hundred on this is cheaper than the index' own INSERT, at ten thousand several times. Taking place in the connection's
 * transaction like any statement; after a failure, end it. JALON_UNAVAILABLE: the index is damaged.
 */
enum jalon_status jalon_db_index_many(struct jalon_context *ctx,
                                      struct jalon_db_connection *connection,
                                      const struct jalon_db_index *index,
                                      const struct jalon_db_index_row *rows, size_t count)
    JALON_MUST_USE;

/* --- Care --- */
/*
 * These are an engine's own business, and an engine need not have them: one whose data is kept by a
 * server of its own is copied, checked and tidied by that server's tools, and answers
 * JALON_UNSUPPORTED with a message that names them.
 */
/*
 * Writes the whole database as it is at one moment after the call has begun into a new file, which
 * jalon_db_open opens with `read_only`: whole and on disk, or not there at all. Writers go on; their
 * log cannot be shortened for as long as it takes to copy the pages. JALON_CONFLICT: the file is there
 * already; JALON_NO_SPACE; JALON_FORBIDDEN: no rights. Messages name the file.
 */
enum jalon_status jalon_db_backup(struct jalon_context *ctx, struct jalon_db *db,
                                  struct jalon_text file) JALON_MUST_USE;

/*
 * A database that is made aside, which nobody sees before jalon_db_settle. Closed without it, nothing
 * is left; what one leaves that was killed goes when the same is tried again.
 */
/*
 * With what is in `file` (of jalon_db_backup), at the options' location, where there is nothing yet;
 * to be migrated. JALON_UNSUPPORTED: the engine takes rows, not files; JALON_CONFLICT: there is
 * something already; otherwise as jalon_db_open and jalon_db_backup.
 */
enum jalon_status jalon_db_unpack(struct jalon_context *ctx, struct jalon_text file,
                                  const struct jalon_db_options *options,
                                  struct jalon_db **out) JALON_MUST_USE;
/*
 * Empty, to become a file as jalon_db_backup writes it, out of rows; one thread at a time, and what
 * fails in it leaves it of no use. Failures as of jalon_db_backup.
 */
enum jalon_status jalon_db_make_file(struct jalon_context *ctx, struct jalon_text file,
                                     struct jalon_db **out) JALON_MUST_USE;
/* Puts it in its place, whole and on disk; no connection may be leased, and only closing is left. */
enum jalon_status jalon_db_settle(struct jalon_context *ctx, struct jalon_db *db) JALON_MUST_USE;

/* Something that the engine finds wrong; borrowed during the call. */
typedef void (*jalon_db_finding)(void *object, struct jalon_text table, struct jalon_text key,
                                 struct jalon_text what);
/* Has the engine look through its own structures: pages, indexes, foreign keys, spatial indexes. */
enum jalon_status jalon_db_check(struct jalon_context *ctx, struct jalon_db_connection *connection,
                                 jalon_db_finding take, void *object) JALON_MUST_USE;
/*
 * Gives space that nothing uses back to the system. *out_before and *out_after are sizes in bytes.
 * JALON_CONFLICT: others have the database open, whom it would stop from writing for as long as it
 * takes. No connection may be leased.
 */
enum jalon_status jalon_db_compact(struct jalon_context *ctx, struct jalon_db *db,
                                   int64_t *out_before, int64_t *out_after) JALON_MUST_USE;

/* --- Schema --- */
/* The number of the last migration; 0 for an empty database. JALON_INVALID: not one of ours. */
enum jalon_status jalon_db_schema_version(struct jalon_context *ctx,
                                          struct jalon_db_connection *connection, int64_t *out)
    JALON_MUST_USE;
/* The last migration this program knows. */
int64_t jalon_db_schema_newest(void);
/* Runs migration `number` (1 …) in the connection's transaction; recording it is the caller's. */
enum jalon_status jalon_db_migrate(struct jalon_context *ctx,
                                   struct jalon_db_connection *connection, int64_t number,
                                   struct jalon_text *out_name) JALON_MUST_USE;

#endif
