/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Items as a file. Layer 4 (api). */
#include "items_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "jalon/clock.h"
#include "jalon/conversion.h"

#include "items_query.h"

/* What is fed at once, and the most that one contribution may become. */
#define PIECE ((size_t)256 * 1024)
#define PIECE_MAX ((size_t)512 * 1024 * 1024)
/* A file that takes longer is not made: one machine is there for all. */
#define DEADLINE_US INT64_C(600000000)

/* --- Its name --- */
/* What a browser shows in its window: the formats of the web's own. */
static bool is_shown(const struct jalon_format *format)
{
    return format->writer->keeps_axes;
}

enum jalon_status jalon_items_set_disposition(struct jalon_request *request,
                                              struct jalon_response *response,
                                              const struct jalon_format *format,
                                              const struct jalon_items_frame *frame)
{
    char time[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(frame->time_us, time);
    response->disposition = jalon_text_format(
        request->ctx->arena, "%s; filename=\"%s-%s-%.10s.%s\"",
        is_shown(format) ? "inline" : "attachment", frame->map->slug.data,
        frame->collection->key.data, time, format->extension);
    return response->disposition.data != NULL ? JALON_OK : jalon_no_memory(request->ctx);
}

/* --- Making it --- */
bool jalon_items_takes_long(const struct jalon_request *request)
{
    const struct jalon_format *format =
        jalon_format_find(jalon_text_from(request->representation->name));
    return format != NULL && format->writer != NULL && format->writer->is_converted;
}

/* A file while it is made. */
struct making {
    struct jalon_request *request;
    const struct jalon_reading *reading;
    const struct jalon_item_writer *writer;
    const struct jalon_crs *crs;
    const struct jalon_items_frame *frame;
    struct jalon_conversion *conversion;
    struct jalon_buffer buffer;
    /* Pages take turns: what a page says of its end is needed for the next one. */
    struct jalon_context *pages[2];
};

static bool is_abandoned(void *handle)
{
    return jalon_request_is_abandoned(handle);
}

static enum jalon_status start(struct making *making, const struct jalon_format *format)
{
    struct jalon_context *ctx = making->request->ctx;
    const struct jalon_api *api = making->request->application;
    struct jalon_conversion_options options = {
        .program = api->converter.data,
        .format = format->name,
        .folder = JALON_TEXT_EMPTY,
        .deadline_us = jalon_clock_monotonic_us() + DEADLINE_US,
        .is_cancelled = is_abandoned,
        .handle = making->request,
    };
    if (api->converter.length == 0) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "this server cannot make files of this format");
    }
    making->pages[0] = jalon_context_create_beside(ctx);
    making->pages[1] = jalon_context_create_beside(ctx);
    if (making->pages[0] == NULL || making->pages[1] == NULL) {
        return jalon_no_memory(ctx);
    }
    return jalon_conversion_start(ctx, &options, &making->conversion);
}

static enum jalon_status feed_items(struct making *making, struct jalon_context *page,
                                    const struct jalon_view_result *result)
{
    const struct jalon_geometry *places = NULL;
    enum jalon_status status =
        jalon_api_project_items(page, making->reading->snapshot, result->items, result->count,
                                making->crs, making->writer, &places);
    for (size_t i = 0; status == JALON_OK && i < result->count; i++) {
        struct jalon_item item = {.json = result->items[i].json,
                                  .geometry = places != NULL ? &places[i] : NULL};
        status = jalon_snapshot_read(page, making->reading->snapshot, &result->items[i],
                                     &item.contribution);
        if (status == JALON_OK) {
            making->writer->item(&making->buffer, making->frame, &item, i);
        }
        if (status == JALON_OK && making->buffer.length >= PIECE) {
            status = jalon_conversion_feed(page, making->conversion, &making->buffer);
        }
    }
    return status;
}

/* Tells the failure of a page, whose context goes, in the request's. */
static enum jalon_status carry(struct jalon_context *ctx, const struct jalon_context *page,
                               enum jalon_status status)
{
    jalon_fail_like(ctx, status, page);
    return ctx->error.message.length > 0 ? status
                                         : jalon_fail(ctx, status, "the file was not made");
}

static enum jalon_status feed_page(struct making *making, struct jalon_context *page,
                                   const struct jalon_view_query *query,
                                   struct jalon_view_result *out)
{
    enum jalon_status status =
        jalon_snapshot_query(page, making->reading->snapshot, query, out);
    return status == JALON_OK ? feed_items(making, page, out) : status;
}

static enum jalon_status feed_all(struct making *making, struct jalon_view_query query)
{
    struct jalon_view_result result = {.more = true};
    query.limit = JALON_QUERY_LIMIT_MAX;
    for (size_t turn = 0; result.more; turn++) {
        struct jalon_context *page = making->pages[turn % 2];
        jalon_context_reset(page);
        enum jalon_status status = feed_page(making, page, &query, &result);
        if (status != JALON_OK) {
            return carry(making->request->ctx, page, status);
        }
        if (result.more) {
            query.after = result.items[result.count - 1].number;
            query.after_m = result.last_m;
            query.after_values = result.last_values;
        }
    }
    return JALON_OK;
}

static enum jalon_status finish(struct making *making, struct jalon_response *response)
{
    struct jalon_context *ctx = making->request->ctx;
    struct jalon_text path;
    making->writer->end(&making->buffer, making->frame);
    enum jalon_status status = jalon_conversion_feed(ctx, making->conversion, &making->buffer);
    if (status == JALON_OK) {
        status = jalon_conversion_finish(ctx, making->conversion, &path);
    }
    if (status != JALON_OK) {
        return status;
    }
    response->file = open(path.data, O_RDONLY | O_CLOEXEC);
    if (response->file < 0) {
        jalon_error_internal(ctx, "%s: %s", path.data, strerror(errno));
        return jalon_fail(ctx, JALON_INTERNAL, "the file could not be opened");
    }
    return JALON_OK;
}

enum jalon_status jalon_items_make_file(struct jalon_request *request,
                                        struct jalon_response *response,
                                        const struct jalon_reading *reading,
                                        const struct jalon_format *format,
                                        const struct jalon_crs *crs,
                                        const struct jalon_view_query *query,
                                        const struct jalon_items_frame *frame,
                                        struct jalon_view_result *out_page)
{
    struct making making = {
        .request = request,
        .reading = reading,
        .writer = format->writer,
        .crs = crs,
        .frame = frame,
    };
    jalon_buffer_init(&making.buffer, PIECE_MAX);
    enum jalon_status status = start(&making, format);
    if (status == JALON_OK) {
        making.writer->begin(&making.buffer, frame);
        status = out_page != NULL ? feed_page(&making, request->ctx, query, out_page)
                                  : feed_all(&making, *query);
    }
    if (status == JALON_OK) {
        status = finish(&making, response);
    }
    jalon_conversion_close(making.conversion);
    jalon_buffer_finish(&making.buffer);
    jalon_context_destroy(making.pages[0]);
    jalon_context_destroy(making.pages[1]);
    return status;
}
