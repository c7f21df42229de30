/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A contribution in the making: values are taken one by one, checked against the collection's
 * description, and every fault is kept with its place. Private to app.
 *
 * Two manners. Strict, for the API: a value has the field's JSON type, choices and categories are
 * named by key. Lenient, for imports: texts are read as what the field wants (decimal comma, Oui /
 * yes, day-first dates, labels in any language), an empty text is absent.
 */
#ifndef JALON_APP_DRAFT_H
#define JALON_APP_DRAFT_H

#include "jalon/context.h"
#include "jalon/model.h"
#include "jalon/record.h"

#include "lexicon.h"

enum target_kind {
    TARGET_NONE, /* matches nothing: reported, left out */
    TARGET_TITLE,
    TARGET_DESCRIPTION,
    TARGET_CATEGORY,
    TARGET_STATUS,
    TARGET_OBSERVED,
    TARGET_LICENCE,
    TARGET_SOURCE_ID,
    TARGET_CAMPAIGN,
    TARGET_DECLARED_BY,
    TARGET_FIELD,
    TARGET_POSITION, /* taken by the reader already */
};

struct target {
    enum target_kind kind;
    int32_t field; /* of TARGET_FIELD */
};

struct draft {
    const struct jalon_map *map;
    const struct jalon_collection *collection;
    const struct lexicon *words; /* of an import; NULL: strict */
    const struct jalon_contribution *before; /* what is edited; NULL: something new */
    struct jalon_contribution contribution;
    int32_t *categories; /* kept ascending and unique */
    size_t category_capacity;
    bool *faulty;      /* one for each field: a value was given, and refused */
    bool status_given; /* else it is the first status, or the one before */
    bool status_barred; /* there is such a status, and no way to it: a fault was added */
    int32_t barred_status; /* which one */
    bool repaired;
};

/* An empty draft for the collection with this index, lenient with a lexicon; everything it takes is
 * in ctx' arena. */
enum jalon_status jalon_draft_begin(struct jalon_context *ctx, const struct jalon_map *map,
                                    int32_t collection, const struct lexicon *words,
                                    struct draft *out) JALON_MUST_USE;
/* A draft that begins with all that another one has; `base` must live as long. */
enum jalon_status jalon_draft_begin_as(struct jalon_context *ctx, const struct draft *base,
                                       struct draft *out) JALON_MUST_USE;
/*
 * A draft of what `before` is to become by a body that says all that is public: that starts empty. What
 * the server sets and the fields that are not public stay. `before` must live as long.
 */
enum jalon_status jalon_draft_begin_edit(struct jalon_context *ctx, const struct jalon_map *map,
                                         const struct jalon_contribution *before,
                                         struct draft *out) JALON_MUST_USE;
/*
 * Takes one value. Faults are added to the error slot at `where` (a JSON Pointer when strict, a
 * column's name when lenient). Other than JALON_OK only when there is no memory.
 * A category that does not exist is a fault when strict; when lenient it is left out and
 * *out_unknown_category names it, and others after a comma (untouched otherwise).
 */
enum jalon_status jalon_draft_take(struct jalon_context *ctx, struct draft *draft,
                                   struct target target, struct jalon_value value,
                                   const char *where,
                                   struct jalon_text *out_unknown_category) JALON_MUST_USE;
/*
 * Takes the geometry: transformation from its SRID, range, validity, type allowed, also after a
 * repair. When lenient, what has one part is a point, line or polygon where only those are allowed,
 * and the other way round. Faults are added at `where`; an absent geometry is one.
 */
enum jalon_status jalon_draft_take_geometry(struct jalon_context *ctx, struct draft *draft,
                                            const struct jalon_geometry *geometry,
                                            const char *where) JALON_MUST_USE;
/* Adds a fault for each required field that was given no value, at prefix + key. */
void jalon_draft_check_required(struct jalon_context *ctx, const struct draft *draft,
                                const char *prefix);

/* Does the collection have a step from one status (index) to another, or are they the same? */
bool jalon_draft_may_move(const struct jalon_collection *collection, int32_t from, int32_t to);

/* --- Bodies of requests (draft_body.c) --- */
/*
 * Takes the properties and the geometry of a body, strictly, with every fault as a detail at its
 * pointer. What the server sets may be there in an edit, when it says what is so already; with
 * `is_whole` it must be. A geometry that is written as the one before leaves that one untouched.
 * Other than JALON_OK only when there is no memory, or PROJ fails.
 */
enum jalon_status jalon_draft_take_body(struct jalon_context *ctx, struct draft *draft,
                                        const struct jalon_record *record,
                                        bool is_whole) JALON_MUST_USE;
/*
 * Adds a fault when the body names an id: another one than `id`, or (NULL) any; with `is_whole` also
 * when it names none.
 */
void jalon_draft_check_id(struct jalon_context *ctx, const struct jalon_record *record,
                          const struct jalon_id *id, bool is_whole);

/* --- Field values (field_value.c) --- */
/*
 * Reads `value` as the field's type, leniently when there is a lexicon: then `field` is one of its
 * collection, or one without choices. NULL: *out is the value (NONE when absent); else what was
 * expected, for a person. *out_status is JALON_NO_MEMORY or JALON_OK.
 */
const char *jalon_field_value_read(struct jalon_context *ctx, const struct jalon_field *field,
                                   struct jalon_value value, const struct lexicon *words,
                                   struct jalon_value *out, enum jalon_status *out_status);

#endif
