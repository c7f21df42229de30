/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The routes about accounts. Layer 4 (api). */
#include "people.h"

static const struct jalon_representation json[] = {{"json", "application/json"}, {0}};
static const struct jalon_representation json_or_page[] = {
    {"json", "application/json"}, {"html", "text/html"}, {0}};
static const char *const json_body[] = {"application/json", NULL};
static const struct jalon_parameter none[] = {{0}};
static const char *const patch_body[] = {"application/json", "application/merge-patch+json", NULL};
static const struct jalon_parameter pages[] = {
    {"limit", JALON_PARAMETER_INTEGER, "How many at most.", 1, 1000, 100},
    {"before", JALON_PARAMETER_STRING, "Where the list goes on, as a `next` link has it.", 0, 0, 0},
    {0},
};
static const struct jalon_parameter token_pages[] = {
    {"limit", JALON_PARAMETER_INTEGER, "How many at most.", 1, 1000, 100},
    {"after", JALON_PARAMETER_STRING, "The id of the last token of the page before.", 0, 0, 0},
    {0},
};
static const struct jalon_parameter device_header[] = {
    {"Jalon-Device", JALON_PARAMETER_STRING,
     "The random text that this device keeps: what it has supported without an account becomes the "
     "account's.",
     0, 0, 0},
    {0},
};

const struct jalon_route jalon_routes_people[] = {
    {JALON_POST, "/accounts", jalon_accounts_post, "signUp",
     "Sign up; a link is mailed that confirms the address", "accounts", .parameters = none,
     .representations = json, .body_types = json_body, .body_max = JALON_PEOPLE_BODY_MAX,
     .signs_in = true, .apart = true,
     .body = &jalon_accounts_post_body, .answers = {202}},
    {JALON_POST, "/accounts/confirm", jalon_accounts_confirm_post, "confirmAddress",
     "Confirm an address by the token of the link that was mailed there, and sign in", "accounts",
     .parameters = none, .representations = json, .body_types = json_body,
     .body_max = JALON_PEOPLE_BODY_MAX, .one_language = true, .headers = device_header,
     .signs_in = true, .apart = true, .body = &jalon_accounts_confirm_post_body, .answers = {201}},
    {JALON_POST, "/accounts/password", jalon_accounts_password_post, "resetPassword",
     "Choose a new password by the token of a mailed link, and sign in", "accounts",
     .parameters = none, .representations = json, .body_types = json_body,
     .body_max = JALON_PEOPLE_BODY_MAX, .one_language = true, .headers = device_header,
     .signs_in = true, .apart = true, .body = &jalon_accounts_password_post_body, .answers = {201}},
    {JALON_POST, "/sessions/links", jalon_sessions_links_post, "mailLink",
     "Have a link mailed to sign in by, or to choose a new password by", "accounts",
     .parameters = none, .representations = json, .body_types = json_body,
     .body_max = JALON_PEOPLE_BODY_MAX, .signs_in = true, .apart = true,
     .body = &jalon_sessions_links_post_body, .answers = {202}},
    {JALON_POST, "/sessions", jalon_sessions_post, "signIn",
     "Sign in, by account and password or by the token of a mailed link; the answer sets a cookie",
     "accounts", .parameters = none,
     .representations = json, .body_types = json_body, .body_max = JALON_PEOPLE_BODY_MAX,
     .one_language = true, .headers = device_header, .signs_in = true, .apart = true,
     .body = &jalon_sessions_post_body, .answers = {201}},
    {JALON_GET, "/sessions/current", jalon_session_get, "getSession", "Who is signed in",
     "accounts", .parameters = none, .representations = json, .one_language = true,
     .needs_account = true},
    {JALON_DELETE, "/sessions/current", jalon_session_delete, "signOut", "Sign out", "accounts",
     .parameters = none, .one_language = true, .needs_account = true, .apart = true},
    {JALON_GET, "/accounts/me", jalon_account_get, "getAccount", "Your account", "accounts",
     .parameters = none, .representations = json, .one_language = true, .needs_account = true,
     .scope = JALON_SCOPE_ACCOUNT},
    {JALON_PATCH, "/accounts/me", jalon_account_patch, "changeAccount",
     "Change your profile, address or password", "accounts", .parameters = none,
     .representations = json, .body_types = patch_body, .body_max = JALON_PEOPLE_BODY_MAX,
     .one_language = true, .needs_account = true, .scope = JALON_SCOPE_ACCOUNT, .apart = true,
     .body = &jalon_account_patch_body},
    {JALON_DELETE, "/accounts/me", jalon_account_delete, "eraseAccount",
     "End your account; what you contributed stays, under a made-up name or none", "accounts",
     .parameters = none, .body_types = json_body, .body_max = JALON_PEOPLE_BODY_MAX,
     .one_language = true, .needs_account = true, .scope = JALON_SCOPE_ACCOUNT, .apart = true,
     .body = &jalon_account_delete_body, .answers = {202, 204}},
    {JALON_GET, "/accounts/me/contributions", jalon_account_contributions_get,
     "getOwnContributions", "What you have contributed, also what is not published", "accounts",
     .parameters = pages, .representations = json, .one_language = true, .needs_account = true,
     .scope = JALON_SCOPE_READ},
    {JALON_GET, "/accounts/me/export", jalon_account_export_get, "exportAccount",
     "A copy of all there is of you on this server, as one file", "accounts", .parameters = none,
     .representations = json, .one_language = true, .takes_long = jalon_account_export_takes_long,
     .needs_account = true, .scope = JALON_SCOPE_ACCOUNT},
    {JALON_GET, "/accounts/me/tokens", jalon_account_tokens_get, "getTokens",
     "Your tokens, without their secrets", "accounts", .parameters = token_pages,
     .representations = json, .one_language = true, .needs_account = true,
     .scope = JALON_SCOPE_ACCOUNT},
    {JALON_POST, "/accounts/me/tokens", jalon_account_tokens_post, "createToken",
     "Make a token for a program; its secret is shown once", "accounts", .parameters = none,
     .representations = json, .body_types = json_body, .body_max = JALON_PEOPLE_BODY_MAX,
     .one_language = true, .needs_account = true, .scope = JALON_SCOPE_ACCOUNT, .apart = true,
     .body = &jalon_account_tokens_post_body, .answers = {201}},
    {JALON_DELETE, "/accounts/me/tokens/{id}", jalon_account_token_delete, "deleteToken",
     "Take a token back", "accounts", .parameters = none, .one_language = true,
     .needs_account = true, .scope = JALON_SCOPE_ACCOUNT, .apart = true},
    {JALON_GET, "/accounts/{name}", jalon_profile_get, "getProfile",
     "What a person or an organisation shows of itself", "accounts", .parameters = none,
     .representations = json_or_page, .one_language = true},
    {JALON_GET, "/accounts/{name}/contributions", jalon_profile_contributions_get,
     "getProfileContributions", "The public contributions of somebody who shows them", "accounts",
     .parameters = pages, .representations = json, .one_language = true},
    {0},
};
