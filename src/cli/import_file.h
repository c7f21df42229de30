/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Importing one file: reader and import wired, with progress and report. Private to cli. */
#ifndef JALON_CLI_IMPORT_FILE_H
#define JALON_CLI_IMPORT_FILE_H

#include <stdio.h>

#include "jalon/app.h"
#include "jalon/format.h"

struct import_file {
    const char *path; /* "-": standard input */
    const struct jalon_format *format;
    struct jalon_reader_options reader;
    struct jalon_import_options import;
    bool show_progress; /* on stderr */
    bool quiet;         /* no hints either */
    jalon_import_listener listener;
    void *listener_handle;
};

/*
 * JALON_OK also when rows were refused: the report counts them. Otherwise *out_committed says how
 * many rows were imported before the file broke off or the store failed; the message says so too.
 */
enum jalon_status jalon_cli_import_file(struct jalon_context *ctx, struct jalon_app *app,
                                        const struct import_file *file,
                                        struct jalon_import_report *out,
                                        int64_t *out_committed) JALON_MUST_USE;

#endif
