/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET …/items: the contributions that match, page by page. OGC 17-069r4, 7.15. Layer 4 (api). */
#include <string.h>

#include "jalon/prefetch.h"

#include "crs.h"
#include "items_file.h"
#include "items_query.h"
#include "page.h"

enum { AHEAD = 2, AHEAD_BYTES = 1024 }; /* Features that are on their way from memory */
enum { LINKS_MAX = 20 };

/* The format that was negotiated: "json" is another name of the first one. */
static const struct jalon_format *negotiated_format(const struct jalon_request *request)
{
    size_t count;
    const struct jalon_format *format =
        jalon_format_find(jalon_text_from(request->representation->name));
    return format != NULL && format->writer != NULL ? format : jalon_formats(&count)[0];
}

/* Of a representation: "json" is no other one than the first. */
static bool is_alias(const struct jalon_request *request, const struct jalon_representation *one)
{
    const struct jalon_representation *first = request->route->representations;
    return one != first && strcmp(one->media_type, first->media_type) == 0;
}

/* self, alternate in every other representation, collection, and next when there is a page after this. */
static enum jalon_status make_links(struct jalon_request *request, const struct jalon_map *map,
                                    const struct jalon_view_query *query,
                                    const struct jalon_view_result *result,
                                    const struct jalon_crs *crs,
                                    struct jalon_link links[LINKS_MAX], size_t *out_count)
{
    size_t count = 0;
    const struct jalon_representation *all = request->route->representations;
    const struct jalon_representation *own =
        is_alias(request, request->representation) ? all : request->representation;
    struct jalon_query_mark before = jalon_items_query_mark(query);
    enum jalon_status status = JALON_OK;
    for (; status == JALON_OK && all->name != NULL && count < LINKS_MAX - 2; all++) {
        const struct jalon_format *format = jalon_format_find(jalon_text_from(all->name));
        if (is_alias(request, all) ||
            (format != NULL && format->writer->only_wgs84 && !jalon_crs_is_crs84(crs))) {
            continue;
        }
        struct jalon_link *link = &links[count++];
        *link = (struct jalon_link){
            .rel = all == own ? JALON_TEXT("self") : JALON_TEXT("alternate"),
            .type = jalon_text_from(all->media_type),
            .title = format != NULL ? format->label.en : JALON_TEXT("This list, as a page"),
        };
        status = jalon_items_query_url(request, map, query->collection, all->name,
                                       query->after > 0 ? &before : NULL, &link->href);
    }
    links[count++] = (struct jalon_link){
        .rel = JALON_TEXT("collection"),
        .type = JALON_TEXT("application/json"),
        .title = jalon_page_link_title(request, map->collections[query->collection].title),
        .href = jalon_endpoint_url(request, "/maps/%s/collections/%s", map->slug.data,
                                   map->collections[query->collection].key.data),
    };
    if (status == JALON_OK && result->more) {
        struct jalon_link *link = &links[count++];
        *link = (struct jalon_link){
            .rel = JALON_TEXT("next"),
            .type = jalon_text_from(own->media_type),
            .title = JALON_TEXT("The next page"),
        };
        struct jalon_query_mark last = jalon_items_query_end(query, result);
        status = jalon_items_query_url(request, map, query->collection, own->name, &last,
                                       &link->href);
    }
    *out_count = count;
    return status;
}

/* The next page also as a header, for formats that have no room for links (RFC 8288). */
static enum jalon_status set_link_header(struct jalon_request *request,
                                         struct jalon_response *response,
                                         const struct jalon_link *links, size_t count)
{
    struct jalon_text next = links[count - 1].href;
    if (jalon_text_is(links[count - 1].rel, "next")) {
        response->links =
            jalon_text_format(request->ctx->arena, "<%s>; rel=\"next\"; type=\"%s\"", next.data,
                              links[count - 1].type.data);
        if (response->links.data == NULL) {
            return jalon_no_memory(request->ctx);
        }
    }
    return JALON_OK;
}

static enum jalon_status write_items(struct jalon_request *request,
                                     const struct jalon_reading *reading,
                                     struct jalon_buffer *body, const struct jalon_format *format,
                                     struct jalon_items_frame *frame,
                                     const struct jalon_view_result *result,
                                     const struct jalon_geometry *geometries)
{
    enum jalon_status status = JALON_OK;
    format->writer->begin(body, frame);
    for (frame->pass = 0; frame->pass < format->writer->passes; frame->pass++) {
        for (size_t i = 0; status == JALON_OK && i < result->count; i++) {
            if (i + AHEAD < result->count) {
                struct jalon_text next = result->items[i + AHEAD].json;
                jalon_prefetch(next.data, next.length < AHEAD_BYTES ? next.length : AHEAD_BYTES);
            }
            struct jalon_item item = {
                .json = result->items[i].json,
                .geometry = geometries != NULL ? &geometries[i] : NULL,
            };
            if (format->writer->needs_contribution) {
                status = jalon_snapshot_read(request->ctx, reading->snapshot, &result->items[i],
                                             &item.contribution);
            }
            if (status == JALON_OK) {
                format->writer->item(body, frame, &item, i);
            }
        }
    }
    format->writer->end(body, frame);
    return status;
}

/*
 * The answer is a file that a program makes: of one page when there is a limit, which then has a next
 * one, else of everything that matches.
 */
static enum jalon_status answer_file(struct jalon_request *request,
                                     struct jalon_response *response,
                                     const struct jalon_reading *reading,
                                     const struct jalon_format *format,
                                     const struct jalon_crs *crs,
                                     const struct jalon_view_query *query,
                                     struct jalon_items_frame *frame)
{
    struct jalon_view_result page;
    struct jalon_text limit;
    struct jalon_link links[LINKS_MAX];
    size_t count;
    bool is_page = jalon_request_parameter(request, "limit", &limit);
    frame->srid = jalon_api_frame_srid(crs);
    enum jalon_status status = jalon_items_make_file(request, response, reading, format, crs,
                                                     query, frame, is_page ? &page : NULL);
    if (status == JALON_OK) {
        status = jalon_api_set_content_crs(request, response, crs);
    }
    if (status == JALON_OK && is_page) {
        status = make_links(request, reading->map, query, &page, crs, links, &count);
    }
    return status == JALON_OK && is_page ? set_link_header(request, response, links, count)
                                         : status;
}

/* What is asked for, all of it: `query`, what of the frame is the request's, the system. */
static enum jalon_status read_asked(struct jalon_request *request, struct jalon_response *response,
                                    const struct jalon_reading *reading, int32_t collection,
                                    struct jalon_view_query *query,
                                    struct jalon_items_frame *frame, const struct jalon_crs **crs)
{
    const struct jalon_format *format = negotiated_format(request);
    frame->collection = &reading->map->collections[collection];
    enum jalon_status status = jalon_items_query_read(request, reading, collection, query);
    if (status == JALON_OK) {
        status = jalon_items_read_properties(request, frame);
    }
    if (status == JALON_OK) {
        status = jalon_api_read_item_crs(request, format, crs);
    }
    if (status == JALON_OK && !jalon_page_is_wanted(request)) {
        status = jalon_items_set_disposition(request, response, format, frame);
    }
    return status;
}

/* The answer is a list, page by page. */
static enum jalon_status answer_list(struct jalon_request *request,
                                     struct jalon_response *response,
                                     const struct jalon_reading *reading,
                                     const struct jalon_crs *crs,
                                     const struct jalon_view_query *query,
                                     struct jalon_items_frame *frame)
{
    const struct jalon_format *format = negotiated_format(request);
    const struct jalon_geometry *geometries = NULL;
    struct jalon_view_result result;
    struct jalon_link links[LINKS_MAX];
    enum jalon_status status =
        jalon_snapshot_query(request->ctx, reading->snapshot, query, &result);
    if (status == JALON_OK) {
        status = jalon_api_project_items(request->ctx, reading->snapshot, result.items,
                                         result.count, crs, format->writer, &geometries);
    }
    if (status == JALON_OK) {
        status = jalon_api_set_content_crs(request, response, crs);
    }
    if (status == JALON_OK) {
        status = make_links(request, reading->map, query, &result, crs, links,
                            &frame->link_count);
    }
    if (status == JALON_OK) {
        status = set_link_header(request, response, links, frame->link_count);
    }
    if (status != JALON_OK) {
        return status;
    }
    frame->links = links;
    frame->matched = result.matched;
    frame->returned = (int64_t)result.count;
    frame->srid = jalon_api_frame_srid(crs);
    if (jalon_page_is_wanted(request)) {
        return jalon_page_items(request, response, reading, query, &result, frame);
    }
    return write_items(request, reading, &response->body, format, frame, &result, geometries);
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    const struct jalon_format *format = negotiated_format(request);
    const struct jalon_crs *crs = NULL;
    struct jalon_view_query query;
    struct jalon_items_frame frame = {
        .map = reading->map,
        .time_us = jalon_snapshot_time_us(reading->snapshot),
    };
    int32_t collection;
    enum jalon_status status = jalon_endpoint_collection(request, reading->map, &collection);
    if (status == JALON_OK && jalon_page_redirects(request, response)) {
        return JALON_OK;
    }
    if (status == JALON_OK) {
        status = read_asked(request, response, reading, collection, &query, &frame, &crs);
    }
    if (status != JALON_OK || jalon_items_query_unchanged(request, response, reading, &query)) {
        return status;
    }
    return format->writer->is_converted
               ? answer_file(request, response, reading, format, crs, &query, &frame)
               : answer_list(request, response, reading, crs, &query, &frame);
}

enum jalon_status jalon_items_get(struct jalon_request *request, struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}
