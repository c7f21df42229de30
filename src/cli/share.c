/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Finding share/jalon and libexec/jalon beside the executable, wherever the tree was put. Layer 5 (cli). */
#include "share.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder that holds bin/, from /proc/self/exe (proc(5)); false when Linux does not tell. */
static bool find_prefix(char prefix[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", prefix, PATH_MAX - 1);
    if (length <= 0) {
        return false;
    }
    prefix[length] = '\0';
    for (int level = 0; level < 2; level++) { /* the name, then bin */
        char *slash = strrchr(prefix, '/');
        if (slash == NULL) {
            return false;
        }
        *slash = '\0';
    }
    return true;
}

enum jalon_status jalon_cli_find_program(struct jalon_context *ctx, const char *name,
                                         struct jalon_text *out_path)
{
    struct jalon_text path = JALON_TEXT_EMPTY;
    const char *given = getenv("JALON_LIBEXEC");
    char prefix[PATH_MAX];
    if (given != NULL && *given != '\0') {
        path = jalon_text_format(ctx->arena, "%s/%s", given, name);
    } else if (find_prefix(prefix)) {
        path = jalon_text_format(ctx->arena, "%s/libexec/jalon/%s", prefix, name);
    }
    if (path.data == NULL) {
        return jalon_no_memory(ctx);
    }
    if (access(path.data, X_OK) != 0) {
        return jalon_fail(ctx, JALON_NOT_FOUND,
                          "%s is missing or cannot be run: install Jalon again, or set "
                          "JALON_LIBEXEC to its folder libexec/jalon",
                          path.length > 0 ? path.data : name);
    }
    *out_path = path;
    return JALON_OK;
}

enum jalon_status jalon_cli_find_share(struct jalon_context *ctx, const char *name,
                                       struct jalon_text *out_path)
{
    struct jalon_text path = JALON_TEXT_EMPTY;
    const char *given = getenv("JALON_SHARE");
    char prefix[PATH_MAX];
    if (given != NULL && *given != '\0') {
        path = jalon_text_format(ctx->arena, "%s/%s", given, name);
    } else if (find_prefix(prefix)) {
        path = jalon_text_format(ctx->arena, "%s/share/jalon/%s", prefix, name);
    } else {
        return jalon_fail(ctx, JALON_NOT_FOUND,
                          "cannot tell where the program is installed: set JALON_SHARE to its "
                          "folder share/jalon");
    }
    if (path.data == NULL) {
        return jalon_no_memory(ctx);
    }
    if (access(path.data, R_OK) != 0) {
        return jalon_fail(ctx, JALON_NOT_FOUND,
                          "%s is missing or cannot be read: install Jalon again, or set "
                          "JALON_SHARE to its folder share/jalon",
                          path.data);
    }
    *out_path = path;
    return JALON_OK;
}
