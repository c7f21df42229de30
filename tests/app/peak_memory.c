/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Runs a command and prints on stderr how much memory it had at most, in kilobytes.
 *
 *   peak_memory COMMAND ARGUMENT…
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int state = 0;
    struct rusage usage;
    if (argc < 2) {
        fputs("usage: peak_memory COMMAND ARGUMENT...\n", stderr);
        return 2;
    }
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (child < 0 || wait4(child, &state, 0, &usage) < 0) {
        return 2;
    }
    fprintf(stderr, "%ld\n", usage.ru_maxrss);
    return WIFEXITED(state) ? WEXITSTATUS(state) : 2;
}
