/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items: a new contribution. OGC 20-002, create. Layer 4 (api). */
#include "item_write.h"

enum jalon_status jalon_items_post(struct jalon_request *request, struct jalon_response *response)
{
    return jalon_item_create(request, response, false);
}
