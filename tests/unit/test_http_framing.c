/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where requests begin and end in the bytes of a connection, however they are cut into pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "http/framing.h"

struct expected {
    const char *bytes;
    size_t length;
    unsigned refusal;
    uint64_t ended; /* whole requests before */
    size_t passed;  /* bytes, when they come in one piece */
};

#define BYTES(literal) "" literal, sizeof(literal) - 1
#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_LENGTH (sizeof GET - 1)
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static void check(const struct expected *expected)
{
    struct jalon_framing whole = {0};
    size_t passed = jalon_framing_read(&whole, expected->bytes, expected->length);
    if (whole.refusal != expected->refusal || whole.ended != expected->ended ||
        passed != expected->passed) {
        fail_msg("%s: refusal %u (%s), %d ended, %zu passed", expected->bytes, whole.refusal,
                 whole.reason, (int)whole.ended, passed);
    }
    struct jalon_framing single = {0};
    for (size_t i = 0; i < expected->length; i++) {
        jalon_framing_read(&single, expected->bytes + i, 1);
    }
    if (single.refusal != expected->refusal || single.ended != expected->ended) {
        fail_msg("%s, byte by byte: refusal %u, %d ended", expected->bytes, single.refusal,
                 (int)single.ended);
    }
    assert_int_equal(jalon_framing_phase(&single), jalon_framing_phase(&whole));
}

static void requests_end_where_they_say(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {BYTES(GET), 0, 1, GET_LENGTH},
        {BYTES(GET GET), 0, 2, 2 * GET_LENGTH},
        {BYTES("\r\n" GET), 0, 1, GET_LENGTH + 2},
        {BYTES("GET http://a/x?y&z HTTP/1.0\r\n\r\n"), 0, 1, 31},
        {BYTES("OPTIONS * HTTP/1.1\r\nHost:\t a \r\nX:\r\n\r\n"), 0, 1, 37},
        {BYTES(POST "Content-Length: 0\r\n\r\n" GET), 0, 2, 47 + GET_LENGTH},
        {BYTES(POST "content-length: 3 \r\n\r\nabc"), 0, 1, 51},
        {BYTES(POST "Content-Length: 3\r\n\r\nGET"), 0, 1, 50},
        {BYTES(POST "Content-Length: 3\r\n\r\nab"), 0, 0, 49},
        {BYTES(CHUNKED "0\r\n\r\n"), 0, 1, 61},
        {BYTES(CHUNKED "3\r\nabc\r\n0\r\n\r\n"), 0, 1, 69},
        {BYTES(CHUNKED "0A;x=\"y\"\r\n0123456789\r\n00\r\nX: y\r\n\r\n" GET), 0, 2,
         90 + GET_LENGTH},
        {BYTES(CHUNKED "3\r\nabc\r\n0\r\n\r"), 0, 0, 68},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check(&cases[i]);
    }
}

static void nothing_follows_the_last_request(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET), 0, 1, 46},
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\nConnection: x , CLOSE\r\n\r\n\0"), 0, 1, 50},
        {BYTES("GET / HTTP/1.0\r\n\r\n" GET), 0, 1, 18},
        {BYTES("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" GET), 0, 2, 42 + GET_LENGTH},
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n" GET), 0, 2,
         47 + GET_LENGTH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check(&cases[i]);
    }
    struct jalon_framing framing = {0};
    jalon_framing_read(&framing, cases[0].bytes, cases[0].length);
    assert_int_equal(jalon_framing_phase(&framing), JALON_PHASE_OVER);
    assert_int_equal(jalon_framing_read(&framing, "x", 1), 0);
}

/* The head is refused, and nothing of it is passed on. */
static void what_two_readers_could_take_differently_is_refused(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {BYTES("GET /\r\n"), 400, 0, 0},
        {BYTES("GET / \r\n"), 400, 0, 0},
        {BYTES(" GET / HTTP/1.1\r\n"), 400, 0, 0},
        {BYTES("GET  / HTTP/1.1\r\n"), 400, 0, 0},
        {BYTES("GET /  HTTP/1.1\r\n"), 400, 0, 0},
        {BYTES("GET\t/ HTTP/1.1\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1 \r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\n"), 400, 0, 0},
        {BYTES("GET / http/1.1\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/11\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.10\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/2.0\r\n"), 505, 0, 0},
        {BYTES("GET / HTTP/1.2\r\n"), 505, 0, 0},
        {BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505, 0, 0},
        {BYTES("G@T / HTTP/1.1\r\n"), 400, 0, 0},
        {BYTES("GET /\0 HTTP/1.1\r\n"), 400, 0, 0},
        {BYTES("GET /\x7f HTTP/1.1\r\n"), 400, 0, 0},
        {BYTES("\0\0" GET), 400, 0, 0},
        {BYTES("\r\n\r\n" GET), 400, 0, 0},
        {BYTES("\n" GET), 400, 0, 0},
        {BYTES("\x16\x03\x01"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\n Host: a\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\n b\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\nHost : a\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\nHost\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\n: a\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\nHost: a\n\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\nHost: a\rX: b\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\n\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\nHost: a\r\n\rX"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\nHost: a\0b\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\nHost: a\x01\r\n"), 400, 0, 0},
        {BYTES("GET / HTTP/1.1\r\nH\xc3\xa9: a\r\n"), 400, 0, 0},
        {BYTES(POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n"), 400, 0, 0},
        {BYTES(POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), 400, 0, 0},
        {BYTES(POST "Content-Length: 1, 1\r\n\r\n"), 400, 0, 0},
        {BYTES(POST "Content-Length: +1\r\n\r\n"), 400, 0, 0},
        {BYTES(POST "Content-Length: -1\r\n\r\n"), 400, 0, 0},
        {BYTES(POST "Content-Length: 0x1\r\n\r\n"), 400, 0, 0},
        {BYTES(POST "Content-Length: 1 1\r\n\r\n"), 400, 0, 0},
        {BYTES(POST "Content-Length:\r\n\r\n"), 400, 0, 0},
        {BYTES(POST "Content-Length: 18446744073709551617\r\n\r\n"), 400, 0, 0},
        {BYTES(POST "Content-Length: 0000000000000000000000000000000000000001\r\n"), 400, 0, 0},
        {BYTES(POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), 400, 0, 0},
        {BYTES(POST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"), 400, 0, 0},
        {BYTES(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400, 0, 0},
        {BYTES(POST "Transfer-Encoding: gzip\r\n"), 400, 0, 0},
        {BYTES(POST "Transfer-Encoding: gzip, chunked\r\n"), 400, 0, 0},
        {BYTES(POST "Transfer-Encoding: chunked, chunked\r\n"), 400, 0, 0},
        {BYTES(POST "Transfer-Encoding: xchunked\r\n"), 400, 0, 0},
        {BYTES(POST "Transfer-Encoding: \"chunked\"\r\n"), 400, 0, 0},
        {BYTES(POST "Transfer-Encoding: chunked\0\r\n"), 400, 0, 0},
        {BYTES(POST "Transfer-Encoding:\r\n"), 400, 0, 0},
        {BYTES("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "-1\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "+1\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "0x1\r\n"), 400, 0, 0},
        {BYTES(CHUNKED " 1\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "1 \r\n"), 400, 0, 0},
        {BYTES(CHUNKED "1 ;x\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "g\r\n"), 400, 0, 0},
        {BYTES(CHUNKED ";x\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "ffffffffffffffff\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "10000000000000001\r\na"), 400, 0, 0},
        {BYTES(CHUNKED "1\na\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "1\r\na\n0\r\n\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "1\r\nab\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "1\r\na\r0"), 400, 0, 0},
        {BYTES(CHUNKED "1;\0\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "1;x\ny\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "0\r\n\n"), 400, 0, 0},
        {BYTES(CHUNKED "0\r\nContent-Length: 3\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "0\r\nTransfer-Encoding: chunked\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "0\r\nX : y\r\n"), 400, 0, 0},
        {BYTES(CHUNKED "0\r\n folded\r\n"), 400, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check(&cases[i]);
    }
}

/* What came whole before it is passed on, and answered. */
static void a_refusal_leaves_the_requests_before_it(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        {BYTES(GET "GET / HTTP/1.1\n"), 400, 1, GET_LENGTH},
        {BYTES(GET GET "\r\n\0"), 400, 2, 2 * GET_LENGTH},
        {BYTES(CHUNKED "0\r\n\r\n" CHUNKED "1\r\nab"), 400, 1, 61},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check(&cases[i]);
    }
}

/* The refusal of `count` times `part` in the middle of a request. */
static unsigned refusal_of(const char *before, const char *part, size_t count, const char *after)
{
    struct jalon_framing framing = {0};
    jalon_framing_read(&framing, before, strlen(before));
    for (size_t i = 0; i < count; i++) {
        jalon_framing_read(&framing, part, strlen(part));
    }
    jalon_framing_read(&framing, after, strlen(after));
    if (framing.refusal == 0) {
        assert_int_equal(framing.ended, 1);
    }
    return framing.refusal;
}

static void sizes_are_bounded(void **state)
{
    (void)state;
    static const char host[] = " HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char end[] = "\r\n\r\n";
    assert_int_equal(refusal_of("GET /", "x", 8191, host), 0);
    assert_int_equal(refusal_of("GET /", "x", 8192, host), 414);
    assert_int_equal(refusal_of("GET /?", "a&", 199, host), 0);
    assert_int_equal(refusal_of("GET /?", "a&", 300, host), 431);
    assert_int_equal(refusal_of("GET / HTTP/1.1\r\n", "X: y\r\n", 100, "\r\n"), 0);
    assert_int_equal(refusal_of("GET / HTTP/1.1\r\n", "X: y\r\n", 101, "\r\n"), 431);
    assert_int_equal(refusal_of("GET / HTTP/1.1\r\nX: ", "0123456789abcdef", 980, end), 0);
    assert_int_equal(refusal_of("GET / HTTP/1.1\r\nX: ", "0123456789abcdef", 1000, end), 431);
    assert_int_equal(refusal_of("GET / HTTP/1.1\r\n", "x", 16000, ": y\r\n\r\n"), 431);
    assert_int_equal(refusal_of("GET / HTTP/1.1\r\nCookie: ", "a=b; ", 100, end), 0);
    assert_int_equal(refusal_of("GET / HTTP/1.1\r\nCookie: ", "a=b; ", 300, end), 431);
    assert_int_equal(refusal_of("", "M", 32, " / HTTP/1.1\r\n\r\n"), 0);
    assert_int_equal(refusal_of("", "M", 33, " / HTTP/1.1\r\n\r\n"), 400);
    assert_int_equal(refusal_of(CHUNKED "1;", "x", 256, "\r\na\r\n0\r\n\r\n"), 0);
    assert_int_equal(refusal_of(CHUNKED "1;", "x", 257, "\r\na\r\n0\r\n\r\n"), 400);
    assert_int_equal(refusal_of(CHUNKED, "1\r\na\r\n", 100000, "0\r\n\r\n"), 0);
    assert_int_equal(refusal_of(CHUNKED, "1;xxxxxxxxxxxxxx\r\na\r\n", 5000, "0\r\n\r\n"), 400);
    assert_int_equal(refusal_of(CHUNKED "0\r\n", "X: 0123456789abcdef\r\n", 90, "\r\n"), 0);
    assert_int_equal(refusal_of(CHUNKED "0\r\nX: ", "0123456789abcdef", 1100, end), 400);
}

static void the_phase_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        enum jalon_phase phase;
    } cases[] = {
        {"", JALON_PHASE_BETWEEN},
        {"G", JALON_PHASE_HEAD},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r", JALON_PHASE_HEAD},
        {GET, JALON_PHASE_BETWEEN},
        {POST "Content-Length: 3\r\n\r\n", JALON_PHASE_BODY},
        {POST "Content-Length: 3\r\n\r\nabc", JALON_PHASE_BETWEEN},
        {CHUNKED, JALON_PHASE_BODY},
        {CHUNKED "0\r\nX: y\r\n\r", JALON_PHASE_BODY},
        {CHUNKED "0\r\nX: y\r\n\r\n", JALON_PHASE_BETWEEN},
        {"GET / HTTP/1.0\r\n\r\n", JALON_PHASE_OVER},
        {"\n", JALON_PHASE_OVER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jalon_framing framing = {0};
        jalon_framing_read(&framing, cases[i].bytes, strlen(cases[i].bytes));
        assert_int_equal(jalon_framing_phase(&framing), cases[i].phase);
    }
}

/* Words that requests, right and wrong ones, are made of. */
static const char *const words[] = {
    "GET ", "POST ", "/", "/a?b&c ", " ", "HTTP/1.1", "HTTP/1.0", "\r\n", "\r\n", "\r\n\r\n",
    "Host: a\r\n", "Content-Length: 3\r\n", "Content-Length: 0\r\n", "abc", "3\r\nabc\r\n",
    "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "0\r\n", "1;x", ":", "\n", "\r", "\t",
    GET, CHUNKED, POST, "0\r\n\r\n", "X: y", "Cookie: a=b; c",
};

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

/* However bytes are cut into pieces, the same requests are found, and the same bytes passed on. */
static void pieces_make_no_difference(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 100000; round++) {
        char bytes[1024] = "";
        size_t length = 0;
        for (uint32_t count = next_random(&seed) % 12; count > 0; count--) {
            const char *word = words[next_random(&seed) % (sizeof words / sizeof words[0])];
            memcpy(bytes + length, word, strlen(word));
            length += strlen(word);
        }
        struct jalon_framing whole = {0}, pieces = {0};
        size_t passed = jalon_framing_read(&whole, bytes, length), together = 0;
        for (size_t at = 0; at < length;) {
            size_t size = 1 + next_random(&seed) % 9;
            size = size < length - at ? size : length - at;
            together += jalon_framing_read(&pieces, bytes + at, size);
            at += size;
        }
        if (whole.refusal != pieces.refusal || whole.ended != pieces.ended ||
            jalon_framing_phase(&whole) != jalon_framing_phase(&pieces) || passed > length ||
            (whole.refusal == 0 && passed != together) || passed > together) {
            fail_msg("%s", bytes);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_end_where_they_say),
        cmocka_unit_test(nothing_follows_the_last_request),
        cmocka_unit_test(what_two_readers_could_take_differently_is_refused),
        cmocka_unit_test(a_refusal_leaves_the_requests_before_it),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(the_phase_is_known),
        cmocka_unit_test(pieces_make_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
