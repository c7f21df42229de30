/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST …/items/{id}/adopt: who has the edit secret, and an account, becomes the author. Layer 4 (api). */
#include "item_write.h"
#include "mail.h"

enum jalon_status jalon_adopt_post(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    struct jalon_secret_of of;
    struct jalon_text reason = JALON_TEXT_EMPTY;
    struct jalon_contributed adopted;
    enum jalon_status status = jalon_mail_read_item(request, &of);
    if (status == JALON_OK) {
        status = jalon_request_words(request, "Jalon-Reason", JALON_MAIL_REASON_MAX, &reason);
    }
    if (status == JALON_OK) {
        status = jalon_app_adopt(request->ctx, api->app, &actor, &of, reason, &adopted);
    }
    return status == JALON_OK ? jalon_item_answer(request, response, 200, &adopted) : status;
}
