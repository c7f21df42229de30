/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The strict reader of HTTP/1.0 and HTTP/1.1 requests (RFC 9112, sections 2 to 7). Layer 2.
 *
 * One state a byte. Lines end with CR LF only, nothing is folded, the length of a body is said once
 * and in one way; sizes are bounded so that what passes fits into the library's memory.
 */
#include "framing.h"

#include <string.h>

enum {
    METHOD_MAX = 32,
    TARGET_MAX = 8192,
    FIELDS_MAX = 100,  /* as JALON_HEADERS_MAX */
    HEAD_MAX = 15872,  /* the library reads into 16 KiB at first */
    WEIGHT_MAX = 15360, /* and has as much for all else */
    ENTRY_WEIGHT = 64, /* that it takes for a field, a cookie, a query parameter */
    BLANK_LINES_MAX = 1,
    LENGTH_DIGITS_MAX = 18,
    SIZE_DIGITS_MAX = 15,
    EXTENSION_MAX = 256,
    OVERHEAD_FREE = 16384, /* around a chunked body, beside 8 bytes for each of its bytes */
};

enum state {
    STATE_START,
    STATE_START_LF,
    STATE_METHOD,
    STATE_TARGET,
    STATE_VERSION,
    STATE_LINE_LF,
    STATE_FIELD_START,
    STATE_NAME,
    STATE_BLANK,
    STATE_VALUE,
    STATE_VALUE_LF,
    STATE_HEAD_LF,
    STATE_CHUNK_START, /* before the first digit of the size */
    STATE_CHUNK_SIZE,
    STATE_EXTENSION,
    STATE_SIZE_LF,
    STATE_DATA_CR,
    STATE_DATA_LF,
    STATE_BODY, /* from here on not byte by byte */
    STATE_DATA,
    STATE_FINAL,
    STATE_REFUSED,
};

enum field { FIELD_OTHER, FIELD_LENGTH, FIELD_CODING, FIELD_CONNECTION, FIELD_COOKIE };

static void refuse(struct jalon_framing *framing, unsigned code, const char *reason)
{
    framing->refusal = code;
    framing->reason = reason;
    framing->state = STATE_REFUSED;
}

static bool is_token(unsigned char c)
{
    /* letters, digits and !#$%&'*+-.^_`|~ */
    static const uint64_t bits[2] = {0x03ff6cfa00000000, 0x57ffffffc7fffffe};
    return c < 0x80 && (bits[c >> 6] >> (c & 63) & 1) != 0;
}

static bool is_target(unsigned char c)
{
    return c > 0x20 && c != 0x7f;
}

static bool is_value(unsigned char c)
{
    return (c >= 0x20 && c != 0x7f) || c == '\t';
}

static char lower(unsigned char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Keeps the beginning of a name or value; one that is longer equals nothing that matters. */
static void keep(struct jalon_framing *framing, unsigned char c)
{
    if (framing->request.word_length < sizeof framing->request.word) {
        framing->request.word[framing->request.word_length++] = lower(c);
    }
}

static bool word_is(const struct jalon_framing *framing, const char *text)
{
    size_t length = strlen(text);
    return framing->request.word_length == length &&
           memcmp(framing->request.word, text, length) == 0;
}

static void end_request(struct jalon_framing *framing)
{
    bool final = framing->request.close ||
                 (framing->request.minor == 0 && !framing->request.keep_alive);
    framing->ended++;
    framing->state = final ? STATE_FINAL : STATE_START;
    memset(&framing->request, 0, sizeof framing->request);
}

/* --- The request line --- */

static void read_start(struct jalon_framing *framing, unsigned char c)
{
    if (c == '\r' && framing->request.blank_lines < BLANK_LINES_MAX) {
        framing->state = STATE_START_LF;
    } else if (is_token(c)) {
        framing->state = STATE_METHOD;
        framing->request.run = 1;
    } else {
        refuse(framing, 400, "a request line is expected");
    }
}

static void read_start_lf(struct jalon_framing *framing, unsigned char c)
{
    if (c != '\n') {
        refuse(framing, 400, "a line ends with CR LF");
        return;
    }
    framing->request.blank_lines++;
    framing->state = STATE_START;
}

static void read_method(struct jalon_framing *framing, unsigned char c)
{
    if (c == ' ') {
        framing->state = STATE_TARGET;
        framing->request.run = 0;
    } else if (!is_token(c) || ++framing->request.run > METHOD_MAX) {
        refuse(framing, 400, "the request line does not begin with a method and one space");
    }
}

static void read_target(struct jalon_framing *framing, unsigned char c)
{
    if (c == ' ' && framing->request.run > 0) {
        framing->state = STATE_VERSION;
        framing->request.run = 0;
    } else if (!is_target(c)) {
        refuse(framing, 400, "the request line is not: method, target and version, one space between");
    } else if (++framing->request.run > TARGET_MAX) {
        refuse(framing, 414, "the address is longer than this server reads");
    } else if (c == '&') {
        framing->request.weight += ENTRY_WEIGHT;
    }
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static void read_version(struct jalon_framing *framing, unsigned char c)
{
    static const char name[] = "HTTP/";
    size_t at = framing->request.run++;
    if (at < sizeof name - 1 ? c != name[at] : at == 6 ? c != '.' : at < 8 && !is_digit(c)) {
        refuse(framing, 400, "the request line does not end with a protocol version");
    } else if ((at == 5 && c != '1') || (at == 7 && c > '1')) {
        refuse(framing, 505, "the protocol is HTTP/1.1 or HTTP/1.0");
    } else if (at == 7) {
        framing->request.minor = (unsigned char)(c - '0');
    } else if (at == 8 && c == '\r') {
        framing->state = STATE_LINE_LF;
    } else if (at == 8) {
        refuse(framing, 400, "the request line ends with CR LF right behind the version");
    }
}

static void read_line_lf(struct jalon_framing *framing, unsigned char c)
{
    if (c != '\n') {
        refuse(framing, 400, "a line ends with CR LF");
        return;
    }
    framing->state = STATE_FIELD_START;
}

/* --- Header and trailer fields --- */

static void read_field_start(struct jalon_framing *framing, unsigned char c)
{
    framing->request.word_length = 0;
    if (c == '\r') {
        framing->state = STATE_HEAD_LF;
    } else if (!is_token(c)) {
        refuse(framing, 400, "a header field begins with its name, and none goes on in a next line");
    } else if (++framing->request.fields > FIELDS_MAX) {
        refuse(framing, 431, "there are too many header fields");
    } else {
        framing->state = STATE_NAME;
        framing->request.weight += ENTRY_WEIGHT;
        keep(framing, c);
    }
}

static enum field which_field(const struct jalon_framing *framing)
{
    return word_is(framing, "content-length")      ? FIELD_LENGTH
           : word_is(framing, "transfer-encoding") ? FIELD_CODING
           : word_is(framing, "connection")        ? FIELD_CONNECTION
           : word_is(framing, "cookie")            ? FIELD_COOKIE
                                                   : FIELD_OTHER;
}

static void read_name(struct jalon_framing *framing, unsigned char c)
{
    if (is_token(c)) {
        keep(framing, c);
        return;
    }
    if (c != ':') {
        refuse(framing, 400, "a header field's name ends with its colon");
        return;
    }
    framing->request.field = (unsigned char)which_field(framing);
    framing->request.word_length = 0;
    framing->request.run = 0;
    framing->state = STATE_BLANK;
}

static void check_length(struct jalon_framing *framing)
{
    uint64_t length = 0;
    for (size_t i = 0; i < framing->request.word_length; i++) {
        unsigned char c = (unsigned char)framing->request.word[i];
        if (!is_digit(c) || i == LENGTH_DIGITS_MAX) {
            refuse(framing, 400, "Content-Length is not a number of bytes");
            return;
        }
        length = length * 10 + (uint64_t)(c - '0');
    }
    if (framing->request.has_length || framing->request.word_length == 0) {
        refuse(framing, 400, framing->request.has_length ? "the body's length is said more than once"
                                                         : "Content-Length is empty");
        return;
    }
    framing->request.has_length = true;
    framing->request.left = length;
}

static void check_coding(struct jalon_framing *framing)
{
    framing->request.chunked = word_is(framing, "chunked");
    if (framing->request.has_coding) {
        refuse(framing, 400, "the body's transfer coding is said more than once");
    } else if (!framing->request.chunked) {
        refuse(framing, 400, "the only Transfer-Encoding understood is chunked");
    }
    framing->request.has_coding = true;
}

/* One option of the Connection field is complete. */
static void check_option(struct jalon_framing *framing)
{
    framing->request.close = framing->request.close || word_is(framing, "close");
    framing->request.keep_alive = framing->request.keep_alive || word_is(framing, "keep-alive");
    framing->request.word_length = 0;
}

static void end_field(struct jalon_framing *framing)
{
    char *word = framing->request.word;
    unsigned char *length = &framing->request.word_length;
    while (*length > 0 && (word[*length - 1] == ' ' || word[*length - 1] == '\t')) {
        --*length;
    }
    framing->state = STATE_VALUE_LF;
    switch ((enum field)framing->request.field) {
    case FIELD_LENGTH:
    case FIELD_CODING:
        if (framing->request.trailer) {
            refuse(framing, 400, "a trailer cannot say where the body ends");
        } else if (framing->request.field == FIELD_LENGTH) {
            check_length(framing);
        } else {
            check_coding(framing);
        }
        break;
    case FIELD_CONNECTION:
        check_option(framing);
        break;
    case FIELD_COOKIE:
        framing->request.weight += framing->request.run; /* the library takes a copy apart */
        break;
    case FIELD_OTHER:
        break;
    }
}

static void read_value(struct jalon_framing *framing, unsigned char c)
{
    if (c == '\r') {
        end_field(framing);
        return;
    }
    if (!is_value(c)) {
        refuse(framing, 400, "a header field holds a control character, or its line does not end "
                             "with CR LF");
        return;
    }
    if (framing->state == STATE_BLANK && (c == ' ' || c == '\t')) {
        return;
    }
    framing->state = STATE_VALUE;
    framing->request.run++;
    switch ((enum field)framing->request.field) {
    case FIELD_CONNECTION:
        if (c == ',') {
            check_option(framing);
        } else if (c != ' ' && c != '\t') {
            keep(framing, c);
        }
        break;
    case FIELD_LENGTH:
    case FIELD_CODING:
        keep(framing, c);
        break;
    case FIELD_COOKIE:
        framing->request.weight += c == ';' || c == ',' ? ENTRY_WEIGHT : 0;
        break;
    case FIELD_OTHER:
        break;
    }
}

static void read_head_lf(struct jalon_framing *framing, unsigned char c)
{
    if (c != '\n') {
        refuse(framing, 400, "a line ends with CR LF");
    } else if (framing->request.trailer) {
        end_request(framing);
    } else if (framing->request.has_coding &&
               (framing->request.has_length || framing->request.minor == 0)) {
        refuse(framing, 400, framing->request.has_length
                                 ? "the body's length is said more than once"
                                 : "HTTP/1.0 has no Transfer-Encoding");
    } else if (framing->request.chunked) {
        framing->state = STATE_CHUNK_START;
    } else if (framing->request.left > 0) {
        framing->state = STATE_BODY;
    } else {
        end_request(framing);
    }
}

/* --- Chunks (section 7.1) --- */

static void read_size(struct jalon_framing *framing, unsigned char c)
{
    char small = lower(c);
    bool hex = is_digit(c) || (small >= 'a' && small <= 'f');
    if (framing->state == STATE_CHUNK_START) {
        framing->request.run = 0;
        framing->request.left = 0;
    }
    if (hex && ++framing->request.run <= SIZE_DIGITS_MAX) {
        framing->request.left =
            framing->request.left * 16 + (uint64_t)(is_digit(c) ? c - '0' : small - 'a' + 10);
        framing->state = STATE_CHUNK_SIZE;
    } else if (c == '\r' && framing->request.run > 0) {
        framing->state = STATE_SIZE_LF;
    } else if (c == ';' && framing->request.run > 0) {
        framing->state = STATE_EXTENSION;
        framing->request.run = 0;
    } else {
        refuse(framing, 400, "a chunk does not begin with its size");
    }
}

static void read_extension(struct jalon_framing *framing, unsigned char c)
{
    if (c == '\r') {
        framing->state = STATE_SIZE_LF;
    } else if (!is_value(c) || ++framing->request.run > EXTENSION_MAX) {
        refuse(framing, 400, "a chunk extension is longer than this server reads, or not text");
    }
}

static void read_size_lf(struct jalon_framing *framing, unsigned char c)
{
    if (c != '\n') {
        refuse(framing, 400, "a line ends with CR LF");
    } else if (framing->request.left > 0) {
        framing->request.data += framing->request.left;
        framing->state = STATE_DATA;
    } else {
        framing->request.trailer = true;
        framing->state = STATE_FIELD_START;
    }
}

static void read_data_end(struct jalon_framing *framing, unsigned char c)
{
    bool first = framing->state == STATE_DATA_CR;
    if (c != (first ? '\r' : '\n')) {
        refuse(framing, 400, "a chunk is not as long as it says");
        return;
    }
    framing->state = first ? STATE_DATA_LF : STATE_CHUNK_START;
}

static void (*const steps[])(struct jalon_framing *framing, unsigned char c) = {
    [STATE_START] = read_start,
    [STATE_START_LF] = read_start_lf,
    [STATE_METHOD] = read_method,
    [STATE_TARGET] = read_target,
    [STATE_VERSION] = read_version,
    [STATE_LINE_LF] = read_line_lf,
    [STATE_FIELD_START] = read_field_start,
    [STATE_NAME] = read_name,
    [STATE_BLANK] = read_value,
    [STATE_VALUE] = read_value,
    [STATE_VALUE_LF] = read_line_lf,
    [STATE_HEAD_LF] = read_head_lf,
    [STATE_CHUNK_START] = read_size,
    [STATE_CHUNK_SIZE] = read_size,
    [STATE_EXTENSION] = read_extension,
    [STATE_SIZE_LF] = read_size_lf,
    [STATE_DATA_CR] = read_data_end,
    [STATE_DATA_LF] = read_data_end,
};

/* --- All together --- */

/* Passes over bytes of the body, at least one. */
static size_t skip_body(struct jalon_framing *framing, size_t size)
{
    size_t skipped = framing->request.left < size ? (size_t)framing->request.left : size;
    framing->request.left -= skipped;
    if (framing->request.left == 0 && framing->state == STATE_DATA) {
        framing->state = STATE_DATA_CR;
    } else if (framing->request.left == 0) {
        end_request(framing);
    }
    return skipped;
}

/* Passes over bytes of a value that is of no matter here. */
static size_t skip_value(const char *bytes, size_t size)
{
    size_t at = 0;
    while (at < size && is_value((unsigned char)bytes[at])) {
        at++;
    }
    return at;
}

/* Sizes, counted after the bytes so that no single field escapes them. */
static void check_sizes(struct jalon_framing *framing, size_t bytes)
{
    bool head = framing->state < STATE_CHUNK_START && !framing->request.trailer;
    if (head) {
        framing->request.head += bytes;
        if (framing->request.head > HEAD_MAX || framing->request.weight > WEIGHT_MAX) {
            refuse(framing, 431, "the header fields are more than this server reads");
        }
    } else if (framing->request.chunked && framing->state < STATE_BODY) {
        framing->request.overhead += bytes;
        if (framing->request.overhead > OVERHEAD_FREE + 8 * framing->request.data) {
            refuse(framing, 400, "there is more around the chunks of the body than in them");
        }
    }
}

size_t jalon_framing_read(struct jalon_framing *framing, const char *bytes, size_t size)
{
    size_t at = 0;
    size_t begin = 0; /* of the request that is being read */
    while (at < size && framing->state < STATE_FINAL) {
        size_t before = at;
        if (framing->state == STATE_START && framing->request.blank_lines == 0) {
            begin = at;
        }
        if (framing->state >= STATE_BODY) {
            at += skip_body(framing, size - at);
            continue;
        }
        if (framing->state == STATE_VALUE && framing->request.field == FIELD_OTHER) {
            at += skip_value(bytes + at, size - at);
        }
        if (at < size) {
            steps[framing->state](framing, (unsigned char)bytes[at++]);
        }
        check_sizes(framing, at - before);
    }
    return framing->state == STATE_REFUSED ? begin : at;
}

enum jalon_phase jalon_framing_phase(const struct jalon_framing *framing)
{
    if (framing->state >= STATE_FINAL) {
        return JALON_PHASE_OVER;
    }
    if (framing->state == STATE_START && framing->request.blank_lines == 0) {
        return JALON_PHASE_BETWEEN;
    }
    return framing->state < STATE_CHUNK_START && !framing->request.trailer ? JALON_PHASE_HEAD
                                                                           : JALON_PHASE_BODY;
}
