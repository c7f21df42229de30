/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Statistics as JSON and as one table of CSV. Layer 4 (api). */
#include "stats_write.h"

#include <math.h>

enum { URL_MAX = 16384 };

void jalon_stats_figures(const struct jalon_stats *stats,
                         struct jalon_stats_figure out[JALON_STATS_FIGURES])
{
    const struct jalon_stats_people *people = &stats->people;
    const struct jalon_stats_figure figures[JALON_STATS_FIGURES] = {
        {"written", JALON_STATS_WORD_WRITTEN, -1, people->written, stats->matched},
        {"anonymous", JALON_STATS_WORD_ANONYMOUS, -1, people->anonymous, stats->matched},
        {"imported", JALON_STATS_WORD_IMPORTED, -1, people->imported, stats->matched},
        {"one_percent", JALON_STATS_WORD_ONE_PERCENT, people->one_percent.authors,
         people->one_percent.count, people->written},
        {"ten_percent", JALON_STATS_WORD_TEN_PERCENT, people->ten_percent.authors,
         people->ten_percent.count, people->written},
        {"ten", JALON_STATS_WORD_TEN, people->ten.authors, people->ten.count, people->written},
        {"half", JALON_STATS_WORD_HALF, people->half.authors, people->half.count, people->written},
    };
    for (size_t i = 0; i < JALON_STATS_FIGURES; i++) {
        out[i] = figures[i];
    }
}

struct jalon_text jalon_stats_url(struct jalon_request *request, const char *format)
{
    struct jalon_buffer url;
    jalon_buffer_init(&url, URL_MAX);
    jalon_buffer_append_text(&url, request->public_url);
    jalon_buffer_append_text(&url, request->path);
    jalon_buffer_append_string(&url, "?f=");
    jalon_buffer_append_string(&url, format);
    for (size_t i = 0; i < jalon_request_parameter_count(request); i++) {
        struct jalon_text name, value;
        jalon_request_parameter_at(request, i, &name, &value);
        if (!jalon_text_is(name, "f")) {
            jalon_endpoint_append_parameter(&url, name, value);
        }
    }
    struct jalon_text out = jalon_buffer_status(&url) == JALON_OK
                                ? jalon_text_copy(request->ctx->arena, jalon_buffer_text(&url))
                                : JALON_TEXT_EMPTY;
    jalon_buffer_finish(&url);
    return out.data != NULL ? out : JALON_TEXT_EMPTY;
}

/* Four decimals: a ten thousandth of a map is no less than a contribution of most. */
static double share_of(int64_t count, int64_t whole)
{
    return whole > 0 ? round((double)count / (double)whole * 10000) / 10000 : 0;
}

/* --- JSON --- */

static void put_row(struct jalon_request *request, struct jalon_json_writer *json,
                    const struct jalon_stats_page *page, const struct jalon_stats_table *table,
                    const struct jalon_stats_row *row)
{
    jalon_json_begin_object(json, NULL);
    if (row->key.length > 0) {
        jalon_json_put_text(json, "key", row->key);
    } else {
        jalon_json_put_null(json, "key");
    }
    jalon_json_put_text(json, "label", jalon_stats_label(request, table, row));
    if (row->parent >= 0) {
        jalon_json_put_text(json, "parent", table->rows[row->parent].key);
    }
    if (row->color.length > 0) {
        jalon_json_put_text(json, "color", row->color);
    }
    jalon_json_put_integer(json, "count", row->count);
    jalon_json_put_number(json, "share", share_of(row->count, page->stats->matched));
    if (table->dimension == JALON_STATS_AUTHOR_CLASS) {
        jalon_json_put_integer(json, "authors", row->authors);
    }
    jalon_json_end_object(json);
}

static void put_table(struct jalon_request *request, struct jalon_json_writer *json,
                      const struct jalon_stats_page *page, const struct jalon_stats_table *table)
{
    jalon_json_begin_object(json, NULL);
    jalon_json_put_string(json, "dimension", jalon_stats_dimension_name(table->dimension));
    if (table->kind.length > 0) {
        jalon_json_put_text(json, "kind", table->kind);
    }
    jalon_json_put_text(json, "title", jalon_stats_title(request, table));
    jalon_json_put_integer(json, "repeated", table->repeated);
    jalon_json_begin_array(json, "rows");
    for (size_t i = 0; i < table->row_count; i++) {
        put_row(request, json, page, table, &table->rows[i]);
    }
    jalon_json_end_array(json);
    jalon_json_end_object(json);
}

static void put_people(struct jalon_json_writer *json, const struct jalon_stats *stats)
{
    struct jalon_stats_figure figures[JALON_STATS_FIGURES];
    jalon_stats_figures(stats, figures);
    jalon_json_begin_object(json, "contributors");
    jalon_json_put_integer(json, "authors", stats->people.authors);
    for (size_t i = 0; i < JALON_STATS_CONTRIBUTORS; i++) {
        jalon_json_put_integer(json, figures[i].name, figures[i].count);
    }
    jalon_json_end_object(json);
    jalon_json_begin_object(json, "concentration");
    for (size_t i = JALON_STATS_CONTRIBUTORS; i < JALON_STATS_FIGURES; i++) {
        jalon_json_begin_object(json, figures[i].name);
        jalon_json_put_integer(json, "authors", figures[i].authors);
        jalon_json_put_integer(json, "count", figures[i].count);
        jalon_json_put_number(json, "share", share_of(figures[i].count, figures[i].whole));
        jalon_json_end_object(json);
    }
    jalon_json_end_object(json);
}

static void put_links(struct jalon_request *request, struct jalon_json_writer *json,
                      const struct jalon_map *map)
{
    jalon_json_begin_array(json, "links");
    jalon_endpoint_put_link(json, "self", "application/json", "This document",
                            jalon_stats_url(request, "json"));
    jalon_endpoint_put_link(json, "alternate", "text/html", "The same, as a page",
                            jalon_stats_url(request, "html"));
    jalon_endpoint_put_link(json, "alternate", "text/csv", "The same, as one table",
                            jalon_stats_url(request, "csv"));
    jalon_endpoint_put_link(json, "alternate", "image/svg+xml", "The same, as plots",
                            jalon_stats_url(request, "svg"));
    jalon_endpoint_put_link(json, "up", "application/json", "The map",
                            jalon_endpoint_url(request, "/maps/%s?f=json", map->slug.data));
    jalon_json_end_array(json);
}

void jalon_stats_write_json(struct jalon_request *request, struct jalon_buffer *body,
                            const struct jalon_stats_page *page)
{
    struct jalon_json_writer json;
    jalon_json_writer_init(&json, body);
    jalon_json_begin_object(&json, NULL);
    jalon_json_put_text(&json, "day", page->day);
    jalon_json_put_integer(&json, "numberMatched", page->stats->matched);
    put_people(&json, page->stats);
    jalon_json_begin_array(&json, "tables");
    for (size_t i = 0; i < page->stats->table_count; i++) {
        put_table(request, &json, page, &page->stats->tables[i]);
    }
    jalon_json_end_array(&json);
    put_links(request, &json, page->map);
    jalon_json_end_object(&json);
}

/* --- CSV --- */

static void put_line(struct jalon_buffer *body, struct jalon_text dimension, struct jalon_text key,
                     struct jalon_text label, int64_t count, int64_t whole)
{
    jalon_csv_write_cell(body, dimension);
    jalon_buffer_append_char(body, ',');
    jalon_csv_write_cell(body, key);
    jalon_buffer_append_char(body, ',');
    jalon_csv_write_cell(body, label);
    jalon_buffer_append_char(body, ',');
    jalon_buffer_append_int(body, count);
    jalon_buffer_append_char(body, ',');
    if (whole > 0) {
        jalon_buffer_append_double(body, share_of(count, whole));
    }
    jalon_buffer_append_string(body, "\r\n");
}

/* "territory.quarter" */
static struct jalon_text full_dimension(struct jalon_request *request,
                                        const struct jalon_stats_table *table)
{
    struct jalon_text name = jalon_text_from(jalon_stats_dimension_name(table->dimension));
    if (table->kind.length == 0) {
        return name;
    }
    struct jalon_text full =
        jalon_text_format(request->ctx->arena, "%s.%s", name.data, table->kind.data);
    return full.data != NULL ? full : name;
}

void jalon_stats_write_csv(struct jalon_request *request, struct jalon_buffer *body,
                           const struct jalon_stats_page *page)
{
    const struct jalon_stats *stats = page->stats;
    struct jalon_stats_figure figures[JALON_STATS_FIGURES];
    jalon_stats_figures(stats, figures);
    jalon_buffer_append_string(body, "dimension,key,label,count,share\r\n");
    put_line(body, JALON_TEXT("all"), JALON_TEXT_EMPTY,
             jalon_stats_word(request, JALON_STATS_WORD_COUNTED), stats->matched, stats->matched);
    for (size_t i = 0; i < stats->table_count; i++) {
        const struct jalon_stats_table *table = &stats->tables[i];
        struct jalon_text dimension = full_dimension(request, table);
        for (size_t j = 0; j < table->row_count; j++) {
            const struct jalon_stats_row *row = &table->rows[j];
            put_line(body, dimension, row->key, jalon_stats_label(request, table, row), row->count,
                     stats->matched);
        }
    }
    put_line(body, JALON_TEXT("contributors"), JALON_TEXT("authors"),
             jalon_stats_word(request, JALON_STATS_WORD_AUTHORS), stats->people.authors, 0);
    for (size_t i = 0; i < JALON_STATS_FIGURES; i++) {
        put_line(body,
                 i < JALON_STATS_CONTRIBUTORS ? JALON_TEXT("contributors")
                                              : JALON_TEXT("concentration"),
                 jalon_text_from(figures[i].name), jalon_stats_word(request, figures[i].word),
                 figures[i].count, figures[i].whole);
    }
}
