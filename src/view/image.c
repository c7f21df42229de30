/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Images in memory and in files. Layer 2 (view).
 *
 * A file has a passing name while it is written, and its maker holds a lock on it: what a process
 * that was killed leaves behind is told from what is being written, and removed.
 */
#include "image.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jalon/memory.h"
#include "jalon/view.h"

/* What is smaller stays in memory. */
#define SPILLED ((size_t)4 << 20)

enum { PATH_SIZE = 4096 };

#define PASSING "new-"

/* A new file in the folder, open and locked, its path in `path`; -1 when it cannot be made. */
static int make_file(const char *folder, char path[PATH_SIZE])
{
    int length = snprintf(path, PATH_SIZE, "%s/" PASSING "XXXXXX", folder);
    if (length < 0 || length >= PATH_SIZE) {
        return -1;
    }
    int file = mkstemp(path);
    if (file >= 0) {
        (void)fcntl(file, F_SETFD, FD_CLOEXEC);
        (void)flock(file, LOCK_EX | LOCK_NB);
    }
    return file;
}

/* Removes the file unless somebody is writing it. */
static void remove_orphan(const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return;
    }
    if (flock(file, LOCK_EX | LOCK_NB) == 0) {
        (void)unlink(path);
    }
    (void)close(file);
}

void jalon_view_each_file(const char *folder,
                          void (*visit)(void *user, const char *name, const char *path),
                          void *user)
{
    DIR *listing = opendir(folder);
    if (listing == NULL) {
        return;
    }
    for (struct dirent *one = readdir(listing); one != NULL; one = readdir(listing)) {
        char path[PATH_SIZE];
        int length = snprintf(path, sizeof path, "%s/%s", folder, one->d_name);
        if (length > 0 && length < PATH_SIZE) {
            visit(user, one->d_name, path);
        }
    }
    (void)closedir(listing);
}

static void tidy_file(void *user, const char *name, const char *path)
{
    (void)user;
    if (strncmp(name, PASSING, strlen(PASSING)) == 0) {
        remove_orphan(path);
    }
}

void jalon_view_tidy_folder(const char *folder)
{
    jalon_view_each_file(folder, tidy_file, NULL);
}

void jalon_view_image_begin(struct jalon_view_image *image, const char *folder)
{
    *image = (struct jalon_view_image){.folder = folder, .file = -1};
}

/* From now on in a file, if there can be one. */
static void spill(struct jalon_view_image *image)
{
    char path[PATH_SIZE];
    int file = image->folder != NULL ? make_file(image->folder, path) : -1;
    image->folder = NULL; /* it is not tried again */
    if (file < 0) {
        return;
    }
    image->path = jalon_memory_allocate(strlen(path) + 1);
    image->backlog = image->path != NULL ? jalon_view_backlog_create(file) : NULL;
    if (image->backlog == NULL) {
        jalon_memory_release(image->path);
        image->path = NULL;
        (void)unlink(path);
        (void)close(file);
        return;
    }
    memcpy(image->path, path, strlen(path) + 1);
    image->file = file;
}

/* Lets go of the file, which gets the name `path`, or none. */
static void close_file(struct jalon_view_image *image, const char *path)
{
    jalon_view_backlog_destroy(image->backlog);
    image->backlog = NULL;
    if (image->path != NULL && (path == NULL || rename(image->path, path) != 0)) {
        (void)unlink(image->path);
    }
    if (image->file >= 0) {
        (void)close(image->file);
    }
    jalon_memory_release(image->path);
    image->file = -1;
    image->path = NULL;
}

/* The disk is full, or the like: goes on in memory, with what the file has. */
static void recall(struct jalon_view_image *image)
{
    size_t written = (size_t)image->written, size = written + image->used;
    struct jalon_view_checksum unused;
    unsigned char *data = jalon_memory_allocate(size);
    (void)jalon_view_backlog_end(image->backlog, &unused);
    image->failed = data == NULL || !jalon_view_backlog_read(image->backlog, data);
    if (image->failed) {
        jalon_memory_release(data);
        return;
    }
    memcpy(data + written, image->data, image->used);
    jalon_memory_release(image->data);
    close_file(image, NULL);
    image->data = data;
    image->used = image->capacity = size;
    image->written = 0;
}

/* Has written what was gathered: of a checksum's whole steps, or (at the end) all of it. */
static void flush(struct jalon_view_image *image, bool is_end)
{
    size_t size =
        is_end ? image->used : image->used / JALON_VIEW_CHECKSUM_STEP * JALON_VIEW_CHECKSUM_STEP;
    size_t done = 0;
    bool good = true;
    while (good && done < size) {
        size_t piece = size - done < JALON_VIEW_PIECE ? size - done : JALON_VIEW_PIECE;
        good = jalon_view_backlog_add(image->backlog, image->data + done, piece);
        done += good ? piece : 0;
    }
    image->written += done;
    image->used -= done;
    memmove(image->data, image->data + done, image->used);
    if (!good) {
        recall(image);
    }
}

/* Room in memory for so many bytes more. */
static bool make_room(struct jalon_view_image *image, size_t size)
{
    if (image->capacity - image->used >= size) {
        return true;
    }
    size_t capacity = image->capacity < 4096 ? 4096 : image->capacity;
    while (capacity - image->used < size) {
        capacity *= 2;
    }
    unsigned char *data = jalon_memory_resize(image->data, capacity);
    if (data == NULL) {
        image->failed = true;
        return false;
    }
    image->data = data;
    image->capacity = capacity;
    return true;
}

/* Into a file piece after piece, as long as there is one. */
static void append(struct jalon_view_image *image, const unsigned char *data, size_t size)
{
    while (size > 0 && !image->failed) {
        if (image->file >= 0 && image->used >= JALON_VIEW_PIECE) {
            flush(image, false);
            continue;
        }
        size_t room = image->file >= 0 ? JALON_VIEW_PIECE - image->used : size;
        size_t taken = size < room ? size : room;
        if (make_room(image, taken)) {
            memcpy(image->data + image->used, data, taken);
            image->used += taken;
            data += taken;
            size -= taken;
        }
    }
}

uint64_t jalon_view_image_append(struct jalon_view_image *image, const void *data, size_t size)
{
    static const unsigned char zeros[8] = {0};
    if (!image->failed && image->folder != NULL && image->used >= SPILLED) {
        spill(image);
    }
    append(image, zeros, (8 - (size_t)((image->written + image->used) % 8)) % 8);
    uint64_t where = image->written + image->used;
    append(image, data, size);
    return image->failed ? 0 : where;
}

void jalon_view_image_abandon(struct jalon_view_image *image)
{
    close_file(image, NULL);
    jalon_memory_release(image->data);
    *image = (struct jalon_view_image){.file = -1, .failed = true};
}

/* What ends a file. */
struct trailer {
    char magic[8];
    uint64_t checksum;
};

static const char magic[8] = {'j', 'a', 'l', 'o', 'n', 'i', 'm', 'g'};

/* False: it could not be written, or not all before it. */
static bool write_trailer(struct jalon_view_image *image)
{
    struct jalon_view_checksum checksum;
    struct trailer trailer;
    bool good = jalon_view_backlog_end(image->backlog, &checksum);
    trailer.checksum = jalon_view_checksum_value(&checksum);
    memcpy(trailer.magic, magic, sizeof magic);
    return good && jalon_view_write_all(image->file, &trailer, sizeof trailer);
}

static bool is_whole(const unsigned char *data, size_t size)
{
    struct trailer trailer;
    struct jalon_view_checksum checksum = {.size = 0};
    if (size < sizeof trailer) {
        return false;
    }
    memcpy(&trailer, data + size - sizeof trailer, sizeof trailer);
    if (memcmp(trailer.magic, magic, sizeof magic) != 0) {
        return false;
    }
    jalon_view_checksum_add(&checksum, data, size - sizeof trailer);
    return jalon_view_checksum_value(&checksum) == trailer.checksum;
}

static bool map_file(int file, size_t size, const unsigned char **out)
{
    void *data = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
    if (data == MAP_FAILED) {
        return false;
    }
    *out = data;
    return true;
}

/* Writes the rest and maps all of it; what cannot be is in memory again. */
static void end_file(struct jalon_view_image *image, const unsigned char **out_data)
{
    flush(image, true);
    if (image->file >= 0 && !image->failed &&
        (!write_trailer(image) ||
         !map_file(image->file, (size_t)image->written + sizeof(struct trailer), out_data))) {
        recall(image);
    }
}

bool jalon_view_image_end(struct jalon_view_image *image, const char *path,
                          const unsigned char **out_data, size_t *out_size, bool *out_is_mapped)
{
    if (path != NULL && image->folder != NULL && !image->failed) {
        spill(image);
    }
    if (!image->failed && image->file >= 0) {
        end_file(image, out_data);
    }
    if (image->failed || image->written + image->used == 0) {
        jalon_view_image_abandon(image);
        return false;
    }
    bool is_mapped = image->file >= 0;
    size_t size = (size_t)image->written + image->used;
    if (is_mapped) {
        close_file(image, path);
        jalon_memory_release(image->data);
    } else {
        unsigned char *fitted = jalon_memory_resize(image->data, size);
        *out_data = fitted != NULL ? fitted : image->data;
    }
    *out_size = size;
    *out_is_mapped = is_mapped;
    *image = (struct jalon_view_image){.file = -1, .failed = true};
    return true;
}

bool jalon_view_image_map(const char *path, const unsigned char **out_data, size_t *out_size)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    const unsigned char *data = NULL;
    bool good = fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0 &&
                map_file(file, (size_t)about.st_size, &data);
    (void)close(file);
    if (!good) {
        return false;
    }
    size_t size = (size_t)about.st_size;
    if (!is_whole(data, size)) {
        (void)munmap((void *)(uintptr_t)data, size);
        return false;
    }
    *out_data = data;
    *out_size = size - sizeof(struct trailer);
    return true;
}

void jalon_view_image_unmap(const unsigned char *data, size_t size, bool is_mapped)
{
    if (is_mapped) {
        (void)munmap((void *)(uintptr_t)data, size + sizeof(struct trailer));
    } else {
        jalon_memory_release((void *)(uintptr_t)data);
    }
}
