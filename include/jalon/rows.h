/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rows on their way to the program that makes files with GDAL. Layer 2 (format).
 *
 * Jalon itself does not load GDAL, which would take more memory and time than the whole server has:
 * bin/jalon starts libexec/jalon/jalon-gdal for each file and writes this stream to its standard
 * input. Both come from one build, so that the stream has no version.
 *
 * A message is a letter and texts; a text is its length in bytes (four bytes, little-endian) and
 * those bytes. Numbers are texts in decimal.
 *
 *   'L'  a layer: key, title, description, licence, attribution, time of the state that it is (RFC
 *        3339: the same rows give the same file), srid, geometry types (bits), number of columns; for
 *        each column name, label, type (jalon_field_type_name), number of choices, and for each
 *        choice key and label
 *   'F'  a feature of that layer: WKB, east first (empty: it has no place), and the value of each
 *        column as text (empty: none); several choices with | between
 *   'E'  the end: what stops without it is not whole
 */
#ifndef JALON_ROWS_H
#define JALON_ROWS_H

#define JALON_ROWS_LAYER 'L'
#define JALON_ROWS_FEATURE 'F'
#define JALON_ROWS_END 'E'

/* How the program ends; why it failed is on standard error, one line. */
enum jalon_rows_exit {
    JALON_ROWS_DONE = 0,
    JALON_ROWS_FAILED = 1,
    JALON_ROWS_TOO_LARGE = 2, /* the format has no place for so much */
};

#endif
