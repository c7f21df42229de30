/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One mail to the relay, by libcurl. Layer 4 (job).
 *
 * The connection is kept for the next mail. With a user's name nothing is sent in the clear but to this
 * machine. What libcurl tells of the dialogue is read for two things only: whether the relay has
 * come to a mail, so that a refusal is of that and not of us, and what it said last.
 *
 * libcurl takes leave of a relay (QUIT) and waits for its answer, in whatever call that comes: who stops
 * shuts the socket, which ends every wait.
 */
#include "smtp.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jalon/memory.h"

enum { CONNECT_S = 10, POLL_MS = 1000 };

struct jalon_relay {
    CURL *easy;
    CURLM *multi;
    struct jalon_text from;
    atomic_bool stops;
    pthread_mutex_t lock;
    int socket;         /* under the lock; -1: none */
    bool is_about_mail; /* the dialogue came to MAIL FROM */
    bool is_leaving;    /* or to QUIT */
    char said[256];     /* the last line that the relay answered */
};

struct reading {
    struct jalon_text left;
};

static size_t read_message(char *buffer, size_t size, size_t count, void *user)
{
    struct reading *reading = user;
    size_t taken = size * count < reading->left.length ? size * count : reading->left.length;
    memcpy(buffer, reading->left.data, taken);
    reading->left = jalon_text_slice(reading->left.data + taken, reading->left.length - taken);
    return taken;
}

static void keep_line(struct jalon_relay *relay, const char *data, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < size && length + 1 < sizeof relay->said; i++) {
        bool is_shown = data[i] >= ' ' && data[i] <= '~';
        relay->said[length++] = is_shown ? data[i] : ' ';
    }
    while (length > 0 && relay->said[length - 1] == ' ') {
        length--;
    }
    relay->said[length] = '\0';
}

static int hear(CURL *easy, curl_infotype type, char *data, size_t size, void *user)
{
    (void)easy;
    struct jalon_relay *relay = user;
    if (type == CURLINFO_HEADER_OUT && size >= 10 && memcmp(data, "MAIL FROM:", 10) == 0) {
        relay->is_about_mail = true;
    } else if (type == CURLINFO_HEADER_OUT && size >= 4 && memcmp(data, "QUIT", 4) == 0) {
        relay->is_leaving = true;
    } else if (type == CURLINFO_HEADER_IN && !relay->is_leaving) {
        keep_line(relay, data, size);
    }
    return 0;
}

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct jalon_relay *relay = user;
    int opened = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    pthread_mutex_lock(&relay->lock);
    relay->socket = opened;
    pthread_mutex_unlock(&relay->lock);
    return opened >= 0 ? opened : CURL_SOCKET_BAD;
}

static int close_socket(void *user, curl_socket_t opened)
{
    struct jalon_relay *relay = user;
    pthread_mutex_lock(&relay->lock);
    if (relay->socket == opened) {
        relay->socket = -1;
    }
    int result = close(opened);
    pthread_mutex_unlock(&relay->lock);
    return result;
}

static void shut_socket(struct jalon_relay *relay)
{
    pthread_mutex_lock(&relay->lock);
    if (relay->socket >= 0) {
        (void)shutdown(relay->socket, SHUT_RDWR);
    }
    pthread_mutex_unlock(&relay->lock);
}

/* Not 0: break off. */
static int look_for_stop(void *user, curl_off_t download, curl_off_t downloaded, curl_off_t upload,
                         curl_off_t uploaded)
{
    (void)download, (void)downloaded, (void)upload, (void)uploaded;
    const struct jalon_relay *relay = user;
    return atomic_load(&relay->stops);
}

static bool is_loopback(const char *url)
{
    const char *host = strstr(url, "://") + 3;
    size_t length = strcspn(host, ":/");
    struct jalon_text name = jalon_text_slice(host, length);
    return jalon_text_is(name, "localhost") || jalon_text_is(name, "127.0.0.1") ||
           strncmp(host, "[::1]", 5) == 0;
}

static bool set_options(CURL *easy, struct jalon_relay *relay,
                        const struct jalon_job_options *options, const char *from)
{
    bool has_user = options->user.length > 0;
    long security = has_user && !is_loopback(options->smtp.data) ? CURLUSESSL_ALL : CURLUSESSL_TRY;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, options->smtp.data);
    code |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    code |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
    code |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)security);
    code |= curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from);
    code |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    code |= curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)options->timeout_s);
    code |= curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)options->timeout_s);
    code |= curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    code |= curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_for_stop);
    code |= curl_easy_setopt(easy, CURLOPT_XFERINFODATA, relay);
    code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, relay);
    code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, relay);
    code |= curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_message);
    code |= curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L); /* or nothing is heard */
    code |= curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, hear);
    code |= curl_easy_setopt(easy, CURLOPT_DEBUGDATA, relay);
    if (has_user) {
        code |= curl_easy_setopt(easy, CURLOPT_USERNAME, options->user.data);
        code |= curl_easy_setopt(easy, CURLOPT_PASSWORD, options->password.data);
    }
    return code == CURLE_OK;
}

enum jalon_status jalon_relay_open(struct jalon_context *ctx,
                                   const struct jalon_job_options *options,
                                   struct jalon_relay **out)
{
    struct jalon_relay *relay = jalon_memory_allocate_zeroed(1, sizeof *relay);
    if (relay == NULL) {
        return jalon_no_memory(ctx);
    }
    atomic_init(&relay->stops, false);
    pthread_mutex_init(&relay->lock, NULL);
    relay->socket = -1;
    relay->from = options->from;
    struct jalon_text from =
        jalon_text_format(ctx->arena, "<%.*s>", JALON_TEXT_ARGS(options->from));
    bool good = from.data != NULL && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    relay->easy = good ? curl_easy_init() : NULL;
    relay->multi = good ? curl_multi_init() : NULL;
    if (relay->easy == NULL || relay->multi == NULL ||
        !set_options(relay->easy, relay, options, from.data)) {
        jalon_relay_close(relay);
        return jalon_fail(ctx, JALON_UNAVAILABLE, "mail cannot be sent: libcurl refuses");
    }
    *out = relay;
    return JALON_OK;
}

void jalon_relay_close(struct jalon_relay *relay)
{
    if (relay == NULL) {
        return;
    }
    shut_socket(relay);
    if (relay->easy != NULL) {
        curl_easy_cleanup(relay->easy);
    }
    if (relay->multi != NULL) {
        curl_multi_cleanup(relay->multi);
    }
    pthread_mutex_destroy(&relay->lock);
    jalon_memory_release(relay);
}

void jalon_relay_stop(struct jalon_relay *relay)
{
    atomic_store(&relay->stops, true);
    shut_socket(relay);
    curl_multi_wakeup(relay->multi);
}

/* Until it is done, or stopped: then CURLE_ABORTED_BY_CALLBACK. */
static CURLcode perform(struct jalon_relay *relay)
{
    int running = 1, left = 0;
    if (curl_multi_add_handle(relay->multi, relay->easy) != CURLM_OK) {
        return CURLE_OUT_OF_MEMORY;
    }
    while (running > 0) { /* look_for_stop ends it, too: to take it out halfway would send half a mail */
        if (curl_multi_perform(relay->multi, &running) != CURLM_OK) {
            break;
        }
        if (running > 0) {
            curl_multi_poll(relay->multi, NULL, 0, POLL_MS, NULL);
        }
    }
    CURLcode code = CURLE_ABORTED_BY_CALLBACK;
    for (CURLMsg *message = curl_multi_info_read(relay->multi, &left); message != NULL;
         message = curl_multi_info_read(relay->multi, &left)) {
        code = message->msg == CURLMSG_DONE ? message->data.result : code;
    }
    curl_multi_remove_handle(relay->multi, relay->easy);
    return code;
}

static enum jalon_relay_end judge(const struct jalon_relay *relay, CURLcode code, long answer)
{
    if (code == CURLE_OK) {
        return JALON_RELAY_TAKEN;
    }
    if (atomic_load(&relay->stops)) {
        return JALON_RELAY_STOPPED;
    }
    bool is_refusal = code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY ||
                      code == CURLE_RECV_ERROR;
    return is_refusal && relay->is_about_mail && answer >= 500 && answer <= 599
               ? JALON_RELAY_REFUSED
               : JALON_RELAY_LATER;
}

void jalon_relay_send(struct jalon_relay *relay, struct jalon_text recipient,
                      struct jalon_text message, struct jalon_relay_answer *out)
{
    char address[272];
    struct reading reading = {message};
    *out = (struct jalon_relay_answer){.end = JALON_RELAY_LATER, .reason = "no memory"};
    (void)snprintf(address, sizeof address, "<%.*s>", JALON_TEXT_ARGS(recipient));
    struct curl_slist *recipients = curl_slist_append(NULL, address);
    if (recipients == NULL) {
        return;
    }
    relay->is_about_mail = relay->is_leaving = false;
    relay->said[0] = '\0';
    curl_easy_setopt(relay->easy, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(relay->easy, CURLOPT_READDATA, &reading);
    CURLcode code = perform(relay);
    curl_easy_getinfo(relay->easy, CURLINFO_RESPONSE_CODE, &out->code);
    curl_easy_setopt(relay->easy, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    out->end = judge(relay, code, out->code);
    out->reason = curl_easy_strerror(code);
    (void)snprintf(out->words, sizeof out->words, "%.100s%s%.150s", out->reason,
                   relay->said[0] != '\0' ? ": " : "", relay->said);
}
