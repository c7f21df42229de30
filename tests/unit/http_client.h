/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A client that sends exactly the bytes it is told to, for tests of the server. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>

struct client {
    int fd;
    char *bytes; /* received and not yet taken */
    size_t length;
};

struct answer {
    int code;
    char *head; /* NUL-terminated; header lines end with CRLF */
    char *body;
    size_t length;
};

static inline struct client client_open(uint16_t port)
{
    struct client client = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = 60};
    assert_true(client.fd >= 0);
    setsockopt(client.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    assert_int_equal(connect(client.fd, (struct sockaddr *)&address, sizeof address), 0);
    return client;
}

static inline void client_close(struct client *client)
{
    close(client->fd);
    free(client->bytes);
}

/* False: the server hung up; what it said may be read all the same. */
static inline int client_send(struct client *client, const void *data, size_t length)
{
    const char *at = data;
    while (length > 0) {
        ssize_t sent = send(client->fd, at, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            return 0;
        }
        at += sent;
        length -= (size_t)sent;
    }
    return 1;
}

static inline void client_say(struct client *client, const char *text)
{
    client_send(client, text, strlen(text));
}

/* Goes on after the process was stopped for a while (signal(7), of sockets with a timeout). */
static inline ssize_t client_wait(struct client *client, void *out, size_t size)
{
    ssize_t got;
    do {
        got = recv(client->fd, out, size, 0);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* More bytes from the server; false at the end. */
static inline int client_receive(struct client *client)
{
    client->bytes = realloc(client->bytes, client->length + 65536 + 1);
    ssize_t got = client_wait(client, client->bytes + client->length, 65536);
    if (got <= 0) {
        return 0;
    }
    client->length += (size_t)got;
    client->bytes[client->length] = '\0';
    return 1;
}

/* The value of a header line, or NULL; in a place of the thread. */
static inline const char *answer_header(const struct answer *answer, const char *name)
{
    static _Thread_local char value[2048];
    size_t length = strlen(name);
    for (const char *line = strchr(answer->head, '\n'); line != NULL; line = strchr(line, '\n')) {
        line++;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            const char *from = line + length + 1 + strspn(line + length + 1, " ");
            snprintf(value, sizeof value, "%.*s", (int)strcspn(from, "\r"), from);
            return value;
        }
    }
    return NULL;
}

/* Takes one answer. code 0: the connection ended first. Answers to HEAD have no body. */
static inline struct answer client_take(struct client *client, int head)
{
    struct answer answer = {0};
    char *end;
    while (client->bytes == NULL || (end = strstr(client->bytes, "\r\n\r\n")) == NULL) {
        if (!client_receive(client)) {
            return answer;
        }
    }
    size_t head_length = (size_t)(end - client->bytes) + 4;
    answer.head = strndup(client->bytes, head_length);
    assert_int_equal(sscanf(answer.head, "HTTP/1.1 %d", &answer.code), 1);
    const char *length = answer_header(&answer, "Content-Length");
    answer.length = length != NULL && !head ? strtoul(length, NULL, 10) : 0;
    while (client->length < head_length + answer.length) {
        if (!client_receive(client)) {
            fail_msg("the body is shorter than Content-Length says");
        }
    }
    answer.body = calloc(1, answer.length + 1);
    memcpy(answer.body, client->bytes + head_length, answer.length);
    client->length -= head_length + answer.length;
    memmove(client->bytes, client->bytes + head_length + answer.length, client->length + 1);
    return answer;
}

static inline void answer_free(struct answer *answer)
{
    free(answer->head);
    free(answer->body);
}

/* Nothing more comes, and the server has closed; waits for that. */
static inline int client_is_closed(struct client *client)
{
    char byte;
    ssize_t got = client->length == 0 ? client_wait(client, &byte, 1) : 1;
    return got == 0 || (got < 0 && errno != EAGAIN); /* not: nothing has come */
}

/* One request on a connection of its own. */
static inline struct answer ask(uint16_t port, const char *request)
{
    struct client client = client_open(port);
    client_say(&client, request);
    struct answer answer = client_take(&client, strncmp(request, "HEAD", 4) == 0);
    client_close(&client);
    return answer;
}

#endif
