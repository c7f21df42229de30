/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Looking for contributions that may be the same. Layer 3 (app). */
#include "jalon/app_duplicates.h"

#include <math.h>
#include <stdlib.h>

#include "jalon/json.h"
#include "jalon/similar.h"

#include "draft.h"
#include "internal.h"
#include "rights.h"

enum { NEIGHBOURS_MAX = 400, KEYS_MAX = 32, FILTER_MAX = 1024, TOLD_MAX = 1 << 16 };

/* How alike titles must be at no distance, and at the collection's; in between it grows. */
#define ALIKE_LEAST_HERE 0.62
#define ALIKE_LEAST_FAR 0.72
/* Titles that say nothing but what kind of thing it is: as near as two of them cannot be. */
#define KINDS_ALONE_WITHIN_M 2.0
#define DISTINCTIVE_LEAST 0.5F

struct search {
    const struct jalon_reading *reading;
    const struct jalon_duplicate_query *query;
    const struct jalon_collection *collection;
    const struct jalon_similar_kinds *kinds;
    struct jalon_similar_name name;
    struct jalon_geo_circle circle; /* around the label position */
    bool has_circle;
    const struct jalon_contribution **neighbours;
    size_t neighbour_count;
    struct jalon_duplicate *found; /* room for all neighbours and KEYS_MAX */
    size_t count;
};

/* --- Words of kinds --- */

static int compare_words(const void *a, const void *b)
{
    return jalon_text_compare(*(const struct jalon_text *)a, *(const struct jalon_text *)b);
}

struct words {
    struct jalon_text *list;
    size_t count, capacity;
};

static enum jalon_status add_words(struct jalon_context *ctx, struct jalon_arena *arena,
                                   struct jalon_text label, struct words *words)
{
    struct jalon_query_word_reader reader;
    struct jalon_text word;
    jalon_query_words_begin(&reader, label);
    while (jalon_query_words_next(&reader, &word)) {
        words->list = jalon_arena_grow(arena, words->list, words->count, words->count + 1,
                                       sizeof *words->list, &words->capacity);
        struct jalon_text copy =
            words->list != NULL ? jalon_text_copy(arena, word) : JALON_TEXT_EMPTY;
        if (words->list == NULL || copy.data == NULL) {
            return jalon_no_memory(ctx);
        }
        words->list[words->count++] = copy;
    }
    return JALON_OK;
}

/* What a collection's categories are called, in both languages: "Restaurants", "Coiffeur". */
static enum jalon_status read_kinds(struct jalon_context *ctx, struct jalon_arena *arena,
                                    const struct jalon_map *map,
                                    const struct jalon_collection *collection,
                                    struct jalon_similar_kinds *out)
{
    struct words words = {.count = 0};
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < map->category_count && status == JALON_OK; i++) {
        if (!jalon_collection_uses_category(map, collection, (int32_t)i)) {
            continue;
        }
        status = add_words(ctx, arena, map->categories[i].label.fr, &words);
        if (status == JALON_OK) {
            status = add_words(ctx, arena, map->categories[i].label.en, &words);
        }
    }
    if (words.count > 0) {
        qsort(words.list, words.count, sizeof *words.list, compare_words);
    }
    *out = (struct jalon_similar_kinds){words.list, words.count};
    return status;
}

enum jalon_status jalon_duplicates_read_kinds(struct jalon_context *ctx, struct jalon_arena *arena,
                                              const struct jalon_map *map,
                                              const struct jalon_similar_kinds **out)
{
    struct jalon_similar_kinds *kinds =
        jalon_arena_allocate_zeroed(arena, map->collection_count, sizeof *kinds);
    enum jalon_status status = kinds != NULL ? JALON_OK : jalon_no_memory(ctx);
    for (size_t i = 0; status == JALON_OK && i < map->collection_count; i++) {
        status = read_kinds(ctx, arena, map, &map->collections[i], &kinds[i]);
    }
    if (status == JALON_OK) {
        *out = kinds;
    }
    return status;
}

/* --- Judging --- */

static bool is_same(const struct search *search, const struct jalon_similar_name *other,
                    double similarity, double distance_m)
{
    double reach_m = search->collection->duplicate_distance_m;
    if (search->name.distinctive < DISTINCTIVE_LEAST || other->distinctive < DISTINCTIVE_LEAST) {
        return similarity >= ALIKE_LEAST_FAR && distance_m <= KINDS_ALONE_WITHIN_M;
    }
    return similarity >=
           ALIKE_LEAST_HERE + (ALIKE_LEAST_FAR - ALIKE_LEAST_HERE) * distance_m / reach_m;
}

static bool is_found(const struct search *search, struct jalon_id id)
{
    for (size_t i = 0; i < search->count; i++) {
        if (jalon_id_compare(search->found[i].id, id) == 0) {
            return true;
        }
    }
    return search->query->except != NULL && jalon_id_compare(*search->query->except, id) == 0;
}

static void consider(struct search *search, const struct jalon_contribution *other, bool has_key)
{
    struct jalon_similar_name name;
    if (is_found(search, other->id)) {
        return;
    }
    double distance_m = search->has_circle
                            ? jalon_geo_circle_distance_m(&search->circle, &other->geometry)
                            : 0;
    jalon_similar_read(other->title, search->kinds, &name);
    double similarity = jalon_similar_compare(&search->name, &name);
    if (has_key || is_same(search, &name, similarity, distance_m)) {
        search->found[search->count++] = (struct jalon_duplicate){
            .id = other->id,
            .title = other->title,
            .distance_m = distance_m,
            .similarity = similarity,
            .same_source_id = has_key,
        };
    }
}

/* --- Where to look --- */

static struct jalon_view_query empty_query(const struct search *search, size_t limit)
{
    return (struct jalon_view_query){
        .collection = search->query->collection, .category = -1, .status = -1, .limit = limit};
}

static enum jalon_status set_circle(struct jalon_context *ctx, struct search *search)
{
    const struct jalon_geometry *geometry = search->query->geometry;
    struct jalon_position centre;
    if (geometry->type == JALON_GEOMETRY_NONE) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_geometry_label_position(ctx, geometry, &centre);
    if (status == JALON_OK) {
        search->circle =
            jalon_geo_circle_make(centre, (double)search->collection->duplicate_distance_m);
        search->has_circle = true;
    }
    return status;
}

static void take_neighbour(void *user, const struct jalon_contribution *contribution)
{
    struct search *search = user;
    if (search->neighbour_count < NEIGHBOURS_MAX && contribution->title.length > 0 &&
        jalon_geo_circle_reaches(&search->circle, &contribution->geometry)) {
        search->neighbours[search->neighbour_count++] = contribution;
    }
}

/* Those within the circle that have a name; what they are called is looked at only if there are any. */
static enum jalon_status find_neighbours(struct jalon_context *ctx, struct search *search)
{
    struct jalon_view_query query = empty_query(search, 0);
    if (!search->has_circle || search->query->title.length == 0) {
        return JALON_OK;
    }
    search->neighbours =
        jalon_arena_allocate(ctx->arena, NEIGHBOURS_MAX * sizeof *search->neighbours);
    return search->neighbours != NULL
               ? jalon_snapshot_visit(ctx, search->reading->snapshot, &query, search->circle.box, -1,
                                      take_neighbour, search)
               : jalon_no_memory(ctx);
}

static enum jalon_status look_for_key(struct jalon_context *ctx, struct search *search)
{
    struct jalon_view_query query = empty_query(search, KEYS_MAX);
    struct jalon_cql2 cql2;
    struct jalon_buffer text;
    jalon_buffer_init(&text, FILTER_MAX);
    jalon_buffer_append_string(&text, "source_id = '");
    for (size_t i = 0; i < search->query->source_id.length; i++) {
        char c = search->query->source_id.data[i];
        jalon_buffer_append_string(&text, c == '\'' ? "'" : "");
        jalon_buffer_append_char(&text, c);
    }
    jalon_buffer_append_char(&text, '\'');
    enum jalon_status status = jalon_buffer_status(&text);
    if (status == JALON_OK) {
        status = jalon_cql2_parse_text(ctx, jalon_buffer_text(&text), &cql2);
    }
    if (status == JALON_OK) {
        status = jalon_view_filter_compile(ctx, search->reading->map, query.collection, &cql2,
                                           JALON_TEXT_EMPTY, &query.filter);
    }
    jalon_buffer_finish(&text);
    struct jalon_view_result result = {.count = 0};
    if (status == JALON_OK) {
        status = jalon_snapshot_query(ctx, search->reading->snapshot, &query, &result);
    }
    for (size_t i = 0; status == JALON_OK && i < result.count; i++) {
        const struct jalon_contribution *other;
        status = jalon_snapshot_read(ctx, search->reading->snapshot, &result.items[i], &other);
        if (status == JALON_OK) {
            consider(search, other, true);
        }
    }
    return status;
}

/* The key first, then the title, then the distance. */
static int compare_likelihood(const void *a, const void *b)
{
    const struct jalon_duplicate *one = a, *other = b;
    if (one->same_source_id != other->same_source_id) {
        return one->same_source_id ? -1 : 1;
    }
    if (one->similarity < other->similarity || one->similarity > other->similarity) {
        return one->similarity > other->similarity ? -1 : 1;
    }
    return (one->distance_m > other->distance_m) - (one->distance_m < other->distance_m);
}

/* Everything that may be the same, in no order. */
static enum jalon_status search_all(struct jalon_context *ctx, struct search *search)
{
    bool has_key = search->query->source_id.length > 0;
    enum jalon_status status = set_circle(ctx, search);
    if (status == JALON_OK) {
        status = find_neighbours(ctx, search);
    }
    if (status != JALON_OK || (search->neighbour_count == 0 && !has_key)) {
        return status;
    }
    search->found = jalon_arena_allocate(
        ctx->arena, (search->neighbour_count + KEYS_MAX) * sizeof *search->found);
    if (search->found == NULL) {
        return jalon_no_memory(ctx);
    }
    jalon_similar_read(search->query->title, search->kinds, &search->name);
    if (has_key) {
        status = look_for_key(ctx, search);
    }
    for (size_t i = 0; status == JALON_OK && i < search->neighbour_count; i++) {
        consider(search, search->neighbours[i], false);
    }
    return status;
}

enum jalon_status jalon_app_find_duplicates(struct jalon_context *ctx,
                                            const struct jalon_reading *reading,
                                            const struct jalon_duplicate_query *query,
                                            struct jalon_duplicate **out, size_t *out_count)
{
    struct search search = {
        .reading = reading,
        .query = query,
        .collection = &reading->map->collections[query->collection],
        .kinds = &reading->live->kinds[query->collection],
    };
    enum jalon_status status =
        search.collection->duplicate_distance_m > 0 ? search_all(ctx, &search) : JALON_OK;
    if (status != JALON_OK) {
        return status;
    }
    if (search.count > 0) {
        qsort(search.found, search.count, sizeof *search.found, compare_likelihood);
    }
    *out = search.found;
    *out_count = search.count < JALON_DUPLICATES_MAX ? search.count : JALON_DUPLICATES_MAX;
    return JALON_OK;
}

/* --- As JSON --- */

void jalon_duplicates_write(struct jalon_buffer *buffer, const struct jalon_duplicate *list,
                            size_t count)
{
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, buffer);
    jalon_json_begin_array(&writer, NULL);
    for (size_t i = 0; i < count; i++) {
        char id[JALON_ID_TEXT_SIZE];
        jalon_id_format(list[i].id, id);
        jalon_json_begin_object(&writer, NULL);
        jalon_json_put_string(&writer, "id", id);
        jalon_json_put_text(&writer, "title", list[i].title);
        jalon_json_put_number(&writer, "distance_m", round(list[i].distance_m * 10) / 10);
        jalon_json_put_number(&writer, "similarity", round(list[i].similarity * 100) / 100);
        jalon_json_put_boolean(&writer, "same_source_id", list[i].same_source_id);
        jalon_json_end_object(&writer);
    }
    jalon_json_end_array(&writer);
}

enum jalon_status jalon_duplicates_tell(struct jalon_context *ctx,
                                        const struct jalon_duplicate *list, size_t count,
                                        struct jalon_text *out)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, TOLD_MAX);
    jalon_duplicates_write(&buffer, list, count);
    struct jalon_text told = jalon_buffer_status(&buffer) == JALON_OK
                                 ? jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer))
                                 : JALON_TEXT_EMPTY;
    jalon_buffer_finish(&buffer);
    if (told.length == 0) {
        return jalon_no_memory(ctx);
    }
    *out = told;
    return JALON_OK;
}

/* --- Of a body --- */

/* A text of the body; empty when it has none. */
static struct jalon_text read_text(struct jalon_context *ctx, const struct jalon_record *record,
                                   const char *name, const char *where)
{
    for (size_t i = 0; i < record->value_count; i++) {
        const struct jalon_record_value *one = &record->values[i];
        if (!jalon_text_is(one->name, name) || one->value.kind == JALON_VALUE_NONE) {
            continue;
        }
        if (one->value.kind != JALON_VALUE_TEXT || one->structured ||
            jalon_text_code_points(one->value.text) > JALON_TITLE_LENGTH_MAX) {
            jalon_error_add(ctx, JALON_ERROR_POINTER, where,
                            "expected a text of at most %d characters", JALON_TITLE_LENGTH_MAX);
            return JALON_TEXT_EMPTY;
        }
        return one->value.text;
    }
    return JALON_TEXT_EMPTY;
}

static enum jalon_status check_in(struct jalon_context *ctx, const struct jalon_reading *reading,
                                  const struct jalon_duplicate_check *check,
                                  struct jalon_duplicate **out, size_t *out_count)
{
    struct draft draft;
    struct jalon_duplicate_query query = {.except = NULL};
    enum jalon_status status =
        jalon_rights_find_collection(ctx, reading->map, check->collection, &query.collection);
    if (status == JALON_OK) {
        status = jalon_draft_begin(ctx, reading->map, query.collection, NULL, &draft);
    }
    if (status != JALON_OK) {
        return status;
    }
    const struct jalon_record *record = check->record;
    query.title = read_text(ctx, record, "title", "/properties/title");
    query.source_id = read_text(ctx, record, "source_id", "/properties/source_id");
    if (record->has_geometry && record->geometry.type != JALON_GEOMETRY_NONE) {
        status = jalon_draft_take_geometry(ctx, &draft, &record->geometry, "/geometry");
    }
    query.geometry = &draft.contribution.geometry;
    if (status == JALON_OK) {
        status = jalon_error_verdict(ctx, "duplicates of this cannot be looked for");
    }
    return status == JALON_OK ? jalon_app_find_duplicates(ctx, reading, &query, out, out_count)
                              : status;
}

/* Titles that outlive the reading. */
static enum jalon_status keep_titles(struct jalon_context *ctx, struct jalon_duplicate *list,
                                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        list[i].title = jalon_text_copy(ctx->arena, list[i].title);
        if (list[i].title.data == NULL) {
            return jalon_no_memory(ctx);
        }
    }
    return JALON_OK;
}

enum jalon_status jalon_app_check_duplicates(struct jalon_context *ctx, struct jalon_app *app,
                                             const struct jalon_duplicate_check *check,
                                             struct jalon_duplicate **out, size_t *out_count)
{
    struct jalon_reading reading = {.live = NULL};
    struct jalon_duplicate *found = NULL;
    size_t count = 0;
    enum jalon_status status = 
        jalon_app_read(ctx, app, check->map, &check->actor, &reading);
    if (status == JALON_OK) {
        status = check_in(ctx, &reading, check, &found, &count);
    }
    if (status == JALON_OK) {
        status = keep_titles(ctx, found, count);
    }
    jalon_app_end_reading(app, &reading);
    if (status == JALON_OK) {
        *out = found;
        *out_count = count;
    }
    return status;
}

/* --- Of a new contribution --- */

enum jalon_status jalon_duplicates_of(struct jalon_context *ctx, struct jalon_live_map *live,
                                      const struct jalon_contribution *contribution,
                                      struct jalon_duplicate **out, size_t *out_count)
{
    const struct jalon_duplicate_query query = {
        .collection = contribution->collection,
        .title = contribution->title,
        .geometry = &contribution->geometry,
        .source_id = contribution->source_id,
        .except = &contribution->id,
    };
    const struct jalon_reading reading = {
        .map = jalon_view_map(live->view),
        .snapshot = jalon_view_pin(live->view),
        .live = live,
    };
    struct jalon_duplicate *found = NULL;
    size_t count = 0;
    enum jalon_status status = jalon_app_find_duplicates(ctx, &reading, &query, &found, &count);
    if (status == JALON_OK) {
        status = keep_titles(ctx, found, count);
    }
    jalon_view_unpin(live->view, reading.snapshot);
    if (status == JALON_OK) {
        *out = found;
        *out_count = count;
    }
    return status;
}
