/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Every file of tests/data/format, read with default options, gives what is written in
 * tests/golden/format/read; however the source cuts its bytes. A new case is two files and needs no
 * code: JALON_GOLDEN_UPDATE=1 writes what is read now, to be looked at before it is committed.
 */
#include "format_support.h"

#include <dirent.h>

enum { FILES_MAX = 200, DUMP_MAX = 8 * 1024 * 1024 };

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t list_files(char **names)
{
    size_t count = 0;
    DIR *folder = opendir(JALON_TEST_DATA "/format");
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (jalon_format_for_path(jalon_text_from(entry->d_name)) != NULL) {
            assert_true(count < FILES_MAX);
            names[count++] = strdup(entry->d_name);
        }
    }
    closedir(folder);
    qsort(names, count, sizeof *names, by_name);
    return count;
}

static void dump_file(const char *name, size_t cut, struct jalon_buffer *dump)
{
    char path[512];
    struct bytes bytes = {.cut = cut};
    struct jalon_reader_options options = default_options();
    snprintf(path, sizeof path, "%s/format/%s", JALON_TEST_DATA, name);
    bytes.data = read_whole(path, &bytes.size);
    assert_non_null(bytes.data);
    jalon_buffer_init(dump, DUMP_MAX);
    read_all(jalon_format_for_path(jalon_text_from(name)), &bytes, &options, dump);
    assert_int_equal(jalon_buffer_status(dump), JALON_OK);
    free((char *)bytes.data);
}

static void update(const char *path, const struct jalon_buffer *dump)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(dump->data, 1, dump->length, file), dump->length);
    assert_int_equal(fclose(file), 0);
}

static void compare(const char *name, const struct jalon_buffer *dump)
{
    char path[512];
    size_t size = 0;
    snprintf(path, sizeof path, "%s/format/read/%s.txt", JALON_TEST_GOLDEN, name);
    if (getenv("JALON_GOLDEN_UPDATE") != NULL) {
        update(path, dump);
    }
    char *golden = read_whole(path, &size);
    if (golden == NULL) {
        fail_msg("%s is missing; what was read:\n%s", path, dump->data);
    }
    if (size != dump->length || memcmp(golden, dump->data, size) != 0) {
        fail_msg("%s: expected\n%s\nbut read\n%s", name, golden, dump->data);
    }
    free(golden);
}

static void files_are_read_as_written_down(void **state)
{
    (void)state;
    char *names[FILES_MAX];
    size_t count = list_files(names);
    assert_true(count > 40);
    for (size_t i = 0; i < count; i++) {
        struct jalon_buffer dump, cut_dump;
        dump_file(names[i], 0, &dump);
        compare(names[i], &dump);
        static const size_t cuts[] = {1, 2, 3, 7, 61};
        for (size_t j = 0; j < sizeof cuts / sizeof *cuts; j++) {
            dump_file(names[i], cuts[j], &cut_dump);
            if (!jalon_text_equal(jalon_buffer_text(&dump), jalon_buffer_text(&cut_dump))) {
                fail_msg("%s cut into pieces of %zu reads otherwise:\n%s", names[i], cuts[j],
                         cut_dump.data);
            }
            jalon_buffer_finish(&cut_dump);
        }
        jalon_buffer_finish(&dump);
        free(names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read_as_written_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
