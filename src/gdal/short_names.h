/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The names of columns in dBase files, which have ten characters. Private to gdal. */
#ifndef JALON_GDAL_SHORT_NAMES_H
#define JALON_GDAL_SHORT_NAMES_H

#include "rows.h"

enum { SHORT_NAME_SIZE = 11 };

/*
 * For each column a name that none of those before it has, without regard to case: its first ten
 * bytes; when they are taken its first eight and _2, _3, … (seven and _10, …). At most 255 columns.
 */
void make_short_names(const struct column *columns, size_t count, char (*out)[SHORT_NAME_SIZE]);

/* At most `size` bytes of the text, whole characters. */
size_t cut_text(struct jalon_text text, size_t size);

#endif
