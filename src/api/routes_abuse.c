/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The routes against abuse: puzzles, zones, blocks, reverts. Layer 4 (api). */
#include "abuse.h"

enum { BODY_MAX = 1 << 20, LIMIT_MAX = 100 };

static const struct jalon_representation json_only[] = {{"json", "application/json"}, {0}};
static const char *const json_body[] = {"application/json", NULL};
static const struct jalon_parameter none[] = {{0}};
static const struct jalon_parameter list_parameters[] = {
    {"limit", JALON_PARAMETER_INTEGER, "At most this many.", 1, LIMIT_MAX, LIMIT_MAX},
    {"after", JALON_PARAMETER_STRING, "Only what is behind this id, as the link `next` says it.", 0,
     0, 0},
    {0},
};

const struct jalon_route jalon_routes_abuse[] = {
    {JALON_GET, "/maps/{map}/challenge", jalon_challenge_get, "getChallenge",
     "A puzzle whose solution lets somebody without account write to a map under pressure: a nonce so "
     "that the SHA-256 of \"<challenge>:<nonce>\" begins with so many zero bits; that text is sent as "
     "Jalon-Proof, once",
     "abuse", .parameters = none, .representations = json_only, .one_language = true},
    {JALON_GET, "/maps/{map}/zones", jalon_zones_get, "getZones",
     "Where nobody without an account may write for now", "abuse", .parameters = list_parameters,
     .representations = json_only, .one_language = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_READ},
    {JALON_POST, "/maps/{map}/zones", jalon_zones_post, "closeZone",
     "Close a polygon to those without account, until a time", "abuse", .parameters = none,
     .representations = json_only, .body_types = json_body, .body_max = BODY_MAX,
     .one_language = true, .needs_account = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_CLOSE_ZONE,
     .body = &jalon_zones_post_body, .answers = {201}},
    {JALON_DELETE, "/maps/{map}/zones/{id}", jalon_zone_delete, "openZone", "Open a zone again",
     "abuse", .parameters = none, .one_language = true, .needs_account = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_CLOSE_ZONE},
    {JALON_GET, "/maps/{map}/blocks", jalon_blocks_get, "getBlocks",
     "Who may not write for now, for moderators", "abuse", .parameters = list_parameters,
     .representations = json_only, .one_language = true, .needs_account = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_BLOCK},
    {JALON_POST, "/maps/{map}/blocks", jalon_blocks_post, "block",
     "Keep an account, or the device or address of an anonymous contribution, from writing", "abuse",
     .parameters = none, .representations = json_only, .body_types = json_body,
     .body_max = BODY_MAX, .one_language = true, .needs_account = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_BLOCK,
     .body = &jalon_blocks_post_body, .answers = {201}},
    {JALON_DELETE, "/maps/{map}/blocks/{id}", jalon_block_delete, "unblock",
     "Let somebody write again", "abuse", .parameters = none, .one_language = true,
     .needs_account = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_BLOCK},
    {JALON_POST, "/maps/{map}/reverts", jalon_reverts_post, "revertAuthor",
     "Undo what somebody did in the last hours, where nobody has built upon it", "abuse",
     .parameters = none, .representations = json_only, .body_types = json_body,
     .body_max = BODY_MAX, .one_language = true, .needs_account = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_REVERT_AUTHOR,
     .body = &jalon_reverts_post_body},
    {0},
};
