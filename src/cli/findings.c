/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Telling what a check finds: a line each on standard output. Layer 5 (cli). */
#include "jalon/db.h"
#include "jalon/json.h"

#include "findings.h"

enum { TOLD_MAX = 1000 };

static void print_json(const struct jalon_finding *finding)
{
    struct jalon_buffer buffer;
    struct jalon_json_writer writer;
    jalon_buffer_init(&buffer, 65536);
    jalon_json_writer_init(&writer, &buffer);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_text(&writer, "table", finding->table);
    jalon_json_put_text(&writer, "key", finding->key);
    jalon_json_put_text(&writer, "what", finding->what);
    jalon_json_end_object(&writer);
    puts(jalon_buffer_text(&buffer).data);
    jalon_buffer_finish(&buffer);
}

void jalon_cli_tell_finding(void *handle, const struct jalon_finding *finding)
{
    struct findings *findings = handle;
    if (++findings->count > TOLD_MAX) {
        return;
    }
    if (findings->json) {
        print_json(finding);
        return;
    }
    bool whole = finding->table.length == 0;
    printf("%.*s%s%.*s: %.*s\n", JALON_TEXT_ARGS(whole ? JALON_TEXT("database") : finding->table),
           finding->key.length > 0 ? " " : "", JALON_TEXT_ARGS(finding->key),
           JALON_TEXT_ARGS(finding->what));
}

enum exit_code jalon_cli_end_findings(const struct jalon_cli *cli, const struct findings *findings,
                                      struct jalon_text checked)
{
    if (findings->json) {
        printf("{\"findings\":%zu}\n", findings->count);
    } else if (!jalon_conf_flag(cli->settings, "quiet")) {
        if (findings->count > TOLD_MAX) {
            printf("... and %zu more\n", findings->count - TOLD_MAX);
        }
        struct jalon_text shown = jalon_db_show_location(cli->ctx, checked);
        fprintf(stderr, "%.*s: %zu findings\n", JALON_TEXT_ARGS(shown), findings->count);
    }
    return findings->count == 0 ? EXIT_DONE : EXIT_SOME_REFUSED;
}
