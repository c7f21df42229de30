/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sqlgen: a host tool that turns schema/ into C. Not part of the program; libc only.
 *
 *   sqlgen SCHEMA_DIR OUT_HEADER OUT_SOURCE
 *
 * Reads queries/<entity>.sql and queries/<entity>.<engine>.sql: named blocks
 *
 *   -- name: contribution_find
 *   SELECT … WHERE map = $1 AND id = $2;
 *
 * A block ends where the next one starts or the file ends, and its last character is `;`. It may
 * hold several statements, which share their parameters. Text in an engine's file replaces the
 * common text; in the end every name must have text for every engine. There, a block that is `;`
 * alone says that this engine has nothing to do. An engine's text may leave parameters out that
 * another one's has. Reads migrations/NNN_name.sql and NNN_name.<engine>.sql likewise. Every fault
 * is named with file and line.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENGINE_COUNT = 2, PARAMETERS_MAX = 64 };

/*
 * One row an engine, in the order of enum jalon_db_engine: its name in file names, and how it writes
 * the n-th parameter.
 */
static const struct {
    const char *name;
    char placeholder;
} engines[ENGINE_COUNT] = {{"sqlite", '?'}, {"postgres", '$'}};

/* A named text: a query, or (with its number) a migration. */
struct entry {
    char *name;
    long number;
    char *text[ENGINE_COUNT];
    bool special[ENGINE_COUNT]; /* the text came from the engine's own file */
};

struct list {
    struct entry *entries;
    size_t count;
};

static void die(const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

static void die(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void *need(void *block)
{
    if (block == NULL) {
        fputs("sqlgen: no memory\n", stderr);
        exit(1);
    }
    return block;
}

static char *copy(const char *data, size_t length)
{
    char *out = need(malloc(length + 1));
    memcpy(out, data, length);
    out[length] = '\0';
    return out;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        die(path, 0, "%s", strerror(errno));
    }
    size_t length = 0, capacity = 1 << 16;
    char *data = need(malloc(capacity));
    size_t got;
    while ((got = fread(data + length, 1, capacity - length - 1, file)) > 0) {
        length += got;
        if (capacity - length < 2) {
            capacity *= 2;
            data = need(realloc(data, capacity));
        }
    }
    fclose(file);
    data[length] = '\0';
    return data;
}

/* --- Names of files --- */

/* "001_foundation.sqlite.sql" -> stem "001_foundation", engine 0; -1: for all engines. */
static char *split_name(const char *path, const char *name, int *out_engine)
{
    const char *dot = strchr(name, '.');
    *out_engine = -1;
    if (strcmp(dot, ".sql") != 0) {
        for (int i = 0; i < ENGINE_COUNT; i++) {
            size_t length = strlen(engines[i].name);
            if (strncmp(dot + 1, engines[i].name, length) == 0 &&
                strcmp(dot + 1 + length, ".sql") == 0) {
                *out_engine = i;
            }
        }
        if (*out_engine < 0) {
            die(path, 1, "the name is neither <entity>.sql nor <entity>.<engine>.sql");
        }
    }
    return copy(name, (size_t)(dot - name));
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the folder's *.sql files, sorted, so that the output does not depend on the disk. */
static char **list_folder(const char *folder, size_t *out_count)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        die(folder, 0, "%s", strerror(errno));
    }
    char **names = NULL;
    size_t count = 0;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        size_t length = strlen(entry->d_name);
        if (entry->d_name[0] != '.' && length > 4 &&
            strcmp(entry->d_name + length - 4, ".sql") == 0) {
            names = need(realloc(names, (count + 1) * sizeof *names));
            names[count++] = copy(entry->d_name, length);
        }
    }
    closedir(dir);
    if (count > 0) {
        qsort(names, count, sizeof *names, compare_strings);
    }
    *out_count = count;
    return names;
}

/* --- The list --- */

static struct entry *find_or_add(struct list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->entries[i].name, name) == 0) {
            return &list->entries[i];
        }
    }
    list->entries = need(realloc(list->entries, (list->count + 1) * sizeof *list->entries));
    struct entry *entry = &list->entries[list->count++];
    *entry = (struct entry){.name = copy(name, strlen(name))};
    return entry;
}

/* Gives the entry its text: for all engines (-1) that have none of their own, or for one. */
static void set_text(struct entry *entry, int engine, const char *text, const char *file, int line)
{
    for (int i = 0; i < ENGINE_COUNT; i++) {
        if (engine >= 0 && i != engine) {
            continue;
        }
        bool special = engine >= 0;
        if (entry->text[i] != NULL && entry->special[i] == special) {
            die(file, line, "'%s' is there twice", entry->name);
        }
        if (entry->text[i] == NULL || special) {
            free(entry->text[i]); /* the common text, which the engine's own replaces */
            entry->text[i] = copy(text, strlen(text));
            entry->special[i] = special;
        }
    }
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static void check_complete(struct list *list, const char *folder)
{
    if (list->count == 0) {
        die(folder, 0, "there is no SQL here");
    }
    qsort(list->entries, list->count, sizeof *list->entries, compare_entries);
    for (size_t i = 0; i < list->count; i++) {
        for (int e = 0; e < ENGINE_COUNT; e++) {
            if (list->entries[i].text[e] == NULL) {
                die(folder, 0, "'%s' has no text for %s", list->entries[i].name, engines[e].name);
            }
        }
    }
}

/* --- Queries --- */

struct block {
    char *name;
    char *text;
    size_t length;
    int line;
};

/* Text without comments and outer space; a comment starts at "--" outside quotes. */
static void append_line(struct block *block, const char *line, size_t length)
{
    char quote = '\0';
    size_t end = length;
    for (size_t i = 0; i < length; i++) {
        if (quote != '\0') {
            quote = line[i] == quote ? '\0' : quote;
        } else if (line[i] == '\'' || line[i] == '"') {
            quote = line[i];
        } else if (line[i] == '-' && i + 1 < length && line[i + 1] == '-') {
            end = i;
            break;
        }
    }
    size_t start = 0;
    while (start < end && isspace((unsigned char)line[start])) {
        start++;
    }
    while (end > start && isspace((unsigned char)line[end - 1])) {
        end--;
    }
    if (start == end) {
        return;
    }
    block->text = need(realloc(block->text, block->length + (end - start) + 2));
    if (block->length > 0) {
        block->text[block->length++] = '\n';
    }
    memcpy(block->text + block->length, line + start, end - start);
    block->length += end - start;
    block->text[block->length] = '\0';
}

static void finish_block(struct list *list, struct block *block, int engine, const char *file)
{
    if (block->name == NULL) {
        if (block->length > 0) {
            die(file, block->line, "SQL before the first '-- name:'");
        }
        return;
    }
    if (block->length == 0) {
        die(file, block->line, "'%s' has no SQL", block->name);
    }
    if (block->text[block->length - 1] != ';') {
        die(file, block->line, "'%s' does not end with ';'", block->name);
    }
    if (block->length == 1) {
        if (engine < 0) {
            die(file, block->line, "'%s' is empty for every engine", block->name);
        }
        block->text[0] = '\0';
    }
    set_text(find_or_add(list, block->name), engine, block->text, file, block->line);
    free(block->name);
    free(block->text);
    *block = (struct block){0};
}

/* The name behind "-- name:", which must start with the entity (the file's name). */
static char *read_name(const char *line, size_t length, const char *entity, const char *file,
                       int number)
{
    size_t start = strlen("-- name:");
    while (start < length && line[start] == ' ') {
        start++;
    }
    while (length > start && isspace((unsigned char)line[length - 1])) {
        length--;
    }
    for (size_t i = start; i < length; i++) {
        if (!islower((unsigned char)line[i]) && !isdigit((unsigned char)line[i]) &&
            line[i] != '_') {
            die(file, number, "a name has lower case letters, digits and '_' only");
        }
    }
    size_t entity_length = strlen(entity);
    if (length - start <= entity_length + 1 || strncmp(line + start, entity, entity_length) != 0 ||
        line[start + entity_length] != '_') {
        die(file, number, "a name in this file starts with '%s_'", entity);
    }
    return copy(line + start, length - start);
}

static void read_queries(struct list *list, const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int engine;
    char *entity = split_name(path, name, &engine);
    char *data = read_file(path);
    struct block block = {.line = 1};
    int number = 1;
    for (char *line = data; *line != '\0'; number++) {
        size_t length = strcspn(line, "\n");
        if (strncmp(line, "-- name:", 8) == 0) {
            finish_block(list, &block, engine, path);
            block.name = read_name(line, length, entity, path, number);
            block.line = number;
        } else {
            append_line(&block, line, length);
        }
        line += length + (line[length] == '\n');
    }
    finish_block(list, &block, engine, path);
    free(block.text);
    free(data);
    free(entity);
}

/* Writes $1 as the engine writes it; marks in `seen` which parameters there are. */
static void translate(char *text, char placeholder, const char *name,
                      bool seen[PARAMETERS_MAX + 1])
{
    char quote = '\0';
    for (char *c = text; *c != '\0'; c++) {
        if (quote != '\0') {
            quote = *c == quote ? '\0' : quote;
        } else if (*c == '\'' || *c == '"') {
            quote = *c;
        } else if (*c == '$' && isdigit((unsigned char)c[1])) {
            long number = strtol(c + 1, NULL, 10);
            if (number < 1 || number > PARAMETERS_MAX) {
                die(name, 0, "parameter $%ld is out of range", number);
            }
            seen[number] = true;
            *c = placeholder;
        }
    }
    if (quote != '\0') {
        die(name, 0, "a quote is not closed");
    }
}

/* Translates the texts of all engines; answers how many parameters they have together. */
static int translate_all(struct entry *entry)
{
    bool seen[PARAMETERS_MAX + 1] = {false};
    int count = PARAMETERS_MAX;
    for (int e = 0; e < ENGINE_COUNT; e++) {
        translate(entry->text[e], engines[e].placeholder, entry->name, seen);
    }
    while (count > 0 && !seen[count]) {
        count--;
    }
    for (int i = 1; i <= count; i++) {
        if (!seen[i]) {
            die(entry->name, 0, "parameter $%d is missing for every engine", i);
        }
    }
    return count;
}

/* --- Migrations --- */

static void read_migration(struct list *list, const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int engine;
    char *stem = split_name(path, name, &engine);
    char *end;
    long number = strtol(stem, &end, 10);
    if (end != stem + 3 || *end != '_' || number < 1) {
        die(path, 1, "a migration is named NNN_what_it_does");
    }
    char *data = read_file(path);
    struct entry *entry = find_or_add(list, stem);
    entry->number = number;
    set_text(entry, engine, data, path, 1);
    free(data);
    free(stem);
}

static void check_numbers(const struct list *list, const char *folder)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->entries[i].number != (long)i + 1) {
            die(folder, 0, "migration %zu is missing or there twice", i + 1);
        }
    }
}

/* --- Writing --- */

static FILE *create(const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        die(path, 0, "%s", strerror(errno));
    }
    fputs("/* SPDX-License-Identifier: AGPL-3.0-or-later */\n"
          "/* Made by sqlgen from schema/: do not edit. */\n",
          file);
    return file;
}

static void put_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\n') {
            fputs(c[1] != '\0' ? "\\n\"\n        \"" : "\\n", out);
        } else if (*c == '"' || *c == '\\') {
            fprintf(out, "\\%c", *c);
        } else if (*c == '?' && c[1] == '?') {
            fputs("\\?", out); /* no trigraphs */
        } else {
            fputc(*c, out);
        }
    }
    fputc('"', out);
}

static void write_header(const struct list *queries, const char *path)
{
    FILE *out = create(path);
    fputs("#ifndef JALON_QUERIES_H\n#define JALON_QUERIES_H\n\n"
          "/* The named statements of schema/queries/. */\nenum jalon_query {\n",
          out);
    for (size_t i = 0; i < queries->count; i++) {
        fputs("    JALON_QUERY_", out);
        for (const char *c = queries->entries[i].name; *c != '\0'; c++) {
            fputc(toupper((unsigned char)*c), out);
        }
        fputs(",\n", out);
    }
    fputs("    JALON_QUERY_COUNT\n};\n\n#endif\n", out);
    fclose(out);
}

static void write_source(struct list *queries, const struct list *migrations, const char *path)
{
    FILE *out = create(path);
    fputs("#include \"db/driver.h\"\n\nconst struct jalon_db_statement jalon_db_statements[] = {\n",
          out);
    for (size_t i = 0; i < queries->count; i++) {
        struct entry *entry = &queries->entries[i];
        fprintf(out, "    {\"%s\", %d, {\n", entry->name, translate_all(entry));
        for (int e = 0; e < ENGINE_COUNT; e++) {
            fputs("        ", out);
            put_string(out, entry->text[e]);
            fputs(",\n", out);
        }
        fputs("    }},\n", out);
    }
    fprintf(out, "};\nconst size_t jalon_db_statement_count = %zu;\n\n", queries->count);
    fputs("const struct jalon_db_migration jalon_db_migrations[] = {\n", out);
    for (size_t i = 0; i < migrations->count; i++) {
        const struct entry *entry = &migrations->entries[i];
        fprintf(out, "    {%ld, \"%s\", {\n", entry->number, entry->name + 4);
        for (int e = 0; e < ENGINE_COUNT; e++) {
            fputs("        ", out);
            put_string(out, entry->text[e]);
            fputs(",\n", out);
        }
        fputs("    }},\n", out);
    }
    fprintf(out, "};\nconst size_t jalon_db_migration_count = %zu;\n", migrations->count);
    if (fclose(out) != 0) {
        die(path, 0, "%s", strerror(errno));
    }
}

/* Reads every file of SCHEMA_DIR/<sub> into the list. */
static void read_folder(struct list *list, const char *schema, const char *sub,
                        void (*read_one)(struct list *, const char *, const char *))
{
    char folder[4000];
    snprintf(folder, sizeof folder, "%s/%s", schema, sub);
    size_t count;
    char **names = list_folder(folder, &count);
    for (size_t i = 0; i < count; i++) {
        read_one(list, folder, names[i]);
        free(names[i]);
    }
    free(names);
    check_complete(list, folder);
}

static void free_list(struct list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->entries[i].name);
        for (int e = 0; e < ENGINE_COUNT; e++) {
            free(list->entries[i].text[e]);
        }
    }
    free(list->entries);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: sqlgen SCHEMA_DIR OUT_HEADER OUT_SOURCE\n", stderr);
        return 2;
    }
    struct list queries = {0}, migrations = {0};
    read_folder(&queries, argv[1], "queries", read_queries);
    read_folder(&migrations, argv[1], "migrations", read_migration);
    check_numbers(&migrations, argv[1]);
    write_header(&queries, argv[2]);
    write_source(&queries, &migrations, argv[3]);
    free_list(&queries);
    free_list(&migrations);
    return 0;
}
