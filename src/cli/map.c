/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon map create, list, set, delete; migrate; config. Layer 5 (cli). */
#include "jalon/json.h"

#include "cli.h"

enum exit_code jalon_cli_map_create(struct jalon_cli *cli)
{
    struct jalon_context *ctx = cli->ctx;
    struct jalon_app *app = NULL;
    struct jalon_map map;
    if (!jalon_conf_has(cli->settings, "template")) {
        fputs("jalon: map create needs --template NAME; jalon map create --help says more\n", stderr);
        return EXIT_USAGE;
    }
    enum jalon_status status =
        jalon_cli_read_template(ctx, jalon_conf_text(cli->settings, "template"), &map);
    if (status != JALON_OK) {
        return jalon_cli_fail(ctx, status);
    }
    map.slug = cli->operands[0];
    if (jalon_conf_has(cli->settings, "title")) {
        map.title.fr = map.title.en = jalon_conf_text(cli->settings, "title");
    }
    status = jalon_cli_open(cli, true, false, &app);
    if (status == JALON_OK) {
        status = jalon_app_create_map(ctx, app, &map);
    }
    jalon_app_close(app);
    if (status == JALON_CONFLICT && ctx->error.message.length == 0) {
        status = jalon_fail(ctx, status, "there is a map '%s' already", map.slug.data);
    }
    if (status != JALON_OK) {
        return jalon_cli_fail(ctx, status);
    }
    printf("map %s: %zu collections\n", map.slug.data, map.collection_count);
    return EXIT_DONE;
}

static void print_map(const struct jalon_cli *cli, const struct jalon_map_summary *map)
{
    if (!jalon_conf_flag(cli->settings, "json")) {
        printf("%-24s %s\n", map->slug.data, map->title.fr.data);
        return;
    }
    struct jalon_buffer buffer;
    struct jalon_json_writer writer;
    jalon_buffer_init(&buffer, 65536);
    jalon_json_writer_init(&writer, &buffer);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_text(&writer, "slug", map->slug);
    jalon_json_put_text(&writer, "title_fr", map->title.fr);
    jalon_json_put_text(&writer, "title_en", map->title.en);
    jalon_json_put_integer(&writer, "events", map->seq);
    jalon_json_end_object(&writer);
    puts(jalon_buffer_text(&buffer).data);
    jalon_buffer_finish(&buffer);
}

enum exit_code jalon_cli_map_list(struct jalon_cli *cli)
{
    struct jalon_app *app = NULL;
    struct jalon_map_summary *maps = NULL;
    size_t count = 0;
    enum jalon_status status = jalon_cli_open(cli, false, false, &app);
    if (status == JALON_OK) {
        status = jalon_app_list_maps(cli->ctx, app, &maps, &count);
    }
    jalon_app_close(app);
    if (status != JALON_OK) {
        return jalon_cli_fail(cli->ctx, status);
    }
    for (size_t i = 0; i < count; i++) {
        print_map(cli, &maps[i]);
    }
    return EXIT_DONE;
}

enum exit_code jalon_cli_map_set(struct jalon_cli *cli)
{
    struct jalon_app *app = NULL;
    size_t const count = cli->operand_count - 1;
    struct jalon_assignment *settings =
        jalon_arena_allocate(cli->ctx->arena, count * sizeof *settings);
    enum jalon_status status = settings != NULL ? JALON_OK : jalon_no_memory(cli->ctx);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        struct jalon_text setting = cli->operands[i + 1];
        size_t equals = jalon_text_find(setting, '=');
        if (equals == setting.length) {
            fprintf(stderr, "jalon: '%s' is not KEY=VALUE\n", setting.data);
            return EXIT_USAGE;
        }
        settings[i].left = jalon_text_slice(setting.data, equals);
        settings[i].right =
            jalon_text_slice(setting.data + equals + 1, setting.length - equals - 1);
    }
    if (status == JALON_OK) {
        status = jalon_cli_open(cli, false, false, &app);
    }
    if (status == JALON_OK) {
        status = jalon_app_set_map(cli->ctx, app, cli->operands[0], settings, count);
    }
    jalon_app_close(app);
    return status == JALON_OK ? EXIT_DONE : jalon_cli_fail(cli->ctx, status);
}

enum exit_code jalon_cli_map_delete(struct jalon_cli *cli)
{
    struct jalon_app *app = NULL;
    if (!jalon_conf_flag(cli->settings, "yes")) {
        fprintf(stderr,
                "jalon: this removes the map %s with all its contributions and their history; add "
                "--yes to do it\n",
                cli->operands[0].data);
        return EXIT_USAGE;
    }
    enum jalon_status status = jalon_cli_open(cli, false, false, &app);
    if (status == JALON_OK) {
        status = jalon_app_delete_map(cli->ctx, app, cli->operands[0]);
    }
    jalon_app_close(app);
    return status == JALON_OK ? EXIT_DONE : jalon_cli_fail(cli->ctx, status);
}

enum exit_code jalon_cli_migrate(struct jalon_cli *cli)
{
    struct jalon_store_options options = {.data = jalon_cli_database(cli)};
    int64_t has = 0, makes = 0;
    enum jalon_status status = jalon_store_versions(cli->ctx, &options, &has, &makes);
    if (status != JALON_OK) {
        return jalon_cli_fail(cli->ctx, status);
    }
    printf("the database has schema %lld, this program makes %lld\n", (long long)has,
           (long long)makes);
    if (jalon_conf_flag(cli->settings, "status")) {
        return EXIT_DONE;
    }
    struct jalon_app *app = NULL;
    status = jalon_cli_open(cli, false, false, &app);
    jalon_app_close(app);
    return status == JALON_OK ? EXIT_DONE : jalon_cli_fail(cli->ctx, status);
}

enum exit_code jalon_cli_config(struct jalon_cli *cli)
{
    (void)cli;
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 65536);
    jalon_conf_write_sample(&buffer, jalon_options, COMMAND_SERVE);
    fputs(jalon_buffer_text(&buffer).data, stdout);
    jalon_buffer_finish(&buffer);
    return EXIT_DONE;
}
