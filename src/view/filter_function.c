/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The functions that filters may call; a new one is a row and a case. Layer 2 (view). */
#include "jalon/clock.h"

#include "filter.h"

enum { LENGTH, YEAR, MONTH, FUNCTION_COUNT };

static const struct jalon_view_function functions[FUNCTION_COUNT] = {
    [LENGTH] = {"length", "How many characters (code points) a text has.", JALON_VIEW_TEXT},
    [YEAR] = {"year", "The year of a date or time, in UTC.", JALON_VIEW_TIMESTAMP},
    [MONTH] = {"month", "The month of a date or time, in UTC: 1 to 12.", JALON_VIEW_TIMESTAMP},
};

const struct jalon_view_function *jalon_view_functions(size_t *out_count)
{
    *out_count = FUNCTION_COUNT;
    return functions;
}

/* Characters of the text as it is compared, so also after CASEI. */
static double count_characters(const struct jalon_view_datum *text)
{
    struct jalon_cql2_reader reader;
    size_t count = 0;
    if (text->folding == 0) {
        return (double)jalon_text_code_points(text->text);
    }
    jalon_cql2_reader_init(&reader, text->text, text->folding);
    while (jalon_cql2_reader_next(&reader) >= 0) {
        count++;
    }
    return (double)count;
}

double jalon_view_function_call(size_t function, const struct jalon_view_datum *operand)
{
    switch (function) {
    case LENGTH: return count_characters(operand);
    case YEAR: return (double)(jalon_clock_month(operand->first_us) / 12);
    default: return (double)(jalon_clock_month(operand->first_us) % 12 + 1);
    }
}
