/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* All rows of all tables from one database into another. Layer 2, private. */
#ifndef JALON_STORE_COPY_H
#define JALON_STORE_COPY_H

#include "store/private.h"

/*
 * Copies what `from` sees into `to`, a write session of an empty database; both have this program's
 * schema. Committing is the caller's; after a failure, end the session. JALON_CONFLICT: the database
 * is not empty; JALON_UNSUPPORTED: it has columns that this program does not know.
 */
enum jalon_status jalon_store_copy(struct jalon_context *ctx, struct jalon_session *from,
                                   struct jalon_session *to) JALON_MUST_USE;

#endif
