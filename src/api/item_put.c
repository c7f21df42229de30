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

static enum jalon_status read_new_id(struct jalon_request *request, struct jalon_id *out)
{
    struct jalon_id id;
    if (!jalon_id_parse(jalon_request_variable(request, "id"), &id) ||
        !jalon_id_is_version_7(id)) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "id",
                             "expected a UUID of version 7 (RFC 9562), made for this contribution");
    }
    *out = id;
    return JALON_OK;
}

static enum jalon_status create(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_id id;
    struct jalon_record record;
    struct jalon_contribute command;
    struct jalon_contributed contributed;
    enum jalon_status status = jalon_item_read_contribute(request, &command);
    if (status == JALON_OK) {
        status = jalon_app_may_contribute(request->ctx, api->app, &command);
    }
    if (status == JALON_OK) {
        status = read_new_id(request, &id);
    }
    if (status == JALON_OK) {
        status = jalon_item_read_body(request, request->body, &record);
    }
    command.id = &id;
    command.record = &record;
    if (status == JALON_OK) {
        status = jalon_app_contribute(request->ctx, api->app, &command, &contributed);
    }
    return status == JALON_OK
               ? jalon_item_answer_created(request, response, &command, &contributed)
               : status;
}

enum jalon_status jalon_item_put(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_edit edit;
    enum jalon_status status = jalon_item_read_edit(request, JALON_EDIT_REPLACE, &edit);
    if (status != JALON_OK) {
        return status;
    }
    if (edit.if_none_match.any && !edit.if_match.given) {
        return create(request, response);
    }
    status = jalon_endpoint_id(request, &edit.id);
    if (status == JALON_NOT_FOUND && edit.if_match.given) {
        return JALON_PRECONDITION; /* as where an id is free */
    }
    edit.read = read_body;
    return status == JALON_OK ? jalon_item_edit(request, response, &edit) : status;
}
