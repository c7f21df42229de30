/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the cluster endpoints share: ids, reading, writing. Private to api. */
#ifndef JALON_API_CLUSTERS_H
#define JALON_API_CLUSTERS_H

#include "items_query.h"

/*
 * The cluster named in the path, "<collection>-<zoom>-<column>-<row>", and the query that it is
 * looked for with. JALON_NOT_FOUND when it is no such name.
 */
enum jalon_status jalon_clusters_read_id(struct jalon_request *request,
                                         const struct jalon_reading *reading,
                                         struct jalon_view_query *out_query,
                                         struct jalon_cluster_place *out_place) JALON_MUST_USE;
/*
 * Writes features of a collection (index) into the frame that the format has begun; *index counts all that
 * are in it. JALON_NO_MEMORY.
 */
enum jalon_status jalon_clusters_write(struct jalon_request *request,
                                       const struct jalon_reading *reading,
                                       struct jalon_buffer *body,
                                       const struct jalon_items_frame *frame, int32_t collection,
                                       const struct jalon_cluster *clusters, size_t count,
                                       size_t *index) JALON_MUST_USE;
/* The format that features are written in. */
const struct jalon_format *jalon_clusters_format(void);

#endif
