/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon vacuum. Layer 5 (cli). */
#include "cli.h"

enum exit_code jalon_cli_vacuum(struct jalon_cli *cli)
{
    struct jalon_store_options options = {
        .data = jalon_cli_database(cli),
        .as_is = true,
    };
    struct jalon_store *store = NULL;
    int64_t before = 0, after = 0;
    enum jalon_status status = jalon_store_open(cli->ctx, &options, &store);
    if (status == JALON_OK) {
        status = jalon_store_vacuum(cli->ctx, store, &before, &after);
    }
    jalon_store_close(store);
    if (status != JALON_OK) {
        return jalon_cli_fail(cli->ctx, status);
    }
    if (jalon_conf_flag(cli->settings, "json")) {
        printf("{\"before_bytes\":%lld,\"after_bytes\":%lld,\"freed_bytes\":%lld}\n",
               (long long)before, (long long)after, (long long)(before - after));
    } else if (!jalon_conf_flag(cli->settings, "quiet")) {
        printf("%.1f MB, was %.1f MB: %.1f MB given back\n", (double)after / 1e6,
               (double)before / 1e6, (double)(before - after) / 1e6);
    }
    return EXIT_DONE;
}
