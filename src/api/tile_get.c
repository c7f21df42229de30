/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GET …/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}: one vector tile of a map or of one
 * of its collections. OGC 20-057, 7 (core), 12 (collections selection). Layer 4 (api).
 */
#include "tile_query.h"

_Static_assert((int)JALON_CODING_COUNT <= (int)JALON_TILE_FORMS, "a form for every coding");

static bool compress(unsigned form, struct jalon_text bytes, struct jalon_buffer *out)
{
    return jalon_compress((enum jalon_coding)form, bytes, false, out);
}

static void send_bytes(struct jalon_request *request, struct jalon_response *response,
                       const struct jalon_drawn_tile *tile)
{
    bool smaller = tile->compressed.length > 0;
    response->coding = smaller ? jalon_request_coding(request) : JALON_IDENTITY;
    jalon_buffer_append_text(&response->body, smaller ? tile->compressed : tile->bytes);
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_drawn_tile *tile)
{
    struct jalon_text etag =
        jalon_text_copy(request->ctx->arena, jalon_text_from(tile->etag));
    if (etag.data == NULL) {
        return jalon_no_memory(request->ctx);
    }
    if (tile->bytes.length == 0) {
        response->code = 204;
        response->etag = etag;
    } else if (!jalon_response_not_modified(request, response, etag)) {
        send_bytes(request, response, tile);
    }
    return JALON_OK;
}

enum jalon_status jalon_tile_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    struct jalon_reading reading = {.live = NULL};
    struct jalon_drawn_tile tile = {.entry = NULL};
    struct jalon_tile_command command = {
        .zoom = jalon_request_variable(request, "tileMatrix"),
        .row = jalon_request_variable(request, "tileRow"),
        .column = jalon_request_variable(request, "tileCol"),
        .form = jalon_request_coding(request),
        .compress = compress,
    };
    enum jalon_status status = jalon_endpoint_begin_reading(request, &reading);
    if (status == JALON_OK) {
        response->seq = jalon_snapshot_seq(reading.snapshot);
        status = jalon_tile_query_read(request, &reading, &command);
    }
    if (status == JALON_OK) {
        status = jalon_app_draw_tile(request->ctx, api->app, &reading, &command, &tile);
    }
    jalon_app_end_reading(api->app, &reading);
    if (status == JALON_OK) {
        status = answer(request, response, &tile);
    }
    jalon_app_release_tile(api->app, &tile);
    return status == JALON_OK ? jalon_endpoint_finish(request, response) : status;
}
