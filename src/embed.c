/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Host tool: turns files into a C table of struct jalon_embedded. Runs while building.
 *
 *   embed OUT.c SYMBOL ROOT SUFFIX FILE…
 *
 * Each FILE lies below ROOT; its name in the table is its path from there, with SUFFIX (which may
 * be empty) cut off its end. Sees libc only.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct file {
    const char *path;
    char *name;
};

static int complain(const char *path, const char *what)
{
    fprintf(stderr, "embed: %s: %s\n", path, what);
    return 1;
}

/* The name in the table, or NULL when the path is not below the root. */
static char *make_name(const char *path, const char *root, const char *suffix)
{
    size_t root_length = strlen(root), suffix_length = strlen(suffix);
    if (strncmp(path, root, root_length) != 0 || path[root_length] != '/') {
        return NULL;
    }
    char *name = strdup(path + root_length + 1);
    size_t length = name == NULL ? 0 : strlen(name);
    if (length > suffix_length && strcmp(name + length - suffix_length, suffix) == 0) {
        name[length - suffix_length] = '\0';
    }
    return name;
}

static int compare_files(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

/* One byte of a string literal; escapes are octal with three digits, so that none runs on. */
static void write_byte(FILE *out, int c)
{
    if (c == '"' || c == '\\' || c == '?') { /* "??" may start a trigraph */
        fprintf(out, "\\%c", c);
    } else if (c >= 0x20 && c < 0x7F) {
        fputc(c, out);
    } else {
        fprintf(out, "\\%03o", (unsigned)c);
    }
}

static int write_content(FILE *out, const char *path, unsigned long *out_length)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL) {
        return complain(path, "cannot be opened");
    }
    unsigned long length = 0;
    fprintf(out, "    \"");
    for (int c = fgetc(in); c != EOF; c = fgetc(in)) {
        write_byte(out, c);
        if (++length % 64 == 0) {
            fprintf(out, "\"\n    \"");
        }
    }
    fprintf(out, "\"");
    *out_length = length;
    bool failed = ferror(in) != 0;
    fclose(in);
    return failed ? complain(path, "cannot be read") : 0;
}

static int write_table(FILE *out, const char *symbol, const struct file *files, size_t count)
{
    fprintf(out, "/* Made by embed while building; not to be changed. */\n"
                 "#include <stddef.h>\n\n#include \"jalon/embedded.h\"\n\n"
                 "extern const struct jalon_embedded %s[];\nconst struct jalon_embedded %s[] = {\n",
            symbol, symbol);
    int failed = 0;
    for (size_t i = 0; i < count && failed == 0; i++) {
        unsigned long length = 0;
        fprintf(out, "    {\"");
        for (const char *c = files[i].name; *c != '\0'; c++) {
            write_byte(out, (unsigned char)*c);
        }
        fprintf(out, "\", {\n");
        failed = write_content(out, files[i].path, &length);
        fprintf(out, ",\n    %lu}},\n", length);
    }
    fprintf(out, "    {NULL, {\"\", 0}},\n};\n");
    return failed;
}

static int write_file(const char *path, const char *symbol, const struct file *files, size_t count)
{
    FILE *out = fopen(path, "wb");
    if (out == NULL) {
        return complain(path, "cannot be written");
    }
    int failed = write_table(out, symbol, files, count);
    if (ferror(out) != 0 || fclose(out) != 0) {
        failed = complain(path, "cannot be written");
    }
    if (failed != 0) {
        remove(path);
    }
    return failed;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: embed OUT.c SYMBOL ROOT SUFFIX FILE...\n");
        return 2;
    }
    size_t count = (size_t)(argc - 5);
    struct file *files = calloc(count + 1, sizeof *files);
    int failed = files == NULL ? complain(argv[0], "no memory") : 0;
    for (size_t i = 0; i < count && failed == 0; i++) {
        files[i].path = argv[5 + i];
        files[i].name = make_name(files[i].path, argv[3], argv[4]);
        failed = files[i].name == NULL ? complain(files[i].path, "is not below the root") : 0;
    }
    if (failed == 0) {
        qsort(files, count, sizeof *files, compare_files);
        failed = write_file(argv[1], argv[2], files, count);
    }
    for (size_t i = 0; files != NULL && i < count; i++) {
        free(files[i].name);
    }
    free(files);
    return failed;
}
