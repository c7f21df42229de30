/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GeoJSON features as records. Layer 2, private to format.
 */
#ifndef JALON_FORMAT_FEATURE_RECORD_H
#define JALON_FORMAT_FEATURE_RECORD_H

#include "jalon/format.h"
#include "jalon/json.h"

enum jalon_feature_rules {
    JALON_FEATURE_OF_FILE, /* geometry and properties may be missing; empty strings are NONE */
    JALON_FEATURE_OF_BODY, /* RFC 7946, 3.2 to the letter */
};

/*
 * Fills *out but its row. Every error at once, as details with pointers from the feature's root.
 * Members of a feature that RFC 7946 does not name are passed over (6.1).
 */
enum jalon_status jalon_feature_to_record(struct jalon_context *ctx, const struct jalon_json *json,
                                          enum jalon_feature_rules rules, int32_t srid,
                                          struct jalon_record *out) JALON_MUST_USE;

#endif
