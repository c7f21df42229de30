/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Bar plots as SVG 1.1, drawn by hand: readable on a phone and without colours, no script, no
 * style sheet, no font of their own; the same numbers give the same bytes. Layer 2 (format).
 */
#ifndef JALON_PLOT_H
#define JALON_PLOT_H

#include "jalon/buffer.h"
#include "jalon/text.h"

struct jalon_plot_bar {
    struct jalon_text label; /* cut with … where it is longer than a phone is wide */
    struct jalon_text color; /* "#rrggbb"; anything else: the plot's own colour */
    int64_t count;           /* 0 or more */
    unsigned depth;          /* how far it is indented: below which bar it belongs */
};

struct jalon_plot {
    struct jalon_text title;
    struct jalon_text description;
    const struct jalon_plot_bar *bars;
    size_t bar_count;
};

/* Bars of one plot that are drawn, and plots of one drawing. */
#define JALON_PLOT_BARS_MAX 400

struct jalon_plot_options {
    struct jalon_text title;       /* of the drawing: its <title> */
    struct jalon_text description; /* its <desc> */
    struct jalon_text language;    /* "fr", "en": also how thousands are parted */
    struct jalon_text nothing;     /* said where a plot has no bar */
    int64_t whole;                 /* what is 100 %; 0: no shares are written */
};

/*
 * Appends one svg element with the plots below each other, each with its title, its description and
 * a line of text for every bar. 360 units wide; it scales. Of more bars than JALON_PLOT_BARS_MAX
 * the last ones are drawn. `count` 1 gives a figure for a page.
 */
void jalon_plot_write(struct jalon_buffer *buffer, const struct jalon_plot_options *options,
                      const struct jalon_plot *plots, size_t count);
/* 1234567 as people read it: "1 234 567" with narrow no-break spaces in French, "1,234,567" else. */
void jalon_plot_write_number(struct jalon_buffer *buffer, int64_t number,
                             struct jalon_text language);
/* "12.3 %" of the whole, one decimal, in the language's form; nothing when the whole is 0. */
void jalon_plot_write_share(struct jalon_buffer *buffer, int64_t count, int64_t whole,
                            struct jalon_text language);

#endif
