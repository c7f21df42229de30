/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon import: options to an import, notices to a report. Layer 5 (cli). */
#include <errno.h>
#include <string.h>

#include "jalon/geo.h"
#include "jalon/json.h"

#include "cli.h"
#include "import_file.h"

/* --- The report: refused rows, as CSV or as JSON lines --- */
struct report {
    FILE *stream;
    bool json;
    bool begun;
    bool quiet;
};

static void append_csv_cell(struct jalon_buffer *buffer, struct jalon_text text)
{
    jalon_buffer_append_char(buffer, '"');
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '"') {
            jalon_buffer_append_char(buffer, '"');
        }
        jalon_buffer_append_char(buffer, text.data[i]);
    }
    jalon_buffer_append_char(buffer, '"');
}

static void write_csv_row(struct jalon_buffer *buffer, const struct jalon_import_notice *notice,
                          bool first)
{
    if (first) {
        jalon_buffer_append_string(buffer, "row,column,reason\r\n");
    }
    if (notice->row > 0) {
        jalon_buffer_append_int(buffer, notice->row);
    }
    jalon_buffer_append_char(buffer, ',');
    append_csv_cell(buffer, notice->column);
    jalon_buffer_append_char(buffer, ',');
    append_csv_cell(buffer, notice->reason);
    jalon_buffer_append_string(buffer, "\r\n");
}

static void write_json_row(struct jalon_buffer *buffer, const struct jalon_import_notice *notice)
{
    struct jalon_json_writer writer;
    jalon_json_writer_init(&writer, buffer);
    jalon_json_begin_object(&writer, NULL);
    if (notice->row > 0) {
        jalon_json_put_integer(&writer, "row", notice->row);
    }
    jalon_json_put_boolean(&writer, "refused", notice->refused);
    jalon_json_put_text(&writer, "column", notice->column);
    jalon_json_put_text(&writer, "reason", notice->reason);
    jalon_json_end_object(&writer);
    jalon_buffer_append_char(buffer, '\n');
}

/* What concerns the whole file is said to the person; what concerns a row goes into the report. */
static void take_notice(void *handle, const struct jalon_import_notice *notice)
{
    struct report *report = handle;
    bool of_file = notice->row == 0 && !jalon_text_is(notice->column, "source_id");
    if (of_file && !report->json) {
        if (!report->quiet) {
            fprintf(stderr, "jalon: %s%.*s%s%.*s\n", notice->column.length > 0 ? "column " : "",
                    JALON_TEXT_ARGS(notice->column), notice->column.length > 0 ? " " : "",
                    JALON_TEXT_ARGS(notice->reason));
        }
        return;
    }
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 1 << 20);
    if (report->json) {
        write_json_row(&buffer, notice);
    } else {
        write_csv_row(&buffer, notice, !report->begun);
    }
    report->begun = true;
    struct jalon_text text = jalon_buffer_text(&buffer);
    fwrite(text.data, 1, text.length, report->stream);
    jalon_buffer_finish(&buffer);
}

static void print_summary(const struct jalon_cli *cli, const struct jalon_import_report *counts)
{
    const struct {
        const char *name;
        int64_t count;
    } rows[] = {
        {"rows", counts->rows},         {"created", counts->created},
        {"updated", counts->updated},   {"unchanged", counts->unchanged},
        {"refused", counts->refused},   {"repaired", counts->repaired},
        {"vanished", counts->vanished}, {"withdrawn", counts->withdrawn},
    };
    size_t const count = sizeof rows / sizeof rows[0];
    bool json = jalon_conf_flag(cli->settings, "json");
    if (jalon_conf_flag(cli->settings, "quiet") && !json) {
        return;
    }
    FILE *stream = json ? stdout : stderr;
    fputs(json ? "{" : "", stream);
    for (size_t i = 0; i < count; i++) {
        const char *separator = i + 1 == count ? "" : json ? "," : ", ";
        fprintf(stream, json ? "\"%s\":%lld%s" : "%s %lld%s", rows[i].name,
                (long long)rows[i].count, separator);
    }
    fputs(json ? "}\n" : jalon_conf_flag(cli->settings, "dry-run") ? " (dry run)\n" : "\n", stream);
}

/* --- Options --- */
static enum jalon_status split_assignments(struct jalon_cli *cli, const char *option,
                                           const struct jalon_assignment **out, size_t *out_count)
{
    size_t count = 0;
    const struct jalon_text *given = jalon_conf_list(cli->settings, option, &count);
    struct jalon_assignment *assignments =
        jalon_arena_allocate(cli->ctx->arena, count * sizeof *assignments);
    if (assignments == NULL) {
        return jalon_no_memory(cli->ctx);
    }
    for (size_t i = 0; i < count; i++) {
        /* The last sign: a column's name may hold one, a target never does; --set the first. */
        const char *sign =
            strcmp(option, "map") == 0 ? strrchr(given[i].data, '=') : strchr(given[i].data, '=');
        if (sign == NULL || sign == given[i].data || sign[1] == '\0') {
            return jalon_fail(cli->ctx, JALON_INVALID, "--%s '%s' must be %s", option,
                              given[i].data,
                              strcmp(option, "map") == 0 ? "COLUMN=FIELD" : "FIELD=VALUE");
        }
        assignments[i].left = jalon_text_copy(
            cli->ctx->arena, jalon_text_slice(given[i].data, (size_t)(sign - given[i].data)));
        assignments[i].right = jalon_text_from(sign + 1);
        if (assignments[i].left.data == NULL) {
            return jalon_no_memory(cli->ctx);
        }
    }
    *out = assignments;
    *out_count = count;
    return JALON_OK;
}

/* Columns that --map names as the position are the reader's business. */
static void take_position_columns(const struct jalon_import_options *import,
                                  struct jalon_reader_options *reader)
{
    for (size_t i = 0; i < import->mapping_count; i++) {
        struct jalon_text target = import->mapping[i].right;
        if (jalon_text_is(target, "lon") || jalon_text_is(target, "x")) {
            reader->x_column = import->mapping[i].left;
        } else if (jalon_text_is(target, "lat") || jalon_text_is(target, "y")) {
            reader->y_column = import->mapping[i].left;
        } else if (jalon_text_is(target, "wkt")) {
            reader->wkt_column = import->mapping[i].left;
        }
    }
}

static enum jalon_status read_delimiter(struct jalon_cli *cli, char *out)
{
    struct jalon_text given = jalon_conf_text(cli->settings, "delimiter");
    *out = '\0';
    if (given.length == 0) {
        return JALON_OK;
    }
    *out = jalon_text_is(given, "tab") ? '\t' : given.data[0];
    bool known = (given.length == 1 && strchr(";,|\t", given.data[0]) != NULL) || *out == '\t';
    return known ? JALON_OK
                 : jalon_fail(cli->ctx, JALON_INVALID, "--delimiter '%s' must be ; , | or tab",
                              given.data);
}

static enum jalon_status find_format(struct jalon_cli *cli, struct jalon_text path,
                                     const struct jalon_format **out)
{
    bool named = jalon_conf_has(cli->settings, "format");
    *out = named ? jalon_format_find(jalon_conf_text(cli->settings, "format"))
                 : jalon_format_for_path(path);
    if (*out != NULL && (*out)->open_reader != NULL) {
        return JALON_OK;
    }
    struct jalon_text names = JALON_TEXT_EMPTY;
    size_t count = 0;
    const struct jalon_format *const *formats = jalon_formats(&count);
    for (size_t i = 0; i < count && names.data != NULL; i++) {
        if (formats[i]->open_reader != NULL) {
            names = jalon_text_format(cli->ctx->arena, "%s%s%s", names.data,
                                      names.length > 0 ? ", " : "", formats[i]->name);
        }
    }
    return jalon_fail(cli->ctx, JALON_INVALID,
                      named ? "--format must be one of %s"
                            : "the file's name does not tell its format; give --format, one of %s",
                      names.data != NULL ? names.data : "those that --help lists");
}

static struct jalon_text base_name(struct jalon_text path)
{
    const char *slash = strrchr(path.data, '/');
    return slash != NULL && slash[1] != '\0' ? jalon_text_from(slash + 1) : path;
}

static enum jalon_status read_options(struct jalon_cli *cli, struct import_file *file)
{
    struct jalon_import_options *import = &file->import;
    struct jalon_text path = cli->operands[2];
    import->map = cli->operands[0];
    import->collection = cli->operands[1];
    import->source = jalon_conf_has(cli->settings, "source")
                         ? jalon_conf_text(cli->settings, "source")
                         : base_name(path);
    import->licence = jalon_conf_text(cli->settings, "licence");
    import->omit_invalid = jalon_conf_flag(cli->settings, "omit-invalid");
    import->dry_run = jalon_conf_flag(cli->settings, "dry-run");
    import->sync = jalon_conf_flag(cli->settings, "sync");
    file->path = path.data;
    file->reader.encoding = jalon_conf_text(cli->settings, "encoding");
    file->show_progress = jalon_cli_shows_progress(cli);
    file->quiet = jalon_conf_flag(cli->settings, "quiet");
    if (jalon_text_is(path, "-") && !jalon_conf_has(cli->settings, "source")) {
        return jalon_fail(cli->ctx, JALON_INVALID,
                          "standard input has no name: give --source, by which its records are "
                          "known the next time");
    }
    if (import->source.length == 0) {
        return jalon_fail(cli->ctx, JALON_INVALID, "--source must not be empty");
    }
    if (!jalon_text_is_utf8(import->source) ||
        jalon_text_code_points(import->source) > JALON_SOURCE_LENGTH_MAX) {
        return jalon_fail(cli->ctx, JALON_INVALID,
                          "--source must be UTF-8 of at most %d characters",
                          JALON_SOURCE_LENGTH_MAX);
    }
    enum jalon_status status = find_format(cli, path, &file->format);
    if (status == JALON_OK) {
        status = split_assignments(cli, "map", &import->mapping, &import->mapping_count);
    }
    if (status == JALON_OK) {
        status = split_assignments(cli, "set", &import->constants, &import->constant_count);
    }
    if (status == JALON_OK) {
        status = read_delimiter(cli, &file->reader.delimiter);
    }
    if (status == JALON_OK) {
        status = jalon_geo_parse_crs(cli->ctx, jalon_conf_text(cli->settings, "crs"),
                                     &file->reader.srid);
    }
    take_position_columns(import, &file->reader);
    return status;
}

static enum jalon_status open_report(struct jalon_cli *cli, struct report *report)
{
    struct jalon_text path = jalon_conf_text(cli->settings, "report");
    report->json = jalon_conf_flag(cli->settings, "json") && path.length == 0;
    report->quiet = jalon_conf_flag(cli->settings, "quiet");
    report->stream = stdout;
    if (path.length > 0) {
        report->stream = fopen(path.data, "wb");
        if (report->stream == NULL) {
            return jalon_fail(cli->ctx, JALON_FORBIDDEN, "the report %s cannot be written: %s",
                              path.data, strerror(errno));
        }
    }
    return JALON_OK;
}

/* False when not all of it could be written. */
static bool close_report(struct report *report)
{
    if (report->stream == NULL) {
        return true;
    }
    bool good = fflush(report->stream) == 0 && ferror(report->stream) == 0;
    return (report->stream == stdout || fclose(report->stream) == 0) && good;
}

enum exit_code jalon_cli_import(struct jalon_cli *cli)
{
    struct jalon_app *app = NULL;
    struct report report = {.stream = NULL};
    struct import_file file = {.listener = take_notice, .listener_handle = &report};
    struct jalon_import_report counts = {0};
    int64_t committed = 0;
    enum jalon_status status = read_options(cli, &file);
    if (status != JALON_OK) {
        jalon_cli_fail(cli->ctx, status);
        return EXIT_USAGE;
    }
    status = jalon_cli_open(cli, false, false, &app);
    if (status == JALON_OK) {
        status = open_report(cli, &report);
    }
    if (status == JALON_OK) {
        status = jalon_cli_import_file(cli->ctx, app, &file, &counts, &committed);
    }
    jalon_app_close(app);
    bool reported = close_report(&report);
    if (status != JALON_OK) {
        jalon_cli_fail(cli->ctx, status);
        return committed > 0 ? EXIT_SOME_REFUSED : EXIT_NOTHING_DONE;
    }
    print_summary(cli, &counts);
    if (!reported) {
        fputs("jalon: the report could not be written to its end\n", stderr);
        return EXIT_SOME_REFUSED;
    }
    return counts.refused > 0 ? EXIT_SOME_REFUSED : EXIT_DONE;
}
