/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where the database of a test in C is. */
#include "location.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "database.h"

static bool is_file_engine(void)
{
    const char *engine = getenv("JALON_TEST_ENGINE");
    if (engine == NULL || strcmp(engine, "sqlite") == 0) {
        return true;
    }
    assert_string_equal(engine, "postgres");
    return false;
}

/* --- Folders --- */

enum { PATH_SIZE = 300 };

static void make_path(const char *folder, const char *name, char out[PATH_SIZE])
{
    assert_true(snprintf(out, PATH_SIZE, "%s/%s", folder, name) < PATH_SIZE);
}

void make_folder(char out[256])
{
    const char *temporary = getenv("TMPDIR");
    snprintf(out, 256, "%s/jalon-test-XXXXXX", temporary != NULL ? temporary : "/tmp");
    assert_non_null(mkdtemp(out));
}

void forget_folder(const char *folder)
{
    static const char *const names[] = {"jalon.sqlite", "jalon.sqlite-wal", "jalon.sqlite-shm",
                                        "saved"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[PATH_SIZE];
        make_path(folder, names[i], path);
        unlink(path);
    }
    rmdir(folder);
}

static void copy_file(const char *folder, const char *from, const char *to)
{
    char source[PATH_SIZE], target[PATH_SIZE], bytes[65536];
    make_path(folder, from, source);
    make_path(folder, to, target);
    FILE *in = fopen(source, "rb"), *out = fopen(target, "wb");
    assert_true(in != NULL && out != NULL);
    for (size_t got = fread(bytes, 1, sizeof bytes, in); got > 0;
         got = fread(bytes, 1, sizeof bytes, in)) {
        assert_int_equal(fwrite(bytes, 1, got, out), got);
    }
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static bool file_holds(const char *folder, const char *name, const char *words)
{
    char path[PATH_SIZE];
    make_path(folder, name, path);
    FILE *file = fopen(path, "rb");
    size_t length = strlen(words), matched = 0;
    int c;
    while (file != NULL && matched < length && (c = getc(file)) != EOF) {
        matched = c == words[matched] ? matched + 1 : c == words[0];
    }
    if (file != NULL) {
        fclose(file);
    }
    return matched == length;
}

/* --- Databases --- */

void make_location(char out[256])
{
    if (is_file_engine()) {
        make_folder(out);
    } else {
        make_database(out);
    }
}

void forget_location(const char *location)
{
    if (is_file_engine()) {
        forget_folder(location);
    } else {
        drop_database(location);
    }
}

void make_missing_location(const char *location, char out[300])
{
    if (is_file_engine()) {
        snprintf(out, 300, "%s/not/there", location);
        return;
    }
    const char *name = strstr(location, "@/") + 2;
    snprintf(out, 300, "%.*snot_%s", (int)(name - location), location, name);
}

void save_location(const char *location)
{
    if (is_file_engine()) {
        copy_file(location, "jalon.sqlite", "saved");
    } else {
        save_database(location);
    }
}

void restore_location(const char *location)
{
    if (is_file_engine()) {
        copy_file(location, "saved", "jalon.sqlite");
    } else {
        restore_database(location);
    }
}

void settle_location(const char *location)
{
    if (!is_file_engine()) { /* a file's writer was the process itself */
        settle_database(location);
    }
}

bool location_holds(const char *location, const char *words)
{
    return is_file_engine() ? file_holds(location, "jalon.sqlite", words) ||
                                  file_holds(location, "jalon.sqlite-wal", words)
                            : database_holds(location, words);
}
