/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The route of duplicates. Layer 4 (api). */
#include "item_write.h"
#include "rules.h"

enum { DUPLICATES_BODY_MAX = 1 << 20 };

static const struct jalon_representation as_json[] = {{"json", "application/json"}, {0}};
static const struct jalon_parameter no_parameters[] = {{0}};
static const char *const feature_body[] = {"application/geo+json", "application/json", NULL};

const struct jalon_route jalon_routes_duplicates[] = {
    {JALON_POST, "/maps/{map}/collections/{collection}/duplicates", jalon_duplicates_post,
     "findDuplicates",
     "Contributions that may be the same as this Feature, which is not stored: near it and called "
     "alike, or with its `source_id`; nothing but its title, source_id and geometry is looked at",
     "items", .parameters = no_parameters, .representations = as_json, .body_types = feature_body,
     .body_max = DUPLICATES_BODY_MAX, .one_language = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_READ,
     .body = &jalon_feature_body},
    {0},
};
