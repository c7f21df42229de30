/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pages that are nothing but pages: see page_client.h. Layer 4 (api). */
#include "endpoint.h"

static const struct jalon_representation page_only[] = {{"html", "text/html"}, {0}};
static const struct jalon_parameter no_parameters[] = {{0}};

const struct jalon_route jalon_routes_pages[] = {
    {JALON_GET, "/account", jalon_account_page_get, "getAccountPage",
     "One's own account, as a page: signing in, contributions, news, profile", "pages",
     .parameters = no_parameters, .representations = page_only, .for_everyone = true},
    {JALON_GET, "/maps/{map}/desk", jalon_desk_page_get, "getDeskPage",
     "What waits for a decision, as a page for moderators", "pages", .parameters = no_parameters,
     .representations = page_only, .for_everyone = true},
    {0},
};
