/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GET …/clusters/{cluster}/leaves and /children: what is in one cluster, page by page, and what it
 * falls apart into. Both take the filters that the cluster was made with. Layer 4 (api).
 */
#include "clusters.h"

enum { LINKS_MAX = 2 };

/* What is asked for. */
struct asked {
    struct jalon_text list; /* its path below /maps/ */
    struct jalon_view_query query;
    struct jalon_cluster_place place;
};

static enum jalon_status read(struct jalon_request *request, const struct jalon_reading *reading,
                              const char *what, struct asked *out)
{
    struct jalon_text cluster = jalon_request_variable(request, "cluster");
    enum jalon_status status = jalon_clusters_read_id(request, reading, &out->query, &out->place);
    if (status != JALON_OK) {
        return status;
    }
    out->list = jalon_text_format(request->ctx->arena, "%s/clusters/%s/%s",
                                  reading->map->slug.data, cluster.data, what);
    return out->list.data != NULL
               ? jalon_items_query_read_page(request, out->list, &out->query)
               : jalon_no_memory(request->ctx);
}

/* self, and next after this key (0: there is none). */
static enum jalon_status make_links(struct jalon_request *request, const struct asked *asked,
                                    int64_t next, struct jalon_link links[LINKS_MAX],
                                    size_t *out_count)
{
    const struct jalon_format *format = jalon_clusters_format();
    struct jalon_text type = jalon_text_from(format->media_type);
    links[0] = (struct jalon_link){
        .rel = JALON_TEXT("self"), .type = type, .title = JALON_TEXT("This page")};
    links[1] = (struct jalon_link){
        .rel = JALON_TEXT("next"), .type = type, .title = JALON_TEXT("The next page")};
    struct jalon_query_mark before = {.number = asked->query.after}, last = {.number = next};
    *out_count = next > 0 ? 2 : 1;
    enum jalon_status status =
        jalon_items_query_page_url(request, asked->list, format->name,
                                   asked->query.after > 0 ? &before : NULL,
                                   &links[0].href);
    return status == JALON_OK && next > 0
               ? jalon_items_query_page_url(request, asked->list, format->name, &last,
                                            &links[1].href)
               : status;
}

static struct jalon_items_frame make_frame(const struct jalon_reading *reading,
                                           const struct asked *asked,
                                           const struct jalon_link *links, size_t link_count)
{
    return (struct jalon_items_frame){
        .map = reading->map,
        .collection = &reading->map->collections[asked->query.collection],
        .links = links,
        .link_count = link_count,
        .time_us = jalon_snapshot_time_us(reading->snapshot),
    };
}

/* --- Leaves --- */

static enum jalon_status write_leaves(struct jalon_request *request,
                                      struct jalon_response *response,
                                      const struct jalon_reading *reading,
                                      const struct asked *asked,
                                      const struct jalon_view_result *result)
{
    struct jalon_link links[LINKS_MAX];
    size_t link_count = 0;
    int64_t next = result->more ? result->items[result->count - 1].number : 0;
    enum jalon_status status = make_links(request, asked, next, links, &link_count);
    if (status != JALON_OK) {
        return status;
    }
    const struct jalon_item_writer *writer = jalon_clusters_format()->writer;
    struct jalon_items_frame frame = make_frame(reading, asked, links, link_count);
    frame.matched = result->matched;
    frame.returned = (int64_t)result->count;
    writer->begin(&response->body, &frame);
    for (size_t i = 0; i < result->count; i++) {
        struct jalon_item item = {.json = result->items[i].json};
        writer->item(&response->body, &frame, &item, i);
    }
    writer->end(&response->body, &frame);
    return JALON_OK;
}

static enum jalon_status answer_leaves(struct jalon_request *request,
                                       struct jalon_response *response,
                                       const struct jalon_reading *reading)
{
    struct asked asked;
    struct jalon_view_result result;
    enum jalon_status status = read(request, reading, "leaves", &asked);
    if (status == JALON_OK) {
        status = jalon_snapshot_cluster_leaves(request->ctx, reading->snapshot, &asked.query,
                                               asked.place, &result);
    }
    if (status == JALON_OK &&
        jalon_items_query_unchanged(request, response, reading, &asked.query)) {
        return JALON_OK;
    }
    return status == JALON_OK ? write_leaves(request, response, reading, &asked, &result) : status;
}

enum jalon_status jalon_cluster_leaves_get(struct jalon_request *request,
                                           struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer_leaves);
}

/* --- Children --- */

static enum jalon_status write_children(struct jalon_request *request,
                                        struct jalon_response *response,
                                        const struct jalon_reading *reading,
                                        const struct asked *asked,
                                        const struct jalon_cluster_list *list)
{
    struct jalon_link links[LINKS_MAX];
    size_t link_count = 0, start = 0, index = 0;
    while (start < list->count && list->clusters[start].key <= asked->query.after) {
        start++;
    }
    size_t left = list->count - start;
    size_t count = left < asked->query.limit ? left : asked->query.limit;
    int64_t next = left > count ? list->clusters[start + count - 1].key : 0;
    enum jalon_status status = make_links(request, asked, next, links, &link_count);
    if (status != JALON_OK) {
        return status;
    }
    const struct jalon_item_writer *writer = jalon_clusters_format()->writer;
    struct jalon_items_frame frame = make_frame(reading, asked, links, link_count);
    frame.matched = list->matched;
    frame.returned = (int64_t)count;
    writer->begin(&response->body, &frame);
    status = jalon_clusters_write(request, reading, &response->body, &frame,
                                  asked->query.collection, list->clusters + start, count, &index);
    writer->end(&response->body, &frame);
    return status;
}

static enum jalon_status answer_children(struct jalon_request *request,
                                         struct jalon_response *response,
                                         const struct jalon_reading *reading)
{
    struct asked asked;
    struct jalon_cluster_list list;
    enum jalon_status status = read(request, reading, "children", &asked);
    if (status == JALON_OK) {
        status = jalon_snapshot_cluster_children(request->ctx, reading->snapshot, &asked.query,
                                                 asked.place, &list);
    }
    if (status == JALON_OK &&
        jalon_items_query_unchanged(request, response, reading, &asked.query)) {
        return JALON_OK;
    }
    return status == JALON_OK ? write_children(request, response, reading, &asked, &list) : status;
}

enum jalon_status jalon_cluster_children_get(struct jalon_request *request,
                                             struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer_children);
}
