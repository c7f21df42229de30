/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who contributed how much, without naming anybody. Layer 2 (view). */
#include "stats_parts.h"

#include <stdlib.h>

#include "jalon/hash.h"

enum { FIRST_CAPACITY = 64, ANONYMOUS = 4, IMPORTED = 5, CLASSES = 6 };

enum jalon_status jalon_stats_authors_init(struct jalon_context *ctx,
                                           struct jalon_stats_authors *out)
{
    struct jalon_stats_authors made = {.ctx = ctx, .capacity = FIRST_CAPACITY};
    made.places = jalon_arena_allocate_zeroed(ctx->arena, FIRST_CAPACITY, sizeof *made.places);
    if (made.places == NULL) {
        return jalon_no_memory(ctx);
    }
    jalon_random_bytes(made.key, sizeof made.key);
    *out = made;
    return JALON_OK;
}

/* The author's place, or a free one. */
static struct jalon_stats_author *find_place(const struct jalon_stats_authors *authors,
                                             struct jalon_stats_author *places, size_t capacity,
                                             struct jalon_text name)
{
    size_t at = (size_t)jalon_hash_keyed(authors->key, name.data, name.length) & (capacity - 1);
    while (places[at].name.length > 0 && !jalon_text_equal(places[at].name, name)) {
        at = (at + 1) & (capacity - 1);
    }
    return &places[at];
}

/* At most half full. */
static bool make_room(struct jalon_stats_authors *authors)
{
    if (2 * (authors->count + 1) <= authors->capacity) {
        return true;
    }
    size_t capacity = 2 * authors->capacity;
    struct jalon_stats_author *places =
        jalon_arena_allocate_zeroed(authors->ctx->arena, capacity, sizeof *places);
    if (places == NULL) {
        return false;
    }
    for (size_t i = 0; i < authors->capacity; i++) {
        if (authors->places[i].name.length > 0) {
            *find_place(authors, places, capacity, authors->places[i].name) = authors->places[i];
        }
    }
    authors->places = places;
    authors->capacity = capacity;
    return true;
}

void jalon_stats_authors_count(struct jalon_stats_authors *authors, struct jalon_text name,
                               int64_t by)
{
    if (name.length == 0) {
        authors->anonymous += by;
        return;
    }
    if (authors->last != NULL && jalon_text_equal(authors->last->name, name)) {
        authors->last->count += by;
        return;
    }
    if (authors->failed || !make_room(authors)) {
        authors->failed = true;
        return;
    }
    struct jalon_stats_author *place =
        find_place(authors, authors->places, authors->capacity, name);
    authors->count += place->name.length == 0;
    place->name = name;
    place->count += by;
    authors->last = place;
}

/* --- Concentration --- */

static int compare_descending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

/* What the first `authors` of the sorted counts make together. */
static struct jalon_stats_share share_of(const int64_t *counts, int64_t authors)
{
    struct jalon_stats_share share = {.authors = authors};
    for (int64_t i = 0; i < authors; i++) {
        share.count += counts[i];
    }
    return share;
}

static struct jalon_stats_share half_of(const int64_t *counts, int64_t written)
{
    struct jalon_stats_share share = {.authors = 0};
    while (2 * share.count < written) {
        share.count += counts[share.authors++];
    }
    return share;
}

enum jalon_status jalon_stats_authors_people(const struct jalon_stats_authors *authors,
                                             struct jalon_stats_people *out)
{
    int64_t *counts = jalon_arena_allocate(authors->ctx->arena, authors->count * sizeof *counts);
    if (authors->failed || counts == NULL) {
        return jalon_no_memory(authors->ctx);
    }
    struct jalon_stats_people people = {
        .anonymous = authors->anonymous,
        .imported = authors->imported,
    };
    for (size_t i = 0; i < authors->capacity; i++) {
        if (authors->places[i].name.length > 0) {
            counts[people.authors++] = authors->places[i].count;
            people.written += authors->places[i].count;
        }
    }
    qsort(counts, authors->count, sizeof *counts, compare_descending);
    people.one_percent = share_of(counts, (people.authors + 99) / 100);
    people.ten_percent = share_of(counts, (people.authors + 9) / 10);
    people.ten = share_of(counts, people.authors < 10 ? people.authors : 10);
    people.half = half_of(counts, people.written);
    *out = people;
    return JALON_OK;
}

/* --- Classes --- */

static size_t class_of(int64_t count)
{
    return count == 1 ? 0 : count < 10 ? 1 : count < 100 ? 2 : 3;
}

enum jalon_status jalon_stats_authors_classes(const struct jalon_stats_authors *authors,
                                              struct jalon_stats_table *out)
{
    static const char *const keys[CLASSES] = {"1", "2-9", "10-99", "100+", "anonymous", "imported"};
    struct jalon_stats_row *rows =
        jalon_arena_allocate_zeroed(authors->ctx->arena, CLASSES, sizeof *rows);
    if (rows == NULL) {
        return jalon_no_memory(authors->ctx);
    }
    for (size_t i = 0; i < CLASSES; i++) {
        rows[i] = jalon_stats_row_make(jalon_text_from(keys[i]), JALON_STATS_NO_LABEL, 0);
    }
    for (size_t i = 0; i < authors->capacity; i++) {
        if (authors->places[i].name.length > 0) {
            struct jalon_stats_row *row = &rows[class_of(authors->places[i].count)];
            row->count += authors->places[i].count;
            row->authors++;
        }
    }
    rows[ANONYMOUS].count = authors->anonymous;
    rows[IMPORTED].count = authors->imported;
    *out = (struct jalon_stats_table){.dimension = JALON_STATS_AUTHOR_CLASS,
                                      .kind = JALON_TEXT_EMPTY,
                                      .rows = rows,
                                      .row_count = CLASSES};
    return JALON_OK;
}
