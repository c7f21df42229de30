/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon account create and token. Layer 5 (cli). */
#include <string.h>

#include "jalon/clock.h"

#include "cli.h"

enum { PASSWORD_LINE_MAX = 2048 };

/* The first line of the file, or of standard input. */
static enum jalon_status read_password(struct jalon_context *ctx, struct jalon_text path,
                                       struct jalon_text *out)
{
    char line[PASSWORD_LINE_MAX];
    bool standard = jalon_text_is(path, "-");
    FILE *file = standard ? stdin : fopen(path.data, "r");
    bool read = file != NULL && fgets(line, sizeof line, file) != NULL;
    if (file != NULL && !standard) {
        fclose(file);
    }
    if (!read) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "%s: there is no password to read", path.data);
    }
    line[strcspn(line, "\r\n")] = '\0';
    *out = jalon_text_copy(ctx->arena, jalon_text_from(line));
    return out->data != NULL ? JALON_OK : jalon_no_memory(ctx);
}

static enum jalon_status open_app(struct jalon_cli *cli, struct jalon_app **out)
{
    struct jalon_app_options options = {
        .data = jalon_cli_database(cli),
        .create = true,
        .view_folder = JALON_TEXT_EMPTY,
        .password_memory = jalon_cli_password_memory(cli),
    };
    return jalon_app_open(cli->ctx, &options, out);
}

enum exit_code jalon_cli_account_create(struct jalon_cli *cli)
{
    struct jalon_app *app = NULL;
    struct jalon_text password = JALON_TEXT_EMPTY;
    struct jalon_account account = {
        .name = cli->operands[0],
        .email = jalon_conf_text(cli->settings, "email"),
        .is_operator = jalon_conf_flag(cli->settings, "operator"),
    };
    if (!jalon_account_kind_parse(jalon_conf_text(cli->settings, "kind"), &account.kind)) {
        fputs("jalon: --kind must be person or organisation\n", stderr);
        return EXIT_USAGE;
    }
    enum jalon_status status = JALON_OK;
    if (jalon_conf_has(cli->settings, "password-file")) {
        status = read_password(cli->ctx, jalon_conf_text(cli->settings, "password-file"), &password);
    }
    if (status == JALON_OK) {
        status = open_app(cli, &app);
    }
    if (status == JALON_OK) {
        status = jalon_app_create_account(cli->ctx, app, &account, password);
    }
    jalon_app_close(app);
    if (status != JALON_OK) {
        return jalon_cli_fail(cli->ctx, status);
    }
    printf("account %s\n", account.name.data);
    return EXIT_DONE;
}

/* The --scope given, with spaces between; empty: none was. */
static enum jalon_status read_scopes(struct jalon_cli *cli, struct jalon_text *out)
{
    size_t count = 0;
    const struct jalon_text *list = jalon_conf_list(cli->settings, "scope", &count);
    struct jalon_text scopes = JALON_TEXT_EMPTY;
    for (size_t i = 0; i < count && scopes.data != NULL; i++) {
        scopes = jalon_text_format(cli->ctx->arena, "%.*s%s%.*s", JALON_TEXT_ARGS(scopes),
                                   i > 0 ? " " : "", JALON_TEXT_ARGS(list[i]));
    }
    if (scopes.data == NULL) {
        return jalon_no_memory(cli->ctx);
    }
    *out = scopes;
    return JALON_OK;
}

enum exit_code jalon_cli_account_token(struct jalon_cli *cli)
{
    int64_t const day_us = INT64_C(86400000000);
    struct jalon_app *app = NULL;
    struct jalon_text secret;
    struct jalon_token token;
    struct jalon_token_order order = {.account = cli->operands[0], .name = JALON_TEXT_EMPTY};
    if (jalon_conf_has(cli->settings, "expires")) {
        if (!jalon_clock_parse_date(jalon_conf_text(cli->settings, "expires"),
                                    &order.expires_us)) {
            fputs("jalon: --expires must be a date that exists, as YYYY-MM-DD\n", stderr);
            return EXIT_USAGE;
        }
        order.expires_us += day_us; /* the day itself is included */
    }
    enum jalon_status status = read_scopes(cli, &order.scopes);
    if (status == JALON_OK) {
        status = jalon_cli_open(cli, false, false, &app);
    }
    if (status == JALON_OK) {
        status = jalon_app_create_token(cli->ctx, app, &order, &token, &secret);
    }
    jalon_app_close(app);
    if (status != JALON_OK) {
        return jalon_cli_fail(cli->ctx, status);
    }
    puts(secret.data);
    fputs("jalon: keep this token; it cannot be shown again\n", stderr);
    return EXIT_DONE;
}
