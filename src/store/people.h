/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the store's files about people share. Layer 2, private. */
#ifndef JALON_STORE_PRIVATE_PEOPLE_H
#define JALON_STORE_PRIVATE_PEOPLE_H

#include "store/private.h"

enum { JALON_STORE_ACCOUNT_COLUMNS = 17 }; /* of every statement that reads them, first */
/* What these columns hold, in the context's arena. */
enum jalon_status jalon_store_read_account(struct jalon_context *ctx,
                                           const struct jalon_db_value *row,
                                           struct jalon_account *out) JALON_MUST_USE;

#endif
