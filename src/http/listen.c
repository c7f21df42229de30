/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The address that is listened on: reading it, opening it, saying why not. Layer 2. */
#include "exchange.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static bool parse_address(struct jalon_context *ctx, struct jalon_text address, uint16_t port,
                          struct sockaddr_storage *out, socklen_t *out_size)
{
    struct jalon_text copy = jalon_text_copy(ctx->arena, address);
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (copy.data == NULL || strlen(copy.data) != copy.length) {
        return false;
    }
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, copy.data, &v4.sin_addr) == 1) {
        memcpy(out, &v4, sizeof v4);
        *out_size = sizeof v4;
        return true;
    }
    if (inet_pton(AF_INET6, copy.data, &v6.sin6_addr) == 1) {
        memcpy(out, &v6, sizeof v6);
        *out_size = sizeof v6;
        return true;
    }
    return false;
}

static enum jalon_status not_a_form(struct jalon_context *ctx, struct jalon_text text)
{
    return jalon_fail(ctx, JALON_INVALID,
                      "\"%.*s\" is not an address to listen on: write 127.0.0.1:8080, [::1]:8080 "
                      "or 0.0.0.0:8080",
                      JALON_TEXT_ARGS(text));
}

enum jalon_status jalon_http_parse_listen(struct jalon_context *ctx, struct jalon_text text,
                                          struct jalon_text *out_address, uint16_t *out_port)
{
    size_t colon = text.length;
    while (colon > 0 && text.data[colon - 1] != ':') {
        colon--;
    }
    int64_t port;
    if (colon == 0 ||
        !jalon_text_to_int64(jalon_text_slice(text.data + colon, text.length - colon), &port) ||
        port < 0 || port > UINT16_MAX) {
        return not_a_form(ctx, text);
    }
    struct jalon_text address = jalon_text_slice(text.data, colon - 1);
    bool brackets = address.length > 2 && address.data[0] == '[' &&
                    address.data[address.length - 1] == ']';
    if (brackets) {
        address = jalon_text_slice(address.data + 1, address.length - 2);
    } else if (jalon_text_is(address, "localhost")) {
        address = JALON_TEXT("127.0.0.1");
    }
    struct sockaddr_storage socket_address;
    socklen_t size;
    bool six = jalon_text_find(address, ':') < address.length;
    if (six != brackets ||
        !parse_address(ctx, address, (uint16_t)port, &socket_address, &size)) {
        return not_a_form(ctx, text);
    }
    struct jalon_text copy = jalon_text_copy(ctx->arena, address);
    if (copy.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out_address = copy;
    *out_port = (uint16_t)port;
    return JALON_OK;
}

static enum jalon_status explain(struct jalon_context *ctx, int error, struct jalon_text address,
                                 uint16_t port)
{
    bool six = jalon_text_find(address, ':') < address.length;
    struct jalon_text where =
        jalon_text_format(ctx->arena, "%s%.*s%s:%u", six ? "[" : "", JALON_TEXT_ARGS(address),
                          six ? "]" : "", (unsigned)port);
    if (where.data == NULL) {
        return jalon_no_memory(ctx);
    }
    switch (error) {
    case EADDRINUSE:
        return jalon_fail(ctx, JALON_CONFLICT,
                          "%s is already in use: stop the program that listens there, or choose "
                          "another port with --listen",
                          where.data);
    case EACCES:
        return jalon_fail(ctx, JALON_FORBIDDEN,
                          "there is no right to listen on %s: choose a port from 1024, or grant "
                          "the right (CAP_NET_BIND_SERVICE)",
                          where.data);
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
        return jalon_fail(ctx, JALON_INVALID,
                          "%s is not an address of this machine: use one that it has, or 0.0.0.0 "
                          "for all of them",
                          where.data);
    default:
        jalon_error_internal(ctx, "listen: %s", strerror(error));
        return jalon_fail(ctx, JALON_UNAVAILABLE, "%s cannot be listened on now", where.data);
    }
}

static uint16_t port_of(int socket_fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(socket_fd, (struct sockaddr *)&address, &size) != 0) {
        return 0;
    }
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (address.ss_family == AF_INET6) {
        memcpy(&v6, &address, sizeof v6);
        return ntohs(v6.sin6_port);
    }
    memcpy(&v4, &address, sizeof v4);
    return ntohs(v4.sin_port);
}

enum jalon_status jalon_listen_open(struct jalon_context *ctx, struct jalon_text address,
                                    uint16_t port, int *out_socket, uint16_t *out_port)
{
    struct sockaddr_storage socket_address;
    socklen_t size;
    if (!parse_address(ctx, address, port, &socket_address, &size)) {
        return not_a_form(ctx, address);
    }
    int fd = socket(socket_address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int yes = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, (struct sockaddr *)&socket_address, size) != 0 || listen(fd, BACKLOG) != 0) {
        int error = errno;
        if (fd >= 0) {
            close(fd);
        }
        return explain(ctx, error, address, port);
    }
    *out_socket = fd;
    *out_port = port_of(fd);
    return JALON_OK;
}
