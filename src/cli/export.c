/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon export: options to files. Layer 5 (cli). */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "jalon/clock.h"
#include "jalon/geo.h"

#include "cli.h"
#include "export_file.h"

/* --- Options --- */
static enum jalon_status refuse_format(struct jalon_cli *cli)
{
    struct jalon_text names = JALON_TEXT_EMPTY;
    size_t count = 0;
    const struct jalon_format *const *formats = jalon_formats(&count);
    for (size_t i = 0; i < count && names.data != NULL; i++) {
        if (formats[i]->writer != NULL) {
            names = jalon_text_format(cli->ctx->arena, "%s%s%s", names.data,
                                      names.length > 0 ? ", " : "", formats[i]->name);
        }
    }
    return jalon_fail(cli->ctx, JALON_INVALID, "--format must be one of %s",
                      names.data != NULL ? names.data : "those that --help lists");
}

/* --format, else what the file's name says, else GeoJSON. */
static enum jalon_status find_format(struct jalon_cli *cli, const char *path,
                                     const struct jalon_format **out)
{
    size_t count;
    const struct jalon_format *format = NULL;
    if (jalon_conf_has(cli->settings, "format")) {
        format = jalon_format_find(jalon_conf_text(cli->settings, "format"));
        if (format == NULL || format->writer == NULL) {
            return refuse_format(cli);
        }
    } else if (path != NULL) {
        format = jalon_format_for_path(jalon_text_from(path));
    }
    *out = format != NULL && format->writer != NULL ? format : jalon_formats(&count)[0];
    return JALON_OK;
}

static enum jalon_status find_crs(struct jalon_cli *cli, struct export_job *job)
{
    enum jalon_status status =
        jalon_geo_parse_crs(cli->ctx, jalon_conf_text(cli->settings, "crs"), &job->srid);
    job->srid = job->srid == JALON_SRID_WGS84 ? 0 : job->srid;
    if (status == JALON_OK && job->srid != 0 && job->format->writer->only_wgs84) {
        return jalon_fail(cli->ctx, JALON_INVALID,
                          "%s is always in longitude and latitude on WGS 84: leave --crs out",
                          job->format->label.en.data);
    }
    return status;
}

static enum jalon_status find_audience(struct jalon_cli *cli, enum jalon_visibility *out)
{
    return jalon_visibility_parse(jalon_conf_text(cli->settings, "as"), out)
               ? JALON_OK
               : jalon_fail(cli->ctx, JALON_INVALID, "--as must be public, members or moderators");
}

/* The path of -o; NULL: standard output. */
static const char *output_path(const struct jalon_cli *cli)
{
    struct jalon_text path = jalon_conf_text(cli->settings, "o");
    return path.length == 0 || jalon_text_is(path, "-") ? NULL : path.data;
}

static enum jalon_status read_options(struct jalon_cli *cli, struct export_job *job,
                                      const char *path)
{
    enum jalon_status status = find_format(cli, path, &job->format);
    if (status == JALON_OK) {
        status = find_crs(cli, job);
    }
    if (status == JALON_OK) {
        status = find_audience(cli, &job->audience);
    }
    if (status != JALON_OK) {
        return status;
    }
    job->filter = jalon_conf_text(cli->settings, "filter");
    job->only_open = jalon_conf_flag(cli->settings, "open-data");
    job->show_progress = jalon_cli_shows_progress(cli);
    job->time_us = jalon_clock_now_us();
    if (path == NULL && job->format->writer->is_converted) {
        return jalon_fail(cli->ctx, JALON_INVALID, "%s needs a file: give -o FILE",
                          job->format->label.en.data);
    }
    if (path == NULL && cli->operand_count == 1) {
        return jalon_fail(cli->ctx, JALON_INVALID,
                          "a whole map needs a place: give -o FILE.gpkg, -o FILE.zip, "
                          "a folder, or the COLLECTION that is wanted");
    }
    return JALON_OK;
}

/* --- Which collections --- */
static enum jalon_status select_collections(struct jalon_cli *cli, const struct jalon_map *map,
                                            int32_t **out, size_t *out_count)
{
    int32_t *selected =
        jalon_arena_allocate_zeroed(cli->ctx->arena, map->collection_count + 1, sizeof *selected);
    size_t count = 0;
    if (selected == NULL) {
        return jalon_no_memory(cli->ctx);
    }
    for (size_t i = 0; i < map->collection_count; i++) {
        bool is_public = map->collections[i].visibility == JALON_VISIBILITY_PUBLIC;
        bool is_named = cli->operand_count == 1 ||
                        jalon_text_equal(map->collections[i].key, cli->operands[1]);
        if (is_public && is_named) {
            selected[count++] = (int32_t)i;
        }
    }
    *out = selected;
    *out_count = count;
    return count > 0 ? JALON_OK
                     : jalon_fail(cli->ctx, JALON_NOT_FOUND,
                                  "there is no such %s collection in the map '%s'",
                                  map->seen_by == JALON_VISIBILITY_PUBLIC ? "public" : "readable",
                                  map->slug.data);
}

/* --- Writing --- */
/* A file of its own for each collection of the map, in a folder. */
static enum jalon_status export_folder(struct jalon_context *ctx, struct export_job *job,
                                       const int32_t *collections, size_t count,
                                       const char *folder)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        return jalon_fail(ctx, JALON_FORBIDDEN, "the folder %s cannot be made: %s", folder,
                          strerror(errno));
    }
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        struct jalon_text path =
            jalon_text_format(ctx->arena, "%s/%s.%s", folder,
                              job->map->collections[collections[i]].key.data,
                              job->format->extension);
        status = path.data == NULL
                     ? jalon_no_memory(ctx)
                     : export_file_write(ctx, job, &collections[i], 1, path.data);
    }
    return status;
}

static enum jalon_status run(struct jalon_cli *cli, struct export_job *job, const char *path)
{
    struct jalon_map stored, map;
    int32_t *collections = NULL;
    size_t count = 0;
    enum jalon_status status = jalon_cli_open(cli, false, false, &job->app);
    if (status == JALON_OK) {
        status = jalon_app_find_map(cli->ctx, job->app, cli->operands[0], &stored);
    }
    if (status == JALON_OK &&
        !jalon_map_as_seen(cli->ctx->arena, &stored, job->audience, &map)) {
        status = jalon_no_memory(cli->ctx);
    }
    if (status == JALON_OK) {
        job->map = &map;
        status = select_collections(cli, &map, &collections, &count);
    }
    if (status == JALON_OK) {
        bool is_folder = cli->operand_count == 1 && !job->format->writer->is_converted;
        status = is_folder ? export_folder(cli->ctx, job, collections, count, path)
                           : export_file_write(cli->ctx, job, collections, count, path);
    }
    jalon_app_close(job->app);
    return status;
}

enum exit_code jalon_cli_export(struct jalon_cli *cli)
{
    struct export_job job = {.app = NULL};
    const char *path = output_path(cli);
    enum jalon_status status = read_options(cli, &job, path);
    if (status != JALON_OK) {
        jalon_cli_fail(cli->ctx, status);
        return EXIT_USAGE;
    }
    status = run(cli, &job, path);
    if (job.show_progress) {
        fputs("\r\033[K", stderr);
    }
    if (status != JALON_OK) {
        return jalon_cli_fail(cli->ctx, status);
    }
    if (path != NULL && !jalon_conf_flag(cli->settings, "quiet")) {
        fprintf(stderr, "%lld contributions in %s\n", (long long)job.rows, path);
    }
    return EXIT_DONE;
}
