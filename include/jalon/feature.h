/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The bytes of one contribution as a GeoJSON Feature, made once when it changes. Layer 2 (view).
 *
 * {"type":"Feature","id":…,"geometry":…,"properties":{…}}: reserved properties first, then the
 * public fields that have a value, in the collection's order. Fields with visibility other than
 * public are not in these bytes, whoever asks. RFC 7946; at most 7 decimals.
 */
#ifndef JALON_FEATURE_H
#define JALON_FEATURE_H

#include "jalon/buffer.h"
#include "jalon/model.h"

/*
 * Properties written: title, description, categories (keys), status (key), moderation (only when not
 * published), author, created, updated, observed, version, licence, source, source_id, campaign,
 * declared_by, confirmed, supports, comments; empty ones, and counts of none, are left out. accuracy_m
 * where the map's places are coarse: the side of the squares. The geometry is written as it is given.
 */
void jalon_feature_write(struct jalon_buffer *buffer, const struct jalon_map *map,
                         const struct jalon_contribution *contribution);

#endif
