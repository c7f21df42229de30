/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What selects contributions, out of the parameters of a request. Layer 4 (api).
 *
 * Two halves: what means the same in every collection is read once, then what depends on one.
 */
#include "items_query.h"

#include <math.h>

#include "jalon/clock.h"

#include "crs.h"

enum { NAMES_MAX = 65536 };

/* --- Fields --- */
static enum jalon_status refuse(struct jalon_request *request, struct jalon_text name,
                                const char *expected)
{
    return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, name.data, "must be %s",
                         jalon_say(request->ctx, expected));
}

/* A value that no contribution can have is a mistake of the client, not an empty answer. */
static bool is_choice(const struct jalon_field *field, struct jalon_text value)
{
    for (size_t i = 0; i < field->choice_count; i++) {
        if (jalon_text_equal(field->choices[i].key, value)) {
            return true;
        }
    }
    return false;
}

/* The same moment as it is stored: two offsets may write one. */
static enum jalon_status read_date_time(struct jalon_request *request,
                                        const struct jalon_field *field, struct jalon_text text,
                                        struct jalon_value *out)
{
    int64_t time_us;
    char stored[JALON_CLOCK_TEXT_SIZE];
    if (!jalon_clock_parse(text, &time_us)) {
        return refuse(request, field->key,
                      "a date and time with its offset, as 2026-05-17T14:30:00Z");
    }
    jalon_clock_format(time_us, stored);
    out->text = jalon_text_copy(request->ctx->arena, jalon_text_from(stored));
    return out->text.data != NULL ? JALON_OK : jalon_no_memory(request->ctx);
}

static enum jalon_status read_typed(struct jalon_request *request, const struct jalon_field *field,
                                    struct jalon_text text, struct jalon_value *out)
{
    *out = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = text};
    switch (field->type) {
    case JALON_FIELD_NUMBER:
        out->kind = JALON_VALUE_NUMBER;
        return jalon_text_to_double(text, &out->number) ? JALON_OK
                                                        : refuse(request, field->key, "a number");
    case JALON_FIELD_INTEGER:
        out->kind = JALON_VALUE_INTEGER;
        return jalon_text_to_int64(text, &out->integer)
                   ? JALON_OK
                   : refuse(request, field->key, "a whole number");
    case JALON_FIELD_BOOLEAN:
        out->kind = JALON_VALUE_BOOLEAN;
        out->boolean = jalon_text_is(text, "true");
        return out->boolean || jalon_text_is(text, "false")
                   ? JALON_OK
                   : refuse(request, field->key, "true or false");
    case JALON_FIELD_ENUM:
    case JALON_FIELD_MULTI_ENUM:
        return is_choice(field, text) ? JALON_OK
                                      : refuse(request, field->key, "the key of one of its choices");
    case JALON_FIELD_DATE_TIME: return read_date_time(request, field, text, out);
    case JALON_FIELD_STRING:
    case JALON_FIELD_TEXT:
    case JALON_FIELD_DATE:
    case JALON_FIELD_URL:
    case JALON_FIELD_EMAIL:
    case JALON_FIELD_PHONE:
    case JALON_FIELD_OPENING_HOURS:
    case JALON_FIELD_TYPE_COUNT: break;
    }
    return JALON_OK;
}

bool jalon_items_has_field(const struct jalon_collection *collection, struct jalon_text name)
{
    int32_t field = jalon_collection_find_field(collection, name);
    return field >= 0 && collection->fields[field].visibility == JALON_VISIBILITY_PUBLIC;
}

enum jalon_status jalon_items_refuse_unknown(struct jalon_request *request,
                                             const struct jalon_map *map, const bool *selected,
                                             struct jalon_text name)
{
    struct jalon_buffer known;
    jalon_buffer_init(&known, NAMES_MAX);
    for (const struct jalon_parameter *own = request->route->parameters; own->name != NULL; own++) {
        jalon_buffer_append_format(&known, "%s, ", own->name);
    }
    for (size_t i = 0; i < map->collection_count; i++) {
        for (size_t j = 0; selected[i] && j < map->collections[i].field_count; j++) {
            struct jalon_text key = map->collections[i].fields[j].key;
            bool is_new = jalon_items_has_field(&map->collections[i], key);
            for (size_t k = 0; k < i; k++) {
                is_new = is_new && !(selected[k] && jalon_items_has_field(&map->collections[k], key));
            }
            if (is_new) {
                jalon_buffer_append_format(&known, "%s, ", key.data);
            }
        }
    }
    enum jalon_status status =
        jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, name.data,
                      "is not a parameter here; there are %sf", jalon_buffer_text(&known).data);
    jalon_buffer_finish(&known);
    return status;
}

static enum jalon_status refuse_in(struct jalon_request *request, const struct jalon_map *map,
                                   const struct jalon_collection *collection,
                                   struct jalon_text name)
{
    bool *selected = jalon_arena_allocate_zeroed(request->ctx->arena, map->collection_count,
                                                 sizeof *selected);
    if (selected == NULL) {
        return jalon_no_memory(request->ctx);
    }
    selected[collection - map->collections] = true;
    return jalon_items_refuse_unknown(request, map, selected, name);
}

static enum jalon_status read_conditions(struct jalon_request *request,
                                         const struct jalon_map *map,
                                         const struct jalon_collection *collection,
                                         struct jalon_view_query *query)
{
    size_t count = jalon_request_parameter_count(request);
    struct jalon_view_condition *conditions =
        jalon_arena_allocate(request->ctx->arena, count * sizeof *conditions);
    if (conditions == NULL) {
        return jalon_no_memory(request->ctx);
    }
    query->conditions = conditions;
    for (size_t i = 0; i < count; i++) {
        struct jalon_text name, value;
        jalon_request_parameter_at(request, i, &name, &value);
        if (jalon_route_declares(request->route, name)) {
            continue;
        }
        if (!jalon_items_has_field(collection, name)) {
            return refuse_in(request, map, collection, name);
        }
        int32_t field = jalon_collection_find_field(collection, name);
        struct jalon_view_condition *condition = &conditions[query->condition_count++];
        condition->field = field;
        enum jalon_status status =
            read_typed(request, &collection->fields[field], value, &condition->value);
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

/* --- The rest --- */
static enum jalon_status read_named(struct jalon_request *request, const struct jalon_map *map,
                                    const struct jalon_collection *collection,
                                    struct jalon_view_query *query)
{
    struct jalon_text value;
    if (jalon_request_parameter(request, "category", &value)) {
        query->category = jalon_map_find_category(map, value);
        if (query->category < 0 ||
            !jalon_collection_uses_category(map, collection, query->category)) {
            return refuse(request, JALON_TEXT("category"), "the key of a category of this collection");
        }
    }
    if (jalon_request_parameter(request, "status", &value)) {
        query->status = jalon_collection_find_status(collection, value);
        if (query->status < 0) {
            return refuse(request, JALON_TEXT("status"), "the key of a status of this collection");
        }
    }
    return JALON_OK;
}

static enum jalon_status read_territory(struct jalon_request *request,
                                        const struct jalon_snapshot *snapshot,
                                        struct jalon_view_query *query)
{
    struct jalon_text key;
    size_t count;
    const struct jalon_territory *territories = jalon_snapshot_territories(snapshot, &count);
    query->has_territory = jalon_request_parameter(request, "within", &key);
    for (size_t i = 0; query->has_territory && i < count; i++) {
        if (jalon_text_equal(territories[i].key, key)) {
            query->territory = (int32_t)i;
            return JALON_OK;
        }
    }
    return query->has_territory
               ? refuse(request, JALON_TEXT("within"), "the key of a territory of this map")
               : JALON_OK;
}

/* --- Place and time --- */
/* `near` and `radius` go together; by distance no radius is needed, because pages end. */
static enum jalon_status read_near(struct jalon_request *request, bool by_distance,
                                   struct jalon_view_query *query)
{
    struct jalon_text near, radius;
    struct jalon_position place = {0};
    double radius_m = INFINITY;
    bool has_radius = jalon_request_parameter(request, "radius", &radius);
    query->has_near = jalon_request_parameter(request, "near", &near);
    if (!query->has_near) {
        return has_radius ? refuse(request, JALON_TEXT("radius"), "beside near=longitude,latitude")
                          : JALON_OK;
    }
    enum jalon_status status = jalon_query_read_near(request->ctx, near, &place);
    if (status == JALON_OK && has_radius) {
        status = jalon_query_read_radius(request->ctx, radius, &radius_m);
    } else if (status == JALON_OK && !by_distance) {
        status = refuse(request, JALON_TEXT("near"), "beside a radius in metres here");
    }
    query->near = jalon_geo_circle_make(place, radius_m);
    query->by_distance = by_distance;
    return status;
}

static enum jalon_status read_observed(struct jalon_request *request,
                                       struct jalon_view_query *query)
{
    struct jalon_text value;
    query->has_observed = jalon_request_parameter(request, "datetime", &value);
    return query->has_observed
               ? jalon_query_read_interval(request->ctx, "datetime", value, &query->observed)
               : JALON_OK;
}

static enum jalon_status read_age(struct jalon_request *request, struct jalon_view_query *query)
{
    struct jalon_text value;
    query->has_updated = jalon_request_parameter(request, "updated", &value);
    if (query->has_updated) {
        enum jalon_status status =
            jalon_query_read_interval(request->ctx, "updated", value, &query->updated);
        if (status != JALON_OK) {
            return status;
        }
    }
    if (!jalon_request_parameter(request, "stale", &value)) {
        return JALON_OK;
    }
    bool stale = jalon_text_is(value, "true");
    query->staleness = stale ? JALON_VIEW_STALE : JALON_VIEW_NOT_STALE;
    query->today = jalon_clock_day(jalon_clock_now_us());
    return stale || jalon_text_is(value, "false")
               ? JALON_OK
               : refuse(request, JALON_TEXT("stale"), "true or false");
}

/* --- Words --- */
static enum jalon_status read_campaign(struct jalon_request *request,
                                       struct jalon_view_query *query)
{
    query->has_campaign = jalon_request_parameter(request, "campaign", &query->campaign);
    return !query->has_campaign || query->campaign.length == 0 ||
                   jalon_slug_is_valid(query->campaign)
               ? JALON_OK
               : refuse(request, JALON_TEXT("campaign"),
                        "the key of a campaign (lower-case letters, digits and hyphens), or empty "
                        "for none");
}

static enum jalon_status read_search(struct jalon_request *request, struct jalon_view_query *query)
{
    struct jalon_text words;
    if (!jalon_request_parameter(request, "q", &words)) {
        return JALON_OK;
    }
    struct jalon_query_search *search =
        jalon_arena_allocate(request->ctx->arena, sizeof *search);
    if (search == NULL) {
        return jalon_no_memory(request->ctx);
    }
    query->search = search;
    return jalon_query_read_search(request->ctx, words, search);
}

/* --- CQL2 --- */
static enum jalon_status parse_filter(struct jalon_request *request, struct jalon_text filter,
                                      struct jalon_cql2 *out)
{
    struct jalon_text language;
    if (!jalon_request_parameter(request, "filter-lang", &language) ||
        jalon_text_is(language, "cql2-text")) {
        return jalon_cql2_parse_text(request->ctx, filter, out);
    }
    return jalon_text_is(language, "cql2-json")
               ? jalon_cql2_parse_json(request->ctx, filter, out)
               : refuse(request, JALON_TEXT("filter-lang"), "cql2-text or cql2-json");
}

/* The filter is parsed here, and gets its meaning from each collection. */
static enum jalon_status read_filter(struct jalon_request *request,
                                     struct jalon_items_filters *filters)
{
    static const char *const beside[] = {"filter-lang", "filter-crs"};
    struct jalon_text filter, value;
    filters->has_cql2 = jalon_request_parameter(request, "filter", &filter);
    if (!filters->has_cql2) {
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
            if (jalon_request_parameter(request, beside[i], &value)) {
                return refuse(request, jalon_text_from(beside[i]), "beside a filter");
            }
        }
        return JALON_OK;
    }
    const struct jalon_crs *crs;
    filters->crs = JALON_TEXT_EMPTY;
    (void)jalon_request_parameter(request, "filter-crs", &filters->crs);
    enum jalon_status status = jalon_api_read_crs(request, "filter-crs", &crs);
    return status == JALON_OK ? parse_filter(request, filter, &filters->cql2) : status;
}

/* --- The two halves --- */
/* A side on the antimeridian stays on its own side of it. */
static double move_side(double from, double to)
{
    return fabs(to - from) > 180 ? from : to;
}

/* Degrees on other datums: the corners move by what these differ, and the sides with them. */
static enum jalon_status move_box(struct jalon_request *request, const struct jalon_crs *crs,
                                  struct jalon_box *box)
{
    struct jalon_position corners[] = {{box->west, box->south}, {box->east, box->north}};
    enum jalon_status status =
        jalon_geo_transform(request->ctx, crs->srid, JALON_SRID_WGS84, corners, 2);
    if (status == JALON_OK) {
        *box = (struct jalon_box){move_side(box->west, corners[0].lon), corners[0].lat,
                                  move_side(box->east, corners[1].lon), corners[1].lat};
    }
    return status;
}

static enum jalon_status read_region(struct jalon_request *request, const struct jalon_crs *crs,
                                     struct jalon_items_filters *filters)
{
    struct jalon_view_query *query = &filters->query;
    enum jalon_status status =
        jalon_crs_region_make(request->ctx, crs, query->box, &filters->region);
    if (status == JALON_INVALID) {
        jalon_error_clear(request->ctx);
        return refuse(request, JALON_TEXT("bbox"), "a box that is somewhere on earth");
    }
    if (status == JALON_OK) {
        filters->has_region = !filters->region.is_empty;
        query->has_box = filters->has_region;
        query->nothing = filters->region.is_empty;
        query->box = filters->region.box;
    }
    return status;
}

static enum jalon_status read_box(struct jalon_request *request,
                                  struct jalon_items_filters *filters)
{
    struct jalon_view_query *query = &filters->query;
    const struct jalon_crs *crs = NULL;
    struct jalon_text box, name;
    enum jalon_status status = jalon_api_read_crs(request, "bbox-crs", &crs);
    query->has_box = jalon_request_parameter(request, "bbox", &box);
    if (status == JALON_OK && !query->has_box &&
        jalon_request_parameter(request, "bbox-crs", &name)) {
        return refuse(request, JALON_TEXT("bbox-crs"), "beside a bbox");
    }
    if (status != JALON_OK || !query->has_box) {
        return status;
    }
    status = jalon_query_read_box(
        request->ctx, box,
        crs->is_geographic
            ? (crs->north_first ? JALON_QUERY_LATITUDE_FIRST : JALON_QUERY_LONGITUDE_FIRST)
            : (crs->north_first ? JALON_QUERY_NORTH_FIRST : JALON_QUERY_EAST_FIRST),
        &query->box);
    if (status == JALON_OK) {
        status = crs->is_geographic ? move_box(request, crs, &query->box)
                                    : read_region(request, crs, filters);
    }
    return status;
}

enum jalon_status jalon_items_filters_read(struct jalon_request *request,
                                           const struct jalon_reading *reading, bool by_distance,
                                           struct jalon_items_filters *out)
{
    static enum jalon_status (*const readers[])(struct jalon_request *request,
                                                struct jalon_view_query *query) = {
        read_observed, read_age, read_campaign, read_search};
    struct jalon_items_filters filters = {
        .query = {.collection = -1, .category = -1, .status = -1}};
    struct jalon_view_query *query = &filters.query;
    query->has_author = jalon_request_parameter(request, "author", &query->author);
    enum jalon_status status = read_near(request, by_distance, query);
    if (status == JALON_OK) {
        status = read_box(request, &filters);
    }
    for (size_t i = 0; status == JALON_OK && i < sizeof readers / sizeof *readers; i++) {
        status = readers[i](request, query);
    }
    if (status == JALON_OK) {
        status = read_territory(request, reading->snapshot, query);
    }
    if (status == JALON_OK) {
        status = read_filter(request, &filters);
    }
    if (status == JALON_OK) {
        *out = filters;
    }
    return status;
}

enum jalon_status jalon_items_filters_apply(struct jalon_request *request,
                                            const struct jalon_map *map,
                                            const struct jalon_items_filters *filters,
                                            int32_t collection, struct jalon_view_query *out)
{
    const struct jalon_collection *description = &map->collections[collection];
    struct jalon_view_query query = filters->query;
    query.collection = collection;
    enum jalon_status status = read_conditions(request, map, description, &query);
    if (status == JALON_OK) {
        status = read_named(request, map, description, &query);
    }
    if (status == JALON_OK && filters->has_cql2) {
        status = jalon_view_filter_compile(request->ctx, map, collection, &filters->cql2,
                                           filters->crs, &query.filter);
    }
    if (status == JALON_OK && filters->has_region) {
        status = jalon_view_region_compile(request->ctx, map, collection, &filters->region.outline,
                                           &query.region);
    }
    if (status == JALON_OK) {
        *out = query;
    }
    return status;
}

enum jalon_status jalon_items_query_read_filters(struct jalon_request *request,
                                                 const struct jalon_reading *reading,
                                                 int32_t collection, bool by_distance,
                                                 struct jalon_view_query *out)
{
    struct jalon_items_filters filters;
    enum jalon_status status = jalon_items_filters_read(request, reading, by_distance, &filters);
    return status == JALON_OK ? jalon_items_filters_apply(request, reading->map, &filters,
                                                          collection, out)
                              : status;
}

bool jalon_items_query_unchanged(struct jalon_request *request, struct jalon_response *response,
                                 const struct jalon_reading *reading,
                                 const struct jalon_view_query *query)
{
    return query != NULL && query->staleness != JALON_VIEW_ANY_AGE
               ? jalon_endpoint_unchanged_on_day(request, response, reading, query->today)
               : jalon_endpoint_unchanged(request, response, reading);
}
