/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Counts over what queries match: by theme, place, time and who contributed. Layer 2 (view).
 *
 * Drawn from the same matches as lists, so that they agree: the count of a row is numberMatched of
 * the list with the filter that the row stands for. Rows without any are there, with zero. Nobody
 * is named.
 */
#ifndef JALON_STATS_H
#define JALON_STATS_H

#include "jalon/view.h"

enum jalon_stats_dimension {
    JALON_STATS_CATEGORY,     /* with what is below it, each contribution once */
    JALON_STATS_STATUS,       /* statuses of one key are one, whatever their collection */
    JALON_STATS_TERRITORY,    /* a table for each kind of territory */
    JALON_STATS_MONTH,        /* of creation, UTC, "2026-11": from the first to the last of them */
    JALON_STATS_AUTHOR_CLASS, /* by how much their authors contributed to what is counted */
    JALON_STATS_COLLECTION,
    JALON_STATS_FRESHNESS, /* days since it was observed, or else updated */
    JALON_STATS_DIMENSION_COUNT
};
#define JALON_STATS_BIT(dimension) (1U << (unsigned)(dimension))

/* "category", "author_class", … */
const char *jalon_stats_dimension_name(enum jalon_stats_dimension dimension);
bool jalon_stats_dimension_parse(struct jalon_text name, enum jalon_stats_dimension *out);

struct jalon_stats_request {
    const struct jalon_view_query *queries; /* for different collections; limit and after ignored */
    size_t query_count;
    unsigned dimensions; /* JALON_STATS_BIT set */
    int64_t now_us;      /* what freshness is measured from: its day, UTC */
};

struct jalon_stats_row {
    /*
     * Of the category, status, territory or collection, or the month. AUTHOR_CLASS: "1", "2-9",
     * "10-99", "100+" contributions each; "anonymous"; "imported". FRESHNESS: "0-30", "31-90",
     * "91-365", "366-730", "731-1825", "1826+" days (what lies in the future is the first). Empty:
     * what is in no other row (no category, outside).
     */
    struct jalon_text key;
    struct jalon_label label; /* empty where the key says it all */
    struct jalon_text color;  /* "#rrggbb" or empty */
    int32_t parent;           /* a row before it; -1: none. Its count is in the parent's */
    int64_t count;
    int64_t authors; /* AUTHOR_CLASS: people in it; else 0 */
};

struct jalon_stats_table {
    enum jalon_stats_dimension dimension;
    struct jalon_text kind; /* TERRITORY: "quarter"; else empty */
    const struct jalon_stats_row *rows;
    size_t row_count;
    /* How much more the rows without parent make together than what was matched, because one
     * contribution may be in several. */
    int64_t repeated;
};

/* So many of those who contributed most, and what they contributed together. */
struct jalon_stats_share {
    int64_t authors;
    int64_t count;
};

/* Written by somebody with an account, by anybody without, or brought in from a file. */
struct jalon_stats_people {
    int64_t authors; /* distinct accounts */
    int64_t written;
    int64_t anonymous;
    int64_t imported;
    /* Of `written`: by the most active 1 % and 10 % (rounded up) and by the ten most active. */
    struct jalon_stats_share one_percent;
    struct jalon_stats_share ten_percent;
    struct jalon_stats_share ten;
    struct jalon_stats_share half; /* the fewest who together wrote at least half */
};

struct jalon_stats {
    int64_t matched;
    struct jalon_stats_table *tables; /* in the order of dimensions; in the context's arena */
    size_t table_count;
    struct jalon_stats_people people;
};

/*
 * What is borrowed from the snapshot stays valid until it is unpinned. Time grows with what is
 * matched, memory with the number of authors. JALON_NO_MEMORY, JALON_INTERNAL as jalon_snapshot_query.
 */
enum jalon_status jalon_snapshot_stats(struct jalon_context *ctx,
                                       const struct jalon_snapshot *snapshot,
                                       const struct jalon_stats_request *request,
                                       struct jalon_stats *out) JALON_MUST_USE;

#endif
