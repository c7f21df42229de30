/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Use cases: what may be done, by whom, and what follows from it. Layer 3.
 *
 * One application per process: an open store, and the live views of the maps in use. A write is
 * checked here, stored in one transaction, and shows in the view before the call returns. Every
 * function may be called from any thread with a context of its own, unless it says otherwise.
 */
#ifndef JALON_APP_H
#define JALON_APP_H

#include "jalon/app_people.h"
#include "jalon/cluster.h"
#include "jalon/context.h"
#include "jalon/crs.h"
#include "jalon/model.h"
#include "jalon/record.h"
#include "jalon/stats.h"
#include "jalon/store.h"
#include "jalon/tile.h"
#include "jalon/view.h"

struct jalon_app;

/* --- Who asks --- */
/* What a token may be used for; an account's session may all. */
enum {
    JALON_SCOPE_READ = 1,     /* what is not public */
    JALON_SCOPE_WRITE = 2,    /* contributing, changing, the conversation */
    JALON_SCOPE_MODERATE = 4, /* the desk */
    JALON_SCOPE_ADMIN = 8,    /* settings, members, the server */
    JALON_SCOPE_ACCOUNT = 16, /* the account itself */
    JALON_SCOPE_ALL = 31,
};
/* Whoever sends a request; zeroed: nobody, from nowhere. Texts are borrowed for the call. */
struct jalon_actor {
    struct jalon_text account; /* its name; empty: anonymous */
    unsigned scopes;           /* JALON_SCOPE_… ; of an anonymous one: none */
    struct jalon_text secret;  /* an edit secret; may be empty */
    struct jalon_text device;  /* what an anonymous device calls itself (Jalon-Device); may be empty */
    struct jalon_text proof;   /* of work (Jalon-Proof); may be empty */
    /* The charter's version that it knows of and accepts; 0: it says nothing, -1: nonsense. */
    int32_t charter;
    uint8_t address[16];       /* the network it comes from, of an IPv6 address its /64; zero: none */
};

struct jalon_app_options {
    struct jalon_text data; /* data folder or database URL */
    bool create;            /* make it when it is not there */
    /* Threads bring in what other processes write, within 0.2 s, and look after the views. */
    bool follow;
    struct jalon_text view_folder; /* where views may make files; empty: they live in memory */
    size_t view_memory; /* bytes that views may have before idle ones are let go; 0: any */
    size_t password_memory; /* bytes for the hash of a password; 0: 64 MiB */
    /* Wrong passwords of one account, and mails to one address, before the next has to wait; 0: any. */
    unsigned sign_in_tries;
};

/* Failures are those of jalon_store_open, for the operator. */
enum jalon_status jalon_app_open(struct jalon_context *ctx, const struct jalon_app_options *options,
                                 struct jalon_app **out) JALON_MUST_USE;
/*
 * Random bytes that all programs on this database share, by what they are for; made on first use.
 * JALON_UNAVAILABLE, JALON_NO_SPACE: they could not be kept.
 */
enum { JALON_SERVER_KEY_SIZE = 32 };
enum jalon_status jalon_app_server_key(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_text purpose,
                                       uint8_t out[JALON_SERVER_KEY_SIZE]) JALON_MUST_USE;
/* No other thread may be in a call. NULL is allowed. */
void jalon_app_close(struct jalon_app *app);

/* --- Maps --- */
/*
 * Stores a new map from a description (jalon_template_read) with its slug set. JALON_INVALID: the
 * slug; JALON_CONFLICT: the slug is taken.
 */
enum jalon_status jalon_app_create_map(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_map *map) JALON_MUST_USE;
enum jalon_status jalon_app_list_maps(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_map_summary **out, size_t *out_count)
    JALON_MUST_USE;
/* Those that whoever asks may read. */
enum jalon_status jalon_app_list_readable_maps(struct jalon_context *ctx, struct jalon_app *app,
                                               const struct jalon_actor *actor,
                                               struct jalon_map_summary **out,
                                               size_t *out_count) JALON_MUST_USE;
/* The description of one map, as the store has it, for the program itself. JALON_NOT_FOUND. */
enum jalon_status jalon_app_find_map(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_text slug, struct jalon_map *out) JALON_MUST_USE;
/* `key=value` of a setting, `column=target` of --map, or `target=value` of --set. */
struct jalon_assignment {
    struct jalon_text left;
    struct jalon_text right;
};
/*
 * Settings, as `jalon map set` writes them: "title_fr=…", "places.cluster_radius=60" of a collection;
 * all of them or none. JALON_INVALID names what there is.
 */
enum jalon_status jalon_app_set_map(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_text slug,
                                    const struct jalon_assignment *settings,
                                    size_t count) JALON_MUST_USE;
enum jalon_status jalon_app_delete_map(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_text slug) JALON_MUST_USE;
/* Checks and repairs the polygon, then stores it, replacing the one with the same key. */
enum jalon_status jalon_app_put_territory(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_map *map,
                                          struct jalon_territory *territory) JALON_MUST_USE;
enum jalon_status jalon_app_list_territories(struct jalon_context *ctx, struct jalon_app *app,
                                             const struct jalon_map *map,
                                             struct jalon_territory **out, size_t *out_count)
    JALON_MUST_USE;

/* --- Condition --- */
/*
 * Can it answer? JALON_UNAVAILABLE, with the reason, when the store has not answered a read for three
 * seconds or a thread that looks after the views stands still. Asks nothing: it is told what the
 * threads saw last. Only of an application that follows.
 */
enum jalon_status jalon_app_check_ready(struct jalon_context *ctx,
                                        struct jalon_app *app) JALON_MUST_USE;

/* What it holds and has done, for the operator. */
struct jalon_app_measures {
    size_t maps;                /* in use */
    size_t view_private_bytes;  /* of their views, about */
    size_t view_mapped_bytes;   /* files of theirs that the system can drop and read again */
    size_t tile_count, tile_bytes; /* kept */
    uint64_t tile_hits, tile_misses;
    uint64_t store_reads, store_standby_reads, store_writes; /* transactions */
    uint64_t store_statements; /* asked for, each time */
    int64_t store_log_bytes;
    uint64_t password_hashes; /* made, to keep one or to compare with one */
    uint64_t store_lost, store_regained; /* connections to the database, and made anew since */
    uint64_t store_refused;              /* attempts to connect that failed */
};
void jalon_app_measure(struct jalon_app *app, struct jalon_app_measures *out);

/* --- Reading --- */
/* A map with a state that does not change while it is held. Hold it briefly; end it always. */
struct jalon_reading {
    const struct jalon_map *map; /* as whoever reads sees it (jalon_map_as_seen) */
    const struct jalon_snapshot *snapshot;
    struct jalon_live_map *live; /* private */
};
/*
 * What this requester (NULL: nobody in particular) may see of the map; loads the view on first use.
 * JALON_NOT_FOUND: no such map; JALON_UNAUTHENTICATED, JALON_FORBIDDEN: only its members read it.
 */
enum jalon_status jalon_app_read(struct jalon_context *ctx, struct jalon_app *app,
                                 struct jalon_text slug, const struct jalon_actor *actor,
                                 struct jalon_reading *out) JALON_MUST_USE;
/*
 * May whoever asks read the map at all? JALON_UNAUTHENTICATED, JALON_FORBIDDEN: only its members do;
 * JALON_NOT_FOUND. Of a map that is in use nothing is asked for who has no account.
 */
enum jalon_status jalon_app_may_read(struct jalon_context *ctx, struct jalon_app *app,
                                     struct jalon_text slug,
                                     const struct jalon_actor *actor) JALON_MUST_USE;
/* A zeroed reading is allowed. */
void jalon_app_end_reading(struct jalon_app *app, struct jalon_reading *reading);
/*
 * Does the map show event `seq`? JALON_OK: yes, or there is no such map. If not, the store is asked for
 * it at once, by a thread of its own: JALON_RETRY (no message) until it has answered; JALON_PRECONDITION
 * (no message): asked after `since_us` (monotonic) it had no such event. A map that is not in use is
 * loaded first; not when `at_once`, for which the answer is JALON_OK. Only of an application that
 * follows.
 */
enum jalon_status jalon_app_shows(struct jalon_context *ctx, struct jalon_app *app,
                                  struct jalon_text slug, int64_t seq, int64_t since_us,
                                  bool at_once) JALON_MUST_USE;
/* `moved` is called by a thread whenever jalon_app_shows may say something else; NULL: no more. */
void jalon_app_on_move(struct jalon_app *app, void (*moved)(void *object), void *object);
/* --- Tiles --- */
enum { JALON_TILE_FORMS = 4 };

/* One tile of some collections, each with what selects its contributions. */
struct jalon_tile_command {
    struct jalon_text zoom, row, column; /* as they were asked for */
    const struct jalon_view_query *queries; /* one a layer, in their order; after, limit unused */
    size_t query_count;
    struct jalon_text key; /* says what the queries are: another one for others */
    unsigned form; /* how it is wanted compressed, below JALON_TILE_FORMS; 0: as it is drawn */
    /* False: not smaller. The same bytes for the same form and input. */
    bool (*compress)(unsigned form, struct jalon_text bytes, struct jalon_buffer *out);
};

/* Borrowed from what is kept, until released. */
struct jalon_drawn_tile {
    struct jalon_text bytes; /* none: the tile is empty */
    struct jalon_text compressed; /* in the form wanted; empty: nothing gained, or not wanted */
    const char *etag; /* of the bytes */
    struct jalon_tile_entry *entry; /* private */
};

/*
 * A vector tile (jalon/tile.h): a layer for each collection that has something in it, named by its
 * key; features by number, which is their id. Attributes, absent when there is no value: `id`
 * (UUID), `title`, `category` (key of the root of the first category), `categories` (keys, commas
 * between), `color` (of the first category, else of the collection), `status`, and the fields of
 * jalon_collection_shows_in_tiles (several values: commas between).
 *
 * Up to the collection's last zoom that merges, the clusters that stand in the tile (as
 * jalon_snapshot_cluster makes them, where they stand in the query's box) are points without id:
 * `cluster_id`, `point_count` (from 2), `expansion_zoom`, `color`, and `category` and `status` when
 * all in it are alike. What stands alone there and is a point, or a shape too small to be seen, is a
 * point with its attributes. Larger shapes are drawn, also those that a cluster counts. Beyond that
 * zoom every contribution is drawn by itself.
 *
 * The reading may have been ended when this returns: it is, as soon as the tile is drawn. Drawn
 * tiles are kept with the forms that were asked for (64 MB, last used); one is drawn once however
 * many ask for it at the same time.
 * JALON_NOT_FOUND: no such tile; JALON_TOO_LARGE: more than 64 MB of it, or JALON_CLUSTER_LIMIT points.
 */
enum jalon_status jalon_app_draw_tile(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_reading *reading,
                                      const struct jalon_tile_command *command,
                                      struct jalon_drawn_tile *out) JALON_MUST_USE;
/* A zeroed one is allowed. */
void jalon_app_release_tile(struct jalon_app *app, struct jalon_drawn_tile *tile);

/* --- History --- */
/*
 * History of one contribution, newest first, versions below `before` (0: all), as whoever asks may see
 * it: without the fields that are not for them, with places as coarse as theirs. JALON_NOT_FOUND also
 * when the contribution is not public, nor their own (jalon_app_find_own); else as jalon_app_read.
 */
enum jalon_status jalon_app_list_revisions(struct jalon_context *ctx, struct jalon_app *app,
                                           struct jalon_text slug, const struct jalon_actor *actor,
                                           struct jalon_text collection, struct jalon_id id,
                                           int64_t before, size_t limit,
                                           struct jalon_revision **out, size_t *out_count)
    JALON_MUST_USE;

/* --- Writing --- */
/*
 * What this thread writes until the group's end becomes durable together, with one flush; then, and
 * not before, it shows in the views. Each call by itself is kept or undone as it would be alone, but
 * an answer made from it holds only when the end returns JALON_OK: else nothing of the group was
 * kept (JALON_UNAVAILABLE: it is not known). What came out as JALON_RETRY, all of it when the end did,
 * may be done again, best outside a group. `ctx` and those of the calls in between outlive the end.
 * Groups are not nested, and hold contributions only (maps and territories have no part in them).
 */
enum jalon_status jalon_app_begin_group(struct jalon_context *ctx,
                                        struct jalon_app *app) JALON_MUST_USE;
enum jalon_status jalon_app_end_group(struct jalon_context *ctx) JALON_MUST_USE;

/* --- Contributing --- */
struct jalon_contribute {
    struct jalon_text map;        /* slug */
    struct jalon_text collection; /* key */
    const struct jalon_record *record; /* types as in JSON; pointers of errors are the body's */
    struct jalon_actor actor;     /* who */
    const struct jalon_id *id;    /* chosen by the client; NULL: by the server */
    struct jalon_text reason;     /* for the history; may be empty */
    bool refuses_duplicates; /* JALON_CONFLICT, with the candidates, when it may be there already */
    struct jalon_text contact_email; /* of who has no account, to recover the edit secret; may be empty */
    /*
     * Under the same key (of this map and account) the same is done once, and answered alike for a
     * day. Both empty: it is done each time.
     */
    struct jalon_text idempotency_key; /* 1 to 255 visible ASCII characters */
    struct jalon_text said;            /* all that makes up the request: another one is refused */
};
/* One state of a contribution: what an entity tag of it says. */
struct jalon_contribution_state {
    int64_t version;
    int64_t updated_us;
    /* jalon_map_look of the description it is shown by; it tells bytes apart, not states. */
    uint64_t look;
    int64_t touched_us; /* when what others say of it changed last; 0: never. No part of what was read to
                         * be changed */
};
struct jalon_contributed {
    struct jalon_id id;
    struct jalon_contribution_state state;
    struct jalon_text json;        /* the stored Feature */
    struct jalon_text edit_secret; /* anonymous only; known to nobody but the caller */
    int64_t seq;
    bool repaired; /* the geometry was repaired */
    bool is_proposal; /* of an edit: it is kept as the next, until somebody decides */
    struct jalon_id proposal;
    int64_t merged_from; /* the older version that was edited, beside what others did; 0: the last */
};
/* Whether there is such a collection and this account may add to it; the record is not read. */
enum jalon_status jalon_app_may_contribute(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_contribute *command) JALON_MUST_USE;
/*
 * JALON_INVALID with every fault of the body at once; JALON_UNAUTHENTICATED when the map needs an
 * account; JALON_FORBIDDEN when it is administered by others; JALON_NOT_FOUND; JALON_PRECONDITION:
 * there is a contribution with the chosen id; JALON_MISMATCH: another request had this idempotency
 * key; JALON_CONFLICT: the one that has it is not on disk yet. On return (or at the end of the group)
 * the view shows it.
 */
enum jalon_status jalon_app_contribute(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_contribute *command,
                                       struct jalon_contributed *out) JALON_MUST_USE;

/* --- Editing --- */
/* The states that a conditional request names (RFC 9110, 13.1.1 and 13.1.2). */
struct jalon_states {
    bool given;
    bool any; /* "*" */
    const struct jalon_contribution_state *list; /* those that are states of a contribution at all */
    size_t count;
};
enum jalon_edit_kind {
    JALON_EDIT_REPLACE, /* what is public and not the server's, by what is read */
    JALON_EDIT_PATCH,   /* likewise; what is read has all that the current Feature has */
    JALON_EDIT_DELETE,
};
/*
 * Reads what the contribution is to become from a request's body. `current` is its Feature now.
 * Called once, after all that can be refused without it.
 */
typedef enum jalon_status (*jalon_edit_reader)(struct jalon_context *ctx, void *user,
                                               struct jalon_text current,
                                               struct jalon_record *out);
/* What is told of an edit that comes too late, as this requester may see it. Texts in the arena. */
struct jalon_stale {
    struct jalon_contribution_state state; /* the current one; version 0: nothing is known */
    struct jalon_text current;   /* its Feature */
    struct jalon_text base;      /* the Feature as it was in the state that was named */
    struct jalon_text conflicts; /* JSON array of {field, base, yours, current}; empty: not known */
};
struct jalon_edit {
    struct jalon_text map;        /* slug */
    struct jalon_text collection; /* key */
    struct jalon_id id;
    struct jalon_actor actor;  /* who */
    struct jalon_text reason;  /* for the history; may be empty */
    struct jalon_states if_match;
    struct jalon_states if_none_match;
    enum jalon_edit_kind kind;
    /*
     * A PATCH of an older state is applied to the current one, where nobody has changed since what it
     * changes, or to the same.
     */
    bool merges;
    struct jalon_stale *stale; /* set where JALON_PRECONDITION says that it comes too late; or NULL */
    jalon_edit_reader read; /* not for DELETE */
    void *user;             /* the reader's */
};
/*
 * Has this requester the right (jalon/app_rights.h: change, delete) to do this to this contribution?
 * Of the edit only the collection, the id, the kind and who it is are read. JALON_NOT_FOUND also for
 * what is not public; JALON_UNAUTHENTICATED: not without an account or edit secret; JALON_FORBIDDEN: not
 * with these.
 */
enum jalon_status jalon_app_may_edit(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_edit *edit) JALON_MUST_USE;
/*
 * Changes it, or deletes it: its moderation becomes `deleted`, its row and history stay, nothing shows
 * it any more. Fields that are not public stay as they are. Failures in this order: those of
 * jalon_app_may_edit; JALON_PRECONDITION: no if_match, or not the current state; the reader's;
 * JALON_INVALID with every fault; JALON_CONFLICT: the status cannot be reached from the current one.
 * On return the view shows it. Of what it became *out says all; a deletion only id, state and seq.
 */
enum jalon_status jalon_app_edit(struct jalon_context *ctx, struct jalon_app *app,
                                 const struct jalon_edit *edit,
                                 struct jalon_contributed *out) JALON_MUST_USE;

/* --- Export --- */
/*
 * Reads what everybody may see of one collection (index in the map) from the store, batch by batch,
 * in the order of insertion: memory does not grow with it, and nobody who writes waits. Each
 * contribution comes once, in a state that it had meanwhile.
 *
 * `filter` is CQL2, as text or (beginning with a brace) JSON; empty: everything. `map` is borrowed
 * (jalon_app_find_map). JALON_INVALID: the filter; JALON_NOT_FOUND: the collection is not public.
 */
struct jalon_export;
enum jalon_status jalon_export_begin(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_map *map, int32_t collection,
                                     struct jalon_text filter,
                                     struct jalon_export **out) JALON_MUST_USE;
/* From then on without what is under a licence that forbids commercial reuse (jalon/licence.h). */
void jalon_export_only_open(struct jalon_export *run);
struct jalon_exported {
    const struct jalon_contribution *contribution; /* without fields that are not public */
    struct jalon_text json;                        /* its Feature */
};
/* The next ones, valid until the next call; *out_count is 0 behind the last. */
enum jalon_status jalon_export_next(struct jalon_context *ctx, struct jalon_export *run,
                                    const struct jalon_exported **out,
                                    size_t *out_count) JALON_MUST_USE;
/* NULL is allowed. */
void jalon_export_end(struct jalon_export *run);

/* --- Import --- */
struct jalon_import_options {
    struct jalon_text map;
    struct jalon_text collection;
    /* Identifies the file from one run to the next; UTF-8, 1 to JALON_SOURCE_LENGTH_MAX code points. */
    struct jalon_text source;
    struct jalon_text licence; /* of these records; may be empty */
    const struct jalon_assignment *mapping; /* column -> field, title, category, source_id, …; "-":
                                               for nothing */
    size_t mapping_count;
    const struct jalon_assignment *constants; /* target -> value of every row that has no other; a
                                                 column takes the target only by `mapping` */
    size_t constant_count;
    /* A value that its row can do without and that does not fit is left out and told; without this
       its row is refused. */
    bool omit_invalid;
    bool dry_run; /* checks and counts; writes nothing */
    bool sync;    /* rows that vanished from the file are withdrawn (soft delete) */
};

/* A column or category that could not be used, a row refused: told as it happens. */
struct jalon_import_notice {
    int64_t row;               /* 0: of the whole file */
    bool refused;              /* the row was not imported */
    struct jalon_text column;  /* may be empty */
    struct jalon_text reason;
};

struct jalon_import_report {
    int64_t rows;      /* read */
    int64_t created;
    int64_t updated;
    int64_t unchanged;
    int64_t refused;
    int64_t repaired;  /* geometries */
    int64_t vanished;  /* known from this source and not in the file any more */
    int64_t withdrawn; /* of these, with sync */
};

struct jalon_import;

typedef void (*jalon_import_listener)(void *handle, const struct jalon_import_notice *notice);

/*
 * Which row of an earlier run is this one? By the value of the column mapped to source_id (or
 * recognised as the usual name of one), else by position and title: such a row is the same one when
 * both are the same, rows that share them being told apart by their order.
 *
 * A row whose key came before in the same file is refused. What the source has not changed since
 * the last run stays as people have made it; what a person has deleted stays deleted.
 *
 * Begins an import; one thread. `columns` are those known beforehand (may be none). JALON_INVALID:
 * a target that does not exist, a column of the mapping that is not in the file.
 */
enum jalon_status jalon_import_begin(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_import_options *options,
                                     const struct jalon_text *columns, size_t column_count,
                                     jalon_import_listener listener, void *handle,
                                     struct jalon_import **out) JALON_MUST_USE;
/*
 * Takes one record. JALON_OK also for a refused row (the listener hears why). Rows are written in
 * batches, each one transaction: after a kill the rest is done by importing again. `row_ctx` may
 * be reset after the call.
 */
enum jalon_status jalon_import_row(struct jalon_context *row_ctx, struct jalon_import *import,
                                   const struct jalon_record *record) JALON_MUST_USE;
/*
 * A row that could not even be read, with the context's details; counted as refused. As it may be
 * any row, nothing is withdrawn in this run.
 */
void jalon_import_refuse(struct jalon_context *row_ctx, struct jalon_import *import, int64_t row);
/* The file broke off: commits what is open. Nothing is said about rows that may have vanished. */
enum jalon_status jalon_import_break_off(struct jalon_context *ctx, struct jalon_import *import)
    JALON_MUST_USE;
/* How many of the rows are committed: what is there when the import goes no further. */
int64_t jalon_import_committed(const struct jalon_import *import);
/*
 * Commits what is open, looks for vanished rows, fills the report. A file without any row withdraws
 * nothing.
 */
enum jalon_status jalon_import_finish(struct jalon_context *ctx, struct jalon_import *import,
                                      struct jalon_import_report *out) JALON_MUST_USE;
/* Counts so far. */
struct jalon_import_report jalon_import_progress(const struct jalon_import *import);
/* Rolls back the open batch and frees. NULL is allowed. */
void jalon_import_close(struct jalon_import *import);

/* --- Care --- */
/*
 * Looks through a whole database, in one state of it, for what Jalon never leaves behind: what
 * jalon_store_check and jalon_store_check_map look for, and that the changes in the history lead to
 * the present state. `data` is a data folder or a database's URL, or (is_file) a file of
 * jalon_store_backup. What others write meanwhile they go on writing: where reading for long would be
 * in their way a copy is checked, if there is twice the space for one, else the database itself.
 * JALON_OK also with findings; the failures are those of jalon_store_open. One thread, no application
 * needed.
 */
enum jalon_status jalon_app_check(struct jalon_context *ctx, struct jalon_text data, bool is_file,
                                  jalon_finding_listener listener, void *handle) JALON_MUST_USE;
/*
 * jalon_store_restore of what is sound as above. JALON_INVALID: there are findings, and nothing was
 * restored.
 */
enum jalon_status jalon_app_restore(struct jalon_context *ctx, struct jalon_text file,
                                    struct jalon_text data, jalon_finding_listener listener,
                                    void *handle) JALON_MUST_USE;

#endif
