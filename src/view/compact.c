/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Turning deltas into segments, and segments into larger ones. Layer 2 (view).
 *
 * A merge reads a state that it holds, while others go on changing; at the end, as the writer, it puts
 * the new segment in the place of the old ones and notes the deaths there were meanwhile.
 */
#include <assert.h>

#include "jalon/memory.h"

#include "state.h"

void jalon_view_exchange(struct jalon_view_collection *collection, struct jalon_view_parts *parts)
{
    if (parts->delta != collection->parts->delta) {
        collection->delta_count = 0;
    }
    jalon_view_parts_release(collection->parts);
    collection->parts = parts;
}

/* --- Gathering --- */

/* Adds what is alive in a segment, row by row: what is near stays near. False: no memory. */
static bool add_segment(struct jalon_view_builder *builder, const struct jalon_view_kind *kind,
                        const struct jalon_view_segment *segment, uint64_t op,
                        struct jalon_view_scratch *scratch)
{
    bool added = true;
    for (uint32_t row = 0; added && row < segment->count; row++) {
        if (jalon_view_segment_is_alive(segment, row, op)) {
            added = jalon_view_builder_add(
                builder, jalon_view_record_read(jalon_view_segment_record(segment, row), kind->map,
                                                kind->collection, scratch));
        }
    }
    return added && !scratch->failed;
}

static bool add_delta(struct jalon_view_builder *builder,
                      const struct jalon_view_collection *collection)
{
    bool added = true;
    for (uint32_t i = 0; added && i < collection->delta_count; i++) {
        if (jalon_view_delta_is_alive(collection, i)) {
            added = jalon_view_builder_add(builder, collection->parts->delta->entries[i]);
        }
    }
    return added;
}

/* Ends a builder's segment: *out is NULL when there is nothing in it. False: no memory. */
static bool finish(struct jalon_view_builder *builder, const char *path,
                   const struct jalon_view_origin *origin, struct jalon_view_segment **out)
{
    *out = NULL;
    if (jalon_view_builder_count(builder) > 0 || path != NULL) {
        *out = jalon_view_builder_finish(builder, path, origin);
        return *out != NULL;
    }
    return true;
}

/* --- The delta --- */

bool jalon_view_flush(struct jalon_view *view, struct jalon_snapshot *next, int32_t index)
{
    struct jalon_view_collection *collection = &next->collections[index];
    struct jalon_view_kind kind = jalon_view_kind_of(view, index);
    struct jalon_view_segment *segment = NULL;
    if (!jalon_view_make_room(view, next, index)) {
        return false;
    }
    struct jalon_view_builder *builder = jalon_view_builder_create(&kind, NULL);
    bool made = builder != NULL && add_delta(builder, collection) &&
                finish(builder, NULL, NULL, &segment);
    jalon_view_builder_destroy(builder);
    size_t end = collection->parts->segment_count;
    struct jalon_view_parts *parts =
        made ? jalon_view_parts_with(collection->parts, end, end, segment, true) : NULL;
    if (parts == NULL) {
        jalon_view_segment_release(segment);
        return false;
    }
    jalon_view_exchange(collection, parts);
    return true;
}

/* --- Segments --- */

static uint32_t living(const struct jalon_view_segment *segment)
{
    return segment->count - atomic_load_explicit(&segment->dead, memory_order_relaxed);
}

/* Is a quarter of it dead? */
static bool is_worn(const struct jalon_view_segment *segment)
{
    return (uint64_t)4 * living(segment) <= (uint64_t)3 * segment->count;
}

/*
 * The first of the segments at the end that are to be one: as long as one is not larger than twice
 * all that come after it, and from one that is worn.
 */
static size_t find_merge(const struct jalon_view_parts *parts)
{
    uint64_t after = 0;
    size_t first = parts->segment_count;
    for (size_t i = parts->segment_count; i > 0; i--) {
        const struct jalon_view_segment *one = parts->segments[i - 1];
        if (living(one) <= 2 * after || is_worn(one)) {
            first = i - 1;
        }
        after += living(one);
    }
    return first;
}

static bool is_worth_it(const struct jalon_view_parts *parts, size_t first)
{
    return first + 1 < parts->segment_count ||
           (first < parts->segment_count && is_worn(parts->segments[first]) &&
            parts->segments[first]->count > 0);
}

/* Makes one of the segments from `first` on; *out is NULL when nothing in them is alive. */
static bool merge(struct jalon_view *view, const struct jalon_view_collection *collection,
                  int32_t index, size_t first, const char *path,
                  const struct jalon_view_origin *origin, struct jalon_view_segment **out)
{
    const struct jalon_view_parts *parts = collection->parts;
    struct jalon_view_kind kind = jalon_view_kind_of(view, index);
    struct jalon_arena *arena = jalon_arena_create();
    struct jalon_view_scratch *scratch =
        arena != NULL ? jalon_view_scratch_create(arena, &view->map->collections[index]) : NULL;
    struct jalon_view_builder *builder =
        scratch != NULL ? jalon_view_builder_create(&kind, view->folder) : NULL;
    bool merged = builder != NULL;
    for (size_t i = first; merged && i < parts->segment_count; i++) {
        merged = add_segment(builder, &kind, parts->segments[i], collection->op, scratch);
    }
    merged = merged && finish(builder, path, origin, out);
    jalon_view_builder_destroy(builder);
    jalon_arena_destroy(arena);
    return merged;
}

/* What died in the segments after the merge had begun is dead in the new one too. */
static void pass_deaths_on(const struct jalon_view_parts *parts, size_t first, size_t end,
                           uint64_t op, struct jalon_view_segment *merged)
{
    for (size_t i = first; i < end; i++) {
        const struct jalon_view_segment *old = parts->segments[i];
        for (uint32_t row = 0; row < old->count; row++) {
            uint64_t died = atomic_load_explicit(&old->died[row], memory_order_relaxed);
            if (died > op) {
                uint32_t now =
                    jalon_view_segment_find(merged, jalon_view_segment_record(old, row)->id);
                assert(now != JALON_VIEW_NO_ROW);
                jalon_view_segment_kill(merged, now, died);
            }
        }
    }
}

/* Puts a merged segment (NULL: nothing was left) in its place, in a state of the writer's. */
static bool put_merged(struct jalon_view_collection *collection, size_t first, size_t end,
                       uint64_t op, struct jalon_view_segment *merged)
{
    struct jalon_view_parts *parts =
        jalon_view_parts_with(collection->parts, first, end, merged, false);
    if (parts == NULL) {
        jalon_view_segment_release(merged);
        return false;
    }
    if (merged != NULL) {
        pass_deaths_on(collection->parts, first, end, op, merged);
    }
    jalon_view_exchange(collection, parts);
    return true;
}

bool jalon_view_make_room(struct jalon_view *view, struct jalon_snapshot *next, int32_t index)
{
    struct jalon_view_collection *collection = &next->collections[index];
    struct jalon_view_segment *merged = NULL;
    size_t count = collection->parts->segment_count;
    if (count < JALON_VIEW_SEGMENTS_MAX) {
        return true;
    }
    size_t first = find_merge(collection->parts);
    first = first < count / 2 ? first : count / 2;
    return merge(view, collection, index, first, NULL, NULL, &merged) &&
           put_merged(collection, first, count, collection->op, merged);
}

/* --- Tidying, beside the writer --- */

/* A state that only this thread has changed; published when `good`. */
static bool publish_if(struct jalon_view *view, struct jalon_snapshot *next, bool good)
{
    if (good) {
        jalon_view_publish(view, next);
    } else {
        jalon_view_drop_snapshot(next);
    }
    return good;
}

/* Flushes a delta that has something in it. */
static bool flush_now(struct jalon_view *view, int32_t index)
{
    bool flushed = true;
    pthread_mutex_lock(&view->writing);
    if (view->latest->collections[index].delta_count > 0) {
        struct jalon_snapshot *next = jalon_view_copy_latest(view);
        flushed = next != NULL && publish_if(view, next, jalon_view_flush(view, next, index));
    }
    pthread_mutex_unlock(&view->writing);
    return flushed;
}

/*
 * Merges the segments from `first` on of a state that is held, and publishes it. The writer may have
 * merged some itself meanwhile, for want of room: then the work was for nothing.
 */
static bool merge_now(struct jalon_view *view, const struct jalon_snapshot *held, int32_t index,
                      size_t first, const char *path)
{
    const struct jalon_view_collection *old = &held->collections[index];
    size_t end = old->parts->segment_count;
    struct jalon_view_origin origin =
        jalon_view_origin_make(view, (size_t)index, held->seq, held->time_us);
    struct jalon_view_segment *merged = NULL;
    if (!merge(view, old, index, first, path, &origin, &merged)) {
        return false;
    }
    pthread_mutex_lock(&view->writing);
    const struct jalon_view_parts *now = view->latest->collections[index].parts;
    bool is_there = now->segment_count >= end;
    for (size_t i = first; is_there && i < end; i++) {
        is_there = now->segments[i] == old->parts->segments[i];
    }
    struct jalon_snapshot *next = is_there ? jalon_view_copy_latest(view) : NULL;
    bool good = !is_there;
    if (next != NULL) {
        good = publish_if(
            view, next, put_merged(&next->collections[index], first, end, old->op, merged));
    } else {
        jalon_view_segment_release(merged);
    }
    pthread_mutex_unlock(&view->writing);
    return good;
}

bool jalon_view_merge_all(struct jalon_view *view, int32_t index, const char *path)
{
    bool good = false;
    pthread_mutex_lock(&view->tidying);
    if (flush_now(view, index)) {
        const struct jalon_snapshot *held = jalon_view_pin(view);
        good = merge_now(view, held, index, 0, path);
        jalon_view_unpin(view, held);
    }
    pthread_mutex_unlock(&view->tidying);
    return good;
}

enum jalon_status jalon_view_tidy(struct jalon_context *ctx, struct jalon_view *view)
{
    bool good = true;
    pthread_mutex_lock(&view->tidying);
    for (size_t i = 0; good && i < view->map->collection_count; i++) {
        const struct jalon_snapshot *held = jalon_view_pin(view);
        size_t first = find_merge(held->collections[i].parts);
        if (is_worth_it(held->collections[i].parts, first)) {
            good = merge_now(view, held, (int32_t)i, first, NULL);
        }
        jalon_view_unpin(view, held);
    }
    pthread_mutex_unlock(&view->tidying);
    return good ? JALON_OK : jalon_no_memory(ctx);
}
