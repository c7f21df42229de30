/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Texts as CSV cells, there and back; the writer's table. Layer 2, private to format.
 *
 * Spreadsheets run cells that start with = + - @, tab or carriage return as formulas, and what
 * anybody may type into a public map ends in them. So such texts are written with an apostrophe in
 * front, which shows them as text, except plain numbers and telephone numbers ("-1,5",
 * "+33 4 67 00 00 00"). Reading takes the apostrophe off again: a text that itself starts with
 * apostrophes before such a character gets one more, so that what is read is what was written.
 */
#ifndef JALON_FORMAT_CSV_CELL_H
#define JALON_FORMAT_CSV_CELL_H

#include "jalon/format.h"

/*
 * What a cell says: the guard taken off, one pair of double quotes around it taken off (a quoted
 * value that was quoted again), empty when there is only white space.
 */
struct jalon_text jalon_csv_clean_cell(struct jalon_text cell);

extern const struct jalon_item_writer jalon_csv_writer;

#endif
