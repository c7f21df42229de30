/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Looking after a database: the check finds what is wrong and nothing else, a backup has all that
 * was there when it began, a restore puts nothing unsound in place, unused space comes back.
 */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "jalon/clock.h"

/* --- Findings --- */

struct found {
    size_t count;
    char text[8192]; /* "table key: what\n" */
};

static void take(void *handle, const struct jalon_finding *finding)
{
    struct found *found = handle;
    size_t length = strlen(found->text);
    snprintf(found->text + length, sizeof found->text - length, "%.*s %.*s: %.*s\n",
             JALON_TEXT_ARGS(finding->table), JALON_TEXT_ARGS(finding->key),
             JALON_TEXT_ARGS(finding->what));
    found->count++;
}

static struct found check(struct fixture *fixture, const char *data, bool is_file)
{
    struct found found = {.count = 0};
    expect(fixture->ctx, JALON_OK,
           jalon_app_check(fixture->ctx, jalon_text_from(data), is_file, take, &found));
    return found;
}

static void expect_sound(struct fixture *fixture, const char *data, bool is_file)
{
    struct found found = check(fixture, data, is_file);
    if (found.count > 0) {
        print_error("%s", found.text);
        fail();
    }
}

/* --- Files --- */

static const char *path(struct fixture *fixture, const char *name)
{
    return jalon_text_format(fixture->ctx->arena, "%s.%s", fixture->location, name).data;
}

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    for (size_t got; (got = fread(bytes, 1, sizeof bytes, in)) > 0;) {
        assert_int_equal(fwrite(bytes, 1, got, out), got);
    }
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

/* As another program that has the file open would do it. */
static void change(const char *file, const char *sql)
{
    sqlite3 *handle = NULL;
    char *words = NULL;
    assert_int_equal(sqlite3_open(file, &handle), SQLITE_OK);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    if (sqlite3_exec(handle, sql, NULL, NULL, &words) != SQLITE_OK) {
        print_error("%s: %s\n", sql, words);
        fail();
    }
    sqlite3_close(handle);
}

static void backup(struct fixture *fixture, const char *file)
{
    unlink(file);
    expect(fixture->ctx, JALON_OK,
           jalon_store_backup(fixture->ctx, fixture->app->store, jalon_text_from(file)));
}

/* Stores another state of a row, with what changed, as an editor does. */
static void change_row(struct fixture *fixture, struct jalon_contribution *row,
                       const struct jalon_contribution *before, enum jalon_action action)
{
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_write write = {
        .action = action,
        .author = JALON_TEXT("anne"),
        .reason = JALON_TEXT("why"),
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    struct jalon_session *session = NULL;
    int64_t seq;
    row->version++;
    row->updated_us = jalon_clock_now_us();
    expect(ctx, JALON_OK,
           jalon_history_changes(ctx, &fixture->map, before, row, &write.changes));
    expect(ctx, JALON_OK, jalon_store_write(ctx, fixture->app->store, &session));
    expect(ctx, JALON_OK,
           jalon_store_put_contribution(ctx, session, &fixture->map, row, &write, &seq));
    expect(ctx, JALON_OK, jalon_session_commit(ctx, session));
    jalon_session_end(session);
}

/* Contributions of all kinds with some history, an import, and territories. */
static void fill(struct fixture *fixture)
{
    struct jalon_contributed made;
    expect(fixture->ctx, JALON_OK,
           contribute(fixture, "places",
                      at_point(fixture, "'title':'Kiosque','width':2.5,'days':['monday','feast'],"
                                        "'access':'full','categories':['sport-chess']"),
                      "", &made));
    struct jalon_contribution row = stored(fixture, "places", made.id), before = row;
    row.title = JALON_TEXT("Kiosque à musique");
    change_row(fixture, &row, &before, JALON_ACTION_UPDATE);
    before = row;
    row.moderation = JALON_MODERATION_DELETED;
    change_row(fixture, &row, &before, JALON_ACTION_DELETE);
    before = row;
    row.moderation = JALON_MODERATION_PUBLISHED;
    change_row(fixture, &row, &before, JALON_ACTION_RESTORE);
    expect(fixture->ctx, JALON_OK,
           contribute(fixture, "places", at_point(fixture, "'title':'Halles'"), "anne", &made));
    struct imported imported = import_text(
        fixture, (struct importing){.source = NULL},
        "title,lon,lat,width\nA,3.8,43.6,1\nB,3.81,43.61,2.25\nC,3.82,43.62,\n");
    expect(fixture->ctx, JALON_OK, imported.status);
    struct jalon_geometry area;
    expect(fixture->ctx, JALON_OK,
           jalon_geometry_from_wkt(fixture->ctx, JALON_TEXT("POLYGON((3 43,4 43,4 44,3 43))"),
                                   4326, &area));
    struct jalon_territory territory = {
        .key = JALON_TEXT("centre"),
        .name = JALON_TEXT("Centre"),
        .kind = JALON_TEXT("quarter"),
        .parent = JALON_TEXT_EMPTY,
        .geometry = area,
    };
    territory.id = jalon_id_make();
    expect(fixture->ctx, JALON_OK,
           jalon_app_put_territory(fixture->ctx, fixture->app, &fixture->map, &territory));
}

/* --- Tests --- */

static void what_is_wrong_is_found(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *sql, *finding;
    } damages[] = {
        {"UPDATE contribution SET fields = '{\"width\":' WHERE number = 1",
         "contribution 1: fields: "},
        {"UPDATE contribution SET fields = '{\"colour\":\"red\"}' WHERE number = 2",
         "contribution 2: fields: its collection has no field 'colour'"},
        {"UPDATE contribution SET fields = '{\"width\":\"wide\"}' WHERE number = 2",
         "contribution 2: fields: 'width' has a value"},
        {"UPDATE contribution SET fields = '{\"access\":\"some\"}' WHERE number = 2",
         "contribution 2: fields: 'access' has a value"},
        {"UPDATE contribution SET categories = '[\"opera\"]' WHERE number = 2",
         "contribution 2: categories: the map has no category 'opera'"},
        {"UPDATE contribution SET categories = '{}' WHERE number = 2",
         "contribution 2: categories: not an array"},
        {"UPDATE contribution SET status = 'lost' WHERE number = 2",
         "contribution 2: status: its collection has no status 'lost'"},
        {"UPDATE contribution SET moderation = 'gone' WHERE number = 2",
         "contribution 2: moderation: there is no state 'gone'"},
        {"UPDATE contribution SET id = 'me' WHERE number = 2",
         "contribution 2: id: 'me' is no UUID"},
        {"UPDATE contribution SET geometry = x'00010203' WHERE number = 3",
         "contribution 3: geometry: "},
        {"UPDATE contribution SET geometry = (SELECT geometry FROM contribution WHERE number = 4)"
         " WHERE number = 3",
         "contribution 3: its box in the spatial index is not the geometry's"},
        {"UPDATE contribution SET geometry = NULL WHERE number = 3",
         "contribution 3: the spatial index has it, but it has no box"},
        {"UPDATE contribution SET geometry = NULL WHERE number = 3",
         "idx_contribution_geometry 3: the spatial index has this number"},
        {"DELETE FROM idx_contribution_geometry WHERE pkid = 4",
         "contribution 4: the spatial index does not have it"},
        {"UPDATE idx_contribution_geometry_rowid SET nodeno = 77 WHERE rowid = 4",
         "idx_contribution_geometry "},
        {"DELETE FROM idx_territory_geometry",
         "territory 1: the spatial index does not have it"},
        {"DELETE FROM revision WHERE contribution = 1 AND version = 2",
         "revision 1: the last version of this contribution is 4, but it has 3 of them"},
        {"DELETE FROM revision WHERE contribution = 1 AND version = 4",
         "contribution 1: has version 4, but its last revision is 3"},
        {"DELETE FROM contribution WHERE number = 5", "revision 5: version 1 is of a contribution"},
        {"UPDATE contribution SET updated = '2031-01-01T00:00:00.000000Z' WHERE number = 5",
         "contribution 5: was not updated when its last revision (1) was made"},
        {"UPDATE contribution SET created = '2031-01-01T00:00:00.000000Z' WHERE number = 5",
         "contribution 5: was updated (version 1) before it was created"},
        {"DELETE FROM event WHERE seq = 3",
         "event sample: the map's last event is 8, but it has 7"},
        {"DELETE FROM event WHERE seq = 8", "event sample: the map has 7 events for 8 revisions"},
        {"UPDATE event SET version = 9 WHERE seq = 2",
         "event 1/2: names contribution 1 and version 9, which is not in the history"},
        {"UPDATE event SET contribution = 1, version = 1 WHERE seq = 2",
         "event 1: version 1 of this contribution has 2 events instead of one"},
        {"INSERT INTO event (map, seq, contribution, version) VALUES (9, 1, 1, 1)",
         "event 9: 1 events are of a map"},
        {"UPDATE contribution SET title = 'Other' WHERE number = 1",
         "contribution 1: is not what the history leads to: 'title' (version 4)"},
        {"UPDATE contribution SET description = 'New' WHERE number = 1",
         "contribution 1: is not what the history leads to: 'description' (version 4)"},
        {"UPDATE contribution SET fields = '{}' WHERE number = 1",
         "contribution 1: lacks what the history leads to: 'width' (version 4)"},
        {"UPDATE revision SET changes = '[' WHERE contribution = 5",
         "contribution 5: the history cannot be read: 'changes' (version 1)"},
        {"UPDATE revision SET changes = replace(changes, 'Kiosque', 'Kiosk')"
         " WHERE contribution = 1 AND version = 1",
         "contribution 1: the history does not say what was there before of 'title' (version 2)"},
        {"PRAGMA foreign_keys = OFF; "
         "INSERT INTO token (id, account, hash, created) VALUES ('x', 99, 'h', 'now')",
         "token 1: names a row of account that is not there"},
        {"UPDATE schema_migration SET number = 99 WHERE number = 1",
         "schema_migration : has schema 99, while this program makes "},
        {"PRAGMA application_id = 7", " : '"},
    };
    const char *whole = path(fixture, "whole"), *damaged = path(fixture, "damaged");
    fill(fixture);
    backup(fixture, whole);
    expect_sound(fixture, fixture->location, false);
    expect_sound(fixture, whole, true);
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        copy_file(whole, damaged);
        change(damaged, damages[i].sql);
        struct found found = check(fixture, damaged, true);
        if (strstr(found.text, damages[i].finding) == NULL) {
            print_error("%s\n  does not lead to: %s\n  but: %s\n", damages[i].sql,
                        damages[i].finding, found.text);
            fail();
        }
    }
    unlink(damaged);
    unlink(whole);
}

/* Bytes that are overwritten, and a file that ends early. */
static void damaged_pages_are_found(void **state)
{
    struct fixture *fixture = *state;
    const char *whole = path(fixture, "whole"), *damaged = path(fixture, "damaged");
    struct stat info;
    fill(fixture);
    backup(fixture, whole);
    assert_int_equal(stat(whole, &info), 0);
    copy_file(whole, damaged);
    assert_int_equal(truncate(damaged, info.st_size / 2), 0);
    assert_true(check(fixture, damaged, true).count > 0);
    size_t noticed = 0, pages = 0;
    for (long at = 4096; at < info.st_size; at += 4096 * 3, pages++) {
        copy_file(whole, damaged);
        FILE *file = fopen(damaged, "r+b");
        assert_non_null(file);
        fseek(file, at, SEEK_SET);
        for (int i = 0; i < 4096; i++) {
            fputc(0xa5, file);
        }
        fclose(file);
        noticed += check(fixture, damaged, true).count > 0;
    }
    assert_true(pages > 20 && noticed == pages);
    unlink(damaged);
    unlink(whole);
}

static void restoring_gives_the_same(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct found found = {.count = 0};
    const char *file = path(fixture, "backup"), *folder = path(fixture, "restored");
    fill(fixture);
    backup(fixture, file);
    /* Nothing is written over. */
    expect(ctx, JALON_CONFLICT,
           jalon_store_backup(ctx, fixture->app->store, jalon_text_from(file)));
    expect(ctx, JALON_CONFLICT,
           jalon_app_restore(ctx, jalon_text_from(file), jalon_text_from(fixture->location), take,
                             &found));
    /* What was there when it began, and only that. */
    struct jalon_contributed later;
    expect(ctx, JALON_OK,
           contribute(fixture, "places", at_point(fixture, "'title':'Later'"), "", &later));
    expect(ctx, JALON_OK,
           jalon_app_restore(ctx, jalon_text_from(file), jalon_text_from(folder), take, &found));
    assert_int_equal(found.count, 0);
    struct fixture restored = *fixture;
    snprintf(restored.location, sizeof restored.location, "%s", folder);
    restored.app = open_app(&restored, false);
    size_t events, events_before;
    list_events(&restored, &events);
    list_events(fixture, &events_before);
    assert_int_equal(events, 8);
    assert_int_equal(events_before, 9);
    assert_null(shown(&restored, restored.app, "places", later.id));
    struct jalon_event *list = list_events(&restored, &events);
    for (size_t i = 0; i < events; i++) {
        const char *there = shown(&restored, restored.app, "places", list[i].id);
        assert_string_equal(there, shown(fixture, fixture->app, "places", list[i].id));
    }
    /* And it goes on from there. */
    expect(ctx, JALON_OK,
           contribute(&restored, "places", at_point(fixture, "'title':'Again'"), "", &later));
    assert_int_equal(later.seq, 9);
    jalon_app_close(restored.app);
    expect_sound(fixture, folder, false);
    unlink(jalon_text_format(ctx->arena, "%s/jalon.sqlite", folder).data);
    assert_int_equal(rmdir(folder), 0); /* nothing else was left there */
    unlink(file);
}

static void unsound_backups_are_not_restored(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct found found = {.count = 0};
    const char *file = path(fixture, "backup"), *folder = path(fixture, "restored");
    fill(fixture);
    backup(fixture, file);
    change(file, "UPDATE contribution SET status = 'lost' WHERE number = 2");
    expect(ctx, JALON_INVALID,
           jalon_app_restore(ctx, jalon_text_from(file), jalon_text_from(folder), take, &found));
    assert_int_equal(found.count, 2); /* and no longer what the history leads to */
    assert_int_equal(rmdir(folder), 0);
    expect(ctx, JALON_NOT_FOUND,
           jalon_app_restore(ctx, JALON_TEXT("/nowhere"), jalon_text_from(folder), take, &found));
    assert_int_equal(rmdir(folder), 0);
    unlink(file);
}

/* A restore that was killed half way is begun anew; a backup likewise. */
static void leftovers_do_not_matter(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct found found = {.count = 0};
    const char *file = path(fixture, "backup"), *folder = path(fixture, "restored");
    const char *copy =
        jalon_text_format(ctx->arena, "%s/check-999999999.copy.partial", fixture->location).data;
    copy_file("/proc/self/exe", copy);
    expect_sound(fixture, fixture->location, false);
    assert_int_equal(access(copy, F_OK), -1);
    copy_file("/proc/self/exe", path(fixture, "backup.partial"));
    backup(fixture, file);
    expect_sound(fixture, file, true);
    assert_int_equal(access(path(fixture, "backup.partial"), F_OK), -1);
    assert_int_equal(mkdir(folder, 0700), 0);
    const char *working = jalon_text_format(ctx->arena, "%s/restoring", folder).data;
    assert_int_equal(mkdir(working, 0700), 0);
    copy_file(file, jalon_text_format(ctx->arena, "%s/jalon.sqlite.partial", working).data);
    copy_file(file, jalon_text_format(ctx->arena, "%s/jalon.sqlite-wal", working).data);
    expect(ctx, JALON_OK,
           jalon_app_restore(ctx, jalon_text_from(file), jalon_text_from(folder), take, &found));
    unlink(jalon_text_format(ctx->arena, "%s/jalon.sqlite", folder).data);
    assert_int_equal(rmdir(folder), 0);
    unlink(file);
}

static void space_comes_back(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_store_options options = {.data = jalon_text_from(fixture->location), .as_is = true};
    struct jalon_store *store = NULL;
    int64_t before = 0, after = 0;
    fill(fixture);
    create_map(fixture, "other");
    for (int i = 0; i < 300; i++) {
        struct jalon_contributed made;
        expect(ctx, JALON_OK,
               contribute(fixture, "places", at_point(fixture, "'title':'Bench'"), "", &made));
    }
    expect(ctx, JALON_OK, jalon_app_delete_map(ctx, fixture->app, JALON_TEXT("other")));
    /* Not while the application has it open. */
    expect(ctx, JALON_OK, jalon_store_open(ctx, &options, &store));
    expect(ctx, JALON_CONFLICT, jalon_store_vacuum(ctx, store, &before, &after));
    jalon_app_close(fixture->app);
    expect(ctx, JALON_OK, jalon_store_vacuum(ctx, store, &before, &after));
    jalon_store_close(store);
    assert_true(after > 0 && after < before);
    struct stat info;
    assert_int_equal(
        stat(jalon_text_format(ctx->arena, "%s/jalon.sqlite", fixture->location).data, &info), 0);
    assert_int_equal(info.st_size, after);
    expect_sound(fixture, fixture->location, false);
    fixture->app = open_app(fixture, false);
}

/* --- A backup beside writers --- */

struct writer {
    struct fixture *fixture;
    pthread_t thread;
    _Atomic int64_t acknowledged; /* the last event's number */
    _Atomic bool stop;
};

static void *write_on(void *object)
{
    struct writer *writer = object;
    struct fixture own = *writer->fixture;
    own.ctx = jalon_context_create();
    while (!atomic_load(&writer->stop)) {
        struct jalon_contributed made;
        jalon_context_reset(own.ctx);
        assert_int_equal(
            contribute(&own, "places", at_point(&own, "'title':'Written'"), "", &made), JALON_OK);
        atomic_store(&writer->acknowledged, made.seq);
    }
    jalon_context_destroy(own.ctx);
    return NULL;
}

static int64_t last_event(const char *file)
{
    sqlite3 *handle = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open_v2(file, &handle, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle, "SELECT max(seq) FROM event", -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t last = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return last;
}

static void backups_beside_writers_are_whole(void **state)
{
    enum { BACKUPS = 8 };
    struct fixture *fixture = *state;
    struct writer writer = {.fixture = fixture};
    const char *file = path(fixture, "backup");
    assert_int_equal(pthread_create(&writer.thread, NULL, write_on, &writer), 0);
    int64_t before = 0;
    for (int i = 0; i < BACKUPS; i++) {
        while (atomic_load(&writer.acknowledged) < before + 50) {
            usleep(1000);
        }
        before = atomic_load(&writer.acknowledged);
        backup(fixture, file);
        int64_t after = atomic_load(&writer.acknowledged);
        int64_t has = last_event(file);
        assert_true(has >= before && has <= after + 1);
        expect_sound(fixture, file, true);
        expect_sound(fixture, fixture->location, false);
    }
    atomic_store(&writer.stop, true);
    pthread_join(writer.thread, NULL);
    unlink(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(what_is_wrong_is_found),           RUN(damaged_pages_are_found),
        RUN(restoring_gives_the_same),         RUN(unsound_backups_are_not_restored),
        RUN(leftovers_do_not_matter),          RUN(space_comes_back),
        RUN(backups_beside_writers_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
