/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * gzip (RFC 1952), Brotli (RFC 7932) and Zstandard (RFC 8878) of whole bodies: one thread, no time
 * and no name, so that the same input gives the same bytes and one strong ETag. Layer 2.
 */
#include "exchange.h"

#include <assert.h>
#include <brotli/encode.h>
#define ZLIB_CONST /* next_in may point at const */
#include <zlib.h>
#include <zstd.h>

#include "jalon/memory.h"

enum {
    GZIP_LEVEL = 5, /* within 2 % of 9 in size on GeoJSON, at three times the speed */
    GZIP_WINDOW_BITS = 15 + 16,
    GZIP_MEMORY_LEVEL = 8,
    BROTLI_QUALITY = 4,
    ZSTD_LEVEL = 3, /* its window is below the 8 MB that RFC 9659 allows */
    INPUT_MAX = 1 << 30, /* counts of all of them take it */
};

bool jalon_media_type_compresses(const char *media_type)
{
    struct jalon_text type = jalon_text_from(media_type);
    type = jalon_text_trim(jalon_text_slice(type.data, jalon_text_find(type, ';')));
    static const char *const others[] = {
        "application/json",  "application/javascript",          "application/xml",
        "application/x-ndjson", "application/vnd.mapbox-vector-tile", "image/svg+xml",
        "application/wasm",  "font/ttf",
    };
    if (jalon_text_starts_with(type, "text/") || jalon_text_ends_with(type, "+json") ||
        jalon_text_ends_with(type, "+xml")) {
        return true;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (jalon_text_is(type, others[i])) {
            return true;
        }
    }
    return false;
}

static void *take(void *opaque, unsigned count, unsigned size)
{
    (void)opaque;
    return jalon_memory_allocate((size_t)count * size);
}

static void give(void *opaque, void *block)
{
    (void)opaque;
    jalon_memory_release(block);
}

static bool compress_gzip(struct jalon_text input, char *out, size_t room, size_t *out_length)
{
    z_stream stream = {.zalloc = take, .zfree = give};
    if (deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, GZIP_MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    stream.next_in = (const Bytef *)input.data;
    stream.avail_in = (unsigned)input.length;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (unsigned)room;
    bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    *out_length = stream.total_out;
    deflateEnd(&stream);
    return done;
}

static void *take_bytes(void *opaque, size_t size)
{
    (void)opaque;
    return jalon_memory_allocate(size);
}

static bool compress_brotli(struct jalon_text input, char *out, size_t room, size_t *out_length)
{
    BrotliEncoderState *state = BrotliEncoderCreateInstance(take_bytes, give, NULL);
    if (state == NULL) {
        return false;
    }
    (void)BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, BROTLI_QUALITY);
    (void)BrotliEncoderSetParameter(state, BROTLI_PARAM_SIZE_HINT, (uint32_t)input.length);
    const uint8_t *next_in = (const uint8_t *)input.data;
    uint8_t *next_out = (uint8_t *)out;
    size_t left = input.length;
    bool done = BrotliEncoderCompressStream(state, BROTLI_OPERATION_FINISH, &left, &next_in, &room,
                                            &next_out, out_length) == BROTLI_TRUE &&
                BrotliEncoderIsFinished(state) == BROTLI_TRUE;
    BrotliEncoderDestroyInstance(state);
    return done;
}

static bool compress_zstd(struct jalon_text input, char *out, size_t room, size_t *out_length)
{
    size_t length = ZSTD_compress(out, room, input.data, input.length, ZSTD_LEVEL);
    *out_length = length;
    return ZSTD_isError(length) == 0;
}

/* More than anything grows by, in any of them. */
static size_t growth(size_t length)
{
    return length / 128 + 1024;
}

bool jalon_compress(enum jalon_coding coding, struct jalon_text input, bool always,
                    struct jalon_buffer *out)
{
    static bool (*const compress[])(struct jalon_text, char *, size_t, size_t *) = {
        [JALON_GZIP] = compress_gzip,
        [JALON_BROTLI] = compress_brotli,
        [JALON_ZSTD] = compress_zstd,
    };
    assert(coding > JALON_IDENTITY && coding < JALON_CODING_COUNT);
    jalon_buffer_init(out, 0);
    if (input.length == 0 || input.length > INPUT_MAX) {
        return false;
    }
    /* What does not become smaller is not worth the client's time: no room for it. */
    size_t room = always ? input.length + growth(input.length) : input.length - 1;
    size_t length = 0;
    jalon_buffer_init(out, room + 1);
    char *at = jalon_buffer_reserve(out, room);
    if (at == NULL || !compress[coding](input, at, room, &length)) {
        jalon_buffer_finish(out);
        jalon_buffer_init(out, 0);
        return false;
    }
    out->length = length;
    return true;
}
