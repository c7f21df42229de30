/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Reading what a query says: paging tokens, boxes, places, times, words. Layer 1 (query).
 *
 * Errors name the query parameter ("next", "bbox") and what was expected.
 */
#ifndef JALON_QUERY_H
#define JALON_QUERY_H

#include <string.h>

#include "jalon/buffer.h"
#include "jalon/context.h"
#include "jalon/cql2.h"
#include "jalon/geometry.h"

/* --- Paging tokens --- */

/* Who knows it can make tokens; one of random bytes for each server. */
struct jalon_query_key {
    uint8_t bytes[32];
};

/* A parameter as it came in, decoded. */
struct jalon_query_parameter {
    struct jalon_text name;
    struct jalon_text value;
};

/*
 * What a token is good for: one list with the same filters. The order of parameters does not
 * matter, each is there once. `next`, `limit` and `f` are passed over: they may change from page to
 * page without changing which items match.
 */
struct jalon_query_scope {
    struct jalon_text list; /* "montpellier/accessibility" */
    const struct jalon_query_parameter *parameters;
    size_t parameter_count;
};

/* --- Values that lists are sorted by --- */

/* Properties that a list can be sorted by, one after the other. */
#define JALON_QUERY_SORTS_MAX 4

enum jalon_query_sort_kind {
    JALON_QUERY_SORT_ABSENT,
    JALON_QUERY_SORT_NUMBER, /* of numbers, times, booleans: made by jalon_query_sort_… */
    JALON_QUERY_SORT_TEXT,
};
/* What an item has in a property, as far as it counts for its place. */
struct jalon_query_sort_value {
    enum jalon_query_sort_kind kind;
    uint64_t number; /* greater for what is greater; neither 0 nor UINT64_MAX */
    struct jalon_text text;
};
struct jalon_query_sort_value jalon_query_sort_number(double number); /* finite */
struct jalon_query_sort_value jalon_query_sort_time(int64_t time_us);
/* The `number` of these; here for the loops over columns. */
static inline uint64_t jalon_query_sort_number_key(double number)
{
    uint64_t bits, sign = UINT64_C(1) << 63;
    number += 0.0; /* -0 is 0 */
    memcpy(&bits, &number, sizeof bits);
    return bits ^ ((0 - (bits >> 63)) | sign); /* negative ones turned round, before the others */
}
static inline uint64_t jalon_query_sort_time_key(int64_t time_us)
{
    uint64_t key = (uint64_t)time_us ^ UINT64_C(1) << 63;
    return key + (key == 0) - (key == UINT64_MAX);
}
/* Borrows of the text what counts: its first JALON_QUERY_SORT_TEXT_MAX code points. */
#define JALON_QUERY_SORT_TEXT_MAX 60
struct jalon_query_sort_value jalon_query_sort_text(struct jalon_text text);

/*
 * The value as bytes, which stand in the order of values of one property (memcmp, then length):
 * numbers by size; texts without case and accents (as CASEI and ACCENTI of jalon/cql2.h, the
 * ligatures œ and æ spelt out) by code point, then as they are written by code point. Writes at most
 * JALON_QUERY_SORT_BYTES_MAX to `out`; answers how many. Not for ABSENT, which comes after all
 * others whatever the direction.
 */
#define JALON_QUERY_SORT_BYTES_MAX 768
size_t jalon_query_sort_bytes(const struct jalon_query_sort_value *value, char *out);

/* Where a page ends: the last item seen. */
struct jalon_query_mark {
    int64_t number;    /* >= 0 */
    double distance_m; /* in lists by distance, which come before numbers; else 0 */
    /* In sorted lists: what it has in each of the properties; they come before numbers too. */
    struct jalon_query_sort_value values[JALON_QUERY_SORTS_MAX];
    size_t value_count;
};

/*
 * Appends the token of the page after the mark: base64url (RFC 4648, 5), opaque to clients; 36
 * characters in lists by number, more in sorted ones. It holds the mark and a 128-bit keyed checksum
 * over mark and scope (two SipHash-2-4 with halves of the key).
 */
void jalon_query_token_write(struct jalon_buffer *buffer, const struct jalon_query_key *key,
                             const struct jalon_query_scope *scope,
                             const struct jalon_query_mark *mark);
/*
 * The mark in a token, its texts in the context's arena. JALON_INVALID when it was not made with this key for this scope: altered,
 * cut, of another query or of another server.
 */
enum jalon_status jalon_query_token_read(struct jalon_context *ctx,
                                         const struct jalon_query_key *key,
                                         const struct jalon_query_scope *scope,
                                         struct jalon_text token,
                                         struct jalon_query_mark *out) JALON_MUST_USE;
/* The same refusal, for whoever finds that the mark is not one of the list. */
enum jalon_status jalon_query_token_refuse(struct jalon_context *ctx) JALON_MUST_USE;

/* --- Parameters of every list --- */

/* Items on a page when nothing is said, and at most: a larger `limit` means this many. */
#define JALON_QUERY_LIMIT_DEFAULT 100
#define JALON_QUERY_LIMIT_MAX 10000

/* How the two coordinates of a corner are written. */
enum jalon_query_axes {
    JALON_QUERY_LONGITUDE_FIRST, /* degrees, as in CRS84 */
    JALON_QUERY_LATITUDE_FIRST,  /* degrees */
    JALON_QUERY_EAST_FIRST,      /* of a plane */
    JALON_QUERY_NORTH_FIRST,
};
/*
 * `bbox` (OGC 17-069r4, 7.15.3; OGC 18-058r1, 6.3): two corners, in CRS84 west,south,east,north; or
 * six numbers with a lowest height third and a highest one sixth, which are checked and dropped
 * (features have no height). West > east crosses the antimeridian, in degrees. JALON_INVALID for
 * another count, what is not a number (".5" and "5." are), longitudes beyond ±180, latitudes beyond
 * ±90, south > north, in a plane also west > east.
 */
enum jalon_status jalon_query_read_box(struct jalon_context *ctx, struct jalon_text text,
                                       enum jalon_query_axes axes,
                                       struct jalon_box *out_box) JALON_MUST_USE;
/* `near`: longitude,latitude in CRS84, within the same ranges. JALON_INVALID. */
enum jalon_status jalon_query_read_near(struct jalon_context *ctx, struct jalon_text text,
                                        struct jalon_position *out) JALON_MUST_USE;
/* `radius`: metres, from 0 to this; beyond it "near" means little. JALON_INVALID. */
#define JALON_QUERY_RADIUS_MAX_M 1000000
enum jalon_status jalon_query_read_radius(struct jalon_context *ctx, struct jalon_text text,
                                          double *out_m) JALON_MUST_USE;

/* Times from the first to the last, both included; INT64_MIN, INT64_MAX: open. */
struct jalon_query_interval {
    int64_t first_us, last_us;
};
/*
 * The syntax of `datetime` (OGC 17-069r4, 7.15.4): an RFC 3339 date-time, or two with "/" between,
 * of which one may be ".." or empty (open). A date alone stands for its whole day in UTC; the end may
 * also be a duration (P2D, PT6H; ISO 8601), as OGC's conformance suite has it.
 * `parameter` is named in errors. JALON_INVALID, also when the end is before the start.
 */
enum jalon_status jalon_query_read_interval(struct jalon_context *ctx, const char *parameter,
                                            struct jalon_text text,
                                            struct jalon_query_interval *out) JALON_MUST_USE;

/* --- Words --- */

/*
 * Bytes of a word that are looked at: what is longer is cut, in a search as in the text that is
 * searched.
 */
#define JALON_QUERY_WORD_MAX 64

/*
 * Takes a text apart into words: runs of letters, digits and marks (Unicode categories L, N, M),
 * folded: without case and accents as CASEI and ACCENTI do (jalon/cql2.h), and the ligatures œ and
 * æ spelt out. Everything else, apostrophes and hyphens too, parts words. Takes no memory.
 */
struct jalon_query_word_reader {
    struct jalon_cql2_reader reader;
    char word[JALON_QUERY_WORD_MAX];
};
void jalon_query_words_begin(struct jalon_query_word_reader *words, struct jalon_text text);
/* The next word, never empty, good until the next call; false: there are no more. */
bool jalon_query_words_next(struct jalon_query_word_reader *words, struct jalon_text *out);

/* What has to be found: a word that one begins with, or a phrase: these words, whole, in a row. */
struct jalon_query_term {
    const struct jalon_text *words; /* folded; at least one */
    size_t count;
    bool is_phrase; /* else count is 1 */
};
struct jalon_query_search {
    const struct jalon_query_term *terms; /* at least one; each has to be found */
    size_t count;
};

/* Code points that `q` may have, and words in it. */
#define JALON_QUERY_SEARCH_LENGTH_MAX 200
#define JALON_QUERY_SEARCH_WORDS_MAX 16
/*
 * `q`: words, and phrases in quotation marks (straight, curly or guillemets). JALON_INVALID: no
 * word in it, too long, too many words, a mark that is not closed.
 */
enum jalon_status jalon_query_read_search(struct jalon_context *ctx, struct jalon_text text,
                                          struct jalon_query_search *out) JALON_MUST_USE;

#endif
