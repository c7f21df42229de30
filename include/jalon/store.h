/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The store: one function a storage operation, rows <-> model. Layer 2; engines hidden in db.
 *
 * A session is a leased connection inside one transaction. Writes of one map are serialised, and those
 * of all maps by an engine in a file: a second writer waits, at most `write_wait_ms`. Every
 * contribution write stores the row, its revision and a numbered event in the session's transaction,
 * or nothing. Knows no rule: what may be written is app's.
 */
#ifndef JALON_STORE_H
#define JALON_STORE_H

#include "jalon/context.h"
#include "jalon/model.h"
#include "jalon/store_people.h"

struct jalon_store;
struct jalon_session;

struct jalon_store_options {
    struct jalon_text data; /* a data folder, or a database's URL */
    bool create;            /* make the folder and the database when they are not there */
    bool checkpoints;       /* threads keep the database's log short, or see whether its server answers: for
                               who stays */
    int64_t write_wait_ms;  /* default 10000 when 0 */
    bool as_is;             /* not migrated: to be copied, checked or tidied as it is */
    bool read_only;         /* `data` is a file of jalon_store_backup; as it is, and stays so */
};

/*
 * Opens, migrating to this program's schema (numbered migrations, each in a transaction).
 * JALON_NOT_FOUND: no database there and !create; JALON_CONFLICT: made by a newer Jalon (message
 * says both versions); JALON_INVALID: not a database or a damaged one; JALON_FORBIDDEN: no rights.
 * Messages may name the path: they are for the operator.
 */
enum jalon_status jalon_store_open(struct jalon_context *ctx,
                                   const struct jalon_store_options *options,
                                   struct jalon_store **out) JALON_MUST_USE;
/* All sessions must have ended. NULL is allowed. */
void jalon_store_close(struct jalon_store *store);
/* Schema version the database has and the one this program makes. */
enum jalon_status jalon_store_versions(struct jalon_context *ctx,
                                       const struct jalon_store_options *options, int64_t *out_has,
                                       int64_t *out_makes) JALON_MUST_USE;

/* --- Sessions --- */
enum jalon_status jalon_store_read(struct jalon_context *ctx, struct jalon_store *store,
                                   struct jalon_session **out) JALON_MUST_USE;
/*
 * The same for who knows an event of a map and needs to see no more than up to it: on a standby, if
 * there is one that has this event, else where is written. `time_us` is the event's.
 */
enum jalon_status jalon_store_read_after(struct jalon_context *ctx, struct jalon_store *store,
                                         const struct jalon_map *map, int64_t seq, int64_t time_us,
                                         struct jalon_session **out) JALON_MUST_USE;
/* Is this one of the map's events? No other history has one with this number and this time. */
enum jalon_status jalon_store_has_event(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map, int64_t seq, int64_t time_us,
                                        bool *out) JALON_MUST_USE;
/* JALON_RETRY: another writer, of this program at least, went on for longer than write_wait_ms. */
enum jalon_status jalon_store_write(struct jalon_context *ctx, struct jalon_store *store,
                                    struct jalon_session **out) JALON_MUST_USE;
/*
 * Makes a map this session's until it ends: nobody else changes anything of it meanwhile. Comes before
 * anything is read that decides what is written; writing a contribution asks for it by itself, at
 * the latest. Nothing when the session has the map already.
 *
 * `wait`: for who has it now, at most write_wait_ms, then JALON_RETRY: end the session. Whoever has
 * another map already does not wait, so that no two wait for each other: JALON_RETRY at once, and the
 * session goes on as it was. JALON_GONE: the map was removed (not waiting: JALON_RETRY).
 */
enum jalon_status jalon_session_lock_map(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, bool wait) JALON_MUST_USE;
/* On failure the transaction is rolled back. JALON_NO_SPACE: disk full; JALON_UNAVAILABLE: failing. */
enum jalon_status jalon_session_commit(struct jalon_context *ctx, struct jalon_session *session)
    JALON_MUST_USE;
/*
 * A part of what a session writes that can be undone by itself: set, then kept or undone. Never
 * nested. After a failure of any of the three: end the session.
 */
enum jalon_status jalon_session_set_savepoint(struct jalon_context *ctx,
                                              struct jalon_session *session) JALON_MUST_USE;
enum jalon_status jalon_session_keep_savepoint(struct jalon_context *ctx,
                                               struct jalon_session *session) JALON_MUST_USE;
enum jalon_status jalon_session_undo_savepoint(struct jalon_context *ctx,
                                               struct jalon_session *session) JALON_MUST_USE;
/* See jalon_db_changes. */
uint64_t jalon_session_changes(const struct jalon_session *session);
/* Rolls back what was not committed, gives the connection back. NULL is allowed. */
void jalon_session_end(struct jalon_session *session);
/*
 * Grows when anybody, also another process, has committed since; cheap enough for a poll. Not
 * inside a session.
 */
enum jalon_status jalon_store_data_version(struct jalon_context *ctx, struct jalon_store *store,
                                           int64_t *out) JALON_MUST_USE;

/* See jalon_db_start_watch. */
enum jalon_status jalon_store_start_watch(struct jalon_context *ctx, struct jalon_store *store,
                                          void (*wake)(void *object), void *object,
                                          bool *out_wakes) JALON_MUST_USE;
/*
 * How many connections were lost so far: while it stays the same, whoever was written to is who has
 * the database still.
 */
uint64_t jalon_store_losses(struct jalon_store *store);

/* Reads the smallest thing there is: does the store answer? */
enum jalon_status jalon_store_ping(struct jalon_context *ctx,
                                   struct jalon_store *store) JALON_MUST_USE;
/* See jalon_db_measure_statements, jalon_db_measure_reach, and jalon_db_measure. */
uint64_t jalon_store_measure_statements(const struct jalon_store *store);
void jalon_store_measure_reach(struct jalon_store *store, uint64_t *out_lost,
                               uint64_t *out_regained, uint64_t *out_refused);
void jalon_store_measure(struct jalon_store *store, uint64_t *out_reads,
                         uint64_t *out_standby_reads, uint64_t *out_writes,
                         int64_t *out_log_bytes);

/* --- Following --- */
/* What has become of a map of which somebody knows some state; all of one moment. */
struct jalon_map_progress {
    int64_t map; /* given, as the next: its number */
    int64_t known_seq;     /* an event of it; 0: none */
    bool is_there;         /* false: it was removed, and what follows is not set */
    int64_t described_us;  /* as in struct jalon_map */
    int64_t last_seq;      /* of its last event; 0: none yet */
    int64_t known_time_us; /* of the known event; 0: the map has no such event */
};
/* Fills the progress of many maps with one statement. */
enum jalon_status jalon_store_follow(struct jalon_context *ctx, struct jalon_session *session,
                                     struct jalon_map_progress *maps, size_t count) JALON_MUST_USE;
/* What an event made of a contribution, or what later ones have made of it since. */
struct jalon_change {
    int64_t seq;
    int64_t time_us; /* of the event */
    bool forgets;    /* it removed what was there before: see JALON_ACTION_REDACT, … */
    struct jalon_contribution contribution;
};
/* A contribution and all of its revisions, oldest first, in ctx' arena: borrowed during the call. */
typedef enum jalon_status (*jalon_history_listener)(struct jalon_context *ctx, void *object,
                                                    const struct jalon_contribution *contribution,
                                                    const struct jalon_revision *revisions,
                                                    size_t count);
/* Of all contributions of a map that have any, by number; stops at the first failure. */
enum jalon_status jalon_store_each_history(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map,
                                           jalon_history_listener take,
                                           void *object) JALON_MUST_USE;
/* Events with seq > since, ascending, at most `limit`, with the contributions as they are now. */
enum jalon_status jalon_store_list_changes(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_map *map, int64_t since, size_t limit,
                                           struct jalon_change **out, size_t *out_count)
    JALON_MUST_USE;

/* --- Maps --- */
struct jalon_map_summary {
    int64_t number;
    struct jalon_text slug;
    struct jalon_label title;
    int64_t seq; /* of its last event; 0: none yet */
    enum jalon_visibility reading; /* who may read it */
};

/* Stores description, collections, categories; fills the numbers in *map. JALON_CONFLICT: slug. */
enum jalon_status jalon_store_insert_map(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_map *map) JALON_MUST_USE;
/* By slug; all in the context's arena. JALON_NOT_FOUND. */
enum jalon_status jalon_store_load_map(struct jalon_context *ctx, struct jalon_session *session,
                                       struct jalon_text slug, struct jalon_map *out)
    JALON_MUST_USE;
/* In slug order. */
enum jalon_status jalon_store_list_maps(struct jalon_context *ctx, struct jalon_session *session,
                                        struct jalon_map_summary **out, size_t *out_count)
    JALON_MUST_USE;
/* Title, description, licence, attribution, policy, account_needed and box; not collections. */
enum jalon_status jalon_store_update_map(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map) JALON_MUST_USE;
/* How the collection (index) is drawn, and when what is in it is stale. */
enum jalon_status jalon_store_update_collection(struct jalon_context *ctx,
                                                struct jalon_session *session,
                                                const struct jalon_map *map,
                                                int32_t collection) JALON_MUST_USE;
/* With everything in it. */
enum jalon_status jalon_store_delete_map(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map) JALON_MUST_USE;
/* Inserts or replaces by key. Real geometry column with spatial index. */
enum jalon_status jalon_store_put_territory(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map,
                                            const struct jalon_territory *territory) JALON_MUST_USE;
/* In the order of insertion. */
enum jalon_status jalon_store_list_territories(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map,
                                               struct jalon_territory **out, size_t *out_count)
    JALON_MUST_USE;

/* --- Contributions --- */
struct jalon_write {
    enum jalon_action action;
    struct jalon_text author; /* who does it; empty: anonymous */
    struct jalon_text reason; /* may be empty */
    struct jalon_text changes; /* as in struct jalon_revision */
    int64_t base;              /* likewise */
    int32_t charter;           /* the version that its author accepts by it; 0: there is none */
    struct jalon_text edit_secret_hash; /* create only: kept with the row; may be empty */
    struct jalon_text source_digest;    /* kept with the row when not empty */
    /*
     * Create only: the id was made here just now, and there is no key of a source. So JALON_CONFLICT
     * cannot be, and need not be waited for.
     */
    bool is_unheard_of;
};

/*
 * One write: row, revision and event in this session's transaction. CREATE inserts (version must
 * be 1, number is filled); the others replace the row with this number (version must be the stored
 * one + 1, else JALON_PRECONDITION), but not its id, collection, creation and edit secret, nor what
 * jalon_store_touch_contribution writes (which has to be as it is stored). The
 * revision's time is updated_us. *out_seq is the event's number. JALON_CONFLICT: the id, or
 * (collection, source, source_id), exists already. After JALON_CONFLICT and JALON_PRECONDITION
 * nothing of this write is there and the session may go on; after any other failure, end it.
 */
enum jalon_status jalon_store_put_contribution(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map,
                                               struct jalon_contribution *contribution,
                                               const struct jalon_write *write, int64_t *out_seq)
    JALON_MUST_USE;
/*
 * The same for one of many that are created, of which the caller knows that no id and key of a source
 * is taken: they are written together, where that is faster, and read back as if they were not. A
 * failure may come with a later call, and then ends the session.
 */
enum jalon_status jalon_store_add_contribution(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map,
                                               struct jalon_contribution *contribution,
                                               const struct jalon_write *write, int64_t *out_seq)
    JALON_MUST_USE;
/*
 * Writes confirmed, supports, comments and touched_us of the contribution, which is as it is stored,
 * and an event of that time: the version stays. *out_seq is the event's number.
 */
enum jalon_status jalon_store_touch_contribution(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map,
                                                 const struct jalon_contribution *contribution,
                                                 int64_t *out_seq) JALON_MUST_USE;
/* In any moderation state. `collection` is an index in the map. JALON_NOT_FOUND. */
enum jalon_status jalon_store_find_contribution(struct jalon_context *ctx,
                                                struct jalon_session *session,
                                                const struct jalon_map *map, int32_t collection,
                                                struct jalon_id id, struct jalon_contribution *out)
    JALON_MUST_USE;
/* By what somebody is let see what is not published: texts that are empty let see nothing. */
struct jalon_onlooker {
    bool sees_all;
    struct jalon_text account, secret_hash;
};
/* The same for an onlooker: what they may not see costs what an id costs that nobody ever had. */
enum jalon_status jalon_store_find_seen(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map, int32_t collection,
                                        struct jalon_id id, const struct jalon_onlooker *onlooker,
                                        struct jalon_contribution *out) JALON_MUST_USE;
enum jalon_status jalon_store_load_contribution(struct jalon_context *ctx,
                                                struct jalon_session *session,
                                                const struct jalon_map *map, int64_t number,
                                                struct jalon_contribution *out) JALON_MUST_USE;
/* The hash of its edit secret; empty when it has none. JALON_NOT_FOUND: no such contribution. */
enum jalon_status jalon_store_find_edit_secret(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map, int64_t number,
                                               struct jalon_text *out_hash) JALON_MUST_USE;

/* What an import needs to know of a row before it writes; cheap. */
struct jalon_source_row {
    int64_t number;
    enum jalon_moderation moderation;
    struct jalon_text digest; /* of the source row as last imported; may be empty */
};
/* JALON_NOT_FOUND when this source has brought no such row. */
enum jalon_status jalon_store_find_source_row(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int32_t collection,
                                              struct jalon_text source, struct jalon_text source_id,
                                              struct jalon_source_row *out) JALON_MUST_USE;

/* The key and digest of a row that a source has brought, borrowed during the call. */
typedef enum jalon_status (*jalon_source_row_listener)(struct jalon_context *ctx, void *object,
                                                       struct jalon_text source_id,
                                                       struct jalon_text digest);
/* Those of a source in a collection whose contributions have events after `since` (0: all). */
enum jalon_status jalon_store_each_source_row(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int32_t collection,
                                              struct jalon_text source, int64_t since,
                                              jalon_source_row_listener take,
                                              void *object) JALON_MUST_USE;

/*
 * Walks contributions by number. `filter` says which: all of the map (collection -1), of one
 * collection, or of one source in it. The cursor lies in the context's arena and ends with the
 * session at the latest; after that it is not touched any more.
 */
struct jalon_contribution_filter {
    int32_t collection;       /* -1: all */
    struct jalon_text source; /* empty: any */
    int64_t after;            /* only greater numbers */
};
struct jalon_contribution_cursor;
enum jalon_status jalon_store_scan_contributions(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map,
                                                 const struct jalon_contribution_filter *filter,
                                                 struct jalon_contribution_cursor **out)
    JALON_MUST_USE;
/* The next one, in row_ctx' arena (reset it between rows); JALON_NOT_FOUND at the end. */
enum jalon_status jalon_contribution_cursor_next(struct jalon_context *row_ctx,
                                                 struct jalon_contribution_cursor *cursor,
                                                 struct jalon_contribution *out) JALON_MUST_USE;
/* NULL is allowed. */
void jalon_contribution_cursor_end(struct jalon_contribution_cursor *cursor);

/*
 * The same in batches that a thread of its own reads ahead: reading and what is done with the rows
 * take the time of the slower one, where there are two processors. From here to the end the session
 * is the reader's and of no other use. JALON_UNAVAILABLE: no more threads.
 */
struct jalon_contribution_reader;
enum jalon_status jalon_store_read_ahead(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_contribution_filter *filter,
                                         struct jalon_contribution_reader **out) JALON_MUST_USE;
/* The next rows, valid until the next call; *out_count is 0 behind the last. After a failure: end. */
enum jalon_status jalon_contribution_reader_next(struct jalon_context *ctx,
                                                 struct jalon_contribution_reader *reader,
                                                 const struct jalon_contribution **out,
                                                 size_t *out_count) JALON_MUST_USE;
/* Before the session's end. NULL is allowed. */
void jalon_contribution_reader_end(struct jalon_contribution_reader *reader);

/* --- History and events --- */
/* Newest first; versions below `before` (0: all), at most `limit`. */
enum jalon_status jalon_store_list_revisions(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             int64_t before, size_t limit,
                                             struct jalon_revision **out, size_t *out_count)
    JALON_MUST_USE;
/* Events with seq > since, ascending, at most `limit`. */
enum jalon_status jalon_store_list_events(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t since, size_t limit,
                                          struct jalon_event **out, size_t *out_count)
    JALON_MUST_USE;
/* Seq and time of the map's last event; 0 and the map's creation when there is none. */
enum jalon_status jalon_store_last_event(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, int64_t *out_seq,
                                         int64_t *out_time_us) JALON_MUST_USE;

/* --- Secrets of the server, and answers to requests that may be sent again --- */
/* JALON_NOT_FOUND (no message): it was never made; JALON_INTERNAL: it has another size. */
enum jalon_status jalon_store_find_secret(struct jalon_context *ctx, struct jalon_session *session,
                                          struct jalon_text name, void *out,
                                          size_t size) JALON_MUST_USE;
/* JALON_CONFLICT: there is one. */
enum jalon_status jalon_store_insert_secret(struct jalon_context *ctx,
                                            struct jalon_session *session, struct jalon_text name,
                                            const void *bytes, size_t size) JALON_MUST_USE;

/* What was answered to a request with an Idempotency-Key. */
struct jalon_kept_answer {
    struct jalon_text digest; /* of what was asked */
    struct jalon_id contribution;
    int64_t seq; /* of its event */
    bool repaired;
    struct jalon_text json; /* the Feature as it was */
    int64_t created_us;     /* of the contribution, and what the answer's age counts from */
};
/* `account` empty: anonymous. JALON_NOT_FOUND (no message): there is none after `since_us`. */
enum jalon_status jalon_store_find_answer(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, struct jalon_text account,
                                          struct jalon_text key, int64_t since_us,
                                          struct jalon_kept_answer *out) JALON_MUST_USE;
/* JALON_CONFLICT: one is kept under this key. */
enum jalon_status jalon_store_keep_answer(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, struct jalon_text account,
                                          struct jalon_text key,
                                          const struct jalon_kept_answer *answer) JALON_MUST_USE;
/* Those until then. */
enum jalon_status jalon_store_forget_answers(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map,
                                             int64_t until_us) JALON_MUST_USE;

/* --- Care --- */
/*
 * Writes all that is there at one moment after the call has begun into a new file, whatever the
 * engine: whole and on disk, or not there at all; others write on. JALON_CONFLICT: the file is there
 * already, or the database has another schema and its engine cannot copy it as it is; JALON_NO_SPACE;
 * JALON_FORBIDDEN: no rights; JALON_UNSUPPORTED: others have added columns that have no place in it.
 */
enum jalon_status jalon_store_backup(struct jalon_context *ctx, struct jalon_store *store,
                                     struct jalon_text file) JALON_MUST_USE;
/*
 * The same, but only from an engine whose long reading is in the way of those who write:
 * JALON_UNSUPPORTED from others.
 */
enum jalon_status jalon_store_set_aside(struct jalon_context *ctx, struct jalon_store *store,
                                        struct jalon_text file) JALON_MUST_USE;
/* See jalon_db_compact. No session may be open. */
enum jalon_status jalon_store_vacuum(struct jalon_context *ctx, struct jalon_store *store,
                                     int64_t *out_before, int64_t *out_after) JALON_MUST_USE;

/* Says whether what comes back from a backup may be used: anything but JALON_OK ends it. */
typedef enum jalon_status (*jalon_restore_check)(struct jalon_context *ctx,
                                                 struct jalon_session *session, void *object);
/*
 * Makes a database from a file of jalon_store_backup, with this program's schema: that of a folder
 * which is empty or not there (but not those above it), or the rows of an engine's database in which
 * there are none. `check` sees all before anybody else does; when it refuses nothing is left.
 * JALON_CONFLICT: something is there already.
 */
enum jalon_status jalon_store_restore(struct jalon_context *ctx, struct jalon_text file,
                                      struct jalon_text location, jalon_restore_check check,
                                      void *object) JALON_MUST_USE;

/* Something that should not be as it is; borrowed during the call. */
struct jalon_finding {
    struct jalon_text table; /* empty: of the whole database */
    struct jalon_text key;   /* of the row, or empty */
    struct jalon_text what;
};
typedef void (*jalon_finding_listener)(void *handle, const struct jalon_finding *finding);

/*
 * Looks for what no write of this program leaves behind, in what the session sees. First the schema
 * (*out_readable false: of another version, and nothing further can be said), the engine's own
 * structures, history and events without gaps and naming what is there. JALON_OK also with findings.
 */
enum jalon_status jalon_store_check(struct jalon_context *ctx, struct jalon_session *session,
                                    jalon_finding_listener listener, void *handle,
                                    bool *out_readable) JALON_MUST_USE;
/* Then, map by map: every row can be read, and agrees with the map's description and the index. */
enum jalon_status jalon_store_check_map(struct jalon_context *ctx, struct jalon_session *session,
                                        const struct jalon_map *map,
                                        jalon_finding_listener listener,
                                        void *handle) JALON_MUST_USE;

#endif
