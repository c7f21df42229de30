/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One mail to the relay. Private to job; the only file behind it sees libcurl. */
#ifndef JALON_JOB_SMTP_H
#define JALON_JOB_SMTP_H

#include <stdatomic.h>

#include "jalon/job.h"

struct jalon_relay;

enum jalon_relay_end {
    JALON_RELAY_TAKEN,
    JALON_RELAY_REFUSED, /* this mail, for good */
    JALON_RELAY_LATER,   /* not now, or nobody is there */
    JALON_RELAY_STOPPED, /* broken off by jalon_relay_stop */
};
struct jalon_relay_answer {
    enum jalon_relay_end end;
    long code;      /* the relay's last answer; 0: none */
    char words[256]; /* what it said, or why it was not reached: printable UTF-8; for the outbox: it may
                        name the recipient */
    const char *reason; /* for the log: names nobody */
};

/* Borrows the options' texts. JALON_UNAVAILABLE: the library cannot be used. */
enum jalon_status jalon_relay_open(struct jalon_context *ctx,
                                   const struct jalon_job_options *options,
                                   struct jalon_relay **out) JALON_MUST_USE;
/* NULL is allowed. */
void jalon_relay_close(struct jalon_relay *relay);
/* Takes at most the options' timeout. */
void jalon_relay_send(struct jalon_relay *relay, struct jalon_text recipient,
                      struct jalon_text message, struct jalon_relay_answer *out);
/* Any thread: what is being sent is broken off, and what follows. */
void jalon_relay_stop(struct jalon_relay *relay);

#endif
