/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sources for readers and a plain text form of what they give, for the tests of format. */
#ifndef JALON_TESTS_FORMAT_SUPPORT_H
#define JALON_TESTS_FORMAT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/format.h"
#include "jalon/geo.h"

/* Bytes in memory, given in pieces of at most `cut`, then a failure if there is one. */
struct bytes {
    const char *data;
    size_t size;
    size_t cut;
    size_t at;
    enum jalon_status failure;
};

static inline enum jalon_status give(struct jalon_context *ctx, void *handle, void *data,
                                     size_t size, size_t *out_size)
{
    struct bytes *bytes = handle;
    size_t left = bytes->size - bytes->at;
    size_t count = size < left ? size : left;
    count = bytes->cut > 0 && count > bytes->cut ? bytes->cut : count;
    if (count == 0 && bytes->failure != JALON_OK) {
        return jalon_fail(ctx, bytes->failure, "the disk has failed");
    }
    memcpy(data, bytes->data + bytes->at, count);
    bytes->at += count;
    *out_size = count;
    return JALON_OK;
}

static inline struct jalon_source source_of(struct bytes *bytes)
{
    return (struct jalon_source){.read = give, .handle = bytes};
}

/* A whole file; the caller frees it. */
static inline char *read_whole(const char *path, size_t *out_size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    rewind(file);
    char *data = malloc((size_t)size + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)size, file), (size_t)size);
    fclose(file);
    data[size] = '\0';
    *out_size = (size_t)size;
    return data;
}

static inline struct jalon_reader_options default_options(void)
{
    return (struct jalon_reader_options){
        .encoding = JALON_TEXT_EMPTY,
        .srid = JALON_SRID_WGS84,
        .x_column = JALON_TEXT_EMPTY,
        .y_column = JALON_TEXT_EMPTY,
        .wkt_column = JALON_TEXT_EMPTY,
    };
}

static inline void dump_value(struct jalon_buffer *out, const struct jalon_record_value *value)
{
    switch (value->value.kind) {
    case JALON_VALUE_NONE: jalon_buffer_append_string(out, "-"); break;
    case JALON_VALUE_TEXT:
        jalon_buffer_append_string(out, value->structured ? "json " : "");
        jalon_buffer_append_json(out, value->value.text);
        break;
    case JALON_VALUE_NUMBER: jalon_buffer_append_double(out, value->value.number); break;
    case JALON_VALUE_INTEGER:
        jalon_buffer_append_format(out, "int %lld", (long long)value->value.integer);
        break;
    case JALON_VALUE_BOOLEAN:
        jalon_buffer_append_string(out, value->value.boolean ? "true" : "false");
        break;
    case JALON_VALUE_LIST:
        jalon_buffer_append_char(out, '[');
        for (size_t i = 0; i < value->value.list.count; i++) {
            jalon_buffer_append_string(out, i > 0 ? ", " : "");
            jalon_buffer_append_json(out, value->value.list.items[i]);
        }
        jalon_buffer_append_char(out, ']');
        break;
    }
}

/* "3: POINT (1 2) [EPSG:4326] name="x" …" */
static inline void dump_record(struct jalon_buffer *out, const struct jalon_record *record)
{
    jalon_buffer_append_format(out, "%lld:", (long long)record->row);
    if (record->id.length > 0) {
        jalon_buffer_append_format(out, " #%.*s", JALON_TEXT_ARGS(record->id));
    }
    if (!record->has_geometry) {
        jalon_buffer_append_string(out, " no position");
    } else if (record->geometry.type == JALON_GEOMETRY_NONE) {
        jalon_buffer_append_string(out, " null");
    } else {
        jalon_buffer_append_char(out, ' ');
        jalon_geometry_write_wkt(out, &record->geometry);
        if (record->geometry.srid != JALON_SRID_WGS84) {
            jalon_buffer_append_format(out, " EPSG:%d", (int)record->geometry.srid);
        }
    }
    for (size_t i = 0; i < record->value_count; i++) {
        jalon_buffer_append_format(out, " %.*s=", JALON_TEXT_ARGS(record->values[i].name));
        dump_value(out, &record->values[i]);
    }
    jalon_buffer_append_char(out, '\n');
}

static inline void dump_error(struct jalon_buffer *out, const struct jalon_context *ctx,
                              enum jalon_status status)
{
    jalon_buffer_append_format(out, "%s: %.*s\n", jalon_status_name(status),
                               JALON_TEXT_ARGS(ctx->error.message));
    for (size_t i = 0; i < ctx->error.detail_count; i++) {
        const struct jalon_error_detail *detail = &ctx->error.details[i];
        jalon_buffer_append_format(out, "    %s %s: %s\n",
                                   detail->place == JALON_ERROR_POINTER ? "at" : "in",
                                   detail->where.data, detail->reason.data);
    }
}

struct reading {
    size_t records, refused, without_position;
    enum jalon_status end; /* NOT_FOUND when the file was read whole */
    int64_t position;
};

/* Reads all; the dump goes to `out` unless it is NULL. */
static inline struct reading read_all(const struct jalon_format *format, struct bytes *bytes,
                                      const struct jalon_reader_options *options,
                                      struct jalon_buffer *out)
{
    struct reading reading = {0};
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_source source = source_of(bytes);
    struct jalon_reader *reader = NULL;
    assert_non_null(ctx);
    reading.end = format->open_reader(ctx, &source, options, &reader);
    if (reading.end != JALON_OK) {
        assert_null(reader);
        assert_true(ctx->error.message.length > 0);
        if (out != NULL) {
            dump_error(out, ctx, reading.end);
        }
        jalon_context_destroy(ctx);
        return reading;
    }
    struct jalon_columns columns = jalon_reader_columns(reader);
    if (out != NULL && columns.count > 0) {
        jalon_buffer_append_string(out, "columns:");
        for (size_t i = 0; i < columns.count; i++) {
            jalon_buffer_append_format(out, " %.*s", JALON_TEXT_ARGS(columns.names[i]));
        }
        jalon_buffer_append_char(out, '\n');
    }
    do {
        struct jalon_record record = {.row = -1};
        jalon_context_reset(ctx);
        reading.end = jalon_reader_next(ctx, reader, &record);
        reading.records += reading.end == JALON_OK;
        reading.without_position += reading.end == JALON_OK && !record.has_geometry;
        reading.refused += reading.end == JALON_INVALID;
        if (reading.end == JALON_INVALID) {
            assert_true(record.row > 0);
        }
        if (reading.end != JALON_OK && reading.end != JALON_NOT_FOUND) {
            assert_true(ctx->error.message.length > 0);
        }
        if (out != NULL && reading.end == JALON_OK) {
            dump_record(out, &record);
        } else if (out != NULL && reading.end != JALON_NOT_FOUND) {
            if (reading.end == JALON_INVALID) {
                jalon_buffer_append_format(out, "%lld: ", (long long)record.row);
            }
            dump_error(out, ctx, reading.end);
        }
    } while (reading.end == JALON_OK || reading.end == JALON_INVALID);
    if (out != NULL) {
        jalon_buffer_append_format(out, "encoding: %s\n", jalon_reader_encoding(reader));
    }
    /* The end is the end. */
    struct jalon_record after;
    assert_int_equal(jalon_reader_next(ctx, reader, &after), JALON_NOT_FOUND);
    reading.position = jalon_reader_position(reader);
    jalon_reader_close(reader);
    jalon_context_destroy(ctx);
    return reading;
}

#endif
