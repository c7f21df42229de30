/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: settings files. */
#include <unistd.h>

#include "fuzz.h"
#include "jalon/conf.h"

static const struct jalon_option options[] = {
    {.name = "config", .value = "FILE", .type = JALON_OPTION_TEXT, .commands = 1, .help = "File."},
    {.name = "listen", .value = "ADDRESS", .type = JALON_OPTION_TEXT, .fallback = "127.0.0.1:8080",
     .commands = 1, .help = "Address."},
    {.name = "threads", .value = "N", .type = JALON_OPTION_INTEGER, .fallback = "0", .minimum = 0,
     .maximum = 64, .commands = 1, .help = "Threads."},
    {.name = "base-map", .value = "URL", .type = JALON_OPTION_LIST, .commands = 1, .help = "Maps."},
    {.name = "quiet", .type = JALON_OPTION_FLAG, .commands = 1, .help = "Say less."},
    {0},
};

static char *no_environment(const char *name)
{
    (void)name;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[64];
    static char flag[] = "--config";
    struct fuzz_input input;
    if (path[0] == '\0') {
        snprintf(path, sizeof path, "%s/jalon-fuzz-%ld.conf", "/tmp", (long)getpid());
    }
    FILE *file = fopen(path, "wb");
    HOLDS(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0);
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    char *arguments[] = {flag, path};
    struct jalon_conf_input conf = {.options = options, .command = 1, .argument_count = 2,
                                    .arguments = arguments, .environment = no_environment};
    const struct jalon_settings *settings;
    enum jalon_status status = jalon_conf_read(input.ctx, &conf, &settings);
    HOLDS(status == JALON_OK || status == JALON_INVALID);
    if (status == JALON_OK) {
        size_t count;
        int64_t threads = jalon_conf_integer(settings, "threads");
        HOLDS(threads >= 0 && threads <= 64);
        HOLDS(jalon_text_is_utf8(jalon_conf_text(settings, "listen")));
        jalon_conf_flag(settings, "quiet");
        jalon_conf_list(settings, "base-map", &count);
    }
    unlink(path);
    /* An operator is told which file: nothing here is for others. */
    jalon_error_clear(input.ctx);
    return fuzz_end(&input);
}
