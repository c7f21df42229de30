/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Contributions that may be the same as another one: near it in its collection and called much the
 * same, or with its key in a source. Layer 3 (app).
 */
#ifndef JALON_APP_DUPLICATES_H
#define JALON_APP_DUPLICATES_H

#include "jalon/app.h"

enum { JALON_DUPLICATES_MAX = 10 };

/* A contribution that may be the same. */
struct jalon_duplicate {
    struct jalon_id id;
    struct jalon_text title; /* borrowed from the reading */
    double distance_m;       /* from the label position of what was asked for to its shape */
    double similarity;       /* of the titles: 0 to 1 (jalon/similar.h) */
    bool same_source_id;     /* it has the key in a source that was asked for */
};

/* What is looked for, of a collection (index in the reading's map). */
struct jalon_duplicate_query {
    int32_t collection;
    struct jalon_text title;        /* may be empty: then only the key can tell */
    const struct jalon_geometry *geometry; /* on WGS 84, valid; NONE: then only the key can tell */
    struct jalon_text source_id;    /* may be empty */
    const struct jalon_id *except;  /* not this one; NULL: any */
};

/*
 * The likeliest first, at most JALON_DUPLICATES_MAX, in ctx' arena: what the reading shows within the
 * collection's duplicate_distance_m whose title is alike, the more so the farther it is; and those with
 * the key, wherever they are. A title of nothing but kinds ("Parking") is told only by places so near
 * that they cannot be two. None when the collection's distance is 0.
 */
enum jalon_status jalon_app_find_duplicates(struct jalon_context *ctx,
                                            const struct jalon_reading *reading,
                                            const struct jalon_duplicate_query *query,
                                            struct jalon_duplicate **out,
                                            size_t *out_count) JALON_MUST_USE;

/* A JSON array of {id, title, distance_m, similarity, same_source_id}. */
void jalon_duplicates_write(struct jalon_buffer *buffer, const struct jalon_duplicate *list,
                            size_t count);

/* What somebody is about to contribute; only title, source_id and geometry are looked at. */
struct jalon_duplicate_check {
    struct jalon_text map;        /* slug */
    struct jalon_text collection; /* key */
    struct jalon_actor actor;
    const struct jalon_record *record;
};
/*
 * The same for a body, also an unfinished one; titles are in ctx' arena. JALON_INVALID: a title or
 * source_id that is no text, a geometry that could not be stored; JALON_NOT_FOUND.
 */
enum jalon_status jalon_app_check_duplicates(struct jalon_context *ctx, struct jalon_app *app,
                                             const struct jalon_duplicate_check *check,
                                             struct jalon_duplicate **out,
                                             size_t *out_count) JALON_MUST_USE;

#endif
