/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The rules of a template: settings of the map, by their table. Layer 2. */
#include "jalon/settings.h"

#include "template.h"

/* What is no text stays empty, which no list takes. */
static struct jalon_value read_list(struct template_reading *reading,
                                    const struct jalon_json *json)
{
    size_t count = jalon_json_size(json);
    struct jalon_text *lines = template_allocate(reading, count, sizeof *lines);
    for (size_t i = 0; lines != NULL && i < count; i++) {
        lines[i] = jalon_json_text(jalon_json_element(json, i));
    }
    return (struct jalon_value){.kind = JALON_VALUE_LIST,
                                .list = {lines, lines != NULL ? count : 0}};
}

static struct jalon_value read_value(struct template_reading *reading,
                                     const struct jalon_json *json)
{
    switch (jalon_json_kind(json)) {
    case JALON_JSON_STRING:
        return (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = jalon_json_text(json)};
    case JALON_JSON_INTEGER:
        return (struct jalon_value){.kind = JALON_VALUE_INTEGER,
                                    .integer = jalon_json_integer(json)};
    case JALON_JSON_ARRAY: return read_list(reading, json);
    case JALON_JSON_NULL:
    case JALON_JSON_BOOLEAN:
    case JALON_JSON_NUMBER:
    case JALON_JSON_OBJECT: break;
    }
    return (struct jalon_value){.kind = JALON_VALUE_NUMBER}; /* which no rule is */
}

void template_read_rules(struct template_reading *reading, const struct jalon_json *json)
{
    void *iterator = NULL;
    struct jalon_text key;
    const struct jalon_json *member;
    char expected[JALON_SETTING_WORDS_SIZE];
    if (json != NULL && jalon_json_kind(json) != JALON_JSON_OBJECT) {
        template_complain(reading, "", "rules", "expected an object, found %s",
                          jalon_json_kind_name(jalon_json_kind(json)));
        return;
    }
    while (json != NULL && jalon_json_next(json, &iterator, &key, &member)) {
        const struct jalon_setting *setting = jalon_setting_find(key);
        if (setting == NULL || !setting->is_rule) {
            template_complain(reading, "/rules", key.data, "unknown member");
        } else if (!jalon_setting_set(setting, reading->map, read_value(reading, member))) {
            jalon_setting_expect(reading->ctx, setting, expected);
            template_complain(reading, "/rules", key.data, "expected %s", expected);
        }
    }
}
