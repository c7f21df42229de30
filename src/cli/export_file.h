/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Exporting collections into one file: reading, writer and file wired. Private to cli. */
#ifndef JALON_CLI_EXPORT_FILE_H
#define JALON_CLI_EXPORT_FILE_H

#include "jalon/app.h"
#include "jalon/format.h"

/* What is exported, and how. */
struct export_job {
    struct jalon_app *app;
    const struct jalon_map *map;    /* as they see it: */
    enum jalon_visibility audience; /* who is to read it */
    const struct jalon_format *format;
    int32_t srid;             /* 0: longitude and latitude on WGS 84 */
    struct jalon_text filter; /* CQL2; may be empty */
    bool only_open;           /* data: nothing that may not be used commercially */
    bool show_progress;       /* on stderr */
    int64_t rows;             /* written so far */
    int64_t next_us;          /* when progress is shown again */
    int64_t time_us;          /* when the export began */
};

/*
 * Writes the collections (indexes; one, unless the format is converted) into the file, or to standard
 * output when path is NULL. The file is there when it is whole, and not before.
 */
enum jalon_status export_file_write(struct jalon_context *ctx, struct export_job *job,
                                    const int32_t *collections, size_t count,
                                    const char *path) JALON_MUST_USE;

#endif
