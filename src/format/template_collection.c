/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The collections of a template: geometry, categories used, statuses. Layer 2. */
#include "template.h"

#include "jalon/geo.h"

/* A collection as it is written. */
struct raw_collection {
    struct jalon_text key, color, visibility, attribution, licence;
    const struct jalon_json *title, *description, *geometry, *fields, *categories, *statuses,
        *transitions, *tile_fields;
    int64_t cluster_radius, cluster_min_points, cluster_max_zoom, stale_after_days,
        duplicate_distance_m;
};

#define VALUE(name, required) \
    {#name, JALON_JSON_TO_VALUE, offsetof(struct raw_collection, name), required}
#define INTEGER(name) \
    {#name, JALON_JSON_TO_INTEGER, offsetof(struct raw_collection, name), false}
#define STRING(name, required) \
    {#name, JALON_JSON_TO_TEXT, offsetof(struct raw_collection, name), required}
static const struct jalon_json_field collection_members[] = {
    STRING(key, true),         VALUE(title, true),    VALUE(description, false),
    STRING(color, true),       VALUE(geometry, true), STRING(visibility, false),
    VALUE(fields, false),      VALUE(categories, false), VALUE(statuses, false),
    VALUE(transitions, false), STRING(attribution, false), STRING(licence, false),
    VALUE(tile_fields, false), INTEGER(cluster_radius),    INTEGER(cluster_min_points),
    INTEGER(cluster_max_zoom), INTEGER(stale_after_days),  INTEGER(duplicate_distance_m),
};
#undef VALUE
#undef INTEGER
#undef STRING
enum { COLLECTION_MEMBERS = sizeof collection_members / sizeof collection_members[0] };

struct raw_status {
    struct jalon_text key;
    const struct jalon_json *label;
    bool closes;
};

static const struct jalon_json_field status_members[] = {
    {"key", JALON_JSON_TO_TEXT, offsetof(struct raw_status, key), true},
    {"label", JALON_JSON_TO_VALUE, offsetof(struct raw_status, label), true},
    {"closes", JALON_JSON_TO_BOOLEAN, offsetof(struct raw_status, closes), false},
};

struct raw_transition {
    struct jalon_text from, to;
};

static const struct jalon_json_field transition_members[] = {
    {"from", JALON_JSON_TO_TEXT, offsetof(struct raw_transition, from), true},
    {"to", JALON_JSON_TO_TEXT, offsetof(struct raw_transition, to), true},
};

static enum jalon_geometry_type find_geometry_type(struct jalon_text name)
{
    for (int i = JALON_GEOMETRY_POINT; i <= JALON_GEOMETRY_MULTIPOLYGON; i++) {
        if (jalon_text_is(name, jalon_geometry_type_name((enum jalon_geometry_type)i))) {
            return (enum jalon_geometry_type)i;
        }
    }
    return JALON_GEOMETRY_NONE;
}

static unsigned read_geometry(struct template_reading *reading, const char *parent,
                              const struct jalon_json *json)
{
    unsigned types = 0;
    size_t count = template_list_size(reading, parent, "geometry", json, 1, 6);
    const char *list = template_below(reading, parent, "geometry");
    for (size_t i = 0; i < count; i++) {
        enum jalon_geometry_type type =
            find_geometry_type(jalon_json_text(jalon_json_element(json, i)));
        unsigned bit = JALON_GEOMETRY_BIT(type);
        if (type == JALON_GEOMETRY_NONE) {
            jalon_error_add(reading->ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer_at(reading->ctx, list, i),
                            "expected Point, LineString, Polygon, MultiPoint, MultiLineString or "
                            "MultiPolygon");
        } else if ((types & bit) != 0) {
            jalon_error_add(reading->ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer_at(reading->ctx, list, i), "is there twice");
        } else {
            types |= bit;
        }
    }
    /* A repair may part a shape in two, and files mix both forms: the multi form comes with it. */
    unsigned const shapes =
        JALON_GEOMETRY_BIT(JALON_GEOMETRY_LINESTRING) | JALON_GEOMETRY_BIT(JALON_GEOMETRY_POLYGON);
    return types |
           (types & shapes) << (JALON_GEOMETRY_MULTILINESTRING - JALON_GEOMETRY_LINESTRING);
}

/* Why this category cannot be used by a collection, or NULL. */
static const char *refuse_root(const struct template_reading *reading,
                               const struct jalon_collection *collection, int32_t category)
{
    if (category < 0) {
        return "no category of this template has this key";
    }
    if (reading->map->categories[category].parent >= 0) {
        return "is not a root: name the tree, not a branch of it";
    }
    for (size_t i = 0; i < collection->category_root_count; i++) {
        if (collection->category_roots[i] == category) {
            return "is there twice";
        }
    }
    return NULL;
}

static void read_roots(struct template_reading *reading, const char *parent,
                       const struct jalon_json *json, struct jalon_collection *out)
{
    size_t count =
        template_list_size(reading, parent, "categories", json, 0, TEMPLATE_CATEGORIES_MAX);
    int32_t *roots = template_allocate(reading, count, sizeof *roots);
    const char *list = template_below(reading, parent, "categories");
    out->category_roots = roots;
    for (size_t i = 0; roots != NULL && i < count; i++) {
        const struct jalon_json *key = jalon_json_element(json, i);
        int32_t category = jalon_map_find_category(reading->map, jalon_json_text(key));
        const char *reason = refuse_root(reading, out, category);
        if (reason != NULL) {
            jalon_error_add(reading->ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer_at(reading->ctx, list, i), "%s", reason);
        } else {
            roots[out->category_root_count++] = category;
        }
    }
}

static void read_status(struct template_reading *reading, const char *pointer,
                        const struct jalon_json *json, const struct jalon_collection *collection,
                        struct jalon_workflow_status *out)
{
    struct raw_status raw = {JALON_TEXT_EMPTY, NULL, false};
    template_read_object(reading, json, pointer, status_members, 3, &raw);
    template_check_key(reading, pointer, "key", raw.key, TEMPLATE_KEY_OPTION);
    if (raw.key.length > 0 && jalon_collection_find_status(collection, raw.key) >= 0) {
        template_complain(reading, pointer, "key", "another status has this key");
    }
    if (raw.closes && collection->status_count == 0) {
        template_complain(reading, pointer, "closes",
                          "the first status is the one contributions start in");
    }
    *out = (struct jalon_workflow_status){.key = raw.key, .closes = raw.closes};
    template_read_label(reading, pointer, "label", raw.label, TEMPLATE_LABEL_MAX, &out->label);
}

static void read_statuses(struct template_reading *reading, const char *parent,
                          const struct jalon_json *json, struct jalon_collection *out)
{
    size_t count = template_list_size(reading, parent, "statuses", json, 0, TEMPLATE_STATUSES_MAX);
    struct jalon_workflow_status *statuses = template_allocate(reading, count, sizeof *statuses);
    const char *list = template_below(reading, parent, "statuses");
    out->statuses = statuses;
    for (size_t i = 0; statuses != NULL && i < count; i++) {
        read_status(reading, jalon_json_pointer_at(reading->ctx, list, i),
                    jalon_json_element(json, i), out, &statuses[i]);
        out->status_count = i + 1;
    }
}

static int32_t find_status(struct template_reading *reading, const char *pointer,
                           const char *member, const struct jalon_collection *collection,
                           struct jalon_text key)
{
    int32_t status = jalon_collection_find_status(collection, key);
    if (status < 0 && key.length > 0) {
        template_complain(reading, pointer, member, "no status of this collection has this key");
    }
    return status;
}

static void check_transition_is_new(struct template_reading *reading, const char *pointer,
                                    const struct jalon_collection *collection,
                                    struct jalon_transition transition)
{
    if (transition.from == transition.to) {
        template_complain(reading, pointer, "to", "is where it starts from");
    }
    for (size_t i = 0; i < collection->transition_count; i++) {
        if (collection->transitions[i].from == transition.from &&
            collection->transitions[i].to == transition.to) {
            jalon_error_add(reading->ctx, JALON_ERROR_POINTER, pointer, "is there twice");
        }
    }
}

static void read_transitions(struct template_reading *reading, const char *parent,
                             const struct jalon_json *json, struct jalon_collection *out)
{
    size_t count =
        template_list_size(reading, parent, "transitions", json, 0, TEMPLATE_TRANSITIONS_MAX);
    struct jalon_transition *transitions = template_allocate(reading, count, sizeof *transitions);
    const char *list = template_below(reading, parent, "transitions");
    out->transitions = transitions;
    for (size_t i = 0; transitions != NULL && i < count; i++) {
        const char *pointer = jalon_json_pointer_at(reading->ctx, list, i);
        struct raw_transition raw = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
        template_read_object(reading, jalon_json_element(json, i), pointer,
                               transition_members, 2, &raw);
        struct jalon_transition transition = {
            .from = find_status(reading, pointer, "from", out, raw.from),
            .to = find_status(reading, pointer, "to", out, raw.to),
        };
        if (transition.from >= 0 && transition.to >= 0) {
            check_transition_is_new(reading, pointer, out, transition);
            transitions[out->transition_count++] = transition;
        }
    }
}

/* --- Settings --- */

static int32_t read_setting(struct template_reading *reading, const char *pointer,
                            const char *member, int64_t value, int32_t minimum, int32_t maximum)
{
    if (value < minimum || value > maximum) {
        template_complain(reading, pointer, member, "expected an integer from %d to %d", minimum,
                          maximum);
        return minimum;
    }
    return (int32_t)value;
}

static void read_settings(struct template_reading *reading, const char *pointer,
                          const struct raw_collection *raw, struct jalon_collection *out)
{
    out->cluster_radius =
        read_setting(reading, pointer, "cluster_radius", raw->cluster_radius,
                     JALON_CLUSTER_RADIUS_MIN, JALON_CLUSTER_RADIUS_MAX);
    out->cluster_min_points =
        read_setting(reading, pointer, "cluster_min_points", raw->cluster_min_points, 2,
                     JALON_CLUSTER_MIN_POINTS_MAX);
    out->cluster_max_zoom =
        read_setting(reading, pointer, "cluster_max_zoom", raw->cluster_max_zoom, 0,
                     JALON_CLUSTER_MAX_ZOOM_MAX);
    out->stale_after_days =
        read_setting(reading, pointer, "stale_after_days", raw->stale_after_days, 0,
                     JALON_STALE_AFTER_DAYS_MAX);
    out->duplicate_distance_m =
        read_setting(reading, pointer, "duplicate_distance_m", raw->duplicate_distance_m, 0,
                     JALON_DUPLICATE_DISTANCE_MAX_M);
}

static void read_tile_fields(struct template_reading *reading, const char *parent,
                             const struct jalon_json *json, struct jalon_collection *out)
{
    size_t count =
        template_list_size(reading, parent, "tile_fields", json, 0, TEMPLATE_FIELDS_MAX);
    int32_t *fields = template_allocate(reading, count, sizeof *fields);
    const char *list = template_below(reading, parent, "tile_fields");
    out->chooses_tile_fields = json != NULL;
    out->tile_fields = fields;
    for (size_t i = 0; fields != NULL && i < count; i++) {
        struct jalon_text key = jalon_json_text(jalon_json_element(json, i));
        int32_t field = jalon_collection_find_field(out, key);
        const char *reason = jalon_collection_refuse_tile_field(out, field);
        if (reason != NULL) {
            jalon_error_add(reading->ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer_at(reading->ctx, list, i), "%s", reason);
        } else {
            fields[out->tile_field_count++] = field;
        }
    }
}

static void read_collection(struct template_reading *reading, const char *pointer,
                            const struct jalon_json *json, struct jalon_collection *out)
{
    struct raw_collection raw = {
        .key = JALON_TEXT_EMPTY, .color = JALON_TEXT_EMPTY, .visibility = JALON_TEXT_EMPTY,
        .attribution = JALON_TEXT_EMPTY, .licence = JALON_TEXT_EMPTY,
        JALON_COLLECTION_DEFAULTS,
    };
    template_read_object(reading, json, pointer, collection_members, COLLECTION_MEMBERS,
                           &raw);
    template_check_key(reading, pointer, "key", raw.key, TEMPLATE_KEY_SLUG);
    if (raw.key.length > 0 && jalon_map_find_collection(reading->map, raw.key) >= 0) {
        template_complain(reading, pointer, "key", "another collection has this key");
    }
    template_check_color(reading, pointer, raw.color);
    template_check_length(reading, pointer, "attribution", raw.attribution, TEMPLATE_LABEL_MAX);
    template_check_length(reading, pointer, "licence", raw.licence, TEMPLATE_LABEL_MAX);
    *out = (struct jalon_collection){
        .key = raw.key, .color = raw.color, .attribution = raw.attribution, .licence = raw.licence,
    };
    template_read_label(reading, pointer, "title", raw.title, TEMPLATE_LABEL_MAX, &out->title);
    template_read_label(reading, pointer, "description", raw.description, TEMPLATE_PROSE_MAX,
                        &out->description);
    out->geometry_types = read_geometry(reading, pointer, raw.geometry);
    out->visibility = template_read_visibility(reading, pointer, raw.visibility);
    read_settings(reading, pointer, &raw, out);
    template_read_fields(reading, pointer, raw.fields, out);
    read_tile_fields(reading, pointer, raw.tile_fields, out);
    read_roots(reading, pointer, raw.categories, out);
    read_statuses(reading, pointer, raw.statuses, out);
    read_transitions(reading, pointer, raw.transitions, out);
}

void template_read_collections(struct template_reading *reading, const struct jalon_json *json)
{
    struct jalon_map *map = reading->map;
    size_t count =
        template_list_size(reading, "", "collections", json, 1, TEMPLATE_COLLECTIONS_MAX);
    struct jalon_collection *collections = template_allocate(reading, count, sizeof *collections);
    map->collections = collections;
    for (size_t i = 0; collections != NULL && i < count; i++) {
        read_collection(reading, jalon_json_pointer_at(reading->ctx, "/collections", i),
                        jalon_json_element(json, i), &collections[i]);
        map->collection_count = i + 1;
    }
}
