/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Backups, and databases out of them. Layer 2.
 *
 * A backup is one kind of file, whichever engine it comes from: an engine that has its data in such a
 * file copies it as it is, from another its rows are copied into a new one. Likewise the way back.
 * What is made is seen when it is whole and sound: a file or a folder's database is made aside, rows
 * arrive in one transaction.
 */
#include <stdlib.h>
#include <unistd.h>

#include "store/copy.h"

enum {
    WAIT_MS = 10000,
    ALL_ROWS_MS = 600000, /* how long a statement over all rows of a large map may take */
};

/* --- Backup --- */

/* The rows of a session in a new file. */
static enum jalon_status write_file(struct jalon_context *ctx, struct jalon_session *from,
                                    struct jalon_text file)
{
    struct jalon_db *db;
    struct jalon_store *store = NULL;
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_db_make_file(ctx, file, &db);
    if (status == JALON_OK) {
        status = jalon_store_open_db(ctx, db, true, &store);
    }
    if (status == JALON_OK) {
        status = jalon_store_write(ctx, store, &session);
    }
    if (status == JALON_OK) {
        status = jalon_store_copy(ctx, from, session);
    }
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        status = jalon_db_settle(ctx, store->db);
    }
    jalon_store_close(store);
    return status;
}

/* `refusal`: why the engine does not do it by itself, and who does. */
static enum jalon_status check_version(struct jalon_context *ctx, struct jalon_session *session,
                                       struct jalon_text refusal)
{
    int64_t has, makes = jalon_db_schema_newest();
    enum jalon_status status = jalon_db_schema_version(ctx, session->connection, &has);
    if (status != JALON_OK || has == makes) {
        return status;
    }
    return jalon_fail(ctx, JALON_CONFLICT,
                      "this database has schema version %lld, and a backup of it needs %lld: %s; "
                      "%s",
                      (long long)has, (long long)makes,
                      has < makes ? jalon_say(ctx, "jalon migrate")
                                  : jalon_say(ctx, "use a newer Jalon"),
                      refusal.data);
}

static enum jalon_status copy_rows(struct jalon_context *ctx, struct jalon_store *store,
                                   struct jalon_text file)
{
    struct jalon_text refusal = ctx->error.message;
    struct jalon_session *session = NULL;
    jalon_error_clear(ctx);
    enum jalon_status status = jalon_store_read(ctx, store, &session);
    if (status == JALON_OK) {
        status = check_version(ctx, session, refusal);
    }
    if (status == JALON_OK) {
        status = write_file(ctx, session, file);
    }
    jalon_session_end(session);
    return status;
}

enum jalon_status jalon_store_set_aside(struct jalon_context *ctx, struct jalon_store *store,
                                        struct jalon_text file)
{
    return jalon_db_backup(ctx, store->db, file);
}

enum jalon_status jalon_store_backup(struct jalon_context *ctx, struct jalon_store *store,
                                     struct jalon_text file)
{
    enum jalon_status status = jalon_db_backup(ctx, store->db, file);
    return status == JALON_UNSUPPORTED ? copy_rows(ctx, store, file) : status;
}

/* --- Restoring a file --- */

/* The database is the store's, also on failure. */
static enum jalon_status migrate_and_check(struct jalon_context *ctx, struct jalon_db *db,
                                           jalon_restore_check check, void *object,
                                           struct jalon_store **out)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_open_db(ctx, db, false, out);
    if (status == JALON_OK) {
        status = jalon_store_read(ctx, *out, &session);
    }
    if (status == JALON_OK) {
        status = check(ctx, session, object);
    }
    jalon_session_end(session);
    return status;
}

/* JALON_UNSUPPORTED: the engine takes rows. */
static enum jalon_status restore_file(struct jalon_context *ctx, struct jalon_text file,
                                      struct jalon_text location, jalon_restore_check check,
                                      void *object)
{
    struct jalon_db_options options = {.location = location, .wait_ms = WAIT_MS};
    struct jalon_db *db;
    struct jalon_store *store = NULL;
    enum jalon_status status = jalon_db_unpack(ctx, file, &options, &db);
    if (status != JALON_OK) {
        return status;
    }
    status = migrate_and_check(ctx, db, check, object, &store);
    if (status == JALON_OK) {
        status = jalon_db_settle(ctx, store->db);
    }
    jalon_store_close(store);
    return status;
}

/* --- Restoring rows --- */

/* Brings a file of an older schema to this program's in a folder that is then to be removed. */
static enum jalon_status open_migrated(struct jalon_context *ctx, struct jalon_text file,
                                       const char *folder, struct jalon_store **out)
{
    struct jalon_db_options options = {.location = jalon_text_from(folder), .wait_ms = WAIT_MS};
    struct jalon_db *db;
    enum jalon_status status = jalon_db_unpack(ctx, file, &options, &db);
    return status == JALON_OK ? jalon_store_open_db(ctx, db, false, out) : status;
}

static enum jalon_status fill_and_check(struct jalon_context *ctx, struct jalon_session *from,
                                        struct jalon_store *store, jalon_restore_check check,
                                        void *object)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_write(ctx, store, &session);
    if (status == JALON_OK) {
        status = jalon_store_copy(ctx, from, session);
    }
    if (status == JALON_OK) {
        status = check(ctx, session, object);
    }
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    jalon_session_end(session);
    return status;
}

static enum jalon_status restore_store(struct jalon_context *ctx, struct jalon_store *source,
                                       struct jalon_text location, jalon_restore_check check,
                                       void *object)
{
    struct jalon_store_options options = {
        .data = location, .create = true, .write_wait_ms = ALL_ROWS_MS};
    struct jalon_session *from = NULL;
    struct jalon_store *store = NULL;
    enum jalon_status status = jalon_store_read(ctx, source, &from);
    if (status == JALON_OK) {
        status = jalon_store_open(ctx, &options, &store);
    }
    if (status == JALON_OK) {
        status = fill_and_check(ctx, from, store, check, object);
    }
    jalon_store_close(store);
    jalon_session_end(from);
    return status;
}

/* A folder of nobody else's, empty. */
static enum jalon_status make_temporary(struct jalon_context *ctx, char **out)
{
    const char *parent = getenv("TMPDIR");
    struct jalon_text name = jalon_text_format(
        ctx->arena, "%s/jalon-restore-XXXXXX", parent != NULL && *parent == '/' ? parent : "/tmp");
    if (name.data == NULL) {
        return jalon_no_memory(ctx);
    }
    char *folder = (char *)name.data;
    if (mkdtemp(folder) == NULL) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "no folder can be made in '%s'", parent);
    }
    *out = folder;
    return JALON_OK;
}

static enum jalon_status restore_migrated(struct jalon_context *ctx, struct jalon_text file,
                                          struct jalon_text location, jalon_restore_check check,
                                          void *object)
{
    char *folder = NULL;
    struct jalon_store *source = NULL;
    enum jalon_status status = make_temporary(ctx, &folder);
    if (status != JALON_OK) {
        return status;
    }
    status = open_migrated(ctx, file, folder, &source);
    if (status == JALON_OK) {
        status = restore_store(ctx, source, location, check, object);
    }
    jalon_store_close(source); /* takes all it has made with it */
    rmdir(folder);
    return status;
}

static enum jalon_status restore_rows(struct jalon_context *ctx, struct jalon_text file,
                                      struct jalon_text location, jalon_restore_check check,
                                      void *object)
{
    struct jalon_store_options options = {.data = file, .read_only = true};
    struct jalon_store *source = NULL;
    int64_t has, makes;
    enum jalon_status status = jalon_store_versions(ctx, &options, &has, &makes);
    if (status != JALON_OK) {
        return status;
    }
    if (has != makes) { /* a newer one is refused when it is opened */
        return restore_migrated(ctx, file, location, check, object);
    }
    status = jalon_store_open(ctx, &options, &source);
    if (status == JALON_OK) {
        status = restore_store(ctx, source, location, check, object);
    }
    jalon_store_close(source);
    return status;
}

enum jalon_status jalon_store_restore(struct jalon_context *ctx, struct jalon_text file,
                                      struct jalon_text location, jalon_restore_check check,
                                      void *object)
{
    enum jalon_status status = restore_file(ctx, file, location, check, object);
    if (status != JALON_UNSUPPORTED) {
        return status;
    }
    jalon_error_clear(ctx);
    return restore_rows(ctx, file, location, check, object);
}
