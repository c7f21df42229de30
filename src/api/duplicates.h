/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How contributions that may be the same are written. Private to api. */
#ifndef JALON_API_DUPLICATES_H
#define JALON_API_DUPLICATES_H

#include "jalon/app_duplicates.h"

#include "endpoint.h"

/*
 * A member `name`: a list of {id, title, distance_m, similarity, same_source_id, href}, of the
 * collection in the request's path.
 */
void jalon_duplicates_put(struct jalon_request *request, struct jalon_json_writer *writer,
                          const char *name, const struct jalon_duplicate *list, size_t count);

#endif
