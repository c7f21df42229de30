/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Bytes to UTF-8 in pieces, on iconv of the C library. Layer 2. */
#include "text_input.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "jalon/memory.h"

enum { WINDOW = 64 * 1024, NAME_MAX_LENGTH = 63 };

/* What a byte that the encoding does not have becomes. */
static const char bad_byte = '\xff';

enum mode {
    MODE_UNDECIDED, /* only ASCII so far */
    MODE_UTF8,
    MODE_ICONV,
};

struct jalon_text_input {
    struct jalon_source source;
    enum mode mode;
    iconv_t conversion;
    bool open;  /* conversion is valid */
    bool fixed; /* a byte order mark has said the encoding */
    bool wide;  /* UTF-16: a bad unit is two bytes */
    bool ended; /* the source gave its last byte */
    char name[NAME_MAX_LENGTH + 1];
    int64_t taken; /* bytes read from the source */
    size_t start, end; /* of what is left in raw */
    char raw[WINDOW];
    char converted[WINDOW];
};

/* --- The raw window --- */
/*
 * Moves what is left to the front and reads: once, or `whole`, until the window is full or the
 * source has ended.
 */
static enum jalon_status fill(struct jalon_context *ctx, struct jalon_text_input *input, bool whole)
{
    memmove(input->raw, input->raw + input->start, input->end - input->start);
    input->end -= input->start;
    input->start = 0;
    bool more = true;
    while (more && !input->ended && input->end < sizeof input->raw) {
        size_t size = 0;
        enum jalon_status status =
            input->source.read(ctx, input->source.handle, input->raw + input->end,
                               sizeof input->raw - input->end, &size);
        if (status != JALON_OK) {
            return status;
        }
        input->ended = size == 0;
        input->end += size;
        input->taken += (int64_t)size;
        more = whole;
    }
    return JALON_OK;
}

static bool head_is(const struct jalon_text_input *input, const char *bytes, size_t size)
{
    return input->end - input->start >= size && memcmp(input->raw + input->start, bytes, size) == 0;
}

/* --- Choosing the encoding --- */
static void set_name(struct jalon_text_input *input, struct jalon_text name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        input->name[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    input->name[name.length] = '\0';
}

static void close_conversion(struct jalon_text_input *input)
{
    if (input->open) {
        iconv_close(input->conversion);
        input->open = false;
    }
}

static enum jalon_status open_conversion(struct jalon_context *ctx, struct jalon_text_input *input,
                                         struct jalon_text name)
{
    char copy[NAME_MAX_LENGTH + 1] = "";
    if (name.length <= NAME_MAX_LENGTH) {
        memcpy(copy, name.data, name.length);
        /* "//IGNORE" and its kin would drop characters without a word. */
        bool plain = memchr(name.data, '/', name.length) == NULL;
        iconv_t conversion = plain ? iconv_open("UTF-8", copy) : (iconv_t)-1;
        if (conversion != (iconv_t)-1) {
            close_conversion(input);
            input->conversion = conversion;
            input->open = true;
            input->mode = MODE_ICONV;
            set_name(input, name);
            return JALON_OK;
        }
        if (plain && errno == ENOMEM) {
            return jalon_no_memory(ctx);
        }
    }
    return jalon_fail_at(ctx, JALON_UNSUPPORTED, JALON_ERROR_PARAMETER, "encoding",
                         "the encoding \"%.*s\" is not known here: UTF-8, ISO-8859-1, "
                         "WINDOWS-1252 and UTF-16 are, among others",
                         JALON_TEXT_ARGS(name));
}

static bool is_one_of(struct jalon_text name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (jalon_text_equal_ascii_case(name, jalon_text_from(*names))) {
            return true;
        }
    }
    return false;
}

enum jalon_status jalon_text_input_set_encoding(struct jalon_context *ctx,
                                                struct jalon_text_input *input,
                                                struct jalon_text encoding)
{
    static const char *const utf8[] = {"utf-8", "utf8", "us-ascii", "ascii", NULL};
    static const char *const latin1[] = {"iso-8859-1", "iso8859-1", "iso_8859-1", "latin1",
                                         "latin-1",    "l1",        "cp1252",     NULL};
    if (input->fixed || encoding.length == 0) {
        return JALON_OK;
    }
    if (is_one_of(encoding, utf8)) {
        input->mode = MODE_UTF8;
        set_name(input, JALON_TEXT("UTF-8"));
        return JALON_OK;
    }
    if (is_one_of(encoding, latin1)) {
        encoding = JALON_TEXT("WINDOWS-1252");
    }
    return open_conversion(ctx, input, encoding);
}

static enum jalon_status apply_mark(struct jalon_context *ctx, struct jalon_text_input *input)
{
    if (head_is(input, "\xef\xbb\xbf", 3)) {
        input->start += 3;
        input->fixed = true;
        input->mode = MODE_UTF8;
        return JALON_OK;
    }
    bool little = head_is(input, "\xff\xfe", 2);
    if (!little && !head_is(input, "\xfe\xff", 2)) {
        return JALON_OK;
    }
    input->start += 2;
    input->fixed = true;
    input->wide = true;
    return open_conversion(ctx, input, little ? JALON_TEXT("UTF-16LE") : JALON_TEXT("UTF-16BE"));
}

/* Length of the well-formed sequence beyond ASCII at the start of `text`, or 0. */
static size_t sequence_length(struct jalon_text text)
{
    unsigned char lead = (unsigned char)text.data[0];
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    bool whole = length <= text.length && jalon_text_is_utf8(jalon_text_slice(text.data, length));
    return whole ? length : 0;
}

/*
 * Is the window UTF-8? By majority, so that one damaged row does not turn the accents of all the
 * others into rubbish; accents of Windows-1252 hardly ever make a well-formed sequence by chance.
 */
static bool window_is_utf8(const struct jalon_text_input *input)
{
    size_t good = 0, bad = 0;
    for (size_t at = input->start; at < input->end;) {
        struct jalon_text rest = {input->raw + at, input->end - at};
        if ((unsigned char)rest.data[0] < 0x80) {
            at++;
            continue;
        }
        size_t length = sequence_length(rest);
        bool cut = !input->ended && rest.length < 4;
        good += length > 0;
        bad += length == 0 && !cut;
        at += length > 0 ? length : 1;
    }
    return good > bad;
}

static enum jalon_status decide(struct jalon_context *ctx, struct jalon_text_input *input)
{
    enum jalon_status status = fill(ctx, input, true);
    if (status != JALON_OK) {
        return status;
    }
    if (window_is_utf8(input)) {
        input->mode = MODE_UTF8;
        return JALON_OK;
    }
    return open_conversion(ctx, input, JALON_TEXT("WINDOWS-1252"));
}

/* --- Open and close --- */
static enum jalon_status refuse_archives(struct jalon_context *ctx,
                                         const struct jalon_text_input *input)
{
    if (input->end == input->start) {
        return jalon_fail(ctx, JALON_UNSUPPORTED, "the file is empty");
    }
    if (head_is(input, "PK\3\4", 4)) {
        return jalon_fail(ctx, JALON_UNSUPPORTED,
                          "this is a zip archive (KMZ, XLSX and ODS are, too): unpack it, or save "
                          "it as KML or CSV");
    }
    if (head_is(input, "\x1f\x8b", 2)) {
        return jalon_fail(ctx, JALON_UNSUPPORTED, "this file is compressed by gzip: unpack it");
    }
    if (head_is(input, "SQLite format 3", 15)) { /* lint: engine, a GeoPackage starts so */
        return jalon_fail(ctx, JALON_UNSUPPORTED,
                          "this is a GeoPackage, or another database, not a text file");
    }
    return JALON_OK;
}

static enum jalon_status prepare(struct jalon_context *ctx, struct jalon_text_input *input,
                                 struct jalon_text encoding)
{
    enum jalon_status status = fill(ctx, input, true);
    if (status == JALON_OK) {
        status = refuse_archives(ctx, input);
    }
    if (status == JALON_OK) {
        status = apply_mark(ctx, input);
    }
    if (status == JALON_OK) {
        status = jalon_text_input_set_encoding(ctx, input, encoding);
    }
    return status;
}

enum jalon_status jalon_text_input_open(struct jalon_context *ctx,
                                        const struct jalon_source *source,
                                        struct jalon_text encoding, struct jalon_text_input **out)
{
    struct jalon_text_input *input = jalon_memory_allocate(sizeof *input);
    if (input == NULL) {
        return jalon_no_memory(ctx);
    }
    input->source = *source;
    input->mode = MODE_UNDECIDED;
    input->open = input->fixed = input->wide = input->ended = false;
    input->taken = 0;
    input->start = input->end = 0;
    set_name(input, JALON_TEXT("UTF-8"));
    enum jalon_status status = prepare(ctx, input, encoding);
    if (status != JALON_OK) {
        jalon_text_input_close(input);
        return status;
    }
    *out = input;
    return JALON_OK;
}

void jalon_text_input_close(struct jalon_text_input *input)
{
    if (input != NULL) {
        close_conversion(input);
        jalon_memory_release(input);
    }
}

struct jalon_text jalon_text_input_head(const struct jalon_text_input *input)
{
    return jalon_text_slice(input->raw + input->start, input->end - input->start);
}

const char *jalon_text_input_encoding(const struct jalon_text_input *input)
{
    return input->name;
}

int64_t jalon_text_input_position(const struct jalon_text_input *input)
{
    return input->taken - (int64_t)(input->end - input->start);
}

/* --- Reading --- */
/* One pass of iconv over the window: *out_size bytes in `converted`, 0 when it needs more. */
static enum jalon_status convert(struct jalon_context *ctx, struct jalon_text_input *input,
                                 size_t *out_size)
{
    char *to = input->converted;
    char *const end = input->converted + sizeof input->converted;
    while (input->start < input->end && end - to > 8) {
        char *from = input->raw + input->start;
        size_t left = input->end - input->start;
        size_t room = (size_t)(end - to);
        size_t answer = iconv(input->conversion, &from, &left, &to, &room);
        int error = answer == (size_t)-1 ? errno : 0;
        input->start = input->end - left;
        if (error == 0 || error == E2BIG || (error == EINVAL && !input->ended)) {
            break;
        }
        if (error != EILSEQ && error != EINVAL) {
            jalon_error_internal(ctx, "iconv: errno %d", error);
            return jalon_fail(ctx, JALON_INTERNAL, "the text cannot be converted");
        }
        if (to == end) {
            break;
        }
        input->start += input->wide && left >= 2 ? 2 : 1;
        *to++ = bad_byte;
    }
    *out_size = (size_t)(to - input->converted);
    return JALON_OK;
}

static size_t ascii_length(const char *data, size_t size)
{
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= size; at += sizeof(uint64_t)) {
        uint64_t eight;
        memcpy(&eight, data + at, sizeof eight);
        if ((eight & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
    }
    while (at < size && (unsigned char)data[at] < 0x80) {
        at++;
    }
    return at;
}

/* The next piece, still unchecked; empty only at the end. */
static enum jalon_status take(struct jalon_context *ctx, struct jalon_text_input *input,
                              struct jalon_text *out)
{
    enum jalon_status status = JALON_OK;
    *out = JALON_TEXT_EMPTY;
    while (status == JALON_OK && out->length == 0) {
        if (input->start == input->end || input->mode == MODE_ICONV) {
            status = fill(ctx, input, false);
        }
        if (status != JALON_OK || input->start == input->end) {
            break;
        }
        const char *data = input->raw + input->start;
        size_t size = input->end - input->start;
        if (input->mode == MODE_UNDECIDED) {
            size = ascii_length(data, size);
            if (size == 0) {
                status = decide(ctx, input);
                continue;
            }
        }
        if (input->mode == MODE_ICONV) {
            status = convert(ctx, input, &size);
            data = input->converted;
        } else {
            input->start += size;
        }
        *out = jalon_text_slice(data, size);
    }
    return status;
}

enum jalon_status jalon_text_input_read(struct jalon_context *ctx, struct jalon_text_input *input,
                                        struct jalon_text *out)
{
    struct jalon_text piece;
    enum jalon_status status = take(ctx, input, &piece);
    if (status != JALON_OK) {
        return status;
    }
    if (piece.length > 0 && memchr(piece.data, '\0', piece.length) != NULL) {
        return jalon_fail(ctx, JALON_UNSUPPORTED,
                          "there are zero bytes in it: this is not a text file, or its encoding is "
                          "UTF-16 without a mark (--encoding UTF-16LE)");
    }
    *out = piece;
    return JALON_OK;
}

enum jalon_status jalon_text_input_refuse(struct jalon_context *ctx,
                                          const struct jalon_text_input *input, int64_t line)
{
    const char *other = strcmp(input->name, "UTF-8") == 0 ? "WINDOWS-1252" : "UTF-8";
    return jalon_fail(ctx, JALON_INVALID,
                      "line %lld: characters that are not %s: name the right encoding with "
                      "--encoding (perhaps %s)",
                      (long long)line, input->name, other);
}
