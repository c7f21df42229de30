/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Files that are made by a program of its own: the rows of a writer that is converted
 * (jalon/format.h) go to jalon-gdal, which makes a GeoPackage or a zip of Shapefiles.
 * Layer 2 (format).
 *
 * Nothing grows with the file: what is fed is on its way at once. One thread at a time.
 */
#ifndef JALON_CONVERSION_H
#define JALON_CONVERSION_H

#include "jalon/buffer.h"
#include "jalon/context.h"

struct jalon_conversion;

struct jalon_conversion_options {
    const char *program; /* jalon-gdal; found by who wires, borrowed */
    const char *format;  /* "gpkg" or "shp" */
    /* Where a folder for the file can be made; empty: TMPDIR, else /var/tmp. */
    struct jalon_text folder;
    int64_t deadline_us; /* monotonic; 0: none */
    /* Asked several times a second: is nobody waiting for the file any more? May be NULL. */
    bool (*is_cancelled)(void *handle);
    void *handle;
};

/* Starts the program. JALON_UNAVAILABLE: it cannot be started, or there is no place for the file. */
enum jalon_status jalon_conversion_start(struct jalon_context *ctx,
                                         const struct jalon_conversion_options *options,
                                         struct jalon_conversion **out) JALON_MUST_USE;
/*
 * The next bytes of the rows; the buffer is empty afterwards. JALON_UNAVAILABLE: the deadline has
 * passed, nobody waits any more, or the program has ended; JALON_TOO_LARGE: the format has no place
 * for so much; or what the buffer met.
 */
enum jalon_status jalon_conversion_feed(struct jalon_context *ctx,
                                        struct jalon_conversion *conversion,
                                        struct jalon_buffer *buffer) JALON_MUST_USE;
/*
 * The rows are whole. *out_path is the file, in the context's arena: the caller's to open, or to move
 * away, until the conversion is closed. Failures as above.
 */
enum jalon_status jalon_conversion_finish(struct jalon_context *ctx,
                                          struct jalon_conversion *conversion,
                                          struct jalon_text *out_path) JALON_MUST_USE;
/* Ends the program if it still runs, removes what is there of the file. NULL is allowed. */
void jalon_conversion_close(struct jalon_conversion *conversion);

#endif
