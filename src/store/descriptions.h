/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What describes a map's contributions: categories, collections, fields, workflow. Layer 2. */
#ifndef JALON_STORE_DESCRIPTIONS_H
#define JALON_STORE_DESCRIPTIONS_H

#include "store/private.h"

/* Stores all of it under `number`; *out is a copy of the collections with their numbers. */
enum jalon_status jalon_store_insert_description(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map, int64_t number,
                                                 struct jalon_collection **out) JALON_MUST_USE;
/* Fills categories and collections of the map with this number. */
enum jalon_status jalon_store_load_description(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               struct jalon_map *map) JALON_MUST_USE;

#endif
