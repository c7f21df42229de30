/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Feeding jalon-gdal and waiting for its file. Layer 2 (format). */
#include "jalon/conversion.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "jalon/clock.h"
#include "jalon/memory.h"
#include "jalon/rows.h"

/* How often it is asked whether somebody still waits, and how much of an error is kept. */
enum { ASK_EVERY_MS = 200, SAID_MAX = 512, ENDING_US = 2000000 };

struct jalon_conversion {
    struct jalon_conversion_options options;
    char folder[1024]; /* of its own; empty: not made yet */
    char path[1100];
    pid_t process; /* 0: none, or it is gone */
    int input;     /* its standard input; -1: closed */
    int errors;    /* its standard error */
    char said[SAID_MAX];
    size_t said_length;
};

/* --- Starting --- */
static enum jalon_status make_folder(struct jalon_context *ctx, struct jalon_conversion *self)
{
    const char *given = self->options.folder.length > 0 ? self->options.folder.data
                                                        : getenv("TMPDIR");
    int length = snprintf(self->folder, sizeof self->folder, "%s/jalon-export-XXXXXX",
                          given != NULL && *given != '\0' ? given : "/var/tmp");
    if (length < 0 || (size_t)length >= sizeof self->folder || mkdtemp(self->folder) == NULL) {
        jalon_error_internal(ctx, "%s: %s", self->folder, strerror(errno));
        self->folder[0] = '\0';
        return jalon_fail(ctx, JALON_UNAVAILABLE, "there is no place to make the file in");
    }
    bool is_zip = strcmp(self->options.format, "shp") == 0;
    (void)snprintf(self->path, sizeof self->path, "%s/export.%s", self->folder,
                   is_zip ? "zip" : "gpkg");
    return JALON_OK;
}

/* The child has the two pipes and its standard output, which nobody reads, and no signal blocked. */
static int spawn(struct jalon_conversion *self, int input, int errors)
{
    extern char **environ;
    char *const arguments[] = {(char *)(uintptr_t)self->options.program,
                               (char *)(uintptr_t)self->options.format, self->path, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all_default;
    sigemptyset(&none);
    sigemptyset(&all_default);
    sigaddset(&all_default, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all_default);
    int error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    error = error != 0 ? error
                       : posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
                                                          O_WRONLY, 0);
    error = error != 0 ? error : posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    error = error != 0 ? error
                       : posix_spawn(&self->process, self->options.program, &actions, &attributes,
                                     arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    self->process = error != 0 ? 0 : self->process;
    return error;
}

static bool make_pipe(int ends[2])
{
    return pipe(ends) == 0 && fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 &&
           fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

static void close_end(int *end)
{
    if (*end >= 0) {
        close(*end);
    }
    *end = -1;
}

static enum jalon_status start(struct jalon_context *ctx, struct jalon_conversion *self)
{
    int input[2] = {-1, -1}, errors[2] = {-1, -1};
    int error = make_pipe(input) && make_pipe(errors) ? 0 : errno;
    error = error != 0 ? error : spawn(self, input[0], errors[1]);
    close_end(&input[0]);
    close_end(&errors[1]);
    self->input = input[1];
    self->errors = errors[0];
    if (error != 0) {
        jalon_error_internal(ctx, "%s: %s", self->options.program, strerror(error));
        return jalon_fail(ctx, JALON_UNAVAILABLE,
                          "the program that makes files of this format cannot be started");
    }
    fcntl(self->input, F_SETFL, O_NONBLOCK);
    fcntl(self->errors, F_SETFL, O_NONBLOCK);
    return JALON_OK;
}

enum jalon_status jalon_conversion_start(struct jalon_context *ctx,
                                         const struct jalon_conversion_options *options,
                                         struct jalon_conversion **out)
{
    struct jalon_conversion *self = jalon_memory_allocate_zeroed(1, sizeof *self);
    if (self == NULL) {
        return jalon_no_memory(ctx);
    }
    self->options = *options;
    self->input = self->errors = -1;
    enum jalon_status status = make_folder(ctx, self);
    if (status == JALON_OK) {
        status = start(ctx, self);
    }
    if (status != JALON_OK) {
        jalon_conversion_close(self);
        return status;
    }
    *out = self;
    return JALON_OK;
}

/* --- Feeding --- */
static enum jalon_status check_waiting(struct jalon_context *ctx,
                                       const struct jalon_conversion *self)
{
    const struct jalon_conversion_options *options = &self->options;
    if (options->deadline_us > 0 && jalon_clock_monotonic_us() > options->deadline_us) {
        return jalon_fail(ctx, JALON_UNAVAILABLE,
                          "the file takes too long to make: ask for less of it, or at another "
                          "time");
    }
    if (options->is_cancelled != NULL && options->is_cancelled(options->handle)) {
        return jalon_fail(ctx, JALON_UNAVAILABLE, "nobody waits for the file any more");
    }
    return JALON_OK;
}

/* Takes what the program says; false when it has closed its end, which it does when it ends. */
static bool listen_to(struct jalon_conversion *self)
{
    char bytes[SAID_MAX];
    ssize_t count = read(self->errors, bytes, sizeof bytes);
    if (count > 0) {
        size_t room = sizeof self->said - 1 - self->said_length;
        size_t kept = (size_t)count < room ? (size_t)count : room;
        memcpy(self->said + self->said_length, bytes, kept);
        self->said_length += kept;
    }
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Waits for a program that has said its last; one that goes on regardless is ended. */
static int wait_for_end(struct jalon_conversion *self)
{
    int how = 0;
    int64_t until_us = jalon_clock_monotonic_us() + ENDING_US;
    while (waitpid(self->process, &how, WNOHANG) == 0) {
        if (jalon_clock_monotonic_us() > until_us) {
            kill(self->process, SIGKILL);
        }
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    self->process = 0;
    return how;
}

/* The program has ended or is about to: how? */
static enum jalon_status judge_end(struct jalon_context *ctx, struct jalon_conversion *self)
{
    close_end(&self->input);
    while (listen_to(self) && self->said_length < sizeof self->said - 1 &&
           poll(&(struct pollfd){.fd = self->errors, .events = POLLIN}, 1, ASK_EVERY_MS) > 0) {
    }
    int how = wait_for_end(self);
    if (WIFEXITED(how) && WEXITSTATUS(how) == JALON_ROWS_DONE) {
        return JALON_OK;
    }
    struct jalon_text said =
        jalon_text_trim(jalon_text_slice(self->said, self->said_length));
    jalon_error_internal(ctx, "jalon-gdal: status %d: %.*s", how, JALON_TEXT_ARGS(said));
    if (WIFEXITED(how) && WEXITSTATUS(how) == JALON_ROWS_TOO_LARGE) {
        return jalon_fail(ctx, JALON_TOO_LARGE,
                          "a file of this format cannot hold all of it: choose some properties, or "
                          "ask for less at once (a Shapefile has at most 255 columns)");
    }
    return jalon_fail(ctx, JALON_INTERNAL, "the file could not be made");
}

/* Waits until the program takes bytes (its input is open), or has said its last. */
static enum jalon_status wait_for(struct jalon_context *ctx, struct jalon_conversion *self,
                                  bool *out_ended)
{
    struct pollfd ends[] = {{.fd = self->errors, .events = POLLIN},
                            {.fd = self->input, .events = POLLOUT}};
    *out_ended = false;
    int count = poll(ends, self->input >= 0 ? 2 : 1, ASK_EVERY_MS);
    if (count > 0 && ends[0].revents != 0) {
        *out_ended = !listen_to(self);
    }
    return check_waiting(ctx, self);
}

static enum jalon_status feed(struct jalon_context *ctx, struct jalon_conversion *self,
                              struct jalon_text bytes)
{
    enum jalon_status status = check_waiting(ctx, self);
    while (status == JALON_OK && bytes.length > 0) {
        ssize_t count = write(self->input, bytes.data, bytes.length);
        bool ended = count < 0 && errno != EAGAIN && errno != EINTR;
        if (count > 0) {
            bytes = jalon_text_slice(bytes.data + count, bytes.length - (size_t)count);
        } else if (!ended) {
            status = wait_for(ctx, self, &ended);
        }
        if (ended && status == JALON_OK) {
            status = judge_end(ctx, self);
            /* It cannot be done before the rows are. */
            return status != JALON_OK ? status
                                      : jalon_fail(ctx, JALON_INTERNAL, "the file is not whole");
        }
    }
    return status;
}

enum jalon_status jalon_conversion_feed(struct jalon_context *ctx,
                                        struct jalon_conversion *conversion,
                                        struct jalon_buffer *buffer)
{
    enum jalon_status status = jalon_buffer_status(buffer);
    if (status != JALON_OK) {
        return status == JALON_NO_MEMORY
                   ? jalon_no_memory(ctx)
                   : jalon_fail(ctx, status, "one contribution is too large for this format");
    }
    status = feed(ctx, conversion, jalon_buffer_text(buffer));
    jalon_buffer_clear(buffer);
    return status;
}

enum jalon_status jalon_conversion_finish(struct jalon_context *ctx,
                                          struct jalon_conversion *conversion,
                                          struct jalon_text *out_path)
{
    static const char end[] = {JALON_ROWS_END};
    enum jalon_status status = feed(ctx, conversion, jalon_text_slice(end, sizeof end));
    bool ended = false;
    close_end(&conversion->input);
    while (status == JALON_OK && !ended) {
        status = wait_for(ctx, conversion, &ended);
    }
    if (status == JALON_OK) {
        status = judge_end(ctx, conversion);
    }
    if (status == JALON_OK) {
        *out_path = jalon_text_copy(ctx->arena, jalon_text_from(conversion->path));
        status = out_path->data != NULL ? JALON_OK : jalon_no_memory(ctx);
    }
    return status;
}

/* --- Closing --- */
static void remove_folder(const char *path, int depth)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        char name[2048];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        (void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (unlink(name) != 0 && depth == 0) {
            remove_folder(name, 1); /* of Shapefiles that are not packed yet */
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    rmdir(path);
}

void jalon_conversion_close(struct jalon_conversion *conversion)
{
    if (conversion == NULL) {
        return;
    }
    close_end(&conversion->input);
    close_end(&conversion->errors);
    if (conversion->process > 0) {
        kill(conversion->process, SIGKILL);
        while (waitpid(conversion->process, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    if (conversion->folder[0] != '\0') {
        remove_folder(conversion->folder, 0);
    }
    jalon_memory_release(conversion);
}
