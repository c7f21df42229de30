/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The small parts of a template: keys, labels, colours, lists. Layer 2. */
#include "template.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *template_below(struct template_reading *reading, const char *parent,
                           const char *member)
{
    return jalon_json_pointer(reading->ctx, parent, jalon_text_from(member));
}

void template_complain(struct template_reading *reading, const char *parent, const char *member,
                       const char *format, ...)
{
    char reason[512];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    jalon_error_add(reading->ctx, JALON_ERROR_POINTER, template_below(reading, parent, member),
                    "%s", reason);
}

void template_read_object(struct template_reading *reading, const struct jalon_json *json,
                          const char *pointer, const struct jalon_json_field *members,
                          size_t member_count, void *out)
{
    jalon_json_read_object(reading->ctx, json, pointer, members, member_count, out);
    for (size_t i = 0; i < member_count; i++) {
        const struct jalon_json *value = jalon_json_member(json, members[i].name);
        if (jalon_json_kind(value) == JALON_JSON_STRING &&
            jalon_text_trim(jalon_json_text(value)).length == 0) {
            template_complain(reading, pointer, members[i].name, "is empty");
        }
    }
}

void *template_allocate(struct template_reading *reading, size_t count, size_t size)
{
    if (count == 0) {
        return NULL;
    }
    void *items = jalon_arena_allocate_zeroed(reading->ctx->arena, count, size);
    reading->starved = reading->starved || items == NULL;
    return items;
}

static bool is_key(struct jalon_text key, enum template_key kind)
{
    for (size_t i = 0; i < key.length; i++) {
        char c = key.data[i];
        bool letter = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
        bool joint = i > 0 && ((c == '-' && kind != TEMPLATE_KEY_FIELD) ||
                               (c == '_' && kind != TEMPLATE_KEY_SLUG));
        bool right = letter || joint || (digit && (i > 0 || kind != TEMPLATE_KEY_FIELD));
        if (!right) {
            return false;
        }
    }
    return key.length <= 63;
}

void template_check_key(struct template_reading *reading, const char *parent, const char *member,
                        struct jalon_text key, enum template_key kind)
{
    static const char *const patterns[] = {
        [TEMPLATE_KEY_SLUG] = "lower-case letters, digits and '-', starting with a letter or digit",
        [TEMPLATE_KEY_FIELD] = "lower-case letters, digits and '_', starting with a letter",
        [TEMPLATE_KEY_OPTION] =
            "lower-case letters, digits, '_' and '-', starting with a letter or digit",
    };
    if (!is_key(key, kind)) {
        template_complain(reading, parent, member, "expected at most 63 %s", patterns[kind]);
    }
}

void template_check_length(struct template_reading *reading, const char *parent,
                           const char *member, struct jalon_text text, size_t maximum)
{
    if (jalon_text_code_points(text) > maximum) {
        template_complain(reading, parent, member, "is longer than %zu characters", maximum);
    }
}

void template_check_color(struct template_reading *reading, const char *parent,
                          struct jalon_text color)
{
    bool right = color.length == 7 && color.data[0] == '#' &&
                 strspn(color.data + 1, "0123456789abcdefABCDEF") == 6;
    if (color.length > 0 && !right) {
        template_complain(reading, parent, "color", "expected \"#rrggbb\"");
    }
}

void template_read_label(struct template_reading *reading, const char *parent, const char *member,
                         const struct jalon_json *json, size_t maximum, struct jalon_label *out)
{
    static const struct jalon_json_field members[] = {
        {"fr", JALON_JSON_TO_TEXT, offsetof(struct jalon_label, fr), true},
        {"en", JALON_JSON_TO_TEXT, offsetof(struct jalon_label, en), true},
    };
    *out = (struct jalon_label){JALON_TEXT_EMPTY, JALON_TEXT_EMPTY};
    if (json == NULL) {
        return;
    }
    const char *pointer = template_below(reading, parent, member);
    template_read_object(reading, json, pointer, members, 2, out);
    template_check_length(reading, pointer, "fr", out->fr, maximum);
    template_check_length(reading, pointer, "en", out->en, maximum);
}

size_t template_list_size(struct template_reading *reading, const char *parent, const char *member,
                          const struct jalon_json *json, size_t minimum, size_t maximum)
{
    if (json == NULL) {
        return 0;
    }
    if (jalon_json_kind(json) != JALON_JSON_ARRAY) {
        template_complain(reading, parent, member, "expected an array, found %s",
                          jalon_json_kind_name(jalon_json_kind(json)));
        return 0;
    }
    size_t size = jalon_json_size(json);
    if (size < minimum) {
        template_complain(reading, parent, member, "needs at least %zu", minimum);
    }
    if (size > maximum) {
        template_complain(reading, parent, member, "holds more than %zu", maximum);
        return 0;
    }
    return size;
}

enum jalon_visibility template_read_visibility(struct template_reading *reading,
                                               const char *parent, struct jalon_text name)
{
    enum jalon_visibility visibility = JALON_VISIBILITY_PUBLIC;
    if (name.length > 0 && !jalon_visibility_parse(name, &visibility)) {
        template_complain(reading, parent, "visibility",
                          "expected public, members or moderators");
    }
    return visibility;
}
