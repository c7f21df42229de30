/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * PUT …/items/{id}: replaces a contribution or, with If-None-Match: *, makes one under an id that the
 * client has chosen. OGC 20-002, replace. Layer 4 (api).
 *
 * Without the header nothing is made: who means to replace something is told that it is not there.
 */
#include "item_write.h"

static enum jalon_status read_body(struct jalon_context *ctx, void *user,
                                   struct jalon_text current, struct jalon_record *out)
{
    struct jalon_request *request = user;
    (void)ctx;     /* the request's */
    (void)current; /* nothing of it is left */
    return jalon_item_read_body(request, request->body, out);
}

enum jalon_status jalon_item_put(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_edit edit;
    enum jalon_status status = jalon_item_read_edit(request, JALON_EDIT_REPLACE, &edit);
    if (status != JALON_OK) {
        return status;
    }
    if (edit.if_none_match.any && !edit.if_match.given) {
        return jalon_item_create(request, response, true);
    }
    status = jalon_endpoint_id(request, &edit.id);
    if (status == JALON_NOT_FOUND && edit.if_match.given) {
        return JALON_PRECONDITION; /* as where an id is free */
    }
    edit.read = read_body;
    return status == JALON_OK ? jalon_item_edit(request, response, &edit) : status;
}
