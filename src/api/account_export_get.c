/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GET /accounts/me/export: a copy of what there is of who asks, as one file. Layer 4 (api).
 *
 * It is made in a file without a name, so that no memory depends on how much there is, and so that a
 * failure is known before anything is sent.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jalon/clock.h"

#include "people.h"

/* Written at once, and the most that a page may be. */
#define PIECE ((size_t)256 << 10)
#define PAGE_MAX ((size_t)512 << 20)

struct making {
    struct jalon_request *request;
    struct jalon_buffer buffer;
    int file;
};

bool jalon_account_export_takes_long(const struct jalon_request *request)
{
    (void)request;
    return true;
}

static enum jalon_status open_file(struct jalon_context *ctx, int *out)
{
    char path[1024];
    const char *given = getenv("TMPDIR");
    int length = snprintf(path, sizeof path, "%s/jalon-copy-XXXXXX",
                          given != NULL && *given != '\0' ? given : "/var/tmp");
    int file = length > 0 && (size_t)length < sizeof path ? mkstemp(path) : -1;
    if (file < 0) {
        jalon_error_internal(ctx, "%s: %s", path, strerror(errno));
        return jalon_fail(ctx, JALON_UNAVAILABLE, "there is no place to make the file in");
    }
    (void)unlink(path);
    *out = file;
    return JALON_OK;
}

static enum jalon_status write_out(struct jalon_context *ctx, struct making *making)
{
    enum jalon_status status = jalon_buffer_status(&making->buffer);
    for (size_t at = 0; status == JALON_OK && at < making->buffer.length;) {
        ssize_t size = write(making->file, making->buffer.data + at, making->buffer.length - at);
        if (size < 0 && errno != EINTR) {
            jalon_error_internal(ctx, "the copy: %s", strerror(errno));
            return jalon_fail(ctx, errno == ENOSPC ? JALON_NO_SPACE : JALON_UNAVAILABLE,
                              "the file could not be written");
        }
        at += size > 0 ? (size_t)size : 0;
    }
    jalon_buffer_clear(&making->buffer);
    return status;
}

static enum jalon_status flush(struct jalon_context *ctx, void *object)
{
    struct making *making = object;
    if (jalon_request_is_abandoned(making->request)) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "nobody waits for it any more");
    }
    return making->buffer.status == JALON_OK && making->buffer.length < PIECE
               ? JALON_OK
               : write_out(ctx, making);
}

static enum jalon_status make(struct making *making, const struct jalon_account *account)
{
    struct jalon_api *api = making->request->application;
    struct jalon_context *ctx = making->request->ctx;
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, &making->buffer);
    jalon_json_begin_object(&writer, NULL);
    jalon_endpoint_put_time(&writer, "made", jalon_clock_now_us());
    jalon_json_begin_object(&writer, "account");
    jalon_people_put_account(&writer, account);
    jalon_json_end_object(&writer);
    enum jalon_status status =
        jalon_app_write_copy(ctx, api->app, account, &writer, flush, making);
    jalon_json_end_object(&writer);
    return status == JALON_OK ? write_out(ctx, making) : status;
}

enum jalon_status jalon_account_export_get(struct jalon_request *request,
                                           struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct making making = {.request = request, .file = -1};
    struct jalon_account account;
    enum jalon_status status =
        jalon_app_find_account(request->ctx, api->app, request->account, &account);
    if (status == JALON_OK) {
        status = open_file(request->ctx, &making.file);
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_buffer_init(&making.buffer, PAGE_MAX);
    status = make(&making, &account);
    jalon_buffer_finish(&making.buffer);
    response->disposition = jalon_text_format(
        request->ctx->arena, "attachment; filename=\"%s.json\"", account.name.data);
    if (status == JALON_OK && response->disposition.data == NULL) {
        status = jalon_no_memory(request->ctx);
    }
    if (status != JALON_OK) {
        close(making.file);
        return status;
    }
    jalon_people_keep_private(response);
    response->file = making.file;
    return JALON_OK;
}
