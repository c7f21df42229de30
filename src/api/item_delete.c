/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * DELETE …/items/{id}: nothing shows the contribution any more, and its address answers 404 as if it
 * had never been (OGC 20-002, delete). Layer 4 (api).
 */
#include "item_write.h"

enum jalon_status jalon_item_delete(struct jalon_request *request,
                                    struct jalon_response *response)
{
    struct jalon_edit edit;
    enum jalon_status status = jalon_item_read_edit(request, JALON_EDIT_DELETE, &edit);
    if (status == JALON_OK) {
        status = jalon_endpoint_id(request, &edit.id);
    }
    return status == JALON_OK ? jalon_item_edit(request, response, &edit) : status;
}
