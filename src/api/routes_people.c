/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The routes about accounts. Layer 4 (api). */
#include "people.h"

static const struct jalon_representation json[] = {{"json", "application/json"}, {0}};
static const char *const json_body[] = {"application/json", NULL};
static const struct jalon_parameter none[] = {{0}};

const struct jalon_route jalon_routes_people[] = {
    {JALON_POST, "/sessions", jalon_sessions_post, "signIn",
     "Sign in by account and password; the answer sets a cookie", "accounts", .parameters = none,
     .representations = json, .body_types = json_body, .body_max = JALON_PEOPLE_BODY_MAX,
     .one_language = true, .signs_in = true, .apart = true},
    {JALON_GET, "/sessions/current", jalon_session_get, "getSession", "Who is signed in",
     "accounts", .parameters = none, .representations = json, .one_language = true,
     .needs_account = true},
    {JALON_DELETE, "/sessions/current", jalon_session_delete, "signOut", "Sign out", "accounts",
     .parameters = none, .one_language = true, .needs_account = true, .apart = true},
    {0},
};
