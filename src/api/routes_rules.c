/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The routes of a community's rules: members, settings, charter, maps. Layer 4 (api). */
#include "rules.h"

enum { BODY_MAX = 256 << 10 };

static const struct jalon_representation json_only[] = {{"json", "application/json"}, {0}};
/* Whoever is not signed in gets the page, which says so, and 401 as a program. */
static const struct jalon_representation json_or_page[] = {
    {"json", "application/json"}, {"html", "text/html"}, {0}};
static const char *const json_body[] = {"application/json", NULL};
static const char *const patch_body[] = {"application/merge-patch+json", "application/json", NULL};
static const struct jalon_parameter none[] = {{0}};
static const struct jalon_parameter members_parameters[] = {
    {"limit", JALON_PARAMETER_INTEGER, "At most this many.", 1, JALON_RULES_LIMIT_MAX, 100},
    {"after", JALON_PARAMETER_STRING, "Only names behind this one, as the link `next` says it.", 0,
     0, 0},
    {0},
};
static const struct jalon_parameter charter_parameters[] = {
    {"version", JALON_PARAMETER_INTEGER, "One of its versions; the one in force when nothing is said.",
     0, INT32_MAX, 0},
    {0},
};
static const struct jalon_parameter confirm_parameters[] = {
    {"confirm", JALON_PARAMETER_STRING,
     "The map's name once more: nothing is removed without it.", 0, 0, 0},
    {0},
};
static const struct jalon_parameter reason_headers[] = {
    {"Jalon-Reason", JALON_PARAMETER_STRING, "Why, for the trail that moderators see.", 0, 0, 0},
    {0},
};

const struct jalon_route jalon_routes_rules[] = {
    {JALON_POST, "/maps", jalon_maps_post, "createMap", "Make a map from a template", "server",
     .scope = JALON_SCOPE_ADMIN,
     .parameters = none, .representations = json_only, .body_types = json_body,
     .body_max = BODY_MAX, .one_language = true, .needs_account = true,
     .body = &jalon_maps_post_body, .answers = {201}},
    {JALON_DELETE, "/maps/{map}", jalon_map_delete, "deleteMap",
     "Remove the map with all that is in it", "map", .scope = JALON_SCOPE_ADMIN,
     .parameters = confirm_parameters,
     .one_language = true, .needs_account = true, .headers = reason_headers,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_DELETE_MAP},
    {JALON_PATCH, "/maps/{map}", jalon_settings_patch, "updateMap", "Change settings of the map",
     "map", .scope = JALON_SCOPE_ADMIN,
     .parameters = none, .representations = json_only, .body_types = patch_body,
     .body_max = BODY_MAX, .one_language = true, .needs_account = true,
     .headers = reason_headers,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_SET_MAP,
     .body = &jalon_settings_patch_body},
    {JALON_GET, "/maps/{map}/settings", jalon_settings_get, "getSettings",
     "The map's settings, for its admins", "map", .scope = JALON_SCOPE_ADMIN,
     .parameters = none,
     .representations = json_or_page, .one_language = true, .needs_account = true},
    {JALON_PATCH, "/maps/{map}/settings", jalon_settings_patch, "updateSettings",
     "Change settings of the map", "map", .scope = JALON_SCOPE_ADMIN,
     .parameters = none, .representations = json_only,
     .body_types = patch_body, .body_max = BODY_MAX, .one_language = true, .needs_account = true,
     .headers = reason_headers,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_SET_MAP,
     .body = &jalon_settings_patch_body},
    {JALON_GET, "/maps/{map}/charter", jalon_charter_get, "getCharter",
     "What contributors to the map accept", "map", .parameters = charter_parameters,
     .representations = json_only, .one_language = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_READ},
    {JALON_POST, "/maps/{map}/charter", jalon_charter_post, "createCharter",
     "A new version of the charter, in force at once", "map", .parameters = none,
     .representations = json_only, .body_types = json_body, .body_max = BODY_MAX,
     .one_language = true, .needs_account = true, .scope = JALON_SCOPE_ADMIN,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_SET_MAP,
     .body = &jalon_charter_post_body, .answers = {201}},
    {JALON_GET, "/maps/{map}/me", jalon_me_get, "getMe",
     "What whoever asks is and may in this map", "members", .parameters = none,
     .representations = json_only, .one_language = true},
    {JALON_GET, "/maps/{map}/members", jalon_members_get, "getMembers",
     "Who has a role in the map, for its members", "members", .scope = JALON_SCOPE_READ,
     .parameters = members_parameters,
     .representations = json_or_page, .one_language = true, .needs_account = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_SEE_MEMBERS},
    {JALON_PUT, "/maps/{map}/members/{name}", jalon_member_put, "putMember",
     "Give somebody a role", "members", .scope = JALON_SCOPE_ADMIN,
     .parameters = none, .representations = json_only,
     .body_types = json_body, .body_max = BODY_MAX, .one_language = true, .needs_account = true,
     .asked_first = jalon_rules_asked_first, .right = JALON_RIGHT_SET_MEMBERS,
     .body = &jalon_member_put_body},
    {JALON_DELETE, "/maps/{map}/members/{name}", jalon_member_delete, "deleteMember",
     "Take somebody's role away, or leave", "members", .parameters = none, .one_language = true,
     .needs_account = true, .headers = reason_headers},
    {0},
};
