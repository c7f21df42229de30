/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What statistics are counted with: people, times. Layer 2 (view), private to stats*.c. */
#ifndef JALON_VIEW_STATS_PARTS_H
#define JALON_VIEW_STATS_PARTS_H

#include "jalon/stats.h"

/* A row that stands for itself: no parent, no colour. */
static inline struct jalon_stats_row jalon_stats_row_make(struct jalon_text key,
                                                          struct jalon_label label, int64_t count)
{
    return (struct jalon_stats_row){
        .key = key, .label = label, .color = JALON_TEXT_EMPTY, .parent = -1, .count = count};
}

#define JALON_STATS_NO_LABEL ((struct jalon_label){JALON_TEXT_EMPTY, JALON_TEXT_EMPTY})

/* --- stats_people.c --- */
struct jalon_stats_author {
    struct jalon_text name; /* empty: the place is free */
    int64_t count;
};

/* An open hash table in the context's arena; keyed, because people choose their names. */
struct jalon_stats_authors {
    struct jalon_context *ctx;
    uint8_t key[16];
    struct jalon_stats_author *places; /* a power of two, linear probing */
    size_t capacity;
    size_t count;
    struct jalon_stats_author *last; /* records of one author often follow each other */
    int64_t anonymous;
    int64_t imported;
    bool failed; /* no memory: what was counted is worth nothing */
};

enum jalon_status jalon_stats_authors_init(struct jalon_context *ctx,
                                           struct jalon_stats_authors *out) JALON_MUST_USE;
void jalon_stats_authors_count(struct jalon_stats_authors *authors,
                               const struct jalon_contribution *contribution);
enum jalon_status jalon_stats_authors_people(const struct jalon_stats_authors *authors,
                                             struct jalon_stats_people *out) JALON_MUST_USE;
enum jalon_status jalon_stats_authors_classes(const struct jalon_stats_authors *authors,
                                              struct jalon_stats_table *out) JALON_MUST_USE;

/* --- stats_time.c --- */
struct jalon_stats_months {
    int64_t first; /* jalon_clock_month of counts[0] */
    int64_t *counts;
    size_t count;
};

/* Room for every month that a contribution of these collections may have. */
enum jalon_status jalon_stats_months_init(struct jalon_context *ctx,
                                          const struct jalon_snapshot *snapshot,
                                          const struct jalon_stats_request *request,
                                          struct jalon_stats_months *out) JALON_MUST_USE;
void jalon_stats_months_count(struct jalon_stats_months *months,
                              const struct jalon_contribution *contribution);
enum jalon_status jalon_stats_months_table(struct jalon_context *ctx,
                                           const struct jalon_stats_months *months,
                                           struct jalon_stats_table *out) JALON_MUST_USE;

enum { JALON_STATS_AGES = 6 };
/* Which of the ages a contribution has on the day `today` (jalon_clock_day). */
size_t jalon_stats_age(const struct jalon_contribution *contribution, int64_t today);
enum jalon_status jalon_stats_ages_table(struct jalon_context *ctx,
                                         const int64_t counts[JALON_STATS_AGES],
                                         struct jalon_stats_table *out) JALON_MUST_USE;

#endif
