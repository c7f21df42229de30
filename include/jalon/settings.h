/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The settings of a map, one row each: what `map set`, PATCH and templates may say. Layer 1 (model).
 */
#ifndef JALON_SETTINGS_H
#define JALON_SETTINGS_H

#include "jalon/context.h"
#include "jalon/model.h"

enum jalon_setting_kind {
    JALON_SETTING_TEXT,    /* one line */
    JALON_SETTING_PROSE,   /* several lines */
    JALON_SETTING_BOOLEAN,
    JALON_SETTING_CHOICE,  /* one of some words */
    JALON_SETTING_INTEGER,
    JALON_SETTING_LIST,    /* of lines */
};

struct jalon_setting {
    const char *key;
    enum jalon_setting_kind kind;
    bool is_rule;     /* of struct jalon_rules: templates say it in "rules" */
    bool is_required; /* not empty */
    bool is_public;   /* the landing page shows it */
    size_t offset;    /* in struct jalon_map; not of a CHOICE */
    int32_t minimum, maximum; /* INTEGER: the values; TEXT, PROSE: code points; LIST: lines */
    const char *const *choices; /* CHOICE: its words in order; NULL ends them */
};

/* In the order of their keys. */
const struct jalon_setting *jalon_settings(size_t *out_count);
/* By its key, or NULL. */
const struct jalon_setting *jalon_setting_find(struct jalon_text key);
/* What the map has; texts are the map's. A CHOICE is a TEXT. */
struct jalon_value jalon_setting_get(const struct jalon_setting *setting,
                                     const struct jalon_map *map);
/*
 * Sets it; NONE: as in a map that says nothing of it. False: it is no such value. Texts are borrowed; that
 * they are fit to be shown is the caller's to see to.
 */
bool jalon_setting_set(const struct jalon_setting *setting, struct jalon_map *map,
                       struct jalon_value value);
/* What a value is expected to be, for a person, in their language: "a whole number from 0 to 1000".
 */
enum { JALON_SETTING_WORDS_SIZE = 160 };
void jalon_setting_expect(const struct jalon_context *ctx, const struct jalon_setting *setting,
                          char out[JALON_SETTING_WORDS_SIZE]);

#endif
