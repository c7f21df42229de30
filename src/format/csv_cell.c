/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Texts as CSV cells, there and back. Layer 2. */
#include "csv_cell.h"

#include <string.h>

static bool is_any_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* Only digits and what stands between them: no formula can do harm with that. */
static bool is_plain_number(struct jalon_text text)
{
    for (size_t i = 1; i < text.length; i++) {
        if (!is_any_of(text.data[i], "0123456789 .,()/-")) {
            return false;
        }
    }
    return text.data[0] == '+' || text.data[0] == '-';
}

/* Would a spreadsheet run it, perhaps after apostrophes were taken off? */
static bool is_formula(struct jalon_text text)
{
    while (text.length > 0 && text.data[0] == '\'') {
        text = jalon_text_slice(text.data + 1, text.length - 1);
    }
    return text.length > 0 && is_any_of(text.data[0], "=+-@\t\r") && !is_plain_number(text);
}

static bool needs_quotes(struct jalon_text text)
{
    if (text.length == 0) {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        if (is_any_of(text.data[i], "\",;\r\n\t")) {
            return true;
        }
    }
    return text.data[0] == ' ' || text.data[text.length - 1] == ' ';
}

static void append_doubled(struct jalon_buffer *buffer, struct jalon_text text)
{
    while (text.length > 0) {
        size_t quote = jalon_text_find(text, '"');
        jalon_buffer_append(buffer, text.data, quote);
        if (quote == text.length) {
            return;
        }
        jalon_buffer_append(buffer, "\"\"", 2);
        text = jalon_text_slice(text.data + quote + 1, text.length - quote - 1);
    }
}

void jalon_csv_write_cell(struct jalon_buffer *buffer, struct jalon_text text)
{
    const char *guard = is_formula(text) ? "'" : "";
    if (!needs_quotes(text)) {
        jalon_buffer_append_string(buffer, guard);
        jalon_buffer_append_text(buffer, text);
        return;
    }
    jalon_buffer_append_char(buffer, '"');
    jalon_buffer_append_string(buffer, guard);
    append_doubled(buffer, text);
    jalon_buffer_append_char(buffer, '"');
}

struct jalon_text jalon_csv_clean_cell(struct jalon_text cell)
{
    if (cell.length >= 2 && cell.data[0] == '"' && cell.data[cell.length - 1] == '"') {
        struct jalon_text inner = jalon_text_slice(cell.data + 1, cell.length - 2);
        cell = jalon_text_find(inner, '"') == inner.length ? inner : cell;
    }
    if (cell.length > 1 && cell.data[0] == '\'') {
        struct jalon_text rest = jalon_text_slice(cell.data + 1, cell.length - 1);
        cell = is_formula(rest) ? rest : cell;
    }
    return jalon_text_trim(cell).length > 0 ? cell : JALON_TEXT_EMPTY;
}
