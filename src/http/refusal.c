/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is said to a client whose request never became an exchange: its bytes were not HTTP, came
 * too slowly, or the server is full. Layer 2.
 */
#include "refusal.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>

#include "jalon/clock.h"
#include "jalon/id.h"
#include "jalon/log.h"

#include "exchange.h"

enum { ANSWER_MAX = 4096 };

static const char *phrase_of(unsigned code)
{
    switch (code) {
    case 400: return "Bad Request";
    case 408: return "Request Timeout";
    case 414: return "URI Too Long";
    case 431: return "Request Header Fields Too Large";
    case 505: return "HTTP Version Not Supported";
    default: return "Service Unavailable";
    }
}

/* IMF-fixdate (RFC 9110, 5.6.7). */
static void write_date(struct jalon_buffer *out)
{
    char text[32];
    struct tm parts;
    time_t now = (time_t)(jalon_clock_now_us() / 1000000);
    if (gmtime_r(&now, &parts) != NULL &&
        strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts) > 0) {
        jalon_buffer_append_format(out, "Date: %s\r\n", text);
    }
}

static void write_answer(struct jalon_buffer *out, unsigned code, const char *reason,
                         const char *id)
{
    struct jalon_buffer body;
    /* In English: what language is wished for was not read. */
    const struct jalon_context ctx = {.error = {.message = jalon_text_from(reason)}};
    jalon_buffer_init(&body, ANSWER_MAX);
    jalon_problem_write(&body, code, &ctx, id);
    jalon_buffer_append_format(out, "HTTP/1.1 %u %s\r\nConnection: close\r\n", code,
                               phrase_of(code));
    write_date(out);
    jalon_buffer_append_format(out,
                               "Content-Type: application/problem+json\r\nContent-Language: en\r\n"
                               "Content-Length: %zu\r\n"
                               "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                               "%sJalon-Request-Id: %s\r\n\r\n",
                               body.length, code == 503 ? "Retry-After: 1\r\n" : "", id);
    jalon_buffer_append_text(out, jalon_buffer_text(&body));
    jalon_buffer_finish(&body);
}

void jalon_refusal_send(struct jalon_linger *linger, int socket, const struct jalon_client *client,
                        unsigned code, const char *reason)
{
    char id[37];
    struct jalon_buffer answer;
    jalon_id_format(jalon_id_make(), id);
    jalon_buffer_init(&answer, ANSWER_MAX);
    write_answer(&answer, code, reason, id);
    if (jalon_buffer_status(&answer) == JALON_OK) {
        (void)send(socket, answer.data, answer.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    jalon_buffer_finish(&answer);
    int copy = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (copy >= 0) {
        jalon_linger_add(linger, copy);
    }
    const struct jalon_log_field fields[] = {
        {"id", jalon_text_from(id), 0},
        {"client", jalon_text_from(client->text), 0},
        {"status", {NULL, 0}, code},
        {"reason", jalon_text_from(reason), 0},
    };
    jalon_log_write(JALON_LOG_INFO, "refused", fields, sizeof fields / sizeof fields[0]);
}
