/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The live view of a map: life, changes and who sees which state. Layer 2.
 *
 * The latest state is one pointer. A writer makes the next state beside it and changes the pointer;
 * readers hold the state that they found. What a state refers to is shared, and only added to.
 */
#include "jalon/view.h"

#include <assert.h>
#include <string.h>

#include "jalon/memory.h"

#include "map_copy.h"
#include "state.h"

/* The largest Feature kept: a million positions and all texts at their longest. */
#define FEATURE_SIZE_MAX ((size_t)256 << 20)
/* What the feature buffer may keep between two changes. */
#define SCRATCH_KEPT ((size_t)1 << 20)

/* --- States --- */

/* A state without parts; its counts are zero. */
static struct jalon_snapshot *make_snapshot(struct jalon_view *view)
{
    size_t collections = view->map->collection_count, categories = view->map->category_count;
    size_t size = sizeof(struct jalon_snapshot) +
                  collections * (sizeof(struct jalon_view_collection) +
                                 categories * sizeof(int64_t));
    struct jalon_snapshot *snapshot = jalon_memory_allocate_zeroed(1, size);
    if (snapshot == NULL) {
        return NULL;
    }
    atomic_init(&snapshot->references, 1);
    snapshot->view = view;
    snapshot->map = view->map;
    snapshot->territories = &view->territories;
    int64_t *counts = (int64_t *)(void *)(snapshot->collections + collections);
    for (size_t i = 0; i < collections; i++) {
        snapshot->collections[i].category_counts = counts + i * categories;
    }
    return snapshot;
}

struct jalon_snapshot *jalon_view_copy_latest(struct jalon_view *view)
{
    const struct jalon_snapshot *latest = view->latest;
    struct jalon_snapshot *next = make_snapshot(view);
    if (next == NULL) {
        return NULL;
    }
    next->seq = latest->seq;
    next->time_us = latest->time_us;
    for (size_t i = 0; i < view->map->collection_count; i++) {
        int64_t *counts = next->collections[i].category_counts;
        next->collections[i] = latest->collections[i];
        next->collections[i].category_counts = counts;
        next->collections[i].op = view->op + 1;
        jalon_view_parts_retain(next->collections[i].parts);
        memcpy(counts, latest->collections[i].category_counts,
               view->map->category_count * sizeof *counts);
    }
    return next;
}

void jalon_view_drop_snapshot(struct jalon_snapshot *snapshot)
{
    if (snapshot == NULL ||
        atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) != 1) {
        return;
    }
    for (size_t i = 0; i < snapshot->map->collection_count; i++) {
        jalon_view_parts_release(snapshot->collections[i].parts);
    }
    jalon_memory_release(snapshot);
}

void jalon_view_publish(struct jalon_view *view, struct jalon_snapshot *next)
{
    view->op++;
    pthread_mutex_lock(&view->publishing);
    struct jalon_snapshot *before = view->latest;
    view->latest = next;
    pthread_mutex_unlock(&view->publishing);
    jalon_view_drop_snapshot(before);
}

const struct jalon_snapshot *jalon_view_pin(struct jalon_view *view)
{
    pthread_mutex_lock(&view->publishing);
    struct jalon_snapshot *latest = view->latest;
    atomic_fetch_add_explicit(&latest->references, 1, memory_order_relaxed);
    pthread_mutex_unlock(&view->publishing);
    return latest;
}

void jalon_view_unpin(struct jalon_view *view, const struct jalon_snapshot *snapshot)
{
    assert(snapshot->view == view);
    (void)view;
    jalon_view_drop_snapshot((struct jalon_snapshot *)(uintptr_t)snapshot);
}

/* --- Life --- */

static bool make_latest(struct jalon_view *view)
{
    view->latest = make_snapshot(view);
    for (size_t i = 0; view->latest != NULL && i < view->map->collection_count; i++) {
        struct jalon_view_collection *collection = &view->latest->collections[i];
        collection->index = (int32_t)i;
        collection->plane = jalon_view_plane_make(view->map->collections[i].cluster_radius);
        collection->parts = jalon_view_parts_create();
        if (collection->parts == NULL) {
            return false;
        }
    }
    return view->latest != NULL;
}

static bool make_state(struct jalon_view *view, const struct jalon_map *map)
{
    view->arena = jalon_arena_create();
    view->map = view->arena != NULL ? jalon_view_copy_map(view->arena, map) : NULL;
    if (view->map == NULL || !make_latest(view)) {
        return false;
    }
    view->latest->time_us = map->created_us;
    view->builders = jalon_arena_allocate_zeroed(view->arena, map->collection_count,
                                                 sizeof(struct jalon_view_builder *));
    return view->builders != NULL;
}

static bool make_locks(struct jalon_view *view)
{
    pthread_mutex_t *locks[] = {&view->publishing, &view->writing, &view->tidying};
    for (size_t i = 0; i < sizeof locks / sizeof locks[0]; i++) {
        if (pthread_mutex_init(locks[i], NULL) != 0) {
            while (i > 0) {
                pthread_mutex_destroy(locks[--i]);
            }
            return false;
        }
    }
    return true;
}

static void release_state(struct jalon_view *view)
{
    jalon_view_drop_snapshot(view->latest);
    jalon_view_territories_finish(&view->territories);
    jalon_arena_destroy(view->arena);
    jalon_memory_release(view);
}

enum jalon_status jalon_view_create(struct jalon_context *ctx, const struct jalon_map *map,
                                    struct jalon_view **out)
{
    struct jalon_view *view = jalon_memory_allocate_zeroed(1, sizeof *view);
    if (view == NULL) {
        return jalon_no_memory(ctx);
    }
    if (!make_state(view, map) || !jalon_view_find_digest(view, NULL, 0) || !make_locks(view)) {
        release_state(view);
        return jalon_no_memory(ctx);
    }
    jalon_buffer_init(&view->scratch, FEATURE_SIZE_MAX);
    view->kept_from = JALON_VIEW_KEPT_FROM;
    view->kept_every = JALON_VIEW_KEPT_EVERY;
    *out = view;
    return JALON_OK;
}

void jalon_view_destroy(struct jalon_view *view)
{
    if (view == NULL) {
        return;
    }
    for (size_t i = 0; i < view->map->collection_count; i++) {
        jalon_view_builder_destroy(view->builders[i]);
    }
    jalon_buffer_finish(&view->scratch);
    pthread_mutex_destroy(&view->tidying);
    pthread_mutex_destroy(&view->writing);
    pthread_mutex_destroy(&view->publishing);
    release_state(view);
}

const struct jalon_map *jalon_view_map(const struct jalon_view *view)
{
    return view->map;
}

enum jalon_status jalon_view_set_territories(struct jalon_context *ctx, struct jalon_view *view,
                                             const struct jalon_territory *territories,
                                             size_t count)
{
    assert(view->territories.count == 0);
    return jalon_view_find_digest(view, territories, count)
               ? jalon_view_territories_init(ctx, view->arena, territories, count,
                                             &view->territories)
               : jalon_no_memory(ctx);
}

const struct jalon_territory *jalon_view_territories(const struct jalon_view *view,
                                                     size_t *out_count)
{
    *out_count = view->territories.count;
    return view->territories.items;
}

struct jalon_view_kind jalon_view_kind_of(const struct jalon_view *view, int32_t collection)
{
    /* Not the latest state's plane, which is the same: who merges does not hold that state. */
    return (struct jalon_view_kind){
        view->map, collection,
        jalon_view_plane_make(view->map->collections[collection].cluster_radius)};
}

/* --- Counting --- */

/* Is one of the first `count` categories within `wanted`? */
static bool is_counted(const struct jalon_map *map, const int32_t *categories, size_t count,
                       int32_t wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (jalon_category_is_within(map, categories[i], wanted)) {
            return true;
        }
    }
    return false;
}

void jalon_view_count_categories(struct jalon_view_collection *collection,
                                 const struct jalon_map *map, const int32_t *categories,
                                 size_t count, int64_t by)
{
    for (size_t i = 0; i < count; i++) {
        for (int32_t category = categories[i]; category >= 0;
             category = map->categories[category].parent) {
            if (!is_counted(map, categories, i, category)) {
                collection->category_counts[category] += by;
            }
        }
    }
}

static void count_entry(struct jalon_view_collection *collection, const struct jalon_map *map,
                        const struct jalon_view_entry *entry, int64_t by)
{
    jalon_view_count_categories(collection, map, entry->contribution.categories,
                     entry->contribution.category_count, by);
    collection->count += by;
}

/* --- Places --- */

enum jalon_status jalon_view_is_outside(struct jalon_context *ctx, struct jalon_view *view,
                                        const struct jalon_geometry *geometry, bool *out)
{
    struct jalon_position label;
    const int32_t *found = NULL;
    size_t count = 0;
    if (view->territories.count == 0 || geometry->type == JALON_GEOMETRY_NONE) {
        *out = false;
        return JALON_OK;
    }
    enum jalon_status status = jalon_geometry_label_position(ctx, geometry, &label);
    if (status != JALON_OK) {
        return status;
    }
    pthread_mutex_lock(&view->writing); /* one at a time may ask an area */
    status = jalon_view_territories_find(ctx, &view->territories, label, &found, &count);
    pthread_mutex_unlock(&view->writing);
    if (status == JALON_OK) {
        *out = count == 0;
    }
    return status;
}

/* --- Changes --- */

static bool is_shown(const struct jalon_map *map, const struct jalon_contribution *contribution)
{
    assert(contribution->collection >= 0 &&
           (size_t)contribution->collection < map->collection_count);
    return contribution->moderation == JALON_MODERATION_PUBLISHED &&
           map->collections[contribution->collection].visibility == JALON_VISIBILITY_PUBLIC;
}

static void trim_scratch(struct jalon_view *view)
{
    if (view->scratch.capacity > SCRATCH_KEPT) {
        jalon_buffer_finish(&view->scratch);
    }
}

/* The contribution as the map's readers see it: where it is only so far as they may know. */
static enum jalon_status see(struct jalon_context *ctx, const struct jalon_map *map,
                             const struct jalon_contribution *contribution,
                             struct jalon_contribution *out)
{
    *out = *contribution;
    return jalon_geometry_coarsen(ctx, &contribution->geometry, map->rules.location_grid_m,
                                  &out->geometry);
}

/* *out is NULL for what is not shown. */
static enum jalon_status make_entry(struct jalon_context *ctx, struct jalon_view *view,
                                    const struct jalon_contribution *contribution,
                                    const struct jalon_view_entry **out)
{
    struct jalon_contribution seen;
    *out = NULL;
    if (!is_shown(view->map, contribution)) {
        return JALON_OK;
    }
    enum jalon_status status = see(ctx, view->map, contribution, &seen);
    if (status == JALON_OK) {
        status = jalon_view_entry_create(ctx, view->map, &view->territories, &seen, &view->scratch,
                                         out);
    }
    trim_scratch(view);
    return status;
}

/* Where something was shown and is not any more, and its box. */
struct gone {
    bool is_there;
    bool has_box;
    struct jalon_box box;
};

/* Ends what is shown of a contribution, in the next state. */
static void kill(struct jalon_view *view, struct jalon_view_collection *collection,
                 struct jalon_view_place place, struct gone *gone)
{
    struct jalon_view_parts *parts = collection->parts;
    gone->is_there = true;
    if (place.part == parts->segment_count) {
        const struct jalon_view_entry *entry = parts->delta->entries[place.row];
        gone->has_box = entry->has_box;
        gone->box = entry->box;
        count_entry(collection, view->map, entry, -1);
        atomic_store_explicit(&parts->delta->died[place.row], collection->op,
                              memory_order_relaxed);
        return;
    }
    struct jalon_view_segment *segment = parts->segments[place.part];
    const struct jalon_view_record *record = jalon_view_segment_record(segment, place.row);
    struct jalon_position label;
    gone->has_box = jalon_view_record_place(record, &gone->box, &label);
    jalon_view_count_categories(collection, view->map, jalon_view_record_categories(record),
                     record->category_count, -1);
    collection->count--;
    jalon_view_segment_kill(segment, place.row, collection->op);
}

/* Ends it wherever it is shown. */
static void kill_everywhere(struct jalon_view *view, struct jalon_snapshot *next,
                            struct jalon_id id, struct gone *gone)
{
    struct jalon_view_place place;
    for (size_t i = 0; i < view->map->collection_count; i++) {
        if (jalon_view_collection_find(&next->collections[i], id, &place)) {
            kill(view, &next->collections[i], place, gone);
        }
    }
}

/* Appends the entry, which is taken over, in the next state; there is room. */
static void append(struct jalon_view *view, struct jalon_view_collection *collection,
                   const struct jalon_view_entry *entry)
{
    struct jalon_view_delta *delta = collection->parts->delta;
    assert(delta->count == collection->delta_count && delta->count < JALON_VIEW_DELTA_MAX);
    if (entry->has_box) {
        delta->spots[delta->count] = jalon_view_plane_spot(&collection->plane, entry->label);
    }
    delta->entries[delta->count++] = entry;
    collection->delta_count = delta->count;
    count_entry(collection, view->map, entry, 1);
}

/* Makes room for one more entry. */
static bool reserve(struct jalon_view *view, struct jalon_snapshot *next, int32_t collection)
{
    return next->collections[collection].delta_count < JALON_VIEW_DELTA_MAX ||
           jalon_view_flush(view, next, collection);
}

static void note_change(struct jalon_view *view, int64_t seq, const struct gone *gone,
                        const struct jalon_view_entry *entry)
{
    pthread_mutex_lock(&view->publishing);
    jalon_view_changes_note(&view->changes, seq, gone->has_box ? &gone->box : NULL,
                            entry != NULL && entry->has_box ? &entry->box : NULL);
    pthread_mutex_unlock(&view->publishing);
}

/* The writer's part of apply. */
static enum jalon_status apply(struct jalon_context *ctx, struct jalon_view *view,
                               const struct jalon_contribution *contribution, int64_t seq,
                               int64_t time_us)
{
    const struct jalon_view_entry *entry;
    struct gone gone = {.is_there = false};
    enum jalon_status status = make_entry(ctx, view, contribution, &entry);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_snapshot *next = jalon_view_copy_latest(view);
    if (next == NULL || (entry != NULL && !reserve(view, next, contribution->collection))) {
        jalon_memory_release((void *)(uintptr_t)entry);
        jalon_view_drop_snapshot(next);
        return jalon_no_memory(ctx);
    }
    kill_everywhere(view, next, contribution->id, &gone);
    if (entry != NULL) {
        append(view, &next->collections[contribution->collection], entry);
    }
    next->seq = seq;
    next->time_us = time_us;
    note_change(view, seq, &gone, entry);
    jalon_view_publish(view, next);
    return JALON_OK;
}

enum jalon_status jalon_view_apply(struct jalon_context *ctx, struct jalon_view *view,
                                   const struct jalon_contribution *contribution, int64_t seq,
                                   int64_t time_us)
{
    pthread_mutex_lock(&view->writing);
    enum jalon_status status = seq > view->latest->seq
                                   ? apply(ctx, view, contribution, seq, time_us)
                                   : JALON_OK;
    pthread_mutex_unlock(&view->writing);
    return status;
}

/* --- Loading --- */

static struct jalon_view_builder *builder_of(struct jalon_view *view, int32_t collection)
{
    struct jalon_view_builder **builder = &view->builders[collection];
    if (*builder == NULL) {
        struct jalon_view_kind kind = jalon_view_kind_of(view, collection);
        *builder = jalon_view_builder_create(&kind, view->folder);
    }
    return *builder;
}

static enum jalon_status load_one(struct jalon_context *ctx, struct jalon_view *view,
                                  const struct jalon_contribution *contribution)
{
    struct jalon_view_entry entry;
    struct jalon_contribution seen;
    if (!is_shown(view->map, contribution)) {
        return JALON_OK;
    }
    enum jalon_status status = see(ctx, view->map, contribution, &seen);
    if (status == JALON_OK) {
        status = jalon_view_entry_make(ctx, view->map, &view->territories, &seen, &view->scratch,
                                       &entry);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_view_builder *builder = builder_of(view, contribution->collection);
    if (builder == NULL || !jalon_view_builder_add(builder, &entry)) {
        return jalon_no_memory(ctx);
    }
    count_entry(&view->latest->collections[contribution->collection], view->map, &entry, 1);
    return JALON_OK;
}

enum jalon_status jalon_view_load(struct jalon_context *ctx, struct jalon_view *view,
                                  const struct jalon_contribution *contributions, size_t count)
{
    enum jalon_status status = JALON_OK;
    pthread_mutex_lock(&view->writing);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = load_one(ctx, view, &contributions[i]);
    }
    trim_scratch(view);
    pthread_mutex_unlock(&view->writing);
    return status;
}
