/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Searching packed boxes. Layer 2 (view). */
#include "boxes.h"

#include "jalon/float32.h"

uint32_t jalon_view_boxes_size(uint32_t count, int level)
{
    for (int i = 0; i <= level; i++) {
        count = count / JALON_VIEW_BOXES_FAN + (count % JALON_VIEW_BOXES_FAN != 0);
    }
    return count;
}

int jalon_view_boxes_depth(uint32_t count)
{
    int depth = count > 0;
    while (depth > 0 && jalon_view_boxes_size(count, depth - 1) > 1) {
        depth++;
    }
    return depth;
}

struct jalon_view_bounds jalon_view_bounds_of(struct jalon_box box)
{
    return (struct jalon_view_bounds){
        jalon_float32_below(box.west),
        jalon_float32_below(box.south),
        jalon_float32_above(box.east),
        jalon_float32_above(box.north),
    };
}

enum relation { OUTSIDE, MEETS, INSIDE };

static enum relation relate(const struct jalon_view_bounds *bounds,
                            const struct jalon_view_area *area)
{
    enum relation relation = OUTSIDE;
    for (int i = 0; i < area->count; i++) {
        const struct jalon_box *part = &area->parts[i];
        if ((double)bounds->west > part->east || (double)bounds->east < part->west ||
            (double)bounds->south > part->north || (double)bounds->north < part->south) {
            continue;
        }
        if ((double)bounds->west >= part->west && (double)bounds->east <= part->east &&
            (double)bounds->south >= part->south && (double)bounds->north <= part->north) {
            return INSIDE;
        }
        relation = MEETS;
    }
    return relation;
}

static bool is_wanted(const struct jalon_view_boxes_search *search,
                      const struct jalon_view_bounds *bounds)
{
    struct jalon_box box = {(double)bounds->west, (double)bounds->south, (double)bounds->east,
                            (double)bounds->north};
    return search->wants == NULL || search->wants(search->user, box);
}

static void search_box(const struct jalon_view_boxes *boxes,
                       const struct jalon_view_boxes_search *search, int level, uint32_t index)
{
    const struct jalon_view_bounds *bounds = &boxes->levels[level][index];
    enum relation relation = relate(bounds, search->area);
    if (relation == OUTSIDE || !is_wanted(search, bounds)) {
        return;
    }
    if ((relation == INSIDE && search->wants == NULL) || level == 0) {
        int shift = 4 * (level + 1);
        uint64_t first = (uint64_t)index << shift, end = (uint64_t)(index + 1) << shift;
        search->found(search->user, (uint32_t)first,
                      end < boxes->count ? (uint32_t)end : boxes->count, relation == INSIDE);
        return;
    }
    uint32_t below = jalon_view_boxes_size(boxes->count, level - 1);
    uint32_t first = index * JALON_VIEW_BOXES_FAN, end = first + JALON_VIEW_BOXES_FAN;
    for (uint32_t i = first; i < (end < below ? end : below); i++) {
        search_box(boxes, search, level - 1, i);
    }
}

void jalon_view_boxes_search(const struct jalon_view_boxes *boxes,
                             const struct jalon_view_boxes_search *search)
{
    if (boxes->level_count > 0) {
        search_box(boxes, search, boxes->level_count - 1, 0);
    }
}
