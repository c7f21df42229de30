/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the service manager is told, and that nobody need be there to hear it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/cli.h"

static char folder[] = "/tmp/jalon-notify-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

/* A socket under the name, as systemd makes it; '@' stands for NUL. */
static int listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    memcpy(address.sun_path, name, length);
    address.sun_path[0] = name[0] == '@' ? '\0' : name[0];
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
                     0);
    return fd;
}

static void states_arrive(void **state)
{
    (void)state;
    char names[2][80], text[64];
    snprintf(names[0], sizeof names[0], "%s/notify", folder);
    snprintf(names[1], sizeof names[1], "@jalon-notify-%d", (int)getpid());
    for (int i = 0; i < 2; i++) {
        int fd = listen_at(names[i]);
        setenv("NOTIFY_SOCKET", names[i], 1);
        jalon_cli_notify("READY=1");
        assert_int_equal(recv(fd, text, sizeof text, 0), 7);
        assert_memory_equal(text, "READY=1", 7);
        close(fd);
    }
    unlink(names[0]);
}

static void nobody_need_listen(void **state)
{
    (void)state;
    static const char *const names[] = {"", "/", "@", "relative", "/nowhere/notify"};
    char longest[300];
    memset(longest, 'x', sizeof longest);
    longest[0] = '/';
    longest[sizeof longest - 1] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        jalon_cli_notify("READY=1");
    }
    setenv("NOTIFY_SOCKET", longest, 1);
    jalon_cli_notify("READY=1");
    unsetenv("NOTIFY_SOCKET");
    jalon_cli_notify("READY=1");
    assert_int_equal(access("relative", F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_arrive),
        cmocka_unit_test(nobody_need_listen),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
