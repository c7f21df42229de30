/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The program: finds the command, reads its settings, runs it. Layer 5 (cli). */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static void print_buffer(FILE *stream, struct jalon_buffer *buffer)
{
    struct jalon_text text = jalon_buffer_text(buffer);
    fwrite(text.data, 1, text.length, stream);
    jalon_buffer_finish(buffer);
}

static void print_commands(FILE *stream)
{
    fputs("Jalon: the backend of a map that a community writes together.\n\n"
          "Usage: jalon COMMAND [OPTION]...\n\nCommands:\n",
          stream);
    for (const struct jalon_command *command = jalon_commands; command->name != NULL; command++) {
        int width = fprintf(stream, "  %s %s", command->name, command->operands);
        fprintf(stream, "%*s%s\n", width < 36 ? 36 - width : 1, "", command->summary);
    }
    fputs("\njalon COMMAND --help lists the options of a command; jalon --version its version.\n",
          stream);
}

static void print_help(const struct jalon_command *command)
{
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 65536);
    jalon_buffer_append_format(&buffer, "%s\n\nUsage: jalon %s [OPTION]...%s%s\n\nOptions:\n",
                               command->summary, command->name,
                               command->operands[0] != '\0' ? " " : "", command->operands);
    jalon_conf_write_help(&buffer, jalon_options, command->bit);
    print_buffer(stdout, &buffer);
}

/* The command named by the first one or two arguments; *used says how many. */
static const struct jalon_command *find_command(int argc, char **argv, int *used)
{
    for (const struct jalon_command *command = jalon_commands; command->name != NULL; command++) {
        const char *space = strchr(command->name, ' ');
        if (space == NULL && strcmp(argv[1], command->name) == 0) {
            *used = 1;
            return command;
        }
        if (space != NULL && argc > 2 && strlen(argv[1]) == (size_t)(space - command->name) &&
            strncmp(argv[1], command->name, strlen(argv[1])) == 0 &&
            strcmp(argv[2], space + 1) == 0) {
            *used = 2;
            return command;
        }
    }
    return NULL;
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            return false;
        }
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

static enum exit_code run(struct jalon_context *ctx, const struct jalon_command *command,
                          int argument_count, char **arguments)
{
    struct jalon_conf_input input = {jalon_options, command->bit, argument_count, arguments, getenv};
    struct jalon_cli cli = {.ctx = ctx};
    enum jalon_status status = jalon_conf_read(ctx, &input, &cli.settings);
    if (status != JALON_OK) {
        jalon_cli_fail(ctx, status);
        return EXIT_USAGE;
    }
    cli.operands = jalon_conf_operands(cli.settings, &cli.operand_count);
    if (cli.operand_count < command->operand_min || cli.operand_count > command->operand_max) {
        fprintf(stderr, "jalon: usage: jalon %s %s\n", command->name, command->operands);
        return EXIT_USAGE;
    }
    if ((command->bit & (unsigned)COMMANDS_WITH_DATABASE) != 0 && !jalon_cli_check_place(&cli)) {
        return EXIT_USAGE;
    }
    return command->run(&cli);
}

int main(int argc, char **argv)
{
    int used = 0;
    /* A closed pipe and a file that may not grow are errors of the write, not the end. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    if (argc < 2) {
        print_commands(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("jalon " JALON_VERSION);
        return EXIT_DONE;
    }
    const struct jalon_command *command = find_command(argc, argv, &used);
    if (command == NULL && asks_help(argc, argv)) {
        print_commands(stdout);
        return EXIT_DONE;
    }
    if (command == NULL) {
        fprintf(stderr, "jalon: there is no command '%s'; jalon --help lists them\n", argv[1]);
        return EXIT_USAGE;
    }
    if (asks_help(argc - used, argv + used)) {
        print_help(command);
        return EXIT_DONE;
    }
    struct jalon_context *ctx = jalon_context_create();
    if (ctx == NULL) {
        fputs("jalon: there is not enough memory\n", stderr);
        return EXIT_NOTHING_DONE;
    }
    enum exit_code code = run(ctx, command, argc - 1 - used, argv + 1 + used);
    jalon_context_destroy(ctx);
    return (int)code;
}
