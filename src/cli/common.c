/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What commands share: failing in one line, opening the database, reading files. Layer 5. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jalon/db.h"
#include "jalon/format.h"

#include "cli.h"

enum { TEMPLATE_MAX = 4 << 20 };

enum exit_code jalon_cli_fail(struct jalon_context *ctx, enum jalon_status status)
{
    const struct jalon_error *error = &ctx->error;
    const char *message = error->message.length > 0 ? error->message.data : jalon_status_name(status);
    fprintf(stderr, "jalon: %s\n", message);
    for (size_t i = 0; i < error->detail_count; i++) {
        const struct jalon_error_detail *detail = &error->details[i];
        /* A single detail is usually the message itself. */
        if (strstr(message, detail->reason.data) == NULL) {
            fprintf(stderr, "jalon:   %s: %s\n", detail->where.data, detail->reason.data);
        }
    }
    /* What a library said helps only where the message cannot say what to do. */
    bool ours = status == JALON_INTERNAL || status == JALON_UNAVAILABLE ||
                status == JALON_NO_SPACE;
    if (ours && error->internal.length > 0) {
        fprintf(stderr, "jalon:   (%s)\n", error->internal.data);
    }
    return EXIT_NOTHING_DONE;
}

/* Does it begin like "name://"? What a FILE or KEY=VALUE holds further on is its own business. */
static bool is_url(struct jalon_text text)
{
    size_t letters = strspn(text.data, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
    return letters > 0 && strncmp(text.data + letters, "://", 3) == 0;
}

/* What to import may be named so. */
static bool is_web(struct jalon_text text)
{
    return jalon_text_starts_with(text, "http://") || jalon_text_starts_with(text, "https://");
}

bool jalon_cli_check_place(const struct jalon_cli *cli)
{
    /* None of them is printed: there may be a password in it. */
    struct jalon_text database = jalon_conf_text(cli->settings, "database");
    bool is_given = jalon_conf_has(cli->settings, "database");
    if (is_given && !is_url(database)) {
        fputs("jalon: --database takes a URL, NAME://USER@HOST/DATABASE; a folder is given with "
              "--data\n",
              stderr);
        return false;
    }
    bool misplaced = is_url(jalon_conf_text(cli->settings, "data"));
    for (size_t i = 0; i < cli->operand_count; i++) {
        misplaced = misplaced || (is_url(cli->operands[i]) && !is_web(cli->operands[i]));
    }
    if (misplaced) {
        fputs("jalon: the URL of a database is given with --database\n", stderr);
    }
    enum jalon_status status = misplaced || !is_given
                                   ? JALON_OK
                                   : jalon_db_check_location(cli->ctx, database);
    if (status != JALON_OK) {
        jalon_cli_fail(cli->ctx, status);
    }
    return !misplaced && status == JALON_OK;
}

struct jalon_text jalon_cli_database(const struct jalon_cli *cli)
{
    bool is_given = jalon_conf_has(cli->settings, "database");
    return jalon_conf_text(cli->settings, is_given ? "database" : "data");
}

/* The data folder of who has a database elsewhere: nothing else makes it. */
static enum jalon_status make_data_folder(struct jalon_cli *cli)
{
    struct jalon_text folder = jalon_conf_text(cli->settings, "data");
    if (mkdir(folder.data, 0750) == 0 || errno == EEXIST) {
        return JALON_OK;
    }
    enum jalon_status status = errno == EACCES || errno == EROFS ? JALON_FORBIDDEN
                               : errno == ENOENT                 ? JALON_NOT_FOUND
                                                                 : JALON_UNAVAILABLE;
    return jalon_fail(cli->ctx, status, "the data folder '%s' cannot be made: %s", folder.data,
                      strerror(errno));
}

/* Of those who serve: in the data folder, unless told otherwise. */
static enum jalon_status read_view_options(struct jalon_cli *cli, struct jalon_app_options *options)
{
    options->view_memory = (size_t)jalon_conf_integer(cli->settings, "view-memory") << 20;
    if (jalon_conf_has(cli->settings, "view-folder")) {
        options->view_folder = jalon_conf_text(cli->settings, "view-folder");
        return JALON_OK;
    }
    options->view_folder = jalon_text_format(cli->ctx->arena, "%s/view",
                                             jalon_conf_text(cli->settings, "data").data);
    if (options->view_folder.data == NULL) {
        return jalon_no_memory(cli->ctx);
    }
    return jalon_conf_has(cli->settings, "database") ? make_data_folder(cli) : JALON_OK;
}

size_t jalon_cli_password_memory(const struct jalon_cli *cli)
{
    return (size_t)jalon_conf_integer(cli->settings, "password-memory") << 20;
}

enum jalon_status jalon_cli_open(struct jalon_cli *cli, bool create, bool follow,
                                 struct jalon_app **out)
{
    struct jalon_app_options options = {
        .data = jalon_cli_database(cli),
        .create = create,
        .follow = follow,
        .view_folder = JALON_TEXT_EMPTY,
    };
    if (follow) {
        options.password_memory = jalon_cli_password_memory(cli);
        options.sign_in_tries = (unsigned)jalon_conf_integer(cli->settings, "sign-in-tries");
    }
    enum jalon_status status = follow ? read_view_options(cli, &options) : JALON_OK;
    return status == JALON_OK ? jalon_app_open(cli->ctx, &options, out) : status;
}

enum jalon_status jalon_cli_read_file(struct jalon_context *ctx, const char *path, size_t maximum,
                                      struct jalon_text *out)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "%s cannot be read: %s", path, strerror(errno));
    }
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, maximum);
    char chunk[65536];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        jalon_buffer_append(&buffer, chunk, got);
    }
    bool failed = ferror(file) != 0;
    fclose(file);
    enum jalon_status status = jalon_buffer_status(&buffer);
    struct jalon_text copy = jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer));
    jalon_buffer_finish(&buffer);
    if (failed) {
        return jalon_fail(ctx, JALON_INVALID, "%s cannot be read: is it a file?", path);
    }
    if (status == JALON_TOO_LARGE) {
        return jalon_fail(ctx, status, "%s is larger than %zu bytes", path, maximum);
    }
    if (status != JALON_OK || copy.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = copy;
    return JALON_OK;
}

static enum jalon_status refuse_template(struct jalon_context *ctx, struct jalon_text name)
{
    struct jalon_text names = JALON_TEXT_EMPTY;
    for (const struct jalon_embedded *t = jalon_builtin_templates(); t->name != NULL; t++) {
        names = jalon_text_format(ctx->arena, "%s%s%s", names.data, names.length > 0 ? ", " : "",
                                  t->name);
        if (names.data == NULL) {
            return jalon_no_memory(ctx);
        }
    }
    return jalon_fail(ctx, JALON_NOT_FOUND,
                      "there is no template '%.*s'; there are %s, or give the path of a JSON file",
                      JALON_TEXT_ARGS(name), names.data);
}

enum jalon_status jalon_cli_read_template(struct jalon_context *ctx, struct jalon_text name,
                                          struct jalon_map *out)
{
    for (const struct jalon_embedded *t = jalon_builtin_templates(); t->name != NULL; t++) {
        if (jalon_text_is(name, t->name)) {
            return jalon_template_read(ctx, t->content, out);
        }
    }
    bool is_path = jalon_text_find(name, '/') < name.length || jalon_text_find(name, '.') < name.length;
    if (!is_path) {
        return refuse_template(ctx, name);
    }
    struct jalon_text json;
    enum jalon_status status = jalon_cli_read_file(ctx, name.data, TEMPLATE_MAX, &json);
    return status == JALON_OK ? jalon_template_read(ctx, json, out) : status;
}

bool jalon_cli_shows_progress(const struct jalon_cli *cli)
{
    return !jalon_conf_flag(cli->settings, "quiet") && isatty(STDERR_FILENO);
}
