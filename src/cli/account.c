/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon account create and token. Layer 5 (cli). */
#include "jalon/clock.h"

#include "cli.h"

enum exit_code jalon_cli_account_create(struct jalon_cli *cli)
{
    struct jalon_app *app = NULL;
    struct jalon_account account = {
        .name = cli->operands[0],
        .email = jalon_conf_text(cli->settings, "email"),
        .is_operator = jalon_conf_flag(cli->settings, "operator"),
    };
    enum jalon_status status = jalon_cli_open(cli, true, false, &app);
    if (status == JALON_OK) {
        status = jalon_app_create_account(cli->ctx, app, &account);
    }
    jalon_app_close(app);
    if (status != JALON_OK) {
        return jalon_cli_fail(cli->ctx, status);
    }
    printf("account %s\n", account.name.data);
    return EXIT_DONE;
}

enum exit_code jalon_cli_account_token(struct jalon_cli *cli)
{
    int64_t const day_us = INT64_C(86400000000);
    struct jalon_app *app = NULL;
    struct jalon_text secret;
    int64_t expires_us = 0;
    if (jalon_conf_has(cli->settings, "expires")) {
        if (!jalon_clock_parse_date(jalon_conf_text(cli->settings, "expires"), &expires_us)) {
            fputs("jalon: --expires must be a date that exists, as YYYY-MM-DD\n", stderr);
            return EXIT_USAGE;
        }
        expires_us += day_us; /* the day itself is included */
    }
    enum jalon_status status = jalon_cli_open(cli, false, false, &app);
    if (status == JALON_OK) {
        status = jalon_app_create_token(cli->ctx, app, cli->operands[0], expires_us, &secret);
    }
    jalon_app_close(app);
    if (status != JALON_OK) {
        return jalon_cli_fail(cli->ctx, status);
    }
    puts(secret.data);
    fputs("jalon: keep this token; it cannot be shown again\n", stderr);
    return EXIT_DONE;
}
