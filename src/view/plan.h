/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a query asks of the properties, laid out for the columns of a segment: the truth of 256 rows
 * at a time. Layer 2 (view), private.
 *
 * A part of a filter that depends on one column of codes is asked once for each code; on one column
 * of numbers or times, and only compares them with constants, once for each stretch between the
 * constants. Arithmetic is done on arrays, texts are folded and searched block by block, shapes are
 * told by the boxes around them where that is possible. What is left is asked row by row; what
 * jalon_view_node_truth and jalon_view_passes say of a row is the definition of all of this.
 */
#ifndef JALON_VIEW_PLAN_H
#define JALON_VIEW_PLAN_H

#include <string.h>

#include "filter.h"

/* A bit for each row of a block: it is so, it is NULL. Never both. */
struct jalon_view_verdict {
    uint64_t yes[JALON_VIEW_BLOCK_WORDS];
    uint64_t unknown[JALON_VIEW_BLOCK_WORDS];
};

enum jalon_view_plan_kind { /* the cheapest first */
                            JALON_VIEW_PLAN_CONSTANT,
                            JALON_VIEW_PLAN_CODES,   /* by code */
                            JALON_VIEW_PLAN_STEPS,   /* by stretch */
                            JALON_VIEW_PLAN_NULLS,   /* IS NULL of texts or shapes */
                            JALON_VIEW_PLAN_IDS,     /* these rows */
                            JALON_VIEW_PLAN_NUMBERS, /* a comparison of arrays */
                            JALON_VIEW_PLAN_TEXTS,
                            JALON_VIEW_PLAN_LOGIC, /* AND, OR, NOT */
                            JALON_VIEW_PLAN_SHAPES,
                            JALON_VIEW_PLAN_NEAR,  /* a query's circle */
                            JALON_VIEW_PLAN_WORDS, /* a query's search */
                            JALON_VIEW_PLAN_ROWS,
};

/* A LIKE pattern in bytes: below 256 one that must be there, and these. */
enum { JALON_VIEW_LIKE_CHARACTER = 256, JALON_VIEW_LIKE_STRING };

struct jalon_view_like {
    uint16_t *tokens;
    size_t count;
    /* The longest of its texts without wildcards; not found: no match. */
    struct jalon_text needle;
    bool is_anywhere; /* found: a match, there being "%" before and behind it and nothing else */
};

/* 0 to 2: enum jalon_view_truth. */
enum { JALON_VIEW_TRUTH_UNASKED = 3 };

struct jalon_view_plan {
    enum jalon_view_plan_kind kind;
    const struct jalon_view_node *node;   /* NULL: */
    const struct jalon_view_query *query; /* a query of its own, that jalon_view_passes answers */
    enum jalon_view_truth truth;          /* of CONSTANT; of STEPS: for NULL */
    struct jalon_view_plan **operands;    /* of LOGIC */
    size_t count;
    enum jalon_cql2_op op;
    const struct jalon_view_column *column;
    uint8_t *truths; /* of CODES: by code; of STEPS: below, at and above each bound */
    union {          /* of STEPS: `count` of them, ascending */
        double *numbers;
        int64_t *times;
    };
    uint32_t **words_of;           /* of WORDS: by column and code, which words are there */
    struct jalon_value *no_fields; /* of WORDS: as many as the collection has, without values */
    uint32_t *rows;                /* of IDS: `count` of them */
    struct jalon_view_area area;   /* of NEAR: around the circle */
    struct jalon_view_like like;   /* of TEXTS with LIKE */
};

/* What the evaluation of a plan needs; for one thread. */
struct jalon_view_work {
    struct jalon_arena *arena;
    struct jalon_view_run run; /* its map, segment, collection and scratch */
    struct jalon_buffer folded[2];
    struct jalon_text *
        *code_texts; /* by column, then code; NULL, or a text without data: not read */
    uint32_t first;  /* of the block at hand: its rows */
    uint32_t count;
    bool failed; /* no memory; see also run.failed */
};

/* The plan of a query for a segment, in the work's arena; NULL when there is no memory. */
struct jalon_view_plan *jalon_view_plan_make(struct jalon_view_work *work,
                                             const struct jalon_view_query *query);
/*
 * The truth of the rows of the block at hand. What is said of those not in `wanted` means nothing,
 * also in bits beyond the block's count.
 */
void jalon_view_plan_ask(struct jalon_view_work *work, struct jalon_view_plan *plan,
                         const uint64_t wanted[JALON_VIEW_BLOCK_WORDS],
                         struct jalon_view_verdict *out);

/* --- plan.c: parts of plans; NULL: no memory, which the work then notes --- */
struct jalon_view_plan *jalon_view_plan_new(struct jalon_view_work *work,
                                            enum jalon_view_plan_kind kind,
                                            const struct jalon_view_node *node);
struct jalon_view_plan *jalon_view_plan_constant(struct jalon_view_work *work,
                                                 enum jalon_view_truth truth);
/* AND, or what the node is, with room for so many operands. */
struct jalon_view_plan *jalon_view_plan_logic(struct jalon_view_work *work,
                                              const struct jalon_view_node *node, size_t room);
/* Adds an operand of LOGIC; what is cheap to ask comes first. */
void jalon_view_plan_add(struct jalon_view_plan *plan, struct jalon_view_plan *operand);
/* Makes a new plan (NULL is allowed) one of CODES of this column. */
struct jalon_view_plan *jalon_view_plan_by_code(struct jalon_view_work *work,
                                                struct jalon_view_plan *plan,
                                                const struct jalon_view_column *column);
/* Of a node that is true or false. */
struct jalon_view_plan *jalon_view_plan_node(struct jalon_view_work *work,
                                             const struct jalon_view_node *node);

static inline void jalon_view_verdict_set(struct jalon_view_verdict *verdict, uint32_t at,
                                          enum jalon_view_truth truth)
{
    verdict->yes[at / 64] |= (uint64_t)(truth == JALON_VIEW_TRUE) << at % 64;
    verdict->unknown[at / 64] |= (uint64_t)(truth == JALON_VIEW_UNKNOWN) << at % 64;
}

/* Of the block's truths, one a byte. */
static inline void jalon_view_verdict_pack(const uint8_t truths[JALON_VIEW_BLOCK],
                                           struct jalon_view_verdict *out)
{
    uint64_t const ones = UINT64_C(0x0101010101010101), gather = UINT64_C(0x0102040810204080);
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < JALON_VIEW_BLOCK; i += 8) {
        uint64_t bytes;
        memcpy(&bytes, truths + i, sizeof bytes);
        out->yes[i / 64] |= ((bytes & ones) * gather >> 56) << i % 64;
        out->unknown[i / 64] |= ((bytes >> 1 & ones) * gather >> 56) << i % 64;
    }
}

/* --- plan_steps.c --- */
/* Fills in a plan of STEPS for a tree that depends on its column alone. False: no memory. */
bool jalon_view_steps_make(struct jalon_view_work *work, struct jalon_view_plan *plan);
void jalon_view_steps_ask(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                          struct jalon_view_verdict *out);

/* --- plan_numbers.c --- */
/* Can these be worked out as arrays? */
bool jalon_view_numbers_can(const struct jalon_view_work *work, const struct jalon_view_node *node);
void jalon_view_numbers_ask(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                            struct jalon_view_verdict *out);

/* --- plan_text.c --- */
/* The texts of the block at hand, folded. */
struct jalon_view_texts {
    const char *bytes;
    const uint32_t *starts;     /* into the bytes; one more than there are rows */
    struct jalon_text constant; /* when bytes is NULL */
    uint64_t nulls[JALON_VIEW_BLOCK_WORDS];
    uint32_t own_starts[JALON_VIEW_BLOCK + 1];
};

static inline struct jalon_text jalon_view_texts_at(const struct jalon_view_texts *texts,
                                                    uint32_t at)
{
    return texts->bytes == NULL ? texts->constant
                                : (struct jalon_text){texts->bytes + texts->starts[at],
                                                      texts->starts[at + 1] - texts->starts[at]};
}

/* A property that is a column of texts, CASEI or ACCENTI of one; or a constant? */
bool jalon_view_texts_can(const struct jalon_view_work *work, const struct jalon_view_node *node);
/* `which` of the buffers may be used. False: no memory. */
bool jalon_view_texts_read(struct jalon_view_work *work, const struct jalon_view_node *node,
                           int which, struct jalon_view_texts *out);
/* False: no memory. */
bool jalon_view_texts_make(struct jalon_view_work *work, struct jalon_view_plan *plan);
void jalon_view_texts_ask(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                          struct jalon_view_verdict *out);

/* --- plan_like.c --- */
/* False: no memory. */
bool jalon_view_like_make(struct jalon_arena *arena, const struct jalon_view_pattern *pattern,
                          struct jalon_view_like *out);
bool jalon_view_like_matches(const struct jalon_view_like *like, struct jalon_text text);
/* Looking for a text in bytes, from place to place. */
struct jalon_view_seek {
    const char *bytes;
    size_t size;
    struct jalon_text needle; /* not empty */
    size_t start;             /* of the 64 bytes that are looked at */
    uint64_t places;          /* where the needle may be in them */
};
void jalon_view_seek_begin(struct jalon_view_seek *seek, const char *bytes, size_t size, size_t at,
                           struct jalon_text needle);
/* The first place from `at` on, which never goes back; `size`: nowhere. */
size_t jalon_view_seek_next(struct jalon_view_seek *seek, size_t at);

/* --- plan_fold.c --- */
/* Appends the text as CASEI and ACCENTI have it (`folding` is one of them or both; 0: as it is). */
void jalon_view_fold_append(struct jalon_buffer *out, struct jalon_text text, unsigned folding);

/* --- plan_words.c --- */
/* Of the wanted rows: those found for sure, and those that it takes jalon_view_passes to tell. */
void jalon_view_words_ask(struct jalon_view_work *work, struct jalon_view_plan *plan,
                          const uint64_t wanted[JALON_VIEW_BLOCK_WORDS],
                          uint64_t out_left[JALON_VIEW_BLOCK_WORDS],
                          struct jalon_view_verdict *out);

/* --- plan_near.c --- */
void jalon_view_near_ask(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                         const uint64_t wanted[JALON_VIEW_BLOCK_WORDS],
                         struct jalon_view_verdict *out);

/* --- plan_shapes.c --- */
/* Is the box of all placed rows of the block apart from the area? */
bool jalon_view_block_is_apart(const struct jalon_view_work *work,
                               const struct jalon_view_area *area);
void jalon_view_shapes_ask(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                           const uint64_t wanted[JALON_VIEW_BLOCK_WORDS],
                           struct jalon_view_verdict *out);

#endif
