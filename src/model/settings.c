/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The settings of a map: a table over its description. Layer 1 (model). */
#include "jalon/settings.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { LICENCES_MAX = 100 };

static const char *const policies[] = {"administered", "participatory", "contributory", NULL};
static const char *const moderation_modes[] = {"post", "pre", "trust", NULL};
static const char *const readings[] = {"public", "members", NULL};
static const char *const edit_modes[] = {"direct", "proposal", NULL};
static const char *const outside_modes[] = {"accept", "flag", "refuse", NULL};

#define MAP(member) offsetof(struct jalon_map, member)
#define RULE(member) offsetof(struct jalon_map, rules.member)
#define DAYS(member)                                                                            \
    .kind = JALON_SETTING_INTEGER, .is_rule = true, .offset = RULE(member),                     \
    .maximum = JALON_RULE_DAYS_MAX
#define LINE(member)                                                                            \
    .kind = JALON_SETTING_TEXT, .is_public = true, .offset = MAP(member),                       \
    .maximum = JALON_TITLE_LENGTH_MAX
#define PROSE(member)                                                                           \
    .kind = JALON_SETTING_PROSE, .is_public = true, .offset = MAP(member),                      \
    .maximum = JALON_DESCRIPTION_LENGTH_MAX

static const struct jalon_setting settings[] = {
    {"account_needed", JALON_SETTING_BOOLEAN, .is_public = true, .offset = MAP(account_needed)},
    {"attribution", LINE(attribution)},
    {"contact_days", DAYS(contact_days)},
    {"description_en", PROSE(description.en)},
    {"description_fr", PROSE(description.fr)},
    {"edits", JALON_SETTING_CHOICE, .is_rule = true, .is_public = true, .choices = edit_modes},
    {"licence", LINE(licence), .is_required = true},
    {"licences", JALON_SETTING_LIST, .is_rule = true, .is_public = true,
     .offset = RULE(licences), .maximum = LICENCES_MAX},
    {"location_grid_m", JALON_SETTING_INTEGER, .is_rule = true, .is_public = true,
     .offset = RULE(location_grid_m), .maximum = JALON_LOCATION_GRID_MAX_M},
    {"moderation", JALON_SETTING_CHOICE, .is_rule = true, .is_public = true,
     .choices = moderation_modes},
    {"outside", JALON_SETTING_CHOICE, .is_rule = true, .is_public = true,
     .choices = outside_modes},
    {"pending_days", DAYS(pending_days)},
    {"policy", JALON_SETTING_CHOICE, .is_public = true, .choices = policies},
    {"reading", JALON_SETTING_CHOICE, .is_rule = true, .is_public = true, .choices = readings},
    {"report_days", DAYS(report_days)},
    {"report_threshold", JALON_SETTING_INTEGER, .is_rule = true,
     .offset = RULE(report_threshold), .maximum = JALON_REPORT_THRESHOLD_MAX},
    {"secret_days", DAYS(secret_days), .is_public = true, .minimum = 1},
    {"title_en", LINE(title.en), .is_required = true},
    {"title_fr", LINE(title.fr), .is_required = true},
    {"trace_days", DAYS(trace_days)},
    {"trust_count", JALON_SETTING_INTEGER, .is_rule = true, .offset = RULE(trust_count),
     .minimum = 1, .maximum = JALON_TRUST_COUNT_MAX},
};
enum { SETTINGS = sizeof settings / sizeof settings[0] };

/* What a map that says nothing has. */
static const struct jalon_map untouched = {
    .title = {{"", 0}, {"", 0}},
    .description = {{"", 0}, {"", 0}},
    .licence = {"", 0},
    .attribution = {"", 0},
    .policy = JALON_POLICY_PARTICIPATORY,
    .rules = JALON_RULES_DEFAULTS,
};

const struct jalon_setting *jalon_settings(size_t *out_count)
{
    *out_count = SETTINGS;
    return settings;
}

const struct jalon_setting *jalon_setting_find(struct jalon_text key)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        if (jalon_text_is(key, settings[i].key)) {
            return &settings[i];
        }
    }
    return NULL;
}

/* --- Choices --- */
static const char *get_choice(const struct jalon_setting *setting, const struct jalon_map *map)
{
    if (setting->choices == policies) {
        return jalon_write_policy_name(map->policy);
    }
    if (setting->choices == moderation_modes) {
        return jalon_moderation_mode_name(map->rules.moderation);
    }
    if (setting->choices == readings) {
        return jalon_visibility_name(map->rules.reading);
    }
    if (setting->choices == edit_modes) {
        return jalon_edit_mode_name(map->rules.edits);
    }
    assert(setting->choices == outside_modes);
    return jalon_outside_mode_name(map->rules.outside);
}

static bool is_choice(const struct jalon_setting *setting, struct jalon_text word)
{
    for (const char *const *choice = setting->choices; *choice != NULL; choice++) {
        if (jalon_text_is(word, *choice)) {
            return true;
        }
    }
    return false;
}

static bool set_choice(const struct jalon_setting *setting, struct jalon_map *map,
                       struct jalon_text word)
{
    if (!is_choice(setting, word)) { /* what can be read by moderators only is no reading */
        return false;
    }
    if (setting->choices == policies) {
        return jalon_write_policy_parse(word, &map->policy);
    }
    if (setting->choices == moderation_modes) {
        return jalon_moderation_mode_parse(word, &map->rules.moderation);
    }
    if (setting->choices == readings) {
        return jalon_visibility_parse(word, &map->rules.reading);
    }
    if (setting->choices == edit_modes) {
        return jalon_edit_mode_parse(word, &map->rules.edits);
    }
    assert(setting->choices == outside_modes);
    return jalon_outside_mode_parse(word, &map->rules.outside);
}

/* --- Values --- */
struct jalon_value jalon_setting_get(const struct jalon_setting *setting,
                                     const struct jalon_map *map)
{
    const char *at = (const char *)map + setting->offset;
    switch (setting->kind) {
    case JALON_SETTING_BOOLEAN:
        return (struct jalon_value){.kind = JALON_VALUE_BOOLEAN, .boolean = *(const bool *)at};
    case JALON_SETTING_INTEGER:
        return (struct jalon_value){.kind = JALON_VALUE_INTEGER,
                                    .integer = *(const int32_t *)(const void *)at};
    case JALON_SETTING_LIST:
        return (struct jalon_value){.kind = JALON_VALUE_LIST,
                                    .list = {map->rules.licences, map->rules.licence_count}};
    case JALON_SETTING_CHOICE:
        return (struct jalon_value){.kind = JALON_VALUE_TEXT,
                                    .text = jalon_text_from(get_choice(setting, map))};
    case JALON_SETTING_TEXT:
    case JALON_SETTING_PROSE: break;
    }
    return (struct jalon_value){.kind = JALON_VALUE_TEXT,
                                .text = *(const struct jalon_text *)(const void *)at};
}

static bool set_text(const struct jalon_setting *setting, struct jalon_text *text,
                     struct jalon_value value)
{
    if (value.kind != JALON_VALUE_TEXT ||
        (setting->is_required && jalon_text_trim(value.text).length == 0)) {
        return false;
    }
    *text = value.text;
    return true;
}

static bool set_list(const struct jalon_setting *setting, struct jalon_map *map,
                     struct jalon_value value)
{
    bool good = value.kind == JALON_VALUE_LIST && value.list.count <= (size_t)setting->maximum;
    for (size_t i = 0; good && i < value.list.count; i++) {
        struct jalon_text line = value.list.items[i];
        good = jalon_text_trim(line).length > 0 && jalon_text_find(line, '\n') == line.length;
    }
    if (good) {
        map->rules.licences = value.list.items;
        map->rules.licence_count = value.list.count;
    }
    return good;
}

bool jalon_setting_set(const struct jalon_setting *setting, struct jalon_map *map,
                       struct jalon_value value)
{
    char *at = (char *)map + setting->offset;
    if (value.kind == JALON_VALUE_NONE) {
        value = jalon_setting_get(setting, &untouched);
    }
    switch (setting->kind) {
    case JALON_SETTING_BOOLEAN:
        if (value.kind == JALON_VALUE_BOOLEAN) {
            *(bool *)at = value.boolean;
        }
        return value.kind == JALON_VALUE_BOOLEAN;
    case JALON_SETTING_INTEGER:
        if (value.kind != JALON_VALUE_INTEGER || value.integer < setting->minimum ||
            value.integer > setting->maximum) {
            return false;
        }
        *(int32_t *)(void *)at = (int32_t)value.integer;
        return true;
    case JALON_SETTING_CHOICE:
        return value.kind == JALON_VALUE_TEXT && set_choice(setting, map, value.text);
    case JALON_SETTING_LIST: return set_list(setting, map, value);
    case JALON_SETTING_TEXT:
    case JALON_SETTING_PROSE: break;
    }
    return set_text(setting, (struct jalon_text *)(void *)at, value);
}

static void expect_choice(const struct jalon_context *ctx, const struct jalon_setting *setting,
                          char out[JALON_SETTING_WORDS_SIZE])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; setting->choices[i] != NULL && used < JALON_SETTING_WORDS_SIZE; i++) {
        const char *before = i == 0                            ? ""
                             : setting->choices[i + 1] != NULL ? ", "
                                                               : jalon_say(ctx, " or ");
        used += (size_t)snprintf(out + used, JALON_SETTING_WORDS_SIZE - used, "%s%s", before,
                                 setting->choices[i]);
    }
}

void jalon_setting_expect(const struct jalon_context *ctx, const struct jalon_setting *setting,
                          char out[JALON_SETTING_WORDS_SIZE])
{
    switch (setting->kind) {
    case JALON_SETTING_BOOLEAN:
        snprintf(out, JALON_SETTING_WORDS_SIZE, "%s", jalon_say(ctx, "true or false"));
        return;
    case JALON_SETTING_INTEGER:
        snprintf(out, JALON_SETTING_WORDS_SIZE, jalon_say(ctx, "a whole number from %d to %d"),
                 setting->minimum, setting->maximum);
        return;
    case JALON_SETTING_LIST:
        snprintf(out, JALON_SETTING_WORDS_SIZE,
                 jalon_say(ctx, "a list of at most %d texts of one line"), setting->maximum);
        return;
    case JALON_SETTING_CHOICE: expect_choice(ctx, setting, out); return;
    case JALON_SETTING_TEXT:
    case JALON_SETTING_PROSE: break;
    }
    snprintf(out, JALON_SETTING_WORDS_SIZE, "%s",
             setting->is_required ? jalon_say(ctx, "a text, not empty") : jalon_say(ctx, "a text"));
}
