/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Mails as messages, byte by byte, and the pauses between attempts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "jalon/job.h"

static struct jalon_buffer written(const char *subject, const char *body)
{
    struct jalon_buffer out;
    struct jalon_mail mail = {
        .number = 7,
        .recipient = JALON_TEXT("zoe@example.org"),
        .subject = jalon_text_from(subject),
        .body = jalon_text_from(body),
        .created_us = INT64_C(1790000000123456),
    };
    jalon_buffer_init(&out, 1 << 20);
    jalon_job_write_message(&out, &mail, JALON_TEXT("jalon@map.example.org"),
                            JALON_TEXT("https://map.example.org"));
    assert_int_equal(jalon_buffer_status(&out), JALON_OK);
    return out;
}

static void expect_subject(const char *subject, const char *line)
{
    struct jalon_buffer out = written(subject, "");
    const char *found = strstr(out.data, "Subject: ");
    assert_non_null(found);
    assert_memory_equal(found, line, strlen(line));
    jalon_buffer_finish(&out);
}

static void expect_body(const char *body, const char *expected)
{
    struct jalon_buffer out = written("s", body);
    assert_string_equal(strstr(out.data, "\r\n\r\n") + 4, expected);
    jalon_buffer_finish(&out);
}

static void test_head(void **state)
{
    (void)state;
    struct jalon_buffer out = written("s", "b");
    const char *expected = "Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n"
                           "From: <jalon@map.example.org>\r\n"
                           "To: <zoe@example.org>\r\n"
                           "Subject: s\r\n"
                           "Message-ID: <7.1790000000123456.jalon@map.example.org>\r\n"
                           "Auto-Submitted: auto-generated\r\n"
                           "MIME-Version: 1.0\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: quoted-printable\r\n\r\nb\r\n";
    assert_string_equal(out.data, expected);
    jalon_buffer_finish(&out);
}

static void test_subject(void **state)
{
    (void)state;
    expect_subject("", "Subject: \r\n");
    expect_subject("[map] plain ~ text", "Subject: [map] plain ~ text\r\n");
    expect_subject("é", "Subject: =?utf-8?B?w6k=?=\r\n");
    expect_subject("=?utf-8?B?w6k=?=", "Subject: =?utf-8?B?PT91dGYtOD9CP3c2az0/PQ==?=\r\n");
    /* 21 of 41 letters of two bytes fit into a word of 42; none is parted. */
    expect_subject("xééééééééééééééééééééééé",
                   "Subject: =?utf-8?B?eMOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6k=?=\r\n"
                   " =?utf-8?B?w6nDqcOp?=\r\n");
    expect_subject("a\r\nBcc: x@y", "Subject: =?utf-8?B?YQ0KQmNjOiB4QHk=?=\r\n");
}

static void test_body(void **state)
{
    (void)state;
    expect_body("", "\r\n");
    expect_body("a\nb", "a\r\nb\r\n");
    expect_body(".\n..\nFrom x", "=2E\r\n=2E.\r\n=46rom x\r\n");
    expect_body("a \nb\t\n =\x01", "a=20\r\nb=09\r\n =3D=01\r\n");
    expect_body("\x1a/account \x1a", "https://map.example.org/account https://map.example.org\r\n");
    expect_body("é", "=C3=A9\r\n");
    expect_body("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=\r\n"
                "=2Eb\r\n");
}

static void test_pauses(void **state)
{
    (void)state;
    static const int64_t seconds[] = {60, 120, 240, 480, 960, 1920, 3600, 3600};
    for (int64_t i = 0; i < 8; i++) {
        int64_t pause_us = seconds[i] * 1000000;
        assert_int_equal(jalon_job_pause_us(60, i + 1, 0), pause_us * 3 / 4);
        for (uint64_t chance = 1; chance < UINT64_MAX / 3; chance *= 3) {
            int64_t one = jalon_job_pause_us(60, i + 1, chance);
            assert_in_range(one, pause_us * 3 / 4, pause_us * 5 / 4);
        }
    }
    assert_in_range(jalon_job_pause_us(60, INT64_MAX, 5), 2700000000, 4500000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_subject),
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_pauses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
