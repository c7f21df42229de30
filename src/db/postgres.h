/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the files of the PostgreSQL engine share. Layer 1, private to them.
 *
 * A connection is in libpq's pipeline mode from its beginning to its end: statements are sent one
 * behind the other, and waited for when somebody needs an answer. What was sent and not yet
 * answered stands in a queue, in the order of sending.
 */
#ifndef JALON_DB_POSTGRES_H
#define JALON_DB_POSTGRES_H

#include <libpq-fe.h>

#include "db/driver.h"
#include "jalon/buffer.h"

enum {
    JALON_POSTGRES_PARTS_MAX = 4,       /* statements in one block */
    JALON_POSTGRES_PARAMETERS_MAX = 64, /* of a block */
    JALON_POSTGRES_COLUMNS_MAX = 40,
    JALON_POSTGRES_QUEUE_MAX = 256, /* sent and not waited for; then they are */
    JALON_POSTGRES_COPIES_MAX = 4,  /* tables that are added to alternately */
    JALON_POSTGRES_SHORT_TEXT = 40, /* bytes of a value that the engine has in another form */
};

struct jalon_postgres_db {
    struct jalon_db base;
    PQconninfoOption *options; /* what the URL says; libpq's to free */
    bool is_checked;           /* the server, and its database */
    struct jalon_postgres_watch *watch; /* NULL: not wanted */
    pthread_mutex_t known_mutex;        /* of the list */
    struct jalon_postgres_connection *known;
    unsigned cut_off_looks; /* at which somebody seemed to be cut off, one after the other */
};

/* A statement as this connection's server knows it. */
struct jalon_postgres_part {
    char name[24];
    char *sql; /* its parameters numbered from 1 without gap; owned */
    size_t count; /* of parameters */
    uint8_t from[JALON_POSTGRES_PARAMETERS_MAX]; /* which of the block's, from 0 */
    Oid types[JALON_POSTGRES_PARAMETERS_MAX];
    bool is_guarded; /* may meet a key that is taken, which would end the transaction */
};

struct jalon_postgres_prepared {
    struct jalon_postgres_part parts[JALON_POSTGRES_PARTS_MAX];
    size_t count;
    bool is_ready;
};

enum jalon_postgres_sent {
    JALON_POSTGRES_IGNORED, /* nobody asks, unless it fails */
    JALON_POSTGRES_WANTED,
    JALON_POSTGRES_SYNC,
};

/* Rows that wait to be inserted by one statement. */
struct jalon_postgres_copy {
    int query;
    const struct jalon_postgres_part *part; /* the INSERT */
    struct jalon_buffer rows;               /* as COPY takes them; empty: none */
    size_t due;                             /* from this length on they are sent */
};

struct jalon_postgres_connection {
    struct jalon_db_connection base;
    PGconn *handle;
    struct jalon_postgres_prepared *prepared; /* by query number */
    struct jalon_postgres_cursor *streaming;  /* its rows are on their way; NULL: none */
    const char *unread; /* the statement whose rows are on their way to nobody; NULL: none */
    int64_t patience_us;                      /* how long the server may be silent */
    uint64_t savepoints;                      /* that were set */
    bool is_patient;                          /* waits also for one that is known to be */
    enum jalon_postgres_sent sent[JALON_POSTGRES_QUEUE_MAX + 8];
    size_t sent_first, sent_count;
    struct jalon_postgres_copy copies[JALON_POSTGRES_COPIES_MAX];
    size_t copy_count;
    const struct jalon_postgres_copy *copying; /* sent, its outcome not known yet; NULL: none */
    bool is_alone; /* not in the pipeline */
    int process;   /* the server's, for it */
    _Atomic int64_t waits_since_us; /* for the server to say something, monotonic; 0: does not */
    struct jalon_postgres_connection *next_known;
};

struct jalon_postgres_cursor {
    struct jalon_db_cursor base;
    const char *name;
    PGresult **rows; /* read ahead because the connection was needed; each one row */
    size_t row_first, row_count, row_capacity;
    enum jalon_status ending; /* what came behind the last row that was read ahead */
    PGresult *row; /* the one that `values` points into */
    struct jalon_db_value values[JALON_POSTGRES_COLUMNS_MAX];
    char texts[JALON_POSTGRES_COLUMNS_MAX][JALON_POSTGRES_SHORT_TEXT];
};

/* --- postgres_url.c --- */
/* *out is the caller's to free by PQconninfoFree. JALON_INVALID: malformed, or an unknown option. */
enum jalon_status jalon_postgres_url_read(struct jalon_context *ctx, const char *url,
                                          PQconninfoOption **out);
/* NULL: the URL does not say. */
const char *jalon_postgres_url_value(const PQconninfoOption *options, const char *keyword);
size_t jalon_postgres_url_hosts(const PQconninfoOption *options);
/* What a list says for host `index`: its only item, or that one. NULL for NULL. */
struct jalon_postgres_item {
    char text[1024];
};
const char *jalon_postgres_url_item(const char *list, size_t index,
                                    struct jalon_postgres_item *out);
/* How long each host may take to let us in; 0 when the URL says what may not be. */
int64_t jalon_postgres_url_patience_us(const PQconninfoOption *options);

/* --- postgres_connect.c --- */
/*
 * A connection to the first host that lets us in: one that takes writes (unless the URL says else), or
 * a standby. On failure the message says why each does not.
 */
enum jalon_status jalon_postgres_connect_handle(struct jalon_context *ctx,
                                                const PQconninfoOption *options, bool standby,
                                                PGconn **out);

/* --- postgres_check.c --- */
/* Can Jalon work with this server and database? If not the message says what to do. */
enum jalon_status jalon_postgres_check(struct jalon_context *ctx,
                                       struct jalon_postgres_connection *connection);

/* --- postgres_error.c --- */
/* Fails by what the server said in `result`; `what` is for the operator. */
enum jalon_status jalon_postgres_fail(struct jalon_context *ctx, const PGresult *result,
                                      const char *what);
/* Is the transaction the server's any more, and the connection of use? By SQLSTATE. */
bool jalon_postgres_is_lost(const PGresult *result);
/* The connection is lost: marks it so. */
enum jalon_status jalon_postgres_fail_lost(struct jalon_context *ctx,
                                           struct jalon_postgres_connection *connection);

/* --- postgres_wire.c --- */
/* Sends without waiting. JALON_UNAVAILABLE: lost. */
enum jalon_status jalon_postgres_send(struct jalon_context *ctx,
                                      struct jalon_postgres_connection *connection,
                                      const char *sql, enum jalon_postgres_sent sent);
enum jalon_status jalon_postgres_send_part(struct jalon_context *ctx,
                                           struct jalon_postgres_connection *connection,
                                           const struct jalon_postgres_part *part,
                                           const struct jalon_db_value *parameters,
                                           enum jalon_postgres_sent sent);
/* Has the server prepare a part and describe it; waits for that. */
enum jalon_status jalon_postgres_describe(struct jalon_context *ctx,
                                          struct jalon_postgres_connection *connection,
                                          const struct jalon_postgres_part *part, const char *what,
                                          PGresult **out);
/*
 * Waits for all that was sent. *out (NULL allowed) is the answer that was wanted, the caller's to
 * clear; `what` names the work for the operator. A failure of what nobody asked for is never
 * JALON_CONFLICT: that is the wanted statement's alone.
 */
enum jalon_status jalon_postgres_settle(struct jalon_context *ctx,
                                        struct jalon_postgres_connection *connection,
                                        const char *what, PGresult **out);
/* Has the server do what was sent, and waits for nothing. */
void jalon_postgres_push(struct jalon_postgres_connection *connection);
/* Waits until everything before the wanted answer is done; that comes row by row then. */
enum jalon_status jalon_postgres_start_rows(struct jalon_context *ctx,
                                            struct jalon_postgres_connection *connection,
                                            const char *what);
/* The next row, the caller's to clear; JALON_NOT_FOUND behind the last. */
enum jalon_status jalon_postgres_next_row(struct jalon_context *ctx,
                                          struct jalon_postgres_connection *connection,
                                          const char *what, PGresult **out);
/* Is what was lost already known to be? For a connection that was idle. */
bool jalon_postgres_is_alive(struct jalon_postgres_connection *connection);
/* One statement with an answer, in a transaction or alone. */
enum jalon_status jalon_postgres_ask(struct jalon_context *ctx,
                                     struct jalon_postgres_connection *connection,
                                     const char *sql, PGresult **out);
/* Several statements, outside the pipeline; a SELECT that answers 0 fails. */
enum jalon_status jalon_postgres_run_script(struct jalon_context *ctx,
                                            struct jalon_postgres_connection *connection,
                                            const char *sql);

/*
 * Outside the pipeline, where nothing else may be sent: from leaving it, which waits for all that was
 * sent, to entering it again.
 */
enum jalon_status jalon_postgres_leave_pipeline(struct jalon_context *ctx,
                                                struct jalon_postgres_connection *connection);
enum jalon_status jalon_postgres_enter_pipeline(struct jalon_context *ctx,
                                                struct jalon_postgres_connection *connection);
/* Sends a COPY … FROM STDIN with its data; its outcome is still to be waited for. */
enum jalon_status jalon_postgres_start_copy(struct jalon_context *ctx,
                                            struct jalon_postgres_connection *connection,
                                            const char *sql, struct jalon_text data,
                                            const char *what);
/* Is the outcome there? */
bool jalon_postgres_has_answer(struct jalon_postgres_connection *connection);
enum jalon_status jalon_postgres_end_copy(struct jalon_context *ctx,
                                          struct jalon_postgres_connection *connection,
                                          const char *what);

/* --- postgres_copy.c --- */
enum jalon_status jalon_postgres_add(struct jalon_context *ctx, struct jalon_db_connection *base,
                                     int query, const struct jalon_db_value *parameters);
/* Has the server insert all rows that wait, and waits for that. */
enum jalon_status jalon_postgres_finish_copies(struct jalon_context *ctx,
                                               struct jalon_postgres_connection *connection);
/* They are not wanted any more: what was sent is, with its transaction, to be undone. */
void jalon_postgres_forget_copies(struct jalon_postgres_connection *connection);
void jalon_postgres_drop_copies(struct jalon_postgres_connection *connection);

/* --- postgres_statement.c --- */
/* For who is about to send it: rows that are on their way come into their cursor first. */
enum jalon_status jalon_postgres_find_prepared(struct jalon_context *ctx,
                                               struct jalon_postgres_connection *connection,
                                               int query, struct jalon_postgres_prepared **out);
void jalon_postgres_forget_prepared(struct jalon_postgres_connection *connection);

/* --- postgres_rows.c --- */
enum jalon_status jalon_postgres_query(struct jalon_context *ctx,
                                       struct jalon_db_connection *base, int query,
                                       const struct jalon_db_value *parameters,
                                       struct jalon_db_cursor **out);
enum jalon_status jalon_postgres_step(struct jalon_context *ctx, struct jalon_db_cursor *base,
                                      const struct jalon_db_value **out_row);
void jalon_postgres_cursor_end(struct jalon_db_cursor *base);
/* The connection is needed: rows that are on their way come into their cursor, or are dropped. */
enum jalon_status jalon_postgres_absorb(struct jalon_context *ctx,
                                        struct jalon_postgres_connection *connection);

/* --- postgres_silence.c --- */
/* From here on it is looked after, until it is not. */
void jalon_postgres_know(struct jalon_postgres_connection *connection);
void jalon_postgres_unknow(struct jalon_postgres_connection *connection);
/*
 * Asks the server what has become of those who have waited long. Is one cut off, all connections there
 * are now are given up: it is seldom alone, and making them anew is quick where the server answers.
 */
enum jalon_status jalon_postgres_find_cut_off(struct jalon_context *ctx,
                                              struct jalon_postgres_connection *asker);

/* --- postgres_watch.c --- */
struct jalon_postgres_watch;
/* As jalon_db_start_watch. */
enum jalon_status jalon_postgres_watch_start(struct jalon_context *ctx, struct jalon_db *db,
                                             void (*wake)(void *object), void *object,
                                             struct jalon_postgres_watch **out);
/* Has other programs told of a commit; waits for nothing. NULL: nobody is told. */
void jalon_postgres_watch_tell(struct jalon_postgres_watch *watch);
/* NULL is allowed. */
void jalon_postgres_watch_stop(struct jalon_postgres_watch *watch);

/* --- postgres_value.c --- */
/* A parameter as the server takes it: `number` is room for those of fixed size. */
struct jalon_postgres_parameter {
    const char *data; /* NULL: no value */
    int length;
    int format; /* 0 text, 1 binary */
    char number[JALON_POSTGRES_SHORT_TEXT];
};
/* Text is not copied: it is NUL-terminated here when the value's is. */
enum jalon_status jalon_postgres_encode(struct jalon_context *ctx,
                                        const struct jalon_db_value *value, Oid type,
                                        struct jalon_postgres_parameter *out);
/* A column of a row; texts point into the row, or into `text`. */
void jalon_postgres_decode(const PGresult *row, int column,
                           char text[JALON_POSTGRES_SHORT_TEXT], struct jalon_db_value *out);

#endif
