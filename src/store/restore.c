/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A data folder from a backup. Layer 2.
 *
 * The copy is made in a folder within the data folder, migrated and checked there, and moved into
 * its place last: interrupted anywhere, there is no database, and the next restore begins anew.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/private.h"

static const char working_folder[] = "restoring";
static const char database_file[] = "jalon.sqlite";

static enum jalon_status fail_folder(struct jalon_context *ctx, struct jalon_text folder,
                                     int reason)
{
    enum jalon_status status = reason == EACCES || reason == EPERM || reason == EROFS
                                   ? JALON_FORBIDDEN
                               : reason == ENOSPC || reason == EDQUOT ? JALON_NO_SPACE
                               : reason == ENOENT                     ? JALON_NOT_FOUND
                                                                      : JALON_UNAVAILABLE;
    return jalon_fail(ctx, status, "the data folder '%s' cannot be made: %s", folder.data,
                      strerror(reason));
}

/* But for the working folder of a restore that was interrupted. */
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

/* Only what a restore makes there. */
static void remove_working_folder(const char *folder)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", ".partial",
                                           ".partial-journal"};
    char path[4200];
    for (size_t i = 0; i < JALON_STORE_COUNT(suffixes); i++) {
        snprintf(path, sizeof path, "%s/%s%s", folder, database_file, suffixes[i]);
        unlink(path);
    }
    rmdir(folder);
}

static enum jalon_status make_folders(struct jalon_context *ctx, struct jalon_text data,
                                      const char *working)
{
    if (!is_empty(data.data)) {
        return jalon_fail(ctx, JALON_CONFLICT,
                          "the data folder '%s' is not empty: restore into a new one", data.data);
    }
    remove_working_folder(working);
    if ((mkdir(data.data, 0750) != 0 && errno != EEXIST) || mkdir(working, 0750) != 0) {
        return fail_folder(ctx, data, errno);
    }
    return JALON_OK;
}

static enum jalon_status unpack(struct jalon_context *ctx, struct jalon_text file,
                                struct jalon_text database)
{
    struct jalon_store_options options = {.data = file, .read_only = true};
    struct jalon_store *store = NULL;
    enum jalon_status status = jalon_store_open(ctx, &options, &store);
    if (status == JALON_OK) {
        status = jalon_store_backup(ctx, store, database);
    }
    jalon_store_close(store);
    return status;
}

static enum jalon_status migrate_and_check(struct jalon_context *ctx, struct jalon_text working,
                                           jalon_restore_check check, void *object)
{
    struct jalon_store_options options = {.data = working};
    struct jalon_store *store = NULL;
    enum jalon_status status = jalon_store_open(ctx, &options, &store);
    if (status == JALON_OK) {
        status = check(ctx, store, object);
    }
    jalon_store_close(store); /* leaves one file, without a log */
    return status;
}

static enum jalon_status put_in_place(struct jalon_context *ctx, struct jalon_text data,
                                      struct jalon_text database)
{
    char place[4200];
    snprintf(place, sizeof place, "%s/%s", data.data, database_file);
    int folder = open(data.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = folder >= 0 && rename(database.data, place) == 0 && fsync(folder) == 0;
    int reason = errno;
    if (folder >= 0) {
        close(folder);
    }
    return done ? JALON_OK : fail_folder(ctx, data, reason);
}

enum jalon_status jalon_store_restore(struct jalon_context *ctx, struct jalon_text file,
                                      struct jalon_text data, jalon_restore_check check,
                                      void *object)
{
    if (strstr(data.data, "://") != NULL) {
        return jalon_fail(ctx, JALON_UNSUPPORTED,
                          "a backup is restored into a data folder, not into '%.*s'",
                          JALON_TEXT_ARGS(jalon_db_show_location(ctx, data)));
    }
    struct jalon_text working = jalon_text_format(ctx->arena, "%s/%s", data.data, working_folder);
    struct jalon_text database =
        jalon_text_format(ctx->arena, "%s/%s/%s", data.data, working_folder, database_file);
    if (working.data == NULL || database.data == NULL) {
        return jalon_no_memory(ctx);
    }
    if (data.length > 4000) {
        return jalon_fail(ctx, JALON_INVALID, "the data folder's name is too long");
    }
    enum jalon_status status = make_folders(ctx, data, working.data);
    if (status != JALON_OK) {
        return status;
    }
    status = unpack(ctx, file, database);
    if (status == JALON_OK) {
        status = migrate_and_check(ctx, working, check, object);
    }
    if (status == JALON_OK) {
        status = put_in_place(ctx, data, database);
    }
    remove_working_folder(working.data);
    return status;
}
