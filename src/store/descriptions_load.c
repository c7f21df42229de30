/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Reads a map's description: one statement a table, for the whole map. Layer 2.
 *
 * Rows of one collection come together, so each list grows at its end only.
 */
#include <math.h>
#include <string.h>

#include "jalon/geo.h"
#include "store/descriptions.h"

/* The lists of one collection while they grow. */
struct lists {
    struct jalon_field *fields;
    struct jalon_workflow_status *statuses;
    struct jalon_transition *transitions;
    int32_t *roots;
    size_t field_capacity, status_capacity, transition_capacity, root_capacity;
};

struct loading {
    struct jalon_map *map;
    struct jalon_category *categories;
    size_t category_capacity;
    struct jalon_collection *collections;
    size_t collection_capacity;
    struct lists *lists; /* one for each collection */
    /* Choices of the field that had the last one. */
    struct jalon_field *choice_field;
    struct jalon_choice *choices;
    size_t choice_capacity;
};

static enum jalon_status copy_texts(struct jalon_context *ctx, const struct jalon_db_value *columns,
                                    struct jalon_text *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum jalon_status status = jalon_store_copy_text(ctx, &columns[i], texts[i]);
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

/* Index of the collection whose number is in the column, or -1. */
static int32_t find_collection(const struct loading *loading, const struct jalon_db_value *column)
{
    int64_t number = jalon_db_to_integer(column);
    for (size_t i = 0; i < loading->map->collection_count; i++) {
        if (loading->collections[i].number == number) {
            return (int32_t)i;
        }
    }
    return -1;
}

static enum jalon_status bad_description(struct jalon_context *ctx, const struct loading *loading)
{
    return jalon_store_bad_row(ctx, "the description of map", loading->map->number);
}

static enum jalon_status take_category(struct jalon_context *ctx, const struct jalon_db_value *row,
                                       void *object)
{
    struct loading *loading = object;
    struct jalon_map *map = loading->map;
    loading->categories =
        jalon_arena_grow(ctx->arena, loading->categories, map->category_count,
                         map->category_count + 1, sizeof *loading->categories,
                         &loading->category_capacity);
    if (loading->categories == NULL) {
        return jalon_no_memory(ctx);
    }
    map->categories = loading->categories;
    struct jalon_category *category = &loading->categories[map->category_count];
    struct jalon_text parent = jalon_db_to_text(&row[1]);
    category->parent = parent.length > 0 ? jalon_map_find_category(map, parent) : -1;
    if (parent.length > 0 && category->parent < 0) {
        return bad_description(ctx, loading);
    }
    struct jalon_text *const texts[] = {&category->label.fr, &category->label.en, &category->color};
    enum jalon_status status = jalon_store_copy_text(ctx, &row[0], &category->key);
    if (status == JALON_OK) {
        status = copy_texts(ctx, &row[2], texts, JALON_STORE_COUNT(texts));
    }
    map->category_count += status == JALON_OK;
    return status;
}

/* "Point LineString" -> bits; 0 when a name is unknown. */
static unsigned parse_geometry_types(struct jalon_text names)
{
    unsigned types = 0;
    while (names.length > 0) {
        size_t length = jalon_text_find(names, ' ');
        enum jalon_geometry_type type = JALON_GEOMETRY_NONE;
        struct jalon_text name = {names.data, length};
        if (!jalon_text_is(name, jalon_geometry_type_name(type)) &&
            !jalon_geometry_type_parse(name, &type)) {
            return 0;
        }
        types |= JALON_GEOMETRY_BIT(type);
        length += length < names.length;
        names = (struct jalon_text){names.data + length, names.length - length};
    }
    return types;
}

/* False when the database has what this program does not take. */
static bool read_settings(const struct jalon_db_value *columns, struct jalon_collection *out)
{
    const struct {
        int32_t *to;
        int32_t minimum, maximum;
    } settings[] = {
        {&out->cluster_radius, JALON_CLUSTER_RADIUS_MIN, JALON_CLUSTER_RADIUS_MAX},
        {&out->cluster_min_points, 2, JALON_CLUSTER_MIN_POINTS_MAX},
        {&out->cluster_max_zoom, 0, JALON_CLUSTER_MAX_ZOOM_MAX},
        {&out->stale_after_days, 0, JALON_STALE_AFTER_DAYS_MAX},
        {&out->duplicate_distance_m, 0, JALON_DUPLICATE_DISTANCE_MAX_M},
    };
    for (size_t i = 0; i < JALON_STORE_COUNT(settings); i++) {
        int64_t value = jalon_db_to_integer(&columns[i]);
        if (value < settings[i].minimum || value > settings[i].maximum) {
            return false;
        }
        *settings[i].to = (int32_t)value;
    }
    return true;
}

static enum jalon_status take_collection(struct jalon_context *ctx,
                                         const struct jalon_db_value *row, void *object)
{
    struct loading *loading = object;
    struct jalon_map *map = loading->map;
    loading->collections =
        jalon_arena_grow(ctx->arena, loading->collections, map->collection_count,
                         map->collection_count + 1, sizeof *loading->collections,
                         &loading->collection_capacity);
    if (loading->collections == NULL) {
        return jalon_no_memory(ctx);
    }
    struct jalon_collection *collection = &loading->collections[map->collection_count];
    *collection = (struct jalon_collection){
        .number = jalon_db_to_integer(&row[0]),
        .geometry_types = parse_geometry_types(jalon_db_to_text(&row[7])),
    };
    if (collection->geometry_types == 0 || !read_settings(&row[11], collection) ||
        !jalon_visibility_parse(jalon_db_to_text(&row[8]), &collection->visibility)) {
        return bad_description(ctx, loading);
    }
    struct jalon_text *const texts[] = {
        &collection->key,            &collection->title.fr,       &collection->title.en,
        &collection->description.fr, &collection->description.en, &collection->color,
    };
    struct jalon_text *const more[] = {&collection->attribution, &collection->licence};
    enum jalon_status status = copy_texts(ctx, &row[1], texts, JALON_STORE_COUNT(texts));
    if (status == JALON_OK) {
        status = copy_texts(ctx, &row[9], more, JALON_STORE_COUNT(more));
    }
    map->collection_count += status == JALON_OK;
    return status;
}

static enum jalon_status take_root(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   void *object)
{
    struct loading *loading = object;
    int32_t index = find_collection(loading, &row[0]);
    int32_t category = jalon_map_find_category(loading->map, jalon_db_to_text(&row[1]));
    if (index < 0 || category < 0) {
        return bad_description(ctx, loading);
    }
    struct jalon_collection *collection = &loading->collections[index];
    struct lists *lists = &loading->lists[index];
    size_t count = collection->category_root_count;
    lists->roots = jalon_arena_grow(ctx->arena, lists->roots, count, count + 1,
                                    sizeof *lists->roots, &lists->root_capacity);
    if (lists->roots == NULL) {
        return jalon_no_memory(ctx);
    }
    lists->roots[count] = category;
    collection->category_roots = lists->roots;
    collection->category_root_count++;
    return JALON_OK;
}

static enum jalon_status fill_field(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    struct jalon_field *out)
{
    *out = (struct jalon_field){
        .required = jalon_db_to_integer(&row[7]) != 0,
        .minimum = row[9].kind == JALON_DB_NULL ? -INFINITY : jalon_db_to_double(&row[9]),
        .maximum = row[10].kind == JALON_DB_NULL ? INFINITY : jalon_db_to_double(&row[10]),
        .max_length = jalon_db_to_integer(&row[11]),
    };
    struct jalon_text *const labels[] = {&out->label.fr, &out->label.en, &out->help.fr,
                                         &out->help.en};
    struct jalon_text *const names[] = {&out->unit, &out->osm, &out->acceslibre};
    enum jalon_status status = jalon_store_copy_text(ctx, &row[1], &out->key);
    if (status == JALON_OK) {
        status = copy_texts(ctx, &row[3], labels, JALON_STORE_COUNT(labels));
    }
    return status == JALON_OK ? copy_texts(ctx, &row[12], names, JALON_STORE_COUNT(names)) : status;
}

static enum jalon_status take_field(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    void *object)
{
    struct loading *loading = object;
    int32_t index = find_collection(loading, &row[0]);
    enum jalon_field_type type;
    enum jalon_visibility visibility;
    if (index < 0 || !jalon_field_type_parse(jalon_db_to_text(&row[2]), &type) ||
        !jalon_visibility_parse(jalon_db_to_text(&row[8]), &visibility)) {
        return bad_description(ctx, loading);
    }
    struct jalon_collection *collection = &loading->collections[index];
    struct lists *lists = &loading->lists[index];
    size_t count = collection->field_count;
    lists->fields = jalon_arena_grow(ctx->arena, lists->fields, count, count + 1,
                                     sizeof *lists->fields, &lists->field_capacity);
    if (lists->fields == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = fill_field(ctx, row, &lists->fields[count]);
    lists->fields[count].type = type;
    lists->fields[count].visibility = visibility;
    collection->fields = lists->fields;
    collection->field_count += status == JALON_OK;
    return status;
}

/* The fields that tiles show, by key; one that is not there any more is passed over. */
static enum jalon_status take_tile_fields(struct jalon_context *ctx,
                                          const struct jalon_db_value *row, void *object)
{
    struct loading *loading = object;
    int32_t index = find_collection(loading, &row[0]);
    if (index < 0) {
        return bad_description(ctx, loading);
    }
    struct jalon_collection *collection = &loading->collections[index];
    int32_t *fields = jalon_arena_allocate_zeroed(ctx->arena, collection->field_count + 1,
                                                  sizeof *fields);
    if (fields == NULL) {
        return jalon_no_memory(ctx);
    }
    struct jalon_text rest = jalon_db_to_text(&row[1]);
    while (rest.length > 0 && collection->tile_field_count < collection->field_count) {
        size_t length = jalon_text_find(rest, ' ');
        int32_t field =
            jalon_collection_find_field(collection, (struct jalon_text){rest.data, length});
        if (field >= 0) {
            fields[collection->tile_field_count++] = field;
        }
        length += length < rest.length;
        rest = (struct jalon_text){rest.data + length, rest.length - length};
    }
    collection->chooses_tile_fields = true;
    collection->tile_fields = fields;
    return JALON_OK;
}

static enum jalon_status take_choice(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     void *object)
{
    struct loading *loading = object;
    int32_t index = find_collection(loading, &row[0]);
    int32_t at = index < 0 ? -1
                           : jalon_collection_find_field(&loading->collections[index],
                                                         jalon_db_to_text(&row[1]));
    if (at < 0) {
        return bad_description(ctx, loading);
    }
    struct jalon_field *field = &loading->lists[index].fields[at];
    if (field != loading->choice_field) {
        loading->choice_field = field;
        loading->choices = NULL;
        loading->choice_capacity = 0;
    }
    loading->choices =
        jalon_arena_grow(ctx->arena, loading->choices, field->choice_count, field->choice_count + 1,
                         sizeof *loading->choices, &loading->choice_capacity);
    if (loading->choices == NULL) {
        return jalon_no_memory(ctx);
    }
    struct jalon_choice *choice = &loading->choices[field->choice_count];
    struct jalon_text *const texts[] = {&choice->key, &choice->label.fr, &choice->label.en,
                                        &choice->osm, &choice->acceslibre};
    enum jalon_status status = copy_texts(ctx, &row[2], texts, JALON_STORE_COUNT(texts));
    field->choices = loading->choices;
    field->choice_count += status == JALON_OK;
    return status;
}

static enum jalon_status take_status(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     void *object)
{
    struct loading *loading = object;
    int32_t index = find_collection(loading, &row[0]);
    if (index < 0) {
        return bad_description(ctx, loading);
    }
    struct jalon_collection *collection = &loading->collections[index];
    struct lists *lists = &loading->lists[index];
    size_t count = collection->status_count;
    lists->statuses = jalon_arena_grow(ctx->arena, lists->statuses, count, count + 1,
                                       sizeof *lists->statuses, &lists->status_capacity);
    if (lists->statuses == NULL) {
        return jalon_no_memory(ctx);
    }
    struct jalon_workflow_status *item = &lists->statuses[count];
    struct jalon_text *const texts[] = {&item->key, &item->label.fr, &item->label.en};
    enum jalon_status status = copy_texts(ctx, &row[1], texts, JALON_STORE_COUNT(texts));
    item->closes = jalon_db_to_integer(&row[4]) != 0;
    collection->statuses = lists->statuses;
    collection->status_count += status == JALON_OK;
    return status;
}

static enum jalon_status take_transition(struct jalon_context *ctx,
                                         const struct jalon_db_value *row, void *object)
{
    struct loading *loading = object;
    int32_t index = find_collection(loading, &row[0]);
    if (index < 0) {
        return bad_description(ctx, loading);
    }
    struct jalon_collection *collection = &loading->collections[index];
    struct lists *lists = &loading->lists[index];
    struct jalon_transition item = {
        .from = jalon_collection_find_status(collection, jalon_db_to_text(&row[1])),
        .to = jalon_collection_find_status(collection, jalon_db_to_text(&row[2])),
    };
    if (item.from < 0 || item.to < 0) {
        return bad_description(ctx, loading);
    }
    size_t count = collection->transition_count;
    lists->transitions = jalon_arena_grow(ctx->arena, lists->transitions, count, count + 1,
                                          sizeof *lists->transitions, &lists->transition_capacity);
    if (lists->transitions == NULL) {
        return jalon_no_memory(ctx);
    }
    lists->transitions[count] = item;
    collection->transitions = lists->transitions;
    collection->transition_count++;
    return JALON_OK;
}

enum jalon_status jalon_store_load_description(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               struct jalon_map *map)
{
    /* Each may refer to what came before it. */
    static const struct {
        int query;
        enum jalon_status (*take)(struct jalon_context *, const struct jalon_db_value *, void *);
    } steps[] = {
        {JALON_QUERY_COLLECTION_LIST_CATEGORIES, take_root},
        {JALON_QUERY_COLLECTION_LIST_FIELDS, take_field},
        {JALON_QUERY_COLLECTION_LIST_TILE_FIELDS, take_tile_fields},
        {JALON_QUERY_COLLECTION_LIST_CHOICES, take_choice},
        {JALON_QUERY_COLLECTION_LIST_STATUSES, take_status},
        {JALON_QUERY_COLLECTION_LIST_TRANSITIONS, take_transition},
    };
    struct loading loading = {.map = map};
    struct jalon_db_value value = jalon_db_integer(map->number);
    enum jalon_status status = jalon_store_each_row(ctx, session, JALON_QUERY_CATEGORY_LIST, &value,
                                                    1, take_category, &loading);
    if (status == JALON_OK) {
        status = jalon_store_each_row(ctx, session, JALON_QUERY_COLLECTION_LIST, &value, 1,
                                      take_collection, &loading);
    }
    if (status == JALON_OK) {
        loading.lists = jalon_arena_allocate_zeroed(ctx->arena, map->collection_count + 1,
                                                    sizeof *loading.lists);
        status = loading.lists != NULL ? JALON_OK : jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < JALON_STORE_COUNT(steps) && status == JALON_OK; i++) {
        status = jalon_store_each_row(ctx, session, steps[i].query, &value, 1, steps[i].take,
                                      &loading);
    }
    if (status == JALON_OK) {
        map->collections = loading.collections;
    }
    return status;
}
