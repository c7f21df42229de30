/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon check. Layer 5 (cli). */
#include "findings.h"

enum exit_code jalon_cli_check(struct jalon_cli *cli)
{
    bool is_file = cli->operand_count > 0;
    struct jalon_text data = is_file ? cli->operands[0] : jalon_cli_database(cli);
    struct findings findings = {.json = jalon_conf_flag(cli->settings, "json")};
    enum jalon_status status =
        jalon_app_check(cli->ctx, data, is_file, jalon_cli_tell_finding, &findings);
    return status == JALON_OK ? jalon_cli_end_findings(cli, &findings, data)
                              : jalon_cli_fail(cli->ctx, status);
}
