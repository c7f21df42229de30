/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Telling what a check finds: a line each on standard output. Layer 5 (cli), private. */
#ifndef JALON_CLI_FINDINGS_H
#define JALON_CLI_FINDINGS_H

#include "cli.h"

struct findings {
    bool json;
    size_t count; /* told so far; beyond the first thousand only counted */
};

/* A jalon_finding_listener; the handle is a struct findings. */
void jalon_cli_tell_finding(void *handle, const struct jalon_finding *finding);
/* The number of findings, unless --quiet: after a check of this file or database that ran. */
enum exit_code jalon_cli_end_findings(const struct jalon_cli *cli, const struct findings *findings,
                                      struct jalon_text checked);

#endif
