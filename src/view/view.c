/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The live view of a map: life, changes and who may look when. Layer 2.
 *
 * Entries are made before the gate closes, so that readers wait only for a change of indexes.
 */
#include "jalon/view.h"

#include <assert.h>

#include "jalon/memory.h"

#include "gate.h"
#include "map_copy.h"
#include "snapshot.h"

/* The largest Feature kept: a million positions and all texts at their longest. */
#define FEATURE_SIZE_MAX ((size_t)256 << 20)
/* What the feature buffer may keep between two changes. */
#define SCRATCH_KEPT ((size_t)1 << 20)

struct jalon_view {
    struct jalon_arena *arena; /* the description and what lives as long as the view */
    struct jalon_snapshot state;
    struct jalon_view_gate gate;
    pthread_mutex_t writing; /* held by the one who changes */
    struct jalon_buffer scratch;
};

/* --- Life --- */

static bool make_state(struct jalon_view *view, const struct jalon_map *map)
{
    view->arena = jalon_arena_create();
    if (view->arena == NULL) {
        return false;
    }
    view->state.map = jalon_view_copy_map(view->arena, map);
    view->state.time_us = map->created_us;
    struct jalon_view_collection *collections = jalon_arena_allocate_zeroed(
        view->arena, map->collection_count, sizeof *collections);
    if (view->state.map == NULL || collections == NULL) {
        return false;
    }
    for (size_t i = 0; i < map->collection_count; i++) {
        int64_t *counts = jalon_arena_allocate_zeroed(view->arena, map->category_count,
                                                      sizeof *counts);
        const struct jalon_collection *description = &view->state.map->collections[i];
        uint32_t *tallies = jalon_arena_allocate_zeroed(
            view->arena, jalon_view_pyramid_tally_count(description), sizeof *tallies);
        if (counts == NULL || tallies == NULL) {
            return false;
        }
        jalon_view_collection_init(&collections[i], view->state.map, description, counts, tallies);
    }
    view->state.collections = collections;
    return true;
}

static bool make_locks(struct jalon_view *view)
{
    if (!jalon_view_gate_init(&view->gate)) {
        return false;
    }
    if (pthread_mutex_init(&view->writing, NULL) != 0) {
        jalon_view_gate_finish(&view->gate);
        return false;
    }
    return true;
}

enum jalon_status jalon_view_create(struct jalon_context *ctx, const struct jalon_map *map,
                                    struct jalon_view **out)
{
    struct jalon_view *view = jalon_memory_allocate_zeroed(1, sizeof *view);
    if (view == NULL) {
        return jalon_no_memory(ctx);
    }
    if (!make_state(view, map) || !make_locks(view)) {
        jalon_arena_destroy(view->arena);
        jalon_memory_release(view);
        return jalon_no_memory(ctx);
    }
    jalon_buffer_init(&view->scratch, FEATURE_SIZE_MAX);
    *out = view;
    return JALON_OK;
}

void jalon_view_destroy(struct jalon_view *view)
{
    if (view == NULL) {
        return;
    }
    for (size_t i = 0; i < view->state.map->collection_count; i++) {
        jalon_view_collection_finish(&view->state.collections[i]);
    }
    jalon_view_territories_finish(&view->state.territories);
    jalon_buffer_finish(&view->scratch);
    pthread_mutex_destroy(&view->writing);
    jalon_view_gate_finish(&view->gate);
    jalon_arena_destroy(view->arena);
    jalon_memory_release(view);
}

const struct jalon_map *jalon_view_map(const struct jalon_view *view)
{
    return view->state.map;
}

enum jalon_status jalon_view_set_territories(struct jalon_context *ctx, struct jalon_view *view,
                                             const struct jalon_territory *territories,
                                             size_t count)
{
    assert(view->state.territories.count == 0);
    return jalon_view_territories_init(ctx, view->arena, territories, count,
                                       &view->state.territories);
}

const struct jalon_territory *jalon_view_territories(const struct jalon_view *view,
                                                     size_t *out_count)
{
    *out_count = view->state.territories.count;
    return view->state.territories.items;
}

/* --- Changes --- */

static bool is_shown(const struct jalon_map *map, const struct jalon_contribution *contribution)
{
    assert(contribution->collection >= 0 &&
           (size_t)contribution->collection < map->collection_count);
    return contribution->moderation == JALON_MODERATION_PUBLISHED &&
           map->collections[contribution->collection].visibility == JALON_VISIBILITY_PUBLIC;
}

/* *out is NULL for what is not shown. */
static enum jalon_status make_entry(struct jalon_context *ctx, struct jalon_view *view,
                                    const struct jalon_contribution *contribution,
                                    const struct jalon_view_entry **out)
{
    if (!is_shown(view->state.map, contribution)) {
        *out = NULL;
        return JALON_OK;
    }
    enum jalon_status status =
        jalon_view_entry_create(ctx, view->state.map, &view->state.territories, contribution,
                                &view->scratch, out);
    if (view->scratch.capacity > SCRATCH_KEPT) {
        jalon_buffer_finish(&view->scratch);
    }
    return status;
}

/* Removes the contribution from all collections but one (-1: from all). */
static void remove_elsewhere(struct jalon_snapshot *state, struct jalon_id id, int32_t except)
{
    for (size_t i = 0; i < state->map->collection_count; i++) {
        jalon_view_slot_index slot = jalon_view_collection_find(&state->collections[i], id);
        if (slot != JALON_VIEW_NO_SLOT && (int32_t)i != except) {
            jalon_view_collection_remove(&state->collections[i], slot);
        }
    }
}

/* What is shown of the contribution now, wherever it is; NULL: nothing. */
static const struct jalon_view_entry *find_shown(const struct jalon_snapshot *state,
                                                 struct jalon_id id)
{
    for (size_t i = 0; i < state->map->collection_count; i++) {
        jalon_view_slot_index slot = jalon_view_collection_find(&state->collections[i], id);
        if (slot != JALON_VIEW_NO_SLOT) {
            return state->collections[i].slots[slot].entry;
        }
    }
    return NULL;
}

/* Takes the entry (NULL: the contribution is not shown); false when there is no memory. */
static bool put_entry(struct jalon_snapshot *state, const struct jalon_contribution *contribution,
                      const struct jalon_view_entry *entry)
{
    int32_t home = -1;
    if (entry != NULL) {
        home = contribution->collection;
        if (!jalon_view_collection_put(&state->collections[home], entry)) {
            jalon_memory_release((void *)entry);
            return false;
        }
    }
    remove_elsewhere(state, contribution->id, home);
    return true;
}

enum jalon_status jalon_view_apply(struct jalon_context *ctx, struct jalon_view *view,
                                   const struct jalon_contribution *contribution, int64_t seq,
                                   int64_t time_us)
{
    const struct jalon_view_entry *entry;
    enum jalon_status status = JALON_OK;
    pthread_mutex_lock(&view->writing);
    if (seq <= view->state.seq) {
        goto done;
    }
    status = make_entry(ctx, view, contribution, &entry);
    if (status != JALON_OK) {
        goto done;
    }
    jalon_view_gate_close(&view->gate);
    /* Noted first, because putting releases what was there; a note too many does no harm. */
    jalon_view_changes_note(&view->state.changes, seq,
                            find_shown(&view->state, contribution->id), entry);
    if (put_entry(&view->state, contribution, entry)) {
        view->state.seq = seq;
        view->state.time_us = time_us;
    } else {
        status = jalon_no_memory(ctx);
    }
    jalon_view_gate_open(&view->gate);
done:
    pthread_mutex_unlock(&view->writing);
    return status;
}

/* Puts the entries; those after one that finds no memory are released. */
static bool put_entries(struct jalon_view *view, const struct jalon_contribution *contributions,
                        const struct jalon_view_entry **entries, size_t count)
{
    bool put = true;
    jalon_view_gate_close(&view->gate);
    jalon_view_changes_forget(&view->state.changes, view->state.seq);
    for (size_t i = 0; i < count; i++) {
        if (put) {
            put = put_entry(&view->state, &contributions[i], entries[i]);
        } else {
            jalon_memory_release((void *)entries[i]);
        }
    }
    jalon_view_gate_open(&view->gate);
    return put;
}

enum jalon_status jalon_view_load(struct jalon_context *ctx, struct jalon_view *view,
                                  const struct jalon_contribution *contributions, size_t count)
{
    const struct jalon_view_entry **entries = jalon_arena_allocate_zeroed(
        ctx->arena, count, sizeof(const struct jalon_view_entry *));
    if (entries == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = JALON_OK;
    pthread_mutex_lock(&view->writing);
    for (size_t i = 0; i < count; i++) {
        status = make_entry(ctx, view, &contributions[i], &entries[i]);
        if (status != JALON_OK) {
            for (size_t j = 0; j < i; j++) {
                jalon_memory_release((void *)entries[j]);
            }
            goto done;
        }
    }
    if (!put_entries(view, contributions, entries, count)) {
        status = jalon_no_memory(ctx);
    }
done:
    pthread_mutex_unlock(&view->writing);
    return status;
}

void jalon_view_set_seq(struct jalon_view *view, int64_t seq, int64_t time_us)
{
    pthread_mutex_lock(&view->writing);
    jalon_view_gate_close(&view->gate);
    jalon_view_changes_forget(&view->state.changes, seq);
    view->state.seq = seq;
    view->state.time_us = time_us;
    jalon_view_gate_open(&view->gate);
    pthread_mutex_unlock(&view->writing);
}

/* --- Readers --- */

const struct jalon_snapshot *jalon_view_pin(struct jalon_view *view)
{
    jalon_view_gate_enter(&view->gate);
    return &view->state;
}

void jalon_view_unpin(struct jalon_view *view, const struct jalon_snapshot *snapshot)
{
    assert(snapshot == &view->state);
    (void)snapshot;
    jalon_view_gate_leave(&view->gate);
}
