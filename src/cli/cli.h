/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The command line: one function a command, one row each in the table. Layer 5; wiring only.
 */
#ifndef JALON_CLI_CLI_H
#define JALON_CLI_CLI_H

#include <stdio.h>

#include "jalon/app.h"
#include "jalon/conf.h"
#include "jalon/context.h"

/* Exit codes; api.md of the design, "Command line". */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_SOME_REFUSED = 1,
    EXIT_USAGE = 2,
    EXIT_NOTHING_DONE = 3,
};

/* One bit a command, for the `commands` column of the option table. */
enum command_bit {
    COMMAND_SERVE = 1 << 0,
    COMMAND_MAP_CREATE = 1 << 1,
    COMMAND_MAP_LIST = 1 << 2,
    COMMAND_MAP_SET = 1 << 3,
    COMMAND_MAP_DELETE = 1 << 4,
    COMMAND_IMPORT = 1 << 5,
    COMMAND_DEMO = 1 << 6,
    COMMAND_ACCOUNT_CREATE = 1 << 7,
    COMMAND_ACCOUNT_TOKEN = 1 << 8,
    COMMAND_MIGRATE = 1 << 9,
    COMMAND_CONFIG = 1 << 10,
    COMMAND_BACKUP = 1 << 11,
    COMMAND_RESTORE = 1 << 12,
    COMMAND_CHECK = 1 << 13,
    COMMAND_VACUUM = 1 << 14,
    COMMAND_EXPORT = 1 << 15,
    COMMAND_MEMBER = 1 << 16,
    COMMAND_RIGHTS = 1 << 17,
    COMMAND_TIDY = 1 << 18,
    COMMAND_ALL = (1 << 19) - 1,
    COMMANDS_WITH_DATABASE = COMMAND_ALL & ~COMMAND_CONFIG & ~COMMAND_RIGHTS,
};

/* What a command works with. */
struct jalon_cli {
    struct jalon_context *ctx;
    const struct jalon_settings *settings;
    const struct jalon_text *operands;
    size_t operand_count;
};

struct jalon_command {
    const char *name; /* "map create": one or two words */
    unsigned bit;
    const char *operands; /* "SLUG", for help; "" when there are none */
    size_t operand_min;
    size_t operand_max;
    const char *summary;
    enum exit_code (*run)(struct jalon_cli *cli);
};

/* The tables; a NULL name ends each. */
extern const struct jalon_command jalon_commands[];
extern const struct jalon_option jalon_options[];

enum exit_code jalon_cli_serve(struct jalon_cli *cli);
enum exit_code jalon_cli_map_create(struct jalon_cli *cli);
enum exit_code jalon_cli_map_list(struct jalon_cli *cli);
enum exit_code jalon_cli_map_set(struct jalon_cli *cli);
enum exit_code jalon_cli_map_delete(struct jalon_cli *cli);
enum exit_code jalon_cli_import(struct jalon_cli *cli);
enum exit_code jalon_cli_export(struct jalon_cli *cli);
enum exit_code jalon_cli_demo(struct jalon_cli *cli);
enum exit_code jalon_cli_account_create(struct jalon_cli *cli);
enum exit_code jalon_cli_account_token(struct jalon_cli *cli);
enum exit_code jalon_cli_member(struct jalon_cli *cli);
enum exit_code jalon_cli_rights(struct jalon_cli *cli);
enum exit_code jalon_cli_migrate(struct jalon_cli *cli);
enum exit_code jalon_cli_config(struct jalon_cli *cli);
enum exit_code jalon_cli_backup(struct jalon_cli *cli);
enum exit_code jalon_cli_restore(struct jalon_cli *cli);
enum exit_code jalon_cli_check(struct jalon_cli *cli);
enum exit_code jalon_cli_vacuum(struct jalon_cli *cli);
enum exit_code jalon_cli_tidy(struct jalon_cli *cli);

/*
 * Prints the context's error on stderr, one line and one for each further detail, and answers the
 * exit code that fits the status.
 */
enum exit_code jalon_cli_fail(struct jalon_context *ctx, enum jalon_status status);
/*
 * --database is a URL that can be read, and neither --data nor an operand is one; else says so and
 * answers false.
 */
bool jalon_cli_check_place(const struct jalon_cli *cli);
/* Where the database is: what --database says, else the data folder. */
struct jalon_text jalon_cli_database(const struct jalon_cli *cli);
/* --password-memory, in bytes. */
size_t jalon_cli_password_memory(const struct jalon_cli *cli);
/* Opens the application of that database. */
enum jalon_status jalon_cli_open(struct jalon_cli *cli, bool create, bool follow,
                                 struct jalon_app **out) JALON_MUST_USE;
/* Reads a whole small file into the arena. JALON_NOT_FOUND, JALON_TOO_LARGE name it. */
enum jalon_status jalon_cli_read_file(struct jalon_context *ctx, const char *path, size_t maximum,
                                      struct jalon_text *out) JALON_MUST_USE;
/* The map description of a built-in template's name, or of a file (a name with '/' or '.'). */
enum jalon_status jalon_cli_read_template(struct jalon_context *ctx, struct jalon_text name,
                                          struct jalon_map *out) JALON_MUST_USE;
/* Tells a service manager that waits for it (systemd, Type=notify) a state: "READY=1". */
void jalon_cli_notify(const char *state);
/* Is there something to show progress on, and is it wanted? */
bool jalon_cli_shows_progress(const struct jalon_cli *cli);

#endif
