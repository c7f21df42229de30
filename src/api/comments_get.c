/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}/comments: the words on it, oldest first. Layer 4 (api). */
#include "conversation.h"

/* Of which state; for moderators. */
static enum jalon_status read_state(struct jalon_request *request,
                                    struct jalon_comment_page *page)
{
    struct jalon_text state;
    page->has_state = jalon_request_parameter(request, "state", &state);
    if (page->has_state && (!jalon_moderation_parse(state, &page->state) ||
                            page->state == JALON_MODERATION_REJECTED)) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "state",
                             "expected pending, published, hidden or deleted");
    }
    return JALON_OK;
}

enum jalon_status jalon_comments_get(struct jalon_request *request,
                                       struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_comment *list = NULL;
    struct jalon_comment_page page;
    size_t limit = 0, count = 0;
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_endpoint_read_page(request, &limit, &page.after);
    }
    if (status == JALON_OK) {
        status = read_state(request, &page);
    }
    if (status == JALON_OK) { /* one more says whether there is a next page */
        page.limit = limit + 1;
        status = jalon_app_list_comments(request->ctx, api->app, &about, &page, &list, &count);
    }
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_json_writer writer;
    bool more = count > limit;
    count -= more;
    jalon_endpoint_begin_private(response, &writer);
    jalon_json_begin_array(&writer, "items");
    for (size_t i = 0; i < count; i++) {
        jalon_json_begin_object(&writer, NULL);
        jalon_talk_put_comment(&writer, &list[i]);
        jalon_json_end_object(&writer);
    }
    return jalon_endpoint_end_list(request, response, &writer, more ? &list[count - 1].id : NULL,
                               limit);
}
