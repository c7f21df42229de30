/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Answers that are not made by an exchange. Layer 2 (http). */
#ifndef JALON_HTTP_REFUSAL_H
#define JALON_HTTP_REFUSAL_H

#include "address.h"
#include "linger.h"

/*
 * Sends a problem document as the connection's last answer, as far as it can be sent at once, and
 * leaves a line in the log. The socket stays the caller's, but is kept open by a copy of it until the
 * client has read the answer (linger.h).
 */
void jalon_refusal_send(struct jalon_linger *linger, int socket, const struct jalon_client *client,
                        unsigned code, const char *reason);

#endif
