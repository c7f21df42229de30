/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The operator's log: one line an event, and none below the level that is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/log.h"

/* What is in the log after an event of each level. */
static void write_all(enum jalon_log_level lowest, enum jalon_log_format format, char *out,
                      size_t size)
{
    const struct jalon_log_field fields[] = {
        {"path", JALON_TEXT("/a b"), 0},
        {"status", {NULL, 0}, 200},
    };
    FILE *stream = tmpfile();
    assert_non_null(stream);
    jalon_log_configure(stream, format, lowest);
    jalon_log_write(JALON_LOG_INFO, "request", fields, 2);
    jalon_log_write(JALON_LOG_WARNING, "slow", NULL, 0);
    jalon_log_write(JALON_LOG_ERROR, "failed", NULL, 0);
    jalon_log_configure(NULL, JALON_LOG_AS_TEXT, JALON_LOG_INFO);
    rewind(stream);
    out[fread(out, 1, size - 1, stream)] = '\0';
    fclose(stream);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text != '\0'; text++) {
        lines += *text == '\n';
    }
    return lines;
}

static void it_writes_a_line_for_each_event(void **state)
{
    (void)state;
    char text[1024];
    write_all(JALON_LOG_INFO, JALON_LOG_AS_TEXT, text, sizeof text);
    assert_int_equal(count_lines(text), 3);
    assert_non_null(strstr(text, " info request path=\"/a b\" status=200\n"));
    assert_non_null(strstr(text, " error failed\n"));
    write_all(JALON_LOG_INFO, JALON_LOG_AS_JSON, text, sizeof text);
    assert_int_equal(count_lines(text), 3);
    assert_non_null(strstr(text, "\"level\":\"info\",\"event\":\"request\",\"path\":\"/a b\","
                                 "\"status\":200}\n"));
}

static void it_leaves_out_what_is_below_the_lowest_level(void **state)
{
    (void)state;
    char text[1024];
    write_all(JALON_LOG_WARNING, JALON_LOG_AS_TEXT, text, sizeof text);
    assert_int_equal(count_lines(text), 2);
    assert_null(strstr(text, "request"));
    assert_non_null(strstr(text, " warning slow\n"));
    jalon_log_configure(NULL, JALON_LOG_AS_TEXT, JALON_LOG_WARNING);
    assert_false(jalon_log_takes(JALON_LOG_INFO));
    assert_true(jalon_log_takes(JALON_LOG_WARNING));
    assert_true(jalon_log_takes(JALON_LOG_ERROR));
    jalon_log_configure(NULL, JALON_LOG_AS_TEXT, JALON_LOG_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_writes_a_line_for_each_event),
        cmocka_unit_test(it_leaves_out_what_is_below_the_lowest_level),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
