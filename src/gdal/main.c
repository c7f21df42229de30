/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * jalon-gdal: makes a GeoPackage or Shapefiles from rows on standard input (jalon/rows.h). A program
 * of its own, so that GDAL's memory, the time it takes to load and its faults stay out of Jalon's.
 *
 *   jalon-gdal FORMAT FILE
 *
 * FORMAT is gpkg or shp, FILE a new file with the extension gpkg or zip. When it fails it says why
 * in one line, and takes away what it has made so far: who started it may be gone.
 */
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "jalon/rows.h"

#include "target.h"

static const struct target_class *const targets[] = {&geopackage_target, &shapefile_target};

/* Errors are told once, where something comes of them. */
static void CPL_STDCALL keep_quiet(CPLErr class, CPLErrorNum number, const char *message)
{
    (void)class;
    (void)number;
    (void)message;
}

static enum jalon_status make_file(struct rows *rows, const struct target_class *class,
                                   const char *path)
{
    struct target *target = NULL;
    struct feature feature;
    char kind = '\0';
    enum jalon_status status = class->open(rows->ctx, path, &target);
    while (status == JALON_OK && kind != JALON_ROWS_END) {
        status = rows_next(rows, &kind, &feature);
        if (status == JALON_OK && kind == JALON_ROWS_LAYER) {
            status = class->layer(target, &rows->layer);
        } else if (status == JALON_OK && kind == JALON_ROWS_FEATURE) {
            status = class->feature(target, &rows->layer, &feature);
        }
    }
    return status == JALON_OK ? class->finish(target) : status;
}

/* With the folder it is in, when that was made for it alone. */
static void remove_file(struct jalon_context *ctx, const char *path)
{
    struct jalon_text parts = jalon_text_format(ctx->arena, "%s.d", path);
    struct jalon_text folder = jalon_text_format(ctx->arena, "%s", CPLGetPath(path));
    (void)VSIUnlink(path);
    if (parts.data != NULL) {
        (void)VSIRmdirRecursive(parts.data);
    }
    if (folder.data != NULL && strstr(folder.data, "/jalon-export-") != NULL) {
        (void)rmdir(folder.data);
    }
}

static int run(const struct target_class *class, const char *path)
{
    struct rows rows = {.ctx = jalon_context_create(), .stream = stdin};
    if (rows.ctx == NULL) {
        fputs("there is not enough memory\n", stderr);
        return JALON_ROWS_FAILED;
    }
    jalon_buffer_init(&rows.bytes, (size_t)1 << 30);
    enum jalon_status status = make_file(&rows, class, path);
    if (status != JALON_OK) {
        fprintf(stderr, "%s\n", rows.ctx->error.message.data);
        remove_file(rows.ctx, path);
    }
    jalon_buffer_finish(&rows.bytes);
    jalon_context_destroy(rows.ctx);
    return status == JALON_OK          ? JALON_ROWS_DONE
           : status == JALON_TOO_LARGE ? JALON_ROWS_TOO_LARGE
                                       : JALON_ROWS_FAILED;
}

/* Connections and databases of the one who started this are nothing for it. */
static void close_inherited(void)
{
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        int64_t number;
        if (jalon_text_to_int64(jalon_text_from(entry->d_name), &number) &&
            number > STDERR_FILENO && number != dirfd(folder)) {
            close((int)number);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

int main(int argc, char **argv)
{
    close_inherited();
    setvbuf(stdin, NULL, _IOFBF, 1 << 18);
    CPLSetErrorHandler(keep_quiet);
    CPLSetConfigOption("GDAL_DRIVER_PATH", "disable"); /* what is needed is built in */
    GDALAllRegister();
    for (size_t i = 0; argc == 3 && i < sizeof targets / sizeof *targets; i++) {
        if (strcmp(argv[1], targets[i]->name) == 0) {
            return run(targets[i], argv[2]);
        }
    }
    fputs("usage: jalon-gdal gpkg|shp FILE\n", stderr);
    return JALON_ROWS_FAILED;
}
