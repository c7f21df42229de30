/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Views that outlive their process: what is kept in files comes back as it was, and what is damaged,
 * of something else, or not there does not come back at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jalon/memory.h"

#include "view/directory.h"
#include "view/state.h"
#include "view_digest.h"

enum { NUMBERS = 900, SEQ = 1000, PATH_SIZE = 512 };

struct fixture {
    struct jalon_context *ctx;
    struct jalon_contribution all[NUMBERS];
    struct jalon_territory territories[TERRITORIES];
    char folder[64];
};

/* --- The folder --- */

static void path_of(const struct fixture *fixture, const char *name, char out[PATH_SIZE])
{
    assert_true(snprintf(out, PATH_SIZE, "%s/%s", fixture->folder, name) < PATH_SIZE);
}

/* How many files there are whose name begins so; removes them if wanted. */
static size_t count_files(const struct fixture *fixture, const char *prefix, bool removes)
{
    size_t count = 0;
    DIR *listing = opendir(fixture->folder);
    assert_non_null(listing);
    for (struct dirent *one = readdir(listing); one != NULL; one = readdir(listing)) {
        char path[PATH_SIZE];
        if (one->d_name[0] != '.' && strncmp(one->d_name, prefix, strlen(prefix)) == 0) {
            count++;
            path_of(fixture, one->d_name, path);
            if (removes) {
                assert_int_equal(unlink(path), 0);
            }
        }
    }
    closedir(listing);
    return count;
}

static size_t read_file(const struct fixture *fixture, const char *name, unsigned char **out)
{
    char path[PATH_SIZE];
    path_of(fixture, name, path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    *out = jalon_arena_allocate(fixture->ctx->arena, size);
    assert_non_null(*out);
    assert_int_equal(fread(*out, 1, size, file), size);
    fclose(file);
    return size;
}

/* In the place of one with this name; its own inode, as whoever has the old one mapped keeps it. */
static void write_file(const struct fixture *fixture, const char *name, const unsigned char *data,
                       size_t size)
{
    char path[PATH_SIZE];
    path_of(fixture, name, path);
    (void)unlink(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct chance chance = {20261121};
    fixture->ctx = jalon_context_create();
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/jalon-keep-XXXXXX");
    if (mkdtemp(fixture->folder) == NULL) {
        return 1;
    }
    fixture_make_territories(fixture->ctx->arena, fixture->territories);
    for (int64_t i = 0; i < NUMBERS; i++) {
        fixture->all[i] = chance_contribution(&chance, fixture->ctx->arena, i + 1);
    }
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    jalon_memory_fail_at(0);
    (void)chmod(fixture->folder, 0700);
    (void)count_files(fixture, "", true);
    int removed = rmdir(fixture->folder);
    jalon_context_destroy(fixture->ctx);
    free(fixture);
    return removed;
}

/* --- Views --- */

/* One with nothing in it that keeps whatever it has. */
static struct jalon_view *make_view(struct fixture *fixture, const struct jalon_map *map)
{
    struct jalon_view *view;
    assert_int_equal(jalon_view_create(fixture->ctx, map, &view), JALON_OK);
    assert_int_equal(
        jalon_view_set_folder(fixture->ctx, view, jalon_text_from(fixture->folder)), JALON_OK);
    assert_int_equal(
        jalon_view_set_territories(fixture->ctx, view, fixture->territories, TERRITORIES),
        JALON_OK);
    view->kept_from = view->kept_every = 0;
    return view;
}

static enum jalon_status load(struct fixture *fixture, struct jalon_view *view)
{
    enum jalon_status status = jalon_view_load(fixture->ctx, view, fixture->all, NUMBERS);
    return status == JALON_OK ? jalon_view_set_seq(fixture->ctx, view, SEQ, SEQ * 10) : status;
}

static struct jalon_view *make_loaded(struct fixture *fixture)
{
    struct jalon_view *view = make_view(fixture, &fixture_map);
    assert_int_equal(load(fixture, view), JALON_OK);
    return view;
}

/* Event `seq` has happened at 10 * seq, if it is before *user. */
static bool knows(void *user, int64_t seq, int64_t time_us)
{
    const int64_t *end = user;
    return seq < *end && time_us == seq * 10;
}

static enum jalon_status restore(struct fixture *fixture, struct jalon_view *view)
{
    int64_t end = INT64_MAX;
    return jalon_view_restore(fixture->ctx, view, knows, &end);
}

/* Nothing is restored, and the view can be loaded as if nothing had been tried. */
static void expect_none_of(struct fixture *fixture, const struct jalon_map *map, uint64_t digest)
{
    struct jalon_view *view = make_view(fixture, map);
    view->kept_from = INT64_MAX;
    assert_int_equal(restore(fixture, view), JALON_NOT_FOUND);
    assert_int_equal(load(fixture, view), JALON_OK);
    if (digest != 0) {
        assert_int_equal(digest_of(view), digest);
    }
    jalon_view_destroy(view);
}

/* --- Coming back --- */

static void what_is_kept_comes_back(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_view *view = make_loaded(fixture), *other = make_view(fixture, &fixture_map);
    uint64_t digest = digest_of(view);
    assert_int_equal(count_files(fixture, "test.", false), COLLECTIONS);
    assert_int_equal(count_files(fixture, "new-", false), 0);
    assert_int_equal(restore(fixture, other), JALON_OK);
    assert_int_equal(digest_of(other), digest);
    /* And what follows is applied to it. */
    fixture->all[7].moderation = JALON_MODERATION_DELETED;
    assert_int_equal(jalon_view_apply(fixture->ctx, view, &fixture->all[7], SEQ + 1, 5), JALON_OK);
    assert_int_equal(jalon_view_apply(fixture->ctx, other, &fixture->all[7], SEQ + 1, 5), JALON_OK);
    assert_int_not_equal(digest_of(other), digest);
    assert_int_equal(digest_of(other), digest_of(view));
    jalon_view_destroy(view);
    jalon_view_destroy(other);
}

static bool any_file_holds(struct fixture *fixture, const char *text)
{
    bool any = false;
    DIR *listing = opendir(fixture->folder);
    assert_non_null(listing);
    for (struct dirent *one = readdir(listing); one != NULL; one = readdir(listing)) {
        unsigned char *data;
        size_t size = one->d_name[0] != '.' ? read_file(fixture, one->d_name, &data) : 0;
        for (size_t i = 0; !any && i + strlen(text) <= size; i++) {
            any = memcmp(data + i, text, strlen(text)) == 0;
        }
    }
    closedir(listing);
    return any;
}

static void what_is_forgotten_is_in_no_file(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contribution *one = &fixture->all[11];
    one->moderation = JALON_MODERATION_PUBLISHED;
    one->title = JALON_TEXT("Zorglub Pirouette");
    struct jalon_view *view = make_loaded(fixture);
    assert_true(any_file_holds(fixture, "Zorglub Pirouette"));
    one->title = JALON_TEXT("Nobody");
    view->kept_every = INT64_MAX / 2;
    assert_int_equal(jalon_view_apply(fixture->ctx, view, one, SEQ + 1, SEQ * 10 + 10), JALON_OK);
    assert_int_equal(jalon_view_keep(fixture->ctx, view), JALON_OK);
    assert_true(any_file_holds(fixture, "Zorglub Pirouette")); /* it is not worth it */
    jalon_view_forget_kept(view);
    assert_int_equal(count_files(fixture, "test.", false), 0);
    assert_int_equal(jalon_view_keep(fixture->ctx, view), JALON_OK);
    assert_int_equal(count_files(fixture, "test.", false), COLLECTIONS);
    assert_false(any_file_holds(fixture, "Zorglub Pirouette"));
    struct jalon_view *other = make_view(fixture, &fixture_map);
    assert_int_equal(restore(fixture, other), JALON_OK);
    assert_int_equal(digest_of(other), digest_of(view));
    jalon_view_destroy(other);
    jalon_view_destroy(view);
    jalon_view_forget_map(fixture->folder, JALON_TEXT("tes"));
    assert_int_equal(count_files(fixture, "test.", false), COLLECTIONS);
    jalon_view_forget_map(fixture->folder, JALON_TEXT("test"));
    assert_int_equal(count_files(fixture, "test.", false), 0);
}

/* Each collection's file is of its own event: the view stands at the earliest. */
static void files_of_different_events_fit(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_view *view = make_loaded(fixture);
    unsigned char *paths;
    size_t size = read_file(fixture, "test.paths.view", &paths);
    for (int64_t i = 0; i < 300; i++) {
        fixture->all[i].moderation = JALON_MODERATION_HIDDEN;
        fixture->all[i].collection = i % 2 == 0 ? PATHS : PLACES;
        assert_int_equal(jalon_view_apply(fixture->ctx, view, &fixture->all[i], SEQ + 1 + i,
                                          (SEQ + 1 + i) * 10),
                         JALON_OK);
    }
    for (int64_t i = 0; i < 100; i++) {
        fixture->all[i].moderation = JALON_MODERATION_PUBLISHED;
        assert_int_equal(jalon_view_apply(fixture->ctx, view, &fixture->all[i], SEQ + 301 + i,
                                          (SEQ + 301 + i) * 10),
                         JALON_OK);
    }
    assert_int_equal(jalon_view_keep(fixture->ctx, view), JALON_OK);
    write_file(fixture, "test.paths.view", paths, size);
    struct jalon_view *other = make_view(fixture, &fixture_map);
    assert_int_equal(restore(fixture, other), JALON_OK);
    const struct jalon_snapshot *snapshot = jalon_view_pin(other);
    assert_int_equal(jalon_snapshot_seq(snapshot), SEQ);
    assert_int_equal(jalon_snapshot_time_us(snapshot), SEQ * 10);
    jalon_view_unpin(other, snapshot);
    for (int64_t i = 0; i < 400; i++) { /* in the state they have now, as the store would say */
        assert_int_equal(jalon_view_apply(fixture->ctx, other, &fixture->all[i % 300],
                                          SEQ + 1 + i, (SEQ + 1 + i) * 10),
                         JALON_OK);
    }
    assert_int_equal(digest_of(other), digest_of(view));
    jalon_view_destroy(other);

    /* A history that ends before one of them, or has another event in its place. */
    other = make_view(fixture, &fixture_map);
    int64_t end = SEQ + 400;
    assert_int_equal(jalon_view_restore(fixture->ctx, other, knows, &end), JALON_NOT_FOUND);
    end++;
    assert_int_equal(jalon_view_restore(fixture->ctx, other, knows, &end), JALON_OK);
    jalon_view_destroy(other);
    jalon_view_destroy(view);
}

/* --- What is not taken --- */

static void a_damaged_file_is_not_taken(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_view *view = make_loaded(fixture);
    uint64_t digest = digest_of(view);
    struct chance chance = {3};
    unsigned char *bytes;
    size_t size = read_file(fixture, "test.places.view", &bytes);
    struct jalon_view *other = make_view(fixture, &fixture_map);
    for (size_t i = 0; i < 1000; i++) { /* the last hundred bytes, and some of the others */
        size_t at = i < 100 ? size - 1 - i : chance_below(&chance, size);
        unsigned char bit = (unsigned char)(1U << chance_below(&chance, 8));
        char path[PATH_SIZE];
        path_of(fixture, "test.places.view", path);
        int file = open(path, O_WRONLY);
        bytes[at] ^= bit;
        assert_int_equal(pwrite(file, &bytes[at], 1, (off_t)at), 1);
        assert_int_equal(restore(fixture, other), JALON_NOT_FOUND);
        bytes[at] ^= bit;
        assert_int_equal(pwrite(file, &bytes[at], 1, (off_t)at), 1);
        close(file);
    }
    const size_t cuts[] = {0, 1, 8, 15, 16, 17, 200, size / 2, size - 33, size - 8, size - 1};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        write_file(fixture, "test.places.view", bytes, cuts[i]);
        assert_int_equal(restore(fixture, other), JALON_NOT_FOUND);
    }
    unsigned char *longer = jalon_arena_allocate_zeroed(fixture->ctx->arena, 1, size + 32);
    memcpy(longer, bytes, size);
    write_file(fixture, "test.places.view", longer, size + 32);
    assert_int_equal(restore(fixture, other), JALON_NOT_FOUND);
    expect_none_of(fixture, &fixture_map, digest);
    write_file(fixture, "test.places.view", bytes, size); /* after all that, as it was */
    assert_int_equal(restore(fixture, other), JALON_OK);
    assert_int_equal(digest_of(other), digest);
    jalon_view_destroy(other);
    jalon_view_destroy(view);
}

static void a_file_that_is_not_there_is_not_taken(void **state)
{
    struct fixture *fixture = *state;
    expect_none_of(fixture, &fixture_map, 0);
    struct jalon_view *view = make_loaded(fixture);
    uint64_t digest = digest_of(view);
    char path[PATH_SIZE];
    path_of(fixture, "test.paths.view", path);
    assert_int_equal(unlink(path), 0);
    expect_none_of(fixture, &fixture_map, digest);
    assert_int_equal(mkdir(path, 0700), 0); /* no file */
    expect_none_of(fixture, &fixture_map, digest);
    assert_int_equal(rmdir(path), 0);
    jalon_view_destroy(view);
}

/* The files of two collections, exchanged: each is whole. */
static void a_file_of_another_collection_is_not_taken(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_view *view = make_loaded(fixture);
    uint64_t digest = digest_of(view);
    unsigned char *places, *paths;
    size_t places_size = read_file(fixture, "test.places.view", &places);
    size_t paths_size = read_file(fixture, "test.paths.view", &paths);
    write_file(fixture, "test.places.view", paths, paths_size);
    write_file(fixture, "test.paths.view", places, places_size);
    expect_none_of(fixture, &fixture_map, digest);
    jalon_view_destroy(view);
}

/* Whole, and right but for the version. */
static void a_file_of_another_version_is_not_taken(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_view *view = make_loaded(fixture);
    uint64_t digest = digest_of(view);
    unsigned char *bytes;
    size_t size = read_file(fixture, "test.places.view", &bytes);
    size_t at = size - 16 - sizeof(struct jalon_view_directory);
    uint64_t version;
    memcpy(&version, bytes + at, sizeof version);
    assert_int_equal(version, JALON_VIEW_IMAGE_VERSION);
    version++;
    memcpy(bytes + at, &version, sizeof version);
    struct jalon_view_checksum checksum = {.size = 0};
    jalon_view_checksum_add(&checksum, bytes, size - 16);
    uint64_t value = jalon_view_checksum_value(&checksum);
    memcpy(bytes + size - 8, &value, sizeof value);
    write_file(fixture, "test.places.view", bytes, size);
    expect_none_of(fixture, &fixture_map, digest);
    /* What the version says was all that was wrong. */
    version--;
    memcpy(bytes + at, &version, sizeof version);
    checksum = (struct jalon_view_checksum){.size = 0};
    jalon_view_checksum_add(&checksum, bytes, size - 16);
    value = jalon_view_checksum_value(&checksum);
    memcpy(bytes + size - 8, &value, sizeof value);
    write_file(fixture, "test.places.view", bytes, size);
    struct jalon_view *other = make_view(fixture, &fixture_map);
    assert_int_equal(restore(fixture, other), JALON_OK);
    jalon_view_destroy(other);
    jalon_view_destroy(view);
}

/* One thing of the description is another: of each kind of thing that answers depend on. */
static void a_file_of_another_description_is_not_taken(void **state)
{
    struct fixture *fixture = *state;
    jalon_view_destroy(make_loaded(fixture));
    struct jalon_field fields[FIELDS];
    struct jalon_category categories[CATEGORIES];
    struct jalon_collection collections[COLLECTIONS];
    for (int i = 0; i < 9; i++) {
        struct jalon_map map = fixture_map;
        memcpy(fields, fixture_fields, sizeof fields);
        memcpy(categories, fixture_categories, sizeof categories);
        memcpy(collections, fixture_collections, sizeof collections);
        map.collections = collections;
        map.categories = categories;
        collections[PLACES].fields = fields;
        switch (i) {
        case 0: map.created_us++; break;
        case 1: map.number++; break;
        case 2: fields[NAME].key = JALON_TEXT("nom"); break;
        case 3: fields[NAME].visibility = JALON_VISIBILITY_MEMBERS; break;
        case 4: fields[PHONE].visibility = JALON_VISIBILITY_PUBLIC; break;
        case 5: categories[3].parent = 1; break;
        case 6: categories[5].key = JALON_TEXT("cure"); break;
        case 7: collections[PLACES].cluster_radius *= 3; break;
        default: collections[PLACES].status_count--; break;
        }
        struct jalon_view *other = make_view(fixture, &map);
        assert_int_equal(restore(fixture, other), JALON_NOT_FOUND);
        jalon_view_destroy(other);
    }
    /* Another map that has come to the same name. */
    struct jalon_map same = fixture_map;
    struct jalon_view *other = make_view(fixture, &same);
    assert_int_equal(restore(fixture, other), JALON_OK);
    jalon_view_destroy(other);
}

static void a_file_of_other_territories_is_not_taken(void **state)
{
    struct fixture *fixture = *state;
    jalon_view_destroy(make_loaded(fixture));
    struct jalon_territory *town = &fixture->territories[TOWN];
    double lon = town->geometry.positions[2].lon;
    town->geometry.positions[2].lon += 1e-9;
    expect_none_of(fixture, &fixture_map, 0);
    town->geometry.positions[2].lon = lon;
    struct jalon_view *bare;
    assert_int_equal(jalon_view_create(fixture->ctx, &fixture_map, &bare), JALON_OK);
    assert_int_equal(
        jalon_view_set_folder(fixture->ctx, bare, jalon_text_from(fixture->folder)), JALON_OK);
    assert_int_equal(restore(fixture, bare), JALON_NOT_FOUND);
    jalon_view_destroy(bare);
    struct jalon_view *other = make_view(fixture, &fixture_map);
    assert_int_equal(restore(fixture, other), JALON_OK);
    jalon_view_destroy(other);
}

/* --- Two who keep in one folder --- */

static void a_replaced_file_stays_for_who_has_it(void **state)
{
    struct fixture *fixture = *state;
    jalon_view_destroy(make_loaded(fixture));
    struct jalon_view *first = make_view(fixture, &fixture_map);
    struct jalon_view *second = make_view(fixture, &fixture_map);
    assert_int_equal(restore(fixture, first), JALON_OK);
    assert_int_equal(restore(fixture, second), JALON_OK);
    uint64_t before = digest_of(first);
    for (int64_t i = 0; i < NUMBERS; i++) {
        fixture->all[i].title = JALON_TEXT("other");
        fixture->all[i].moderation = i % 3 == 0 ? JALON_MODERATION_HIDDEN
                                                : fixture->all[i].moderation;
        assert_int_equal(jalon_view_apply(fixture->ctx, second, &fixture->all[i], SEQ + 1 + i,
                                          (SEQ + 1 + i) * 10),
                         JALON_OK);
    }
    assert_int_equal(jalon_view_keep(fixture->ctx, second), JALON_OK);
    assert_int_equal(digest_of(first), before);
    (void)count_files(fixture, "test.", true); /* thrown away */
    assert_int_equal(digest_of(first), before);
    assert_int_equal(jalon_view_keep(fixture->ctx, first), JALON_OK); /* nothing new */
    assert_int_equal(count_files(fixture, "", false), 0);
    jalon_view_destroy(first);
    uint64_t after = digest_of(second);
    jalon_view_destroy(second);

    /* And the other way: who kept last is who is restored. */
    first = make_loaded(fixture);
    second = make_view(fixture, &fixture_map);
    assert_int_equal(restore(fixture, second), JALON_OK);
    const struct jalon_snapshot *snapshot = jalon_view_pin(second);
    assert_int_equal(jalon_snapshot_seq(snapshot), SEQ);
    jalon_view_unpin(second, snapshot);
    assert_int_not_equal(digest_of(second), after);
    jalon_view_destroy(first);
    jalon_view_destroy(second);
}

/* --- Folders and disks that cannot be written --- */

/* Long descriptions, so that images are large enough for files. */
static void make_large(struct fixture *fixture)
{
    char *text = jalon_arena_allocate(fixture->ctx->arena, JALON_DESCRIPTION_LENGTH_MAX);
    memset(text, 'x', JALON_DESCRIPTION_LENGTH_MAX);
    for (size_t i = 0; i < NUMBERS; i++) {
        fixture->all[i].description = (struct jalon_text){text, JALON_DESCRIPTION_LENGTH_MAX};
    }
}

/* A process that is killed while it loads, its file half written. */
static void be_killed_while_loading(struct fixture *fixture)
{
    int ready[2];
    char loaded = '0';
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct jalon_view *view = make_view(fixture, &fixture_map);
        bool good = jalon_view_load(fixture->ctx, view, fixture->all, NUMBERS) == JALON_OK;
        (void)!write(ready[1], good ? "1" : "0", 1);
        for (;;) {
            pause();
        }
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &loaded, 1), 1);
    assert_int_equal(loaded, '1');
    assert_int_equal(count_files(fixture, "new-", false), 1);
    jalon_view_tidy_folder(fixture->folder);
    assert_int_equal(count_files(fixture, "new-", false), 1); /* it is at work */
    int status;
    assert_int_equal(kill(child, SIGKILL), 0); /* our own child */
    assert_int_equal(waitpid(child, &status, 0), child);
    close(ready[0]);
}

static void half_written_files_of_the_dead_go(void **state)
{
    struct fixture *fixture = *state;
    make_large(fixture);
    write_file(fixture, "else", (const unsigned char *)"whole", 5);
    be_killed_while_loading(fixture); /* before there are threads here */
    struct jalon_view *view = make_view(fixture, &fixture_map);
    assert_int_equal(jalon_view_load(fixture->ctx, view, fixture->all, NUMBERS), JALON_OK);
    assert_int_equal(count_files(fixture, "new-", false), 2);
    jalon_view_tidy_folder(fixture->folder);
    assert_int_equal(count_files(fixture, "new-", false), 1); /* ours */
    assert_int_equal(jalon_view_set_seq(fixture->ctx, view, SEQ, SEQ * 10), JALON_OK);
    assert_int_equal(count_files(fixture, "new-", false), 0);
    assert_int_equal(count_files(fixture, "test.", false), COLLECTIONS);
    assert_int_equal(count_files(fixture, "else", false), 1);
    jalon_view_tidy_folder(fixture->folder);
    assert_int_equal(count_files(fixture, "", false), COLLECTIONS + 1);
    jalon_view_destroy(view);
    jalon_view_tidy_folder("/nonexistent/folder");
}

static bool has_mapped(struct jalon_view *view)
{
    bool has = false;
    const struct jalon_view_parts *parts = view->latest->collections[PLACES].parts;
    for (size_t i = 0; i < parts->segment_count; i++) {
        has = has || parts->segments[i]->is_mapped;
    }
    return has;
}

static void what_is_large_lives_in_a_file(void **state)
{
    struct fixture *fixture = *state;
    make_large(fixture);
    struct jalon_view *view = make_view(fixture, &fixture_map);
    view->kept_from = INT64_MAX;
    assert_int_equal(load(fixture, view), JALON_OK);
    assert_true(has_mapped(view));
    assert_int_equal(count_files(fixture, "", false), 0); /* without a name */
    jalon_view_destroy(view);
}

static void without_a_folder_it_lives_in_memory(void **state)
{
    struct fixture *fixture = *state;
    make_large(fixture);
    struct jalon_view *view = make_loaded(fixture);
    uint64_t digest = digest_of(view);
    jalon_view_destroy(view);
    (void)count_files(fixture, "", true);
    assert_int_equal(rmdir(fixture->folder), 0); /* as root, rights would not stop us */
    view = make_loaded(fixture);
    assert_false(has_mapped(view));
    assert_int_equal(digest_of(view), digest);
    fixture->all[3].moderation = JALON_MODERATION_DELETED;
    assert_int_equal(jalon_view_apply(fixture->ctx, view, &fixture->all[3], SEQ + 1, 5), JALON_OK);
    assert_int_equal(jalon_view_keep(fixture->ctx, view), JALON_OK);
    assert_int_equal(jalon_view_tidy(fixture->ctx, view), JALON_OK);
    jalon_view_destroy(view);
    expect_none_of(fixture, &fixture_map, 0);
    assert_int_equal(mkdir(fixture->folder, 0700), 0);
}

/* In a process of its own: files may not grow beyond `limit` bytes; 0: all was well. */
static int live_on_a_full_disk(struct fixture *fixture, rlim_t limit, uint64_t digest)
{
    struct rlimit most = {limit, limit};
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &most) != 0) {
        return 1;
    }
    struct jalon_view *view = make_view(fixture, &fixture_map);
    if (load(fixture, view) != JALON_OK || digest_of(view) != digest) {
        return 2;
    }
    for (int64_t i = 0; i < 8; i++) {
        int64_t seq = SEQ + 1 + i;
        if (jalon_view_apply(fixture->ctx, view, &fixture->all[i], seq, SEQ * 10) != JALON_OK ||
            jalon_view_keep(fixture->ctx, view) != JALON_OK ||
            jalon_view_tidy(fixture->ctx, view) != JALON_OK) {
            return 3;
        }
    }
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    bool same = jalon_snapshot_seq(snapshot) == SEQ + 8;
    jalon_view_unpin(view, snapshot);
    jalon_view_destroy(view);
    view = make_view(fixture, &fixture_map);
    if (restore(fixture, view) != JALON_NOT_FOUND) {
        return 4;
    }
    jalon_view_destroy(view);
    return same ? 0 : 5;
}

static void on_a_full_disk_it_lives_in_memory(void **state)
{
    struct fixture *fixture = *state;
    make_large(fixture);
    struct jalon_view *view = make_loaded(fixture);
    uint64_t digest = digest_of(view);
    jalon_view_destroy(view);
    unsigned char *bytes;
    size_t whole = read_file(fixture, "test.places.view", &bytes);
    (void)count_files(fixture, "", true);
    /* At once, while the records are written, and at the very end. */
    const size_t limits[] = {0, 5000000, whole - 17, whole - 1};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        pid_t child = fork();
        if (child == 0) {
            _exit(live_on_a_full_disk(fixture, (rlim_t)limits[i], digest));
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        assert_int_equal(count_files(fixture, "test.places", false), 0);
        assert_int_equal(count_files(fixture, "new-", false), 0);
    }
}

/* --- Each allocation failing once --- */

enum { FAILURES_MAX = 5000 };

typedef enum jalon_status (*operation)(struct fixture *fixture, struct jalon_view *view);

static enum jalon_status tidy(struct fixture *fixture, struct jalon_view *view)
{
    return jalon_view_tidy(fixture->ctx, view);
}

static enum jalon_status keep(struct fixture *fixture, struct jalon_view *view)
{
    return jalon_view_keep(fixture->ctx, view);
}

/* Many small segments, some rows of which are dead, and a delta. */
static struct jalon_view *make_scattered(struct fixture *fixture)
{
    struct jalon_view *view = make_loaded(fixture);
    struct chance chance = {11};
    int64_t seq = SEQ;
    for (int i = 0; i < 1500; i++) {
        struct jalon_contribution *one = &fixture->all[chance_below(&chance, NUMBERS)];
        one->moderation = chance_below(&chance, 4) == 0 ? JALON_MODERATION_DELETED
                                                        : JALON_MODERATION_PUBLISHED;
        seq++;
        assert_int_equal(jalon_view_apply(fixture->ctx, view, one, seq, seq * 10), JALON_OK);
    }
    assert_true(view->latest->collections[PLACES].parts->segment_count > 1);
    assert_true(view->latest->collections[PLACES].delta_count > 0);
    return view;
}

/* Fails each allocation of the operation in turn: the answers stay the same. */
static void run_against_failures(struct fixture *fixture, struct jalon_view *view, operation run)
{
    const struct jalon_snapshot *held = jalon_view_pin(view);
    uint64_t before = digest_snapshot(held);
    uint64_t n = 0;
    enum jalon_status status;
    do {
        n++;
        jalon_memory_fail_at(n);
        status = run(fixture, view);
        bool failed = jalon_memory_count() >= n;
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK || (status == JALON_NO_MEMORY && failed));
        assert_int_equal(count_files(fixture, "new-", false), 0);
        if (n % 16 == 0 || status == JALON_OK) {
            assert_int_equal(digest_of(view), before);
        }
        jalon_error_clear(fixture->ctx);
        if (status == JALON_OK && failed) { /* it did without */
            status = JALON_NO_MEMORY;
        }
    } while (status != JALON_OK && n < FAILURES_MAX);
    assert_int_equal(status, JALON_OK);
    assert_true(n > 5);
    assert_int_equal(digest_snapshot(held), before);
    jalon_view_unpin(view, held);
}

static void a_failed_tidying_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_view *view = make_scattered(fixture);
    size_t segments = view->latest->collections[PLACES].parts->segment_count;
    run_against_failures(fixture, view, tidy);
    assert_true(view->latest->collections[PLACES].parts->segment_count < segments);
    jalon_view_destroy(view);
}

static void a_failed_keeping_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_view *view = make_scattered(fixture);
    make_large(fixture); /* of those that come later: the images spill into files */
    for (int64_t i = 0; i < NUMBERS; i++) {
        int64_t seq = SEQ + 1501 + i;
        assert_int_equal(jalon_view_apply(fixture->ctx, view, &fixture->all[i], seq, seq * 10),
                         JALON_OK);
    }
    uint64_t digest = digest_of(view);
    run_against_failures(fixture, view, keep);
    assert_int_equal(count_files(fixture, "test.", false), COLLECTIONS);
    jalon_view_destroy(view);
    view = make_view(fixture, &fixture_map);
    assert_int_equal(restore(fixture, view), JALON_OK);
    assert_int_equal(digest_of(view), digest);
    jalon_view_destroy(view);
}

static void a_failed_restoring_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_view *view = make_loaded(fixture), *other = make_view(fixture, &fixture_map);
    uint64_t digest = digest_of(view), empty = digest_of(other);
    jalon_view_destroy(view);
    enum jalon_status status = JALON_NO_MEMORY;
    uint64_t n = 0;
    while (status != JALON_OK) {
        n++;
        jalon_memory_fail_at(n);
        status = restore(fixture, other);
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK || status == JALON_NOT_FOUND || status == JALON_NO_MEMORY);
        assert_int_equal(digest_of(other), status == JALON_OK ? digest : empty);
        jalon_error_clear(fixture->ctx);
    }
    assert_true(n > 10);
    jalon_view_destroy(other);
}

static void a_failed_loading_into_files_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    make_large(fixture);
    struct jalon_view *view = make_loaded(fixture);
    uint64_t digest = digest_of(view);
    jalon_view_destroy(view);
    bool failed = true;
    uint64_t n = 0;
    while (failed) {
        n++;
        (void)count_files(fixture, "test.", true);
        view = make_view(fixture, &fixture_map);
        jalon_memory_fail_at(n);
        enum jalon_status status = load(fixture, view);
        failed = jalon_memory_count() >= n;
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK || (status == JALON_NO_MEMORY && failed));
        if (status == JALON_OK) {
            assert_int_equal(digest_of(view), digest);
        }
        jalon_view_destroy(view);
        assert_int_equal(count_files(fixture, "new-", false), 0);
        jalon_error_clear(fixture->ctx);
    }
    assert_true(n > 30);
}

#define RUN(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(what_is_kept_comes_back),
        RUN(what_is_forgotten_is_in_no_file),
        RUN(files_of_different_events_fit),
        RUN(a_damaged_file_is_not_taken),
        RUN(a_file_that_is_not_there_is_not_taken),
        RUN(a_file_of_another_collection_is_not_taken),
        RUN(a_file_of_another_version_is_not_taken),
        RUN(a_file_of_another_description_is_not_taken),
        RUN(a_file_of_other_territories_is_not_taken),
        RUN(a_replaced_file_stays_for_who_has_it),
        RUN(half_written_files_of_the_dead_go),
        RUN(what_is_large_lives_in_a_file),
        RUN(without_a_folder_it_lives_in_memory),
        RUN(on_a_full_disk_it_lives_in_memory),
        RUN(a_failed_tidying_changes_nothing),
        RUN(a_failed_keeping_changes_nothing),
        RUN(a_failed_restoring_changes_nothing),
        RUN(a_failed_loading_into_files_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
