/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What an engine is: one table of functions. Layer 1, private to db.
 *
 * db.c and pool.c own what all engines share: choosing the engine, the bounded pool, waiting,
 * transactions' ends. An engine's database and connection structs begin with the common ones below.
 */
#ifndef JALON_DB_DRIVER_H
#define JALON_DB_DRIVER_H

#include <pthread.h>
#include <stdatomic.h>

#include "jalon/clock.h"
#include "jalon/db.h"

enum jalon_db_savepoint_step {
    JALON_DB_SAVEPOINT_SET,
    JALON_DB_SAVEPOINT_KEEP, /* what was done since is part of the transaction */
    JALON_DB_SAVEPOINT_UNDO,
};

enum jalon_db_engine { JALON_DB_SQLITE, JALON_DB_POSTGRES, JALON_DB_ENGINE_COUNT };

/* Made by sqlgen from schema/. */
struct jalon_db_statement {
    const char *name;
    size_t parameter_count; /* over all engines: an engine's text may leave some out */
    /* Statements that each end with `;`. Empty where the engine has nothing to do: db.c answers then,
       and no driver sees it. */
    const char *sql[JALON_DB_ENGINE_COUNT];
};
struct jalon_db_migration {
    int64_t number;
    const char *name;
    const char *sql[JALON_DB_ENGINE_COUNT];
};
extern const struct jalon_db_statement jalon_db_statements[];
extern const size_t jalon_db_statement_count;
extern const struct jalon_db_migration jalon_db_migrations[];
extern const size_t jalon_db_migration_count;

struct jalon_db_driver {
    enum jalon_db_engine engine;
    enum jalon_db_geometry_form geometry_form;
    /* URL prefixes ("name://") of its locations; NULL: takes folders, has no second one. */
    const char *prefix, *short_prefix;

    /* Can the URL be read? NULL: takes any. */
    enum jalon_status (*check_url)(struct jalon_context *ctx, const char *url);
    /* Checks the place; *out is one allocated struct that starts with struct jalon_db. */
    enum jalon_status (*open)(struct jalon_context *ctx, const struct jalon_db_options *options,
                              struct jalon_db **out);
    void (*close)(struct jalon_db *db); /* frees it; connections are gone already */

    enum jalon_status (*connect)(struct jalon_context *ctx, struct jalon_db *db,
                                 enum jalon_db_mode mode, struct jalon_db_connection **out);
    void (*disconnect)(struct jalon_db_connection *connection);
    /* Of one that was idle: is it of use still, as far as is known without asking? NULL: it is. */
    bool (*is_alive)(struct jalon_db_connection *connection);

    /* Has the server answer, within seconds, also one that is known to be silent. NULL: no server. */
    enum jalon_status (*ping)(struct jalon_context *ctx, struct jalon_db_connection *connection);

    /* May there be servers that JALON_DB_STANDBY connects to? NULL: no. */
    bool (*has_standby)(const struct jalon_db *db);

    /* `deadline_us` (monotonic): how long to wait for another process' lock. */
    enum jalon_status (*begin)(struct jalon_context *ctx, struct jalon_db_connection *connection,
                               int64_t deadline_us);
    enum jalon_status (*commit)(struct jalon_context *ctx, struct jalon_db_connection *connection);
    void (*rollback)(struct jalon_db_connection *connection);
    /*
     * Never nested. Fails when the transaction is not there any more, or what was to be kept failed;
     * setting and keeping may leave that to a later call, at the latest the commit.
     */
    enum jalon_status (*savepoint)(struct jalon_context *ctx,
                                   struct jalon_db_connection *connection,
                                   enum jalon_db_savepoint_step step);

    enum jalon_status (*prepare)(struct jalon_context *ctx, struct jalon_db_connection *connection,
                                 int query);
    /*
     * Either output may be NULL. Where both are, nobody waits for the outcome: a failure may come
     * with a later call of the transaction, at the latest with its commit. When nothing was changed,
     * *out_number is of no meaning.
     */
    enum jalon_status (*execute)(struct jalon_context *ctx, struct jalon_db_connection *connection,
                                 int query, const struct jalon_db_value *parameters,
                                 int64_t *out_changed, int64_t *out_number);
    /* jalon_db_add; NULL: `execute` is as good. */
    enum jalon_status (*add)(struct jalon_context *ctx, struct jalon_db_connection *connection,
                             int query, const struct jalon_db_value *parameters);
    enum jalon_status (*query)(struct jalon_context *ctx, struct jalon_db_connection *connection,
                               int query, const struct jalon_db_value *parameters,
                               struct jalon_db_cursor **out);
    enum jalon_status (*step)(struct jalon_context *ctx, struct jalon_db_cursor *cursor,
                              const struct jalon_db_value **out_row);
    void (*cursor_end)(struct jalon_db_cursor *cursor);

    enum jalon_status (*schema_version)(struct jalon_context *ctx,
                                        struct jalon_db_connection *connection, int64_t *out);
    /* Several statements; a SELECT whose answer is the number 0 says that it failed. */
    enum jalon_status (*run_script)(struct jalon_context *ctx,
                                    struct jalon_db_connection *connection, const char *sql);
    enum jalon_status (*data_version)(struct jalon_context *ctx,
                                      struct jalon_db_connection *connection, int64_t *out);
    /* jalon_db_start_watch. NULL: data_version is cheap enough to be asked often. */
    enum jalon_status (*watch)(struct jalon_context *ctx, struct jalon_db *db,
                               void (*wake)(void *object), void *object);
    void (*end_watch)(struct jalon_db *db); /* also of one that was not started */
    /*
     * Makes the log of what is written shorter, within a moment or as far as that goes: for
     * checkpoint.c, in a connection of its own. NULL: the engine does so by itself.
     */
    void (*checkpoint)(struct jalon_db_connection *connection);

    /* Each may be NULL: then `care` says who does it. */
    enum jalon_status (*backup)(struct jalon_context *ctx, struct jalon_db_connection *connection,
                                const char *file);
    /* As `open`, of a database made aside; see jalon_db_unpack. `file` is terminated. */
    enum jalon_status (*unpack)(struct jalon_context *ctx, struct jalon_text file,
                                const struct jalon_db_options *options, struct jalon_db **out);
    /* The same for jalon_db_make_file: the engine that takes folders has it. */
    enum jalon_status (*make_file)(struct jalon_context *ctx, struct jalon_text file,
                                   struct jalon_db **out);
    /* Of those two; connections are gone already. */
    enum jalon_status (*settle)(struct jalon_context *ctx, struct jalon_db *db);
    enum jalon_status (*check)(struct jalon_context *ctx, struct jalon_db_connection *connection,
                               jalon_db_finding take, void *object);
    /* The only connection, in no transaction. */
    enum jalon_status (*compact)(struct jalon_context *ctx, struct jalon_db_connection *connection,
                                 int64_t *out_before, int64_t *out_after);
    const char *care; /* "its own tools, such as …" */
    int64_t (*log_bytes)(struct jalon_db *db); /* jalon_db_measure; NULL: 0 */
};

/* Readers at once; further ones wait. */
enum { JALON_DB_READERS_MAX = 8 };

/* Whether a server can be reached; see reach.c. */
struct jalon_db_reach {
    pthread_mutex_t mutex; /* of those up to `refused` */
    unsigned failures;     /* to connect, since it went well */
    bool trying;
    int64_t next_us; /* the next attempt, on the monotonic clock */
    uint64_t lost, regained, refused;
    _Atomic int64_t asked_us; /* the oldest question without an answer, monotonic; 0: none */
    _Atomic unsigned era;     /* connections of an earlier one are given up */
};

/* Connections to a server that follows; see standby.c. */
struct jalon_db_standby {
    struct jalon_db_connection *idle; /* a list */
    size_t count;                     /* idle, leased, being made */
    bool trying;
    unsigned failures;
    int64_t next_us; /* when another one may be tried, on the monotonic clock */
};

/* Somebody who waits to write; on the stack of that thread. */
struct jalon_db_turn {
    struct jalon_db_turn *next; /* who came after */
};

struct jalon_db {
    const struct jalon_db_driver *driver;
    struct jalon_db_reach reach;
    int64_t wait_ms;
    pthread_mutex_t mutex;
    pthread_cond_t freed;
    struct jalon_db_connection *idle_readers; /* a list */
    size_t reader_count;                      /* idle and leased */
    struct jalon_db_connection *writer;       /* kept once made */
    bool writing;                             /* the writer is leased */
    struct jalon_db_turn *turns;              /* of those who wait for it, the first come first */
    _Atomic uint64_t begun[JALON_DB_MODE_COUNT]; /* transactions */
    _Atomic uint64_t asked;                      /* statements, each time */
    struct jalon_db_standby standby;             /* under the mutex */
    pthread_mutex_t watch_mutex;
    struct jalon_db_connection *watch; /* for data_version only */
    /* Bytes of the log that are not yet in the database, as the last commit here found it. */
    _Atomic int64_t log_length;
    struct jalon_db_pulse *pulse;             /* NULL: nobody finds out that the server is silent */
    struct jalon_db_checkpoints *checkpoints; /* NULL: those who commit do it */
};

struct jalon_db_connection {
    struct jalon_db *db;
    enum jalon_db_mode mode;
    struct jalon_db_connection *next; /* in the list of idle readers */
    bool in_transaction;
    bool broken; /* not to be used again */
    unsigned era; /* of the reach when it was begun to be made; a driver of servers sets it */
    bool was_used; /* by a transaction before */
    uint64_t changes; /* statements run to change something, also those that failed */
    struct jalon_db_cursor *cursors; /* open ones */
};

struct jalon_db_cursor {
    struct jalon_db_connection *connection;
    struct jalon_db_cursor *previous, *next; /* of the connection's open ones */
};

/* The engine of a location, which is terminated; NULL: none of ours. */
const struct jalon_db_driver *jalon_db_find_driver(struct jalon_text location);

extern const struct jalon_db_driver jalon_db_sqlite;
extern const struct jalon_db_driver jalon_db_postgres;

/* --- pool.c --- */
/* A connection for one thread; JALON_RETRY when none is free until the deadline (monotonic). */
enum jalon_status jalon_db_pool_lease(struct jalon_context *ctx, struct jalon_db *db,
                                      enum jalon_db_mode mode, int64_t deadline_us,
                                      struct jalon_db_connection **out) JALON_MUST_USE;
/* Gives the connection back, or away when it is broken. */
void jalon_db_pool_give_back(struct jalon_db_connection *connection);
/* The connection, or NULL and gone when it is known to be of no use any more. */
struct jalon_db_connection *jalon_db_pool_keep(struct jalon_db_connection *connection);
/* Ends the connections that only read. None may be leased. */
void jalon_db_pool_disconnect_readers(struct jalon_db *db);

/* --- reach.c --- */
void jalon_db_reach_init(struct jalon_db *db);
void jalon_db_reach_destroy(struct jalon_db *db);
/* The driver's connect, or JALON_UNAVAILABLE at once when an attempt has just failed. */
enum jalon_status jalon_db_reach_connect(struct jalon_context *ctx, struct jalon_db *db,
                                         enum jalon_db_mode mode,
                                         struct jalon_db_connection **out);
/* Counts a connection that was found broken. */
void jalon_db_reach_lose(struct jalon_db *db);
/*
 * Asks whether it is there, in a connection of the caller's that is made and given up here; for one
 * thread, again and again.
 */
void jalon_db_reach_look(struct jalon_context *ctx, struct jalon_db *db,
                         struct jalon_db_connection **connection);
/* Gives up the connections that there are: whoever waits on one is refused, idle ones are made anew. */
void jalon_db_reach_begin_era(struct jalon_db *db);
/* Has it had no answer for a while? Then nobody begins to wait for the server. */
bool jalon_db_reach_is_silent(struct jalon_db *db);
/* Is waiting on this connection for an answer of no use? */
bool jalon_db_reach_is_hopeless(const struct jalon_db_connection *connection);
/* JALON_UNAVAILABLE when it is. */
enum jalon_status jalon_db_reach_check(struct jalon_context *ctx, struct jalon_db *db);

/* --- pulse.c --- */
/* Nothing when it was not started. */
void jalon_db_pulse_stop(struct jalon_db *db);

/* --- standby.c --- */
/* A broken one ends, and none is tried for a while. */
void jalon_db_standby_give_back(struct jalon_db_connection *connection);
/* Those that are idle. */
void jalon_db_standby_disconnect(struct jalon_db *db);

/* --- checkpoint.c --- */
/* After a commit: has the thread look at a log that has become long. */
void jalon_db_checkpoints_wake(struct jalon_db *db);
/* Nothing when it was not started. */
void jalon_db_checkpoints_stop(struct jalon_db *db);

/* "2026-11-21T08:52:00.123456Z" without NUL: always six decimals, so that text sorts as time. */
enum { JALON_DB_TIME_SIZE = 27 };
/* The second formatted last: an import writes a million equal ones. Starts as {.second = -1}. */
struct jalon_db_time_cache {
    int64_t second;
    char text[JALON_CLOCK_TEXT_SIZE];
};
void jalon_db_format_time(struct jalon_db_time_cache *cache, int64_t time_us,
                          char out[JALON_DB_TIME_SIZE]);

/* Links a cursor into its connection's open ones, and out of them. */
void jalon_db_cursor_link(struct jalon_db_connection *connection, struct jalon_db_cursor *cursor);
void jalon_db_cursor_unlink(struct jalon_db_cursor *cursor);
/* As jalon_db_open with an engine that is not found by its location: for tests. */
enum jalon_status jalon_db_open_driver(struct jalon_context *ctx,
                                       const struct jalon_db_driver *driver,
                                       const struct jalon_db_options *options,
                                       struct jalon_db **out) JALON_MUST_USE;

#endif
