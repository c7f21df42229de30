/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Importing one file: reader and import wired, with progress. Layer 5 (cli). */
#include "import_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "jalon/clock.h"

enum { PROGRESS_EVERY_US = 200000, BAR_WIDTH = 24 };

static enum jalon_status read_stream(struct jalon_context *ctx, void *handle, void *data,
                                     size_t size, size_t *out_size)
{
    FILE *stream = handle;
    size_t got = fread(data, 1, size, stream);
    if (got == 0 && ferror(stream)) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the file cannot be read: %s", strerror(errno));
    }
    *out_size = got;
    return JALON_OK;
}

static enum jalon_status open_stream(struct jalon_context *ctx, const char *path, FILE **out,
                                     int64_t *out_size)
{
    struct stat info;
    *out_size = 0;
    if (strcmp(path, "-") == 0) {
        *out = stdin;
        return JALON_OK;
    }
    if (strncmp(path, "http://", 7) == 0 || strncmp(path, "https://", 8) == 0) {
        return jalon_fail(ctx, JALON_UNSUPPORTED,
                          "%s: addresses cannot be imported yet; download the file first", path);
    }
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "%s cannot be read: %s", path, strerror(errno));
    }
    if (fstat(fileno(stream), &info) != 0 || S_ISDIR(info.st_mode)) {
        fclose(stream);
        return jalon_fail(ctx, JALON_INVALID, "%s is a folder, not a file", path);
    }
    *out = stream;
    *out_size = info.st_size;
    return JALON_OK;
}

/* --- Progress: a bar, the rate, the time left --- */
struct progress {
    bool shown;
    int64_t size; /* 0: not known */
    int64_t started_us;
    int64_t next_us;
};

static void draw_progress(const struct progress *progress, int64_t now_us, int64_t position,
                          int64_t rows)
{
    double elapsed_s = (double)(now_us - progress->started_us) / 1e6;
    double rate = elapsed_s > 0 ? (double)rows / elapsed_s : 0;
    char bar[BAR_WIDTH + 1];
    memset(bar, ' ', BAR_WIDTH);
    bar[BAR_WIDTH] = '\0';
    if (progress->size <= 0 || position <= 0) {
        fprintf(stderr, "\r%lld rows, %.0f/s   ", (long long)rows, rate);
        return;
    }
    double part = (double)position / (double)progress->size;
    part = part > 1 ? 1 : part;
    memset(bar, '#', (size_t)(part * BAR_WIDTH));
    fprintf(stderr, "\r[%s] %3.0f%%  %lld rows, %.0f/s, %.0f s left   ", bar, part * 100,
            (long long)rows, rate, elapsed_s / part - elapsed_s);
}

static void step_progress(struct progress *progress, const struct jalon_reader *reader,
                          const struct jalon_import *import)
{
    int64_t now_us = progress->shown ? jalon_clock_monotonic_us() : 0;
    if (!progress->shown || now_us < progress->next_us) {
        return;
    }
    progress->next_us = now_us + PROGRESS_EVERY_US;
    draw_progress(progress, now_us, jalon_reader_position(reader),
                  jalon_import_progress(import).rows);
}

static void end_progress(const struct progress *progress)
{
    if (progress->shown) {
        fputs("\r\033[K", stderr);
    }
}

/* --- Rows --- */
/* Carries a failure from the row's context, which is about to go, to the command's. */
static enum jalon_status carry(struct jalon_context *ctx, const struct jalon_context *row,
                               enum jalon_status status)
{
    const struct jalon_error *error = &row->error;
    status =
        jalon_fail(ctx, status, "%s",
                   error->message.length > 0 ? error->message.data : jalon_status_name(status));
    for (size_t i = 0; i < error->detail_count; i++) {
        jalon_error_add(ctx, error->details[i].place, error->details[i].where.data, "%s",
                        error->details[i].reason.data);
    }
    if (error->internal.length > 0) {
        jalon_error_internal(ctx, "%s", error->internal.data);
    }
    return status;
}

/* No row had a position: then the columns that hold it have unusual names. */
static void tell_missing_positions(const struct import_file *file, int64_t rows, int64_t positions)
{
    if (rows > 0 && positions == 0 && !file->quiet) {
        fputs("jalon: no row has a position; if columns hold it, name them: --map COLUMN=lon --map "
              "COLUMN=lat, or --map COLUMN=wkt\n",
              stderr);
    }
}

/* Reads to the end. A file that breaks off leaves what was before it, committed. */
static enum jalon_status import_rows(struct jalon_context *row, struct jalon_reader *reader,
                                     struct jalon_import *import, struct progress *progress,
                                     int64_t *positions)
{
    for (;;) {
        struct jalon_record record;
        jalon_context_reset(row);
        enum jalon_status read = jalon_reader_next(row, reader, &record);
        enum jalon_status status = JALON_OK;
        if (read == JALON_OK) {
            *positions += record.has_geometry;
            status = jalon_import_row(row, import, &record);
        } else if (read == JALON_INVALID) {
            jalon_import_refuse(row, import, record.row);
        } else if (read != JALON_NOT_FOUND) {
            status = jalon_import_break_off(row, import);
        }
        if (status != JALON_OK) {
            return status;
        }
        if (read != JALON_OK && read != JALON_INVALID) {
            return read == JALON_NOT_FOUND ? JALON_OK : read;
        }
        step_progress(progress, reader, import);
    }
}

/* The message also says how far it came and what to do. */
static enum jalon_status tell_how_far(struct jalon_context *ctx, enum jalon_status status,
                                      int64_t committed)
{
    if (committed == 0) {
        return status;
    }
    struct jalon_text why = ctx->error.message;
    return jalon_fail(ctx, status,
                      "%s; %lld rows before that are imported, importing again brings the rest",
                      why.data, (long long)committed);
}

static enum jalon_status import_reader(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct import_file *file, struct jalon_reader *reader,
                                       int64_t size, struct jalon_import_report *out,
                                       int64_t *out_committed)
{
    struct jalon_import *import = NULL;
    struct jalon_columns columns = jalon_reader_columns(reader);
    struct progress progress = {file->show_progress, size, jalon_clock_monotonic_us(), 0};
    struct jalon_context *row = jalon_context_create();
    if (row == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status =
        jalon_import_begin(ctx, app, &file->import, columns.names, columns.count, file->listener,
                           file->listener_handle, &import);
    if (status == JALON_OK) {
        int64_t positions = 0;
        status = import_rows(row, reader, import, &progress, &positions);
        end_progress(&progress);
        tell_missing_positions(file, jalon_import_progress(import).rows, positions);
        status =
            status == JALON_OK ? jalon_import_finish(ctx, import, out) : carry(ctx, row, status);
        *out_committed = jalon_import_committed(import);
    }
    if (status != JALON_OK && import != NULL) {
        status = tell_how_far(ctx, status, *out_committed);
    }
    jalon_import_close(import);
    jalon_context_destroy(row);
    return status;
}

enum jalon_status jalon_cli_import_file(struct jalon_context *ctx, struct jalon_app *app,
                                        const struct import_file *file,
                                        struct jalon_import_report *out, int64_t *out_committed)
{
    FILE *stream = NULL;
    int64_t size = 0;
    struct jalon_reader *reader = NULL;
    *out_committed = 0;
    enum jalon_status status = open_stream(ctx, file->path, &stream, &size);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_source source = {read_stream, stream};
    status = file->format->open_reader(ctx, &source, &file->reader, &reader);
    if (status == JALON_OK) {
        status = import_reader(ctx, app, file, reader, size, out, out_committed);
    }
    jalon_reader_close(reader);
    if (stream != stdin) {
        fclose(stream);
    }
    return status;
}
