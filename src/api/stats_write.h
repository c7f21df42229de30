/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Statistics as JSON, CSV, SVG and a page. Private to api (stats*.c). */
#ifndef JALON_API_STATS_WRITE_H
#define JALON_API_STATS_WRITE_H

#include "jalon/plot.h"

#include "endpoint.h"

/* --- stats_words.c: in the request's language --- */
enum jalon_stats_word {
    JALON_STATS_WORD_TITLE,
    JALON_STATS_WORD_COUNTED,  /* contributions */
    JALON_STATS_WORD_NOTHING,
    JALON_STATS_WORD_SHARE,
    JALON_STATS_WORD_TABLE,
    JALON_STATS_WORD_REPEATED,
    JALON_STATS_WORD_PARTS,
    JALON_STATS_WORD_FILTERS,
    JALON_STATS_WORD_FORMATS,
    JALON_STATS_WORD_BACK,
    JALON_STATS_WORD_AUTHORS,
    JALON_STATS_WORD_WRITTEN,
    JALON_STATS_WORD_ANONYMOUS,
    JALON_STATS_WORD_IMPORTED,
    JALON_STATS_WORD_ONE_PERCENT,
    JALON_STATS_WORD_TEN_PERCENT,
    JALON_STATS_WORD_TEN,
    JALON_STATS_WORD_HALF,
    JALON_STATS_WORD_COUNT
};
struct jalon_text jalon_stats_word(const struct jalon_request *request, enum jalon_stats_word word);
/* What the table counts by; of territories, which kind. */
struct jalon_text jalon_stats_title(const struct jalon_request *request,
                                    const struct jalon_stats_table *table);
/* What the row is called; never empty. */
struct jalon_text jalon_stats_label(const struct jalon_request *request,
                                    const struct jalon_stats_table *table,
                                    const struct jalon_stats_row *row);

/* --- stats_write.c --- */
/* What is written, and the day that it is of ("2026-11-21"). */
struct jalon_stats_page {
    const struct jalon_map *map;
    const struct jalon_stats *stats;
    struct jalon_text day;
};
/* The members of concentration and contributors by name, for every representation. */
struct jalon_stats_figure {
    const char *name;
    enum jalon_stats_word word;
    int64_t authors; /* -1: it is a count of contributions alone */
    int64_t count;
    int64_t whole; /* what the count is a share of; 0: of nothing */
};
enum { JALON_STATS_CONTRIBUTORS = 3, JALON_STATS_CONCENTRATION = 4, JALON_STATS_FIGURES = 7 };
/* First the contributors, then the concentration. */
void jalon_stats_figures(const struct jalon_stats *stats,
                         struct jalon_stats_figure out[JALON_STATS_FIGURES]);
/* This request in another representation; empty when there is no memory. */
struct jalon_text jalon_stats_url(struct jalon_request *request, const char *format);

void jalon_stats_write_json(struct jalon_request *request, struct jalon_buffer *body,
                            const struct jalon_stats_page *page);
void jalon_stats_write_csv(struct jalon_request *request, struct jalon_buffer *body,
                           const struct jalon_stats_page *page);

/* --- stats_draw.c --- */
enum jalon_status jalon_stats_write_svg(struct jalon_request *request, struct jalon_buffer *body,
                                        const struct jalon_stats_page *page) JALON_MUST_USE;
enum jalon_status jalon_stats_write_html(struct jalon_request *request,
                                         struct jalon_response *response,
                                         const struct jalon_stats_page *page) JALON_MUST_USE;

#endif
