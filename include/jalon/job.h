/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a server does beside answering: it sends the mail that waits in the outbox, and once an hour
 * forgets what is kept for a time only (jalon_app_tidy). Layer 4 (job).
 *
 * One thread. Of several servers on one database each mail is sent by one: it is claimed by moving
 * its due time before it is sent. A server that is killed in between leaves it to be sent again when
 * the claim runs out; the Message-ID is then the same. Mail that the relay cannot take now is tried
 * again, later each time, for a day; what the relay refuses for good is given up. Either is noted in
 * the outbox.
 */
#ifndef JALON_JOB_H
#define JALON_JOB_H

#include "jalon/app_mail.h"

/* Texts are borrowed until the jobs stop. */
struct jalon_job_options {
    struct jalon_text smtp;     /* smtp://host[:port] or smtps://…; empty: mail stays where it is */
    struct jalon_text user;     /* of the relay; may be empty */
    struct jalon_text password;
    struct jalon_text from;     /* the address that mails come from */
    struct jalon_text public_url; /* stands for JALON_MAIL_HERE */
    int64_t timeout_s; /* one mail may take so long */
    int64_t retry_s;   /* the first pause before it is tried again */
};

struct jalon_jobs;

/*
 * Can mail be sent so? JALON_INVALID: not such a URL, one with a password in it, a password that
 * would go to another machine in the clear, no sender.
 */
enum jalon_status jalon_jobs_check(struct jalon_context *ctx,
                                   const struct jalon_job_options *options) JALON_MUST_USE;
/* JALON_UNAVAILABLE: no more threads. */
enum jalon_status jalon_jobs_start(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_job_options *options,
                                   struct jalon_jobs **out) JALON_MUST_USE;
/* Soon: what is being sent is broken off. NULL is allowed. */
void jalon_jobs_stop(struct jalon_jobs *jobs);

/*
 * The pause before a mail is tried again that was tried so often: twice as long each time, at most an
 * hour, and up to a quarter more or less by `chance`, which is any number.
 */
int64_t jalon_job_pause_us(int64_t first_s, int64_t attempts, uint64_t chance);
/* The message as it goes to the relay (RFC 5322, 2045, 2047), lines end with CR LF. */
void jalon_job_write_message(struct jalon_buffer *out, const struct jalon_mail *mail,
                             struct jalon_text from, struct jalon_text public_url);

#endif
