/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Bar plots as SVG. Layer 2 (format).
 *
 * One column of bars, the label above its bar, the number after it: this holds for long labels and
 * narrow screens without measuring any text. Lengths are whole units, so that no number is rounded
 * differently elsewhere.
 */
#include "jalon/plot.h"

#include <string.h>

enum {
    WIDTH = 360,
    MARGIN = 12,
    INDENT = 14,
    INDENTS_MAX = 4,
    TITLE_HEIGHT = 34,
    BAR_STEP = 38,
    BAR_HEIGHT = 12,
    BAR_MAX = 216, /* leaves 120 for number and share */
    PLOT_GAP = 18,
    LABEL_MAX = 44, /* code points at 14 units in 336 of width */
    LABEL_PER_INDENT = 2,
    TITLE_MAX = 38,
};

static const char own_color[] = "#0f4f4a";

/* --- Words and numbers --- */

void jalon_plot_write_number(struct jalon_buffer *buffer, int64_t number,
                             struct jalon_text language)
{
    char digits[24];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    const char *separator = jalon_text_is(language, "fr") ? "\xe2\x80\xaf" : ",";
    while (count > 0) {
        jalon_buffer_append_char(buffer, digits[--count]);
        if (count > 0 && count % 3 == 0) {
            jalon_buffer_append_string(buffer, separator);
        }
    }
}

void jalon_plot_write_share(struct jalon_buffer *buffer, int64_t count, int64_t whole,
                            struct jalon_text language)
{
    if (whole <= 0) {
        return;
    }
    bool french = jalon_text_is(language, "fr");
    int64_t tenths = (int64_t)((double)count / (double)whole * 1000 + 0.5);
    jalon_plot_write_number(buffer, tenths / 10, language);
    jalon_buffer_append_char(buffer, french ? ',' : '.');
    jalon_buffer_append_char(buffer, (char)('0' + tenths % 10));
    jalon_buffer_append_string(buffer, french ? "\xc2\xa0%" : "%");
}

/* At most `most` code points, the last one an ellipsis when something is cut. */
static void write_cut(struct jalon_buffer *buffer, struct jalon_text text, size_t most)
{
    if (jalon_text_code_points(text) <= most) {
        jalon_buffer_append_html(buffer, text);
        return;
    }
    size_t end = 0;
    for (size_t points = 0; end < text.length; end++) {
        bool starts = ((unsigned char)text.data[end] & 0xC0U) != 0x80U;
        points += starts;
        if (starts && points == most) {
            break;
        }
    }
    jalon_buffer_append_html(buffer, jalon_text_slice(text.data, end));
    jalon_buffer_append_string(buffer, "\xe2\x80\xa6");
}

static bool is_color(struct jalon_text text)
{
    bool good = text.length == 7 && text.data[0] == '#';
    for (size_t i = 1; good && i < text.length; i++) {
        good = strchr("0123456789abcdefABCDEF", text.data[i]) != NULL && text.data[i] != '\0';
    }
    return good;
}

/* --- Bars --- */

static size_t drawn_count(const struct jalon_plot *plot)
{
    return plot->bar_count < JALON_PLOT_BARS_MAX ? plot->bar_count : JALON_PLOT_BARS_MAX;
}

static int64_t largest(const struct jalon_plot *plot)
{
    int64_t most = 1;
    for (size_t i = 0; i < plot->bar_count; i++) {
        most = plot->bars[i].count > most ? plot->bars[i].count : most;
    }
    return most;
}

/* Something that is there is seen: at least one unit. */
static int bar_length(int64_t count, int64_t most)
{
    int length = (int)((double)count / (double)most * BAR_MAX + 0.5);
    return count > 0 && length == 0 ? 1 : length;
}

static void write_bar(struct jalon_buffer *buffer, const struct jalon_plot_options *options,
                      const struct jalon_plot_bar *bar, int64_t most, int top)
{
    int indents = bar->depth < INDENTS_MAX ? (int)bar->depth : INDENTS_MAX;
    int left = MARGIN + indents * INDENT;
    int length = bar_length(bar->count, most);
    jalon_buffer_append_format(buffer, "<g><title>");
    jalon_buffer_append_html(buffer, bar->label);
    jalon_buffer_append_format(buffer,
                               "</title><text x=\"%d\" y=\"%d\" font-size=\"14\">", left, top + 14);
    write_cut(buffer, bar->label, (size_t)(LABEL_MAX - indents * LABEL_PER_INDENT));
    jalon_buffer_append_string(buffer, "</text>");
    if (length > 0) {
        jalon_buffer_append_format(
            buffer, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%.*s\" "
                    "stroke=\"#17302e\" stroke-width=\"0.5\"/>",
            left, top + 20, length, BAR_HEIGHT, is_color(bar->color) ? 7 : (int)strlen(own_color),
            is_color(bar->color) ? bar->color.data : own_color);
    }
    jalon_buffer_append_format(buffer, "<text x=\"%d\" y=\"%d\" font-size=\"13\">",
                               left + length + 5, top + 31);
    jalon_plot_write_number(buffer, bar->count, options->language);
    if (options->whole > 0) {
        jalon_buffer_append_string(buffer, " (");
        jalon_plot_write_share(buffer, bar->count, options->whole, options->language);
        jalon_buffer_append_char(buffer, ')');
    }
    jalon_buffer_append_string(buffer, "</text></g>\n");
}

/* --- Plots --- */

static int plot_height(const struct jalon_plot *plot)
{
    size_t bars = drawn_count(plot);
    return TITLE_HEIGHT + (int)(bars > 0 ? bars : 1) * BAR_STEP + PLOT_GAP;
}

static void write_plot(struct jalon_buffer *buffer, const struct jalon_plot_options *options,
                       const struct jalon_plot *plot, int top)
{
    int64_t most = largest(plot);
    jalon_buffer_append_string(buffer, "<g><title>");
    jalon_buffer_append_html(buffer, plot->title);
    jalon_buffer_append_string(buffer, "</title><desc>");
    jalon_buffer_append_html(buffer, plot->description);
    jalon_buffer_append_format(
        buffer, "</desc><text x=\"%d\" y=\"%d\" font-size=\"17\" font-weight=\"600\">", MARGIN,
        top + 24);
    write_cut(buffer, plot->title, TITLE_MAX);
    jalon_buffer_append_string(buffer, "</text>\n");
    size_t count = drawn_count(plot), first = plot->bar_count - count;
    for (size_t i = 0; i < count; i++) {
        write_bar(buffer, options, &plot->bars[first + i], most,
                  top + TITLE_HEIGHT + (int)i * BAR_STEP);
    }
    if (count == 0) {
        jalon_buffer_append_format(buffer, "<text x=\"%d\" y=\"%d\" font-size=\"14\">", MARGIN,
                                   top + TITLE_HEIGHT + 14);
        jalon_buffer_append_html(buffer, options->nothing);
        jalon_buffer_append_string(buffer, "</text>\n");
    }
    jalon_buffer_append_string(buffer, "</g>\n");
}

void jalon_plot_write(struct jalon_buffer *buffer, const struct jalon_plot_options *options,
                      const struct jalon_plot *plots, size_t count)
{
    int height = MARGIN;
    for (size_t i = 0; i < count; i++) {
        height += plot_height(&plots[i]);
    }
    jalon_buffer_append_format(
        buffer,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
        "viewBox=\"0 0 %d %d\" xml:lang=\"%.*s\" role=\"group\" "
        "font-family=\"system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif\" fill=\"#17302e\">\n"
        "<title>",
        WIDTH, height, WIDTH, height, JALON_TEXT_ARGS(options->language));
    jalon_buffer_append_html(buffer, options->title);
    jalon_buffer_append_string(buffer, "</title>\n<desc>");
    jalon_buffer_append_html(buffer, options->description);
    jalon_buffer_append_format(
        buffer, "</desc>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", WIDTH, height);
    int top = MARGIN / 2;
    for (size_t i = 0; i < count; i++) {
        write_plot(buffer, options, &plots[i], top);
        top += plot_height(&plots[i]);
    }
    jalon_buffer_append_string(buffer, "</svg>\n");
}
