/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Settings from one table of options: arguments, environment, file, defaults. Layer 1.
 *
 * Every option is one row; reading, --help and the sample file follow from it. An argument goes
 * before the environment, the environment before the file, the file before the default.
 */
#ifndef JALON_CONF_H
#define JALON_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "jalon/buffer.h"
#include "jalon/context.h"

enum jalon_option_type {
    JALON_OPTION_TEXT,
    JALON_OPTION_INTEGER,
    JALON_OPTION_FLAG, /* --quiet; in file and environment yes or no */
    JALON_OPTION_LIST, /* may be given several times; in the file, too */
};

struct jalon_option {
    /* "listen": --listen VALUE, --listen=VALUE; listen = VALUE in a file. One letter: -o VALUE. */
    const char *name;
    const char *environment; /* "JALON_LISTEN"; NULL: neither there nor in a file, only an argument */
    const char *value;       /* what the value is, for help: "ADDRESS:PORT"; NULL for a FLAG */
    enum jalon_option_type type;
    const char *fallback; /* the default as it would be written; NULL: none */
    int64_t minimum;      /* INTEGER */
    int64_t maximum;
    unsigned commands; /* bit set of the commands that take it; another row may have the same name for
                          other commands */
    const char *help;  /* one sentence */
};

struct jalon_settings;

struct jalon_conf_input {
    const struct jalon_option *options; /* a NULL name ends the table; borrowed */
    unsigned command;                   /* one bit */
    int argument_count;                 /* behind the command's name */
    char *const *arguments;             /* borrowed */
    /* As getenv; a parameter so that tests need no environment. */
    char *(*environment)(const char *name);
};

/*
 * Reads the settings of one command; they live in ctx' arena. An option "config" of the table names
 * the file: `name = value` lines, # comments. JALON_INVALID names the option, where it was written,
 * and what was expected; an unknown one comes with the nearest name there is. Options of other
 * commands are errors as arguments and passed over in file and environment.
 */
enum jalon_status jalon_conf_read(struct jalon_context *ctx, const struct jalon_conf_input *input,
                                  const struct jalon_settings **out) JALON_MUST_USE;

/* The value of an option of this command; asserts that there is one of this name and type. */
struct jalon_text jalon_conf_text(const struct jalon_settings *settings, const char *name);
bool jalon_conf_has(const struct jalon_settings *settings, const char *name);
int64_t jalon_conf_integer(const struct jalon_settings *settings, const char *name);
bool jalon_conf_flag(const struct jalon_settings *settings, const char *name);
const struct jalon_text *jalon_conf_list(const struct jalon_settings *settings, const char *name,
                                         size_t *out_count);
/* Arguments that are not options, in their order. */
const struct jalon_text *jalon_conf_operands(const struct jalon_settings *settings,
                                             size_t *out_count);

/* The command's options, one or two lines each, for --help. */
void jalon_conf_write_help(struct jalon_buffer *out, const struct jalon_option *options,
                           unsigned command);
/* A settings file with every option of the command as a comment, its default and its help. */
void jalon_conf_write_sample(struct jalon_buffer *out, const struct jalon_option *options,
                             unsigned command);

#endif
