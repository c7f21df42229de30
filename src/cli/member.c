/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon member: who belongs to a map. Layer 5 (cli). */
#include "jalon/app_rules.h"

#include "cli.h"

static enum jalon_status change(struct jalon_cli *cli, struct jalon_app *app)
{
    struct jalon_member member;
    struct jalon_put_member command = {
        .map = cli->operands[0],
        .name = cli->operands[1],
        .role = cli->operands[2],
        .territory = jalon_conf_text(cli->settings, "territory"),
        .reason = JALON_TEXT_EMPTY,
    };
    command.categories = jalon_conf_list(cli->settings, "category", &command.category_count);
    return jalon_text_is(command.role, "none")
               ? jalon_app_remove_member(cli->ctx, app, NULL, command.map, command.name,
                                         JALON_TEXT_EMPTY)
               : jalon_app_put_member(cli->ctx, app, NULL, &command, &member);
}

enum exit_code jalon_cli_member(struct jalon_cli *cli)
{
    struct jalon_app *app = NULL;
    enum jalon_status status = jalon_cli_open(cli, false, false, &app);
    if (status == JALON_OK) {
        status = change(cli, app);
    }
    jalon_app_close(app);
    if (status != JALON_OK) {
        return jalon_cli_fail(cli->ctx, status);
    }
    printf("%s: %s of %s\n", cli->operands[1].data, cli->operands[2].data, cli->operands[0].data);
    return EXIT_DONE;
}
