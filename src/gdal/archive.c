/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A folder of files as one zip, by GDAL's virtual files. Private to gdal. */
#include "archive.h"

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool copy_bytes(VSILFILE *from, VSILFILE *to)
{
    static char bytes[1 << 16];
    size_t count;
    while ((count = VSIFReadL(bytes, 1, sizeof bytes, from)) > 0) {
        if (VSIFWriteL(bytes, 1, count, to) != count) {
            return false;
        }
    }
    return true;
}

static bool copy_file(struct jalon_context *ctx, const char *folder, const char *zip,
                      const char *name)
{
    struct jalon_text source = jalon_text_format(ctx->arena, "%s/%s", folder, name);
    struct jalon_text target = jalon_text_format(ctx->arena, "/vsizip/%s/%s", zip, name);
    if (source.data == NULL || target.data == NULL) {
        return false;
    }
    VSILFILE *from = VSIFOpenL(source.data, "rb");
    VSILFILE *to = from != NULL ? VSIFOpenL(target.data, "wb") : NULL;
    bool good = to != NULL && copy_bytes(from, to);
    good = to != NULL && VSIFCloseL(to) == 0 && good;
    if (from != NULL) {
        VSIFCloseL(from);
    }
    return good;
}

enum jalon_status pack_folder(struct jalon_context *ctx, const char *folder, const char *zip)
{
    char **names = VSIReadDir(folder);
    int count = CSLCount(names);
    bool good = count > 0;
    qsort(names, (size_t)count, sizeof *names, by_name);
    /* The zip stays open from one file to the next as long as somebody holds it. */
    struct jalon_text root = jalon_text_format(ctx->arena, "/vsizip/%s", zip);
    VSILFILE *archive = root.data != NULL ? VSIFOpenL(root.data, "wb") : NULL;
    good = good && archive != NULL;
    for (int i = 0; good && i < count; i++) {
        if (names[i][0] != '.') {
            good = copy_file(ctx, folder, zip, names[i]);
        }
    }
    good = archive != NULL && VSIFCloseL(archive) == 0 && good;
    CSLDestroy(names);
    (void)VSIRmdirRecursive(folder);
    return good ? JALON_OK : jalon_fail(ctx, JALON_INTERNAL, "the zip could not be written");
}

enum jalon_status write_file(struct jalon_context *ctx, const char *folder, const char *name,
                             struct jalon_text content)
{
    struct jalon_text path = jalon_text_format(ctx->arena, "%s/%s", folder, name);
    VSILFILE *file = path.data != NULL ? VSIFOpenL(path.data, "wb") : NULL;
    bool good = file != NULL && VSIFWriteL(content.data, 1, content.length, file) == content.length;
    good = file != NULL && VSIFCloseL(file) == 0 && good;
    return good ? JALON_OK : jalon_fail(ctx, JALON_INTERNAL, "%s could not be written", name);
}
