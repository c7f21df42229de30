/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Asks an HTTP server on the loopback interface, and says how fast it answered.
 *
 *   bench_load PORT LIST once|SECONDS [OPTION]…
 *
 *     --connections N   kept open, one request at a time on each (16)
 *     --rate N          starts N requests a second and no more; the time of one counts from when it
 *                       was due, so that a server that stalls is not asked less
 *     --header LINE     sent with each request
 *     --code N          the answer's status; without it any of 200 to 299
 *
 * LIST is a file with one request a line: "PATH", "PATH<tab>ETAG" (asks with If-None-Match), or
 * "POST PATH<tab>BODY". With "once" each is asked once, in order: nothing is answered from what was
 * asked before. With SECONDS they are drawn at random (with --rate: in order, from the start
 * again).
 *
 * Prints "requests_a_second p50_us p99_us bytes_of_an_answer requests". Any error, and any other
 * status, ends it with 1: figures of failing requests are none.
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jalon/clock.h"
#include "jalon/text.h"

enum {
    THREADS = 2,
    CONNECTIONS_MAX = 256,
    HEAD_MAX = 64 << 10,
    READ_SIZE = 512 << 10,
    STALLED_MS = 30000,
    DECIMAL = 10,
    HEXADECIMAL = 16,
};

struct request {
    char *bytes;
    size_t length;
};

/* What of an answer is still to come. */
enum part { HEAD, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, DONE };

struct connection {
    int socket; /* -1: not open */
    bool busy;
    const struct request *request;
    size_t sent;
    int64_t due_us;
    enum part part;
    char head[HEAD_MAX]; /* or a line of chunked coding */
    size_t head_length;
    uint64_t left; /* bytes of the body or chunk */
    bool closes;   /* this connection is of no use after the answer */
};

struct worker {
    pthread_t thread;
    struct connection *connections;
    size_t count;
    uint64_t chance; /* state of the random numbers */
    int64_t *took_us;
    size_t done;
    size_t capacity;
    uint64_t bytes;
    char *buffer;
};

/* The same for all threads, fixed before they start. */
static struct {
    uint16_t port;
    struct request *requests;
    size_t request_count;
    bool once;
    int64_t rate; /* 0: as fast as answers come */
    int code;     /* 0: any of 200 to 299 */
    size_t connections;
    const char *headers[8];
    size_t header_count;
    int64_t start_us;
    int64_t end_us;
} plan = {.connections = 16};

static atomic_size_t next_number;

static void give_up(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
static void give_up(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench_load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL) {
        give_up("no memory");
    }
    return memory;
}

/* --- Requests --- */

static void append(struct request *request, size_t *capacity, const char *text, size_t length)
{
    if (request->length + length + 1 > *capacity) {
        *capacity = (request->length + length + 1) * 2;
        request->bytes = realloc(request->bytes, *capacity);
        if (request->bytes == NULL) {
            give_up("no memory");
        }
    }
    memcpy(request->bytes + request->length, text, length);
    request->length += length;
}

static void append_text(struct request *request, size_t *capacity, const char *text)
{
    append(request, capacity, text, strlen(text));
}

static struct request make_request(char *line)
{
    struct request request = {0};
    size_t capacity = 0;
    bool posts = strncmp(line, "POST ", 5) == 0;
    char *path = posts ? line + 5 : line;
    char *second = strchr(path, '\t');
    if (second != NULL) {
        *second++ = '\0';
    }
    append_text(&request, &capacity, posts ? "POST " : "GET ");
    append_text(&request, &capacity, path);
    append_text(&request, &capacity, " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    for (size_t i = 0; i < plan.header_count; i++) {
        append_text(&request, &capacity, plan.headers[i]);
        append_text(&request, &capacity, "\r\n");
    }
    if (posts) {
        char length[80];
        snprintf(length, sizeof length,
                 "Content-Type: application/geo+json\r\nContent-Length: %zu\r\n\r\n",
                 second == NULL ? 0 : strlen(second));
        append_text(&request, &capacity, length);
    } else if (second != NULL) {
        append_text(&request, &capacity, "If-None-Match: ");
        append_text(&request, &capacity, second);
        append_text(&request, &capacity, "\r\n");
    }
    append_text(&request, &capacity, posts ? (second == NULL ? "" : second) : "\r\n");
    return request;
}

static void read_list(const char *name)
{
    FILE *file = fopen(name, "r");
    char *line = NULL;
    size_t size = 0, capacity = 0;
    ssize_t length;
    if (file == NULL) {
        give_up("%s: %s", name, strerror(errno));
    }
    while ((length = getline(&line, &size, file)) > 0) {
        if (line[length - 1] == '\n') {
            line[length - 1] = '\0';
        }
        if (plan.request_count == capacity) {
            capacity = capacity * 2 + 1024;
            plan.requests = realloc(plan.requests, capacity * sizeof *plan.requests);
            if (plan.requests == NULL) {
                give_up("no memory");
            }
        }
        plan.requests[plan.request_count++] = make_request(line);
    }
    free(line);
    fclose(file);
    if (plan.request_count == 0) {
        give_up("%s holds no request", name);
    }
}

/* Numbers by Marsaglia's xorshift (2003). */
static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* The next one and when it is due; false: there is none (any more). */
static bool take_request(struct worker *worker, int64_t now_us, const struct request **out,
                         int64_t *out_due_us)
{
    *out_due_us = now_us;
    if (plan.once) {
        size_t number = atomic_fetch_add(&next_number, 1);
        *out = number < plan.request_count ? &plan.requests[number] : NULL;
        return *out != NULL;
    }
    if (now_us >= plan.end_us) {
        return false;
    }
    if (plan.rate == 0) {
        *out = &plan.requests[draw(&worker->chance) % plan.request_count];
        return true;
    }
    size_t number = atomic_load(&next_number);
    *out_due_us = plan.start_us + (int64_t)number * 1000000 / plan.rate;
    if (*out_due_us > now_us) {
        return false;
    }
    atomic_store(&next_number, number + 1); /* with a rate there is one thread */
    *out = &plan.requests[number % plan.request_count];
    return true;
}

/* --- Connections --- */

static void open_connection(struct connection *connection)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(plan.port)};
    int yes = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connection->socket < 0 ||
        connect(connection->socket, (struct sockaddr *)&address, sizeof address) != 0) {
        give_up("cannot connect: %s", strerror(errno));
    }
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static void start_request(struct connection *connection)
{
    if (connection->socket < 0) {
        open_connection(connection);
    }
    ssize_t sent = send(connection->socket, connection->request->bytes, connection->request->length,
                        MSG_NOSIGNAL);
    if (sent != (ssize_t)connection->request->length) {
        give_up("a request could not be sent: %s", sent < 0 ? strerror(errno) : "only a part");
    }
    connection->busy = true;
    connection->part = HEAD;
    connection->head_length = 0;
    connection->closes = false;
}

/* The value of a header in a head that ends with an empty line; NULL: it has none. */
static const char *find_header(const char *head, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            return line + length + 1 + strspn(line + length + 1, " ");
        }
    }
    return NULL;
}

static void read_head(struct connection *connection)
{
    const char *head = connection->head;
    int code = (int)strtol(strncmp(head, "HTTP/1.", 7) == 0 ? head + 9 : "0", NULL, DECIMAL);
    if (plan.code != 0 ? code != plan.code : code < 200 || code > 299) {
        give_up("%.*s\nfor %.*s", (int)strcspn(head, "\r"), head,
                (int)strcspn(connection->request->bytes, "\r"), connection->request->bytes);
    }
    const char *length = find_header(head, "Content-Length");
    const char *coding = find_header(head, "Transfer-Encoding");
    const char *closes = find_header(head, "Connection");
    connection->closes = closes != NULL && strncasecmp(closes, "close", 5) == 0;
    connection->left = length == NULL ? 0 : strtoull(length, NULL, DECIMAL);
    if (code == 204 || code == 304) {
        connection->part = DONE;
    } else if (coding != NULL) {
        connection->part = CHUNK_SIZE;
    } else if (length != NULL) {
        connection->part = connection->left > 0 ? BODY : DONE;
    } else {
        give_up("an answer without a length");
    }
    connection->head_length = 0;
}

/* Takes bytes until `end` is seen; false: it is not there yet. */
static bool take_until(struct connection *connection, const char *end, const char **at,
                       const char *last)
{
    size_t length = strlen(end);
    while (*at < last) {
        if (connection->head_length == HEAD_MAX - 1) {
            give_up("a head of more than %d bytes", HEAD_MAX);
        }
        connection->head[connection->head_length++] = *(*at)++;
        if (connection->head_length >= length &&
            memcmp(connection->head + connection->head_length - length, end, length) == 0) {
            connection->head[connection->head_length] = '\0';
            return true;
        }
    }
    return false;
}

/* A size, the end of a chunk's bytes, or the empty line after the last. */
static void read_chunk_line(struct connection *connection)
{
    if (connection->part == CHUNK_END) {
        connection->part = connection->left == 0 ? DONE : CHUNK_SIZE;
    } else {
        connection->left = strtoull(connection->head, NULL, HEXADECIMAL);
        connection->part = connection->left == 0 ? CHUNK_END : CHUNK;
    }
    connection->head_length = 0;
}

static void read_answer(struct connection *connection, const char *at, const char *last)
{
    while (at < last && connection->part != DONE) {
        if (connection->part == HEAD) {
            if (take_until(connection, "\r\n\r\n", &at, last)) {
                read_head(connection);
            }
        } else if (connection->part == BODY || connection->part == CHUNK) {
            uint64_t here = (uint64_t)(last - at);
            here = here < connection->left ? here : connection->left;
            at += here;
            connection->left -= here;
            if (connection->left == 0) {
                connection->part = connection->part == BODY ? DONE : CHUNK_END;
                connection->left = 1; /* not the last chunk */
            }
        } else if (take_until(connection, "\r\n", &at, last)) {
            read_chunk_line(connection);
        }
    }
    if (at < last) {
        give_up("more bytes than an answer has");
    }
}

/* --- Measuring --- */

static void note_time(struct worker *worker, int64_t took_us)
{
    if (worker->done == worker->capacity) {
        worker->capacity = worker->capacity * 2 + 65536;
        worker->took_us = realloc(worker->took_us, worker->capacity * sizeof *worker->took_us);
        if (worker->took_us == NULL) {
            give_up("no memory");
        }
    }
    worker->took_us[worker->done++] = took_us;
}

static void receive(struct worker *worker, struct connection *connection)
{
    ssize_t length = recv(connection->socket, worker->buffer, READ_SIZE, 0);
    if (length <= 0) {
        give_up("the server closed a connection: %s", length < 0 ? strerror(errno) : "no answer");
    }
    worker->bytes += (uint64_t)length;
    read_answer(connection, worker->buffer, worker->buffer + length);
    if (connection->part == DONE) {
        note_time(worker, jalon_clock_monotonic_us() - connection->due_us);
        connection->busy = false;
        if (connection->closes) {
            close(connection->socket);
            connection->socket = -1;
        }
    }
}

/* Gives the idle connections something to do; how many are busy then. */
static size_t start_requests(struct worker *worker)
{
    size_t busy = 0;
    for (size_t i = 0; i < worker->count; i++) {
        struct connection *connection = &worker->connections[i];
        if (!connection->busy && take_request(worker, jalon_clock_monotonic_us(),
                                              &connection->request, &connection->due_us)) {
            start_request(connection);
        }
        busy += connection->busy;
    }
    return busy;
}

static void *work(void *user)
{
    struct worker *worker = user;
    struct pollfd waits[CONNECTIONS_MAX];
    size_t busy;
    while ((busy = start_requests(worker)) > 0 ||
           (plan.rate > 0 && jalon_clock_monotonic_us() < plan.end_us)) {
        nfds_t count = 0;
        struct connection *waiting[CONNECTIONS_MAX];
        for (size_t i = 0; i < worker->count; i++) {
            if (worker->connections[i].busy) {
                waiting[count] = &worker->connections[i];
                waits[count++] = (struct pollfd){worker->connections[i].socket, POLLIN, 0};
            }
        }
        int ready = poll(waits, count, plan.rate > 0 ? 1 : STALLED_MS);
        if (ready < 0 || (ready == 0 && plan.rate == 0)) {
            give_up("no answer within %d s", STALLED_MS / 1000);
        }
        for (nfds_t i = 0; i < count; i++) {
            if (waits[i].revents != 0) {
                receive(worker, waiting[i]);
            }
        }
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void run(void)
{
    struct worker workers[THREADS];
    size_t threads = plan.rate > 0 || plan.connections < THREADS ? 1 : THREADS;
    for (size_t i = 0; i < threads; i++) {
        size_t count = plan.connections / threads + (i < plan.connections % threads);
        workers[i] = (struct worker){
            .connections = allocate(count, sizeof *workers[i].connections),
            .count = count,
            .chance = 88172645463325252U + i,
            .buffer = allocate(READ_SIZE, 1),
        };
        for (size_t j = 0; j < count; j++) {
            open_connection(&workers[i].connections[j]);
        }
    }
    int64_t length_us = plan.end_us;
    plan.start_us = jalon_clock_monotonic_us();
    plan.end_us = plan.start_us + length_us;
    for (size_t i = 0; i < threads; i++) {
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
            give_up("no thread");
        }
    }
    uint64_t bytes = 0;
    size_t done = 0;
    for (size_t i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        bytes += workers[i].bytes;
        done += workers[i].done;
    }
    double seconds = (double)(jalon_clock_monotonic_us() - plan.start_us) / 1e6;
    int64_t *took_us = allocate(done + 1, sizeof *took_us);
    for (size_t i = 0, at = 0; i < threads; at += workers[i].done, i++) {
        memcpy(took_us + at, workers[i].took_us, workers[i].done * sizeof *took_us);
    }
    qsort(took_us, done, sizeof *took_us, compare);
    printf("%.1f %" PRId64 " %" PRId64 " %.0f %zu\n", (double)done / seconds, took_us[done / 2],
           took_us[done * 99 / 100], (double)bytes / (double)done, done);
    free(took_us);
    for (size_t i = 0; i < threads; i++) {
        free(workers[i].took_us);
        free(workers[i].buffer);
        free(workers[i].connections);
    }
}

/* --- Arguments --- */

static int64_t read_number(const char *text, int64_t maximum)
{
    int64_t value = 0;
    if (!jalon_text_to_int64(jalon_text_from(text), &value) || value < 1 || value > maximum) {
        give_up("'%s' is not a number from 1 to %" PRId64, text, maximum);
    }
    return value;
}

static void read_option(const char *name, const char *value)
{
    if (strcmp(name, "--connections") == 0) {
        plan.connections = (size_t)read_number(value, CONNECTIONS_MAX);
    } else if (strcmp(name, "--rate") == 0) {
        plan.rate = read_number(value, 1000000);
    } else if (strcmp(name, "--code") == 0) {
        plan.code = (int)read_number(value, 599);
    } else if (strcmp(name, "--header") == 0 &&
               plan.header_count < sizeof plan.headers / sizeof plan.headers[0]) {
        plan.headers[plan.header_count++] = value;
    } else {
        give_up("what is %s?", name);
    }
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc % 2 != 0) {
        fputs("usage: bench_load PORT LIST once|SECONDS [--connections N] [--rate N] "
              "[--header LINE] [--code N]\n",
              stderr);
        return 2;
    }
    plan.port = (uint16_t)read_number(argv[1], UINT16_MAX);
    plan.once = strcmp(argv[3], "once") == 0;
    plan.end_us = plan.once ? 0 : read_number(argv[3], 3600) * 1000000;
    for (int i = 4; i < argc; i += 2) {
        read_option(argv[i], argv[i + 1]);
    }
    read_list(argv[2]);
    run();
    return 0;
}
