/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon tidy: what a server does once an hour, for those who run it from a timer. Layer 5 (cli). */
#include "jalon/app_tidy.h"

#include "cli.h"

static void print_json(const struct jalon_tidied *done)
{
    for (size_t i = 0; i < JALON_TIDY_KIND_COUNT; i++) {
        printf("%s\"%s\":%lld", i == 0 ? "{" : ",", jalon_tidy_kind_name((enum jalon_tidy_kind)i),
               (long long)done->counts[i]);
    }
    printf("}\n");
}

static void print_text(const struct jalon_tidied *done)
{
    for (size_t i = 0; i < JALON_TIDY_KIND_COUNT; i++) {
        printf("%-14s %lld\n", jalon_tidy_kind_name((enum jalon_tidy_kind)i), (long long)done->counts[i]);
    }
}

enum exit_code jalon_cli_tidy(struct jalon_cli *cli)
{
    struct jalon_app *app = NULL;
    struct jalon_tidied done;
    enum jalon_status status = jalon_cli_open(cli, false, false, &app);
    if (status == JALON_OK) {
        status = jalon_app_tidy(cli->ctx, app, NULL, &done);
    }
    jalon_app_close(app);
    if (status != JALON_OK) {
        return jalon_cli_fail(cli->ctx, status);
    }
    if (jalon_conf_flag(cli->settings, "json")) {
        print_json(&done);
    } else if (!jalon_conf_flag(cli->settings, "quiet")) {
        print_text(&done);
    }
    return EXIT_DONE;
}
