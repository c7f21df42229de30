/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What every reader is made of. Layer 2, private to format.
 *
 * A reader's own struct starts with struct jalon_reader and is one block of jalon/memory.h.
 */
#ifndef JALON_FORMAT_READER_H
#define JALON_FORMAT_READER_H

#include "jalon/format.h"
#include "text_input.h"

/* Bytes that one feature, placemark or row may have; more is JALON_TOO_LARGE. */
#define JALON_FORMAT_RECORD_MAX ((size_t)32 * 1024 * 1024)

struct jalon_reader_class {
    /* As jalon_reader_next; not called again after it ended the reading. */
    enum jalon_status (*next)(struct jalon_context *ctx, struct jalon_reader *reader,
                              struct jalon_record *out);
    /* Releases what the class added; NULL when it added nothing. */
    void (*finish)(struct jalon_reader *reader);
};

struct jalon_reader {
    const struct jalon_reader_class *class;
    struct jalon_text_input *input; /* owned */
    struct jalon_arena *arena;      /* owned: what lives as long as the reader */
    struct jalon_columns columns;
    bool ended;
};

/*
 * A cleared reader of `size` bytes with its input open and its arena made. On failure nothing is
 * left; later failures of an open function call jalon_reader_close.
 */
enum jalon_status jalon_reader_create(struct jalon_context *ctx,
                                      const struct jalon_reader_class *class, size_t size,
                                      const struct jalon_source *source,
                                      struct jalon_text encoding, struct jalon_reader **out)
    JALON_MUST_USE;

/* The formats, one a file; the table is in format.c. */
extern const struct jalon_format jalon_format_geojson;
extern const struct jalon_format jalon_format_ndjson;
extern const struct jalon_format jalon_format_csv;
extern const struct jalon_format jalon_format_kml;
extern const struct jalon_format jalon_format_gpx;
extern const struct jalon_format jalon_format_gpkg;
extern const struct jalon_format jalon_format_shp;

#endif
