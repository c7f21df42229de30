/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Templates: a map's description from JSON, all mistakes at once. Layer 2.
 *
 * The shape is schema/template.schema.json; what a JSON Schema cannot say (references, order of
 * bounds, choices that read alike) is checked here too. Parts: template_value.c, template_field.c,
 * template_collection.c.
 */
#include "template.h"

#include "jalon/format.h"

extern const struct jalon_embedded template_files[]; /* schema/templates, built in */

/* A template as it is written. */
struct raw_template {
    struct jalon_text schema, name, licence, attribution, policy;
    bool account_needed;
    const struct jalon_json *title, *description, *box, *rules, *categories, *collections;
};

#define MEMBER(name, field, type, required) \
    {name, JALON_JSON_TO_##type, offsetof(struct raw_template, field), required}
static const struct jalon_json_field template_members[] = {
    MEMBER("$schema", schema, TEXT, false), /* for editors */
    MEMBER("name", name, TEXT, true),
    MEMBER("title", title, VALUE, true),
    MEMBER("description", description, VALUE, false),
    MEMBER("licence", licence, TEXT, true),
    MEMBER("attribution", attribution, TEXT, false),
    MEMBER("policy", policy, TEXT, true),
    MEMBER("account_needed", account_needed, BOOLEAN, true),
    MEMBER("box", box, VALUE, true),
    MEMBER("rules", rules, VALUE, false),
    MEMBER("categories", categories, VALUE, false),
    MEMBER("collections", collections, VALUE, true),
};
#undef MEMBER
enum { TEMPLATE_MEMBERS = sizeof template_members / sizeof template_members[0] };

struct raw_category {
    struct jalon_text key, color;
    const struct jalon_json *label, *children;
};

static const struct jalon_json_field category_members[] = {
    {"key", JALON_JSON_TO_TEXT, offsetof(struct raw_category, key), true},
    {"label", JALON_JSON_TO_VALUE, offsetof(struct raw_category, label), true},
    {"color", JALON_JSON_TO_TEXT, offsetof(struct raw_category, color), false},
    {"children", JALON_JSON_TO_VALUE, offsetof(struct raw_category, children), false},
};

/* How many categories an array of trees holds; what is malformed is said later. */
static size_t count_categories(const struct jalon_json *json)
{
    size_t count = 0;
    for (size_t i = 0; i < jalon_json_size(json); i++) {
        count += 1 + count_categories(jalon_json_member(jalon_json_element(json, i), "children"));
    }
    return count;
}

static void read_category(struct template_reading *reading, const char *pointer,
                          const struct jalon_json *json, struct jalon_category *categories,
                          int32_t parent)
{
    struct raw_category raw = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY, NULL, NULL};
    template_read_object(reading, json, pointer, category_members, 4, &raw);
    template_check_key(reading, pointer, "key", raw.key, TEMPLATE_KEY_OPTION);
    if (raw.key.length > 0 && jalon_map_find_category(reading->map, raw.key) >= 0) {
        template_complain(reading, pointer, "key", "another category has this key");
    }
    template_check_color(reading, pointer, raw.color);
    if (raw.color.length == 0 && parent < 0) {
        template_complain(reading, pointer, "color", "a root category needs one");
    }
    int32_t index = (int32_t)reading->map->category_count++;
    categories[index] = (struct jalon_category){
        .key = raw.key,
        .color = raw.color.length == 0 && parent >= 0 ? categories[parent].color : raw.color,
        .parent = parent,
    };
    template_read_label(reading, pointer, "label", raw.label, TEMPLATE_LABEL_MAX,
                        &categories[index].label);
    size_t children =
        template_list_size(reading, pointer, "children", raw.children, 0, TEMPLATE_CATEGORIES_MAX);
    const char *list = template_below(reading, pointer, "children");
    for (size_t i = 0; i < children; i++) {
        read_category(reading, jalon_json_pointer_at(reading->ctx, list, i),
                      jalon_json_element(raw.children, i), categories, index);
    }
}

static void read_categories(struct template_reading *reading, const struct jalon_json *json)
{
    size_t roots =
        template_list_size(reading, "", "categories", json, 0, TEMPLATE_CATEGORIES_MAX);
    size_t count = roots > 0 ? count_categories(json) : 0;
    if (count > TEMPLATE_CATEGORIES_MAX) {
        template_complain(reading, "", "categories", "holds more than %d", TEMPLATE_CATEGORIES_MAX);
        return;
    }
    struct jalon_category *categories = template_allocate(reading, count, sizeof *categories);
    reading->map->categories = categories;
    for (size_t i = 0; categories != NULL && i < roots; i++) {
        read_category(reading, jalon_json_pointer_at(reading->ctx, "/categories", i),
                      jalon_json_element(json, i), categories, -1);
    }
}

static void read_box(struct template_reading *reading, const struct jalon_json *json,
                     struct jalon_box *out)
{
    double sides[4] = {0};
    size_t count = template_list_size(reading, "", "box", json, 4, 4);
    if (count != 4) {
        return;
    }
    for (size_t i = 0; i < 4; i++) {
        const struct jalon_json *side = jalon_json_element(json, i);
        double bound = i % 2 == 0 ? 180 : 90;
        sides[i] = jalon_json_number(side);
        bool number = jalon_json_kind(side) == JALON_JSON_INTEGER ||
                      jalon_json_kind(side) == JALON_JSON_NUMBER;
        if (!number || sides[i] < -bound || sides[i] > bound) {
            jalon_error_add(reading->ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer_at(reading->ctx, "/box", i),
                            "expected degrees from %.0f to %.0f", -bound, bound);
        }
    }
    if (sides[1] > sides[3]) {
        template_complain(reading, "", "box", "its south (second) is north of its north (fourth)");
    }
    *out = (struct jalon_box){sides[0], sides[1], sides[2], sides[3]};
}

static void read_map(struct template_reading *reading, const struct jalon_json *json)
{
    struct jalon_map *map = reading->map;
    struct raw_template raw = {
        .schema = JALON_TEXT_EMPTY, .name = JALON_TEXT_EMPTY, .licence = JALON_TEXT_EMPTY,
        .attribution = JALON_TEXT_EMPTY, .policy = JALON_TEXT_EMPTY,
    };
    template_read_object(reading, json, "", template_members, TEMPLATE_MEMBERS, &raw);
    template_check_key(reading, "", "name", raw.name, TEMPLATE_KEY_SLUG);
    template_check_length(reading, "", "licence", raw.licence, TEMPLATE_LABEL_MAX);
    template_check_length(reading, "", "attribution", raw.attribution, TEMPLATE_LABEL_MAX);
    map->slug = JALON_TEXT_EMPTY;
    map->template_name = raw.name;
    map->licence = raw.licence;
    map->attribution = raw.attribution;
    map->account_needed = raw.account_needed;
    if (raw.policy.length > 0 && !jalon_write_policy_parse(raw.policy, &map->policy)) {
        template_complain(reading, "", "policy",
                          "expected administered, participatory or contributory");
    }
    template_read_label(reading, "", "title", raw.title, TEMPLATE_LABEL_MAX, &map->title);
    template_read_label(reading, "", "description", raw.description, TEMPLATE_PROSE_MAX,
                        &map->description);
    read_box(reading, raw.box, &map->box);
    template_read_rules(reading, raw.rules);
    read_categories(reading, raw.categories);
    template_read_collections(reading, raw.collections);
}

enum jalon_status jalon_template_read(struct jalon_context *ctx, struct jalon_text json,
                                      struct jalon_map *out)
{
    const struct jalon_json *tree;
    enum jalon_status status = jalon_json_parse(ctx, json, &tree);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_map map = {.rules = JALON_RULES_DEFAULTS};
    struct template_reading reading = {.ctx = ctx, .map = &map};
    read_map(&reading, tree);
    if (reading.starved) {
        return jalon_no_memory(ctx);
    }
    status = jalon_error_verdict(ctx, "the template is not right");
    if (status == JALON_OK) {
        *out = map;
    }
    return status;
}

const struct jalon_embedded *jalon_builtin_templates(void)
{
    return template_files;
}
