/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Files of any format, read whole and in pieces. */
#include <string.h>

#include "fuzz.h"
#include "jalon/format.h"
#include "jalon/geo.h"
#include "jalon/hash.h"

enum { RECORDS_MAX = 2000 };

struct bytes {
    struct jalon_text rest;
    size_t piece;
};

static enum jalon_status take(struct jalon_context *ctx, void *handle, void *data, size_t size,
                              size_t *out_size)
{
    struct bytes *bytes = handle;
    size_t length = bytes->rest.length < size ? bytes->rest.length : size;
    (void)ctx;
    length = length < bytes->piece ? length : bytes->piece;
    memcpy(data, bytes->rest.data, length);
    bytes->rest = jalon_text_slice(bytes->rest.data + length, bytes->rest.length - length);
    *out_size = length;
    return JALON_OK;
}

/* What came of a reading, as one number. */
struct outcome {
    enum jalon_status status;
    size_t records;
    uint64_t digest;
};

static void mix(struct outcome *outcome, struct jalon_text text)
{
    static const uint8_t key[JALON_HASH_KEY_SIZE] = "records";
    outcome->digest = outcome->digest * 31 + jalon_hash_keyed(key, text.data, text.length);
}

/* A record keeps what every layer above may rely on. */
static void check_record(struct outcome *outcome, const struct jalon_record *record)
{
    struct jalon_buffer text;
    jalon_buffer_init(&text, 1 << 24);
    for (size_t i = 0; i < record->value_count; i++) {
        const struct jalon_record_value *value = &record->values[i];
        HOLDS(jalon_text_is_utf8(value->name));
        jalon_value_write(&text, &value->value);
        mix(outcome, value->name);
    }
    if (record->has_geometry) {
        jalon_geometry_write_json(&text, &record->geometry);
    }
    HOLDS(jalon_text_is_utf8(jalon_buffer_text(&text)));
    mix(outcome, jalon_buffer_text(&text));
    mix(outcome, record->id);
    HOLDS(jalon_text_is_utf8(record->id));
    jalon_buffer_finish(&text);
}

static void check_error(const struct jalon_context *ctx, struct jalon_text input)
{
    fuzz_check_words(ctx->error.message, input);
    for (size_t i = 0; i < ctx->error.detail_count; i++) {
        fuzz_check_words(ctx->error.details[i].reason, input);
    }
}

static struct outcome read_in(const struct fuzz_input *input, const struct jalon_format *format,
                              size_t piece)
{
    struct bytes bytes = {input->text, piece};
    struct jalon_source source = {take, &bytes};
    struct jalon_reader_options options = {.encoding = JALON_TEXT_EMPTY, .srid = 4326,
                                           .x_column = JALON_TEXT_EMPTY,
                                           .y_column = JALON_TEXT_EMPTY,
                                           .wkt_column = JALON_TEXT_EMPTY};
    struct jalon_context *row = jalon_context_create();
    struct jalon_reader *reader = NULL;
    struct outcome outcome = {JALON_OK, 0, 0};
    HOLDS(row != NULL);
    outcome.status = format->open_reader(input->ctx, &source, &options, &reader);
    check_error(input->ctx, input->text);
    while ((outcome.status == JALON_OK || outcome.status == JALON_INVALID) && reader != NULL &&
           outcome.records < RECORDS_MAX) {
        struct jalon_record record = {0};
        outcome.status = jalon_reader_next(row, reader, &record);
        check_error(row, input->text);
        if (outcome.status == JALON_OK) {
            check_record(&outcome, &record);
        }
        outcome.records++;
        jalon_context_reset(row);
    }
    jalon_reader_close(reader);
    jalon_context_destroy(row);
    return outcome;
}

int fuzz_read_file(const char *name, const uint8_t *data, size_t size)
{
    static const size_t pieces[] = {1, 7};
    const struct jalon_format *format = jalon_format_find(jalon_text_from(name));
    struct fuzz_input input;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    struct outcome whole = read_in(&input, format, SIZE_MAX);
    HOLDS(whole.status != JALON_INTERNAL);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        jalon_error_clear(input.ctx);
        struct outcome cut = read_in(&input, format, pieces[i]);
        HOLDS(cut.status == whole.status && cut.records == whole.records &&
              cut.digest == whole.digest);
    }
    return fuzz_end(&input);
}
