/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What the rows of a quad come to that match and are alive: from the quad itself where all do, from
 * what is kept, or from its children. After a death only the quads around it are added up again.
 * Layer 2 (view).
 */
#include <string.h>

#include "mask.h"
#include "sums.h"

/* The quads from the whole down to a leaf: each halves the square, which has 32 bits a side. */
enum { LEVELS = 34, WORDS = JALON_VIEW_BLOCK_WORDS };

static bool begin(struct jalon_view_rows *rows)
{
    if (rows->levels == NULL) {
        rows->levels = jalon_arena_allocate(rows->arena, ((size_t)rows->segment->tally_count + 1) *
                                                             LEVELS * sizeof *rows->levels);
    }
    if (rows->sums == NULL) {
        struct jalon_view_sums *_Atomic *place =
            rows->mask != NULL ? &rows->mask->sums : &rows->segment->living;
        struct jalon_view_sums *found = atomic_load_explicit(place, memory_order_acquire);
        if (found == NULL) {
            struct jalon_view_sums *made = jalon_view_sums_create(&rows->segment->quads);
            if (made == NULL || atomic_compare_exchange_strong(place, &found, made)) {
                found = made;
            } else {
                jalon_view_sums_destroy(made); /* another was faster */
            }
        }
        rows->sums = found;
    }
    return rows->levels != NULL && rows->sums != NULL;
}

static uint32_t tally_of(const struct jalon_view_rows *rows, uint32_t quad)
{
    const struct jalon_view_quads *quads = &rows->segment->quads;
    return quads->tallies[(size_t)quad * quads->tally_count + (uint32_t)rows->tally];
}

bool jalon_view_rows_none(const struct jalon_view_rows *rows, uint32_t quad)
{
    return rows->tally >= 0 && tally_of(rows, quad) == 0;
}

bool jalon_view_rows_all(const struct jalon_view_rows *rows, uint32_t quad)
{
    const struct jalon_view_segment *segment = rows->segment;
    bool all_match = rows->mask == NULL || (rows->only_tally && tally_of(rows, quad) ==
                                                                    segment->quads.items[quad].count);
    return all_match &&
           atomic_load_explicit(&segment->quad_died[quad], memory_order_relaxed) == 0;
}

static void add(struct jalon_view_sum *sum, const struct jalon_view_sum *more)
{
    if (sum->count == 0) {
        *sum = *more;
        return;
    }
    sum->x += more->x;
    sum->y += more->y;
    sum->count += more->count;
    sum->min_x = more->min_x < sum->min_x ? more->min_x : sum->min_x;
    sum->min_y = more->min_y < sum->min_y ? more->min_y : sum->min_y;
    sum->max_x = more->max_x > sum->max_x ? more->max_x : sum->max_x;
    sum->max_y = more->max_y > sum->max_y ? more->max_y : sum->max_y;
}

static void add_rows(struct jalon_view_rows *rows, uint32_t start, uint32_t end,
                     struct jalon_view_sum *sum, uint32_t *tallies)
{
    const struct jalon_view_segment *segment = rows->segment;
    uint64_t words[WORDS];
    for (uint32_t row = start; row < end; row++) {
        uint32_t at = row % JALON_VIEW_BLOCK;
        if (row == start || at == 0) {
            jalon_view_rows_block(rows, row / JALON_VIEW_BLOCK, words);
        }
        if ((words[at / 64] >> at % 64 & 1) != 0) {
            struct jalon_view_spot spot = segment->spots[row];
            struct jalon_view_sum one = {.x = spot.x,
                                         .y = spot.y,
                                         .count = 1,
                                         .min_x = spot.x,
                                         .min_y = spot.y,
                                         .max_x = spot.x,
                                         .max_y = spot.y,
                                         .first = row};
            add(sum, &one);
            jalon_view_quads_tally(&segment->quads, row, tallies);
        }
    }
}

static struct jalon_view_sum whole(const struct jalon_view_quad *node)
{
    return (struct jalon_view_sum){
        .x = node->sum_x,
        .y = node->sum_y,
        .count = node->count,
        .min_x = node->min_x,
        .min_y = node->min_y,
        .max_x = node->max_x,
        .max_y = node->max_y,
        .first = node->start,
    };
}

/* `tallies` has room for those of all levels below as well. */
static void sum_up(struct jalon_view_rows *rows, uint32_t quad, struct jalon_view_sum *out,
                   uint32_t *tallies)
{
    const struct jalon_view_segment *segment = rows->segment;
    const struct jalon_view_quad *node = &segment->quads.items[quad];
    uint32_t tally_count = segment->tally_count;
    const _Atomic uint64_t *died = &segment->quad_died[quad];
    if (jalon_view_rows_all(rows, quad)) {
        *out = whole(node);
        memcpy(tallies, segment->quads.tallies + (size_t)quad * tally_count,
               tally_count * sizeof *tallies);
        return;
    }
    if (!jalon_view_rows_none(rows, quad) &&
        jalon_view_sums_get(rows->sums, quad, rows->op, died, out, tallies)) {
        return;
    }
    *out = (struct jalon_view_sum){.count = 0};
    memset(tallies, 0, tally_count * sizeof *tallies);
    if (jalon_view_rows_none(rows, quad)) {
        return;
    }
    for (uint32_t i = 0; i < node->child_count; i++) {
        struct jalon_view_sum sum;
        uint32_t *more = tallies + tally_count;
        sum_up(rows, node->children + i, &sum, more);
        if (sum.count > 0) {
            add(out, &sum);
        }
        for (uint32_t j = 0; j < tally_count; j++) {
            tallies[j] += more[j];
        }
    }
    if (node->child_count == 0) {
        add_rows(rows, node->start, node->start + node->count, out, tallies);
    }
    if (!rows->failed && atomic_load_explicit(died, memory_order_relaxed) <= rows->op) {
        jalon_view_sums_put(rows->sums, quad, rows->op, out, tallies);
    }
}

const uint32_t *jalon_view_rows_sum(struct jalon_view_rows *rows, uint32_t quad,
                                    struct jalon_view_sum *out)
{
    if (!begin(rows)) {
        rows->failed = true;
        return NULL;
    }
    sum_up(rows, quad, out, rows->levels);
    return rows->failed ? NULL : rows->levels;
}
