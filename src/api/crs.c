/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Coordinate reference systems of requests and answers. OGC 18-058r1. Layer 4 (api). */
#include "crs.h"

/* Of the list of systems in an error. */
enum { NAMES_MAX = 4096 };

/* --- Reading --- */

static enum jalon_status refuse(struct jalon_request *request, const char *parameter)
{
    const struct jalon_api *api = request->application;
    struct jalon_buffer codes;
    char uri[JALON_CRS_URI_SIZE];
    jalon_buffer_init(&codes, NAMES_MAX);
    for (size_t i = 1; i < api->crs.count; i++) {
        jalon_buffer_append_format(&codes, i == 1 ? "%d" : ", %d", (int)api->crs.items[i].srid);
    }
    enum jalon_status status = jalon_fail_at(
        request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, parameter,
        "is not a coordinate reference system there is here; there are %s, and "
        "http://www.opengis.net/def/crs/EPSG/0/ with %s",
        jalon_crs_uri(&api->crs.items[0], uri), jalon_buffer_text(&codes).data);
    jalon_buffer_finish(&codes);
    return status;
}

enum jalon_status jalon_api_read_crs(struct jalon_request *request, const char *parameter,
                                     const struct jalon_crs **out)
{
    const struct jalon_api *api = request->application;
    struct jalon_text name;
    const struct jalon_crs *crs = &api->crs.items[0];
    if (jalon_request_parameter(request, parameter, &name)) {
        crs = jalon_crs_find(&api->crs, name);
    }
    if (crs == NULL) {
        return refuse(request, parameter);
    }
    *out = crs;
    return JALON_OK;
}

/* <URI>, as 18-058r1 writes it in the header, or the URI alone. */
static struct jalon_text strip_brackets(struct jalon_text uri)
{
    bool bracketed = uri.length >= 2 && uri.data[0] == '<' && uri.data[uri.length - 1] == '>';
    return bracketed ? jalon_text_slice(uri.data + 1, uri.length - 2) : uri;
}

enum jalon_status jalon_api_take_content_crs(struct jalon_request *request,
                                             struct jalon_geometry *geometry)
{
    const struct jalon_api *api = request->application;
    struct jalon_text uri;
    if (!jalon_request_header(request, "Content-Crs", &uri)) {
        return JALON_OK;
    }
    const struct jalon_crs *crs = jalon_crs_find(&api->crs, strip_brackets(uri));
    if (crs == NULL) {
        return refuse(request, "Content-Crs");
    }
    geometry->srid = crs->srid;
    if (crs->north_first) {
        jalon_crs_swap(geometry->positions, geometry->position_count);
    }
    return JALON_OK;
}

enum jalon_status jalon_api_read_item_crs(struct jalon_request *request,
                                          const struct jalon_format *format,
                                          const struct jalon_crs **out)
{
    const struct jalon_crs *crs = NULL;
    enum jalon_status status = jalon_api_read_crs(request, "crs", &crs);
    if (status == JALON_OK && format->writer->only_wgs84 && !jalon_crs_is_crs84(crs)) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "crs",
                             "must be left out for %s, which only knows longitude and latitude",
                             format->name);
    }
    *out = crs;
    return status;
}

/* --- Answering --- */

enum jalon_status jalon_api_set_content_crs(struct jalon_request *request,
                                            struct jalon_response *response,
                                            const struct jalon_crs *crs)
{
    char uri[JALON_CRS_URI_SIZE];
    response->content_crs =
        jalon_text_format(request->ctx->arena, "<%s>", jalon_crs_uri(crs, uri));
    return response->content_crs.data != NULL ? JALON_OK : jalon_no_memory(request->ctx);
}

void jalon_api_put_crs_list(struct jalon_json_writer *writer, const struct jalon_crs_list *list)
{
    char uri[JALON_CRS_URI_SIZE];
    jalon_json_begin_array(writer, "crs");
    for (size_t i = 0; i < list->count; i++) {
        jalon_json_put_string(writer, NULL, jalon_crs_uri(&list->items[i], uri));
    }
    jalon_json_end_array(writer);
}

int32_t jalon_api_frame_srid(const struct jalon_crs *crs)
{
    return jalon_crs_is_crs84(crs) ? 0 : crs->srid;
}

/* The same failure, told of the parameter. */
static enum jalon_status blame_crs(struct jalon_context *ctx)
{
    struct jalon_text reason = ctx->error.message;
    jalon_error_clear(ctx);
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "crs", "%.*s",
                         JALON_TEXT_ARGS(reason));
}

enum jalon_status jalon_api_project_item(struct jalon_context *ctx,
                                         const struct jalon_contribution *contribution,
                                         const struct jalon_crs *crs,
                                         const struct jalon_item_writer *writer,
                                         const struct jalon_geometry **out)
{
    if (jalon_crs_is_crs84(crs)) {
        *out = NULL;
        return JALON_OK;
    }
    struct jalon_geometry *geometry = jalon_arena_allocate(ctx->arena, sizeof *geometry);
    if (geometry == NULL) {
        return jalon_no_memory(ctx);
    }
    *geometry = contribution->geometry;
    enum jalon_status status = jalon_crs_project(ctx, crs, writer->keeps_axes, geometry, 1);
    if (status == JALON_OK) {
        *out = geometry;
    }
    return status == JALON_INVALID ? blame_crs(ctx) : status;
}

enum jalon_status jalon_api_project_items(struct jalon_context *ctx,
                                          const struct jalon_snapshot *snapshot,
                                          const struct jalon_view_item *items, size_t count,
                                          const struct jalon_crs *crs,
                                          const struct jalon_item_writer *writer,
                                          const struct jalon_geometry **out)
{
    if (jalon_crs_is_crs84(crs)) {
        *out = NULL;
        return JALON_OK;
    }
    struct jalon_geometry *geometries =
        jalon_arena_allocate(ctx->arena, count * sizeof *geometries);
    if (geometries == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        geometries[i] = jalon_snapshot_geometry(snapshot, &items[i]);
    }
    enum jalon_status status =
        jalon_crs_project(ctx, crs, writer->keeps_axes, geometries, count);
    if (status == JALON_OK) {
        *out = geometries;
    }
    return status == JALON_INVALID ? blame_crs(ctx) : status;
}
