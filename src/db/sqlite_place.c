/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Databases that are made aside and put in their place at last: that of a data folder from a backup,
 * and a backup from rows. Layer 1.
 *
 * A folder's is made in a folder within it, a backup beside its name: interrupted anywhere, there is
 * nothing where it should be, and whoever tries again begins anew.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/sqlite.h"
#include "db/sqlite_file.h"

static const char working_folder[] = "restoring";

/* --- Files --- */

enum jalon_status jalon_db_sqlite_fail_file(struct jalon_context *ctx, const char *file,
                                            int reason)
{
    enum jalon_status status = JALON_UNAVAILABLE;
    switch (reason) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return jalon_fail(ctx, JALON_NO_SPACE, "there is no space left for '%s'", file);
    case EEXIST:
        return jalon_fail(ctx, JALON_CONFLICT,
                          "there is a file '%s' already: give another name, or remove it", file);
    case EACCES:
    case EPERM:
    case EROFS: status = JALON_FORBIDDEN; break;
    case ENOENT:
    case ENOTDIR: status = JALON_NOT_FOUND; break;
    default: break;
    }
    return jalon_fail(ctx, status, "'%s' cannot be written: %s", file, strerror(reason));
}

/* Nobody else's: it holds e-mail addresses and what is not public. */
int jalon_db_sqlite_make_empty(const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return errno;
    }
    close(descriptor);
    return 0;
}

/* Of a file or a folder. */
static int flush_to_disk(const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    int reason = descriptor < 0 || fsync(descriptor) != 0 ? errno : 0;
    if (descriptor >= 0) {
        close(descriptor);
    }
    return reason;
}

enum jalon_status jalon_db_sqlite_publish(struct jalon_context *ctx, const char *partial,
                                          const char *file)
{
    char folder[4200];
    snprintf(folder, sizeof folder, "%s", file);
    *(strrchr(folder, '/') + 1) = '\0';
    int reason = flush_to_disk(partial);
    if (reason == 0 && rename(partial, file) != 0) {
        reason = errno;
    }
    if (reason == 0) {
        reason = flush_to_disk(folder);
    }
    return reason == 0 ? JALON_OK : jalon_db_sqlite_fail_file(ctx, file, reason);
}

void jalon_db_sqlite_clear(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", ".partial",
                                           ".partial-journal"};
    char name[4300];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
    /* Its folder, when it had one of its own. */
    snprintf(name, sizeof name, "%s", path);
    char *end = strrchr(name, '/');
    *end = '\0';
    const char *folder = strrchr(name, '/');
    if (folder != NULL && strcmp(folder + 1, working_folder) == 0) {
        rmdir(name);
    }
}

/* --- The database of a folder --- */

static enum jalon_status fail_folder(struct jalon_context *ctx, const char *folder, int reason)
{
    enum jalon_status status = reason == EACCES || reason == EPERM || reason == EROFS
                                   ? JALON_FORBIDDEN
                               : reason == ENOSPC || reason == EDQUOT ? JALON_NO_SPACE
                               : reason == ENOENT                     ? JALON_NOT_FOUND
                                                                      : JALON_UNAVAILABLE;
    return jalon_fail(ctx, status, "the data folder '%s' cannot be made: %s", folder,
                      strerror(reason));
}

/* But for the working folder of one that was interrupted. */
static bool is_empty(const char *folder)
{
    DIR *entries = opendir(folder);
    bool empty = true;
    if (entries == NULL) {
        return errno == ENOENT;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
                          strcmp(entry->d_name, working_folder) == 0);
    }
    closedir(entries);
    return empty;
}

/* The folder and the working one in it, in which nothing is at `path`. */
static enum jalon_status make_folders(struct jalon_context *ctx, const char *folder,
                                      const char *path)
{
    char working[4200];
    if (!is_empty(folder)) {
        return jalon_fail(ctx, JALON_CONFLICT,
                          "the data folder '%s' is not empty: restore into a new one", folder);
    }
    jalon_db_sqlite_clear(path);
    snprintf(working, sizeof working, "%s/%s", folder, working_folder);
    if ((mkdir(folder, 0750) != 0 && errno != EEXIST) || mkdir(working, 0750) != 0) {
        return fail_folder(ctx, folder, errno);
    }
    return JALON_OK;
}

/* The file's pages in another, whole and on disk. */
static enum jalon_status copy_file(struct jalon_context *ctx, struct jalon_text file,
                                   struct jalon_text path, int64_t wait_ms)
{
    struct jalon_db_options options = {.location = file, .read_only = true, .wait_ms = wait_ms};
    struct jalon_db *from = NULL;
    enum jalon_status status = jalon_db_open(ctx, &options, &from);
    if (status == JALON_OK) {
        status = jalon_db_backup(ctx, from, path);
    }
    jalon_db_close(from);
    return status;
}

enum jalon_status jalon_db_sqlite_unpack(struct jalon_context *ctx, struct jalon_text file,
                                         const struct jalon_db_options *options,
                                         struct jalon_db **out)
{
    const char *folder = options->location.data;
    if (options->location.length == 0 || options->location.length > 4000) {
        return jalon_fail(ctx, JALON_INVALID, "the data folder's name is empty or too long");
    }
    const char *lead = folder[0] == '/' ? "" : "./"; /* or SQLite may see a URI */
    struct jalon_db_sqlite_file made = {
        .path = jalon_text_format(ctx->arena, "%s%s/%s/" JALON_DB_SQLITE_NAME, lead, folder,
                                  working_folder),
        .place = jalon_text_format(ctx->arena, "%s%s/" JALON_DB_SQLITE_NAME, lead, folder),
    };
    if (made.path.data == NULL || made.place.data == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = make_folders(ctx, folder, made.path.data);
    if (status != JALON_OK) {
        return status;
    }
    status = copy_file(ctx, file, made.path, options->wait_ms);
    if (status == JALON_OK) {
        status = jalon_db_sqlite_make(ctx, &made, out);
    }
    if (status != JALON_OK) {
        jalon_db_sqlite_clear(made.path.data);
    }
    return status;
}

/* --- A backup --- */

enum jalon_status jalon_db_sqlite_make_file(struct jalon_context *ctx, struct jalon_text file,
                                            struct jalon_db **out)
{
    if (file.length == 0 || file.length > 4000) {
        return jalon_fail(ctx, JALON_INVALID, "the file's name is empty or too long");
    }
    const char *lead = file.data[0] == '/' ? "" : "./";
    struct jalon_db_sqlite_file made = {
        .path = jalon_text_format(ctx->arena, "%s%s.partial", lead, file.data),
        .place = jalon_text_format(ctx->arena, "%s%s", lead, file.data),
        .create = true,
        .throwaway = true,
    };
    if (made.path.data == NULL || made.place.data == NULL) {
        return jalon_no_memory(ctx);
    }
    if (access(made.place.data, F_OK) == 0) {
        return jalon_db_sqlite_fail_file(ctx, file.data, EEXIST);
    }
    jalon_db_sqlite_clear(made.path.data);
    int reason = jalon_db_sqlite_make_empty(made.path.data);
    return reason == 0 ? jalon_db_sqlite_make(ctx, &made, out)
                       : jalon_db_sqlite_fail_file(ctx, file.data, reason);
}
