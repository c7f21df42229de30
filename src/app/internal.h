/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of app share: the application, its live maps, secrets, history. Private to app. */
#ifndef JALON_APP_INTERNAL_H
#define JALON_APP_INTERNAL_H

#include <pthread.h>

#include "jalon/app.h"

/*
 * A map in use, as one audience sees it: its view, and who holds it. Guarded by the application's
 * maps_lock.
 */
struct jalon_live_map {
    struct jalon_live_map *next;
    uint64_t id; /* no other one ever has it */
    struct jalon_view *view;
    unsigned audiences; /* bits 1 << enum jalon_visibility: all that see it as this one does */
    unsigned holders;
    int64_t used_us; /* when it was last asked for, on the monotonic clock */
    bool dropped; /* out of the list: destroyed when the last holder lets go */
    _Atomic int64_t followed_us; /* when it was last known to show all there was (monotonic) */
    _Atomic bool wanted;         /* somebody waits for an event of it */
    _Atomic uint64_t losses;     /* of the store (jalon_store_losses) when the view was last compared */
    struct jalon_arena *arena;   /* of what follows, which does not change */
    const struct jalon_similar_kinds *kinds; /* of each collection: words that tell nothing apart */
};

enum { JALON_AUDIENCES = JALON_VISIBILITY_COUNT };

/* The event that a view, or a snapshot of it, stands at. */
struct jalon_standing {
    int64_t seq;
    int64_t time_us;
};

struct jalon_app {
    struct jalon_store *store;
    uint8_t replay_key[JALON_SERVER_KEY_SIZE]; /* edit secrets of answers that are given again */
    uint8_t trace_key[JALON_SERVER_KEY_SIZE];  /* of devices and addresses; see trace.c */
    pthread_mutex_t maps_lock; /* the list below; held for moments only */
    struct jalon_live_map *maps;
    pthread_mutex_t load_lock;  /* one map is loaded at a time */
    uint64_t loaded;            /* how many ever were; under load_lock */
    pthread_mutex_t write_lock; /* while a view is brought forward */
    struct jalon_tile_cache *tiles;
    struct jalon_abuse *abuse; /* what has been written of late; abuse.h */
    /* The follower: brings in what other processes write. */
    bool following;
    pthread_t follower;
    pthread_mutex_t follower_lock;
    pthread_cond_t follower_wake;
    bool stopping;
    /* The keeper: looks after the views. Stops with the follower. */
    bool keeping;
    pthread_t keeper;
    char view_folder[4096]; /* where views may make files; empty: nowhere */
    size_t view_memory;     /* bytes that views may have before idle ones go; 0: any */
    _Atomic int64_t idle_us; /* a map that nobody has asked for so long may go */
    /* A map that was waited for in vain; not again until it is seen free. Its number; 0: none. */
    _Atomic int64_t busy_map;
    _Atomic int64_t data_version; /* of the store when last followed; -1: look again */
    _Atomic int64_t followed_us;  /* when all maps were last known to show all there was */
    uint64_t losses;              /* of the store when last followed; the follower's own */
    bool is_wanted;               /* to follow at once; as the next, under follower_lock */
    bool is_woken;                /* to follow soon: another program has written */
    bool wakes;                   /* the store says so by itself; else it is asked often */
    pthread_mutex_t move_lock;
    void (*moved)(void *object); /* both under move_lock */
    void *moved_object;
    /* About people (people.h). */
    struct jalon_passwords *passwords;
    struct jalon_throttle *throttle;
    struct jalon_seen *seen;
    bool has_clerk;
    pthread_t clerk;
    _Atomic uint64_t mail_ends[3]; /* by enum jalon_mail_end */
    _Atomic int64_t mail_waiting;  /* when last counted; -1: nobody counts */
    /* When each was last seen at work, on the monotonic clock. */
    _Atomic int64_t store_answered_us;
    _Atomic int64_t follower_seen_us;
    _Atomic int64_t keeper_seen_us;
};

/* --- live.c --- */
/*
 * Holds the map's live form for an audience, loading it on first use; its description, as that audience
 * sees it, does not change meanwhile. Whether somebody is of that audience, and may read at all, is
 * jalon_audience_hold's to say.
 */
enum jalon_status jalon_live_hold(struct jalon_context *ctx, struct jalon_app *app,
                                  struct jalon_text slug, enum jalon_visibility audience,
                                  struct jalon_live_map **out) JALON_MUST_USE;
/* The same when it is in use already, else NULL. */
struct jalon_live_map *jalon_live_hold_loaded(struct jalon_app *app, struct jalon_text slug,
                                              enum jalon_visibility audience);
/* Those of any audience that are in use; how many. */
size_t jalon_live_hold_forms(struct jalon_app *app, struct jalon_text slug,
                             struct jalon_live_map *out[JALON_AUDIENCES]);
void jalon_live_release(struct jalon_app *app, struct jalon_live_map *live);
/* Takes the map out of use, for every audience: the next hold loads it anew. */
void jalon_live_drop(struct jalon_app *app, struct jalon_text slug);
/* The live maps that are in use now, each held; the array is in ctx' arena. */
size_t jalon_live_hold_all(struct jalon_context *ctx, struct jalon_app *app,
                           struct jalon_live_map ***out);
/* Takes it out of the list; whoever holds it may finish. The caller has maps_lock. */
void jalon_live_unlist(struct jalon_app *app, struct jalon_live_map *live);
/* The same for one that is held and may be out of the list already. */
void jalon_live_let_go(struct jalon_app *app, struct jalon_live_map *live);
/* Of one that nobody holds and that is not listed. */
void jalon_live_destroy(struct jalon_live_map *live);
void jalon_live_destroy_all(struct jalon_app *app);

/* --- audience.c --- */
/*
 * Holds the map as whoever asks may see it (NULL: nobody in particular): every use case begins with it.
 * JALON_NOT_FOUND: no such map; JALON_UNAUTHENTICATED, JALON_FORBIDDEN: only its members read it.
 */
enum jalon_status jalon_audience_hold(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_text slug, const struct jalon_actor *actor,
                                      struct jalon_live_map **out) JALON_MUST_USE;

/* The description as an author sees what is their own: with the exact place. */
struct jalon_map jalon_audience_own(const struct jalon_map *map);
/* What an entity tag of it says, where it is shown by this description. */
struct jalon_contribution_state
jalon_audience_state(const struct jalon_map *map, const struct jalon_contribution *contribution);
/* What of the map whoever asks may see, and whether at all; failures as above. */
enum jalon_status jalon_audience_find(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_text slug, const struct jalon_actor *actor,
                                      enum jalon_visibility *out) JALON_MUST_USE;

/* --- load.c --- */
/*
 * The view of an audience, from files and the events since, or from the rows of the store; *out_audiences
 * as of struct jalon_live_map. JALON_NOT_FOUND: no such map; JALON_RETRY: its history was replaced
 * meanwhile.
 */
enum jalon_status jalon_load_view(struct jalon_context *ctx, struct jalon_app *app,
                                  struct jalon_text slug, enum jalon_visibility audience,
                                  struct jalon_view **out,
                                  unsigned *out_audiences) JALON_MUST_USE;

/* --- follow.c --- */
/*
 * Applies every event the view has not seen. The caller has write_lock. JALON_GONE: what the view
 * shows never was, or is not any more, what the store has: it is to be dropped.
 */
enum jalon_status jalon_live_catch_up(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_live_map *live) JALON_MUST_USE;
/* Waits so long; false when the application closes. */
bool jalon_live_wait_tick(struct jalon_app *app, long wait_ms);
enum jalon_status jalon_live_start_follower(struct jalon_context *ctx,
                                            struct jalon_app *app) JALON_MUST_USE;
void jalon_live_stop_follower(struct jalon_app *app);

/* --- condition.c --- */
/* That the store answers, the follower goes on, or the keeper does: for jalon_app_check_ready. */
void jalon_condition_note(_Atomic int64_t *seen_us);

/* --- keeper.c --- */
/* Makes the folder, and removes from it what was left half written; empty: none. */
enum jalon_status jalon_keeper_set_folder(struct jalon_context *ctx, struct jalon_app *app,
                                          struct jalon_text folder) JALON_MUST_USE;
/* Once what the keeper does at each tick: tidies all, keeps them if wanted, lets idle ones go. */
void jalon_keeper_look(struct jalon_context *ctx, struct jalon_app *app, bool is_keeping);
/* Removes what was kept of maps that are not there any more. */
void jalon_keeper_forget_maps(struct jalon_context *ctx, struct jalon_app *app);
enum jalon_status jalon_keeper_start(struct jalon_context *ctx,
                                     struct jalon_app *app) JALON_MUST_USE;
/* After the follower has been stopped; keeps what is worth it. */
void jalon_keeper_stop(struct jalon_app *app);

/* --- write.c --- */
struct jalon_write_group;
/* One writer's turn: from its beginning to its end nobody else writes to this map. */
struct jalon_turn {
    struct jalon_session *session; /* sees what was written before, also what is not yet on disk */
    struct jalon_app *app;
    const struct jalon_map *map; /* held until the end */
    /* Private. */
    struct jalon_write_group *group;
    size_t written_before;
    bool has_savepoint;
    uint64_t changes_before; /* jalon_session_changes */
};
/*
 * JALON_RETRY: another process writes too long, or now and this group does not wait for it; also when
 * what was written in this group is lost. JALON_GONE: the map was removed.
 */
enum jalon_status jalon_turn_begin(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_map *map,
                                   struct jalon_turn *out) JALON_MUST_USE;
/*
 * The same for who decides everything before its first statement that changes something, so that only
 * the store can fail it from there on. It sets no savepoint, for which an engine keeps a copy of every
 * page that is changed: if it is undone all the same, the group is lost with it, and each is done by itself.
 */
enum jalon_status jalon_turn_begin_decided(struct jalon_context *ctx, struct jalon_app *app,
                                           const struct jalon_map *map,
                                           struct jalon_turn *out) JALON_MUST_USE;
/* Row, revision and event, as jalon_store_put_contribution; the map's view shows it at the end. */
enum jalon_status jalon_turn_put(struct jalon_context *ctx, struct jalon_turn *turn,
                                 struct jalon_contribution *contribution,
                                 const struct jalon_write *write, int64_t *out_seq) JALON_MUST_USE;
/*
 * What is counted beside the history has changed: `confirmed`, `supports` or `comments` of a
 * contribution that was read in this turn. An event without a new version; sets touched_us.
 */
enum jalon_status jalon_turn_touch(struct jalon_context *ctx, struct jalon_turn *turn,
                                   struct jalon_contribution *contribution,
                                   int64_t *out_seq) JALON_MUST_USE;
/* Other rows were written in the turn's session, without an event: they are to be kept as well. */
enum jalon_status jalon_turn_keep(struct jalon_context *ctx,
                                  struct jalon_turn *turn) JALON_MUST_USE;
/* False: event `seq` of the turn's map was written in this group, and is not on disk yet. */
bool jalon_turn_is_flushed(const struct jalon_turn *turn, int64_t seq);
/*
 * `status` JALON_OK keeps what was written: it is on disk and shows when this returns or, in a
 * group, when that ends. Any other undoes it. Returns the status that the turn has in the end.
 */
enum jalon_status jalon_turn_end(struct jalon_context *ctx, struct jalon_turn *turn,
                                 enum jalon_status status) JALON_MUST_USE;

/*
 * A session for what is no contribution: jalon_store_write, but JALON_RETRY in a group, which may have
 * the engine's or the map's lock already and would never let go of it. Who answers groups does it
 * again outside of them.
 */
enum jalon_status jalon_write_alone(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_session **out) JALON_MUST_USE;
/*
 * Ends it: `status` JALON_OK keeps what was written, any other undoes it. Returns the status that this
 * has in the end. `session` may be NULL, of one that could not begin.
 */
enum jalon_status jalon_write_end(struct jalon_context *ctx, struct jalon_session *session,
                                  enum jalon_status status) JALON_MUST_USE;

/* --- maps.c --- */
/* Loads the description within a session; the message names the map. JALON_NOT_FOUND. */
enum jalon_status jalon_map_load(struct jalon_context *ctx, struct jalon_session *session,
                                 struct jalon_text slug, struct jalon_map *out) JALON_MUST_USE;
/* The same in a write session, as nobody else changes it meanwhile. */
enum jalon_status jalon_map_take(struct jalon_context *ctx, struct jalon_session *session,
                                 struct jalon_text slug, struct jalon_map *out) JALON_MUST_USE;
/* JALON_INVALID: no map can be called so. */
enum jalon_status jalon_map_check_slug(struct jalon_context *ctx,
                                       struct jalon_text slug) JALON_MUST_USE;

/* --- collection_settings.c --- */
/* Changes one setting. JALON_INVALID names what is expected, or what there is. */
enum jalon_status jalon_collection_set(struct jalon_context *ctx,
                                       struct jalon_collection *collection, struct jalon_text key,
                                       struct jalon_text value) JALON_MUST_USE;

/* --- history.c --- */
/*
 * What differs between two states of a contribution, as struct jalon_revision's `changes`. `before`
 * NULL: everything that `after` has.
 */
enum jalon_status jalon_history_changes(struct jalon_context *ctx, const struct jalon_map *map,
                                        const struct jalon_contribution *before,
                                        const struct jalon_contribution *after,
                                        struct jalon_text *out) JALON_MUST_USE;
/* Appends the value that a field of the changes has in a contribution, as JSON: null when absent. */
enum jalon_status jalon_history_write_field(struct jalon_context *ctx,
                                            struct jalon_buffer *buffer,
                                            const struct jalon_map *map,
                                            const struct jalon_contribution *contribution,
                                            struct jalon_text field) JALON_MUST_USE;
/* The change of this field among the changes of a revision or a proposal, or NULL. */
const struct jalon_json *jalon_history_find_change(const struct jalon_json *changes,
                                                   struct jalon_text field);
/* Is a field of the changes public, as far as is known? */
bool jalon_history_shows(const struct jalon_collection *collection, struct jalon_text field);
/*
 * The same changes as readers of this description see them: without the fields that are not public
 * there, and with coarse places where it has those: a change within one square is none.
 */
enum jalon_status jalon_history_public(struct jalon_context *ctx, const struct jalon_map *map,
                                       int32_t collection, struct jalon_text changes,
                                       struct jalon_text *out) JALON_MUST_USE;

/* --- contribute.c --- */
/* The Feature, in ctx' arena. */
enum jalon_status jalon_contribute_write_feature(struct jalon_context *ctx,
                                                 const struct jalon_map *map,
                                                 const struct jalon_contribution *contribution,
                                                 struct jalon_text *out) JALON_MUST_USE;

/* --- trace.c --- */
/*
 * What is kept of the device, and of the network address, that an actor writes from: the same text for
 * the same one, on all servers of this database, which tells nobody what it was. Empty: there is none.
 * JALON_INVALID names the header: a device that is not 16 to 128 visible ASCII characters.
 */
enum jalon_status jalon_trace_device(struct jalon_context *ctx, const struct jalon_app *app,
                                     const struct jalon_actor *actor,
                                     struct jalon_text *out) JALON_MUST_USE;
enum jalon_status jalon_trace_address(struct jalon_context *ctx, const struct jalon_app *app,
                                      const struct jalon_actor *actor,
                                      struct jalon_text *out) JALON_MUST_USE;

/* --- duplicates.c --- */
struct jalon_duplicate;
struct jalon_similar_kinds;
/* The words of kinds of each of a map's collections; the array and its texts are the arena's. */
enum jalon_status jalon_duplicates_read_kinds(struct jalon_context *ctx, struct jalon_arena *arena,
                                              const struct jalon_map *map,
                                              const struct jalon_similar_kinds **out)
    JALON_MUST_USE;
/* What everybody sees of what may be the same as a new contribution; titles are in ctx' arena. */
enum jalon_status jalon_duplicates_of(struct jalon_context *ctx, struct jalon_live_map *live,
                                      const struct jalon_contribution *contribution,
                                      struct jalon_duplicate **out,
                                      size_t *out_count) JALON_MUST_USE;
/* As JSON (jalon_duplicates_write), in ctx' arena. */
enum jalon_status jalon_duplicates_tell(struct jalon_context *ctx,
                                        const struct jalon_duplicate *list, size_t count,
                                        struct jalon_text *out) JALON_MUST_USE;

/* --- secret.c --- */
/* 256 random bits as 43 characters of base64url; NUL-terminated in the arena. */
enum jalon_status jalon_secret_make(struct jalon_context *ctx,
                                    struct jalon_text *out) JALON_MUST_USE;
/* The same for who does not know the key, but always the same one for this text. */
enum jalon_status jalon_secret_derive(struct jalon_context *ctx,
                                      const uint8_t key[JALON_SERVER_KEY_SIZE],
                                      struct jalon_text text,
                                      struct jalon_text *out) JALON_MUST_USE;
/* BLAKE2b-256 of the text, 64 hexadecimal digits. For secrets of full entropy, and as a digest. */
enum jalon_status jalon_secret_hash(struct jalon_context *ctx, struct jalon_text text,
                                    struct jalon_text *out) JALON_MUST_USE;
/* SHA-256, which browsers have too. */
enum { JALON_SHA256_SIZE = 32 };
void jalon_secret_sha256(struct jalon_text text, uint8_t out[JALON_SHA256_SIZE]);
/* Is this the hash of the secret? In the same time wherever they differ. */
enum jalon_status jalon_secret_check(struct jalon_context *ctx, struct jalon_text secret,
                                     struct jalon_text hash, bool *out) JALON_MUST_USE;

#endif
