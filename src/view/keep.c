/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The end of loading, and what outlives the process: a file for each collection, with the event
 * that it is the state of. Layer 2 (view).
 *
 * The files are of different events when collections were kept at different times. That does no
 * harm: the view then stands at the earliest, and applying an event again changes nothing.
 */
#include "state.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "jalon/memory.h"

#include "filter.h"

enum { PATH_SIZE = 4096 };

struct jalon_view_origin jalon_view_origin_make(const struct jalon_view *view, size_t collection,
                                                int64_t seq, int64_t time_us)
{
    return (struct jalon_view_origin){
        seq, time_us, {view->digest[0], view->digest[1] + (uint64_t)collection}};
}

static bool make_path(const struct jalon_view *view, size_t collection, char out[PATH_SIZE])
{
    static const char *const audiences[] = {"", ".members", ".moderators"};
    int length = snprintf(out, PATH_SIZE, "%s/%s.%s%s.view", view->folder, view->map->slug.data,
                          view->map->collections[collection].key.data,
                          audiences[view->map->seen_by]);
    return length > 0 && length < PATH_SIZE;
}

enum jalon_status jalon_view_set_folder(struct jalon_context *ctx, struct jalon_view *view,
                                        struct jalon_text folder)
{
    char *copy = jalon_arena_allocate(view->arena, folder.length + 1);
    if (copy == NULL) {
        return jalon_no_memory(ctx);
    }
    memcpy(copy, folder.data, folder.length);
    copy[folder.length] = '\0';
    view->folder = copy;
    return JALON_OK;
}

static int64_t count_all(const struct jalon_snapshot *snapshot)
{
    int64_t count = 0;
    for (size_t i = 0; i < snapshot->map->collection_count; i++) {
        count += snapshot->collections[i].count;
    }
    return count;
}

/* --- The end of loading --- */

/* The collection's parts with what its builder has; false: no memory. */
static bool finish_loading(struct jalon_view *view, struct jalon_snapshot *next, size_t index,
                           bool is_kept)
{
    struct jalon_view_collection *collection = &next->collections[index];
    struct jalon_view_builder *builder = view->builders[index];
    struct jalon_view_origin origin = jalon_view_origin_make(view, index, next->seq, next->time_us);
    struct jalon_view_kind kind = jalon_view_kind_of(view, (int32_t)index);
    char path[PATH_SIZE];
    is_kept = is_kept && make_path(view, index, path);
    if (builder == NULL && is_kept) {
        builder = jalon_view_builder_create(&kind, view->folder);
        view->builders[index] = builder;
    }
    if (builder == NULL) {
        return !is_kept;
    }
    struct jalon_view_segment *segment =
        jalon_view_builder_finish(builder, is_kept ? path : NULL, &origin);
    size_t end = collection->parts->segment_count;
    struct jalon_view_parts *parts =
        segment != NULL ? jalon_view_parts_with(collection->parts, end, end, segment, false) : NULL;
    if (parts == NULL) {
        jalon_view_segment_release(segment);
        return false;
    }
    jalon_view_exchange(collection, parts);
    view->kept_seq = is_kept ? next->seq : view->kept_seq;
    return true;
}

static void drop_builders(struct jalon_view *view)
{
    for (size_t i = 0; i < view->map->collection_count; i++) {
        jalon_view_builder_destroy(view->builders[i]);
        view->builders[i] = NULL;
    }
}

static enum jalon_status set_seq(struct jalon_context *ctx, struct jalon_view *view, int64_t seq,
                                 int64_t time_us)
{
    struct jalon_snapshot *next = jalon_view_copy_latest(view);
    bool good = next != NULL;
    bool is_kept = good && view->folder != NULL && count_all(next) >= view->kept_from;
    if (good) {
        next->seq = seq;
        next->time_us = time_us;
    }
    for (size_t i = 0; good && i < view->map->collection_count; i++) {
        good = finish_loading(view, next, i, is_kept);
    }
    drop_builders(view);
    if (!good) {
        jalon_view_drop_snapshot(next);
        return jalon_no_memory(ctx);
    }
    pthread_mutex_lock(&view->publishing);
    jalon_view_changes_forget(&view->changes, seq);
    pthread_mutex_unlock(&view->publishing);
    jalon_view_publish(view, next);
    return JALON_OK;
}

enum jalon_status jalon_view_set_seq(struct jalon_context *ctx, struct jalon_view *view,
                                     int64_t seq, int64_t time_us)
{
    pthread_mutex_lock(&view->writing);
    enum jalon_status status = set_seq(ctx, view, seq, time_us);
    pthread_mutex_unlock(&view->writing);
    return status;
}

/* --- Keeping --- */

enum jalon_status jalon_view_keep(struct jalon_context *ctx, struct jalon_view *view)
{
    enum jalon_status status = JALON_OK;
    const struct jalon_snapshot *held = jalon_view_pin(view);
    int64_t seq = jalon_snapshot_seq(held);
    bool forgets = atomic_exchange(&view->forgets, false);
    bool is_wanted = view->folder != NULL && count_all(held) >= view->kept_from &&
                     (forgets || seq - view->kept_seq > view->kept_every);
    jalon_view_unpin(view, held);
    for (size_t i = 0; status == JALON_OK && is_wanted && i < view->map->collection_count; i++) {
        char path[PATH_SIZE];
        if (!make_path(view, i, path) || !jalon_view_merge_all(view, (int32_t)i, path)) {
            status = jalon_no_memory(ctx);
        }
    }
    if (status == JALON_OK && is_wanted) {
        view->kept_seq = seq;
    } else if (status != JALON_OK && forgets) {
        atomic_store(&view->forgets, true);
    }
    return status;
}

/* Whoever is writing them just now is followed by who writes them anew. */
void jalon_view_forget_kept(struct jalon_view *view)
{
    char path[PATH_SIZE];
    for (size_t i = 0; view->folder != NULL && i < view->map->collection_count; i++) {
        if (make_path(view, i, path)) {
            (void)unlink(path);
        }
    }
    atomic_store(&view->forgets, true);
}

/* --- And back --- */

static void count_record(const struct jalon_view *view, struct jalon_view_collection *collection,
                         const struct jalon_view_segment *segment, uint32_t row, int64_t by)
{
    const struct jalon_view_record *record = jalon_view_segment_record(segment, row);
    jalon_view_count_categories(collection, view->map, jalon_view_record_categories(record),
                                record->category_count, by);
}

/* By the codes of sets of categories, a record for each: others stay where they are. */
static bool count_codes(const struct jalon_view *view, struct jalon_view_collection *collection,
                        const struct jalon_view_segment *segment)
{
    const struct jalon_view_column *column =
        &segment->columns.items[JALON_VIEW_PROPERTY_CATEGORIES];
    int64_t *counts = jalon_memory_allocate_zeroed(column->code_count, sizeof *counts);
    if (counts == NULL) {
        return false;
    }
    for (uint32_t row = 0; row < segment->count; row++) {
        counts[column->codes[row]]++;
    }
    for (uint32_t code = 1; code < column->code_count; code++) {
        if (counts[code] > 0) {
            count_record(view, collection, segment, column->samples[code], counts[code]);
        }
    }
    jalon_memory_release(counts);
    return true;
}

/* False: no memory. */
static bool count_segment(const struct jalon_view *view, struct jalon_view_collection *collection,
                          const struct jalon_view_segment *segment)
{
    collection->count = segment->count;
    if (segment->columns.items[JALON_VIEW_PROPERTY_CATEGORIES].kind == JALON_VIEW_COLUMN_CODES) {
        return count_codes(view, collection, segment);
    }
    for (uint32_t row = 0; row < segment->count; row++) {
        count_record(view, collection, segment, row, 1);
    }
    return true;
}

/* Puts the segment into the state, and counts what is in it. */
static bool take_segment(struct jalon_view *view, struct jalon_view_collection *collection,
                         struct jalon_view_segment *segment)
{
    struct jalon_view_parts *parts = jalon_view_parts_with(collection->parts, 0, 0, segment, false);
    if (parts == NULL) {
        jalon_view_segment_release(segment);
        return false;
    }
    jalon_view_exchange(collection, parts);
    return count_segment(view, collection, segment);
}

/* Who knows which events are the map's. */
struct witness {
    bool (*knows)(void *user, int64_t seq, int64_t time_us);
    void *user;
};

/* The kept segment of a collection; NULL: there is none that fits. */
static struct jalon_view_segment *open_kept(struct jalon_view *view, size_t collection,
                                            const struct witness *witness,
                                            struct jalon_view_origin *out_origin)
{
    struct jalon_view_kind kind = jalon_view_kind_of(view, (int32_t)collection);
    char path[PATH_SIZE];
    *out_origin = jalon_view_origin_make(view, collection, 0, 0);
    struct jalon_view_segment *segment =
        make_path(view, collection, path) ? jalon_view_segment_open(&kind, path, out_origin) : NULL;
    if (segment != NULL && !witness->knows(witness->user, out_origin->seq, out_origin->time_us)) {
        jalon_view_segment_release(segment);
        return NULL;
    }
    return segment;
}

static bool restore(struct jalon_view *view, struct jalon_snapshot *next,
                    const struct witness *witness)
{
    bool good = true;
    next->seq = INT64_MAX;
    for (size_t i = 0; good && i < view->map->collection_count; i++) {
        struct jalon_view_origin origin;
        struct jalon_view_segment *segment = open_kept(view, i, witness, &origin);
        good = segment != NULL && take_segment(view, &next->collections[i], segment);
        if (good && origin.seq < next->seq) {
            next->seq = origin.seq;
            next->time_us = origin.time_us;
        }
    }
    return good && view->map->collection_count > 0;
}

enum jalon_status jalon_view_restore(struct jalon_context *ctx, struct jalon_view *view,
                                     bool (*knows)(void *user, int64_t seq, int64_t time_us),
                                     void *user)
{
    const struct witness witness = {knows, user};
    if (view->folder == NULL) {
        return JALON_NOT_FOUND;
    }
    pthread_mutex_lock(&view->writing);
    struct jalon_snapshot *next = jalon_view_copy_latest(view);
    enum jalon_status status = next != NULL ? JALON_OK : jalon_no_memory(ctx);
    if (status == JALON_OK && !restore(view, next, &witness)) {
        status = JALON_NOT_FOUND;
    }
    if (status == JALON_OK) {
        view->kept_seq = next->seq;
        pthread_mutex_lock(&view->publishing);
        jalon_view_changes_forget(&view->changes, next->seq);
        pthread_mutex_unlock(&view->publishing);
        jalon_view_publish(view, next);
    } else {
        jalon_view_drop_snapshot(next);
    }
    pthread_mutex_unlock(&view->writing);
    return status;
}

/* --- Maps that are gone --- */

/* The slug in the name of a kept file, as make_path wrote it; empty: it is none. */
static struct jalon_text slug_in(const char *name)
{
    struct jalon_text text = jalon_text_from(name), ending = JALON_TEXT(".view");
    size_t dot = jalon_text_find(text, '.');
    bool is_kept = text.length > dot + ending.length &&
                   jalon_text_equal(jalon_text_slice(text.data + text.length - ending.length,
                                                     ending.length),
                                    ending);
    return is_kept ? jalon_text_slice(text.data, dot) : JALON_TEXT_EMPTY;
}

struct known_maps {
    bool (*is_known)(void *user, struct jalon_text slug);
    void *user;
};

static void forget_file(void *user, const char *name, const char *path)
{
    const struct known_maps *known = user;
    struct jalon_text slug = slug_in(name);
    if (slug.length > 0 && !known->is_known(known->user, slug)) {
        (void)unlink(path);
    }
}

void jalon_view_forget_maps(const char *folder,
                            bool (*is_known)(void *user, struct jalon_text slug), void *user)
{
    jalon_view_each_file(folder, forget_file, &(struct known_maps){is_known, user});
}

static void forget_file_of(void *user, const char *name, const char *path)
{
    const struct jalon_text *slug = user;
    if (jalon_text_equal(slug_in(name), *slug)) {
        (void)unlink(path);
    }
}

void jalon_view_forget_map(const char *folder, struct jalon_text slug)
{
    jalon_view_each_file(folder, forget_file_of, &slug);
}

/* --- Memory --- */

size_t jalon_view_memory(struct jalon_view *view)
{
    size_t size = sizeof *view;
    const struct jalon_snapshot *held = jalon_view_pin(view);
    for (size_t i = 0; i < view->map->collection_count; i++) {
        const struct jalon_view_collection *collection = &held->collections[i];
        size += sizeof *collection->parts + sizeof *collection->parts->delta;
        for (size_t j = 0; j < collection->parts->segment_count; j++) {
            size += jalon_view_segment_memory(collection->parts->segments[j]);
        }
        for (uint32_t j = 0; j < collection->delta_count; j++) {
            size += sizeof(struct jalon_view_entry) +
                    2 * collection->parts->delta->entries[j]->json.length;
        }
    }
    jalon_view_unpin(view, held);
    return size;
}

size_t jalon_view_mapped(struct jalon_view *view)
{
    size_t size = 0;
    const struct jalon_snapshot *held = jalon_view_pin(view);
    for (size_t i = 0; i < view->map->collection_count; i++) {
        const struct jalon_view_parts *parts = held->collections[i].parts;
        for (size_t j = 0; j < parts->segment_count; j++) {
            size += parts->segments[j]->is_mapped ? parts->segments[j]->image_size : 0;
        }
    }
    jalon_view_unpin(view, held);
    return size;
}
