/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What statistics are counted with: themes, places, people, times. Layer 2 (view), private to
 * stats*.c. */
#ifndef JALON_VIEW_STATS_PARTS_H
#define JALON_VIEW_STATS_PARTS_H

#include "jalon/stats.h"

#include "entry.h"

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
/* So many contributions of somebody with this name; empty: of nobody known. */
void jalon_stats_authors_count(struct jalon_stats_authors *authors, struct jalon_text name,
                               int64_t by);
enum jalon_status jalon_stats_authors_people(const struct jalon_stats_authors *authors,
                                             struct jalon_stats_people *out) JALON_MUST_USE;
enum jalon_status jalon_stats_authors_classes(const struct jalon_stats_authors *authors,
                                              struct jalon_stats_table *out) JALON_MUST_USE;

/* --- stats_time.c --- */
struct jalon_stats_months {
    int64_t first; /* jalon_clock_month of counts[0] */
    int64_t *counts;
    size_t count;
    /* Which of them a day is in, and 1; 0: not looked up yet. */
    int64_t first_day;
    uint32_t *by_day;
    size_t day_count;
};

/* Room for every month that a contribution of these collections may have. */
enum jalon_status jalon_stats_months_init(struct jalon_context *ctx,
                                          const struct jalon_snapshot *snapshot,
                                          const struct jalon_stats_request *request,
                                          struct jalon_stats_months *out) JALON_MUST_USE;
void jalon_stats_months_count(struct jalon_stats_months *months, int64_t created_us);
enum jalon_status jalon_stats_months_table(struct jalon_context *ctx,
                                           const struct jalon_stats_months *months,
                                           struct jalon_stats_table *out) JALON_MUST_USE;

enum { JALON_STATS_AGES = 6 };
/* Which of the ages it is on the day `today` (jalon_clock_day). */
size_t jalon_stats_age(int64_t time_us, int64_t today);
/*
 * Since when a contribution is what it is: it was observed or confirmed last (dates, or empty), else
 * updated.
 */
int64_t jalon_stats_age_begin(struct jalon_text observed, struct jalon_text confirmed,
                              int64_t updated_us);
enum jalon_status jalon_stats_ages_table(struct jalon_context *ctx,
                                         const int64_t counts[JALON_STATS_AGES],
                                         struct jalon_stats_table *out) JALON_MUST_USE;

/* --- stats_count.c --- */
struct jalon_stats_counting {
    struct jalon_context *ctx;
    const struct jalon_snapshot *snapshot;
    const struct jalon_map *map;
    const struct jalon_stats_request *request;
    size_t query; /* the one whose matches are being counted */
    int64_t matched;
    int64_t today;
    /* Of what is being counted: no mark below says that it was in it. */
    int64_t mark;
    /* By category of the map; and the mark of what was last counted in each. */
    int64_t *categories;
    int64_t *category_seen;
    int64_t without_category;
    int64_t *query_matched; /* by query */
    int64_t **statuses;     /* by query and status; the last one: without */
    int64_t *territories;   /* by territory */
    size_t *kinds;          /* of each territory: the index of the first one of its kind */
    int64_t *kind_inside;   /* by kind: contributions in at least one territory of it */
    int64_t *kind_seen;
    int64_t ages[JALON_STATS_AGES];
    struct jalon_stats_months months;
    struct jalon_stats_authors authors;
};

static inline bool jalon_stats_is_wanted(const struct jalon_stats_counting *counting,
                                         enum jalon_stats_dimension dimension)
{
    return (counting->request->dimensions & JALON_STATS_BIT(dimension)) != 0;
}

static inline const struct jalon_collection *
jalon_stats_collection(const struct jalon_stats_counting *counting, size_t query)
{
    return &counting->map->collections[counting->request->queries[query].collection];
}

/* Nothing is counted yet. `ctx`, `snapshot`, `map`, `request` and `today` are set. */
enum jalon_status jalon_stats_counting_init(struct jalon_stats_counting *counting) JALON_MUST_USE;
/* So many that have the same of these. */
void jalon_stats_count_categories(struct jalon_stats_counting *counting, const int32_t *categories,
                                  size_t count, int64_t by);
void jalon_stats_count_territories(struct jalon_stats_counting *counting,
                                   const int32_t *territories, size_t count, int64_t by);
void jalon_stats_count_status(struct jalon_stats_counting *counting, int32_t status, int64_t by);
/* All of one. */
void jalon_stats_count_entry(struct jalon_stats_counting *counting,
                             const struct jalon_view_entry *entry);

/* --- stats_rows.c --- */
/* Everything that the query matches. JALON_NO_MEMORY, JALON_INTERNAL. */
enum jalon_status jalon_stats_count_query(struct jalon_stats_counting *counting) JALON_MUST_USE;

#endif
