/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a row of a file said, in few bytes, property by property: the next import sees which of them
 * the source has changed, and leaves the others as people have made them since. Private to app.
 *
 * A digest is a cell of 10 characters for each property that the row brought: 4 of the property's
 * name, 6 (36 bits) of its value. Positions count to 7 decimals, as they are served.
 */
#ifndef JALON_APP_IMPORT_DIGEST_H
#define JALON_APP_IMPORT_DIGEST_H

#include "draft.h"

enum { DIGEST_NAME_SIZE = 4, DIGEST_CELL_SIZE = 10 };

/* The names' parts of the cells of one collection. */
struct digest_names {
    const struct jalon_collection *collection;
    char (*names)[DIGEST_NAME_SIZE];
};

enum jalon_status jalon_import_digest_names(struct jalon_context *ctx,
                                            const struct jalon_collection *collection,
                                            struct digest_names *out) JALON_MUST_USE;
/* The digest of a draft, in ctx' arena. */
enum jalon_status jalon_import_digest(struct jalon_context *ctx, const struct digest_names *names,
                                      const struct draft *draft,
                                      struct jalon_text *out) JALON_MUST_USE;
/*
 * Gives `after`, the row as the file has it now, every property of `before` that the source has not
 * changed between the two digests. `earlier` may be empty: then what the row brings counts.
 */
void jalon_import_merge(const struct digest_names *names, struct jalon_text earlier,
                        struct jalon_text now, const struct jalon_contribution *before,
                        struct jalon_contribution *after);
/* Of position and title: what makes a row without a key the same one. */
uint64_t jalon_import_identity(const struct jalon_contribution *contribution);

#endif
