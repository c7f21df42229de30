/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Private to format: what the parts of the template reader share. Layer 2. */
#ifndef JALON_FORMAT_TEMPLATE_H
#define JALON_FORMAT_TEMPLATE_H

#include "jalon/context.h"
#include "jalon/json.h"
#include "jalon/model.h"

/* Bounds of a template; schema/template.schema.json says the same. */
enum {
    TEMPLATE_LABEL_MAX = 255,    /* code points of labels, titles, units, tags */
    TEMPLATE_PROSE_MAX = 10000,  /* code points of descriptions and help */
    TEMPLATE_LENGTH_MAX = 100000, /* what max_length may ask for */
    TEMPLATE_COLLECTIONS_MAX = 64,
    TEMPLATE_CATEGORIES_MAX = 1000,
    TEMPLATE_FIELDS_MAX = 200,
    TEMPLATE_CHOICES_MAX = 500,
    TEMPLATE_STATUSES_MAX = 64,
    TEMPLATE_TRANSITIONS_MAX = TEMPLATE_STATUSES_MAX * TEMPLATE_STATUSES_MAX,
};

struct template_reading {
    struct jalon_context *ctx;
    struct jalon_map *map; /* what is being made */
    bool starved;          /* memory ran out: what was read is not whole */
};

/* What a key looks like. */
enum template_key {
    TEMPLATE_KEY_SLUG,   /* ^[a-z0-9][a-z0-9-]{0,62}$: maps, collections */
    TEMPLATE_KEY_FIELD,  /* ^[a-z][a-z0-9_]{0,62}$ */
    TEMPLATE_KEY_OPTION, /* ^[a-z0-9][a-z0-9_-]{0,62}$: categories, choices, statuses */
};

/* --- template_value.c: the small parts; each adds its errors at its pointer --- */
void template_complain(struct template_reading *reading, const char *parent, const char *member,
                       const char *format, ...) JALON_PRINTF(4, 5);
/* The pointer parent/member. */
const char *template_below(struct template_reading *reading, const char *parent,
                           const char *member);
/*
 * As jalon_json_read_object, and refuses strings that are there and empty: after it, an empty text
 * of `out` means that the member is absent (which was said when it is required).
 */
void template_read_object(struct template_reading *reading, const struct jalon_json *json,
                          const char *pointer, const struct jalon_json_field *members,
                          size_t member_count, void *out);
/* Zeroed items of the arena; NULL (reading->starved) when there is no memory or none is needed. */
void *template_allocate(struct template_reading *reading, size_t count, size_t size);
/* The checks pass over empty texts, see above. */
void template_check_key(struct template_reading *reading, const char *parent, const char *member,
                        struct jalon_text key, enum template_key kind);
void template_check_length(struct template_reading *reading, const char *parent,
                           const char *member, struct jalon_text text, size_t maximum);
void template_check_color(struct template_reading *reading, const char *parent,
                          struct jalon_text color);
/* {"fr","en"}, both there and not blank; an absent label (NULL json) reads as two empty texts. */
void template_read_label(struct template_reading *reading, const char *parent, const char *member,
                         const struct jalon_json *json, size_t maximum, struct jalon_label *out);
/* The length of an array; 0 for an absent one and, with the error said, for anything else. */
size_t template_list_size(struct template_reading *reading, const char *parent, const char *member,
                          const struct jalon_json *json, size_t minimum, size_t maximum);
/* public, members or moderators; public when absent. */
enum jalon_visibility template_read_visibility(struct template_reading *reading,
                                               const char *parent, struct jalon_text name);

/* --- template_field.c, template_collection.c --- */
void template_read_fields(struct template_reading *reading, const char *parent,
                          const struct jalon_json *json, struct jalon_collection *out);
/* --- template_rules.c --- */
void template_read_rules(struct template_reading *reading, const struct jalon_json *json);

/* After the categories of the map. */
void template_read_collections(struct template_reading *reading, const struct jalon_json *json);

#endif
