/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What --help and the sample file say, from the table of options. Layer 1 (conf). */
#include <string.h>

#include "jalon/conf.h"

enum { HELP_COLUMN = 30 };

void jalon_conf_write_help(struct jalon_buffer *out, const struct jalon_option *options,
                           unsigned command)
{
    for (const struct jalon_option *option = options; option->name != NULL; option++) {
        if ((option->commands & command) == 0) {
            continue;
        }
        const char *value = option->value != NULL ? option->value : "";
        const char *dashes = option->name[1] != '\0' ? "--" : "-";
        size_t width = 2 + strlen(dashes) + strlen(option->name) + (*value != '\0') + strlen(value);
        jalon_buffer_append_format(out, "  %s%s%s%s", dashes, option->name,
                                   *value != '\0' ? " " : "", value);
        if (width + 2 > HELP_COLUMN) {
            jalon_buffer_append_char(out, '\n');
            width = 0;
        }
        jalon_buffer_append_format(out, "%*s%s", (int)(HELP_COLUMN - width), "", option->help);
        if (option->environment != NULL) {
            jalon_buffer_append_format(out, " [%s]", option->environment);
        }
        if (option->fallback != NULL) {
            jalon_buffer_append_format(out, " (default %s)", option->fallback);
        }
        jalon_buffer_append_char(out, '\n');
    }
}

void jalon_conf_write_sample(struct jalon_buffer *out, const struct jalon_option *options,
                             unsigned command)
{
    for (const struct jalon_option *option = options; option->name != NULL; option++) {
        if ((option->commands & command) == 0 || strcmp(option->name, "config") == 0) {
            continue;
        }
        jalon_buffer_append_format(out, "# %s\n# %s = %s\n\n", option->help, option->name,
                                   option->fallback != NULL            ? option->fallback
                                   : option->type == JALON_OPTION_FLAG ? "no"
                                                                       : option->value);
    }
}
