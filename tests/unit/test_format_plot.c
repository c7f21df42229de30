/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Bar plots against golden drawings (JALON_GOLDEN_UPDATE writes them anew), numbers as people read
 * them, and words that want to be markup.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "jalon/memory.h"
#include "jalon/plot.h"

#define WORDS(words) {"" words, sizeof(words) - 1}

static const struct jalon_plot_bar themes[] = {
    {WORDS("Santé"), WORDS("#d81b60"), 1703, 0},
    {WORDS("Pharmacies"), WORDS("#00838f"), 76, 1},
    {WORDS("De garde"), WORDS("red\"/><script>"), 1, 2},
    {WORDS("Sans thème"), WORDS(""), 0, 0},
    {WORDS("Une très longue étiquette que l'écran d'un téléphone ne peut pas montrer"), WORDS(""), 2, 0},
    {WORDS("<script>alert('&')</script>"), WORDS(""), 1234567, 9},
};
static const struct jalon_plot plots[] = {
    {WORDS("Par thème"), WORDS("Nombre & part"), themes, sizeof themes / sizeof themes[0]},
    {WORDS("Rien"), WORDS(""), NULL, 0},
};

static struct jalon_plot_options make_options(const char *language)
{
    return (struct jalon_plot_options){
        .title = JALON_TEXT("Statistiques"),
        .description = JALON_TEXT("Une carte"),
        .language = jalon_text_from(language),
        .nothing = JALON_TEXT("Rien à compter ici."),
        .whole = 1234567,
    };
}

static void check_golden(const char *name, const struct jalon_buffer *written)
{
    char path[512], golden[16384];
    snprintf(path, sizeof path, "%s/format/plot/%s", JALON_TEST_GOLDEN, name);
    if (getenv("JALON_GOLDEN_UPDATE") != NULL) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fwrite(written->data, 1, written->length, file);
        fclose(file);
    }
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(golden, 1, sizeof golden, file);
    fclose(file);
    assert_int_equal(size, written->length);
    assert_memory_equal(golden, written->data, size);
}

static void drawings_are_as_they_were(void **state)
{
    (void)state;
    static const char *const languages[] = {"fr", "en"}, *const names[] = {"two.fr.svg", "two.en.svg"};
    for (int i = 0; i < 2; i++) {
        struct jalon_buffer buffer;
        struct jalon_plot_options options = make_options(languages[i]);
        jalon_buffer_init(&buffer, 1 << 20);
        jalon_plot_write(&buffer, &options, plots, 2);
        assert_int_equal(jalon_buffer_status(&buffer), JALON_OK);
        check_golden(names[i], &buffer);
        assert_null(strstr(buffer.data, "<script"));
        assert_null(strstr(buffer.data, "style"));
        jalon_buffer_finish(&buffer);
    }
}

static void numbers_are_written_for_people(void **state)
{
    (void)state;
    static const struct {
        int64_t number;
        const char *fr, *en;
    } cases[] = {
        {0, "0", "0"},
        {999, "999", "999"},
        {1000, "1\xe2\x80\xaf" "000", "1,000"},
        {1234567, "1\xe2\x80\xaf" "234\xe2\x80\xaf" "567", "1,234,567"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jalon_buffer buffer;
        jalon_buffer_init(&buffer, 1000);
        jalon_plot_write_number(&buffer, cases[i].number, JALON_TEXT("fr"));
        assert_string_equal(buffer.data, cases[i].fr);
        jalon_buffer_clear(&buffer);
        jalon_plot_write_number(&buffer, cases[i].number, JALON_TEXT("en"));
        assert_string_equal(buffer.data, cases[i].en);
        jalon_buffer_finish(&buffer);
    }
}

static void shares_are_rounded_to_a_tenth(void **state)
{
    (void)state;
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 1000);
    jalon_plot_write_share(&buffer, 1, 3, JALON_TEXT("en"));
    jalon_plot_write_share(&buffer, 2, 3, JALON_TEXT("fr"));
    jalon_plot_write_share(&buffer, 7, 7, JALON_TEXT("en"));
    jalon_plot_write_share(&buffer, 0, 0, JALON_TEXT("en"));
    assert_string_equal(buffer.data, "33.3%66,7\xc2\xa0%100.0%");
    jalon_buffer_finish(&buffer);
}

/* Of too many bars the last ones are drawn: the latest months. */
static void a_long_plot_ends_with_its_last_bars(void **state)
{
    (void)state;
    enum { BARS = JALON_PLOT_BARS_MAX + 5 };
    static struct jalon_plot_bar bars[BARS];
    static char labels[BARS][16];
    for (size_t i = 0; i < BARS; i++) {
        snprintf(labels[i], sizeof labels[i], "bar-%zu-", i);
        bars[i] = (struct jalon_plot_bar){
            jalon_text_from(labels[i]), JALON_TEXT_EMPTY, (int64_t)i, 0};
    }
    struct jalon_plot plot = {JALON_TEXT("Long"), JALON_TEXT_EMPTY, bars, BARS};
    struct jalon_plot_options options = make_options("en");
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 1 << 20);
    jalon_plot_write(&buffer, &options, &plot, 1);
    assert_null(strstr(buffer.data, ">bar-4-<"));
    assert_non_null(strstr(buffer.data, ">bar-5-<"));
    assert_non_null(strstr(buffer.data, ">bar-404-<"));
    jalon_buffer_finish(&buffer);
}

static void a_failed_drawing_says_so(void **state)
{
    (void)state;
    struct jalon_plot_options options = make_options("fr");
    enum jalon_status status = JALON_NO_MEMORY;
    uint64_t failed = 0;
    while (status != JALON_OK) {
        struct jalon_buffer buffer;
        jalon_buffer_init(&buffer, 1 << 20);
        jalon_memory_fail_at(failed + 1);
        jalon_plot_write(&buffer, &options, plots, 2);
        jalon_memory_fail_at(0);
        status = jalon_buffer_status(&buffer);
        failed += status != JALON_OK;
        jalon_buffer_finish(&buffer);
    }
    assert_true(failed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawings_are_as_they_were),
        cmocka_unit_test(numbers_are_written_for_people),
        cmocka_unit_test(shares_are_rounded_to_a_tenth),
        cmocka_unit_test(a_long_plot_ends_with_its_last_bars),
        cmocka_unit_test(a_failed_drawing_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
