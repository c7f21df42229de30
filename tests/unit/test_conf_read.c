/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Settings: which source wins, what is refused and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "jalon/conf.h"

enum { SERVE = 1, IMPORT = 2 };

static const struct jalon_option options[] = {
    {"config", NULL, "FILE", JALON_OPTION_TEXT, NULL, 0, 0, SERVE | IMPORT, "Settings file."},
    {"crs", NULL, "CRS", JALON_OPTION_TEXT, "EPSG:4326", 0, 0, IMPORT, "Of the file."},
    {"crs", "T_CRS", "CRS", JALON_OPTION_LIST, NULL, 0, 0, SERVE, "One more."},
    {"listen", "T_LISTEN", "ADDRESS:PORT", JALON_OPTION_TEXT, "127.0.0.1:8080", 0, 0, SERVE, "Where."},
    {"map", NULL, "COLUMN=FIELD", JALON_OPTION_LIST, NULL, 0, 0, IMPORT, "What goes where."},
    {"quiet", "T_QUIET", NULL, JALON_OPTION_FLAG, NULL, 0, 0, SERVE | IMPORT, "Say nothing."},
    {"threads", "T_THREADS", "N", JALON_OPTION_INTEGER, "4", 1, 64, SERVE, "How many."},
    {0},
};

static const char *environment_listen, *environment_threads;

static char *environment(const char *name)
{
    const char *value = strcmp(name, "T_LISTEN") == 0    ? environment_listen
                        : strcmp(name, "T_THREADS") == 0 ? environment_threads
                                                         : NULL;
    return (char *)(uintptr_t)value;
}

static enum jalon_status read_settings(struct jalon_context *ctx, unsigned command,
                                       const char *const *arguments,
                                       const struct jalon_settings **out)
{
    int count = 0;
    while (arguments[count] != NULL) {
        count++;
    }
    struct jalon_conf_input input = {options, command, count,
                                     (char *const *)(uintptr_t)arguments, environment};
    return jalon_conf_read(ctx, &input, out);
}

#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_ARGUMENTS ((const char *const[]){NULL})

static void the_stronger_source_wins(void **state)
{
    struct jalon_context *ctx = *state;
    const struct jalon_settings *settings = NULL;
    char path[] = "/tmp/jalon-conf-XXXXXX";
    int file = mkstemp(path);
    static const char text[] = "# a comment\n\nlisten = 10.0.0.1:1\r\nthreads=8\nmap = a=b\n";
    assert_true(write(file, text, sizeof text - 1) == (ssize_t)(sizeof text - 1));
    close(file);
    assert_int_equal(read_settings(ctx, SERVE, NO_ARGUMENTS, &settings), JALON_OK);
    assert_string_equal(jalon_conf_text(settings, "listen").data, "127.0.0.1:8080");
    assert_int_equal(jalon_conf_integer(settings, "threads"), 4);
    assert_false(jalon_conf_flag(settings, "quiet"));
    assert_int_equal(read_settings(ctx, SERVE, ARGUMENTS("--config", path), &settings), JALON_OK);
    assert_string_equal(jalon_conf_text(settings, "listen").data, "10.0.0.1:1");
    assert_int_equal(jalon_conf_integer(settings, "threads"), 8);
    environment_listen = "10.0.0.2:2";
    assert_int_equal(read_settings(ctx, SERVE, ARGUMENTS("--config", path), &settings), JALON_OK);
    assert_string_equal(jalon_conf_text(settings, "listen").data, "10.0.0.2:2");
    assert_int_equal(read_settings(ctx, SERVE,
                                   ARGUMENTS("--quiet", "--config", path, "--listen=[::1]:3"),
                                   &settings),
                     JALON_OK);
    assert_string_equal(jalon_conf_text(settings, "listen").data, "[::1]:3");
    assert_true(jalon_conf_flag(settings, "quiet"));
    environment_listen = NULL;
    unlink(path);
}

/* A file is one program's: what another command or an argument is meant by does not change with it. */
static void a_file_says_nothing_about_one_run(void **state)
{
    const struct jalon_settings *settings = NULL;
    size_t count = 0;
    char path[] = "/tmp/jalon-conf-XXXXXX";
    int file = mkstemp(path);
    static const char text[] = "crs = EPSG:31370\nlisten = 10.0.0.1:1\nquiet = yes\nmap = a=b\n";
    assert_true(write(file, text, sizeof text - 1) == (ssize_t)(sizeof text - 1));
    close(file);
    assert_int_equal(read_settings(*state, IMPORT, ARGUMENTS("--config", path), &settings), JALON_OK);
    assert_string_equal(jalon_conf_text(settings, "crs").data, "EPSG:4326");
    assert_true(jalon_conf_flag(settings, "quiet"));
    assert_null(jalon_conf_list(settings, "map", &count));
    assert_int_equal(read_settings(*state, SERVE, ARGUMENTS("--config", path), &settings), JALON_OK);
    assert_string_equal(jalon_conf_list(settings, "crs", &count)[0].data, "EPSG:31370");
    unlink(path);
}

static void lists_and_operands_keep_their_order(void **state)
{
    const struct jalon_settings *settings = NULL;
    size_t count = 0;
    assert_int_equal(read_settings(*state, IMPORT,
                                   ARGUMENTS("one", "--map", "a=title", "two", "--map=b=c=d", "--",
                                             "--three"),
                                   &settings),
                     JALON_OK);
    const struct jalon_text *items = jalon_conf_list(settings, "map", &count);
    assert_int_equal(count, 2);
    assert_string_equal(items[0].data, "a=title");
    assert_string_equal(items[1].data, "b=c=d");
    items = jalon_conf_operands(settings, &count);
    assert_int_equal(count, 3);
    assert_string_equal(items[2].data, "--three");
}

static void refused(struct jalon_context *ctx, unsigned command, const char *const *arguments,
                    const char *expected)
{
    const struct jalon_settings *settings = NULL;
    jalon_error_clear(ctx);
    assert_int_equal(read_settings(ctx, command, arguments, &settings), JALON_INVALID);
    assert_null(settings);
    assert_string_equal(ctx->error.message.data, expected);
}

static void mistakes_are_named(void **state)
{
    struct jalon_context *ctx = *state;
    refused(ctx, SERVE, ARGUMENTS("--lisen", "x"),
            "lisen: there is no such option; did you mean 'listen'?");
    refused(ctx, SERVE, ARGUMENTS("--map", "a=b"), "map: there is no such option; --help lists them");
    refused(ctx, SERVE, ARGUMENTS("--threads", "0"),
            "threads: '0' must be a whole number from 1 to 64");
    refused(ctx, SERVE, ARGUMENTS("--listen"), "listen: needs a value: --listen ADDRESS:PORT");
    refused(ctx, SERVE, ARGUMENTS("--quiet=perhaps"), "quiet: 'perhaps' must be yes or no");
    environment_threads = "many";
    refused(ctx, SERVE, NO_ARGUMENTS,
            "threads: 'many' in T_THREADS must be a whole number from 1 to 64");
    environment_threads = NULL;
}

static void help_lists_the_commands_own_options(void **state)
{
    (void)state;
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 4096);
    jalon_conf_write_help(&buffer, options, IMPORT);
    assert_string_equal(buffer.data, "  --config FILE               Settings file.\n"
                                     "  --crs CRS                   Of the file. (default EPSG:4326)\n"
                                     "  --map COLUMN=FIELD          What goes where.\n"
                                     "  --quiet                     Say nothing. [T_QUIET]\n");
    jalon_buffer_clear(&buffer);
    jalon_conf_write_sample(&buffer, options, SERVE);
    assert_string_equal(buffer.data, "# One more.\n# crs = CRS\n\n"
                                     "# Where.\n# listen = 127.0.0.1:8080\n\n"
                                     "# Say nothing.\n# quiet = no\n\n"
                                     "# How many.\n# threads = 4\n\n");
    jalon_buffer_finish(&buffer);
}

static int make_context(void **state)
{
    *state = jalon_context_create();
    return *state == NULL;
}

static int drop_context(void **state)
{
    jalon_context_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stronger_source_wins),
        cmocka_unit_test(a_file_says_nothing_about_one_run),
        cmocka_unit_test(lists_and_operands_keep_their_order),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(help_lists_the_commands_own_options),
    };
    return cmocka_run_group_tests(tests, make_context, drop_context);
}
