/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What licences let others do, as far as it concerns open data. Layer 1 (model). */
#ifndef JALON_LICENCE_H
#define JALON_LICENCE_H

#include "jalon/model.h"

/*
 * May what is under it be used commercially too? By its SPDX identifier or usual name, whatever case.
 * A licence that is not known is taken to let, unless one of its words says "NC".
 */
bool jalon_licence_lets_sell(struct jalon_text licence);
/* The one that holds for the contribution: its own, its collection's, or its map's. */
struct jalon_text jalon_contribution_licence(const struct jalon_map *map,
                                             const struct jalon_contribution *contribution);
/* May a contribution to the collection be under it? Always under what holds where none is named. */
bool jalon_licence_is_allowed(const struct jalon_map *map,
                              const struct jalon_collection *collection,
                              struct jalon_text licence);

#endif
