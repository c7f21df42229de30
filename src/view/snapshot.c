/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The short answers of a snapshot; lists are in query.c. Layer 2 (view). */
#include "snapshot.h"

#include <assert.h>

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
    return jalon_view_changes_meet(&snapshot->changes, since, &area);
}

static bool find_in(const struct jalon_view_collection *collection, struct jalon_id id,
                    struct jalon_view_item *out)
{
    jalon_view_slot_index slot = jalon_view_collection_find(collection, id);
    if (slot == JALON_VIEW_NO_SLOT) {
        return false;
    }
    const struct jalon_view_entry *entry = collection->slots[slot].entry;
    *out = (struct jalon_view_item){&entry->contribution, entry->json};
    return true;
}

bool jalon_snapshot_find(const struct jalon_snapshot *snapshot, int32_t collection,
                         struct jalon_id id, struct jalon_view_item *out)
{
    if (collection >= 0) {
        return find_in(collection_of(snapshot, collection), id, out);
    }
    for (size_t i = 0; i < snapshot->map->collection_count; i++) {
        if (find_in(&snapshot->collections[i], id, out)) {
            return true;
        }
    }
    return false;
}

int64_t jalon_snapshot_count(const struct jalon_snapshot *snapshot, int32_t collection)
{
    return (int64_t)collection_of(snapshot, collection)->order.count;
}

static struct jalon_box box_of(const void *user, jalon_view_slot_index slot)
{
    const struct jalon_view_slot *slots = user;
    return slots[slot].entry->box;
}

bool jalon_snapshot_extent(const struct jalon_snapshot *snapshot, int32_t collection,
                           struct jalon_box *out)
{
    const struct jalon_view_collection *one = collection_of(snapshot, collection);
    return jalon_view_tree_extent(&one->tree, box_of, one->slots, out);
}

bool jalon_snapshot_interval(const struct jalon_snapshot *snapshot, int32_t collection,
                             int64_t *out_first_us, int64_t *out_last_us)
{
    return jalon_view_order_interval(&collection_of(snapshot, collection)->order, out_first_us,
                                     out_last_us);
}

const struct jalon_territory *jalon_snapshot_territories(const struct jalon_snapshot *snapshot,
                                                         size_t *out_count)
{
    *out_count = snapshot->territories.count;
    return snapshot->territories.items;
}

int64_t jalon_snapshot_category_count(const struct jalon_snapshot *snapshot, int32_t collection,
                                      int32_t category)
{
    assert(category >= 0 && (size_t)category < snapshot->map->category_count);
    return collection_of(snapshot, collection)->category_counts[category];
}
