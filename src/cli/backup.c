/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon backup. Layer 5 (cli). */
#include "findings.h"

static enum jalon_status back_up(struct jalon_cli *cli)
{
    struct jalon_store_options options = {
        .data = jalon_cli_database(cli),
        .as_is = true, /* a backup is what one makes before a migration */
    };
    struct jalon_store *store = NULL;
    enum jalon_status status = jalon_store_open(cli->ctx, &options, &store);
    if (status == JALON_OK) {
        status = jalon_store_backup(cli->ctx, store, cli->operands[0]);
    }
    jalon_store_close(store);
    return status;
}

/* What was written is read again: a backup that cannot be restored is none. */
enum exit_code jalon_cli_backup(struct jalon_cli *cli)
{
    struct findings findings = {.json = jalon_conf_flag(cli->settings, "json")};
    enum jalon_status status = back_up(cli);
    if (status == JALON_OK) {
        status = jalon_app_check(cli->ctx, cli->operands[0], true, jalon_cli_tell_finding,
                                 &findings);
    }
    return status == JALON_OK ? jalon_cli_end_findings(cli, &findings, cli->operands[0])
                              : jalon_cli_fail(cli->ctx, status);
}
