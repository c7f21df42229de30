/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Many contributions of a collection, laid out once for reading and never changed: rows, columns,
 * indexes in one image, in memory or in a file that is mapped. Layer 2 (view), private.
 *
 * Rows with a shape come first, ordered along a Z curve over the plane (Morton 1966) by their label
 * position; so what is near on the map is near in memory, every square cell of every zoom is a range
 * of rows, and boxes around 16, 256, 4096 … rows are a packed R-tree. Rows without a shape follow, by
 * number.
 *
 * Only one thing changes: rows die, when the contribution goes or a newer state of it is elsewhere.
 * A row notes at which operation of its collection that was; a reader of an earlier state passes
 * over the note.
 */
#ifndef JALON_VIEW_SEGMENT_H
#define JALON_VIEW_SEGMENT_H

#include <stdatomic.h>

#include "boxes.h"
#include "column.h"
#include "quads.h"
#include "plane.h"
#include "record.h"

/* Rows are looked at in blocks of so many. */
enum {
    JALON_VIEW_BLOCK = 256,
    JALON_VIEW_BLOCK_WORDS = JALON_VIEW_BLOCK / 64,
};

#define JALON_VIEW_NO_ROW UINT32_MAX

/* What some placed rows come to. */
struct jalon_view_sum {
    uint64_t x, y; /* sums of spots */
    uint32_t count;
    uint32_t min_x, min_y, max_x, max_y; /* meaningless without any, as what follows */
    uint32_t first;                      /* a row */
};

struct jalon_view_segment {
    atomic_uint references;
    /* The image. */
    const unsigned char *image;
    size_t image_size;
    bool is_mapped;
    /* By row: */
    uint32_t count;
    uint32_t placed; /* of them have a shape */
    const struct jalon_view_spot *spots;    /* of placed rows; ascending along the curve */
    const struct jalon_position *labels;    /* of placed rows */
    const uint8_t *geometry_types;          /* 0: no shape */
    const int64_t *numbers;
    const uint64_t *records;                /* where in the image each is */
    const uint32_t *by_number;              /* rows, by number ascending */
    struct jalon_view_boxes boxes;
    struct jalon_view_quads quads; /* of placed rows */
    uint32_t tally_count;          /* by category root and status */
    /* By block: */
    const int64_t *created_us; /* the earliest of each block */
    const int64_t *updated_us; /* the latest */
    const int64_t *first_observed_us; /* days; INT64_MAX and INT64_MIN when none was observed */
    const int64_t *last_observed_us;
    struct jalon_box extent;   /* around all shapes; meaningless when none is placed */
    const uint32_t *id_table;  /* open addressing; rows */
    uint32_t id_mask;
    struct jalon_view_columns columns;
    /* Deaths: the operation, 0: alive. */
    _Atomic uint64_t *died;
    _Atomic uint64_t *block_died; /* the first one of each block */
    _Atomic uint64_t *dead_bits;  /* of each row whether it has died, at whatever operation */
    _Atomic uint64_t *quad_died;  /* the last one in each quad */
    atomic_uint dead;             /* how many */
    struct jalon_view_sums *_Atomic living; /* of quads with dead rows; NULL until one is asked for */
    struct jalon_view_mask_cache *_Atomic masks; /* see rows.h; NULL until a query filters */
    struct jalon_view_rank_cache *_Atomic ranks; /* see order.h; NULL until a query sorts */
};

/* Blocks there are, the last one may be short. */
static inline uint32_t jalon_view_segment_blocks(const struct jalon_view_segment *segment)
{
    return (segment->count + JALON_VIEW_BLOCK - 1) / JALON_VIEW_BLOCK;
}

/* NULL is allowed by release, which destroys after the last one. */
void jalon_view_segment_retain(struct jalon_view_segment *segment);
void jalon_view_segment_release(struct jalon_view_segment *segment);

static inline const struct jalon_view_record *
jalon_view_segment_record(const struct jalon_view_segment *segment, uint32_t row)
{
    return (const struct jalon_view_record *)(const void *)(segment->image + segment->records[row]);
}

/* JALON_VIEW_NO_ROW when it has none with this id, dead ones included. */
uint32_t jalon_view_segment_find(const struct jalon_view_segment *segment, struct jalon_id id);
/* The writer's. The row is alive. */
void jalon_view_segment_kill(struct jalon_view_segment *segment, uint32_t row, uint64_t op);

/* As of an operation. */
static inline bool jalon_view_segment_is_alive(const struct jalon_view_segment *segment,
                                               uint32_t row, uint64_t op)
{
    uint64_t died = atomic_load_explicit(&segment->died[row], memory_order_relaxed);
    return died == 0 || died > op;
}

/* Of a word that is not 0. By a de Bruijn sequence (Leiserson, Prokop, Randall 1998). */
static inline int jalon_view_lowest_bit(uint64_t word)
{
    static const uint8_t places[64] = {
        0, 1, 48, 2, 57, 49, 28, 3, 61, 58, 50, 42, 38, 29, 17, 4,
        62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30, 24, 18, 12, 5,
        63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11,
        46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9, 13, 8, 7, 6,
    };
    return places[(word & (~word + 1)) * UINT64_C(0x03f79d71b4cb0a89) >> 58];
}

/* The first row from `row` on, before `end`, that is dead as of the operation; else `end`. */
static inline uint32_t jalon_view_segment_next_dead(const struct jalon_view_segment *segment,
                                                    uint32_t row, uint32_t end, uint64_t op)
{
    while (row < end) {
        uint64_t bits =
            atomic_load_explicit(&segment->dead_bits[row / 64], memory_order_relaxed) >> row % 64;
        if (bits == 0) {
            row = (row / 64 + 1) * 64;
            continue;
        }
        row += (uint32_t)jalon_view_lowest_bit(bits);
        if (row < end && !jalon_view_segment_is_alive(segment, row, op)) {
            return row;
        }
        row++;
    }
    return end;
}

/* Is every row of the block alive? */
static inline bool jalon_view_segment_is_whole(const struct jalon_view_segment *segment,
                                               uint32_t block, uint64_t op)
{
    uint64_t died = atomic_load_explicit(&segment->block_died[block], memory_order_relaxed);
    return died == 0 || died > op;
}

/* Bytes of the image, and of private memory beside it. */
size_t jalon_view_segment_memory(const struct jalon_view_segment *segment);

#endif
