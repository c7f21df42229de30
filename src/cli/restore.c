/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon restore. Layer 5 (cli). */
#include "findings.h"

enum exit_code jalon_cli_restore(struct jalon_cli *cli)
{
    struct jalon_text data = jalon_cli_database(cli);
    struct findings findings = {.json = jalon_conf_flag(cli->settings, "json")};
    enum jalon_status status = jalon_app_restore(cli->ctx, cli->operands[0], data,
                                                 jalon_cli_tell_finding, &findings);
    return status == JALON_OK ? jalon_cli_end_findings(cli, &findings, data)
                              : jalon_cli_fail(cli->ctx, status);
}
