/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The fields of a template's collection. Layer 2. */
#include "template.h"

#include <math.h>

/* A field as it is written. */
struct raw_field {
    struct jalon_text key, type, visibility, unit, osm, acceslibre;
    bool required;
    double minimum, maximum;
    int64_t max_length; /* 0: not given */
    const struct jalon_json *label, *help, *choices;
};

/* Whole numbers up to here are exact in every JSON reader. */
static const double integer_max = 9007199254740992.0;

static const struct jalon_json_field field_members[] = {
    {"key", JALON_JSON_TO_TEXT, offsetof(struct raw_field, key), true},
    {"type", JALON_JSON_TO_TEXT, offsetof(struct raw_field, type), true},
    {"label", JALON_JSON_TO_VALUE, offsetof(struct raw_field, label), true},
    {"help", JALON_JSON_TO_VALUE, offsetof(struct raw_field, help), false},
    {"required", JALON_JSON_TO_BOOLEAN, offsetof(struct raw_field, required), false},
    {"visibility", JALON_JSON_TO_TEXT, offsetof(struct raw_field, visibility), false},
    {"minimum", JALON_JSON_TO_NUMBER, offsetof(struct raw_field, minimum), false},
    {"maximum", JALON_JSON_TO_NUMBER, offsetof(struct raw_field, maximum), false},
    {"max_length", JALON_JSON_TO_INTEGER, offsetof(struct raw_field, max_length), false},
    {"unit", JALON_JSON_TO_TEXT, offsetof(struct raw_field, unit), false},
    {"choices", JALON_JSON_TO_VALUE, offsetof(struct raw_field, choices), false},
    {"osm", JALON_JSON_TO_TEXT, offsetof(struct raw_field, osm), false},
    {"acceslibre", JALON_JSON_TO_TEXT, offsetof(struct raw_field, acceslibre), false},
};
enum { FIELD_MEMBERS = sizeof field_members / sizeof field_members[0] };

struct raw_choice {
    struct jalon_text key, osm, acceslibre;
    const struct jalon_json *label;
};

static const struct jalon_json_field choice_members[] = {
    {"key", JALON_JSON_TO_TEXT, offsetof(struct raw_choice, key), true},
    {"label", JALON_JSON_TO_VALUE, offsetof(struct raw_choice, label), true},
    {"osm", JALON_JSON_TO_TEXT, offsetof(struct raw_choice, osm), false},
    {"acceslibre", JALON_JSON_TO_TEXT, offsetof(struct raw_choice, acceslibre), false},
};
enum { CHOICE_MEMBERS = sizeof choice_members / sizeof choice_members[0] };

static bool is_number(enum jalon_field_type type)
{
    return type == JALON_FIELD_NUMBER || type == JALON_FIELD_INTEGER;
}

static bool has_choices(enum jalon_field_type type)
{
    return type == JALON_FIELD_ENUM || type == JALON_FIELD_MULTI_ENUM;
}

/* Code points a value of the type may have when the template does not say; 0: not a text. */
static int64_t usual_length(enum jalon_field_type type)
{
    switch (type) {
    case JALON_FIELD_TEXT: return 10000;
    case JALON_FIELD_URL: return 2000;
    case JALON_FIELD_OPENING_HOURS: return 1000;
    case JALON_FIELD_STRING:
    case JALON_FIELD_EMAIL:
    case JALON_FIELD_PHONE: return 255;
    default: return 0;
    }
}

static bool read_type(struct template_reading *reading, const char *pointer,
                      struct jalon_text name, enum jalon_field_type *out)
{
    if (name.length == 0 || jalon_field_type_parse(name, out)) {
        return name.length > 0;
    }
    struct jalon_text known = JALON_TEXT_EMPTY;
    for (int i = 0; i < JALON_FIELD_TYPE_COUNT; i++) {
        struct jalon_text longer =
            jalon_text_format(reading->ctx->arena, "%s%s%s", known.data, i == 0 ? "" : ", ",
                              jalon_field_type_name((enum jalon_field_type)i));
        known = longer.data != NULL ? longer : known;
    }
    template_complain(reading, pointer, "type", "expected one of %s", known.data);
    return false;
}

static bool fold_to_same(struct template_reading *reading, const struct jalon_choice *a,
                         const struct jalon_choice *b)
{
    const struct jalon_text of_a[] = {a->key, a->label.fr, a->label.en};
    const struct jalon_text of_b[] = {b->key, b->label.fr, b->label.en};
    for (size_t i = 0; i < 9; i++) {
        struct jalon_text x = jalon_text_fold(reading->ctx->arena, of_a[i / 3]);
        struct jalon_text y = jalon_text_fold(reading->ctx->arena, of_b[i % 3]);
        if (x.data == NULL || y.data == NULL) {
            reading->starved = true;
        } else if (x.length > 0 && jalon_text_equal(x, y)) {
            return true;
        }
    }
    return false;
}

/* An import tells choices by key or label, whatever the case and accents: no two may be alike. */
static void check_choices_differ(struct template_reading *reading, const char *list,
                                 const struct jalon_field *field)
{
    for (size_t i = 1; i < field->choice_count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (fold_to_same(reading, &field->choices[i], &field->choices[j])) {
                jalon_error_add(reading->ctx, JALON_ERROR_POINTER,
                                jalon_json_pointer_at(reading->ctx, list, i),
                                "its key or a label reads the same as choice %zu", j);
            }
        }
    }
}

static void read_choice(struct template_reading *reading, const char *pointer,
                        const struct jalon_json *json, struct jalon_choice *out)
{
    struct raw_choice raw = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY, JALON_TEXT_EMPTY, NULL};
    template_read_object(reading, json, pointer, choice_members, CHOICE_MEMBERS, &raw);
    template_check_key(reading, pointer, "key", raw.key, TEMPLATE_KEY_OPTION);
    template_check_length(reading, pointer, "osm", raw.osm, TEMPLATE_LABEL_MAX);
    template_check_length(reading, pointer, "acceslibre", raw.acceslibre, TEMPLATE_LABEL_MAX);
    out->key = raw.key;
    out->osm = raw.osm;
    out->acceslibre = raw.acceslibre;
    template_read_label(reading, pointer, "label", raw.label, TEMPLATE_LABEL_MAX, &out->label);
}

static void read_choices(struct template_reading *reading, const char *pointer,
                         const struct jalon_json *json, struct jalon_field *field)
{
    size_t count = template_list_size(reading, pointer, "choices", json, 1, TEMPLATE_CHOICES_MAX);
    struct jalon_choice *choices = template_allocate(reading, count, sizeof *choices);
    if (choices == NULL) {
        return;
    }
    const char *list = template_below(reading, pointer, "choices");
    for (size_t i = 0; i < count; i++) {
        read_choice(reading, jalon_json_pointer_at(reading->ctx, list, i),
                    jalon_json_element(json, i), &choices[i]);
    }
    field->choices = choices;
    field->choice_count = count;
    check_choices_differ(reading, list, field);
}

static void check_bound(struct template_reading *reading, const char *pointer, const char *member,
                        double bound, enum jalon_field_type type)
{
    bool whole = !(bound < floor(bound)) && !(bound > floor(bound));
    if (type == JALON_FIELD_INTEGER && isfinite(bound) && (!whole || fabs(bound) > integer_max)) {
        template_complain(reading, pointer, member, "expected a whole number within 2^53");
    }
}

/* Members that say something only for some types. */
static void check_members_fit_type(struct template_reading *reading, const char *pointer,
                                   const struct jalon_json *json, const struct raw_field *raw,
                                   enum jalon_field_type type)
{
    static const char *const of_numbers[] = {"minimum", "maximum", "unit"};
    const char *name = jalon_field_type_name(type);
    for (size_t i = 0; i < 3; i++) {
        if (!is_number(type) && jalon_json_member(json, of_numbers[i]) != NULL) {
            template_complain(reading, pointer, of_numbers[i], "a %s has none", name);
        }
    }
    if (usual_length(type) == 0 && jalon_json_member(json, "max_length") != NULL) {
        template_complain(reading, pointer, "max_length", "a %s has none", name);
    }
    if (!has_choices(type) && raw->choices != NULL) {
        template_complain(reading, pointer, "choices", "a %s has none", name);
    }
    if (has_choices(type) && raw->choices == NULL) {
        template_complain(reading, pointer, "choices", "is required");
    }
    check_bound(reading, pointer, "minimum", raw->minimum, type);
    check_bound(reading, pointer, "maximum", raw->maximum, type);
    if (raw->minimum > raw->maximum) {
        template_complain(reading, pointer, "maximum", "is less than the minimum");
    }
}

static void check_key(struct template_reading *reading, const char *pointer,
                      const struct jalon_collection *collection, struct jalon_text key)
{
    template_check_key(reading, pointer, "key", key, TEMPLATE_KEY_FIELD);
    if (jalon_property_is_reserved(key)) {
        template_complain(reading, pointer, "key", "every contribution has a property of this name");
    }
    if (key.length > 0 && jalon_collection_find_field(collection, key) >= 0) {
        template_complain(reading, pointer, "key", "another field has this key");
    }
}

static void check_length(struct template_reading *reading, const char *pointer,
                         const struct jalon_json *json, struct jalon_field *field)
{
    if (jalon_json_member(json, "max_length") == NULL) {
        int64_t usual = usual_length(field->type);
        field->max_length = usual > 0 ? usual : TEMPLATE_LABEL_MAX;
    } else if (field->max_length < 1 || field->max_length > TEMPLATE_LENGTH_MAX) {
        template_complain(reading, pointer, "max_length", "expected 1 to %d", TEMPLATE_LENGTH_MAX);
    }
}

static void read_field(struct template_reading *reading, const char *pointer,
                       const struct jalon_json *json, const struct jalon_collection *collection,
                       struct jalon_field *out)
{
    struct raw_field raw = {
        .key = JALON_TEXT_EMPTY, .type = JALON_TEXT_EMPTY, .visibility = JALON_TEXT_EMPTY,
        .unit = JALON_TEXT_EMPTY, .osm = JALON_TEXT_EMPTY, .acceslibre = JALON_TEXT_EMPTY,
        .minimum = -INFINITY, .maximum = INFINITY,
    };
    template_read_object(reading, json, pointer, field_members, FIELD_MEMBERS, &raw);
    check_key(reading, pointer, collection, raw.key);
    *out = (struct jalon_field){
        .key = raw.key, .required = raw.required, .minimum = raw.minimum, .maximum = raw.maximum,
        .max_length = raw.max_length, .unit = raw.unit, .osm = raw.osm,
        .acceslibre = raw.acceslibre,
    };
    template_read_label(reading, pointer, "label", raw.label, TEMPLATE_LABEL_MAX, &out->label);
    template_read_label(reading, pointer, "help", raw.help, TEMPLATE_PROSE_MAX, &out->help);
    template_check_length(reading, pointer, "unit", raw.unit, TEMPLATE_LABEL_MAX);
    template_check_length(reading, pointer, "osm", raw.osm, TEMPLATE_LABEL_MAX);
    template_check_length(reading, pointer, "acceslibre", raw.acceslibre, TEMPLATE_LABEL_MAX);
    out->visibility = template_read_visibility(reading, pointer, raw.visibility);
    if (raw.required && out->visibility != JALON_VISIBILITY_PUBLIC) {
        template_complain(reading, pointer, "required",
                          "only a public field may be required: the form has no others");
    }
    if (read_type(reading, pointer, raw.type, &out->type)) {
        check_members_fit_type(reading, pointer, json, &raw, out->type);
        check_length(reading, pointer, json, out);
    }
    if (raw.choices != NULL) {
        read_choices(reading, pointer, raw.choices, out);
    }
}

void template_read_fields(struct template_reading *reading, const char *parent,
                          const struct jalon_json *json, struct jalon_collection *out)
{
    size_t count = template_list_size(reading, parent, "fields", json, 0, TEMPLATE_FIELDS_MAX);
    struct jalon_field *fields = template_allocate(reading, count, sizeof *fields);
    const char *list = template_below(reading, parent, "fields");
    out->fields = fields;
    for (size_t i = 0; fields != NULL && i < count; i++) {
        read_field(reading, jalon_json_pointer_at(reading->ctx, list, i),
                   jalon_json_element(json, i), out, &fields[i]);
        out->field_count = i + 1; /* the ones before are what the next key is compared with */
    }
}
