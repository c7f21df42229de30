/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Exporting collections into one file, a batch at a time. Layer 5 (cli). */
#include "export_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "jalon/clock.h"
#include "jalon/conversion.h"
#include "jalon/geo.h"

#include "share.h"

/* What is written at once, and the most that one contribution may become. */
#define PIECE ((size_t)256 * 1024)
#define PIECE_MAX ((size_t)512 * 1024 * 1024)
enum { PROGRESS_EVERY_US = 200000 };

/* Where the bytes go. */
struct sink {
    struct jalon_buffer buffer;
    FILE *stream; /* of a text format */
    struct jalon_conversion *conversion;
    struct jalon_text part; /* the file while it is not whole */
};

/* --- Bytes --- */
static enum jalon_status drain(struct jalon_context *ctx, struct sink *sink)
{
    if (sink->conversion != NULL) {
        return jalon_conversion_feed(ctx, sink->conversion, &sink->buffer);
    }
    if (jalon_buffer_status(&sink->buffer) != JALON_OK) {
        return jalon_no_memory(ctx);
    }
    struct jalon_text bytes = jalon_buffer_text(&sink->buffer);
    bool good = fwrite(bytes.data, 1, bytes.length, sink->stream) == bytes.length;
    jalon_buffer_clear(&sink->buffer);
    return good ? JALON_OK
                : jalon_fail(ctx, JALON_UNAVAILABLE, "the file cannot be written: %s",
                             strerror(errno));
}

static void show_progress(struct export_job *job)
{
    int64_t now_us = job->show_progress ? jalon_clock_monotonic_us() : 0;
    if (job->show_progress && now_us >= job->next_us) {
        job->next_us = now_us + PROGRESS_EVERY_US;
        fprintf(stderr, "\r%lld contributions   ", (long long)job->rows);
    }
}

/* --- Items --- */
/* Where the item is in the system that is asked for. */
static enum jalon_status place_item(struct jalon_context *row, int32_t srid,
                                    struct jalon_geometry *place, struct jalon_item *item)
{
    if (srid == 0 || item->contribution->geometry.type == JALON_GEOMETRY_NONE) {
        return JALON_OK;
    }
    enum jalon_status status = jalon_geometry_copy(row, &item->contribution->geometry, place);
    if (status == JALON_OK) {
        status = jalon_geo_transform(row, JALON_SRID_WGS84, srid, place->positions,
                                     place->position_count);
        place->srid = srid;
        item->geometry = place;
    }
    return status;
}

static enum jalon_status write_batch(struct jalon_context *ctx, struct export_job *job,
                                     struct sink *sink, const struct jalon_items_frame *frame,
                                     const struct jalon_exported *rows, size_t count,
                                     size_t *index)
{
    enum jalon_status status = JALON_OK;
    struct jalon_context *row = jalon_context_create();
    if (row == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        struct jalon_geometry place;
        struct jalon_item item = {.contribution = rows[i].contribution, .json = rows[i].json};
        status = place_item(row, job->srid, &place, &item);
        if (status != JALON_OK) {
            char id[JALON_ID_TEXT_SIZE];
            jalon_id_format(item.contribution->id, id);
            status = jalon_fail(ctx, status, "contribution %s: %s", id, row->error.message.data);
            break;
        }
        job->format->writer->item(&sink->buffer, frame, &item, (*index)++);
        status = sink->buffer.length >= PIECE ? drain(ctx, sink) : JALON_OK;
    }
    jalon_context_destroy(row);
    job->rows += frame->pass == 0 ? (int64_t)count : 0;
    show_progress(job);
    return status;
}

static enum jalon_status write_pass(struct jalon_context *ctx, struct export_job *job,
                                    struct sink *sink, const struct jalon_items_frame *frame,
                                    int32_t collection)
{
    struct jalon_export *run = NULL;
    const struct jalon_exported *rows = NULL;
    size_t count = 0, index = 0;
    enum jalon_status status =
        jalon_export_begin(ctx, job->app, job->map, collection, job->filter, &run);
    if (status == JALON_OK && job->only_open) {
        jalon_export_only_open(run);
    }
    while (status == JALON_OK) {
        status = jalon_export_next(ctx, run, &rows, &count);
        if (status == JALON_OK && count == 0) {
            break;
        }
        if (status == JALON_OK) {
            status = write_batch(ctx, job, sink, frame, rows, count, &index);
        }
    }
    jalon_export_end(run);
    return status;
}

static enum jalon_status write_collection(struct jalon_context *ctx, struct export_job *job,
                                          struct sink *sink, int32_t collection)
{
    const struct jalon_item_writer *writer = job->format->writer;
    struct jalon_items_frame frame = {
        .map = job->map,
        .collection = &job->map->collections[collection],
        .matched = -1,
        .returned = -1,
        .time_us = job->time_us,
        .srid = job->srid,
    };
    enum jalon_status status = JALON_OK;
    writer->begin(&sink->buffer, &frame);
    for (; status == JALON_OK && frame.pass < writer->passes; frame.pass++) {
        status = write_pass(ctx, job, sink, &frame, collection);
    }
    if (status == JALON_OK) {
        writer->end(&sink->buffer, &frame);
        status = drain(ctx, sink);
    }
    return status;
}

/* --- Files --- */
static struct jalon_text folder_of(struct jalon_context *ctx, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return JALON_TEXT(".");
    }
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    struct jalon_text folder = jalon_text_copy(ctx->arena, jalon_text_slice(path, length));
    return folder.data != NULL ? folder : JALON_TEXT(".");
}

static enum jalon_status open_conversion(struct jalon_context *ctx, const struct export_job *job,
                                         struct sink *sink, const char *path)
{
    struct jalon_text program;
    enum jalon_status status = jalon_cli_find_program(ctx, "jalon-gdal", &program);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_conversion_options options = {
        .program = program.data,
        .format = job->format->name,
        .folder = folder_of(ctx, path),
    };
    return jalon_conversion_start(ctx, &options, &sink->conversion);
}

static enum jalon_status open_sink(struct jalon_context *ctx, const struct export_job *job,
                                   struct sink *sink, const char *path)
{
    if (job->format->writer->is_converted) {
        return open_conversion(ctx, job, sink, path);
    }
    if (path == NULL) {
        sink->stream = stdout;
        return JALON_OK;
    }
    sink->part = jalon_text_format(ctx->arena, "%s.part", path);
    if (sink->part.data == NULL) {
        return jalon_no_memory(ctx);
    }
    sink->stream = fopen(sink->part.data, "wb");
    return sink->stream != NULL ? JALON_OK
                                : jalon_fail(ctx, JALON_FORBIDDEN, "%s cannot be written: %s",
                                             path, strerror(errno));
}

/* The whole file takes the place of what is there. */
static enum jalon_status put_in_place(struct jalon_context *ctx, const char *part,
                                      const char *path)
{
    return rename(part, path) == 0 ? JALON_OK
                                   : jalon_fail(ctx, JALON_FORBIDDEN, "%s cannot be written: %s",
                                                path, strerror(errno));
}

static enum jalon_status complete(struct jalon_context *ctx, struct sink *sink, const char *path)
{
    struct jalon_text made;
    if (sink->conversion != NULL) {
        enum jalon_status status = jalon_conversion_finish(ctx, sink->conversion, &made);
        return status == JALON_OK ? put_in_place(ctx, made.data, path) : status;
    }
    bool good = fflush(sink->stream) == 0;
    if (path != NULL) {
        good = good && fsync(fileno(sink->stream)) == 0;
    }
    if (!good) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the file cannot be written: %s",
                          strerror(errno));
    }
    return path != NULL ? put_in_place(ctx, sink->part.data, path) : JALON_OK;
}

static void close_sink(struct sink *sink, bool is_whole)
{
    jalon_conversion_close(sink->conversion);
    if (sink->stream != NULL && sink->stream != stdout) {
        fclose(sink->stream);
        if (!is_whole) {
            unlink(sink->part.data);
        }
    }
    jalon_buffer_finish(&sink->buffer);
}

enum jalon_status export_file_write(struct jalon_context *ctx, struct export_job *job,
                                    const int32_t *collections, size_t count, const char *path)
{
    struct sink sink = {.stream = NULL};
    jalon_buffer_init(&sink.buffer, PIECE_MAX);
    enum jalon_status status = open_sink(ctx, job, &sink, path);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = write_collection(ctx, job, &sink, collections[i]);
    }
    if (status == JALON_OK) {
        status = complete(ctx, &sink, path);
    }
    close_sink(&sink, status == JALON_OK);
    return status;
}
