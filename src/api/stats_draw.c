/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Statistics as plots, and as a page with plots and tables. Layer 4 (api). */
#include "jalon/web.h"

#include "stats_write.h"

/* --- Plots --- */

static unsigned depth_of(const struct jalon_stats_table *table, const struct jalon_stats_row *row)
{
    unsigned depth = 0;
    for (; row->parent >= 0; row = &table->rows[row->parent]) {
        depth++;
    }
    return depth;
}

static enum jalon_status make_plot(struct jalon_request *request,
                                   const struct jalon_stats_table *table, struct jalon_plot *out)
{
    struct jalon_plot_bar *bars =
        jalon_arena_allocate(request->ctx->arena, table->row_count * sizeof *bars);
    if (bars == NULL) {
        return jalon_no_memory(request->ctx);
    }
    for (size_t i = 0; i < table->row_count; i++) {
        const struct jalon_stats_row *row = &table->rows[i];
        bars[i] = (struct jalon_plot_bar){
            .label = jalon_stats_label(request, table, row),
            .color = row->color,
            .count = row->count,
            .depth = depth_of(table, row),
        };
    }
    *out = (struct jalon_plot){
        .title = jalon_stats_title(request, table),
        .description = jalon_stats_word(request, table->repeated > 0 ? JALON_STATS_WORD_REPEATED
                                                                     : JALON_STATS_WORD_PARTS),
        .bars = bars,
        .bar_count = table->row_count,
    };
    return JALON_OK;
}

static struct jalon_plot_options make_options(struct jalon_request *request,
                                              const struct jalon_stats_page *page)
{
    return (struct jalon_plot_options){
        .title = jalon_stats_word(request, JALON_STATS_WORD_TITLE),
        .description = jalon_endpoint_words(request, page->map->title),
        .language = request->language,
        .nothing = jalon_stats_word(request, JALON_STATS_WORD_NOTHING),
        .whole = page->stats->matched,
    };
}

enum jalon_status jalon_stats_write_svg(struct jalon_request *request, struct jalon_buffer *body,
                                        const struct jalon_stats_page *page)
{
    const struct jalon_stats *stats = page->stats;
    struct jalon_plot *plots =
        jalon_arena_allocate(request->ctx->arena, stats->table_count * sizeof *plots);
    enum jalon_status status = plots != NULL ? JALON_OK : jalon_no_memory(request->ctx);
    for (size_t i = 0; status == JALON_OK && i < stats->table_count; i++) {
        status = make_plot(request, &stats->tables[i], &plots[i]);
    }
    if (status == JALON_OK) {
        struct jalon_plot_options options = make_options(request, page);
        jalon_plot_write(body, &options, plots, stats->table_count);
    }
    return status;
}

/* --- The page --- */

static void put_words(struct jalon_request *request, struct jalon_buffer *body,
                      enum jalon_stats_word word)
{
    jalon_buffer_append_html(body, jalon_stats_word(request, word));
}

static void put_number_cell(struct jalon_request *request, struct jalon_buffer *body, int64_t count,
                            int64_t whole)
{
    jalon_buffer_append_string(body, "<td>");
    jalon_plot_write_number(body, count, request->language);
    jalon_buffer_append_string(body, "</td><td>");
    jalon_plot_write_share(body, count, whole, request->language);
    jalon_buffer_append_string(body, "</td></tr>\n");
}

static void put_head(struct jalon_request *request, struct jalon_buffer *body)
{
    jalon_buffer_append_string(body, "<thead><tr><td></td><th scope=\"col\">");
    put_words(request, body, JALON_STATS_WORD_COUNTED);
    jalon_buffer_append_string(body, "</th><th scope=\"col\">");
    put_words(request, body, JALON_STATS_WORD_SHARE);
    jalon_buffer_append_string(body, "</th></tr></thead>\n<tbody>\n");
}

static void put_html_table(struct jalon_request *request, struct jalon_buffer *body,
                           const struct jalon_stats_page *page,
                           const struct jalon_stats_table *table)
{
    jalon_buffer_append_string(body, "<details>\n<summary>");
    put_words(request, body, JALON_STATS_WORD_TABLE);
    jalon_buffer_append_string(body, "</summary>\n<table>\n<caption>");
    jalon_buffer_append_html(body, jalon_stats_title(request, table));
    jalon_buffer_append_string(body, "</caption>\n");
    put_head(request, body);
    for (size_t i = 0; i < table->row_count; i++) {
        const struct jalon_stats_row *row = &table->rows[i];
        jalon_buffer_append_format(body, "<tr><th scope=\"row\" class=\"depth-%u\">",
                                   depth_of(table, row));
        jalon_buffer_append_html(body, jalon_stats_label(request, table, row));
        jalon_buffer_append_string(body, "</th>");
        put_number_cell(request, body, row->count, page->stats->matched);
    }
    jalon_buffer_append_string(body, "</tbody>\n</table>\n</details>\n");
}

static enum jalon_status put_section(struct jalon_request *request, struct jalon_buffer *body,
                                     const struct jalon_stats_page *page,
                                     const struct jalon_stats_table *table)
{
    struct jalon_plot_options options = make_options(request, page);
    struct jalon_plot plot;
    enum jalon_status status = make_plot(request, table, &plot);
    if (status != JALON_OK) {
        return status;
    }
    options.title = plot.title;
    options.description = plot.description;
    jalon_buffer_append_string(body, "<section>\n<h2 class=\"visually-hidden\">");
    jalon_buffer_append_html(body, plot.title);
    jalon_buffer_append_string(body, "</h2>\n");
    jalon_plot_write(body, &options, &plot, 1);
    if (table->repeated > 0) {
        jalon_buffer_append_string(body, "<p>");
        put_words(request, body, JALON_STATS_WORD_REPEATED);
        jalon_buffer_append_string(body, "</p>\n");
    }
    put_html_table(request, body, page, table);
    jalon_buffer_append_string(body, "</section>\n");
    return JALON_OK;
}

static void put_people(struct jalon_request *request, struct jalon_buffer *body,
                       const struct jalon_stats *stats)
{
    struct jalon_stats_figure figures[JALON_STATS_FIGURES];
    jalon_stats_figures(stats, figures);
    /* Nobody with an account: then nothing is concentrated either. */
    size_t count = stats->people.authors > 0 ? JALON_STATS_FIGURES : JALON_STATS_CONTRIBUTORS;
    jalon_buffer_append_string(body, "<p>");
    put_words(request, body, JALON_STATS_WORD_AUTHORS);
    jalon_buffer_append_format(body, "%s: ", jalon_text_is(request->language, "fr") ? " " : "");
    jalon_plot_write_number(body, stats->people.authors, request->language);
    jalon_buffer_append_string(body, "</p>\n<table>\n");
    put_head(request, body);
    for (size_t i = 0; i < count; i++) {
        jalon_buffer_append_string(body, "<tr><th scope=\"row\">");
        put_words(request, body, figures[i].word);
        if (figures[i].authors >= 0) {
            jalon_buffer_append_string(body, " (");
            jalon_plot_write_number(body, figures[i].authors, request->language);
            jalon_buffer_append_char(body, ')');
        }
        jalon_buffer_append_string(body, "</th>");
        put_number_cell(request, body, figures[i].count, figures[i].whole);
    }
    jalon_buffer_append_string(body, "</tbody>\n</table>\n");
}

/* The filters of the request, as they were written. */
static void put_filters(struct jalon_request *request, struct jalon_buffer *body)
{
    bool any = false;
    for (size_t i = 0; i < jalon_request_parameter_count(request); i++) {
        struct jalon_text name, value;
        jalon_request_parameter_at(request, i, &name, &value);
        if (jalon_text_is(name, "f") || jalon_text_is(name, "by")) {
            continue;
        }
        if (!any) {
            jalon_buffer_append_string(body, "<p>");
            put_words(request, body, JALON_STATS_WORD_FILTERS);
        }
        jalon_buffer_append_string(body, any ? ", <code>" : " <code>");
        jalon_buffer_append_html(body, name);
        jalon_buffer_append_char(body, '=');
        jalon_buffer_append_html(body, value);
        jalon_buffer_append_string(body, "</code>");
        any = true;
    }
    jalon_buffer_append_string(body, any ? "</p>\n" : "");
}

static void put_top(struct jalon_request *request, struct jalon_buffer *body,
                    const struct jalon_stats_page *page)
{
    jalon_buffer_append_format(
        body,
        "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
        request->language.data);
    put_words(request, body, JALON_STATS_WORD_TITLE);
    jalon_buffer_append_string(body, " \xc2\xb7 ");
    jalon_buffer_append_html(body, jalon_endpoint_words(request, page->map->title));
    jalon_buffer_append_format(
        body,
        "</title>\n<link rel=\"stylesheet\" href=\"/assets/page.css?v=%s\">\n</head>\n"
        "<body class=\"stats\">\n<main>\n<p><a href=\"/maps/%s\">",
        jalon_web_version().data, page->map->slug.data);
    put_words(request, body, JALON_STATS_WORD_BACK);
    jalon_buffer_append_string(body, "</a></p>\n<h1>");
    put_words(request, body, JALON_STATS_WORD_TITLE);
    jalon_buffer_append_string(body, " \xc2\xb7 ");
    jalon_buffer_append_html(body, jalon_endpoint_words(request, page->map->title));
    jalon_buffer_append_string(body, "</h1>\n<p>");
    put_words(request, body, JALON_STATS_WORD_COUNTED);
    jalon_buffer_append_format(body, "%s: ", jalon_text_is(request->language, "fr") ? " " : "");
    jalon_plot_write_number(body, page->stats->matched, request->language);
    jalon_buffer_append_string(body, " (");
    jalon_buffer_append_text(body, page->day);
    jalon_buffer_append_string(body, ")</p>\n");
}

static void put_formats(struct jalon_request *request, struct jalon_buffer *body)
{
    static const char *const formats[][2] = {{"csv", "CSV"}, {"svg", "SVG"}, {"json", "JSON"}};
    jalon_buffer_append_string(body, "<p>");
    put_words(request, body, JALON_STATS_WORD_FORMATS);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        jalon_buffer_append_string(body, i > 0 ? ", <a href=\"" : " <a href=\"");
        jalon_buffer_append_html(body, jalon_stats_url(request, formats[i][0]));
        jalon_buffer_append_format(body, "\">%s</a>", formats[i][1]);
    }
    jalon_buffer_append_string(body, "</p>\n");
}

enum jalon_status jalon_stats_write_html(struct jalon_request *request,
                                         struct jalon_response *response,
                                         const struct jalon_stats_page *page)
{
    struct jalon_buffer *body = &response->body;
    enum jalon_status status = JALON_OK;
    response->content_security_policy =
        JALON_TEXT("default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'self'");
    put_top(request, body, page);
    put_filters(request, body);
    put_people(request, body, page->stats);
    for (size_t i = 0; status == JALON_OK && i < page->stats->table_count; i++) {
        status = put_section(request, body, page, &page->stats->tables[i]);
    }
    put_formats(request, body);
    jalon_buffer_append_string(body, "</main>\n</body>\n</html>\n");
    return status;
}
