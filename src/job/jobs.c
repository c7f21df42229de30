/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The thread that sends what waits in the outbox, and tidies once an hour. Layer 4 (job).
 *
 * It is woken by whoever queues mail in this process, and looks every second for what others
 * queued. What fails is logged once, without saying to whom it should have gone.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "jalon/app_tidy.h"
#include "jalon/clock.h"
#include "jalon/log.h"
#include "jalon/memory.h"

#include "smtp.h"

enum {
    LOOK_MS = 1000,      /* for what other processes have queued */
    AT_ONCE_MAX = 50,    /* mails before all else is looked after */
    LEASE_SPARE_S = 10,  /* a claim holds so much longer than sending and taking leave may */
    END_TRIES = 10,      /* seconds for which a database that went away is waited for */
    MESSAGE_MAX = 1 << 20,
    TIDY_AFTER_S = 60,
    TIDY_EVERY_S = 3600,
    PAUSE_US = 1000000, /* after a mail that the relay did not take */
};
static const int64_t give_up_us = INT64_C(24) * 3600 * 1000000;

struct jalon_jobs {
    struct jalon_app *app;
    struct jalon_job_options options;
    struct jalon_relay *relay; /* NULL: mail stays */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_woken; /* under the lock */
    atomic_bool stops;
    int64_t tidy_us;      /* when all is tidied next, on the monotonic clock */
    bool has_warned;      /* the thread's own: that nobody sends */
    bool is_failing;      /* the database, or the relay: said once */
    uint64_t seed;
};

/* --- Checking --- */
enum jalon_status jalon_jobs_check(struct jalon_context *ctx,
                                   const struct jalon_job_options *options)
{
    struct jalon_text url = options->smtp;
    if (url.length == 0) {
        return JALON_OK;
    }
    const char *host = strstr(url.data, "://");
    bool is_smtp = jalon_text_starts_with(url, "smtp://") || jalon_text_starts_with(url, "smtps://");
    if (!is_smtp || strlen(host) <= 3 || strpbrk(host + 3, "@/?# \t\r\n") != NULL) {
        /* Not printed: there may be a password in it. */
        return jalon_fail(ctx, JALON_INVALID,
                          "--smtp takes smtp://HOST:PORT or smtps://HOST:PORT and nothing else; name "
                          "and password are --smtp-user and smtp-password");
    }
    if (!jalon_mail_is_address(options->from)) {
        return jalon_fail(ctx, JALON_INVALID,
                          "--smtp needs --mail-from, the address that mails come from");
    }
    return options->user.length > 0 && options->password.length == 0
               ? jalon_fail(ctx, JALON_INVALID,
                            "--smtp-user needs smtp-password, in the settings file or as "
                            "JALON_SMTP_PASSWORD")
               : JALON_OK;
}

int64_t jalon_job_pause_us(int64_t first_s, int64_t attempts, uint64_t chance)
{
    int64_t pause_s = first_s;
    for (int64_t i = 1; i < attempts && pause_s < 3600; i++) {
        pause_s *= 2;
    }
    pause_s = pause_s > 3600 ? 3600 : pause_s;
    int64_t quarter_us = pause_s * 250000;
    return pause_s * 1000000 - quarter_us + (int64_t)(chance % (uint64_t)(2 * quarter_us + 1));
}

/* --- Waiting --- */
static void wake_up(void *object)
{
    struct jalon_jobs *jobs = object;
    pthread_mutex_lock(&jobs->lock);
    jobs->is_woken = true;
    pthread_cond_signal(&jobs->wake);
    pthread_mutex_unlock(&jobs->lock);
}

/* Until woken, or so long; false: it is to stop. */
static bool wait_for_work(struct jalon_jobs *jobs, int64_t wait_us)
{
    int64_t until_us = jalon_clock_monotonic_us() + wait_us;
    struct timespec until = {.tv_sec = (time_t)(until_us / 1000000),
                             .tv_nsec = (long)(until_us % 1000000) * 1000};
    pthread_mutex_lock(&jobs->lock);
    int failed = 0;
    while (!jobs->stops && !jobs->is_woken && failed == 0) {
        failed = pthread_cond_timedwait(&jobs->wake, &jobs->lock, &until);
    }
    jobs->is_woken = false;
    bool going_on = !jobs->stops;
    pthread_mutex_unlock(&jobs->lock);
    return going_on;
}

/* --- Telling --- */
static void tell(enum jalon_log_level level, const char *event, const struct jalon_mail *mail,
                 const struct jalon_relay_answer *answer)
{
    const struct jalon_log_field fields[] = {
        {"mail", {NULL, 0}, mail->number},
        {"attempts", {NULL, 0}, mail->attempts},
        {"answer", {NULL, 0}, answer->code},
        {"message", jalon_text_from(answer->reason), 0},
    };
    jalon_log_write(level, event, fields, sizeof fields / sizeof fields[0]);
}

static void tell_failure(struct jalon_jobs *jobs, const struct jalon_context *ctx)
{
    if (!jobs->is_failing) {
        const struct jalon_log_field reason = {"message", ctx->error.message, 0};
        jalon_log_write(JALON_LOG_WARNING, "mail waits", &reason, 1);
    }
    jobs->is_failing = true;
}

/* --- Sending --- */
/* What became of it must not be forgotten for a database that is away for a moment. */
static enum jalon_status end_mail(struct jalon_context *ctx, struct jalon_jobs *jobs,
                                  const struct jalon_mail *mail, enum jalon_mail_end end,
                                  int64_t time_us, const char *error)
{
    enum jalon_status status;
    for (int i = 0;; i++) {
        status = jalon_app_end_mail(ctx, jobs->app, mail->number, end, time_us,
                                    jalon_text_from(error));
        if (status == JALON_OK || i == END_TRIES) {
            return status;
        }
        jalon_error_clear(ctx);
        if (!wait_for_work(jobs, 1000000) && i > 0) {
            return status;
        }
    }
}

/* Tried so often: again later, unless a day is over. */
static enum jalon_status postpone(struct jalon_context *ctx, struct jalon_jobs *jobs,
                                  const struct jalon_mail *mail,
                                  const struct jalon_relay_answer *answer)
{
    int64_t now_us = jalon_clock_now_us();
    jobs->seed = jobs->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    int64_t due_us =
        now_us + jalon_job_pause_us(jobs->options.retry_s, mail->attempts, jobs->seed >> 16);
    if (now_us - mail->created_us >= give_up_us) {
        tell(JALON_LOG_ERROR, "mail given up", mail, answer);
        return end_mail(ctx, jobs, mail, JALON_MAIL_FAILED, now_us, answer->words);
    }
    if (!jobs->is_failing) { /* a relay that is away is told of once */
        tell(JALON_LOG_WARNING, "mail postponed", mail, answer);
    }
    return end_mail(ctx, jobs, mail, JALON_MAIL_POSTPONED, due_us, answer->words);
}

static enum jalon_status send_one(struct jalon_context *ctx, struct jalon_jobs *jobs,
                                  const struct jalon_mail *mail, enum jalon_relay_end *out)
{
    struct jalon_relay_answer answer;
    struct jalon_buffer message;
    jalon_buffer_init(&message, MESSAGE_MAX);
    jalon_job_write_message(&message, mail, jobs->options.from, jobs->options.public_url);
    enum jalon_status status = jalon_buffer_status(&message);
    if (status == JALON_OK) {
        jalon_relay_send(jobs->relay, mail->recipient, jalon_buffer_text(&message), &answer);
    }
    jalon_buffer_finish(&message);
    if (status != JALON_OK) {
        return jalon_fail(ctx, status, "a mail cannot be written");
    }
    *out = answer.end;
    int64_t now_us = jalon_clock_now_us();
    switch (answer.end) {
    case JALON_RELAY_TAKEN:
        return end_mail(ctx, jobs, mail, JALON_MAIL_SENT, now_us, "");
    case JALON_RELAY_REFUSED:
        tell(JALON_LOG_ERROR, "mail refused", mail, &answer);
        return end_mail(ctx, jobs, mail, JALON_MAIL_FAILED, now_us, answer.words);
    case JALON_RELAY_STOPPED: /* the next server may do it at once */
        return end_mail(ctx, jobs, mail, JALON_MAIL_POSTPONED, now_us, "");
    case JALON_RELAY_LATER: break;
    }
    return postpone(ctx, jobs, mail, &answer);
}

/* Sends what is due; *out_next_us: when the next one is, 0: none waits. */
static enum jalon_status send_due(struct jalon_context *ctx, struct jalon_jobs *jobs,
                                  int64_t *out_next_us)
{
    int64_t lease_us = (2 * jobs->options.timeout_s + LEASE_SPARE_S) * 1000000;
    enum jalon_status status = JALON_OK;
    *out_next_us = jalon_clock_now_us();
    for (int i = 0; i < AT_ONCE_MAX && status == JALON_OK && !atomic_load(&jobs->stops); i++) {
        struct jalon_mail mail;
        enum jalon_relay_end end = JALON_RELAY_TAKEN;
        jalon_context_reset(ctx);
        status = jalon_app_claim_mail(ctx, jobs->app, lease_us, &mail, out_next_us);
        if (status == JALON_OK) {
            status = send_one(ctx, jobs, &mail, &end);
            jobs->is_failing = status != JALON_OK || end == JALON_RELAY_LATER;
        }
        if (status == JALON_OK && end == JALON_RELAY_LATER) { /* the others fare alike, maybe */
            *out_next_us = jalon_clock_now_us() + PAUSE_US;
            break;
        }
    }
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

static enum jalon_status look(struct jalon_context *ctx, struct jalon_jobs *jobs,
                              int64_t *out_next_us)
{
    int64_t waiting = 0;
    *out_next_us = 0;
    enum jalon_status status = JALON_OK;
    if (jobs->relay != NULL) {
        status = send_due(ctx, jobs, out_next_us);
    }
    jalon_context_reset(ctx);
    if (status == JALON_OK) {
        status = jalon_app_count_mail(ctx, jobs->app, &waiting);
    }
    if (jobs->relay == NULL && waiting > 0 && !jobs->has_warned) {
        jobs->has_warned = true;
        const struct jalon_log_field fields[] = {
            {"waiting", {NULL, 0}, waiting},
            {"message", JALON_TEXT("no --smtp: mail stays in the outbox"), 0},
        };
        jalon_log_write(JALON_LOG_WARNING, "mail is not sent", fields, 2);
    }
    return status;
}

/* --- Tidying --- */
static void tidy(struct jalon_context *ctx, struct jalon_jobs *jobs)
{
    struct jalon_tidied done;
    if (jalon_clock_monotonic_us() < jobs->tidy_us) {
        return;
    }
    jobs->tidy_us = jalon_clock_monotonic_us() + TIDY_EVERY_S * INT64_C(1000000);
    jalon_context_reset(ctx);
    enum jalon_status status = jalon_app_tidy(ctx, jobs->app, &jobs->stops, &done);
    if (status != JALON_OK) {
        const struct jalon_log_field reason = {"message", ctx->error.message, 0};
        jalon_log_write(JALON_LOG_WARNING, "not tidied", &reason, 1);
        jalon_error_clear(ctx);
    }
}

static void *work(void *object)
{
    struct jalon_jobs *jobs = object;
    struct jalon_context *ctx = jalon_context_create();
    int64_t wait_us = 0;
    while (wait_for_work(jobs, wait_us)) {
        int64_t next_us = 0;
        if (ctx == NULL) {
            ctx = jalon_context_create();
        }
        enum jalon_status status = ctx == NULL ? JALON_NO_MEMORY : look(ctx, jobs, &next_us);
        if (status != JALON_OK && ctx != NULL) {
            tell_failure(jobs, ctx);
        }
        if (ctx != NULL) {
            tidy(ctx, jobs);
        }
        int64_t until_us = next_us - jalon_clock_now_us();
        wait_us = status != JALON_OK || next_us == 0 || until_us > LOOK_MS * 1000
                      ? LOOK_MS * 1000
                  : until_us > 0 ? until_us
                                 : 0;
    }
    jalon_context_destroy(ctx);
    return NULL;
}

/* --- Starting and stopping --- */
static void destroy(struct jalon_jobs *jobs)
{
    jalon_relay_close(jobs->relay);
    pthread_cond_destroy(&jobs->wake);
    pthread_mutex_destroy(&jobs->lock);
    jalon_memory_release(jobs);
}

enum jalon_status jalon_jobs_start(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_job_options *options, struct jalon_jobs **out)
{
    struct jalon_jobs *jobs = jalon_memory_allocate_zeroed(1, sizeof *jobs);
    if (jobs == NULL) {
        return jalon_no_memory(ctx);
    }
    pthread_condattr_t clock;
    jobs->app = app;
    jobs->options = *options;
    atomic_init(&jobs->stops, false);
    jobs->tidy_us = jalon_clock_monotonic_us() + TIDY_AFTER_S * INT64_C(1000000);
    jalon_random_bytes(&jobs->seed, sizeof jobs->seed);
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&jobs->wake, &clock);
    pthread_condattr_destroy(&clock);
    enum jalon_status status = options->smtp.length > 0
                                   ? jalon_relay_open(ctx, options, &jobs->relay)
                                   : JALON_OK;
    if (status == JALON_OK && pthread_create(&jobs->thread, NULL, work, jobs) != 0) {
        status = jalon_fail(ctx, JALON_UNAVAILABLE, "the system allows no more threads");
    }
    if (status != JALON_OK) {
        destroy(jobs);
        return status;
    }
    jalon_app_on_mail(app, wake_up, jobs);
    *out = jobs;
    return JALON_OK;
}

void jalon_jobs_stop(struct jalon_jobs *jobs)
{
    if (jobs == NULL) {
        return;
    }
    jalon_app_on_mail(jobs->app, NULL, NULL);
    pthread_mutex_lock(&jobs->lock);
    atomic_store(&jobs->stops, true);
    pthread_cond_signal(&jobs->wake);
    pthread_mutex_unlock(&jobs->lock);
    if (jobs->relay != NULL) {
        jalon_relay_stop(jobs->relay);
    }
    pthread_join(jobs->thread, NULL);
    destroy(jobs);
}
