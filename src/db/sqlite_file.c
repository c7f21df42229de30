/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The file under an SQLite database, seen without SQLite: rights, existence, damage. Layer 1.
 *
 * SQLite would find most of this too, but late and in words that do not tell an operator what to do.
 */
#include "db/sqlite_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum jalon_status no_rights(struct jalon_context *ctx, const char *path)
{
    return jalon_fail(ctx, JALON_FORBIDDEN,
                      "this user may not write in '%s': change its owner (chown) or name another "
                      "data folder",
                      path);
}

/* Makes the folder and those above it. */
static enum jalon_status make_folder(struct jalon_context *ctx, char *path)
{
    for (char *c = path + 1;; c++) {
        if (*c != '/' && *c != '\0') {
            continue;
        }
        char kept = *c;
        *c = '\0';
        bool made = mkdir(path, 0750) == 0 || errno == EEXIST;
        int reason = errno;
        if (!made) {
            if (reason == EACCES || reason == EPERM || reason == EROFS) {
                return jalon_fail(ctx, JALON_FORBIDDEN,
                                  "this user may not make the data folder '%s': make it yourself "
                                  "and give it to this user, or name another one",
                                  path);
            }
            return jalon_fail(ctx, reason == ENOTDIR ? JALON_INVALID : JALON_UNAVAILABLE,
                              "the data folder '%s' cannot be made: %s", path, strerror(reason));
        }
        *c = kept;
        if (kept == '\0') {
            return JALON_OK;
        }
    }
}

static enum jalon_status check_folder(struct jalon_context *ctx, const char *folder, bool create)
{
    struct stat info;
    if (stat(folder, &info) != 0) {
        if (errno == EACCES) {
            return no_rights(ctx, folder);
        }
        if (!create) {
            return jalon_fail(ctx, JALON_NOT_FOUND, "there is no data folder '%s'", folder);
        }
        struct jalon_text copy = jalon_text_copy(ctx->arena, jalon_text_from(folder));
        if (copy.data == NULL) {
            return jalon_no_memory(ctx);
        }
        return make_folder(ctx, (char *)copy.data);
    }
    if (!S_ISDIR(info.st_mode)) {
        return jalon_fail(ctx, JALON_INVALID, "'%s' is not a folder", folder);
    }
    return access(folder, R_OK | W_OK | X_OK) == 0 ? JALON_OK : no_rights(ctx, folder);
}

static int64_t file_size(const char *path, const char *suffix)
{
    char name[4200];
    struct stat info;
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &info) == 0 ? (int64_t)info.st_size : -1;
}

static enum jalon_status damaged(struct jalon_context *ctx, const char *path)
{
    return jalon_fail(ctx, JALON_INVALID,
                      "the database '%s' is damaged (truncated?): restore a backup", path);
}

static uint32_t big_endian(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/*
 * Is what the header says (SQLite file format, 1.3) in the file? Its page count may be older than
 * the file while a write-ahead log is there, so it counts only without one.
 */
static enum jalon_status check_header(struct jalon_context *ctx, const char *path, int64_t size)
{
    unsigned char header[100];
    FILE *file = fopen(path, "rb");
    size_t got = file != NULL ? fread(header, 1, sizeof header, file) : 0;
    if (file != NULL) {
        fclose(file);
    }
    if (got >= 16 && memcmp(header, "SQLite format 3", 16) != 0) {
        return jalon_fail(ctx, JALON_INVALID, "'%s' is not a database", path);
    }
    if (got < sizeof header) {
        return damaged(ctx, path);
    }
    int64_t page_size = header[16] << 8 | header[17];
    page_size = page_size == 1 ? 65536 : page_size;
    int64_t pages = big_endian(header + 28);
    bool counted = big_endian(header + 24) == big_endian(header + 92);
    if (file_size(path, "-wal") <= 0 && counted && pages * page_size > size) {
        return damaged(ctx, path);
    }
    return JALON_OK;
}

static enum jalon_status check_file(struct jalon_context *ctx, const char *path, bool create,
                                    int rights)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        if (errno == EACCES) {
            return no_rights(ctx, path);
        }
        return create ? JALON_OK
                      : jalon_fail(ctx, JALON_NOT_FOUND, "there is no database '%s'", path);
    }
    if (!S_ISREG(info.st_mode)) {
        return jalon_fail(ctx, JALON_INVALID, "'%s' is not a file", path);
    }
    if (access(path, rights) != 0) {
        return no_rights(ctx, path);
    }
    if (info.st_size == 0) {
        /* Left by a first start that was killed; but SQLite would throw a log beside it away. */
        return file_size(path, "-wal") > 0 ? damaged(ctx, path) : JALON_OK;
    }
    return check_header(ctx, path, (int64_t)info.st_size);
}

enum jalon_status jalon_db_sqlite_check_file(struct jalon_context *ctx, struct jalon_text folder,
                                             bool create, struct jalon_text *out_path)
{
    if (folder.length == 0 || folder.length > 4000) {
        return jalon_fail(ctx, JALON_INVALID, "the data folder's name is empty or too long");
    }
    /* In front of a relative name, "./" keeps SQLite from seeing a URI in it. */
    const char *lead = folder.data[0] == '/' ? "" : "./";
    struct jalon_text full = jalon_text_format(ctx->arena, "%s%s", lead, folder.data);
    struct jalon_text path =
        jalon_text_format(ctx->arena, "%s%s/" JALON_DB_SQLITE_NAME, lead, folder.data);
    if (full.data == NULL || path.data == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = check_folder(ctx, full.data, create);
    if (status == JALON_OK) {
        status = check_file(ctx, path.data, create, R_OK | W_OK);
    }
    if (status == JALON_OK) {
        *out_path = path;
    }
    return status;
}

enum jalon_status jalon_db_sqlite_check_copy(struct jalon_context *ctx, struct jalon_text file,
                                             struct jalon_text *out_path)
{
    if (file.length == 0 || file.length > 4000) {
        return jalon_fail(ctx, JALON_INVALID, "the file's name is empty or too long");
    }
    struct jalon_text path =
        jalon_text_format(ctx->arena, "%s%s", file.data[0] == '/' ? "" : "./", file.data);
    if (path.data == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = check_file(ctx, path.data, false, R_OK);
    if (status == JALON_OK) {
        *out_path = path;
    }
    return status;
}

int64_t jalon_db_sqlite_log_bytes(const char *path)
{
    int64_t size = file_size(path, "-wal");
    return size > 0 ? size : 0;
}
