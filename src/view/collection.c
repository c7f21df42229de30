/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One collection of the view: slots, and the indexes over them. Layer 2 (view).
 *
 * A change first reserves all the memory it may need in every part, then changes them: the second
 * half cannot fail, so the parts never disagree.
 */
#include "collection.h"

#include "jalon/memory.h"

void jalon_view_collection_init(struct jalon_view_collection *collection,
                                const struct jalon_map *map,
                                const struct jalon_collection *description,
                                int64_t *category_counts, uint32_t *tallies)
{
    *collection = (struct jalon_view_collection){
        .map = map, .free_slot = JALON_VIEW_NO_SLOT, .category_counts = category_counts};
    jalon_view_ids_init(&collection->ids);
    jalon_view_tree_init(&collection->tree);
    jalon_view_pyramid_init(&collection->pyramid, map, description, description->cluster_radius,
                            tallies);
}

static void release_entry(const struct jalon_view_entry *entry)
{
    jalon_memory_release((void *)entry);
}

void jalon_view_collection_finish(struct jalon_view_collection *collection)
{
    for (size_t i = 0; i < collection->slot_count; i++) {
        release_entry(collection->slots[i].entry);
    }
    jalon_memory_release(collection->slots);
    jalon_view_ids_finish(&collection->ids);
    jalon_view_order_finish(&collection->order);
    jalon_view_tree_finish(&collection->tree);
    jalon_view_pyramid_finish(&collection->pyramid);
}

jalon_view_slot_index jalon_view_collection_find(const struct jalon_view_collection *collection,
                                                 struct jalon_id id)
{
    uint32_t hash = jalon_view_ids_hash(&collection->ids, id);
    size_t at = 0;
    for (;;) {
        jalon_view_slot_index slot = jalon_view_ids_next(&collection->ids, hash, &at);
        if (slot == JALON_VIEW_NO_SLOT ||
            jalon_id_compare(collection->slots[slot].entry->contribution.id, id) == 0) {
            return slot;
        }
    }
}

/* Is one of the first `count` categories of the contribution within `wanted`? */
static bool is_counted(const struct jalon_map *map, const struct jalon_contribution *contribution,
                       size_t count, int32_t wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (jalon_category_is_within(map, contribution->categories[i], wanted)) {
            return true;
        }
    }
    return false;
}

/* Each category of the contribution and those above it, once: a theme and its sub-theme are one. */
static void count_categories(struct jalon_view_collection *collection,
                             const struct jalon_view_entry *entry, int64_t by)
{
    const struct jalon_map *map = collection->map;
    const struct jalon_contribution *contribution = &entry->contribution;
    for (size_t i = 0; i < contribution->category_count; i++) {
        for (int32_t category = contribution->categories[i]; category >= 0;
             category = map->categories[category].parent) {
            if (!is_counted(map, contribution, i, category)) {
                collection->category_counts[category] += by;
            }
        }
    }
}

/* --- A new contribution --- */

static bool reserve_slot(struct jalon_view_collection *collection)
{
    if (collection->free_slot != JALON_VIEW_NO_SLOT ||
        collection->slot_count < collection->slot_capacity) {
        return true;
    }
    size_t capacity = collection->slot_capacity < 64 ? 64 : 2 * collection->slot_capacity;
    if (capacity > JALON_VIEW_NO_SLOT) {
        return false;
    }
    struct jalon_view_slot *slots =
        jalon_memory_resize(collection->slots, capacity * sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    collection->slots = slots;
    collection->slot_capacity = capacity;
    return true;
}

static jalon_view_slot_index take_slot(struct jalon_view_collection *collection,
                                       const struct jalon_view_entry *entry)
{
    jalon_view_slot_index slot = collection->free_slot;
    if (slot != JALON_VIEW_NO_SLOT) {
        collection->free_slot = (jalon_view_slot_index)collection->slots[slot].number;
    } else {
        slot = (jalon_view_slot_index)collection->slot_count++;
    }
    collection->slots[slot] = (struct jalon_view_slot){entry, entry->contribution.number};
    return slot;
}

static bool insert(struct jalon_view_collection *collection, const struct jalon_view_entry *entry)
{
    if (!reserve_slot(collection) || !jalon_view_ids_reserve(&collection->ids) ||
        !jalon_view_order_reserve(&collection->order) ||
        (entry->has_box && (!jalon_view_tree_reserve(&collection->tree, entry->box) ||
                            !jalon_view_pyramid_reserve(&collection->pyramid, entry)))) {
        return false;
    }
    jalon_view_slot_index slot = take_slot(collection, entry);
    uint32_t hash = jalon_view_ids_hash(&collection->ids, entry->contribution.id);
    jalon_view_ids_insert(&collection->ids, hash, slot);
    jalon_view_order_insert(&collection->order, collection->slots, slot);
    if (entry->has_box) {
        jalon_view_tree_insert(&collection->tree, entry->box, slot);
        jalon_view_pyramid_insert(&collection->pyramid, collection->slots, slot);
    }
    count_categories(collection, entry, 1);
    return true;
}

/* --- A new state of a contribution --- */

static bool same_place(const struct jalon_view_entry *a, const struct jalon_view_entry *b)
{
    return a->has_box == b->has_box &&
           (!a->has_box || jalon_view_tree_same_place(a->box, b->box));
}

static bool replace(struct jalon_view_collection *collection, jalon_view_slot_index slot,
                    const struct jalon_view_entry *entry)
{
    const struct jalon_view_entry *old = collection->slots[slot].entry;
    bool moved = !same_place(old, entry);
    if (moved && entry->has_box && !jalon_view_tree_reserve(&collection->tree, entry->box)) {
        return false;
    }
    if (entry->has_box && !jalon_view_pyramid_reserve(&collection->pyramid, entry)) {
        return false;
    }
    if (moved && entry->has_box) { /* before the removal, which may undo what was reserved */
        jalon_view_tree_insert(&collection->tree, entry->box, slot);
    }
    if (moved && old->has_box) {
        jalon_view_tree_remove(&collection->tree, old->box, slot);
    }
    collection->slots[slot].entry = entry;
    jalon_view_pyramid_replace(&collection->pyramid, collection->slots, slot, old);
    jalon_view_order_refresh(&collection->order, collection->slots, slot, old);
    count_categories(collection, old, -1);
    count_categories(collection, entry, 1);
    release_entry(old);
    return true;
}

bool jalon_view_collection_put(struct jalon_view_collection *collection,
                               const struct jalon_view_entry *entry)
{
    jalon_view_slot_index slot = jalon_view_collection_find(collection, entry->contribution.id);
    if (slot == JALON_VIEW_NO_SLOT) {
        return insert(collection, entry);
    }
    if (collection->slots[slot].number == entry->contribution.number) {
        return replace(collection, slot, entry);
    }
    /* Purged and written anew under an id made by a client: another row with the same id. */
    if (!insert(collection, entry)) {
        return false;
    }
    jalon_view_collection_remove(collection, slot);
    return true;
}

void jalon_view_collection_remove(struct jalon_view_collection *collection,
                                  jalon_view_slot_index slot)
{
    const struct jalon_view_entry *entry = collection->slots[slot].entry;
    uint32_t hash = jalon_view_ids_hash(&collection->ids, entry->contribution.id);
    jalon_view_ids_remove(&collection->ids, hash, slot);
    jalon_view_order_remove(&collection->order, collection->slots, slot);
    if (entry->has_box) {
        jalon_view_tree_remove(&collection->tree, entry->box, slot);
        jalon_view_pyramid_remove(&collection->pyramid, entry, slot);
    }
    count_categories(collection, entry, -1);
    collection->slots[slot] = (struct jalon_view_slot){NULL, collection->free_slot};
    collection->free_slot = slot;
    release_entry(entry);
}
