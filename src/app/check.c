/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Checking a whole database, also one that comes back from a backup. Layer 3 (app). */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "internal.h"
#include "retrace.h"

/* Who is told, and how much there was to tell. */
struct looking {
    jalon_finding_listener listener;
    void *handle;
    size_t found;
};

static void take_finding(void *handle, const struct jalon_finding *finding)
{
    struct looking *looking = handle;
    looking->found++;
    looking->listener(looking->handle, finding);
}

static void tell(struct looking *looking, const char *table, struct jalon_text key,
                 struct jalon_text what)
{
    take_finding(looking, &(struct jalon_finding){jalon_text_from(table), key, what});
}

/* --- History --- */

/* Whose history is looked at. */
struct retracing {
    const struct jalon_map *map;
    struct looking *looking;
};

static enum jalon_status check_history(struct jalon_context *ctx, void *object,
                                       const struct jalon_contribution *contribution,
                                       const struct jalon_revision *revisions, size_t count)
{
    const struct retracing *retracing = object;
    struct jalon_text fault;
    enum jalon_status status =
        jalon_retrace_history(ctx, retracing->map, contribution, revisions, count, &fault);
    if (status == JALON_OK && fault.data != NULL) {
        char key[24];
        snprintf(key, sizeof key, "%lld", (long long)contribution->number);
        tell(retracing->looking, "contribution", jalon_text_from(key), fault);
    }
    return status;
}

/* --- A database --- */

static enum jalon_status check_map(struct jalon_context *ctx, struct jalon_session *session,
                                   struct jalon_text slug, struct looking *looking)
{
    struct jalon_map map;
    enum jalon_status status = jalon_store_load_map(ctx, session, slug, &map);
    if (status == JALON_OK) {
        status = jalon_store_check_map(ctx, session, &map, take_finding, looking);
    }
    if (status == JALON_OK) { /* what cannot be read ends it: it was told just now */
        struct retracing retracing = {&map, looking};
        status = jalon_store_each_history(ctx, session, &map, check_history, &retracing);
    }
    return status;
}

/* Something that cannot be read is a finding like others; that there is no memory is not. */
static enum jalon_status tell_unreadable(struct jalon_context *ctx, enum jalon_status status,
                                         const char *table, struct jalon_text key,
                                         struct looking *looking)
{
    if (status != JALON_INTERNAL && status != JALON_UNAVAILABLE && status != JALON_INVALID) {
        return status;
    }
    tell(looking, table, key, ctx->error.message);
    jalon_error_clear(ctx);
    return JALON_OK;
}

static enum jalon_status check_session(struct jalon_context *ctx, struct jalon_session *session,
                                       struct looking *looking)
{
    struct jalon_map_summary *maps = NULL;
    size_t count = 0;
    bool readable = false;
    enum jalon_status status =
        jalon_store_check(ctx, session, take_finding, looking, &readable);
    if (status == JALON_OK && readable) {
        status = jalon_store_list_maps(ctx, session, &maps, &count);
    }
    status = tell_unreadable(ctx, status, "", JALON_TEXT_EMPTY, looking);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = check_map(ctx, session, maps[i].slug, looking);
        status = tell_unreadable(ctx, status, "map", maps[i].slug, looking);
    }
    return status;
}

/* --- One state of it --- */

/* Whose copy is it? "check-1234.copy", and what an engine puts beside it. */
static bool read_process(struct jalon_text name, int64_t *out)
{
    static const char prefix[] = "check-";
    size_t start = sizeof prefix - 1, dot = jalon_text_find(name, '.');
    return jalon_text_starts_with(name, prefix) && dot > start && dot < name.length &&
           jalon_text_starts_with(jalon_text_slice(name.data + dot, name.length - dot), ".copy") &&
           jalon_text_to_int64(jalon_text_slice(name.data + start, dot - start), out) && *out > 0 &&
           *out <= INT32_MAX;
}

/* Copies of checks that were ended before they could remove them. */
static void remove_leftovers(const char *folder)
{
    DIR *entries = opendir(folder);
    if (entries == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        int64_t process;
        bool is_copy = read_process(jalon_text_from(entry->d_name), &process);
        if (is_copy && kill((pid_t)process, 0) != 0 && errno == ESRCH) {
            (void)unlinkat(dirfd(entries), entry->d_name, 0);
        }
    }
    closedir(entries);
}

/*
 * A session of the folder as it is now: on a copy that goes with the session, so that nobody's log
 * grows for as long as the check takes; where there is no room for one, on the database itself.
 */
static enum jalon_status open_folder(struct jalon_context *ctx, struct jalon_text data,
                                     struct jalon_store **out_store,
                                     struct jalon_session **out_session)
{
    struct jalon_store_options here = {.data = data, .as_is = true};
    struct jalon_store_options aside = {
        .data = jalon_text_format(ctx->arena, "%s/check-%ld.copy", data.data, (long)getpid()),
        .read_only = true,
    };
    struct jalon_store *store = NULL, *copy = NULL;
    if (aside.data.data == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = jalon_store_open(ctx, &here, &store);
    if (status != JALON_OK) {
        return status;
    }
    remove_leftovers(data.data);
    if (jalon_store_set_aside(ctx, store, aside.data) == JALON_OK) {
        status = jalon_store_open(ctx, &aside, &copy);
        jalon_store_close(store);
        store = copy;
    } else {
        jalon_error_clear(ctx);
    }
    if (status == JALON_OK) {
        status = jalon_store_read(ctx, store, out_session);
    }
    unlink(aside.data.data); /* the session has it open */
    if (status != JALON_OK) {
        jalon_store_close(store);
        return status;
    }
    *out_store = store;
    return JALON_OK;
}

static enum jalon_status open_file(struct jalon_context *ctx, struct jalon_text file,
                                   struct jalon_store **out_store,
                                   struct jalon_session **out_session)
{
    struct jalon_store_options options = {.data = file, .read_only = true};
    struct jalon_store *store = NULL;
    enum jalon_status status = jalon_store_open(ctx, &options, &store);
    if (status == JALON_OK) {
        status = jalon_store_read(ctx, store, out_session);
    }
    if (status != JALON_OK) {
        jalon_store_close(store);
        return status;
    }
    *out_store = store;
    return JALON_OK;
}

enum jalon_status jalon_app_check(struct jalon_context *ctx, struct jalon_text data, bool is_file,
                                  jalon_finding_listener listener, void *handle)
{
    struct looking looking = {listener, handle, 0};
    struct jalon_store *store = NULL;
    struct jalon_session *session = NULL;
    enum jalon_status status = is_file ? open_file(ctx, data, &store, &session)
                                       : open_folder(ctx, data, &store, &session);
    if (status == JALON_INVALID) { /* so damaged that it cannot even be opened */
        return tell_unreadable(ctx, status, "", JALON_TEXT_EMPTY, &looking);
    }
    if (status == JALON_OK) {
        status = check_session(ctx, session, &looking);
        jalon_session_end(session);
        jalon_store_close(store);
    }
    return status;
}

/* --- Restoring --- */

/* What comes back, before anybody else sees it. */
static enum jalon_status check_restored(struct jalon_context *ctx, struct jalon_session *session,
                                        void *object)
{
    struct looking *looking = object;
    enum jalon_status status = check_session(ctx, session, looking);
    if (status == JALON_OK && looking->found > 0) {
        return jalon_fail(ctx, JALON_INVALID,
                          "the backup is not sound, and nothing was restored (%zu findings)",
                          looking->found);
    }
    return status;
}

enum jalon_status jalon_app_restore(struct jalon_context *ctx, struct jalon_text file,
                                    struct jalon_text data, jalon_finding_listener listener,
                                    void *handle)
{
    struct looking looking = {listener, handle, 0};
    return jalon_store_restore(ctx, file, data, check_restored, &looking);
}
