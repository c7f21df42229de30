/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Random bytes that programs on one database share. Layer 3 (app). */
#include <string.h>

#include "internal.h"

static enum jalon_status make_key(struct jalon_context *ctx, struct jalon_session *session,
                                  struct jalon_text purpose, uint8_t out[JALON_SERVER_KEY_SIZE])
{
    uint8_t bytes[JALON_SERVER_KEY_SIZE];
    enum jalon_status status =
        jalon_store_find_secret(ctx, session, purpose, out, JALON_SERVER_KEY_SIZE);
    if (status != JALON_NOT_FOUND) {
        return status; /* another process has made it meanwhile */
    }
    jalon_random_bytes(bytes, sizeof bytes);
    status = jalon_store_insert_secret(ctx, session, purpose, bytes, sizeof bytes);
    if (status == JALON_CONFLICT) { /* between the two */
        return jalon_store_find_secret(ctx, session, purpose, out, JALON_SERVER_KEY_SIZE);
    }
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    if (status == JALON_OK) {
        memcpy(out, bytes, sizeof bytes);
    }
    return status;
}

enum jalon_status jalon_app_server_key(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_text purpose,
                                       uint8_t out[JALON_SERVER_KEY_SIZE])
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_find_secret(ctx, session, purpose, out, JALON_SERVER_KEY_SIZE);
    }
    jalon_session_end(session);
    if (status != JALON_NOT_FOUND) {
        return status;
    }
    session = NULL;
    status = jalon_store_write(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = make_key(ctx, session, purpose, out);
    }
    jalon_session_end(session);
    return status;
}
