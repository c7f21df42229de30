/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /account and GET /maps/{map}/desk: pages that the browser client fills. Layer 4 (api). */
#include "page_client.h"

enum jalon_status jalon_account_page_get(struct jalon_request *request,
                                         struct jalon_response *response)
{
    return jalon_page_client_part(request, response, "account", "account.title");
}

enum jalon_status jalon_desk_page_get(struct jalon_request *request,
                                      struct jalon_response *response)
{
    return jalon_page_client_part(request, response, "desk", "desk.title");
}
