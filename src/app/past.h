/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A contribution as it was, from what its history says. Private to app. */
#ifndef JALON_APP_PAST_H
#define JALON_APP_PAST_H

#include "jalon/context.h"
#include "jalon/json.h"
#include "jalon/model.h"
#include "jalon/store.h"

/* A field, of the collection or of every contribution ("title", "geometry" …), that has changed. */
struct past_change {
    struct jalon_text field;
    int64_t version; /* the first one after the past state that changed it */
    bool is_redacted; /* what it was is not known any more: it is left empty */
    bool is_unfit;    /* the collection does not take it any more: likewise */
};
struct past {
    /* With the version and time of then. What has no history is as it is now. */
    struct jalon_contribution contribution;
    struct past_change *changes; /* since then, by anybody; each field once */
    size_t change_count;
};

/*
 * The state that `now` had in a version. JALON_NOT_FOUND (no message): no such version, or one more
 * than `most` versions ago (0: any). Takes memory by the number of fields, not of versions.
 */
enum jalon_status jalon_past_find(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_map *map,
                                  const struct jalon_contribution *now, int64_t version,
                                  int64_t most, struct past *out) JALON_MUST_USE;
/* The change of this field since, or NULL. */
const struct past_change *jalon_past_find_change(const struct past *past, struct jalon_text field);

/*
 * Sets a field of a contribution to a value as the history writes it (NULL: absent). Its arrays of
 * fields and categories must be its own. *out_fits false: the collection has no such field, or none
 * that takes this; then nothing was set. A field that is gone may be absent.
 */
enum jalon_status jalon_past_set_field(struct jalon_context *ctx, const struct jalon_map *map,
                                       struct jalon_contribution *contribution,
                                       struct jalon_text field, const struct jalon_json *value,
                                       bool *out_fits) JALON_MUST_USE;
/* Gives the contribution arrays of its own. */
enum jalon_status jalon_past_own_arrays(struct jalon_context *ctx, const struct jalon_map *map,
                                        struct jalon_contribution *contribution) JALON_MUST_USE;

#endif
