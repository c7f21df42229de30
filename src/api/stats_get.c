/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /maps/{map}/stats: counts of what the filters of items match. Layer 4 (api). */
#include "jalon/clock.h"

#include "items_query.h"
#include "stats_write.h"

/* All that say something about these collections. */
static unsigned usual_dimensions(const struct jalon_reading *reading,
                                 const struct jalon_view_query *queries, size_t count)
{
    unsigned dimensions = JALON_STATS_BIT(JALON_STATS_DIMENSION_COUNT) - 1;
    bool any_status = false, any_category = false;
    for (size_t i = 0; i < count; i++) {
        const struct jalon_collection *one = &reading->map->collections[queries[i].collection];
        any_status = any_status || one->status_count > 0;
        any_category = any_category || one->category_root_count > 0;
    }
    dimensions &= any_status ? ~0U : ~JALON_STATS_BIT(JALON_STATS_STATUS);
    dimensions &= any_category ? ~0U : ~JALON_STATS_BIT(JALON_STATS_CATEGORY);
    return dimensions;
}

/* `by`: names with commas between, each once. */
static enum jalon_status read_dimensions(struct jalon_request *request, struct jalon_text names,
                                         unsigned *out)
{
    unsigned dimensions = 0;
    for (size_t at = 0; at <= names.length;) {
        struct jalon_text rest = jalon_text_slice(names.data + at, names.length - at);
        struct jalon_text name = jalon_text_slice(rest.data, jalon_text_find(rest, ','));
        enum jalon_stats_dimension dimension;
        if (!jalon_stats_dimension_parse(name, &dimension) ||
            (dimensions & JALON_STATS_BIT(dimension)) != 0) {
            return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "by",
                                 "must be some of category, status, territory, month, "
                                 "author_class, collection, freshness, each once, with commas "
                                 "between");
        }
        dimensions |= JALON_STATS_BIT(dimension);
        at += name.length + 1;
    }
    *out = dimensions;
    return JALON_OK;
}

static enum jalon_status read_request(struct jalon_request *request,
                                      const struct jalon_reading *reading,
                                      struct jalon_stats_request *out)
{
    struct jalon_view_query *queries;
    size_t count;
    struct jalon_text names;
    enum jalon_status status =
        jalon_items_query_read_many(request, reading, &queries, &count);
    if (status != JALON_OK) {
        return status;
    }
    *out = (struct jalon_stats_request){
        .queries = queries,
        .query_count = count,
        .dimensions = usual_dimensions(reading, queries, count),
        .now_us = jalon_clock_now_us(),
    };
    for (size_t i = 0; i < count; i++) { /* the same day, also at midnight */
        queries[i].today = jalon_clock_day(out->now_us);
    }
    return jalon_request_parameter(request, "by", &names)
               ? read_dimensions(request, names, &out->dimensions)
               : JALON_OK;
}

static enum jalon_status write_stats(struct jalon_request *request, struct jalon_response *response,
                                     const struct jalon_stats_page *page)
{
    struct jalon_text format = jalon_text_from(request->representation->name);
    if (jalon_text_is(format, "svg")) {
        return jalon_stats_write_svg(request, &response->body, page);
    }
    if (jalon_text_is(format, "html")) {
        return jalon_stats_write_html(request, response, page);
    }
    if (jalon_text_is(format, "csv")) {
        jalon_stats_write_csv(request, &response->body, page);
    } else {
        jalon_stats_write_json(request, &response->body, page);
    }
    return JALON_OK;
}

static enum jalon_status answer(struct jalon_request *request, struct jalon_response *response,
                                const struct jalon_reading *reading)
{
    struct jalon_stats_request command;
    struct jalon_stats stats;
    char time[JALON_CLOCK_TEXT_SIZE];
    enum jalon_status status = read_request(request, reading, &command);
    if (status != JALON_OK) {
        return status;
    }
    if (jalon_endpoint_unchanged_on_day(request, response, reading,
                                        jalon_clock_day(command.now_us))) {
        return JALON_OK;
    }
    status = jalon_snapshot_stats(request->ctx, reading->snapshot, &command, &stats);
    if (status != JALON_OK) {
        return status;
    }
    jalon_clock_format(command.now_us, time);
    struct jalon_stats_page page = {reading->map, &stats, jalon_text_slice(time, 10)};
    return write_stats(request, response, &page);
}

enum jalon_status jalon_stats_get(struct jalon_request *request, struct jalon_response *response)
{
    return jalon_endpoint_read_map(request, response, answer);
}
