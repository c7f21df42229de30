/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items/{id}/comments: the words on it, oldest first. Layer 4 (api). */
#include "conversation.h"
#include "list.h"

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

static void put_comment(struct jalon_request *request, struct jalon_json_writer *writer,
                        const void *item)
{
    (void)request;
    jalon_talk_put_comment(writer, item);
}

enum jalon_status jalon_comments_get(struct jalon_request *request,
                                     struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_about about;
    struct jalon_comment *comments = NULL;
    struct jalon_list list = {.size = sizeof *comments, .put = put_comment, .key = "after"};
    struct jalon_comment_page page;
    size_t limit = 0;
    enum jalon_status status = jalon_talk_read_about(request, &about);
    if (status == JALON_OK) {
        status = jalon_list_read_page(request, &limit, &page.after);
    }
    if (status == JALON_OK) {
        status = read_state(request, &page);
    }
    if (status == JALON_OK) { /* one more says whether there is a next page */
        page.limit = limit + 1;
        status = jalon_app_list_comments(request->ctx, api->app, &about, &page, &comments,
                                         &list.count);
    }
    if (status != JALON_OK) {
        return status;
    }
    list.items = comments;
    jalon_list_cut_by_id(&list, limit, offsetof(struct jalon_comment, id));
    return jalon_list_answer(request, response, &list);
}
