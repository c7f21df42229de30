/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Simple questions to a state of the view. Layer 2 (view). */
#include "snapshot.h"

#include <assert.h>

#include "jalon/prefetch.h"

#include "meets.h"
#include "state.h"

enum { AHEAD = 12 }; /* records whose heads are on their way */

static const struct jalon_view_collection *collection_of(const struct jalon_snapshot *snapshot,
                                                         int32_t collection)
{
    assert(collection >= 0 && (size_t)collection < snapshot->map->collection_count);
    return &snapshot->collections[collection];
}

int64_t jalon_snapshot_seq(const struct jalon_snapshot *snapshot)
{
    return snapshot->seq;
}

int64_t jalon_snapshot_time_us(const struct jalon_snapshot *snapshot)
{
    return snapshot->time_us;
}

bool jalon_snapshot_changed(const struct jalon_snapshot *snapshot, int64_t since,
                            struct jalon_box box)
{
    struct jalon_view_area area = jalon_view_area_make(box);
    pthread_mutex_lock(&snapshot->view->publishing);
    bool has_changed = jalon_view_changes_meet(&snapshot->view->changes, since, &area);
    pthread_mutex_unlock(&snapshot->view->publishing);
    return has_changed;
}

struct jalon_view_item jalon_snapshot_item(const struct jalon_snapshot *snapshot,
                                           int32_t collection, struct jalon_view_place place)
{
    const struct jalon_view_parts *parts = collection_of(snapshot, collection)->parts;
    struct jalon_view_item item = {
        .collection = collection, .part = place.part, .row = place.row};
    if (place.part == parts->segment_count) {
        const struct jalon_view_entry *entry = parts->delta->entries[place.row];
        item.number = entry->contribution.number;
        item.json = entry->json;
    } else {
        const struct jalon_view_segment *segment = parts->segments[place.part];
        item.number = segment->numbers[place.row];
        item.json = jalon_view_record_json(jalon_view_segment_record(segment, place.row));
    }
    return item;
}

/* The head of a record says where its Feature is. */
static void ask_for_record(const struct jalon_view_parts *parts, struct jalon_view_place place)
{
    if (place.part < parts->segment_count) {
        jalon_prefetch(jalon_view_segment_record(parts->segments[place.part], place.row), 1);
    }
}

enum jalon_status jalon_snapshot_make_page(struct jalon_context *ctx,
                                           const struct jalon_snapshot *snapshot,
                                           const struct jalon_view_query *query,
                                           const struct jalon_view_hit *hits, size_t count,
                                           struct jalon_view_result *out)
{
    const struct jalon_view_parts *parts = collection_of(snapshot, query->collection)->parts;
    size_t limit = query->limit;
    out->count = count < limit ? count : limit;
    out->more = limit > 0 && count > limit;
    out->items = jalon_arena_allocate(ctx->arena, out->count * sizeof *out->items);
    if (out->items == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < out->count; i++) {
        if (i + AHEAD < out->count) {
            ask_for_record(parts, hits[i + AHEAD].place);
        }
        out->items[i] = jalon_snapshot_item(snapshot, query->collection, hits[i].place);
    }
    return JALON_OK;
}

enum jalon_status jalon_snapshot_read(struct jalon_context *ctx,
                                      const struct jalon_snapshot *snapshot,
                                      const struct jalon_view_item *item,
                                      const struct jalon_contribution **out)
{
    const struct jalon_view_parts *parts = collection_of(snapshot, item->collection)->parts;
    if (item->part == parts->segment_count) {
        *out = &parts->delta->entries[item->row]->contribution;
        return JALON_OK;
    }
    struct jalon_view_scratch *scratch =
        jalon_view_scratch_create(ctx->arena, &snapshot->map->collections[item->collection]);
    if (scratch == NULL) {
        return jalon_no_memory(ctx);
    }
    const struct jalon_view_record *record =
        jalon_view_segment_record(parts->segments[item->part], item->row);
    *out = &jalon_view_record_read(record, snapshot->map, item->collection, scratch)->contribution;
    return scratch->failed ? jalon_no_memory(ctx) : JALON_OK;
}

struct jalon_geometry jalon_snapshot_geometry(const struct jalon_snapshot *snapshot,
                                              const struct jalon_view_item *item)
{
    return jalon_view_collection_geometry(collection_of(snapshot, item->collection),
                                          (struct jalon_view_place){item->part, item->row});
}

bool jalon_snapshot_find(const struct jalon_snapshot *snapshot, int32_t collection,
                         struct jalon_id id, struct jalon_view_item *out)
{
    struct jalon_view_place place;
    int32_t count = (int32_t)snapshot->map->collection_count;
    for (int32_t i = collection < 0 ? 0 : collection; i < (collection < 0 ? count : collection + 1);
         i++) {
        if (jalon_view_collection_find(collection_of(snapshot, i), id, &place)) {
            *out = jalon_snapshot_item(snapshot, i, place);
            return true;
        }
    }
    return false;
}

int64_t jalon_snapshot_count(const struct jalon_snapshot *snapshot, int32_t collection)
{
    return collection_of(snapshot, collection)->count;
}

bool jalon_snapshot_extent(const struct jalon_snapshot *snapshot, int32_t collection,
                           struct jalon_box *out)
{
    return jalon_view_collection_extent(collection_of(snapshot, collection), out);
}

bool jalon_snapshot_interval(const struct jalon_snapshot *snapshot, int32_t collection,
                             int64_t *out_first_us, int64_t *out_last_us)
{
    return jalon_view_collection_interval(collection_of(snapshot, collection), out_first_us,
                                          out_last_us);
}

bool jalon_snapshot_observed(const struct jalon_snapshot *snapshot, int32_t collection,
                             int64_t *out_first_us, int64_t *out_last_us)
{
    return jalon_view_collection_observed(collection_of(snapshot, collection), out_first_us,
                                          out_last_us);
}

const struct jalon_territory *jalon_snapshot_territories(const struct jalon_snapshot *snapshot,
                                                         size_t *out_count)
{
    *out_count = snapshot->territories->count;
    return snapshot->territories->items;
}

int64_t jalon_snapshot_category_count(const struct jalon_snapshot *snapshot, int32_t collection,
                                      int32_t category)
{
    assert(category >= 0 && (size_t)category < snapshot->map->category_count);
    return collection_of(snapshot, collection)->category_counts[category];
}
