/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The view itself, shared by the files that change it. Layer 2 (view), private. */
#ifndef JALON_VIEW_STATE_H
#define JALON_VIEW_STATE_H

#include <pthread.h>

#include "changes.h"
#include "snapshot.h"

enum {
    /* Maps with fewer contributions are loaded from the store as fast as from files. */
    JALON_VIEW_KEPT_FROM = 20000,
    /* Events that are sooner applied than the files written. */
    JALON_VIEW_KEPT_EVERY = 2000,
};

struct jalon_view {
    struct jalon_arena *arena; /* the description and what lives as long as the view */
    const struct jalon_map *map;
    struct jalon_view_territories territories;
    const char *folder;  /* NULL: none */
    uint64_t digest[2];  /* of map and territories */
    int64_t kept_seq;    /* the event that files are known to be there of */
    _Atomic bool forgets; /* what is kept is to be written anew: it holds what must be gone */
    int64_t kept_from, kept_every; /* as the constants above; tests take smaller ones */
    /* Held for moments: to look which state is the latest, or make another one it; also guards the
     * changes. */
    pthread_mutex_t publishing;
    struct jalon_snapshot *latest;
    struct jalon_view_changes changes;
    /* Held by the one who changes. */
    pthread_mutex_t writing;
    uint64_t op;
    struct jalon_buffer scratch;
    struct jalon_view_builder **builders; /* of collections that are being loaded; or NULL */
    /* Held by the one who merges; before `writing`. */
    pthread_mutex_t tidying;
};

/* What a segment of the collection is of. */
struct jalon_view_kind jalon_view_kind_of(const struct jalon_view *view, int32_t collection);
/* A copy of the latest state, to be changed and published; NULL: no memory. The writer's. */
struct jalon_snapshot *jalon_view_copy_latest(struct jalon_view *view);
/* Takes the state, which nobody but the writer has seen, and makes it the latest. */
void jalon_view_publish(struct jalon_view *view, struct jalon_snapshot *next);
/* NULL is allowed. */
void jalon_view_drop_snapshot(struct jalon_snapshot *snapshot);
/* Gives the collection other parts, taking them over, with an empty delta if it is a new one. */
void jalon_view_exchange(struct jalon_view_collection *collection, struct jalon_view_parts *parts);
/*
 * Makes a segment of the collection's delta, in a state that is not published. False: no memory,
 * nothing has changed.
 */
bool jalon_view_flush(struct jalon_view *view, struct jalon_snapshot *next, int32_t collection);
/* Merges so far that there is room for another segment; the writer's. False: no memory. */
bool jalon_view_make_room(struct jalon_view *view, struct jalon_snapshot *next, int32_t collection);

/* Flushes, and makes one segment of the whole collection, kept under this name. False: no memory. */
bool jalon_view_merge_all(struct jalon_view *view, int32_t collection, const char *path);
/* Where a kept file of the collection comes from, when it is its state after this event. */
struct jalon_view_origin jalon_view_origin_make(const struct jalon_view *view, size_t collection,
                                                int64_t seq, int64_t time_us);
/* Finds the digest, with these territories. False: no memory. */
bool jalon_view_find_digest(struct jalon_view *view, const struct jalon_territory *territories,
                            size_t count);
/* Adds `by` for each category and those above it, once: a theme and its sub-theme are one. */
void jalon_view_count_categories(struct jalon_view_collection *collection,
                                 const struct jalon_map *map, const int32_t *categories,
                                 size_t count, int64_t by);

#endif
